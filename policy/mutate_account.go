package policy

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
