package policy

import (
	"slices"

	"github.com/lapsed/lapsed/internal/contact"
)

// Needs lists what the policy has to be told of a processor: the fields that
// some rule reads, as paths within the processor, and the processor's own ids of
// topics. A connector proves that each of them can be read.
func (d *Document) Needs(processor string, cat contact.Catalogue) (fields, topics []string) {
	n := needs{processor: processor, cat: cat, seen: map[string]bool{}}
	n.blocks(d.Scope.LeaveAlone)
	n.refs(d.Identity.JoinedBy...)
	for _, e := range d.Channels.Rows {
		n.blocks(e.Value.When)
		n.blocks(e.Value.ToldBy)
	}
	n.retention(d.Retention)
	if m := d.Minors; m != nil {
		n.refs(m.KnownBy...)
		n.blocks(m.SuspectedBy)
	}
	if r := d.Residency; r != nil {
		n.blocks(r.UsersAre)
	}
	if r := d.Requests; r != nil {
		n.refs(r.ReceivedBy...)
	}
	for _, t := range d.Topics {
		if id, ok := t.Value.Get(processor); ok {
			topics = append(topics, id)
		}
	}
	if d.Consent != nil {
		n.consent(d.Consent)
	}
	if len(topics) > 0 {
		n.roles("", contact.RoleTopic, contact.RoleTopicState)
	}
	if p, ok := d.Processors.Get(processor); ok && len(d.Retention.Longer) > 0 {
		for _, e := range p.Fields { // what a keep doesn't ask for has to be seen to be removed (C6)
			n.path(e.Name)
		}
	}
	slices.Sort(n.fields)
	return n.fields, topics
}

type needs struct {
	processor string
	cat       contact.Catalogue
	seen      map[string]bool
	fields    []string
}

func (n *needs) path(p string) {
	if !n.seen[p] {
		n.seen[p] = true
		n.fields = append(n.fields, p)
	}
}

func (n *needs) refs(fs ...FieldRef) {
	for _, f := range fs {
		switch {
		case f.Processor == n.processor:
			n.path(f.Path)
		case f.Processor == "":
			for _, x := range n.cat.ByRole(roles[f.Path], "") {
				n.path(x.Path())
			}
		}
	}
}

func (n *needs) block(b Block) {
	for _, l := range b.Lines {
		n.refs(l.Field)
	}
}

func (n *needs) blocks(bs []Block) {
	for _, b := range bs {
		n.block(b)
	}
}

// roles asks for the fields of some roles, of one group or, with "", of all groups.
func (n *needs) roles(group string, rs ...contact.Role) {
	for _, r := range rs {
		for _, f := range n.cat.ByRole(r, "") {
			if f.Group != "" && (group == "" || f.Group == group) {
				n.path(f.Path())
			}
		}
	}
}

func (n *needs) retention(r Retention) {
	for _, s := range slices.Concat(r.Signals.Activity, r.Signals.Interest, r.Signals.Intent, r.Signals.Need) {
		n.refs(s.Date...)
		if s.When != nil {
			n.block(*s.When)
		}
		if s.While != nil {
			n.block(*s.While)
			n.refs(*s.After)
		}
	}
	for _, e := range r.Longer {
		if e.Value.After != nil {
			n.refs(*e.Value.After)
		}
		if e.Value.AfterYearOf != nil {
			n.refs(*e.Value.AfterYearOf)
		}
		if e.Value.While != nil {
			n.block(*e.Value.While)
		}
	}
}

// consent asks for what is stated, when and how, in each group that is asked.
func (n *needs) consent(c *Consent) {
	said := func(b Block) {
		n.block(b)
		for _, l := range b.Lines {
			if l.Field.Processor != n.processor {
				continue
			}
			if group, _ := contact.Split(l.Field.Path); group != "" {
				n.roles(group, contact.RoleTopic, contact.RoleTopicState, contact.RoleStated, contact.RoleSource, contact.RoleValidUntil)
			}
		}
	}
	for _, b := range c.Accepted {
		said(b)
	}
	for _, r := range c.Refusal.ReadFrom {
		said(r.Block)
	}
	if len(c.Forms) > 0 {
		for _, f := range n.cat.ByRole(contact.RoleForm, "") {
			n.path(f.Path())
			n.roles(f.Group, contact.RoleStated)
		}
	}
}
