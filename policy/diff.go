package policy

import (
	"cmp"
	"fmt"
	"slices"
	"strings"

	"github.com/lapsed/lapsed/internal/document"
)

// Effect is whether a change makes more or fewer people deletable or mailable,
// as far as that can be said without looking at people.
type Effect string

// The effects. None is a change that decides nothing; unclear needs people to be
// counted.
const (
	More    Effect = "more"
	Fewer   Effect = "fewer"
	None    Effect = "none"
	Unclear Effect = "unclear"
)

// Change is one point on which two policies differ: in rules, not in lines.
type Change struct {
	Clause string `json:"clause"`
	Part   string `json:"part"`
	Name   string `json:"name,omitzero"`
	What   string `json:"what,omitzero"`
	Was    string `json:"was,omitzero"` // "" = it was not there
	Is     string `json:"is,omitzero"`  // "" = it is gone
	// Deletable and Mailable say what becomes of how many may be deleted or must
	// leave, and of how many may be mailed.
	Deletable Effect `json:"deletable"`
	Mailable  Effect `json:"mailable"`
}

// Words is the change in one line.
func (c Change) Words() string {
	what := strings.Join(slices.DeleteFunc([]string{c.Part, c.Name, c.What}, func(s string) bool { return s == "" }), " ")
	switch {
	case c.Was == "":
		return what + " is new: " + c.Is
	case c.Is == "":
		return what + " is gone: " + c.Was
	default:
		return fmt.Sprintf("%s was %s, is %s", what, c.Was, c.Is)
	}
}

// Effects is what the change does to people, "" if nothing.
func (c Change) Effects() string {
	var out []string
	for _, e := range []struct {
		effect Effect
		of     string
	}{{c.Deletable, "deletable"}, {c.Mailable, "mailable"}} {
		switch e.effect {
		case More, Fewer:
			out = append(out, string(e.effect)+" people "+e.of)
		case Unclear:
			out = append(out, "how many are "+e.of+" has to be counted")
		}
	}
	return strings.Join(out, "; ")
}

// Diff says what changes from one policy to another, in the order of a policy file.
func Diff(old, next *Document) []Change {
	d := &differ{old: old, next: next}
	d.head()
	d.scope()
	d.identity()
	d.vocabulary()
	d.channels()
	d.assessments()
	d.processors()
	d.retention()
	d.minors()
	d.consent()
	d.rest()
	return d.out
}

type differ struct {
	old, next *Document
	out       []Change
}

// effects are those of a change on deletions and on mail.
type effects struct{ deletable, mailable Effect }

var (
	nobody  = effects{None, None}
	unclear = effects{Unclear, Unclear}
)

// put notes a change if there is one.
func (d *differ) put(clause, part, name, what, was, is string, e effects) {
	if was != is {
		d.out = append(d.out, Change{clause, part, name, what, was, is, e.deletable, e.mailable})
	}
}

// set compares two lists without order: each member is there or not.
func (d *differ) set(clause, part, name, what string, was, is []string, added, removed effects) {
	for _, x := range was {
		if !slices.Contains(is, x) {
			d.put(clause, part, name, what, x, "", removed)
		}
	}
	for _, x := range is {
		if !slices.Contains(was, x) {
			d.put(clause, part, name, what, "", x, added)
		}
	}
}

// entries visits the names of two maps: those that are gone, then the new map's
// in its order. was or is is nil where a name is missing.
func entries[T any](was, is document.Map[T], each func(name string, was, is *T)) {
	for i := range was {
		if _, ok := is.Get(was[i].Name); !ok {
			each(was[i].Name, &was[i].Value, nil)
		}
	}
	for i := range is {
		if v, ok := was.Get(is[i].Name); ok {
			each(is[i].Name, &v, &is[i].Value)
		} else {
			each(is[i].Name, nil, &is[i].Value)
		}
	}
}

// bySize is the effects of a number or period that grew or shrank.
func bySize(was, is int, grew, shrank effects) effects {
	if is > was {
		return grew
	}
	return shrank
}

// days is about how long a period is, to tell which of two is longer.
func days(p *Period) int {
	if p == nil {
		return 0
	}
	return int(p.After(0))*24 + p.Hours%24
}

func periodText(p *Period) string {
	if p == nil {
		return ""
	}
	return p.Words()
}

// period compares two periods, either of which may be missing.
func (d *differ) period(clause, part, name, what string, was, is *Period, longer, shorter effects) {
	d.put(clause, part, name, what, periodText(was), periodText(is), bySize(days(was), days(is), longer, shorter))
}

func blocks(bs []Block) []string {
	out := make([]string, len(bs))
	for i, b := range bs {
		out[i] = b.String()
	}
	return out
}

func fieldTexts(fs []FieldRef) []string {
	out := make([]string, len(fs))
	for i, f := range fs {
		out[i] = f.Text
	}
	return out
}

func asStrings[T ~string](xs []T) []string {
	out := make([]string, len(xs))
	for i, x := range xs {
		out[i] = string(x)
	}
	return out
}

func sortedWords(xs []string) string { return strings.Join(slices.Sorted(slices.Values(xs)), ", ") }

func yes(b bool) string {
	if b {
		return "yes"
	}
	return "no"
}

func dayText(d *Day) string {
	if d == nil {
		return ""
	}
	return d.String()
}

// number is a figure, or the words for one that isn't given.
func number[T cmp.Ordered](p *T, otherwise string) string {
	if p == nil {
		return otherwise
	}
	return fmt.Sprint(*p)
}
