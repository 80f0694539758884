package policy

import (
	"fmt"
	"slices"
	"strings"

	"github.com/lapsed/lapsed/internal/contact"
)

// CaseResult is what came of one case.
type CaseResult struct {
	File        string       `json:"file"`
	Line        int          `json:"line"`
	Clause      string       `json:"clause"`
	Rows        []string     `json:"rows,omitempty"`
	Title       string       `json:"title"`
	Differences []Difference `json:"differences,omitempty"`
}

// Difference is one thing that is not as expected.
type Difference struct {
	Person   string `json:"person,omitempty"` // its records, where a case has several persons
	What     string `json:"what"`
	Expected string `json:"expected,omitempty"`
	Got      string `json:"got,omitempty"`
}

// Passed tells whether all came as expected.
func (r CaseResult) Passed() bool { return len(r.Differences) == 0 }

// String is the case's place and title, and each difference in two lines.
func (r CaseResult) String() string {
	var b strings.Builder
	fmt.Fprintf(&b, "%s:%d: %s (%s", r.File, r.Line, r.Title, r.Clause)
	if len(r.Rows) > 0 {
		fmt.Fprintf(&b, ", row %s", strings.Join(r.Rows, ", "))
	}
	b.WriteString(")")
	for _, d := range r.Differences {
		what := d.What
		if d.Person != "" {
			what = d.Person + ", " + what
		}
		fmt.Fprintf(&b, "\n    %s\n      expected  %s\n      got       %s", what, orNothing(d.Expected), orNothing(d.Got))
	}
	return b.String()
}

func orNothing(s string) string {
	if s == "" {
		return "nothing"
	}
	return s
}

// Run decides every case under a policy. The keys serve to join records; any will
// do that normalise addresses and names as the daemon's.
func (cs Cases) Run(p *Policy, keys Pseudonymiser) []CaseResult {
	var out []CaseResult
	for i := range cs.List {
		c := &cs.List[i]
		r := CaseResult{File: cs.File, Line: c.Pos.Line, Clause: cs.Clause, Rows: c.Rows, Title: c.Title}
		r.Differences = c.run(p, keys)
		out = append(out, r)
	}
	return out
}

// decided is one person of a case with what was decided.
type decided struct {
	names    []string // of the records
	person   contact.Person
	decision Decision
}

func (c *Case) run(p *Policy, keys Pseudonymiser) []Difference {
	var out []Difference
	for _, f := range c.foreign {
		if !p.declares(f) {
			out = append(out, Difference{What: fmt.Sprintf("line %d", f.Pos.Line), Expected: "a field that the connector or the policy knows", Got: f.Text})
		}
	}
	if c.Accounts != nil {
		return c.weigh(p, c.Now.In(p.zone))
	}
	persons, err := c.decide(p, keys)
	if err != nil {
		return append(out, Difference{What: "the case", Expected: "one that can be decided", Got: err.Error()})
	}
	for _, e := range c.Expect {
		d, found := e.find(persons)
		if !found {
			out = append(out, Difference{What: "persons", Expected: e.whom(), Got: everybody(persons)})
			continue
		}
		compare := comparison{p: p, e: e, d: d, several: len(c.Expect) > 1}
		out = append(out, compare.all()...)
	}
	if len(out) == 0 && len(persons) != len(c.Expect) {
		out = append(out, Difference{What: "persons", Expected: fmt.Sprint(len(c.Expect)), Got: everybody(persons)})
	}
	return out
}

// whom says which person is expected.
func (e Expectation) whom() string {
	if len(e.Person) == 0 {
		return "one person"
	}
	return "[" + strings.Join(e.Person, ", ") + "]"
}

// find returns the person that an expectation is of.
func (e Expectation) find(persons []decided) (decided, bool) {
	if len(e.Person) == 0 {
		if len(persons) == 1 {
			return persons[0], true
		}
		return decided{}, false
	}
	want := slices.Sorted(slices.Values(e.Person))
	for _, d := range persons {
		if slices.Equal(slices.Sorted(slices.Values(d.names)), want) {
			return d, true
		}
	}
	return decided{}, false
}

func everybody(persons []decided) string {
	var out []string
	for _, d := range persons {
		out = append(out, "["+strings.Join(d.names, ", ")+"]")
	}
	return strings.Join(out, " and ")
}

// decide observes the case's contacts, joins them, and decides on each person.
func (c *Case) decide(p *Policy, keys Pseudonymiser) ([]decided, error) {
	at := c.Now.In(p.zone)
	var seen []contact.Observation
	for _, x := range c.Contacts {
		x.ReadAt = at
		o := p.Observe(x, keys)
		first := at
		if m, known := c.firstRead[x.Ref]; known {
			first = m.In(p.zone)
		}
		for i := range o.Facts.Refusals {
			if o.Facts.Refusals[i].At == 0 {
				o.Facts.Refusals[i].At = first.Unix()
			}
		}
		seen = append(seen, o)
	}
	with, err := c.circumstances(p)
	if err != nil {
		return nil, err
	}
	persons, err := Join(seen, slices.Contains(p.Identity.NotBy, NotByTwoNames))
	if err != nil {
		return nil, err
	}
	var out []decided
	for _, x := range persons {
		d := decided{person: x}
		for _, o := range x.Observations {
			d.names = append(d.names, o.Ref.ID)
		}
		with.Requests = c.requestsOf(p, d.names, x, seen, at)
		d.decision = p.Decide(x, with, at)
		out = append(out, d)
	}
	return out, nil
}

func (c *Case) circumstances(p *Policy) (Circumstances, error) {
	var with Circumstances
	for i, d := range c.Holds {
		with.Holds = append(with.Holds, Hold{ID: fmt.Sprint(i + 1), Until: d})
	}
	for _, r := range c.Refused {
		extent := contact.ExtentTopic
		switch r.What {
		case contact.ExtentEmail.String():
			extent = contact.ExtentEmail
		case contact.ExtentMarketing.String():
			extent = contact.ExtentMarketing
		}
		no, known := p.Refusal(extent, r.What, r.Since.In(p.zone).Unix())
		if !known {
			return with, fmt.Errorf("the policy has no topic %q", r.What)
		}
		with.Refused = append(with.Refused, no)
	}
	return with, nil
}

// declares tells whether the policy knows a field that no catalogue does: as a
// custom field of a processor, or a topic's flag.
func (d *Document) declares(f FieldRef) bool {
	if p, ok := d.Processors.Get(f.Processor); ok {
		if _, declared := p.Fields.Get(f.Path); declared {
			return true
		}
	}
	for _, t := range d.Topics {
		if id, ok := t.Value.Get(f.Processor); ok && id == f.Path {
			return true
		}
	}
	return false
}
