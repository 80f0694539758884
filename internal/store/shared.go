package store

import (
	"slices"

	"github.com/lapsed/lapsed/internal/contact"
	"github.com/lapsed/lapsed/internal/person"
	"github.com/lapsed/lapsed/policy"
)

// Shared is what reaches records from others at the same address without being one
// person with them: refusals, and for two names acts.
type Shared struct {
	facts   map[int64][]contact.Facts // observation → facts of the others
	signals map[int64]bool
}

// Shared collects it for the records of some persons, whose ids are sorted.
// twoNames tells whether an address with two names joins nobody.
func (tx *Tx) Shared(persons []int64, twoNames bool) (Shared, error) {
	s := Shared{map[int64][]contact.Facts{}, map[int64]bool{}}
	if len(persons) == 0 {
		return s, nil
	}
	n, err := tx.Sharing(persons)
	if err != nil || len(n.Observations) == 0 {
		return s, err
	}
	p, err := person.Resolve(len(n.Observations), n.Links(), twoNames)
	if err != nil {
		return s, err
	}
	for _, g := range p.Shared {
		ids := make([]int64, len(g.Contacts))
		for i, c := range g.Contacts {
			ids[i] = n.Observations[c]
		}
		slices.Sort(ids)
		rows, err := tx.ObservationsOf(ids)
		if err != nil {
			return s, err
		}
		s.add(rows, persons, g.Signals)
	}
	return s, nil
}

func (s Shared) add(rows []Row, persons []int64, signals bool) {
	for _, to := range rows {
		if _, wanted := slices.BinarySearch(persons, to.Person); !wanted {
			continue
		}
		for _, from := range rows {
			if from.Person == to.Person {
				continue
			}
			s.signals[to.ID] = s.signals[to.ID] || signals
			if reaches, counts := policy.Reaches(&from.Facts, signals); counts {
				s.facts[to.ID] = append(s.facts[to.ID], reaches)
			}
		}
	}
}

// Person assembles what decides on one person from rows that are all theirs.
func (s Shared) Person(rows []Row) contact.Person {
	p := contact.Person{Observations: make([]contact.Observation, len(rows))}
	for i, o := range rows {
		p.Observations[i] = o.Observation
		p.Shared = append(p.Shared, s.facts[o.ID]...)
		p.SharedSignals = p.SharedSignals || s.signals[o.ID]
	}
	return p
}
