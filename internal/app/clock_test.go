package app

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/lapsed/lapsed/internal/duty"
	"github.com/lapsed/lapsed/internal/reconcile"
	"github.com/lapsed/lapsed/internal/sandbox/kit"
	"github.com/lapsed/lapsed/policy"
)

// off sets an opened installation's clock off the processors'.
func off(w *world, d time.Duration) func(*App) {
	return func(a *App) { a.Clock = func() time.Time { return w.stage.Clock.Now().Add(d) } }
}

// Invariant 16: by a clock that a processor's Date header contradicts nothing is
// planned: nobody is deleted, unsubscribed, or takes a step towards it.
func TestInvariant16SkewedClock(t *testing.T) {
	for _, d := range []time.Duration{6 * time.Minute, 3 * time.Hour, -6 * time.Minute, -3 * time.Hour} {
		t.Run(d.String(), func(t *testing.T) {
			t.Parallel()
			w := newWork(t)
			w.plan(t) // the log is of today
			r := w.run(t, off(w.world, d))
			if n := len(w.stage.Book.Changes()); n != 0 || r.Routine != 0 {
				t.Errorf("%d writes by a clock that is %s off", n, d)
			}
			if has(r, policy.FindClockSkew, "hubspot") == 0 || has(r, policy.FindClockSkew, "salesforce") == 0 {
				t.Errorf("findings %v", r.Findings)
			}
			if !strings.Contains(r.BlockedWhy, "clock") {
				t.Errorf("blocked why: %q", r.BlockedWhy)
			}
			w.advance(d.Abs() + time.Minute) // the log goes on from its newest entry
			w.run(t)
			w.settled(t)
		})
	}
	t.Run("four minutes are tolerated", func(t *testing.T) {
		t.Parallel()
		w := newWork(t)
		w.run(t, off(w.world, 4*time.Minute))
		w.settled(t)
	})
}

// A clock that jumps serves nobody's grace, and leaves nothing behind: the same
// cycles with the right clock do what they would have done (case 55).
func TestInvariant16JumpedClock(t *testing.T) {
	for _, d := range []time.Duration{5 * 365 * day, 20 * day, 22 * time.Hour} {
		t.Run(d.String(), func(t *testing.T) {
			t.Parallel()
			w := newWorld(t, "enforce")
			w.wide(t)
			hs, lead := w.both("kari")
			alive := w.lapsed("ola", now.AddDate(-1, 0, 0))
			minor := w.customer("per", map[string]any{"Birthdate": now.AddDate(-17, 0, 0)})
			w.run(t) // grace begins; the minor goes
			w.advance(time.Hour)
			r, err := w.try(t, off(w, d))
			if d > day && (!errors.Is(err, reconcile.ErrClock) || r.Cycle != "") || d < day && err != nil {
				t.Errorf("a jump of %s: %v", d, err)
			}
			w.advance(day)
			w.run(t)
			w.wantHubSpot(t, hs, "live")
			w.wantLead(t, lead, "live")
			w.advance(30 * day)
			if r := w.run(t); r.Duties[duty.Waiting] != 0 {
				t.Errorf("duties %v", r.Duties)
			}
			w.wantHubSpot(t, hs, "erased")
			w.wantLead(t, lead, "binned")
			w.wantHubSpot(t, alive, "live")
			if n := w.count("salesforce", "delete", minor); n != 1 {
				t.Errorf("%d deletions of the minor", n)
			}
		})
	}
}

// A process whose clock goes five years ahead, and later right again, while it
// runs: nobody is written to meanwhile, nothing is logged, and it goes on by itself.
func TestInvariant16ClockLeapsWhileRunning(t *testing.T) {
	t.Parallel()
	w := newWork(t)
	w.run(t)
	w.advance(day)
	minor := w.customer("minor", map[string]any{"Birthdate": now.AddDate(-17, 0, 0)})
	young := w.lapsed("young", now.AddDate(0, -1, 0)) // lapsed by that clock
	before := len(w.stage.Book.Changes())
	w.with(t, func(a *App) {
		right := a.Clock
		a.Clock = func() time.Time { return right().AddDate(5, 0, 0) }
		for range 3 {
			if _, err := a.RunOnce(t.Context()); !errors.Is(err, reconcile.ErrClock) {
				t.Errorf("a cycle by that clock: %v", err)
			}
			if wait, err := a.dueIn(t.Context()); wait != 0 || err != nil {
				t.Errorf("the next is due in %s, %v", wait, err)
			}
		}
		if n := len(w.stage.Book.Changes()); n != before {
			t.Errorf("%d writes by a clock that is five years ahead", n-before)
		}
		a.Clock = right
		if _, err := a.RunOnce(t.Context()); err != nil {
			t.Error(err)
		}
	})
	w.wantHubSpot(t, young, "live")
	if n := w.count("salesforce", "delete", minor); n != 1 {
		t.Errorf("%d deletions of the minor by the clock that is right again", n)
	}
}

