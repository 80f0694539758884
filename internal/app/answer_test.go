package app

import (
	"os"
	"path/filepath"
	"testing"
	"time"

	"github.com/lapsed/lapsed/internal/contact"
	"github.com/lapsed/lapsed/internal/duty"
	"github.com/lapsed/lapsed/internal/sandbox/hubspot"
	"github.com/lapsed/lapsed/internal/sandbox/kit"
	"github.com/lapsed/lapsed/policy"
)

// A write whose answer was lost is never repeated blindly: it is re-read, and
// sent again only if nothing was done (invariants 5 and 6).
func TestInvariant06LostAnswers(t *testing.T) {
	const erase, unsubscribe = "gdpr-delete", "batch/write"
	for _, c := range []struct {
		processor, route, kind string
		took                   bool // effect before the answer was lost
	}{
		{"hubspot", erase, "524-after-commit", true},
		{"hubspot", erase, "drop-after-commit", true},
		{"hubspot", erase, "drop-before", false},
		{"hubspot", erase, "truncated", true},
		{"hubspot", erase, "html-502", false},
		{"hubspot", erase, "nonsense", false},
		{"hubspot", unsubscribe, "524-after-commit", true},
		{"hubspot", unsubscribe, "drop-after-commit", true},
		{"hubspot", unsubscribe, "drop-before", false},
		{"hubspot", unsubscribe, "truncated", true},
		{"hubspot", unsubscribe, "nonsense", false},
		{"salesforce", "DELETE", "drop-after-commit", true},
		{"salesforce", "DELETE", "500-after-commit", true},
		{"salesforce", "DELETE", "drop-before", false},
		{"salesforce", "DELETE", "truncated", true},
		{"salesforce", "DELETE", "html-503", false},
		{"salesforce", "DELETE", "nonsense", false},
		{"salesforce", "DELETE", "empty-array", false},
		{"salesforce", "PATCH", "drop-after-commit", true},
		{"salesforce", "PATCH", "500-after-commit", true},
		{"salesforce", "PATCH", "drop-before", false},
		{"salesforce", "PATCH", "truncated", true},
		{"salesforce", "PATCH", "nonsense", false},
		{"salesforce", "PATCH", "empty-array", false},
	} {
		t.Run(c.processor+" "+c.route+" "+c.kind, func(t *testing.T) {
			t.Parallel()
			w := newWork(t)
			w.stage.Faults.Arm(kit.Fault{Processor: c.processor, Route: c.route, Kind: c.kind})
			w.run(t)
			first := w.calls(c.processor, c.route)
			if first == 0 {
				t.Fatal("nothing was sent by this route")
			}
			w.stage.Faults.Clear()
			w.advance(7 * time.Hour)
			w.run(t)
			again := w.calls(c.processor, c.route) - first
			if c.took && again != 0 {
				t.Errorf("%d calls were sent again for what was done", again)
			}
			for _, wait := range []time.Duration{day, 8 * day} { // a yes that means nothing is disputed first, and asked again a week later
				w.advance(wait)
				w.run(t)
			}
			w.settled(t)
		})
	}
}

// Replaying a whole cycle from a backup of state, keys and published log leads to
// the same end.
func TestInvariant06ReplayedFromABackup(t *testing.T) {
	t.Parallel()
	w := newWork(t)
	backup := t.TempDir()
	copyTree(t, filepath.Dir(w.config), backup)
	w.run(t)
	w.settled(t)
	if err := os.RemoveAll(filepath.Join(filepath.Dir(w.config), "audit")); err != nil { // it was published since
		t.Fatal(err)
	}
	copyTree(t, backup, filepath.Dir(w.config))
	w.advance(time.Hour)
	w.run(t)
	w.settled(t)
}

// copyTree copies the files of a closed installation.
func copyTree(t *testing.T, from, to string) {
	t.Helper()
	for _, dir := range []string{"", "keys"} {
		files, err := os.ReadDir(filepath.Join(from, dir))
		if err != nil {
			t.Fatal(err)
		}
		if err := os.MkdirAll(filepath.Join(to, dir), 0o700); err != nil {
			t.Fatal(err)
		}
		for _, f := range files {
			if f.IsDir() {
				continue
			}
			b, err := os.ReadFile(filepath.Join(from, dir, f.Name()))
			if err != nil {
				t.Fatal(err)
			}
			write(t, filepath.Join(to, dir, f.Name()), string(b))
		}
	}
}

