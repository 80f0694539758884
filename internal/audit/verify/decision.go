package verify

import (
	"slices"
	"strings"

	"github.com/lapsed/lapsed/internal/audit/entry"
)

// decision is one that an open duty rests on, or the latest of a person.
type decision struct {
	id, person, revision string
	aka, demands         []string
	uses                 int // by duties, and by the person whose latest it is
}

// person is a pseudonym of somebody whose latest decision demands something or who
// has open duties. Several people at one address have it in common, each with a
// latest decision of their own.
type person struct {
	latest []*decision
	duties int
}

// same tells whether a newer decision is on the same person, by their pseudonyms:
// they have a record in common, or whatever else beside the one that both bear.
func (d *decision) same(aka []string) bool {
	alone := true
	for _, a := range d.aka {
		if a == d.person {
			continue
		}
		if alone = false; slices.Contains(aka, a) {
			return true
		}
	}
	return alone
}

func (b *book) person(name string) *person {
	p := b.persons[name]
	if p == nil {
		p = &person{}
		b.persons[name] = p
	}
	return p
}

// unuse lets go of a decision; the last use forgets it.
func (b *book) unuse(d *decision) {
	if d == nil {
		return
	}
	if d.uses--; d.uses == 0 {
		delete(b.decided, d.id)
	}
}

func (b *book) decide(e event, x *entry.Decision) {
	if b.decided[x.ID] != nil {
		b.fault(e, "R4", x.ID, "a decision has the id of an earlier one")
		return
	}
	for _, m := range x.Demands {
		if verb, _, _ := strings.Cut(m, "."); !slices.Contains(verbs, verb) {
			b.fault(e, "R11", x.ID, "the verb %s is none that lapsed may do", verb)
		}
	}
	p := b.person(x.Person)
	p.latest = slices.DeleteFunc(p.latest, func(d *decision) bool {
		past := d.same(x.Aka)
		if past {
			b.unuse(d)
		}
		return past
	})
	if len(x.Demands) == 0 && p.duties == 0 {
		if len(p.latest) == 0 {
			delete(b.persons, x.Person)
		}
		return
	}
	n := &decision{x.ID, x.Person, x.Revision, x.Aka, x.Demands, 1}
	p.latest = append(p.latest, n)
	b.decided[x.ID] = n
}

// demanded judges R4: the intent does what was decided, of whom it was decided,
// by the revision in force. A newer decision on the person counts too.
func (b *book) demanded(e event, x *entry.Intent, d *duty, c *cycle) {
	b.asOpened(e, x, d)
	n := b.decided[x.Decision]
	if n == nil {
		b.fault(e, "R4", x.Duty, "the decision %s is not known", x.Decision)
		return
	}
	switch {
	case n.person != x.Person:
		b.fault(e, "R4", x.Duty, "the decision %s is of another person", x.Decision)
	case c != nil && n.revision != c.Revision:
		b.fault(e, "R4", x.Duty, "the decision %s was made by another revision than the cycle's", x.Decision)
	case !slices.Contains(n.demands, demandOf(x)):
		b.fault(e, "R4", x.Duty, "the decision %s does not demand %s", x.Decision, demandOf(x))
	}
	if c != nil && c.Revision != c.then && c.Revision != b.active.revision {
		b.fault(e, "R4", x.Duty, "the cycle's revision is not the active one")
	}
	for _, newer := range b.person(x.Person).latest {
		if newer != n && n.same(newer.aka) && !slices.Contains(newer.demands, demandOf(x)) {
			b.fault(e, "R4", x.Duty, "the newer decision %s does not demand %s", newer.id, demandOf(x))
		}
	}
}

// asOpened compares an intent with the duty that it is an attempt of. A record
// has another pseudonym in another epoch.
func (b *book) asOpened(e event, x *entry.Intent, d *duty) {
	o := d.opened
	if o == nil {
		return
	}
	epoch := func(s string) string { k, _, _ := strings.Cut(s, ":"); return k }
	switch {
	case o.Verb != x.Verb || o.Extent != x.Extent || o.Topic != x.Topic || o.Ground != x.Ground || o.Processor != x.Processor:
		b.fault(e, "R4", x.Duty, "the intent is for something else than the duty")
	case o.Contact != x.Contact && epoch(o.Contact) == epoch(x.Contact):
		b.fault(e, "R4", x.Duty, "the intent is for another record than the duty")
	}
}

// demandOf is the intent in the form of a decision's demands.
func demandOf(x *entry.Intent) string {
	s := x.Verb + "." + x.Processor
	for _, part := range []string{x.Extent, x.Topic} {
		if part != "" {
			s += "." + part
		}
	}
	return s
}
