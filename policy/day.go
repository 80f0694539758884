package policy

import (
	"fmt"
	"time"

	"github.com/lapsed/lapsed/internal/contact"
)

// Day is a calendar day of the controller's zone, counted from 1 January 1970.
// NoDay is none.
type Day contact.Day

// NoDay stands for "no such day".
const NoDay = Day(contact.NoDay)

// DayOf returns the day in loc on which t falls.
func DayOf(t time.Time, loc *time.Location) Day {
	_, offset := t.In(loc).Zone()
	at := t.Unix() + int64(offset)
	d := at / 86400
	if at < 0 && at%86400 != 0 {
		d-- // days begin below 1970 as they do above
	}
	return Day(d)
}

func dayOf(y int, m time.Month, d int) Day {
	return Day(time.Date(y, m, d, 0, 0, 0, 0, time.UTC).Unix() / 86400)
}

// ParseDay reads YYYY-MM-DD, a day that exists.
func ParseDay(s string) (Day, error) {
	t, err := time.Parse(time.DateOnly, s)
	if err != nil {
		return NoDay, fmt.Errorf("%q is no date: write year-month-day, for example 2026-05-04", s)
	}
	return dayOf(t.Date()), nil
}

// ParseScalar reads the day from a document.
func (d *Day) ParseScalar(s string) (err error) {
	*d, err = ParseDay(s)
	return err
}

func (d Day) utc() time.Time { return time.Unix(int64(d)*86400, 0).UTC() }

// Start is the day's first instant in loc. Where clocks are put forward over
// midnight that is 01:00; where they are put back over it, the first of two.
func (d Day) Start(loc *time.Location) time.Time {
	y, m, dd := d.utc().Date()
	t := time.Date(y, m, dd, 0, 0, 0, 0, loc)
	from, to := t.ZoneBounds()
	if DayOf(t, loc) < d && !to.IsZero() {
		return to
	}
	if from.IsZero() || DayOf(from.Add(-1), loc) != d {
		return t
	}
	_, before := from.Add(-1).Zone()
	return time.Unix(int64(d)*86400-int64(before), 0).In(loc)
}

// String is the day as YYYY-MM-DD, "no day" for NoDay.
func (d Day) String() string {
	if d == NoDay {
		return "no day"
	}
	return d.utc().Format(time.DateOnly)
}

// YearEnd is 31 December of the day's year.
func (d Day) YearEnd() Day { return dayOf(d.utc().Year(), time.December, 31) }

// Birthday returns the day on which someone born on d is `years` years old:
// reached at its 00:00. Born on 29 February, it is 1 March of a common year; the
// rule of the uncounted day is for periods, not for ages.
func (d Day) Birthday(years int) Day {
	y, m, dd := d.utc().Date()
	return dayOf(y+years, m, dd) // time.Date carries 29 February over to 1 March
}
