package policy

import (
	"fmt"
	"regexp"
	"slices"
	"strings"
	"time"
)

var numberWords = []string{"one", "two", "three", "four", "five", "six", "seven", "eight", "nine", "ten", "eleven", "twelve"}

var spokenPeriod = regexp.MustCompile(`\b([0-9]{1,4}|` + strings.Join(numberWords, "|") + `) (year|month|week|day|hour)s?\b( of age| old)?`)

// pagePeriods are the periods that a text names, in their order.
func pagePeriods(folded string) (out []Period) {
	for _, m := range spokenPeriod.FindAllStringSubmatch(folded, -1) {
		if m[3] != "" {
			continue // an age
		}
		n := slices.Index(numberWords, m[1]) + 1
		if n == 0 {
			_, _ = fmt.Sscan(m[1], &n)
		}
		p := map[string]Period{"year": {Months: 12 * n}, "month": {Months: n}, "week": {Days: 7 * n}, "day": {Days: n}, "hour": {Hours: n}}[m[2]]
		if !slices.Contains(out, p) {
			out = append(out, p)
		}
	}
	return out
}

// counted is a period in months rather than years.
func counted(p Period) Period {
	return Period{Months: p.Months + 12*p.Years, Days: p.Days, Hours: p.Hours}
}

// inYears is a period in years where that is a whole number.
func inYears(p Period) Period {
	if p.Months > 0 && p.Months%12 == 0 {
		return Period{Years: p.Months / 12}
	}
	return p
}

type namedPeriod struct {
	name   string
	period Period
}

// promised are the periods that a notice of the policy has to name.
func (d *Document) promised() []namedPeriod {
	r := d.Retention
	out := []namedPeriod{{"retention", r.Period}}
	add := func(name string, p *Period) {
		if p != nil {
			out = append(out, namedPeriod{name, *p})
		}
	}
	add("grace", r.Grace)
	for _, e := range r.Shorter {
		add("retention of "+e.Name, &e.Value)
	}
	for _, e := range r.Longer {
		add("kept for "+e.Name+" ("+e.Value.Law+")", e.Value.Period)
	}
	for _, e := range d.Processors {
		if a := e.Value.AfterDelete; a != nil {
			add("after deletion at "+e.Name, a.Restorable)
			add("after deletion at "+e.Name, a.Purged)
		}
	}
	for _, e := range d.Channels.Rows {
		add("telling people of "+e.Name, e.Value.TellPersonWithin)
	}
	add("suppression of the erased", d.Suppression.Erased)
	add("suppression of the lapsed", d.Suppression.Lapsed)
	if d.Requests != nil {
		add("answer to requests", &d.Requests.AnswerWithin)
	}
	return out
}

func (c *pageComparison) periods() {
	page := pagePeriods(c.folded)
	ours := []Period{}
	for _, p := range c.d.promised() {
		ours = append(ours, counted(p.period))
		if !slices.Contains(page, counted(p.period)) {
			c.add("period", LeftOut, p.name, p.period.Words(), "")
		}
	}
	for _, p := range page {
		if !slices.Contains(ours, p) {
			c.add("period", Extra, "a period that the policy does not have", "", inYears(p).Words())
		}
	}
}

var spokenAge = regexp.MustCompile(`\b(?:under|below|younger than)(?: the)?(?: age)?(?: of)? ([0-9]{1,2})\b|\bage of ([0-9]{1,2})\b|\b([0-9]{1,2}) years (?:of age|old)\b`)

func (c *pageComparison) ages() {
	var page []string
	for _, m := range spokenAge.FindAllStringSubmatch(c.folded, -1) {
		if age := m[1] + m[2] + m[3]; !slices.Contains(page, age) {
			page = append(page, age)
		}
	}
	switch m := c.d.Minors; {
	case m == nil && len(page) > 0:
		c.add("age", Extra, "minors", "", strings.Join(page, ", "))
	case m == nil:
	case len(page) == 0:
		c.add("age", LeftOut, "minors", fmt.Sprint("under ", m.Under), "")
	case !slices.Equal(page, []string{fmt.Sprint(m.Under)}):
		c.add("age", Differs, "minors", fmt.Sprint("under ", m.Under), strings.Join(page, ", "))
	}
}

func (c *pageComparison) versions() {
	if !c.says(c.d.Version) {
		c.add("version", LeftOut, "version", c.d.Version, "")
	}
	if e := c.d.Effective.String(); e != c.d.Version && !c.says(e) {
		c.add("version", LeftOut, "in force since", longDay(c.d.Effective), "")
	}
	if s := c.d.Supersedes; s != "" && !c.says(s) {
		c.add("version", LeftOut, "the version before", s, "")
	}
}

// says tells whether the page names a label, or the date that it is, in one of
// the usual ways of writing it.
func (c *pageComparison) says(label string) bool {
	forms := []string{label}
	if t, err := time.Parse(time.DateOnly, label); err == nil {
		forms = append(forms, t.Format("2 January 2006"), t.Format("January 2 2006"), t.Format("2 Jan 2006"), t.Format("02.01.2006"), t.Format("2.1.2006"), t.Format("02/01/2006"))
	} else if t, err := time.Parse("2006-01", label); err == nil {
		forms = append(forms, t.Format("January 2006"))
	}
	return slices.ContainsFunc(forms, func(f string) bool { return strings.Contains(c.folded, " "+foldWords(f)+" ") })
}
