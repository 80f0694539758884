package policy

import (
	"slices"
	"strings"
	"time"

	"github.com/lapsed/lapsed/internal/contact"
)

// comparison compares one person's decision with what was expected of it.
type comparison struct {
	p       *Policy
	e       Expectation
	d       decided
	several bool
}

func (c comparison) all() []Difference {
	var out []Difference
	differ := func(what, expected, got string) {
		if expected != got {
			d := Difference{What: what, Expected: expected, Got: got}
			if c.several {
				d.Person = "[" + strings.Join(c.d.names, ", ") + "]"
			}
			out = append(out, d)
		}
	}
	d := c.d.decision
	differ("verdict", string(c.e.Verdict), string(d.Verdict))
	if c.e.Lapses != nil {
		differ("lapses", never(c.e.Lapses.Day), never(d.Clock.Lapses))
	}
	differ("demands", list(c.e.Demands), list(c.demands()))
	differ("findings", list(c.e.Findings), list(c.findings()))
	differ("kept-by", list(c.e.KeptBy), list(c.keptBy()))
	if c.e.Mail != nil {
		differ("mail", list(c.e.Mail), list(c.mail()))
	}
	if c.e.Changes != nil {
		differ("changes", never(c.e.Changes.Day), c.changes(d.Until))
	}
	if reason := c.p.Reason(d); !strings.Contains(reason, c.e.Because) {
		differ("because", "… "+c.e.Because+" …", reason)
	}
	return out
}

func list(ss []string) string { return strings.Join(slices.Sorted(slices.Values(ss)), "; ") }

func never(d Day) string {
	if d == NoDay {
		return "never"
	}
	return d.String()
}

func (c comparison) changes(until time.Time) string {
	if until.IsZero() {
		return "never"
	}
	return c.p.Today(until).String()
}

// at names a processor, and the record too where the person has several there.
func (c comparison) at(r contact.Ref) string {
	n := 0
	for _, o := range c.d.person.Observations {
		if o.Ref.Processor == r.Processor {
			n++
		}
	}
	if n > 1 {
		return r.Processor + " " + r.ID
	}
	return r.Processor
}

// demands are written as "delete hubspot for retention", "unsubscribe hubspot
// from newsletter for consent", with ", held" where a hold forbids it.
func (c comparison) demands() []string {
	var out []string
	for _, m := range c.d.decision.Demands {
		s := string(m.Verb) + " " + c.at(m.Ref)
		if m.Verb == Unsubscribe {
			what := m.Topic
			if m.Extent != contact.ExtentTopic {
				what = m.Extent.String()
			}
			s += " from " + what
		}
		s += " for " + string(m.Ground)
		if m.Held {
			s += ", held"
		}
		out = append(out, s)
	}
	return out
}

// findings are written as "unknown-channel hubspot", "to-be-told salesforce
// partner-promotion by 2026-12-24".
func (c comparison) findings() []string {
	var out []string
	for _, f := range c.d.decision.Findings {
		s := string(f.Code)
		if f.Processor != "" {
			s += " " + f.Processor
		}
		if f.Code == FindToBeTold || f.Code == FindToldTooLate {
			s += " " + c.p.Subject(f)
		}
		if f.Due != 0 {
			s += " by " + f.Due.String()
		}
		if !slices.Contains(out, s) {
			out = append(out, s)
		}
	}
	return out
}

func (c comparison) keptBy() []string {
	var out []string
	for _, i := range c.d.decision.Saved {
		out = append(out, c.p.keeps[i].name)
	}
	return out
}

func (c comparison) mail() []string {
	var out []string
	for i, t := range c.p.Topics {
		if c.d.decision.Topics&(1<<i) != 0 {
			out = append(out, t.Name)
		}
	}
	if out == nil {
		return []string{"none"}
	}
	return out
}
