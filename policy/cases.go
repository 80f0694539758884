package policy

import (
	"errors"
	"fmt"
	"slices"
	"time"

	"github.com/lapsed/lapsed/internal/contact"
	"github.com/lapsed/lapsed/internal/document"
)

// Cases are acceptance cases of a policy in the words of the people who answer
// for it: what the processors hold of somebody, on what day, and what the policy
// must say to it. They run through the same Observe, join and Decide as the
// daemon's contacts do.
type Cases struct {
	File   string
	Clause string
	List   []Case
}

// Case is one of them.
type Case struct {
	Pos      document.Pos
	Title    string
	Rows     []string // of a table of cases elsewhere; only shown
	Now      Moment
	Contacts []contact.Contact // without ReadAt: they are read when the case runs
	Accounts []Account         // in place of contacts: what accounts show beside them
	// Holds are the last days of holds on each person of the case, and Refused what
	// they refused at records that are gone.
	Holds    []Day
	Refused  []EarlierRefusal
	Requests []EarlierRequest
	Expect   []Expectation

	firstRead map[contact.Ref]Moment // since when an undated no of a record was seen
	foreign   []FieldRef             // fields that no catalogue knows: the policy has to
}

// Expectation is what a policy must say of one person. It is whole: demands,
// findings and keeps that aren't named must not come.
type Expectation struct {
	Pos      document.Pos
	Person   []string  `yaml:"person,optional"`   // names of the records that are this person
	Verdict  Verdict   `yaml:"verdict,optional"`  // not of accounts
	Lapses   *LastWord `yaml:"lapses,optional"`   // first day on which the person has lapsed
	Demands  []string  `yaml:"demands,optional"`  // "delete hubspot for retention"
	Findings []string  `yaml:"findings,optional"` // "unknown-channel hubspot"
	KeptBy   []string  `yaml:"kept-by,optional"`  // names of keeps that save something
	Mail     []string  `yaml:"mail,optional"`     // topics that may be mailed; "none"; not compared if it isn't given
	Changes  *LastWord `yaml:"changes,optional"`  // first day on which time alone may change the decision
	Because  string    `yaml:"because,optional"`  // part of the reason
}

// EarlierRefusal is a no that outlived its record.
type EarlierRefusal struct {
	Pos   document.Pos
	What  string `yaml:"what"` // email, marketing, or a topic
	Since Moment `yaml:"since"`
}

// Moment is an instant, or a day of the controller's zone, which stands for its noon.
type Moment struct {
	day     Day
	instant time.Time
}

// ParseScalar reads a day or an RFC 3339 instant.
func (m *Moment) ParseScalar(s string) error {
	if t, err := time.Parse(time.RFC3339, s); err == nil {
		*m = Moment{NoDay, t}
		return nil
	}
	d, err := ParseDay(s)
	if err != nil {
		return fmt.Errorf("%q is no day and no instant: write 2026-11-24 or 2026-11-24T23:30:00+01:00", s)
	}
	*m = Moment{d, time.Time{}}
	return nil
}

// In is the moment in a zone.
func (m Moment) In(loc *time.Location) time.Time {
	if !m.instant.IsZero() {
		return m.instant
	}
	return m.day.Start(loc).Add(12 * time.Hour)
}

// LastWord is a day, or never.
type LastWord struct{ Day Day }

// ParseScalar reads YYYY-MM-DD or never.
func (w *LastWord) ParseScalar(s string) (err error) {
	if w.Day = NoDay; s != "never" {
		w.Day, err = ParseDay(s)
	}
	return err
}

// ParseScalar reads the word.
func (v *Verdict) ParseScalar(s string) error {
	return oneOf(v, s, Kept, Lapsed, Forgotten, Minor, NoBasis, Undetermined, Conflict, LeftAlone)
}

// casesFile is the file's grammar.
type casesFile struct {
	Clause string     `yaml:"clause"`
	About  string     `yaml:"about,optional"`
	Now    *Moment    `yaml:"now,optional"` // of the cases that have none of their own
	Cases  []caseForm `yaml:"cases"`
}