// An installation whose very first start has a clock five years ahead writes to
// nobody, neither then nor when the clock is right and behind its log, and says so.
func TestInvariant16FirstStartByAClockAhead(t *testing.T) {
	t.Parallel()
	w := newWorld(t, "enforce")
	w.wide(t)
	w.both("kari")
	w.customer("per", map[string]any{"Birthdate": now.AddDate(-17, 0, 0)})
	ahead := func() time.Time { return w.stage.Clock.Now().AddDate(5, 0, 0) }
	for range 3 {
		a, err := Open(t.Context(), Options{Config: w.config, Clock: ahead, Build: "test", HTTP: quick()})
		if err != nil {
			t.Fatal(err)
		}
		r, err := a.RunOnce(t.Context())
		if err != nil || has(r, policy.FindClockSkew, "hubspot") == 0 || r.Duties[duty.Waiting]+r.Duties[duty.Due] != 0 {
			t.Errorf("%v, duties %v, findings %v", err, r.Duties, r.Findings)
		}
		if err := a.Close(); err != nil {
			t.Fatal(err)
		}
		w.advance(12 * time.Hour)
	}
	r := w.run(t)
	if has(r, policy.FindClockSkew, "") == 0 || r.BlockedWhy == "" && r.Blocked > 0 {
		t.Errorf("behind the log: blocked %q, findings %v", r.BlockedWhy, r.Findings)
	}
	if n := len(w.stage.Book.Changes()); n != 0 {
		t.Errorf("%d writes", n)
	}
}

// A clock that runs backwards, behind what is logged already, plans nothing even
// if the processors agree with it.
func TestInvariant16BackwardClock(t *testing.T) {
	t.Parallel()
	w := newWork(t)
	w.with(t, func(a *App) {
		a.Clock = func() time.Time { return w.stage.Clock.Now().Add(time.Hour) }
		if err := a.Pause(context.Background(), "by a wrong clock", "dpo"); err != nil {
			t.Fatal(err)
		}
		if err := a.Resume(context.Background(), "by a wrong clock", "dpo"); err != nil {
			t.Fatal(err)
		}
	})
	r := w.run(t)
	if len(w.stage.Book.Changes()) != 0 || has(r, policy.FindClockSkew, "") == 0 {
		t.Errorf("writes by a clock behind the log; findings %v", r.Findings)
	}
	w.advance(2 * time.Hour)
	w.run(t)
	w.settled(t)
}

// If nobody tells the time, time alone moves nothing.
func TestInvariant16NobodyTellsTheTime(t *testing.T) {
	t.Parallel()
	w := newWorld(t, "enforce")
	hs, _ := w.both("kari")
	w.run(t)
	w.stage.Faults.Arm(kit.Fault{Kind: "drop-before"})
	r := w.run(t, off(w, 23*time.Hour), func(a *App) {})
	if r.Duties[duty.Waiting] != 2 {
		t.Errorf("duties %v", r.Duties)
	}
	w.stage.Faults.Clear()
	w.advance(day)
	w.run(t)
	w.wantHubSpot(t, hs, "live")
}

// A set policy clock is for trying things out: refused where people would be
// deleted by a time that isn't.
func TestInvariant16SetClockIsRefused(t *testing.T) {
	for _, c := range []struct {
		mode, url string
		refused   bool
	}{{"enforce", "https://api.hubapi.com", true}, {"observe", "https://api.hubapi.com", false}, {"enforce", "", false}} {
		t.Run(fmt.Sprint(c.mode, c.url), func(t *testing.T) {
			w := newWorld(t, c.mode)
			w.silent = true
			t.Setenv("LAPSED_NOW", "2031-01-01T00:00:00Z")
			if c.url != "" {
				t.Setenv("SECRET", "s")
				w.rewrite(t, "lapsed.yaml", `base_url: "`+w.url["hubspot"]+`"`, `base_url: "`+c.url+`"`, "token: {value: pat-eu1-test}", "token: {env: SECRET}")
			}
			a, err := Open(context.Background(), Options{Config: w.config})
			if (err != nil) != c.refused {
				t.Fatalf("opened with %v", err)
			}
			if err != nil {
				if ExitCode(err) != Usage || !strings.Contains(err.Error(), "LAPSED_NOW") {
					t.Errorf("exit %d: %v", ExitCode(err), err)
				}
				return
			}
			if y := a.Clock().Year(); y != 2031 {
				t.Errorf("the clock shows %d", y)
			}
			_ = a.Close()
		})
	}
}
