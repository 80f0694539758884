package app

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"os"
	"runtime"
	"runtime/debug"
	"sync/atomic"
	"time"

	"github.com/lapsed/lapsed/internal/audit"
	"github.com/lapsed/lapsed/internal/console"
	"github.com/lapsed/lapsed/internal/lease"
	"github.com/lapsed/lapsed/internal/metrics"
	"github.com/lapsed/lapsed/internal/notify"
	"github.com/lapsed/lapsed/internal/reconcile"
	"github.com/lapsed/lapsed/internal/store"
	"github.com/lapsed/lapsed/policy"
)

// DaemonOptions say how a daemon runs.
type DaemonOptions struct {
	Options
	// Wake makes the daemon read its files again and do a cycle at once, as SIGHUP does.
	Wake <-chan os.Signal
	// Listening is told the address that is served, when it is. It may be nil.
	Listening func(address string)
}

// RunDaemon does cycles until its context ends: one every interval, on whichever
// process gets the lease. Config and policy are read again before each; what is
// wrong in them leaves the old in force, as a finding. It returns when the write
// that is under way has come to its answer and its outcome is recorded.
func RunDaemon(ctx context.Context, o DaemonOptions) (err error) {
	if o.Logger == nil {
		o.Logger = slog.New(slog.DiscardHandler)
	}
	d := &daemon{log: o.Logger, wake: o.Wake, watch: metrics.New(o.Build, time.Now)}
	o.Metrics = d.watch
	if o.Clock == nil {
		o.Clock = func() time.Time { return time.Now().UTC() } // whatever LAPSED_NOW says
	}
	a, err := Open(ctx, o.Options)
	if err != nil && ctx.Err() != nil {
		d.log.Info("stopped before it had started")
		return nil // to be told to stop is no failure, whatever it was waiting for
	}
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, a.Close()) }()
	d.app.Store(a)
	d.engage()
	stop, err := d.serve(ctx, o.Listening)
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, stop()) }()
	d.log.Info("started", "version", o.Build, "mode", string(a.Config.Mode), "instance", a.instance, "interval", time.Duration(a.Config.Interval).String())
	d.loop(ctx)
	d.log.Info("stopped")
	return nil
}

// daemon is a running one.
type daemon struct {
	app    atomic.Pointer[App]
	log    *slog.Logger
	wake   <-chan os.Signal
	watch  *metrics.Metrics
	notify *notify.Notifier
	worked time.Time // when the latest cycle ended, zero once it has been tidied up after
	broken string    // what the files' problem is, "" = none
}

// engage makes what depends on the config.
func (d *daemon) engage() {
	a := d.app.Load()
	a.Watch(d.watch)
	d.notify = a.Notifier(d.log, d.watch.Notified)
}

// serve answers on the config's address until the end of ctx.
func (d *daemon) serve(ctx context.Context, listening func(string)) (stop func() error, err error) {
	a := d.app.Load()
	if a.Config.Listen == "" {
		return func() error { return nil }, nil
	}
	l, err := console.Listen(ctx, a.Config.Listen)
	if err != nil {
		return nil, err
	}
	if listening != nil {
		listening(l.Addr().String())
	}
	served := make(chan error, 1)
	go func() {
		served <- console.Serve(ctx, l, console.Options{Ready: a.Ready(), Metrics: d.watch.Handler(), Logger: d.log, Clock: time.Now})
	}()
	return func() error { return <-served }, nil
}

// loop looks at the state for what is due, a few times in a lease's life: as soon
// as one that was killed loses its lease, another goes on.
func (d *daemon) loop(ctx context.Context) {
	look := time.NewTimer(0)
	defer look.Stop()
	for {
		now := false
		select {
		case <-ctx.Done():
			return
		case <-d.wake:
			now = true
		case <-look.C:
		}
		look.Reset(d.turn(ctx, now))
	}
}

// turn does a cycle if one is due, or if asked to now, and returns when to look again.
func (d *daemon) turn(ctx context.Context, now bool) time.Duration {
	a := d.app.Load()
	pause := min(max(time.Duration(a.Config.Lease)/3, 10*time.Millisecond), 5*time.Second)
	wait, err := a.dueIn(ctx)
	if err != nil {
		d.warn(ctx, "the state can't be read", err)
		return pause
	}
	if wait > 0 && !now {
		d.idle()
		return min(wait, pause)
	}
	d.reread(ctx)
	a = d.app.Load()
	began := time.Now()
	r, ok, err := a.exclusive(ctx, reconcile.Order{Hand: a.hand(), Reads: reconcile.AsDue, Trigger: byInterval})
	d.watch.Leader(ok)
	if !ok {
		if err != nil {
			d.warn(ctx, "the lease can't be claimed", err)
		}
		return pause
	}
	d.ended(ctx, r, err, time.Since(began))
	d.worked = time.Now()
	return 2 * a.patience() // also if the next is due: whoever waits for the lease finds it free
}

// settleFor is how long after a cycle its connections and pools are still about.
const settleFor = 2 * time.Minute

// idle gives back, once, what a cycle needed and nothing needs until the next.
func (d *daemon) idle() {
	if d.worked.IsZero() || time.Since(d.worked) < settleFor {
		return
	}
	d.worked = time.Time{}
	runtime.GC() // what pools hold survives one collection
	debug.FreeOSMemory()
}

// ended tells of a cycle that has ended.
func (d *daemon) ended(ctx context.Context, r Report, err error, took time.Duration) {
	switch {
	case err == nil:
	case errors.Is(err, lease.ErrLost):
		d.log.Warn("another process took over", "cycle", r.Cycle)
		return
	case errors.Is(err, audit.ErrBroken):
		d.log.Error("nothing is done any more: the log is not the one that was signed", "cycle", r.Cycle, "error", err.Error())
	case ctx.Err() != nil:
		d.log.Info("the cycle was stopped", "cycle", r.Cycle)
	default:
		d.log.Error("the cycle failed", "cycle", r.Cycle, "error", err.Error())
	}
	if r.Cycle == "" {
		return
	}
	d.watch.Cycle(FactsOf(r, took))
	if d.notify == nil || ctx.Err() != nil {
		return
	}
	events, err := d.app.Load().Events(ctx, r)
	if err != nil {
		d.warn(ctx, "nobody can be notified", err)
		return
	}
	d.notify.Send(ctx, events...)
}

// reread takes over config and policy if they have changed and are right.
func (d *daemon) reread(ctx context.Context) {
	a := d.app.Load()
	next, changed, err := a.reread(ctx)
	if err != nil {
		if s := err.Error(); s != d.broken && ctx.Err() == nil {
			d.broken = s
			d.log.Error("config or policy can't be taken over: the old ones stay in force", "error", s)
		}
		kept := *a
		kept.standing = []store.Note{{Code: string(policy.FindConfigInvalid), Count: 1,
			Words: policy.ConfigInvalidWords()}}
		d.app.Store(&kept)
		return
	}
	d.broken = ""
	if !changed {
		if len(a.standing) > 0 {
			kept := *a
			kept.standing = nil
			d.app.Store(&kept)
		}
		return
	}
	d.app.Store(next)
	d.engage()
	d.log.Info("config and policy were read anew", "mode", string(next.Config.Mode), "revision", next.Policy.Revision, "proposed", next.proposal().Revision)
}

func (d *daemon) warn(ctx context.Context, what string, err error) {
	if ctx.Err() == nil {
		d.log.Warn(what, "error", fmt.Sprint(err))
	}
}