type caseForm struct {
	Pos      document.Pos
	Title    string                    `yaml:"title"`
	Row      []string                  `yaml:"row,optional"`
	Now      *Moment                   `yaml:"now,optional"`
	Contacts []contactForm             `yaml:"contacts,optional"`
	Accounts document.Map[accountNode] `yaml:"account,optional"`
	Holds    []Day                     `yaml:"holds,optional"`
	Refused  []EarlierRefusal          `yaml:"refused-before,optional"`
	Requests []EarlierRequest          `yaml:"requests,optional"`
	Expect   []Expectation             `yaml:"expect"`
}

// ParseCases reads a file of cases. Values get the kinds that the bound
// catalogues give them. All problems are reported at once.
func ParseCases(file string, text []byte, bound Binding) (Cases, document.Problems) {
	var form casesFile
	src, problems := document.Decode(file, text, &form)
	if len(problems) > 0 {
		return Cases{}, problems
	}
	r := casesReader{src: src, bound: bound}
	out := Cases{File: file, Clause: form.Clause}
	titles := map[string]int{}
	for _, c := range form.Cases {
		if line, twice := titles[c.Title]; twice {
			r.problem(c.Pos, "the case of line %d has the same title", line)
		}
		titles[c.Title] = c.Pos.Line
		if c.Now == nil {
			c.Now = form.Now
		}
		if c.Now == nil {
			r.problem(c.Pos, "the case has no day: write now: 2026-11-24 here, or at the top of the file")
			continue
		}
		out.List = append(out.List, r.read(c))
	}
	return out, r.problems.Sorted()
}

// casesReader gives raw contacts their types.
type casesReader struct {
	src      document.Source
	bound    Binding
	problems document.Problems
}

func (r *casesReader) problem(pos document.Pos, format string, args ...any) {
	r.problems = append(r.problems, r.src.Problem(pos, "", format, args...))
}

func (r *casesReader) read(f caseForm) Case {
	c := Case{Pos: f.Pos, Title: f.Title, Rows: f.Row, Now: *f.Now, Holds: f.Holds, Refused: f.Refused, Requests: f.Requests, Expect: f.Expect, firstRead: map[contact.Ref]Moment{}}
	names := map[string]bool{}
	for i, raw := range f.Contacts {
		if raw.as == "" {
			raw.as = fmt.Sprint(i + 1)
		}
		if names[raw.as] {
			r.problem(raw.pos, "two records of this case are called %q", raw.as)
		}
		names[raw.as] = true
		if x, err := r.contact(&c, raw); err == nil {
			c.Contacts = append(c.Contacts, x)
		}
	}
	r.accounts(&c, f)
	r.persons(c, names)
	r.asking(c, names)
	return c
}

// persons checks that several expectations say whom they are of.
func (r *casesReader) persons(c Case, names map[string]bool) {
	taken := map[string]bool{}
	for _, e := range c.Expect {
		if len(c.Expect) > 1 && len(e.Person) == 0 {
			r.problem(e.Pos, "with several persons, each expectation says whose it is: person: [NAME OF RECORD, …]")
		}
		for _, n := range e.Person {
			switch {
			case !names[n]:
				r.problem(e.Pos, "no record of this case is called %q: name it with as: %s, or count from 1", n, n)
			case taken[n]:
				r.problem(e.Pos, "record %q is in two persons", n)
			}
			taken[n] = true
		}
	}
}

var errRead = errors.New("reported")

// kindOf returns the catalogue's kind of a field; known is false for custom ones.
func kindOf(cat contact.Catalogue, object, path string) (k contact.Kind, known bool) {
	for _, f := range cat.Lookup(path) {
		if f.Object == "" || f.Object == object {
			return f.Kind, true
		}
	}
	return contact.Empty, false
}

func groupsOf(cat contact.Catalogue, object string) []string {
	var out []string
	for _, f := range cat.Fields {
		if f.Group != "" && (f.Object == "" || f.Object == object) && !slices.Contains(out, f.Group) {
			out = append(out, f.Group)
		}
	}
	return out
}
