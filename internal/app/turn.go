package app

import (
	"context"
	"errors"
	"fmt"
	"time"

	"github.com/lapsed/lapsed/internal/lease"
	"github.com/lapsed/lapsed/internal/reconcile"
	"github.com/lapsed/lapsed/internal/store"
)

// cycleLease is the name of the one lease. Before each write every record of the
// person is re-read, at every processor: so whoever writes has to be the only one
// at all of them, and a lease for each would be no less.
const cycleLease = "cycle"

// leases are this process' claims.
func (a *App) leases() *lease.Leases {
	return lease.New(a.Store.Leases(), a.instance, time.Duration(a.Config.Lease), time.Now)
}

// exclusive does a cycle as the only process that does one. ok is false if
// another does, or if a cycle that failed rests.
func (a *App) exclusive(ctx context.Context, o reconcile.Order) (r Report, ok bool, err error) {
	l, ok, err := a.leases().Claim(ctx, cycleLease)
	if err != nil || !ok {
		return r, false, err
	}
	err = l.Hold(ctx, func(ctx context.Context) error {
		if err := a.weigh(ctx); err != nil {
			return err
		}
		e := a.engine()
		e.Store = a.Store.Fenced(l)
		e.Held = func() error {
			if !l.Held() {
				return lease.ErrLost
			}
			return nil
		}
		r, err = e.Cycle(ctx, o)
		if err != nil && o.Trigger != byInterval {
			return lease.After(err, 0) // who asked for it knows, and may ask again
		}
		return err
	})
	return r, true, err
}

// patience is how long a command that waits for the lease does so between two looks.
func (a *App) patience() time.Duration {
	return max(time.Duration(a.Config.Lease)/20, 10*time.Millisecond)
}

// await does a cycle as soon as no other process does one.
func (a *App) await(ctx context.Context, o reconcile.Order) (Report, error) {
	for told := false; ; told = true {
		r, ok, err := a.exclusive(ctx, o)
		if ok || err != nil {
			return r, err
		}
		if !told && a.opt.Logger != nil {
			a.opt.Logger.Info("another process is in a cycle: waiting for its end, or for its lease to run out")
		}
		select {
		case <-ctx.Done():
			return r, ctx.Err()
		case <-time.After(a.patience()):
		}
	}
}

// The triggers of cycles.
const (
	byHand     = "manual"
	byOnce     = "once"
	byInterval = "schedule"
)

// dueIn is how long it is until the next cycle: what the state says, so that a
// restart neither repeats one nor skips one. A cycle that was left unfinished is
// due at once; whoever is in it holds the lease. Who looks at a plan meanwhile
// puts off nothing that is to be carried out.
func (a *App) dueIn(ctx context.Context) (wait time.Duration, err error) {
	err = a.Store.Read(ctx, func(tx *store.Tx) error {
		began, finished, err := tx.LatestCycle(string(a.Config.Mode))
		if err != nil || began.IsZero() || !finished {
			return err
		}
		wait = began.Add(time.Duration(a.Config.Interval)).Sub(a.Clock())
		if wait > time.Duration(a.Config.Interval) {
			wait = 0 // it began in our future: a clock is wrong, and a cycle finds out whose
		}
		return nil
	})
	return max(wait, 0), err
}

// reread returns the installation as its files say now, on the same state, and
// false if they say what they said. Problems of config and policy come back
// together, and nothing has changed then.
func (a *App) reread(ctx context.Context) (*App, bool, error) {
	c, text, err := files(a.opt.Config)
	if err != nil {
		return nil, false, err
	}
	active, err := a.active(ctx)
	if err != nil {
		return nil, false, err
	}
	if c.Fingerprint == a.Config.Fingerprint && string(text) == string(a.text) && active == a.Policy.Revision {
		return a, false, nil
	}
	if c.State != a.Config.State || c.Keys != a.Config.Keys || c.Audit.Origin != a.Config.Audit.Origin || c.Listen != a.Config.Listen || c.Lease != a.Config.Lease {
		return nil, false, errors.New("the config names another state, keys, log, listen or lease: that takes a restart")
	}
	next := &App{Config: c, text: text, Store: a.Store, Log: a.Log, Keys: a.Keys, Clock: a.Clock, opt: a.opt, instance: a.instance}
	if err := next.bind(ctx); err != nil {
		return nil, false, err
	}
	return next, true, nil
}

// weigh counts what a proposed policy would change, once.
func (a *App) weigh(ctx context.Context) error {
	if a.next == nil || a.weighed != "" {
		return nil
	}
	i, err := a.Impact(ctx, a.next)
	switch {
	case err != nil:
		return err
	case !i.Exact:
		a.weighed = "what it would change can't be told yet: " + i.Why
	default:
		a.weighed = fmt.Sprintf("today something new would be done for %d persons, and what is decided changes for %d", i.New, i.Changed)
	}
	return nil
}

// proposal is the policy file's revision if it is not the active one.
func (a *App) proposal() reconcile.Proposal {
	if a.next == nil {
		return reconcile.Proposal{}
	}
	return reconcile.Proposal{Revision: a.next.Revision, Impact: a.weighed}
}

// active is the revision that was activated last, whoever did it.
func (a *App) active(ctx context.Context) (revision string, err error) {
	err = a.Store.Read(ctx, func(tx *store.Tx) error {
		p, _, err := tx.ActivePolicy()
		revision = p.Revision
		return err
	})
	return revision, err
}

// window is the day's window of the config, in the controller's zone.
func (a *App) window(now time.Time) (time.Time, bool) {
	return a.Config.Daily.Latest(now, a.Policy.Zone())
}
