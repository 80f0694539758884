package verify_test

import (
	"context"
	"slices"
	"testing"
	"time"

	"github.com/lapsed/lapsed/internal/audit/entry"
	"github.com/lapsed/lapsed/internal/audit/verify"
)

// honest is a log in which everything happens that may happen: every kind of
// entry, every arrow between states, a crash, a batch, holds, a pause.
func honest(t testing.TB) *story {
	s := newStory(t)
	s.begin()
	s.start("watching", "observe")
	s.add(entry.FindingOpened, entry.FindingWasOpened{Finding: id("finding 1"), Code: "unknown-channel", Clause: "C1", Processor: "hubspot", Count: 3})
	s.finish()
	s.sign()
	s.add(entry.CheckpointPinned, entry.Pinned{Size: s.signed[0], Place: "file", Name: "pin", Proof: entry.Digest([]byte("proof"))})
	s.start("routine", "enforce")
	s.open("anna")
	s.demand("berit", "unsubscribe", "email", "refusal")
	s.open("carl")
	s.hold("hold 1", "carl")
	s.add(entry.DutyHeld, entry.Held{Duty: id("duty carl"), Hold: id("hold 1")})
	s.done("anna", 1, "routine")
	s.done("berit", 1, "routine")
	s.outcome("berit", 1, "final")
	s.add(entry.SuppressionAdded, entry.SuppressionWasAdded{Person: who("berit"), Extent: "email"})
	s.finish()
	s.sign()
	s.release("hold 1")
	s.start("retries", "enforce")
	s.intend("carl", 1, "routine")
	s.outcome("carl", 1, "failed")
	s.intend("carl", 2, "routine")
	s.outcome("carl", 2, "refused")
	s.intend("carl", 3, "routine")
	s.outcome("carl", 3, "unknown")
	s.finish()
	s.start("settles", "enforce")
	s.outcome("carl", 3, "skipped")
	s.add(entry.DutyWithdrawn, entry.Withdrawn{Duty: id("duty carl"), Cause: "not-demanded"})
	s.finish()
	s.batched()
	s.crashed()
	s.closed()
	return s
}

func (s *story) hold(name, person string) {
	s.holds++
	s.by(admin("liv"), entry.HoldAdded, entry.HoldWasAdded{Hold: id(name), Person: who(person), Aka: aka(person), Cause: commit(name), Basis: "claim", Until: "2027-01-01"})
}

func (s *story) release(name string) {
	s.holds++
	s.by(admin("liv"), entry.HoldReleased, entry.HoldWasReleased{Hold: id(name), Cause: "settled"})
}

// batched is a batch of two, of 60 of 1,000 persons, which two people approve.
func (s *story) batched() {
	s.start("freezes", "enforce")
	s.open("dag")
	s.open("eli")
	s.add(entry.LimitExceeded, entry.Exceeded{Limit: "delete", Value: 60, Max: 10, Unit: "persons"})
	b := s.freeze(60, "dag", "eli")
	s.finish()
	s.approve(b, "liv")
	s.approve(b, "mona")
	s.start("approved", "enforce")
	s.done("dag", 1, b)
	s.finish()
}

// crashed is a cycle that was killed after its intent, and the one that recovers it.
func (s *story) crashed() {
	s.start("killed", "enforce")
	s.open("frida")
	s.intend("frida", 1, "routine")
	s.start("recovers", "enforce", "killed")
	s.outcome("frida", 1, "gone")
	s.outcome("frida", 1, "disputed")
	s.intend("frida", 2, "routine")
	s.outcome("frida", 2, "accepted")
	s.finish()
	s.by(admin("liv"), entry.WritesPaused, entry.Paused{Cause: "by-hand"})
	s.by(admin("liv"), entry.WritesResumed, entry.Paused{Cause: "by-hand"})
}

