package policy

import (
	"reflect"

	"github.com/lapsed/lapsed/internal/document"
)

// Mutant is a policy that is one change away from another: a rule dropped or
// weakened. Cases that can't tell the two apart don't prove the rule.
type Mutant struct {
	Clause string `json:"clause"`
	Rule   string `json:"rule"`   // path in the file: "channels.event.permits"
	Change string `json:"change"` // what is different
	File   string `json:"file"`
	Line   int    `json:"line"`
	Column int    `json:"column"`
	// Noticed are the cases that hold under the policy and not under the mutant.
	Noticed []NoticedBy `json:"noticed,omitempty"`
}

// NoticedBy names a case.
type NoticedBy struct {
	File  string `json:"file"`
	Line  int    `json:"line"`
	Title string `json:"title"`
}

// Unproven tells whether no case notices the change.
func (m Mutant) Unproven() bool { return len(m.Noticed) == 0 }

// Mutate changes each rule of a policy that decisions depend on, one at a time,
// and runs the cases under each. Rules on contacts of processors without a connector
// decide nothing, and are left.
func (p *Policy) Mutate(bound Binding, all []Cases, keys Pseudonymiser) []Mutant {
	held := map[NoticedBy]bool{}
	each(all, p, keys, func(c NoticedBy, passed bool) { held[c] = passed })
	var out []Mutant
	for i := range changes(clone(&p.Document), bound) {
		d := clone(&p.Document)
		c := changes(d, bound)[i]
		c.apply()
		if len(d.check(p.source)) > 0 {
			continue // such a policy can't be
		}
		m := Mutant{Clause: c.clause, Rule: c.rule, Change: c.says, File: p.source.File, Line: c.pos.Line, Column: c.pos.Col}
		each(all, d.bind(p.source, bound), keys, func(c NoticedBy, passed bool) {
			if held[c] && !passed {
				m.Noticed = append(m.Noticed, c)
			}
		})
		out = append(out, m)
	}
	return out
}

// each runs all cases under a policy.
func each(all []Cases, p *Policy, keys Pseudonymiser, with func(NoticedBy, bool)) {
	for _, cs := range all {
		for _, r := range cs.Run(p, keys) {
			with(NoticedBy{r.File, r.Line, r.Title}, r.Passed())
		}
	}
}

// clone copies a document, so that a change to one is none to the other.
func clone(d *Document) *Document {
	var out Document
	copyInto(reflect.ValueOf(&out).Elem(), reflect.ValueOf(d).Elem())
	return &out
}

func copyInto(to, from reflect.Value) {
	switch {
	case from.Type() == reflect.TypeFor[TimeZone](), from.Type() == reflect.TypeFor[document.Pos]():
		to.Set(from)
	case from.Kind() == reflect.Struct:
		for i := range from.NumField() {
			copyInto(to.Field(i), from.Field(i))
		}
	case from.Kind() == reflect.Slice && !from.IsNil():
		to.Set(reflect.MakeSlice(from.Type(), from.Len(), from.Len()))
		for i := range from.Len() {
			copyInto(to.Index(i), from.Index(i))
		}
	case from.Kind() == reflect.Pointer && !from.IsNil():
		to.Set(reflect.New(from.Type().Elem()))
		copyInto(to.Elem(), from.Elem())
	default:
		to.Set(from)
	}
}
