package app

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/lapsed/lapsed/internal/duty"
	"github.com/lapsed/lapsed/internal/sandbox/hubspot"
	"github.com/lapsed/lapsed/internal/sandbox/kit"
	"github.com/lapsed/lapsed/internal/store"
)

// errKilled is what a test's process dies of.
var errKilled = errors.New("the test kills the process here")

// killed does a cycle whose process dies where a hook panics, and opens nothing
// again. It returns whether it died.
func (w *world) killed(t *testing.T, change ...func(*App)) (died bool) {
	t.Helper()
	a := w.open(t)
	for _, c := range change {
		c(a)
	}
	func() {
		defer func() {
			if x := recover(); x != nil {
				if !strings.Contains(fmt.Sprint(x), errKilled.Error()) { // a pool wraps what its goroutine died of
					panic(x)
				}
				died = true
			}
		}()
		if _, err := a.RunOnce(context.Background()); err != nil {
			t.Fatal(err)
		}
	}()
	if err := a.Close(); err != nil {
		t.Fatal(err)
	}
	return died
}

// work is a world in which one cycle has every kind of write to do: two persons
// to delete at both processors, and two to unsubscribe.
type work struct {
	*world
	contacts, leads, mailing, flagged []string
}

func newWork(t *testing.T) *work {
	w := &work{world: newWorld(t, "enforce")}
	w.rewrite(t, "lapsed.yaml", "mode: enforce", "mode: enforce\nlease: 2s") // who is killed keeps it so long
	w.wide(t)
	for _, n := range []string{"kari", "ola"} {
		hs, lead := w.both(n)
		w.contacts, w.leads = append(w.contacts, hs), append(w.leads, lead)
	}
	w.run(t)
	w.advance(grace)
	for _, n := range []string{"per", "pal"} {
		w.mailing = append(w.mailing, w.listed(n))
		w.flagged = append(w.flagged, w.customer(n+"s", map[string]any{"Newsletter__c": true}))
	}
	return w
}

// settled checks that all of it was done, each exactly once.
func (w *work) settled(t *testing.T) {
	t.Helper()
	for i := range w.contacts {
		w.wantHubSpot(t, w.contacts[i], "erased")
		w.wantLead(t, w.leads[i], "binned")
		w.exactly(t, "hubspot", "delete", w.contacts[i])
		w.exactly(t, "salesforce", "delete", w.leads[i])
		w.exactly(t, "hubspot", "unsubscribe", w.mailing[i])
		w.exactly(t, "salesforce", "unsubscribe", w.flagged[i])
	}
}

func (w *work) exactly(t *testing.T, processor, verb, id string) {
	t.Helper()
	if n := w.count(processor, verb, id); n != 1 {
		t.Errorf("%d × %s at %s", n, verb, processor)
	}
}

// Invariant 5: no write without a durable intent before it, and no intent without
// an outcome within a cycle of the restart. The process is killed before and
// after each single call that it makes, and goes on where it was.
func TestInvariant05KilledAtEveryCall(t *testing.T) {
	var points []string
	for _, p := range []string{"hubspot", "salesforce"} {
		for _, call := range []string{"read", "refresh", "unsubscribe", "delete", "verify"} {
			points = append(points, p+" before "+call, p+" after "+call)
		}
	}
	for _, point := range points {
		t.Run(point, func(t *testing.T) {
			t.Parallel()
			var processor, when, call string
			_, _ = fmt.Sscan(point, &processor, &when, &call)
			w := newWork(t)
			die, h := once(call, func() { panic(errKilled) }), &hooked{}
			if when == "before" {
				h.before = die
			} else {
				h.after = die
			}
			if !w.killed(t, hook(processor, h)) {
				t.Fatal("nobody died")
			}
			w.advance(time.Hour)
			r := w.run(t)
			if r.Duties[duty.Acting] != 0 {
				t.Errorf("duties %v: what was begun has no outcome", r.Duties)
			}
			w.advance(7 * time.Hour) // past the longest back-off
			w.run(t)
			w.settled(t)
		})
	}
}

// What happened while the process was down counts: somebody who came back to
// life is not deleted on a decision of before.
func TestInvariant05DecidedAgainAfterACrash(t *testing.T) {
	t.Parallel()
	w := newWork(t)
	w.killed(t, hook("salesforce", &hooked{before: once("delete", func() { panic(errKilled) })}))
	w.hs.Act(w.contacts[0], hubspot.Click)
	w.run(t)
	w.advance(7 * time.Hour)
	w.run(t)
	w.wantHubSpot(t, w.contacts[0], "live")
	w.wantLead(t, w.leads[0], "live")
	w.wantHubSpot(t, w.contacts[1], "erased")
}

