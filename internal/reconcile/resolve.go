package reconcile

import (
	"context"
	"fmt"
	"slices"

	"github.com/lapsed/lapsed/internal/audit/entry"
	"github.com/lapsed/lapsed/internal/contact"
	"github.com/lapsed/lapsed/internal/person"
	"github.com/lapsed/lapsed/internal/store"
	"github.com/lapsed/lapsed/policy"
)

// joined reads all links and joins them.
func (r *run) joined(ctx context.Context) (numbers store.Numbers, persons *person.Persons, err error) {
	twoNames := slices.Contains(r.Policy.Identity.NotBy, policy.NotByTwoNames)
	err = r.read(ctx, func(tx *store.Tx) (err error) {
		if numbers, err = tx.Numbers(); err != nil {
			return err
		}
		persons, err = person.Resolve(len(numbers), tx.Links(numbers), twoNames)
		return err
	})
	return numbers, persons, err
}

// shareOnly finds what reaches whom at shared addresses, and changes nothing.
func (r *run) shareOnly(ctx context.Context) error {
	numbers, persons, err := r.joined(ctx)
	if err != nil {
		return err
	}
	return r.share(ctx, numbers, persons)
}

// resolve joins observations to persons. Only what changed is written.
func (r *run) resolve(ctx context.Context) error {
	numbers, persons, err := r.joined(ctx)
	if err != nil {
		return err
	}
	err = r.write(ctx, func(tx *store.Tx) ([]entry.Entry, error) {
		decided, err := tx.DecidedBetween(0, 1<<62)
		if err != nil {
			return nil, err
		}
		joined, err := tx.SetPersons(numbers, persons)
		if err != nil {
			return nil, err
		}
		return r.joins(tx, joined, decided)
	})
	if err != nil {
		return err
	}
	return r.share(ctx, numbers, persons)
}

// joins logs that persons who were decided on became one, so that their older
// pseudonyms stay findable.
func (r *run) joins(tx *store.Tx, joined []store.Joined, decided map[int64]store.Decided) ([]entry.Entry, error) {
	merged := map[int64][]int64{} // survivor → persons that are part of it now
	for _, j := range joined {
		if _, known := decided[j.Was]; known && !slices.Contains(merged[j.Person], j.Was) && j.Was != j.Person {
			merged[j.Person] = append(merged[j.Person], j.Was)
		}
	}
	var out []entry.Entry
	for _, p := range sorted(keysOf(merged)) {
		rows, err := tx.PersonsOf([]int64{p})
		if err != nil {
			return nil, err
		}
		ids, err := tx.IdentifiersOf(p, p)
		if err != nil || len(rows) == 0 {
			return nil, err
		}
		name, aka := r.public(ids[p], rows)
		out = append(out, entry.Entry{Kind: entry.PersonJoined, Body: entry.Joined{Person: name, Joins: aka, Cause: "link"}})
	}
	return out, nil
}

// shared is what reaches contacts from others at the same address.
type shared struct {
	facts   map[int64][]contact.Facts // observation → facts of the others
	signals map[int64]bool
}

// share collects the refusals, and for two names the acts, of contacts that have
// an address in common without being one person.
func (r *run) share(ctx context.Context, numbers store.Numbers, persons *person.Persons) error {
	r.shared = shared{map[int64][]contact.Facts{}, map[int64]bool{}}
	for _, g := range persons.Shared {
		ids := make([]int64, len(g.Contacts))
		for i, c := range g.Contacts {
			ids[i] = numbers[c]
		}
		var rows []store.Row
		if err := r.read(ctx, func(tx *store.Tx) (err error) { rows, err = tx.ObservationsOf(ids); return err }); err != nil {
			return fmt.Errorf("shared addresses: %w", err)
		}
		r.shared.add(rows, g.Signals)
	}
	return nil
}

func (s shared) add(rows []store.Row, signals bool) {
	for _, to := range rows {
		for _, from := range rows {
			if from.Person == to.Person {
				continue
			}
			s.signals[to.ID] = s.signals[to.ID] || signals
			if reaches, any := policy.Reaches(&from.Facts, signals); any {
				s.facts[to.ID] = append(s.facts[to.ID], reaches)
			}
		}
	}
}

// person assembles what decides on one person from rows that are all theirs.
func (r *run) person(rows []store.Row) contact.Person {
	p := contact.Person{Observations: make([]contact.Observation, len(rows))}
	for i, o := range rows {
		p.Observations[i] = o.Observation
		p.Shared = append(p.Shared, r.shared.facts[o.ID]...)
		p.SharedSignals = p.SharedSignals || r.shared.signals[o.ID]
	}
	return p
}
