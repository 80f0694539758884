package app

import (
	"testing"
	"time"

	"github.com/lapsed/lapsed/internal/sandbox/kit"
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
