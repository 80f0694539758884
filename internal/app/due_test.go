package app

import (
	"context"
	"log/slog"
	"testing"
	"time"

	"github.com/lapsed/lapsed/internal/metrics"
)

// The next cycle is due an interval after the last, whichever process did it, and
// looking at a plan puts nothing off.
func TestWhenTheNextCycleIsDue(t *testing.T) {
	t.Parallel()
	w := newWorld(t, "enforce")
	w.crowd(1)
	due := func(change ...func(*App)) (d time.Duration) {
		w.with(t, func(a *App) {
			for _, c := range change {
				c(a)
			}
			var err error
			if d, err = a.dueIn(t.Context()); err != nil {
				t.Fatal(err)
			}
		})
		return d.Round(time.Minute)
	}
	if d := due(); d != 0 {
		t.Errorf("the first is due in %s", d)
	}
	w.run(t)
	if d := due(); d != 15*time.Minute {
		t.Errorf("after a cycle the next is due in %s", d)
	}
	w.advance(10 * time.Minute)
	w.plan(t)
	if d := due(); d != 5*time.Minute {
		t.Errorf("after somebody looked the next is due in %s", d)
	}
	if d := due(off(w, -9*time.Minute)); d != 14*time.Minute {
		t.Errorf("by a clock that was set back it is due in %s", d)
	}
	if d := due(off(w, -time.Hour)); d != 0 {
		t.Errorf("after a last cycle in our future it is due in %s", d)
	}
}

// A daemon whose next cycle is due as soon as the last has ended leaves the lease
// free for long enough that a command which waits for it gets its turn.
func TestWhoWaitsForTheLeaseGetsATurn(t *testing.T) {
	t.Parallel()
	w := newWorld(t, "observe")
	w.crowd(1)
	w.with(t, func(a *App) {
		d := &daemon{log: slog.New(slog.DiscardHandler), watch: metrics.New("test", time.Now)}
		d.app.Store(a)
		if rest := d.turn(t.Context(), true); d.worked.IsZero() || rest < 2*a.patience() {
			t.Errorf("it looks again in %s, and who waits in %s", rest, a.patience())
		}
	})
}

// To be told to stop is no failure, also while the daemon still starts.
func TestStoppedBeforeItHasStarted(t *testing.T) {
	t.Parallel()
	w := newWorld(t, "observe")
	w.crowd(1)
	w.plan(t)
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	if err := RunDaemon(ctx, DaemonOptions{Options: Options{Config: w.config, Build: "test"}}); err != nil {
		t.Error(err)
	}
}
