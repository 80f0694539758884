package app

import (
	"strings"
	"testing"
	"time"

	"github.com/lapsed/lapsed/internal/duty"
	"github.com/lapsed/lapsed/internal/reconcile"
	"github.com/lapsed/lapsed/internal/sandbox/hubspot"
	"github.com/lapsed/lapsed/internal/sandbox/kit"
	"github.com/lapsed/lapsed/policy"
)

// quiet does one cycle as the daemon does: it reads what has changed, or all when
// the day's window asks for it.
func (w *world) quiet(t *testing.T, change ...func(*App)) (r Report) {
	t.Helper()
	w.with(t, func(a *App) {
		for _, c := range change {
			c(a)
		}
		var ok bool
		var err error
		if r, ok, err = a.exclusive(t.Context(), reconcile.Order{Hand: a.hand(), Reads: reconcile.AsDue, Trigger: byInterval}); err != nil || !ok {
			t.Fatal(ok, err)
		}
	})
	return r
}

// to moves the clock to a time of the day in the controller's zone.
func (w *world) to(t *testing.T, hour int) {
	t.Helper()
	zone, err := time.LoadLocation("Europe/Oslo")
	if err != nil {
		t.Fatal(err)
	}
	local := w.stage.Clock.Now().In(zone)
	at := time.Date(local.Year(), local.Month(), local.Day(), hour, 0, 0, 0, zone)
	if !at.After(local) {
		at = at.AddDate(0, 0, 1)
	}
	w.advance(at.Sub(local))
}

// reads counts the requests of any kind whose route contains a text.
func (w *world) reads(processor, route string) (n int) {
	for _, c := range w.stage.Book.Calls(0) {
		if c.Processor == processor && strings.Contains(c.Route, route) {
			n++
		}
	}
	return n
}

// A no counts at every processor in the next cycle, which reads what has changed
// and nothing else.
func TestANoTravelsBetweenWholeReads(t *testing.T) {
	t.Parallel()
	w := newWorld(t, "enforce")
	w.crowd(30)
	hs := w.proven("kari")
	lead := w.customer("kari", map[string]any{"Newsletter__c": true})
	w.to(t, 3)
	w.quiet(t)
	w.to(t, 12)
	w.hs.OptOut(address("kari"))
	w.advance(15 * time.Minute)
	before := len(w.stage.Book.Calls(0))
	r := w.quiet(t)
	items := 0
	for _, c := range w.stage.Book.Calls(0)[before:] {
		if c.Purpose == kit.Read {
			items += c.Items
		}
	}
	if items > 12 {
		t.Errorf("%d records were read for one that changed", items)
	}
	if w.mailed(t, hs) {
		t.Error("HubSpot still mails")
	}
	if v, _ := w.sf.Get("Contact", lead); v["HasOptedOutOfEmail"] != true && v["Newsletter__c"] != false {
		t.Errorf("Salesforce still mails: %v; report %v", v, r.People)
	}
}

// Deletions for lapsing have their turn once a day, after all was read whole.
func TestRetentionHasItsTurnOnceADay(t *testing.T) {
	t.Parallel()
	w := newWorld(t, "enforce")
	w.wide(t)
	w.crowd(10)
	w.both("kari")
	w.to(t, 3)
	w.quiet(t)
	w.advance(30 * day)
	w.quiet(t)                            // read whole in the night before
	w.advance(21*time.Hour + time.Minute) // past midnight: the grace is over, and the window is closed
	if r := w.quiet(t); w.deletions() != 0 || r.Nightly != 2 {
		t.Errorf("%d deletions outside the window; %d wait for it", w.deletions(), r.Nightly)
	}
	w.to(t, 3)
	if r := w.quiet(t); w.deletions() != 2 || r.Nightly != 0 {
		t.Errorf("%d deletions in the window, %d still wait", w.deletions(), r.Nightly)
	}
}

// A hold calls for a new decision although nothing has changed anywhere else.
func TestAHoldCallsForANewDecision(t *testing.T) {
	t.Parallel()
	w := newWorld(t, "enforce")
	w.crowd(10)
	w.both("kari")
	w.to(t, 3)
	w.quiet(t)
	id := ""
	w.with(t, func(a *App) { id = w.hold(t, a, address("kari"), 300) })
	w.advance(15 * time.Minute)
	if r := w.quiet(t); r.Duties[duty.Held] != 2 || r.Duties[duty.Waiting] != 0 {
		t.Errorf("under a hold: %v", r.Duties)
	}
	w.release(t, id)
	w.advance(15 * time.Minute)
	if r := w.quiet(t); r.Duties[duty.Waiting] != 2 {
		t.Errorf("released: %v", r.Duties)
	}
}

// One that failed rests, and the others are read as if nothing were.
func TestASourceThatFailedRests(t *testing.T) {
	t.Parallel()
	w := newWorld(t, "enforce")
	w.crowd(3)
	w.to(t, 3)
	w.quiet(t)
	w.stage.Faults.Arm(kit.Fault{Processor: "hubspot", Kind: "status", Status: 503})
	w.advance(15 * time.Minute)
	if r := w.quiet(t); has(r, policy.FindSourceUnread, "hubspot") == 0 {
		t.Errorf("findings %v", r.Findings)
	}
	w.stage.Faults.Clear()
	asked := w.reads("hubspot", "")
	w.advance(time.Minute)
	r := w.quiet(t)
	if n := w.reads("hubspot", "") - asked; n != 0 || has(r, policy.FindSourceUnread, "hubspot") == 0 {
		t.Errorf("%d calls while it rests, findings %v", n, r.Findings)
	}
	w.advance(10 * time.Minute)
	if r := w.quiet(t); has(r, policy.FindSourceUnread, "hubspot") != 0 {
		t.Errorf("rested and well: %v", r.Findings)
	}
}

// What is gone elsewhere is forgotten in the next cycle, and what is new is known.
func TestComeAndGoneBetweenWholeReads(t *testing.T) {
	t.Parallel()
	w := newWorld(t, "observe")
	w.crowd(5)
	hs, lead := w.both("kari")
	w.to(t, 3)
	before := w.quiet(t)
	w.sf.Remove("Lead", lead)
	w.hs.Archive(hs)
	w.hs.Insert(hubspot.Contact{Created: w.stage.Clock.Now(), Properties: map[string]string{"email": address("ola"), "lastname": "Nordmann", "first_conversion_event_name": "Demo: Form"}})
	w.advance(20 * time.Minute)
	r := w.quiet(t)
	if r.Persons != before.Persons || r.Verdicts["lapsed"] != 0 || r.Duties[duty.Withdrawn] != 2 || r.Duties[duty.Waiting] != 0 {
		t.Errorf("%d persons (%d before), verdicts %v, duties %v", r.Persons, before.Persons, r.Verdicts, r.Duties)
	}
}