// Invariant 10: claimed is what was re-read. A processor that says yes and keeps
// the record is disputed, and never gone or final; it is asked again later.
func TestInvariant10YesAndStillThere(t *testing.T) {
	for _, processor := range []string{"hubspot", "salesforce"} {
		t.Run(processor, func(t *testing.T) {
			t.Parallel()
			w := newWorld(t, "enforce")
			w.wide(t)
			hs, lead := w.both("kari")
			w.run(t)
			w.advance(grace)
			liar := &hooked{pretend: func(refs []contact.Ref) []error { return make([]error, len(refs)) }}
			if r := w.run(t, hook(processor, liar)); r.Duties[duty.Accepted] != 1 {
				t.Errorf("duties %v: one was accepted and is not seen gone", r.Duties)
			}
			w.advance(25 * time.Hour)
			r := w.run(t, hook(processor, liar))
			if r.Duties[duty.Disputed] != 1 || has(r, policy.FindDisputed, processor) != 1 {
				t.Errorf("duties %v, findings %v", r.Duties, r.Findings)
			}
			if w.outcomes(t, "disputed") != 1 {
				t.Error("the log doesn't say disputed")
			}
			w.advance(40 * day)
			w.run(t)
			w.wantHubSpot(t, hs, "erased")
			if _, state := w.sf.Get("Lead", lead); state == "live" {
				t.Error("the lead is still there")
			}
		})
	}
}

// HubSpot may show an erased contact for a while: accepted until it is gone.
func TestInvariant10SlowToVanish(t *testing.T) {
	t.Parallel()
	w := newWorld(t, "enforce")
	w.hs.Switch(func(s *hubspot.Switches) { s.EraseHidesAfter = 5 * time.Hour })
	w.lapsed("kari", now.AddDate(-3, 0, 0))
	w.run(t)
	w.advance(grace)
	if r := w.run(t); r.Duties[duty.Accepted] != 1 || r.Duties[duty.Gone] != 0 {
		t.Errorf("duties %v while HubSpot still shows it", r.Duties)
	}
	w.advance(2 * time.Hour)
	if r := w.run(t); r.Duties[duty.Accepted] != 1 || w.calls("hubspot", "gdpr-delete") != 1 {
		t.Errorf("duties %v, %d calls", r.Duties, w.calls("hubspot", "gdpr-delete"))
	}
	w.advance(4 * time.Hour)
	if r := w.run(t); r.Duties[duty.Gone] != 1 || w.outcomes(t, "final") != 0 {
		t.Errorf("duties %v: gone now, final after the purge", r.Duties)
	}
	w.advance(32 * day)
	if r := w.run(t); r.Duties[duty.Final] != 1 {
		t.Errorf("duties %v", r.Duties)
	}
}

// Restored from the bin before the horizon: handled again, and said so. Long
// before the horizon: nobody waits until it has passed.
func TestInvariant10RestoredFromTheBin(t *testing.T) {
	t.Parallel()
	w := newWorld(t, "enforce")
	w.crowd(1)
	lead := w.lead("kari", now.AddDate(-3, 0, 0))
	w.run(t)
	w.advance(grace)
	w.run(t)
	w.wantLead(t, lead, "binned")
	w.advance(3 * day)
	w.sf.Undelete("Lead", lead)
	w.advance(time.Hour)
	r := w.run(t)
	if has(r, policy.FindReappeared, "salesforce") != 1 || r.Outcomes["disputed"] != 1 {
		t.Errorf("outcomes %v, findings %v", r.Outcomes, r.Findings)
	}
	w.advance(day)
	w.run(t)
	w.wantLead(t, lead, "binned")
	w.advance(16 * day)
	if r := w.run(t); r.Duties[duty.Final] != 1 {
		t.Errorf("duties %v", r.Duties)
	}
}

// A processor that refuses is asked again only after somebody could act, and the
// record is told (case 53); nothing goes that hangs on it.
func TestInvariant10Refused(t *testing.T) {
	t.Parallel()
	w := newWorld(t, "enforce")
	w.wide(t)
	id := w.customer("kari", map[string]any{"CreatedDate": now.AddDate(-4, 0, 0)})
	hs := w.lapsed("kari", now.AddDate(-3, 0, 0))
	w.sf.Insert("Case", map[string]any{"ContactId": id, "Subject": "Old", "Status": "Closed", "CreatedDate": now.AddDate(-4, 0, 0)})
	w.run(t)
	w.advance(grace)
	r := w.run(t)
	if r.Duties[duty.Refused] != 1 || has(r, policy.FindRefusedByVendor, "salesforce") != 1 {
		t.Errorf("duties %v, findings %v", r.Duties, r.Findings)
	}
	w.wantHubSpot(t, hs, "erased")
	before := w.calls("salesforce", "DELETE")
	w.advance(day)
	w.run(t)
	if w.calls("salesforce", "DELETE") != before {
		t.Error("a refusal was asked again the next day")
	}
	if _, state := w.sf.Get("Contact", id); state != "live" {
		t.Errorf("the contact is %s", state)
	}
}
