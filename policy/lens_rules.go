package policy

import (
	"slices"

	"github.com/lapsed/lapsed/internal/contact"
)

func (v view) scope() {
	if r := v.c.p.Residency; r != nil {
		v.lens.users = v.conds(r.UsersAre, harmless)
	}
	v.lens.leaveAlone = v.conds(v.c.p.Scope.LeaveAlone, func(x *loss) { x.unread, x.scope = true, true })
	if m := v.c.p.Minors; m != nil {
		v.lens.suspected = v.conds(m.SuspectedBy, harmless)
		for _, f := range m.KnownBy {
			if refs, ok := v.here(f); ok {
				for _, r := range refs {
					v.loses(r, func(x *loss) { x.unread, x.birth = true, true })
					v.lens.births = append(v.lens.births, v.spot(r))
				}
			}
		}
	}
}

func (v view) channels() {
	for i, e := range v.c.p.Channels.Rows {
		if told := v.conds(e.Value.ToldBy, harmless); told != nil {
			v.lens.told = append(v.lens.told, channelLens{uint16(i), told})
		}
		cl := channelLens{rule: uint16(i), any: v.conds(e.Value.When, unread)}
		if cl.any == nil {
			continue
		}
		v.lens.channels = append(v.lens.channels, cl)
		for _, b := range e.Value.When {
			for _, line := range b.Lines {
				refs, ok := v.here(line.Field)
				for _, r := range refs {
					if f := v.spot(r); ok && r.group == "" && !slices.Contains(v.lens.origins, f.field) {
						v.lens.origins = append(v.lens.origins, f.field)
					}
				}
			}
		}
	}
}

func (v view) signals() {
	for i, s := range v.c.p.signals {
		field := s.after
		cond, ok := cond{}, true
		switch {
		case s.given:
			continue
		case s.ongoing():
			cond, ok = v.cond(*s.while, unread)
		default:
			field = s.fields[0]
			if s.when != nil {
				cond, ok = v.cond(*s.when, unread)
			}
		}
		refs, here := v.here(field)
		if !here || len(refs) == 0 || !ok {
			continue
		}
		v.loses(refs[0], unread)
		row, rest := cond.split(refs[0].group)
		v.lens.signals = append(v.lens.signals, signalLens{uint16(i), v.spot(refs[0]), rest, row})
	}
}

func (v view) keeps() {
	for i, k := range v.c.p.keeps {
		kl := keepLens{rule: uint16(i)}
		claims := func(x *loss) {
			if x.unread = true; !slices.Contains(x.keeps, kl.rule) {
				x.keeps = append(x.keeps, kl.rule)
			}
		}
		if k.start != nil {
			if refs, ok := v.here(*k.start); ok && len(refs) > 0 {
				kl.start, kl.has = v.spot(refs[0]), true
				v.loses(refs[0], claims)
			}
		}
		if k.while != nil {
			kl.while, kl.asks = v.cond(*k.while, claims)
		}
		if kl.has || kl.asks {
			v.lens.keeps = append(v.lens.keeps, kl)
		}
	}
}

// answers tells the roles of what a person has said. It outlives what it is
// about, and nobody is told to empty it.
func answers(r contact.Role) bool {
	switch r {
	case contact.RoleOptOut, contact.RoleObjection, contact.RoleErasure, contact.RoleForm, contact.RoleTopic,
		contact.RoleTopicState, contact.RoleStated, contact.RoleSource, contact.RoleValidUntil:
		return true
	}
	return false
}

// claimed tells whether some keep reads its claim from a group. Such rows are
// what the law asks for, whatever their category.
func (v view) claimed(group string) bool {
	read := func(f FieldRef) bool {
		g, _ := contact.Split(f.Path)
		return f.Processor == v.processor && g == group && group != ""
	}
	for _, k := range v.c.p.keeps {
		if k.start != nil && read(*k.start) {
			return true
		}
		if k.while != nil && slices.ContainsFunc(k.while.Lines, func(l Line) bool { return read(l.Field) }) {
			return true
		}
	}
	return false
}

// categories groups the fields whose filling a keep has to look at (C6), where
// some keep saves records.
func (v view) categories() {
	if !slices.ContainsFunc(v.c.p.keeps, func(k keepRule) bool { return slices.Contains(k.at, v.processor) }) {
		return
	}
	add := func(group, name, category string) {
		bit := v.c.p.categoryBit(category)
		if bit == 0 {
			return
		}
		at := v.spot(ref{group, name})
		i := slices.IndexFunc(v.lens.filled, func(f filledLens) bool { return f.group == at.group })
		if i < 0 {
			i = len(v.lens.filled)
			v.lens.filled = append(v.lens.filled, filledLens{group: at.group})
		}
		fl := &v.lens.filled[i]
		fl.bits = append(fl.bits, make([]uint32, max(0, at.field+1-len(fl.bits)))...)
		fl.bits[at.field] = bit
		fl.all |= bit
	}
	for _, f := range v.cat.Fields {
		if v.has(f) && !answers(f.Role) && !v.claimed(f.Group) {
			add(f.Group, f.Name, f.Category)
		}
	}
	if p, ok := v.c.p.Processors.Get(v.processor); ok {
		for _, e := range p.Fields {
			group, name := contact.Split(e.Name)
			add(group, name, e.Value)
		}
	}
}
