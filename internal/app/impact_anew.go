package app

import (
	"context"
	"errors"
	"fmt"
	"os"
	"path/filepath"

	"github.com/sourcegraph/conc/pool"

	"github.com/lapsed/lapsed/internal/audit"
	"github.com/lapsed/lapsed/internal/reconcile"
	"github.com/lapsed/lapsed/internal/store"
	"github.com/lapsed/lapsed/policy"
)

// ImpactAnew is Impact from a fresh read of all processors, for policies whose
// rules look at other things than the active ones: exact, at the cost of a whole
// read.
func (a *App) ImpactAnew(ctx context.Context, next *policy.Policy) (Impact, error) {
	return a.impactAnew(ctx, a.Policy, next)
}

// impactAnew is impact from one fresh read of all processors, seen by both
// policies at once, so that it is exact whatever their rules look at. It needs as
// many calls as a whole read, keeps what it saw in two states in a directory of
// its own, and removes them. The installation's own state and log don't change.
//
// What it can't know is what only the installation's state knows: since when a
// refusal without a date stands, and what we withdrew ourselves. Both policies
// lack it alike.
func (a *App) impactAnew(ctx context.Context, old, next *policy.Policy) (out Impact, err error) {
	dir, err := os.MkdirTemp("", "lapsed-read-") // 0700
	if err != nil {
		return out, fmt.Errorf("make room for the read: %w", err)
	}
	defer func() { err = errors.Join(err, os.RemoveAll(dir)) }()
	sources, err := a.twins(old, next)
	if err != nil {
		return out, err
	}
	var sides [2]*side
	for i, p := range []*policy.Policy{old, next} {
		if sides[i], err = a.side(ctx, filepath.Join(dir, fmt.Sprint(i)), p); err != nil {
			return out, err
		}
		defer func(s *store.Store) { err = errors.Join(err, s.Close()) }(sides[i].Store)
	}
	both := pool.New().WithContext(ctx).WithFirstError().WithCancelOnError()
	for i, s := range sides {
		s.Sources = map[string]reconcile.Reader{}
		for name, t := range sources {
			s.Sources[name] = t.of(i)
		}
		both.Go(func(ctx context.Context) error {
			r, err := s.Cycle(ctx, reconcile.Order{Reads: reconcile.Whole, Trigger: byHand})
			for _, t := range sources {
				t.leave(i)
			}
			s.report = r
			return err
		})
	}
	if err := both.Wait(); err != nil {
		return out, err
	}
	return a.compareSides(ctx, sides[0], sides[1])
}

// side is one policy's view of the read.
type side struct {
	*reconcile.Engine
	report Report
}

func (a *App) side(ctx context.Context, dir string, p *policy.Policy) (*side, error) {
	if err := os.Mkdir(dir, 0o700); err != nil {
		return nil, fmt.Errorf("make room for the read: %w", err)
	}
	st, err := store.Open(ctx, "sqlite:"+filepath.Join(dir, "state.db"))
	if err != nil {
		return nil, err
	}
	// A key and an origin of its own: the installation's never signs another tree.
	log, err := audit.CreateKey(dir, "")
	if err == nil {
		err = a.copyCircumstances(ctx, st)
	}
	if err == nil {
		err = st.Write(ctx, func(tx *store.Tx) error { return log.Begin(tx.Tx, a.Clock()) })
	}
	if err != nil {
		return nil, errors.Join(err, st.Close())
	}
	return &side{Engine: &reconcile.Engine{Store: st, Log: log, Keys: a.Keys, Policy: p, Clock: a.Clock, Logger: a.opt.Logger, Progress: a.opt.Progress,
		Build: a.opt.Build, Config: a.Config.Digest, Instance: a.instance}}, nil
}

// copyCircumstances takes holds, requests and what remains of people over into
// another state.
func (a *App) copyCircumstances(ctx context.Context, to *store.Store) error {
	var holds []store.Hold
	var remains []store.Suppression
	var requests []store.Request
	if err := a.Store.Read(ctx, func(tx *store.Tx) (err error) {
		if holds, remains, err = tx.Circumstances(); err != nil {
			return err
		}
		if requests, err = tx.Requests(false); err != nil {
			return err
		}
		for i := range requests {
			if requests[i], err = tx.Keyed(requests[i]); err != nil {
				return err
			}
		}
		return err
	}); err != nil {
		return err
	}
	return to.Write(ctx, func(tx *store.Tx) error {
		for _, h := range holds {
			if err := tx.AddHold(h); err != nil {
				return err
			}
		}
		for _, q := range requests {
			if err := tx.AddRequest(q); err != nil {
				return err
			}
		}
		for _, s := range remains {
			if err := tx.Suppress(s); err != nil {
				return err
			}
		}
		return nil
	})
}