// A processor that can't be reached after the restart leaves the attempt unknown,
// not open and not done; nothing is sent again until it was re-read.
func TestInvariant05UnknownUntilReRead(t *testing.T) {
	for _, processor := range []string{"hubspot", "salesforce"} {
		for _, when := range []string{"before", "after"} {
			t.Run(processor+" "+when, func(t *testing.T) {
				t.Parallel()
				w := newWork(t)
				h, die := &hooked{}, once("delete", func() { panic(errKilled) })
				if when == "before" {
					h.before = die
				} else {
					h.after = die
				}
				w.killed(t, hook(processor, h))
				w.stage.Faults.Arm(kit.Fault{Processor: processor, Kind: "status", Status: 503})
				before := w.calls(processor, "")
				for range 3 {
					w.run(t)
					w.advance(time.Hour)
				}
				if n := w.calls(processor, ""); n != before {
					t.Errorf("%d writes were sent blindly", n-before)
				}
				if n := w.outcomes(t, "unknown"); n != 2 {
					t.Errorf("%d outcomes are unknown, want 2, each once", n)
				}
				w.stage.Faults.Clear()
				w.run(t)
				w.advance(7 * time.Hour)
				w.run(t)
				w.settled(t)
			})
		}
	}
}

// The state fails between the write and its outcome: the cycle ends with an
// error, and the next one finds out what became of it.
func TestInvariant05StateFailsAfterTheWrite(t *testing.T) {
	t.Parallel()
	w := newWork(t)
	var a *App
	_, err := w.try(t, func(x *App) { a = x }, hook("hubspot", &hooked{after: once("delete", func() { _ = a.Store.Close() })}))
	if err == nil {
		t.Fatal("the cycle succeeded without its state")
	}
	w.run(t)
	w.advance(7 * time.Hour)
	w.run(t)
	w.settled(t)
}

// Being stopped is no crash: what was sent gets its outcome, nothing more is sent.
func TestInvariant05StoppedInTheMiddle(t *testing.T) {
	for _, call := range []string{"refresh", "unsubscribe", "delete", "verify"} {
		for _, processor := range []string{"hubspot", "salesforce"} {
			t.Run(processor+" "+call, func(t *testing.T) {
				t.Parallel()
				w := newWork(t)
				a := w.open(t)
				ctx, stop := context.WithCancel(context.Background())
				hook(processor, &hooked{before: once(call, stop)})(a)
				r, err := a.RunOnce(ctx)
				if !errors.Is(err, context.Canceled) {
					t.Fatalf("the cycle ended with %v", err)
				}
				if r.Duties[duty.Acting] != 0 && call != "verify" && call != "delete" && call != "unsubscribe" {
					t.Errorf("duties %v", r.Duties)
				}
				if err := a.Close(); err != nil {
					t.Fatal(err)
				}
				w.run(t)
				w.advance(7 * time.Hour)
				w.run(t)
				w.settled(t)
			})
		}
	}
}

// Dying again while the first death is being settled changes nothing.
func TestInvariant05KilledWhileRecovering(t *testing.T) {
	for _, processor := range []string{"hubspot", "salesforce"} {
		t.Run(processor, func(t *testing.T) {
			t.Parallel()
			w := newWork(t)
			die := func() { panic(errKilled) }
			w.killed(t, hook(processor, &hooked{after: once("delete", die)}))
			w.killed(t, hook(processor, &hooked{before: once("refresh", die)}))
			w.killed(t, hook(processor, &hooked{after: once("refresh", die)}))
			// Observing settles nothing, and leaves it to whoever may write.
			w.with(t, func(a *App) {
				if _, err := a.Plan(context.Background()); err != nil {
					t.Fatal(err)
				}
			})
			w.run(t)
			w.advance(7 * time.Hour)
			w.run(t)
			w.settled(t)
		})
	}
}

// The outcome can't be stored, and the end of the cycle could: it isn't claimed.
func TestInvariant05OutcomeCantBeStored(t *testing.T) {
	t.Parallel()
	w := newWork(t)
	jam := func(a *App, sql string) {
		if err := a.Store.Write(context.Background(), func(tx *store.Tx) error { _, err := tx.Exec(sql); return err }); err != nil {
			t.Fatal(err)
		}
	}
	var a *App
	_, err := w.try(t, func(x *App) { a = x }, hook("hubspot", &hooked{after: once("delete", func() {
		jam(a, `CREATE TRIGGER jam BEFORE INSERT ON audit_entry WHEN NEW.kind = 'duty.outcome' BEGIN SELECT RAISE(ABORT, 'no room'); END`)
	})}))
	if err == nil {
		t.Fatal("the cycle succeeded without its outcomes")
	}
	w.with(t, func(a *App) { jam(a, `DROP TRIGGER jam`) })
	w.run(t)
	w.advance(7 * time.Hour)
	w.run(t)
	w.settled(t)
}
