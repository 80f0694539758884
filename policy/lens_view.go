package policy

import (
	"slices"
	"strings"

	"github.com/lapsed/lapsed/internal/contact"
)

// view resolves the policy's names against one object's catalogue.
type view struct {
	c         *compiler
	processor string
	object    string
	cat       contact.Catalogue
	lens      *lens
}

// names returns the own fields of a role here.
func (v view) names(r contact.Role) []string {
	var out []string
	for _, f := range v.cat.ByRole(r, v.object) {
		if f.Group == "" {
			out = append(out, f.Name)
		}
	}
	return out
}

func first(s []string) string {
	if len(s) == 0 {
		return ""
	}
	return s[0]
}

// group numbers a group.
func (v view) group(name string) int {
	for i, g := range v.lens.groups {
		if g.name == name {
			return i
		}
	}
	v.lens.groups = append(v.lens.groups, &group{name: name})
	return len(v.lens.groups) - 1
}

// spot numbers a field; one without a name isn't there.
func (v view) spot(r ref) spot {
	g := v.group(r.group)
	if r.name == "" {
		return spot{g, -1}
	}
	return spot{g, v.lens.groups[g].pick.Add(r.name)}
}

// fields numbers own fields.
func (v view) fields(names ...string) []int {
	var out []int
	for _, n := range names {
		out = append(out, v.spot(ref{"", n}).field)
	}
	return out
}

func (v view) roles() {
	l := v.lens
	forename, surname := first(v.names(contact.RoleFirstName)), first(v.names(contact.RoleLastName))
	collected, optOuts := first(v.names(contact.RoleCollected)), v.names(contact.RoleOptOut)
	l.mailed = v.fields(append(v.names(contact.RoleEmail), v.names(contact.RoleOtherEmail)...)...)
	l.first, l.last = v.spot(ref{"", forename}).field, v.spot(ref{"", surname}).field
	l.collected = v.spot(ref{"", collected}).field
	l.country = v.spot(ref{"", first(v.names(contact.RoleCountry))}).field
	l.bounced, l.optOuts = v.fields(v.names(contact.RoleBounced)...), v.fields(optOuts...)
	for _, f := range v.cat.ByRole(contact.RoleErasure, v.object) {
		l.erasure = append(l.erasure, v.spot(ref{f.Group, f.Name}))
	}
	v.requested()
	v.joins()
	v.own(unread, collected)
	v.own(unread, optOuts...)
	if slices.Contains(v.c.p.Identity.NotBy, NotByTwoNames) {
		v.own(func(x *loss) { x.unread, x.link, x.name = true, true, true }, forename, surname)
	}
}

// requested keeps the flags by which requests come in here (C26).
func (v view) requested() {
	r := v.c.p.Requests
	if r == nil {
		return
	}
	for _, f := range r.ReceivedBy {
		refs, _ := v.here(f)
		for _, at := range refs {
			v.lens.requested = append(v.lens.requested, v.spot(at))
			v.loses(at, harmless)
		}
	}
}

// joins keeps the addresses and links by which the policy joins persons here.
func (v view) joins() {
	v.lens.rolesAlone = slices.Contains(v.c.p.Identity.NotBy, NotByRoleAddress)
	joined := v.c.p.Identity.JoinedBy
	if joined == nil {
		joined = []FieldRef{{Text: "email", Path: "email"}}
	}
	email := false
	var more []string
	linked := func(x *loss) { x.unread, x.link = true, true }
	for _, f := range joined {
		switch {
		case f.Processor == "" && roles[f.Path] == contact.RoleEmail:
			email = true
		case f.Processor == v.processor:
			for _, e := range v.cat.Lookup(f.Path) {
				if e.Role == contact.RoleLink && v.has(e) {
					v.lens.links = append(v.lens.links, linkField{v.spot(ref{"", e.Name}).field, e.LinksTo})
					v.own(linked, e.Name)
				} else if v.has(e) {
					more = append(more, e.Name)
				}
			}
		}
	}
	var addresses []string
	if email {
		addresses = v.names(contact.RoleEmail)
	}
	for _, n := range more {
		if !slices.Contains(addresses, n) {
			addresses = append(addresses, n)
		}
	}
	v.lens.emails = v.fields(addresses...)
	v.own(linked, addresses...)
}

func (v view) has(f contact.Field) bool { return f.Object == "" || f.Object == v.object }

// unread is the loss of most fields; harmless is that of a field which can only
// stop marketing.
func unread(x *loss) { x.unread = true }
func harmless(*loss) {}

// proof is the loss of a proven consent, which may be a sign of life too.
func proof(x *loss) { x.unread, x.proof = true, true }

// loses notes what it means that a field, or the group it is in, can't be read.
func (v view) loses(r ref, means func(*loss)) {
	if r.name == "" {
		return
	}
	keys := []string{r.name}
	if r.group != "" {
		keys = []string{r.group, r.group + "." + r.name}
	}
	for _, k := range keys {
		if v.lens.losses[k] == nil {
			v.lens.losses[k] = new(loss)
		}
		means(v.lens.losses[k])
	}
}

// own notes the same for the record's own fields.
func (v view) own(means func(*loss), names ...string) {
	for _, n := range names {
		v.loses(ref{"", n}, means)
	}
}

// here tells whether a field is read at this processor, and where.
func (v view) here(f FieldRef) ([]ref, bool) {
	if f.Processor == "" {
		role, known := roles[f.Path]
		if !known {
			return nil, false
		}
		var out []ref
		for _, n := range v.names(role) {
			out = append(out, ref{"", n})
		}
		return out, true
	}
	if f.Processor != v.processor {
		return nil, false
	}
	group, name := contact.Split(f.Path)
	return []ref{{group, name}}, true
}

// cond compiles a block for this object; ok is false when it asks another
// processor. means is what the loss of one of its fields means.
func (v view) cond(b Block, means func(*loss)) (cond, bool) {
	var out cond
	for _, line := range b.Lines {
		refs, ok := v.here(line.Field)
		if !ok {
			return cond{}, false
		}
		t := test{any: fold(line.Any), present: line.Present, like: patterns(line.Like)}
		group := ""
		for _, r := range refs {
			group = r.group
			t.names, t.fields = append(t.names, r.name), append(t.fields, v.spot(r).field)
			v.loses(r, means)
		}
		out.add(group, v.group(group), t)
	}
	return out, true
}

func (v view) conds(bs []Block, means func(*loss)) []cond {
	var out []cond
	for _, b := range bs {
		if c, ok := v.cond(b, means); ok {
			out = append(out, c)
		}
	}
	return out
}

func fold(ss []string) []string {
	var out []string
	for _, s := range ss {
		out = append(out, strings.ToLower(s))
	}
	return out
}
