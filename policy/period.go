package policy

import (
	"fmt"
	"regexp"
	"strconv"
	"time"
)

// Period is a length of time as a policy writes it: calendar years, calendar
// months, days, or hours for machines. Exactly one unit is set.
type Period struct{ Years, Months, Days, Hours int }

var periodForm = regexp.MustCompile(`^([0-9]{1,5})(y|mo|d|h)$`)
var minuteOrMonth = regexp.MustCompile(`^[0-9]+ ?m$`)

// ParsePeriod reads 2y, 18mo, 30d or 24h. A bare m is refused: it is minutes to
// one reader and months to another.
func ParsePeriod(s string) (Period, error) {
	m := periodForm.FindStringSubmatch(s)
	if m == nil {
		if minuteOrMonth.MatchString(s) {
			return Period{}, fmt.Errorf("%q may be minutes or months: write mo for months, for example 18mo", s)
		}
		return Period{}, fmt.Errorf("%q is no period: write a number with y, mo, d or h, for example 2y or 30d", s)
	}
	n, _ := strconv.Atoi(m[1])
	p := map[string]Period{"y": {Years: n}, "mo": {Months: n}, "d": {Days: n}, "h": {Hours: n}}[m[2]]
	switch {
	case n == 0:
		return Period{}, fmt.Errorf("%q is no time at all: write at least 1%s", s, m[2])
	case p.Years > 100 || p.Months > 1200 || p.Days > 36525 || p.Hours > 24*366:
		return Period{}, fmt.Errorf("%q is longer than any policy means", s)
	}
	return p, nil
}

// ParseScalar reads the period from a document.
func (p *Period) ParseScalar(s string) (err error) {
	*p, err = ParsePeriod(s)
	return err
}

// After returns the last day of the period that an event on day d begins. The
// event's day is not counted; where the last month has no such day, the period
// ends with that month's last one (Reg. (EEC, Euratom) 1182/71, Art. 3(1), (2)(c)).
// Hours count as begun days.
func (p Period) After(d Day) Day {
	if d == NoDay {
		return NoDay
	}
	y, m, dd := d.utc().Date()
	first := time.Date(y+p.Years, m+time.Month(p.Months), 1, 0, 0, 0, 0, time.UTC)
	last := first.AddDate(0, 1, -1).Day()
	return dayOf(first.Year(), first.Month(), min(dd, last)) + Day(p.Days) + Day((p.Hours+23)/24)
}

// Duration is the period in hours of 24-hour days, for machine times. Years and
// months have none: they are 365 and 30 days here.
func (p Period) Duration() time.Duration {
	return time.Duration(p.Hours+24*(p.Days+30*p.Months+365*p.Years)) * time.Hour
}

// IsZero tells whether no period was given.
func (p Period) IsZero() bool { return p == Period{} }

// String is the period as a policy writes it.
func (p Period) String() string {
	switch {
	case p.Years > 0:
		return fmt.Sprintf("%dy", p.Years)
	case p.Months > 0:
		return fmt.Sprintf("%dmo", p.Months)
	case p.Days > 0:
		return fmt.Sprintf("%dd", p.Days)
	default:
		return fmt.Sprintf("%dh", p.Hours)
	}
}

// Words is the period for readers: "2 years".
func (p Period) Words() string {
	for _, u := range []struct {
		n    int
		unit string
	}{{p.Years, "year"}, {p.Months, "month"}, {p.Days, "day"}, {p.Hours, "hour"}} {
		if u.n == 1 {
			return "1 " + u.unit
		} else if u.n > 1 {
			return fmt.Sprintf("%d %ss", u.n, u.unit)
		}
	}
	return "no time"
}
