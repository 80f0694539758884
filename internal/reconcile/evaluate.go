package reconcile

import (
	"context"

	"github.com/lapsed/lapsed/internal/audit/entry"
	"github.com/lapsed/lapsed/internal/store"
)

// slice is how many persons are decided on between two transactions.
const slice = 1000

// evaluate decides on the persons about whom something has changed, or time has
// come, a slice at a time, and moves their duties. By a clock that can't be right
// it decides on nobody: a grace would seem served. Nor does it by facts that other
// rules saw.
func (r *run) evaluate(ctx context.Context) error {
	if r.clockWhy != "" || r.foreign() != "" {
		return nil
	}
	total := 0
	err := r.write(ctx, func(tx *store.Tx) (_ []entry.Entry, err error) {
		if err := r.underPolicy(tx); err != nil {
			return nil, err
		}
		total, err = tx.CallDue(r.now)
		return nil, err
	})
	if err != nil {
		return err
	}
	for done := 0; ; {
		var waiting []store.Undecided
		var b *bench
		if err := r.read(ctx, func(tx *store.Tx) (err error) {
			if waiting, err = tx.Undecided(slice); err != nil || len(waiting) == 0 {
				return err
			}
			b, err = r.bench(tx, personsOf(waiting))
			return err
		}); err != nil {
			return err
		}
		if len(waiting) == 0 {
			return nil
		}
		if err := r.keepAll(ctx, b, waiting); err != nil {
			return err
		}
		done += len(waiting)
		r.progress().Deciding(done, max(total, done))
	}
}

func personsOf(us []store.Undecided) []int64 {
	out := make([]int64, len(us))
	for i, u := range us {
		out[i] = u.Person
	}
	return out
}

// underPolicy has everybody decided again if the decisions that stand were made
// by other rules, or were made of observations under other rules.
func (r *run) underPolicy(tx *store.Tx) error {
	const key = "decided-by"
	by := r.Policy.Revision + " " + r.Policy.Signature
	if was, err := tx.Meta(key); err != nil || was == by {
		return err
	}
	if err := tx.CallAll(); err != nil {
		return err
	}
	return tx.SetMeta(key, by)
}

// keepAll decides on a slice and stores what came of it, with its entries, in
// one transaction. Who was called again meanwhile stays called.
func (r *run) keepAll(ctx context.Context, b *bench, waiting []store.Undecided) error {
	all := make([]judged, len(b.persons))
	for i, rows := range b.persons {
		all[i] = r.decide(b, rows, r.now)
	}
	return r.write(ctx, func(tx *store.Tx) ([]entry.Entry, error) {
		var out []entry.Entry
		for _, j := range all {
			es, err := r.keep(tx, b, j)
			if err != nil {
				return nil, err
			}
			out = append(out, es...)
		}
		return out, tx.WereDecided(waiting)
	})
}
