package app

import (
	"context"
	"testing"
	"time"

	"github.com/lapsed/lapsed/connectors"
	"github.com/lapsed/lapsed/internal/sandbox/kit"
	"github.com/lapsed/lapsed/policy"
)

// A minor whose birthday only one processor knows goes at all of them, also if
// the one that knows it deletes first and the other can't at once: what we
// deleted ourselves is no doubt about the age (C4).
func TestAMinorGoesEverywhereThoughTheProofWentFirst(t *testing.T) {
	for name, c := range map[string]struct {
		fault kit.Fault
		kill  bool
		last  bool // the record that knows the age is the one that was read last
	}{
		"the other answers 503":                 {fault: kit.Fault{Processor: "hubspot", Route: "gdpr-delete", Kind: "status", Status: 503, Times: 1}},
		"killed before the other":               {kill: true},
		"killed, and the one that knew was new": {kill: true, last: true},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			w := newWorld(t, "enforce")
			w.wide(t)
			w.rewrite(t, "lapsed.yaml", "mode: enforce", "mode: enforce\nlease: 500ms") // what is killed keeps it
			w.crowd(3)
			var hs, sf string
			if c.last {
				hs = w.lapsed("kari", now.AddDate(0, -2, 0))
				w.run(t)
				sf = w.customer("kari", nil)
			} else {
				sf = w.customer("kari", nil)
				w.run(t)
				hs = w.lapsed("kari", now.AddDate(0, -2, 0))
			}
			w.sf.Update("Contact", sf, map[string]any{"Birthdate": now.AddDate(-15, 0, 0)})
			if c.kill {
				if !w.killed(t, hook("hubspot", &hooked{before: once("delete", func() { panic(errKilled) })})) {
					t.Fatal("nobody died")
				}
			} else {
				w.stage.Faults.Arm(c.fault)
				w.run(t)
			}
			if _, state := w.sf.Get("Contact", sf); state != "binned" {
				t.Fatalf("the contact is %s: nothing is tested", state)
			}
			w.wantHubSpot(t, hs, "live")
			for range 2 {
				w.advance(7 * time.Hour) // past the longest back-off
				w.run(t)
			}
			w.wantHubSpot(t, hs, "erased")
		})
	}
}

// What became of an unsubscribe that was cut short is what the record shows: one
// that was never carried out is not claimed (invariants 5 and 10).
func TestInvariant10CutShortIsNotDone(t *testing.T) {
	for _, processor := range []string{"hubspot", "salesforce"} {
		for _, when := range []string{"before", "after"} {
			t.Run(processor+" "+when, func(t *testing.T) {
				t.Parallel()
				w := newWorld(t, "enforce")
				w.wide(t)
				w.rewrite(t, "lapsed.yaml", "mode: enforce", "mode: enforce\nlease: 500ms") // what is killed keeps it
				w.crowd(3)
				if processor == "hubspot" {
					w.listed("per")
				} else {
					w.customer("per", map[string]any{"Newsletter__c": true})
				}
				h, die := &hooked{}, once("unsubscribe", func() { panic(errKilled) })
				if h.before = die; when == "after" {
					h.before, h.after = nil, die
				}
				if !w.killed(t, hook(processor, h)) {
					t.Fatal("nobody died")
				}
				w.run(t)
				skipped := map[string]int{"before": 1, "after": 0}[when]
				if n, m := w.outcomes(t, "skipped"), w.outcomes(t, "final"); n != skipped || m != 1 {
					t.Errorf("%d attempts were not carried out, want %d; %d are final, want 1", n, skipped, m)
				}
				if n := w.kinds(t, "duty.opened"); n != 1 {
					t.Errorf("%d duties for one unsubscribe", n)
				}
			})
		}
	}
}

// yes says yes to every unsubscribe and does nothing.
type yes struct{ connectors.Connector }

func (yes) Unsubscribe(_ context.Context, items []connectors.Unsubscription) []error {
	return make([]error, len(items))
}

// A processor that says yes and goes on mailing is believed by nobody (invariant 10).
func TestInvariant10YesAndStillMailed(t *testing.T) {
	for _, processor := range []string{"hubspot", "salesforce"} {
		t.Run(processor, func(t *testing.T) {
			t.Parallel()
			w := newWorld(t, "enforce")
			w.wide(t)
			w.crowd(3)
			w.listed("per")
			w.customer("pal", map[string]any{"Newsletter__c": true})
			w.run(t, func(a *App) { a.connectors[processor] = yes{a.connectors[processor]} })
			if n, m := w.outcomes(t, "accepted"), w.outcomes(t, "final"); n != 2 || m != 1 {
				t.Errorf("%d are accepted, want 2; %d are final, want 1", n, m)
			}
		})
	}
}

// A record that is first read when the one that knew the age is gone may be the
// same child's: its mail stops and a human looks, and nobody is deleted for what
// somebody else at the address was (C4, C19).
func TestWhatIsLeftOfAMinorCastsASuspicion(t *testing.T) {
	t.Parallel()
	w := newWorld(t, "enforce")
	w.wide(t)
	w.crowd(3)
	w.run(t)
	sf := w.customer("kari", map[string]any{"Birthdate": now.AddDate(-15, 0, 0)})
	w.run(t)
	w.wantContact(t, sf, "binned")
	hs := w.proven("kari")
	w.advance(time.Hour)
	r := w.run(t)
	if has(r, policy.FindSuspectedMinor, "") != 1 || w.mailed(t, hs) {
		t.Errorf("mailed: %v, findings %v", w.mailed(t, hs), r.Findings)
	}
	w.wantHubSpot(t, hs, "live")
	w.hs.Set(hs, map[string]string{"date_of_birth": "1979-02-03"})
	w.advance(time.Hour)
	if r = w.run(t); has(r, policy.FindSuspectedMinor, "") != 0 {
		t.Errorf("a known age ends it: %v", r.Findings)
	}
	w.hs.Set(hs, map[string]string{"date_of_birth": ""})
	w.advance(time.Hour)
	if r = w.run(t); has(r, policy.FindSuspectedMinor, "") != 1 {
		t.Errorf("no age is known again: %v", r.Findings)
	}
}
