package policy

import (
	"fmt"
	"slices"

	"github.com/lapsed/lapsed/internal/document"
)

// change is one rule dropped or weakened in the document that it was made of.
type change struct {
	clause, rule, says string
	pos                document.Pos
	apply              func()
}

// mutator lists the changes of a document.
type mutator struct {
	d     *Document
	bound Binding
	list  []change
}

// changes lists every change of a document; applying one changes the document,
// and the others are void.
func changes(d *Document, bound Binding) []change {
	m := &mutator{d: d, bound: bound}
	m.blocks("C18", "scope.leave-alone", &d.Scope.LeaveAlone, 0)
	m.identity()
	m.topics()
	m.channels()
	m.assessments()
	m.retention()
	m.signals()
	m.keeps()
	m.minors()
	m.requests()
	m.consent()
	m.categories()
	m.residency()
	m.accounts()
	return m.list
}

func (m *mutator) add(clause, rule string, pos document.Pos, says string, apply func()) {
	m.list = append(m.list, change{clause, rule, says, pos, apply})
}

// read tells whether a field is seen at all.
func (m *mutator) read(f FieldRef) bool {
	_, bound := m.bound[f.Processor]
	return f.Processor == "" || bound || f.Text == consentGiven
}

// drop takes out each entry of a list that may be left out; at least some stay.
func drop[T any](m *mutator, clause, rule string, list *[]T, stay int, what func(*T) (string, document.Pos)) {
	if len(*list) <= stay {
		return
	}
	for i := range *list {
		words, pos := what(&(*list)[i])
		if words != "" {
			m.add(clause, rule, pos, "without "+words, func() { *list = slices.Delete(*list, i, i+1) })
		}
	}
}

// fields takes out each field of a list.
func (m *mutator) fields(clause, rule string, list *[]FieldRef, stay int) {
	drop(m, clause, rule, list, stay, func(f *FieldRef) (string, document.Pos) {
		if !m.read(*f) {
			return "", f.Pos
		}
		return f.Text, f.Pos
	})
}

// blocks takes out each condition of a list, and weakens each.
func (m *mutator) blocks(clause, rule string, list *[]Block, stay int) {
	drop(m, clause, rule, list, stay, func(b *Block) (string, document.Pos) {
		if slices.ContainsFunc(b.Lines, func(l Line) bool { return !m.read(l.Field) }) {
			return "", b.Pos
		}
		return b.String(), b.Pos
	})
	for i := range *list {
		m.block(clause, rule, &(*list)[i])
	}
}

// block narrows and widens a condition: without one of its lines, without one of a
// line's values, and with whatever the field holds.
func (m *mutator) block(clause, rule string, b *Block) {
	drop(m, clause, rule, &b.Lines, 1, func(l *Line) (string, document.Pos) { return l.String(), l.Field.Pos })
	for i := range b.Lines {
		l := &b.Lines[i]
		if !m.read(l.Field) {
			continue
		}
		text := func(s *string) (string, document.Pos) { return fmt.Sprintf("%s is %q", l.Field, *s), l.Field.Pos }
		drop(m, clause, rule, &l.Any, 1, text)
		drop(m, clause, rule, &l.Like, 1, text)
		if l.Present == nil {
			yes := true
			m.add(clause, rule, l.Field.Pos, fmt.Sprintf("with whatever %s holds", l.Field), func() { l.Any, l.Like, l.Present = nil, nil, &yes })
		}
	}
}

// period makes a period a day longer, and a day shorter.
func (m *mutator) period(clause, rule string, pos document.Pos, p *Period) {
	m.add(clause, rule, pos, fmt.Sprintf("%s and a day", p.Words()), func() { p.Days++ })
	m.add(clause, rule, pos, fmt.Sprintf("%s less a day", p.Words()), func() { p.Days-- })
}

func (m *mutator) identity() {
	id := &m.d.Identity
	m.fields("C12", "identity.joined-by", &id.JoinedBy, 1)
	drop(m, "C12", "identity.not-by", &id.NotBy, 0, func(n *NotBy) (string, document.Pos) { return string(*n), id.Pos })
	if n := id.AtMost; n != nil {
		m.add("C12", "identity.at-most", id.Pos, fmt.Sprintf("%d at most", *n+1), func() { *n++ })
		m.add("C12", "identity.at-most", id.Pos, fmt.Sprintf("%d at most", *n-1), func() { *n-- })
	}
}

