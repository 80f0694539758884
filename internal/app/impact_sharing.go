package app

import (
	"slices"

	"github.com/lapsed/lapsed/internal/contact"
	"github.com/lapsed/lapsed/internal/person"
	"github.com/lapsed/lapsed/internal/store"
	"github.com/lapsed/lapsed/policy"
)

// reaching is what reaches records from others at the same address.
type reaching struct {
	facts   map[int64][]contact.Facts // observation → facts of the others
	signals map[int64]bool
}

func (v *visitor) others(tx *store.Tx, ids []int64) (reaching, error) {
	r := reaching{map[int64][]contact.Facts{}, map[int64]bool{}}
	var some []int64
	for _, id := range ids {
		if v.sharing[id] {
			some = append(some, id)
		}
	}
	if len(some) == 0 {
		return r, nil
	}
	n, err := tx.Sharing(some)
	if err != nil || len(n.Observations) == 0 {
		return r, err
	}
	p, err := person.Resolve(len(n.Observations), n.Links(), v.twoNames)
	if err != nil {
		return r, err
	}
	for _, g := range p.Shared {
		around := make([]int64, len(g.Contacts))
		for i, c := range g.Contacts {
			around[i] = n.Observations[c]
		}
		slices.Sort(around)
		rows, err := tx.ObservationsOf(around)
		if err != nil {
			return r, err
		}
		r.add(rows, some, g.Signals)
	}
	return r, nil
}

func (r reaching) add(rows []store.Row, ids []int64, signals bool) {
	for _, to := range rows {
		if _, wanted := slices.BinarySearch(ids, to.Person); !wanted {
			continue
		}
		for _, from := range rows {
			if from.Person == to.Person {
				continue
			}
			r.signals[to.ID] = r.signals[to.ID] || signals
			if f, counts := policy.Reaches(&from.Facts, signals); counts {
				r.facts[to.ID] = append(r.facts[to.ID], f)
			}
		}
	}
}

func (r reaching) of(rows []store.Row) contact.Person {
	p := contact.Person{Observations: make([]contact.Observation, len(rows))}
	for i, o := range rows {
		p.Observations[i] = o.Observation
		p.Shared = append(p.Shared, r.facts[o.ID]...)
		p.SharedSignals = p.SharedSignals || r.signals[o.ID]
	}
	return p
}
