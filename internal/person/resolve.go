package person

import (
	"iter"

	"github.com/lapsed/lapsed/internal/contact"
)

// Link is one identifier of one contact. Contacts are numbered from 0.
type Link struct {
	Key     contact.Key
	Contact int32
	Alone   bool        // joins nobody
	Email   bool        // an address, not the vendor's link
	Name    contact.Key // of the contact's name, zero if it has none
}

// Shared is a group of contacts that have an address in common without being
// joined by it.
type Shared struct {
	Contacts []int32
	Signals  bool // either one's act keeps all
}

// Persons is who is one person.
type Persons struct {
	parent []int32
	Shared []Shared
}

// Of returns the number of the first contact of contact i's person: the same for
// all contacts of one person, and the smallest of their numbers.
func (p *Persons) Of(i int32) int32 { return p.find(i) }

// Resolve joins n contacts by their links, which come sorted by key. With
// twoNames, an address whose contacts have different names joins nobody; a
// contact without a name differs from none. An error of the sequence ends it.
func Resolve(n int, links iter.Seq2[Link, error], twoNames bool) (*Persons, error) {
	p := &Persons{parent: make([]int32, n)}
	for i := range p.parent {
		p.parent[i] = int32(i)
	}
	var group []Link
	for l, err := range links {
		if err != nil {
			return nil, err
		}
		if len(group) > 0 && group[0].Key != l.Key {
			p.add(group, twoNames)
			group = group[:0]
		}
		group = append(group, l)
	}
	p.add(group, twoNames)
	return p, nil
}

// add takes all links of one key.
func (p *Persons) add(group []Link, twoNames bool) {
	if len(group) < 2 {
		return
	}
	alone := false
	for _, l := range group {
		alone = alone || l.Alone
	}
	two := twoNames && !alone && group[0].Email && names(group) > 1
	if alone || two {
		s := Shared{Signals: two}
		for _, l := range group {
			s.Contacts = append(s.Contacts, l.Contact)
		}
		p.Shared = append(p.Shared, s)
		return
	}
	for _, l := range group[1:] {
		p.union(group[0].Contact, l.Contact)
	}
}

// names counts the different names of a group, up to 2.
func names(group []Link) int {
	var first contact.Key
	for _, l := range group {
		switch {
		case l.Name.IsZero() || l.Name == first:
		case first.IsZero():
			first = l.Name
		default:
			return 2
		}
	}
	return 1
}

func (p *Persons) find(i int32) int32 {
	for p.parent[i] != i {
		p.parent[i] = p.parent[p.parent[i]]
		i = p.parent[i]
	}
	return i
}

// union keeps the smaller number as the root, so that roots don't depend on order.
func (p *Persons) union(a, b int32) {
	a, b = p.find(a), p.find(b)
	if a != b {
		p.parent[max(a, b)] = min(a, b)
	}
}