// closed is the time after the horizon, and the end of what was open.
func (s *story) closed() {
	s.now = s.now.AddDate(0, 0, 91)
	s.add(entry.ClockStepped, entry.Stepped{Was: entry.Time(s.now), Now: entry.Time(s.now.Add(-3 * time.Second))})
	s.start("horizon", "enforce")
	s.outcome("anna", 1, "final")
	s.outcome("dag", 1, "final")
	s.finish()
	s.add(entry.FindingResolved, entry.FindingWasResolved{Finding: id("finding 1"), Resolution: "declared"})
	s.add(entry.RequestReceived, entry.RequestWasReceived{Request: id("request 1"), Type: "access", Person: who("gerd"), Aka: aka("gerd"), Due: "2026-09-30"})
	s.add(entry.RequestAnswered, entry.RequestWasAnswered{Request: id("request 1"), Result: "answered"})
	s.add(entry.FindingOpened, entry.FindingWasOpened{Finding: id("finding 2"), Code: "assessment-overdue", Clause: "C3", Due: "2026-06-01"})
	s.by(entry.By{Role: "auditor", Who: pseudonym("reader", "rune")}, entry.Access, entry.Accessed{Route: "/persons/:id", Persons: 1, Exported: true})
	s.add(entry.KeyDestroyed, entry.KeyWasDestroyed{Use: "reader", KID: kid("reader"), Cause: "epoch-over"})
	s.add(entry.LogVerified, entry.Verified{Size: s.signed[1], OK: true})
}

// check runs the verifier as an auditor does: with the key, and with a pin.
func check(t testing.TB, s *story, m *memory, o verify.Options) verify.Report {
	t.Helper()
	o.Keys = append(o.Keys, s.vkey)
	r, err := verify.Run(context.Background(), m, o)
	if err != nil {
		t.Fatal(err)
	}
	return r
}

func TestAnHonestLogIsSilent(t *testing.T) {
	s := honest(t)
	m := s.build()
	r := check(t, s, m, verify.Options{Pins: [][]byte{m.checkpoints[0]}})
	for _, p := range r.Problems {
		t.Errorf("%s at %d: %s %s", p.Code, p.Index, p.Detail, p.Ref)
	}
	if !r.OK || r.Checked.Entries != int64(len(s.entries)) || r.Checked.Checkpoints != 3 || r.Checked.Pins != 1 || r.Checked.Tiles != 1 {
		t.Errorf("ok %v, checked %+v", r.OK, r.Checked)
	}
	if len(r.Open) != 0 || len(r.Overdue) != 1 || r.Overdue[0].Ref != id("finding 2") {
		t.Errorf("open %+v, overdue %+v", r.Open, r.Overdue)
	}
}

func TestARunningCycleIsOpenAndNoProblem(t *testing.T) {
	s := newStory(t)
	s.begin()
	s.start("running", "enforce")
	s.open("anna")
	i := s.intend("anna", 1, "routine")
	r := check(t, s, s.build(), verify.Options{})
	if !r.OK || len(r.Open) != 1 || r.Open[0].Index != int64(i) || r.Open[0].State != "acting" || len(r.Overdue) != 0 {
		t.Errorf("problems %+v, open %+v, overdue %+v", r.Problems, r.Open, r.Overdue)
	}
	late := func() time.Time { return s.now.Add(25 * time.Hour) }
	if r := check(t, s, s.build(), verify.Options{Clock: late}); len(r.Overdue) != 1 {
		t.Errorf("after 25 h overdue is %+v", r.Overdue)
	}
}

// Two people at one address bear one pseudonym in the log, and a decision on the
// one is none on the other.
func TestTwoPeopleAtOneAddress(t *testing.T) {
	s := newStory(t)
	s.begin()
	s.start("shared", "enforce")
	s.open("anna")
	other := slices.Sorted(slices.Values([]string{who("anna"), who("record of the other")}))
	s.add(entry.DecisionMade, entry.Decision{ID: id("decision other"), Person: who("anna"), Aka: other, Revision: s.revision,
		Verdict: "keep", Demands: []string{}, Rules: []string{}, Reasons: []string{"no-signal"}, Facts: commit("other")})
	d := s.entries[slices.IndexFunc(s.entries, func(e entry.Entry) bool { x, ok := e.Body.(entry.Decision); return ok && x.ID == id("decision anna") })].Body.(entry.Decision)
	d.ID = id("decided again")
	s.add(entry.DecisionMade, d)
	d.ID, d.Demands, d.Aka = id("other again"), []string{"unsubscribe.hubspot.email"}, other
	s.add(entry.DecisionMade, d)
	i := s.intend("anna", 1, "routine")
	edit(s, i, func(x *entry.Intent) { x.Decision = id("decided again") })
	s.outcome("anna", 1, "gone")
	s.finish()
	if r := check(t, s, s.build(), verify.Options{}); !r.OK {
		t.Errorf("%+v", r.Problems)
	}
}
