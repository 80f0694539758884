package policy

import (
	"slices"
	"strings"

	"github.com/lapsed/lapsed/internal/contact"
)

// lens is the policy as it looks at records of one object of one processor:
// every rule that can say something of them, with the names of their fields.
type lens struct {
	object string

	emails    []string // by which persons are joined, primary first
	mailed    []string // to which mail can be sent
	first     string
	last      string
	collected string
	bounced   []string
	optOuts   []string // own flags that refuse all e-mail
	erasure   []ref
	links     []linkField
	// rolesAlone: the policy joins nobody by a role address.
	rolesAlone bool

	leaveAlone []cond
	suspected  []cond
	births     []ref
	channels   []channelLens
	origins    []string // own fields that channels ask: an unknown origin's value is theirs
	signals    []signalLens
	refusals   []refusalLens
	accepted   []acceptedLens
	forms      *formLens
	topics     []topicLens
	keeps      []keepLens
	filled     []filledLens
	losses     map[string]*loss // by field ("Birthdate", "Task.CallType") and group ("Task")
}

// loss is what it means for a record that a field or a group can't be read.
// Empty is not unreadable: whatever might have been there is taken to have kept
// the person (C5), and nothing is deleted for want of it.
type loss struct {
	unread bool     // it might have held a sign of life, or another way of collection
	scope  bool     // it might have said that the policy isn't about the record
	link   bool     // it might have joined the record to another
	name   bool     // it might have told two people at one address apart
	birth  bool     // it might have shown the person to be of age
	keeps  []uint16 // it might have carried these laws' claims
}

type ref struct{ group, name string }

type linkField struct{ name, to string }

type channelLens struct {
	rule uint16
	any  []cond
}

type signalLens struct {
	rule uint16
	date ref // of the act; for an ongoing signal, what its end counts from
	when cond
	row  []test // tests on the row that date is on
}

type refusalLens struct {
	rule   uint16
	cond   cond
	extent contact.Extent
	topic  string // name of the row's topic field, for ExtentTopic
	group  string
	stated string
}

type acceptedLens struct {
	group, topic, state, stated, source, until string
	rows                                       []test
	own                                        cond
}

type formLens struct{ group, form, stated string }

type topicLens struct {
	rule  uint16
	flag  string // own Bool field
	group string // or: rows with this id
	id    string
	topic string
	state string
}

type keepLens struct {
	rule  uint16
	start ref
	has   bool // start is read here
	while cond
	asks  bool // while is asked here
}

type filledLens struct {
	bit    uint32
	group  string
	fields []string
}

// lens builds the view of one object.
func (c *compiler) lens(processor, object string, cat contact.Catalogue) *lens {
	l := &lens{object: object, losses: map[string]*loss{}}
	v := view{c: c, processor: processor, object: object, cat: cat, lens: l}
	v.roles()
	v.scope()
	v.channels()
	v.signals()
	v.consent()
	v.keeps()
	v.categories()
	return l
}

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

func (v view) roles() {
	l := v.lens
	l.mailed = append(v.names(contact.RoleEmail), v.names(contact.RoleOtherEmail)...)
	l.first, l.last = first(v.names(contact.RoleFirstName)), first(v.names(contact.RoleLastName))
	l.collected = first(v.names(contact.RoleCollected))
	l.bounced, l.optOuts = v.names(contact.RoleBounced), v.names(contact.RoleOptOut)
	for _, f := range v.cat.ByRole(contact.RoleErasure, v.object) {
		l.erasure = append(l.erasure, ref{f.Group, f.Name})
	}
	v.joins()
	v.own(unread, l.collected)
	v.own(unread, l.optOuts...)
	if slices.Contains(v.c.p.Identity.NotBy, NotByTwoNames) {
		v.own(func(x *loss) { x.unread, x.link, x.name = true, true, true }, l.first, l.last)
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
					v.lens.links = append(v.lens.links, linkField{e.Name, e.LinksTo})
					v.own(linked, e.Name)
				} else if v.has(e) {
					more = append(more, e.Name)
				}
			}
		}
	}
	if email {
		v.lens.emails = v.names(contact.RoleEmail)
	}
	for _, n := range more {
		if !slices.Contains(v.lens.emails, n) {
			v.lens.emails = append(v.lens.emails, n)
		}
	}
	v.own(linked, v.lens.emails...)
}

