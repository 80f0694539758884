package reconcile

import (
	"context"
	"slices"

	"github.com/lapsed/lapsed/internal/audit/entry"
	"github.com/lapsed/lapsed/internal/contact"
	"github.com/lapsed/lapsed/internal/store"
	"github.com/lapsed/lapsed/policy"
)

// resolveSlice is how many records are resolved between two transactions.
const resolveSlice = 2000

// resolve joins to persons the records whose links have changed. Who is one
// person with whom is a matter of those, of the persons that they were and are
// part of, and of nobody else: so its cost is that of what has changed.
func (r *run) resolve(ctx context.Context) error {
	for {
		var touched []int64
		if err := r.read(ctx, func(tx *store.Tx) (err error) { touched, err = tx.Touched(resolveSlice); return err }); err != nil || len(touched) == 0 {
			return err
		}
		if err := r.write(ctx, func(tx *store.Tx) ([]entry.Entry, error) { return r.resolveSome(tx, touched) }); err != nil {
			return err
		}
	}
}

func (r *run) resolveSome(tx *store.Tx, touched []int64) ([]entry.Entry, error) {
	around, changed, err := tx.Resolve(touched, r.twoNames())
	if err != nil {
		return nil, err
	}
	entries, err := r.joins(tx, changed)
	if err != nil {
		return nil, err
	}
	return entries, tx.SetPersons(touched, around, changed)
}

// twoNames tells whether an address with two names joins nobody.
func (e *Engine) twoNames() bool {
	return slices.Contains(e.Policy.Identity.NotBy, policy.NotByTwoNames)
}

// joins logs that persons who were decided on became one, so that their older
// pseudonyms stay findable.
func (r *run) joins(tx *store.Tx, changed []store.Joined) ([]entry.Entry, error) {
	merged := map[int64][]int64{} // survivor → persons that are part of it now
	for _, j := range changed {
		if !slices.Contains(merged[j.Person], j.Was) {
			merged[j.Person] = append(merged[j.Person], j.Was)
		}
	}
	var out []entry.Entry
	for _, p := range sorted(keysOf(merged)) {
		decided, err := tx.DecidedOf(merged[p])
		if err != nil {
			return nil, err
		}
		var parts []int64
		for _, was := range merged[p] {
			if _, known := decided[was]; known {
				parts = append(parts, was)
			}
		}
		if len(parts) == 0 {
			continue
		}
		all := append([]int64{p}, parts...)
		rows, err := tx.PersonsOf(all)
		if err != nil || len(rows) == 0 {
			return nil, err
		}
		by, err := tx.IdentifiersOf(all)
		if err != nil {
			return nil, err
		}
		var ids []contact.Identifier
		for _, x := range all {
			ids = append(ids, by[x]...)
		}
		name, aka := r.public(ids, rows)
		out = append(out, entry.Entry{Kind: entry.PersonJoined, Body: entry.Joined{Person: name, Joins: aka, Cause: "link"}})
	}
	return out, nil
}
