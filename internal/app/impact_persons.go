package app

import (
	"bytes"
	"context"
	"errors"
	"runtime"
	"slices"

	"github.com/sourcegraph/conc/pool"

	"github.com/lapsed/lapsed/internal/contact"
	"github.com/lapsed/lapsed/internal/reconcile"
	"github.com/lapsed/lapsed/internal/store"
	"github.com/lapsed/lapsed/policy"
)

// visitSlice is how many persons are in memory at a time for each worker.
const visitSlice = 1000

// subject is one person with all that decides on them, whatever the policy.
type subject struct {
	id      int64
	rows    []store.Row
	person  contact.Person
	holds   []policy.Hold
	remains []store.Suppression
	asked   []policy.Request
	minor   bool // was known to be one by a record that went first
}

// under is what decides beside the person's observations, in a policy's own numbers.
func (s *subject) under(p *policy.Policy) policy.Circumstances {
	c := policy.Circumstances{Holds: s.holds, Minor: s.minor, Requests: s.asked}
	reconcile.Outlived(p, s.remains, &c)
	return c
}

// visitAll shows each person of the state once, to as many workers as there are
// cores: each has its own T, and those come back to be put together. Memory
// doesn't grow with the number of persons. A cycle that runs meanwhile may be
// seen half done, each person whole.
func visitAll[T any](ctx context.Context, st *store.Store, twoNames bool, fresh func() T, each func(T, *subject)) ([]T, error) {
	return visitSlices(ctx, st, twoNames, fresh, func(_ context.Context, mine T, subjects []subject) error {
		for i := range subjects {
			each(mine, &subjects[i])
		}
		return nil
	})
}

// visitSlices is visitAll for those who take a slice of persons at a time.
func visitSlices[T any](ctx context.Context, st *store.Store, twoNames bool, fresh func() T, each func(context.Context, T, []subject) error) ([]T, error) {
	n := min(max(runtime.GOMAXPROCS(0), 1), 4) // of the state's eight connections
	all, free := make([]T, n), make(chan T, n)
	for i := range all {
		all[i] = fresh()
		free <- all[i]
	}
	workers := pool.New().WithMaxGoroutines(n).WithContext(ctx).WithFirstError().WithCancelOnError()
	v := visitor{store: st, twoNames: twoNames}
	err := v.slices(ctx, func(ids []int64) {
		workers.Go(func(ctx context.Context) error {
			subjects, err := v.load(ctx, ids)
			if err != nil {
				return err
			}
			mine := <-free
			defer func() { free <- mine }()
			return each(ctx, mine, subjects)
		})
	})
	return all, errors.Join(workers.Wait(), err)
}

type visitor struct {
	store    *store.Store
	twoNames bool
	holds    bool           // there are some
	refusals bool           // that outlive their records
	requests bool           // there are some
	minors   map[int64]bool // whose deletion has begun
	sharing  map[int64]bool // who have an identifier in common with somebody else
}

// prepare finds out what has to be loaded of each person at all.
func (v *visitor) prepare(ctx context.Context) error {
	if err := v.store.Read(ctx, v.look); err != nil {
		return err
	}
	return v.share(ctx)
}

// look finds out whether there are holds, refusals that outlived their records, and
// minors who are half gone.
func (v *visitor) look(tx *store.Tx) error {
	var err error
	if v.holds, v.refusals, err = tx.AnyCircumstances(); err != nil {
		return err
	}
	all, err := tx.Requests(false)
	if err != nil {
		return err
	}
	v.requests = len(all) > 0
	minors, err := tx.HalfGone()
	v.minors = setOf(minors)
	return err
}

// share finds who has an identifier in common with somebody else: few, and asking
// for it person by person costs more than all the rest.
func (v *visitor) share(ctx context.Context) error {
	parts := min(max(runtime.GOMAXPROCS(0), 1), 4)
	found := make([][]int64, parts)
	workers := pool.New().WithContext(ctx).WithFirstError().WithCancelOnError()
	for i := range parts {
		from, below := []byte{byte(256 * i / parts)}, []byte{byte(256 * (i + 1) / parts)}
		if i == parts-1 {
			below = bytes.Repeat([]byte{255}, 17) // above every key
		}
		workers.Go(func(ctx context.Context) error {
			return v.store.Read(ctx, func(tx *store.Tx) (err error) {
				found[i], err = tx.Sharers(from, below)
				return err
			})
		})
	}
	err := workers.Wait()
	v.sharing = setOf(slices.Concat(found...))
	return err
}

func setOf(ids []int64) map[int64]bool {
	out := map[int64]bool{}
	for _, id := range ids {
		out[id] = true
	}
	return out
}

// slices hands out the ids of all persons, in their order.
func (v *visitor) slices(ctx context.Context, do func([]int64)) error {
	if err := v.prepare(ctx); err != nil {
		return err
	}
	for after := int64(0); ; {
		var next []int64
		if err := v.store.Read(ctx, func(tx *store.Tx) (err error) {
			next, err = tx.PersonIDs(after, visitSlice)
			return err
		}); err != nil || len(next) == 0 {
			return err
		}
		after = next[len(next)-1]
		do(next)
	}
}

// load reads some persons and what decides on them from one snapshot.
func (v *visitor) load(ctx context.Context, ids []int64) (out []subject, err error) {
	err = v.store.Read(ctx, func(tx *store.Tx) error {
		rows, err := tx.PersonsOf(ids)
		if err != nil {
			return err
		}
		shared, err := tx.Shared(slices.DeleteFunc(slices.Clone(ids), func(id int64) bool { return !v.sharing[id] }), v.twoNames)
		if err != nil {
			return err
		}
		var holds map[int64][]policy.Hold
		if v.holds {
			if holds, err = tx.HoldsOf(ids); err != nil {
				return err
			}
		}
		var refused map[int64][]store.Suppression
		if v.refusals {
			if refused, err = tx.SuppressedOf(ids); err != nil {
				return err
			}
		}
		var requests map[int64][]store.Reached
		if v.requests {
			if requests, err = tx.RequestsOf(ids, v.twoNames); err != nil {
				return err
			}
		}
		for from := 0; from < len(rows); {
			to := from
			for to < len(rows) && rows[to].Person == rows[from].Person {
				to++
			}
			id := rows[from].Person
			out = append(out, subject{id: id, rows: rows[from:to], person: shared.Person(rows[from:to]), holds: holds[id], remains: refused[id], asked: reconcile.Asked(requests[id]), minor: v.minors[id]})
			from = to
		}
		return nil
	})
	return out, err
}