func (v view) has(f contact.Field) bool { return f.Object == "" || f.Object == v.object }

// unread is the loss of most fields; harmless is that of a field which can only
// stop marketing.
func unread(x *loss) { x.unread = true }
func harmless(*loss) {}

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
		t := test{any: fold(line.Any), present: line.Present, like: fold(line.Like)}
		group := ""
		for _, r := range refs {
			group = r.group
			t.names = append(t.names, r.name)
			v.loses(r, means)
		}
		out.add(group, t)
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

func (v view) scope() {
	v.lens.leaveAlone = v.conds(v.c.p.Scope.LeaveAlone, func(x *loss) { x.unread, x.scope = true, true })
	if m := v.c.p.Minors; m != nil {
		v.lens.suspected = v.conds(m.SuspectedBy, harmless)
		for _, f := range m.KnownBy {
			if refs, ok := v.here(f); ok {
				for _, r := range refs {
					v.loses(r, func(x *loss) { x.unread, x.birth = true, true })
					v.lens.births = append(v.lens.births, r)
				}
			}
		}
	}
}

func (v view) channels() {
	for i, e := range v.c.p.Channels.Rows {
		cl := channelLens{rule: uint16(i), any: v.conds(e.Value.When, unread)}
		if cl.any == nil {
			continue
		}
		v.lens.channels = append(v.lens.channels, cl)
		for _, b := range e.Value.When {
			for _, line := range b.Lines {
				refs, ok := v.here(line.Field)
				for _, r := range refs {
					if ok && r.group == "" && !slices.Contains(v.lens.origins, r.name) {
						v.lens.origins = append(v.lens.origins, r.name)
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
		v.lens.signals = append(v.lens.signals, signalLens{uint16(i), refs[0], rest, row})
	}
}

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
		v.lens.forms = &formLens{f.Group, f.Name, v.role(f.Group, contact.RoleStated)}
		v.loses(ref{f.Group, f.Name}, unread)
		v.loses(ref{f.Group, v.lens.forms.stated}, unread)
	}
	v.topics()
}

func (v view) topics() {
	for i, e := range v.c.p.Topics {
		id, ok := e.Value.Get(v.processor)
		if !ok {
			continue
		}
		t := topicLens{rule: uint16(i), flag: id, id: strings.ToLower(id)}
		for _, f := range v.cat.ByRole(contact.RoleTopic, v.object) {
			t.flag, t.group, t.topic = "", f.Group, f.Name
			t.state = v.role(f.Group, contact.RoleTopicState)
		}
		v.loses(ref{t.group, t.flag}, harmless)
		v.lens.topics = append(v.lens.topics, t)
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
				kl.start, kl.has = refs[0], true
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

// answers are the roles of what a person has said. It outlives what it is about,
// and nobody is told to empty it.
var answers = map[contact.Role]bool{
	contact.RoleOptOut: true, contact.RoleObjection: true, contact.RoleErasure: true, contact.RoleForm: true, contact.RoleTopic: true,
	contact.RoleTopicState: true, contact.RoleStated: true, contact.RoleSource: true, contact.RoleValidUntil: true,
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

// categories groups the fields whose filling a keep has to look at (C6).
func (v view) categories() {
	if len(v.c.p.keeps) == 0 {
		return
	}
	by := map[ref]*filledLens{}
	add := func(group, name, category string) {
		bit := v.c.p.categoryBit(category)
		if bit == 0 {
			return
		}
		key := ref{group, category}
		if by[key] == nil {
			by[key] = &filledLens{bit: bit, group: group}
		}
		by[key].fields = append(by[key].fields, name)
	}
	for _, f := range v.cat.Fields {
		if v.has(f) && !answers[f.Role] && !v.claimed(f.Group) {
			add(f.Group, f.Name, f.Category)
		}
	}
	if p, ok := v.c.p.Processors.Get(v.processor); ok {
		for _, e := range p.Fields {
			group, name := contact.Split(e.Name)
			add(group, name, e.Value)
		}
	}
	for _, f := range by {
		v.lens.filled = append(v.lens.filled, *f)
	}
}
