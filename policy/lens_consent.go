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

// of numbers a group's field of a role.
func (v view) of(group string, r contact.Role) int { return v.spot(ref{group, v.role(group, r)}).field }

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
		group := ""
		for _, line := range r.block.Lines {
			group, _ = contact.Split(line.Field.Path)
			for _, f := range v.cat.Lookup(line.Field.Path) {
				if f.Role == contact.RoleObjection {
					rl.extent = contact.ExtentMarketing
				}
			}
		}
		if t := v.role(group, contact.RoleTopic); t != "" && group != "" {
			rl.extent = contact.ExtentTopic
			rl.rows, rl.cond = cond.split(group)
		}
		rl.group = v.group(group)
		rl.topic, rl.stated = v.of(group, contact.RoleTopic), v.of(group, contact.RoleStated)
		v.lens.refusals = append(v.lens.refusals, rl)
	}
	for _, b := range con.Accepted {
		if cond, ok := v.cond(b, proof); ok {
			group, _ := contact.Split(b.Lines[0].Field.Path)
			rows, rest := cond.split(group)
			a := acceptedLens{group: v.group(group), rows: rows, own: rest,
				topic: v.of(group, contact.RoleTopic), state: v.of(group, contact.RoleTopicState),
				stated: v.of(group, contact.RoleStated), source: v.of(group, contact.RoleSource), until: v.of(group, contact.RoleValidUntil)}
			for _, r := range []contact.Role{contact.RoleTopic, contact.RoleTopicState, contact.RoleStated, contact.RoleSource} {
				v.loses(ref{group, v.role(group, r)}, proof)
			}
			v.lens.accepted = append(v.lens.accepted, a)
		}
	}
	for _, f := range v.cat.ByRole(contact.RoleForm, v.object) {
		form := v.spot(ref{f.Group, f.Name})
		v.lens.forms = &formLens{form.group, form.field, v.of(f.Group, contact.RoleStated), v.c.formTopics()}
		v.loses(ref{f.Group, f.Name}, proof)
		v.loses(ref{f.Group, v.role(f.Group, contact.RoleStated)}, proof)
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
		v.lens.alone = append(v.lens.alone, []uint16{uint16(i)})
		id, ok := e.Value.Get(v.processor)
		if !ok {
			continue
		}
		flag := ref{"", id}
		for _, f := range v.cat.ByRole(contact.RoleTopic, v.object) {
			flag = ref{}
			v.lens.topicGroup = &topicGroup{v.group(f.Group), v.of(f.Group, contact.RoleTopic), v.of(f.Group, contact.RoleTopicState)}
		}
		v.loses(flag, harmless)
		v.lens.topics = append(v.lens.topics, topicLens{uint16(i), v.spot(flag).field, strings.ToLower(id)})
	}
}
