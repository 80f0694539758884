package policy

import (
	"slices"

	"github.com/lapsed/lapsed/internal/document"
)

// residency weakens what is promised of where data lies, and the safeguards that
// the promise rests on. A safeguard inside the zone decides nothing.
func (m *mutator) residency() {
	r := m.d.Residency
	if r == nil {
		return
	}
	other := func(s string) string {
		if s == insideOnly {
			return "inside-or-safeguard"
		}
		return insideOnly
	}
	m.add("C9", "residency.everyone-else", r.Pos, other(r.EveryoneElse), func() { r.EveryoneElse = other(r.EveryoneElse) })
	if len(r.UsersAre) > 0 {
		m.add("C9", "residency.users", r.Pos, other(r.Users), func() { r.Users = other(r.Users) })
		m.blocks("C9", "residency.users-are", &r.UsersAre, 0)
	}
	for i := range m.d.Processors {
		p := &m.d.Processors[i]
		if _, bound := m.bound[p.Name]; !bound || m.d.inside(p.Value.Region) {
			continue
		}
		rule := "processors." + p.Name
		m.add("C9", rule+".region", p.Pos, "inside the zone", func() { p.Value.Region = r.Zone })
		if s := p.Value.Safeguard; s != nil {
			m.add("C9", rule+".safeguard", s.Pos, "not there", func() { p.Value.Safeguard = nil })
			m.add("C9", rule+".safeguard.review-by", s.Pos, "due a day earlier", func() { s.ReviewBy-- })
			m.add("C9", rule+".safeguard.review-by", s.Pos, "due a day later", func() { s.ReviewBy++ })
		}
	}
}

// telling changes by when people are told of a channel, and what shows it.
func (m *mutator) telling(channel string, c *Channel) {
	if c.TellPersonWithin == nil {
		return
	}
	rule := "channels." + channel
	m.add("C25", rule+".tell-person-within", c.Pos, "not there", func() { c.TellPersonWithin, c.ToldBy = nil, nil })
	m.period("C25", rule+".tell-person-within", c.Pos, c.TellPersonWithin)
	m.blocks("C25", rule+".told-by", &c.ToldBy, 0)
}

// accounts changes what is compared with an account: declared fields, roles,
// programs; and what the register says of a day.
func (m *mutator) accounts() {
	for i := range m.d.Processors {
		p := &m.d.Processors[i]
		rule := "processors." + p.Name
		if _, bound := m.bound[p.Name]; bound && !m.keptAt(p.Name) && len(m.d.Categories) > 0 {
			for k := range p.Value.Fields {
				f := &p.Value.Fields[k]
				m.add("C10", rule+".fields", f.Pos, "without "+f.Name, func() { p.Value.Fields = slices.Delete(p.Value.Fields, k, k+1) })
			}
		}
		if c := p.Value.Aggregated.Check; c != nil {
			m.add("C22", rule+".aggregated.review-by", c.Pos, "due a day earlier", func() { c.ReviewBy-- })
			m.add("C22", rule+".aggregated.review-by", c.Pos, "due a day later", func() { c.ReviewBy++ })
		}
		if p.Value.Consultant {
			for _, x := range []struct {
				key string
				day **Day
			}{{"nda", &p.Value.NDA}, {"dpa", &p.Value.DPA}} {
				if *x.day != nil {
					m.add("C16", rule+"."+x.key, p.Pos, "not there", func() { *x.day = nil })
				}
			}
		}
	}
	if a := m.d.Access; a != nil {
		m.names("C14", "access.roles", &a.Roles)
		m.names("C21", "access.apps", &a.Apps)
	}
}

// names takes out each row of a list by processor, and each name.
func (m *mutator) names(clause, rule string, rows *document.Map[[]string]) {
	entries := (*[]document.Entry[[]string])(rows)
	drop(m, clause, rule, entries, 0, func(e *document.Entry[[]string]) (string, document.Pos) {
		if _, bound := m.bound[e.Name]; !bound {
			return "", e.Pos
		}
		return e.Name, e.Pos
	})
	for i := range *entries {
		e := &(*entries)[i]
		if _, bound := m.bound[e.Name]; bound {
			drop(m, clause, rule+"."+e.Name, &e.Value, 1, func(s *string) (string, document.Pos) { return *s, e.Pos })
		}
	}
}
