package policy

import (
	"slices"
	"strings"

	"github.com/lapsed/lapsed/internal/contact"
)

// role returns the name of a group's field of a role, "" if it has none.
func (v view) role(group string, r contact.Role) string {
	for _, f := range v.cat.ByRole(r, v.object) {
		if f.Group == group {
			return f.Name
		}
	}
	return ""
}

func (v view) consent() {
	con := v.c.p.Consent
	if con == nil {
		v.topics()
		return
	}
	for i, r := range v.c.p.refusals {
		cond, ok := v.cond(r.block, unread)
		if !ok {
			continue
		}
		rl := refusalLens{rule: uint16(i), cond: cond, extent: contact.ExtentEmail}
		for _, line := range r.block.Lines {
			rl.group, _ = contact.Split(line.Field.Path)
			for _, f := range v.cat.Lookup(line.Field.Path) {
				if f.Role == contact.RoleObjection {
					rl.extent = contact.ExtentMarketing
				}
			}
		}
		if t := v.role(rl.group, contact.RoleTopic); t != "" && rl.group != "" {
			rl.extent, rl.topic = contact.ExtentTopic, t
			rl.rows, rl.cond = cond.split(rl.group)
		}
		rl.stated = v.role(rl.group, contact.RoleStated)
		v.lens.refusals = append(v.lens.refusals, rl)
	}
	for _, b := range con.Accepted {
		if cond, ok := v.cond(b, unread); ok {
			group, _ := contact.Split(b.Lines[0].Field.Path)
			rows, rest := cond.split(group)
			a := acceptedLens{group: group, rows: rows, own: rest,
				topic: v.role(group, contact.RoleTopic), state: v.role(group, contact.RoleTopicState),
				stated: v.role(group, contact.RoleStated), source: v.role(group, contact.RoleSource), until: v.role(group, contact.RoleValidUntil)}
			for _, n := range []string{a.topic, a.state, a.stated, a.source} {
				v.loses(ref{group, n}, unread) // consent may be a sign of life
			}
			v.lens.accepted = append(v.lens.accepted, a)
		}
	}
	for _, f := range v.cat.ByRole(contact.RoleForm, v.object) {
		v.lens.forms = &formLens{f.Group, f.Name, v.role(f.Group, contact.RoleStated), v.c.formTopics()}
		v.loses(ref{f.Group, f.Name}, unread)
		v.loses(ref{f.Group, v.lens.forms.stated}, unread)
	}
	v.topics()
}

// formTopics numbers the topics of each form that proves consent (C20).
func (c *compiler) formTopics() map[string][]uint16 {
	out := map[string][]uint16{}
	for _, e := range c.p.Consent.Forms {
		if !e.Value.OwnTickBox {
			continue
		}
		out[e.Name] = []uint16{}
		for n, t := range c.p.Topics {
			if slices.Contains(e.Value.Topics, t.Name) {
				out[e.Name] = append(out[e.Name], uint16(n))
			}
		}
	}
	return out
}

func (v view) topics() {
	for i, e := range v.c.p.Topics {
		id, ok := e.Value.Get(v.processor)
		if !ok {
			continue
		}
		t := topicLens{rule: uint16(i), flag: id, id: strings.ToLower(id)}
		for _, f := range v.cat.ByRole(contact.RoleTopic, v.object) {
			t.flag, t.group = "", f.Group
			v.lens.topicGroup = &topicGroup{f.Group, f.Name, v.role(f.Group, contact.RoleTopicState)}
		}
		v.loses(ref{t.group, t.flag}, harmless)
		v.lens.topics = append(v.lens.topics, t)
	}
}
