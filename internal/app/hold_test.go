package app

import (
	"context"
	"testing"
	"time"

	"github.com/lapsed/lapsed/internal/duty"
	"github.com/lapsed/lapsed/policy"
)

// hold forbids the deletion of a subject for some days.
func (w *world) hold(t *testing.T, a *App, subject string, days int) string {
	t.Helper()
	id, err := a.AddHold(context.Background(), HoldRequest{Subject: subject, Basis: "court", Reference: "22-1", Reason: "a claim", Authority: "legal",
		Until: a.Policy.Today(a.Clock()) + policy.Day(days), By: "dpo"})
	if err != nil {
		t.Fatal(err)
	}
	return id
}

// with opens the installation between two cycles.
func (w *world) with(t *testing.T, do func(*App)) {
	t.Helper()
	a := w.open(t)
	do(a)
	if err := a.Close(); err != nil {
		t.Fatal(err)
	}
}

func (w *world) release(t *testing.T, id string) {
	t.Helper()
	w.with(t, func(a *App) {
		if err := a.ReleaseHold(context.Background(), id, "settled", "dpo"); err != nil {
			t.Fatal(err)
		}
	})
}

// Invariant 3: a hold wins over a deletion, whenever it lands and however the
// person was named, and it never stands in the way of an unsubscribe.
func TestInvariant03HoldWins(t *testing.T) {
	for name, subject := range map[string]func(hs, lead string) string{
		"by address":             func(_, _ string) string { return address("kari") },
		"by HubSpot's record":    func(hs, _ string) string { return "hubspot:contact:" + hs },
		"by Salesforce's":        func(_, lead string) string { return "salesforce:Lead:" + lead },
		"by address in capitals": func(_, _ string) string { return "KARI@Example.COM" },
	} {
		for _, at := range []string{"before the cycle", "between re-read and write"} {
			t.Run(name+" "+at, func(t *testing.T) {
				t.Parallel()
				w := newWorld(t, "enforce")
				hs, lead := w.both("kari")
				w.run(t)
				w.advance(grace)
				id := ""
				if at == "before the cycle" {
					w.with(t, func(a *App) { id = w.hold(t, a, subject(hs, lead), 100) })
					w.run(t)
				} else {
					var a *App
					w.run(t, func(x *App) { a = x }, hook("salesforce", &hooked{after: once("refresh", func() { id = w.hold(t, a, subject(hs, lead), 100) })}))
				}
				r := w.run(t)
				if w.deletions() != 0 || r.Duties[duty.Held] != 2 {
					t.Fatalf("%d deletions under a hold, duties %v", w.deletions(), r.Duties)
				}
				w.release(t, id)
				w.run(t) // no second grace
				w.wantHubSpot(t, hs, "erased")
				w.wantLead(t, lead, "binned")
			})
		}
	}
}

// One that lands when one processor has deleted already stops the other.
func TestInvariant03HoldHalfWay(t *testing.T) {
	t.Parallel()
	w := newWorld(t, "enforce")
	hs, lead := w.both("kari")
	w.run(t)
	w.advance(grace)
	var a *App
	first := w.run(t, func(x *App) { a = x }, hook("salesforce", &hooked{after: once("delete", func() { w.hold(t, a, address("kari"), 60) })}))
	if has(first, policy.FindHeldHalfway, "hubspot") != 1 {
		t.Errorf("what a hold stopped half-way is not said: %v", first.Findings)
	}
	w.wantLead(t, lead, "binned")
	w.wantHubSpot(t, hs, "live")
	r := w.run(t)
	w.wantHubSpot(t, hs, "live")
	if r.Duties[duty.Held] != 1 || w.kinds(t, "duty.held") != 1 {
		t.Errorf("duties %v, %d duty.held: the log must say what the hold stopped", r.Duties, w.kinds(t, "duty.held"))
	}
	w.advance(62 * day) // it runs out by itself
	w.run(t)
	w.wantHubSpot(t, hs, "erased")
}

// A hold is of the person: records that join them later are held too, and so is
// somebody who is not known yet.
func TestInvariant03HoldReachesLaterRecords(t *testing.T) {
	t.Parallel()
	w := newWorld(t, "enforce")
	w.crowd(1)
	w.run(t)
	w.with(t, func(a *App) { w.hold(t, a, address("kari"), 200) })
	hs, lead := w.both("kari")
	w.run(t)
	w.advance(grace)
	w.run(t)
	w.wantHubSpot(t, hs, "live")
	w.wantLead(t, lead, "live")
}

// A hold that was set on a record which is merged away meanwhile goes on to hold
// the survivor.
func TestInvariant03HoldSurvivesAMerge(t *testing.T) {
	t.Parallel()
	w := newWorld(t, "enforce")
	old := now.AddDate(-3, 0, 0)
	mk := func(email string) string {
		return w.sf.Insert("Lead", map[string]any{"Email": email, "LastName": "Nordmann", "Company": "X", "LeadSource": "Web", "CreatedDate": old, "LastModifiedDate": old})
	}
	winner, loser := mk("kari@example.com"), mk("kari.old@example.com")
	w.run(t)
	w.with(t, func(a *App) { w.hold(t, a, "salesforce:Lead:"+loser, 200) })
	w.sf.Merge("Lead", winner, loser)
	w.run(t)
	w.advance(grace)
	w.run(t)
	w.advance(day)
	w.run(t)
	w.wantLead(t, winner, "live")
}

func TestInvariant03HoldNeverBlocksAnUnsubscribe(t *testing.T) {
	t.Parallel()
	w := newWorld(t, "enforce")
	id := w.listed("kari")
	w.with(t, func(a *App) { w.hold(t, a, address("kari"), 30) })
	w.run(t)
	if w.count("hubspot", "unsubscribe", id) != 1 {
		t.Error("somebody without a proof stays subscribed under a hold")
	}
}

// A minor under a hold: out of all mail now, deleted on release without a grace.
func TestInvariant03MinorUnderAHold(t *testing.T) {
	t.Parallel()
	w := newWorld(t, "enforce")
	w.crowd(3)
	id := w.sf.Insert("Contact", map[string]any{"Email": address("ola"), "LastName": "Ung", "LeadSource": "Web", "Birthdate": now.AddDate(-15, 0, 0), "CreatedDate": now.AddDate(0, -1, 0)})
	h := ""
	w.with(t, func(a *App) { h = w.hold(t, a, address("ola"), 90) })
	w.run(t)
	if props, state := w.sf.Get("Contact", id); state != "live" || props["HasOptedOutOfEmail"] != true {
		t.Fatalf("the minor is %s, opted out %v", state, props["HasOptedOutOfEmail"])
	}
	w.advance(2 * time.Hour)
	w.release(t, h)
	w.run(t)
	if _, state := w.sf.Get("Contact", id); state != "binned" {
		t.Errorf("the minor is %s after the release", state)
	}
}