func (m *mutator) topics() {
	for i := range m.d.Topics {
		t := &m.d.Topics[i]
		entries := (*[]document.Entry[string])(&t.Value)
		drop(m, "C12", "topics."+t.Name, entries, 0, func(e *document.Entry[string]) (string, document.Pos) {
			if _, bound := m.bound[e.Name]; !bound {
				return "", e.Pos
			}
			return "its id at " + e.Name, e.Pos
		})
	}
}

// assessments fails each balancing test that mail depends on.
func (m *mutator) assessments() {
	for i := range m.d.Assessments {
		e := &m.d.Assessments[i]
		if !slices.ContainsFunc(m.d.Channels.Rows, func(c document.Entry[Channel]) bool {
			return c.Value.Assessment == e.Name && c.Value.Permits == PermitsConsentedTopics
		}) {
			continue
		}
		m.add("C3", "assessments."+e.Name+".outcome", e.Pos, "failed", func() { e.Value.Outcome = OutcomeFailed })
		m.add("C3", "assessments."+e.Name+".review-by", e.Pos, "due a day earlier", func() { e.Value.ReviewBy-- })
	}
}

func (m *mutator) minors() {
	y := m.d.Minors
	if y == nil {
		return
	}
	m.add("C4", "minors", y.Pos, "not there", func() { m.d.Minors = nil })
	m.add("C4", "minors.under", y.Pos, fmt.Sprintf("under %d", y.Under+1), func() { y.Under++ })
	m.add("C4", "minors.under", y.Pos, fmt.Sprintf("under %d", y.Under-1), func() { y.Under-- })
	m.fields("C4", "minors.known-by", &y.KnownBy, 1)
	drop(m, "C4", "minors.placeholders", &y.Placeholders, 0, func(d *Day) (string, document.Pos) { return d.String(), y.Pos })
	m.blocks("C4", "minors.suspected-by", &y.SuspectedBy, 0)
}

// requests drops each flag by which requests come in, and moves the day of the answer.
func (m *mutator) requests() {
	r := m.d.Requests
	if r == nil {
		return
	}
	m.period("C26", "requests.answer-within", r.Pos, &r.AnswerWithin)
	m.fields("C26", "requests.received-by", &r.ReceivedBy, 0)
}

func (m *mutator) consent() {
	c := m.d.Consent
	if c == nil {
		return
	}
	m.add("C2", "consent", c.Pos, "not there", func() { m.d.Consent = nil })
	m.blocks("C2", "consent.accepted", &c.Accepted, 0)
	forms := (*[]document.Entry[Form])(&c.Forms)
	drop(m, "C20", "consent.forms", forms, 0, func(e *document.Entry[Form]) (string, document.Pos) { return e.Name, e.Pos })
	for i := range c.Forms {
		e := &c.Forms[i]
		rule := "consent.forms." + e.Name
		drop(m, "C20", rule+".topics", &e.Value.Topics, 1, func(t *string) (string, document.Pos) { return *t, e.Pos })
		if e.Value.OwnTickBox {
			m.add("C2", rule+".own-tick-box", e.Pos, "false", func() { e.Value.OwnTickBox = false })
		}
	}
	drop(m, "C12", "consent.refusal.read-from", &c.Refusal.ReadFrom, 1, func(r *FieldOrBlock) (string, document.Pos) { return r.String(), r.Pos })
}

// categories moves each custom field to another category: what a law keeps of it.
func (m *mutator) categories() {
	if len(m.d.Categories) < 2 || len(m.d.Retention.Longer) == 0 {
		return
	}
	for i := range m.d.Processors {
		p := &m.d.Processors[i]
		if _, bound := m.bound[p.Name]; !bound || !m.keptAt(p.Name) {
			continue
		}
		for k := range p.Value.Fields {
			f := &p.Value.Fields[k]
			m.add("C6", "processors."+p.Name+".fields", f.Pos, "without "+f.Name, func() { p.Value.Fields = slices.Delete(p.Value.Fields, k, k+1) })
		}
	}
}

// keptAt tells whether some law keeps data at a processor.
func (m *mutator) keptAt(processor string) bool {
	return slices.ContainsFunc(m.d.Retention.Longer, func(e document.Entry[Keep]) bool { return slices.Contains(e.Value.At, processor) })
}
