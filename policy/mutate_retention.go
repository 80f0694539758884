package policy

import (
	"fmt"
	"slices"

	"github.com/lapsed/lapsed/internal/document"
)

func (m *mutator) channels() {
	rows := (*[]document.Entry[Channel])(&m.d.Channels.Rows)
	for i := range *rows {
		e := &(*rows)[i]
		rule := "channels." + e.Name
		m.add("C1", rule, e.Pos, "not there", func() {
			name := e.Name // the entry moves when it is taken out
			*rows = slices.Delete(*rows, i, i+1)
			m.d.Retention.Shorter = slices.DeleteFunc(m.d.Retention.Shorter, func(s document.Entry[Period]) bool { return s.Name == name })
		})
		m.blocks("C1", rule+".when", &e.Value.When, 1)
		m.permits(rule, e)
		m.telling(e.Name, &e.Value)
	}
	if o := m.d.Channels.Otherwise; o != nil {
		m.add("C1", "channels.otherwise", o.Pos, "not there", func() { m.d.Channels.Otherwise = nil })
	}
}

// permits changes what a channel permits, and on what basis where that decides.
func (m *mutator) permits(rule string, e *document.Entry[Channel]) {
	c := &e.Value
	other := PermitsConsentedTopics
	if c.Permits == PermitsConsentedTopics {
		other = PermitsNothing
	}
	m.add("C11", rule+".permits", e.Pos, string(other), func() { c.Permits = other })
	if c.Permits != PermitsConsentedTopics && c.Permits != PermitsOneMessage {
		return // no mail hangs on it, so its basis carries the data whatever it is
	}
	basis := BasisContract
	if c.Basis == BasisLegitimateInterest && c.Permits == PermitsConsentedTopics {
		basis = BasisConsent
	}
	m.add("C23", rule+".basis", e.Pos, string(basis), func() { c.Basis, c.Assessment = basis, "" })
}

func (m *mutator) retention() {
	r := &m.d.Retention
	m.period("C5", "retention.period", r.Pos, &r.Period)
	if m.d.Consent != nil && len(m.d.Channels.Rows) > 0 { // else nobody's basis can be lost
		switch r.NoBasisLeft {
		case "delete":
			m.add("C23", "retention.no-basis-left", r.Pos, "keep", func() { r.NoBasisLeft = "keep" })
		case "keep":
			m.add("C23", "retention.no-basis-left", r.Pos, "delete", func() { r.NoBasisLeft = "delete" })
		}
	}
	for i := range r.Shorter {
		e := &r.Shorter[i]
		m.add("C5", "retention.shorter."+e.Name, e.Pos, "not there", func() { r.Shorter = slices.Delete(r.Shorter, i, i+1) })
		m.period("C5", "retention.shorter."+e.Name, e.Pos, &e.Value)
	}
}

func (m *mutator) signals() {
	s := &m.d.Retention.Signals
	for _, kind := range []struct {
		name string
		list *[]Signal
	}{{"activity", &s.Activity}, {"interest", &s.Interest}, {"intent", &s.Intent}, {"need", &s.Need}} {
		rule := "retention.signals." + kind.name
		for i := range *kind.list {
			x := &(*kind.list)[i]
			whole := func() { *kind.list = slices.Delete(*kind.list, i, i+1) }
			switch {
			case x.While != nil && m.read(*x.After):
				m.add("C5", rule, x.Pos, "without "+x.While.String(), whole)
				m.block("C5", rule, x.While)
				m.period("C5", rule+".at-most", x.Pos, x.AtMost)
			case len(x.Date) == 1 && m.read(x.Date[0]):
				m.add("C5", rule, x.Pos, "without "+x.Date[0].Text, whole)
			case len(x.Date) > 1:
				m.fields("C5", rule, &x.Date, 1)
			}
			if x.When != nil {
				m.add("C5", rule, x.When.Pos, fmt.Sprintf("%s even without %s", x.Date[0], x.When), func() { x.When = nil })
				m.block("C5", rule, x.When)
			}
		}
	}
}

func (m *mutator) keeps() {
	longer := &m.d.Retention.Longer
	for i := range *longer {
		e := &(*longer)[i]
		k := &e.Value
		if !slices.ContainsFunc(k.At, func(at string) bool { _, bound := m.bound[at]; return bound }) {
			continue
		}
		rule := "retention.longer." + e.Name
		m.add("C6", rule, e.Pos, "not there", func() { *longer = slices.Delete(*longer, i, i+1) })
		if k.Period != nil {
			m.period("C6", rule+".period", e.Pos, k.Period)
		}
		if k.AfterYearOf != nil {
			m.add("C6", rule+".after-year-of", k.AfterYearOf.Pos, "from the day, not from the year's end", func() { k.After, k.AfterYearOf = k.AfterYearOf, nil })
		}
		if k.While != nil {
			m.block("C6", rule+".while", k.While)
		}
		drop(m, "C6", rule+".at", &k.At, 1, func(at *string) (string, document.Pos) { return *at, e.Pos })
		drop(m, "C6", rule+".keeps", &k.Keeps, 1, func(c *string) (string, document.Pos) { return *c, e.Pos })
		for _, c := range m.d.Categories.Names() {
			if !slices.Contains(k.Keeps, c) {
				m.add("C6", rule+".keeps", e.Pos, "with "+c, func() { k.Keeps = append(k.Keeps, c) })
			}
		}
	}
}
