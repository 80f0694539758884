package app

import (
	"errors"
	"strings"
	"testing"

	"github.com/lapsed/lapsed/policy"
)

// A changed file decides nothing until somebody has read what it changes, typed
// how many it is about, and answers for it.
func TestActivate(t *testing.T) {
	t.Parallel()
	w := newWorld(t, "enforce")
	w.crowd(3)
	w.run(t)
	w.reword(t, "surge: 3x", "surge: 4x")
	if r := w.run(t); has(r, policy.FindPolicyProposed, "") != 1 {
		t.Errorf("findings %v", r.Findings)
	}
	a := w.open(t)
	p, err := a.Propose(t.Context())
	if err != nil || !p.Impact.Exact || p.Impact.Number() != 0 || p.Active == p.Revision {
		t.Fatalf("%+v, %v", p, err)
	}
	if err := a.Activate(t.Context(), p, Activation{Number: 7, By: "legal"}); !errors.Is(err, ErrUsage) {
		t.Errorf("a wrong number: %v", err)
	}
	if err := a.Activate(t.Context(), p, Activation{By: "legal"}); err != nil {
		t.Fatal(err)
	}
	if r := w.run(t); r.Revision != p.Revision || has(r, policy.FindPolicyProposed, "") != 0 {
		t.Errorf("after the activation %s decides, want %s", r.Revision, p.Revision)
	}
	if _, err := w.open(t).Propose(t.Context()); !errors.Is(err, ErrUsage) {
		t.Errorf("proposed again: %v", err)
	}
	w.reword(t, "surge: 4x", "surge: 3x")
	if _, err := w.open(t).Propose(t.Context()); !errors.Is(err, ErrUsage) || !strings.Contains(err.Error(), "does not come back") {
		t.Errorf("a revision that was superseded: %v", err)
	}
}

// One label never stands for two notices.
func TestActivateUnderTheSameLabel(t *testing.T) {
	t.Parallel()
	w := newWorld(t, "observe")
	w.crowd(3)
	w.run(t)
	w.reword(t, "row: Published contact details", "row: Contact details that somebody published")
	if _, err := w.open(t).Propose(t.Context()); !errors.Is(err, ErrUsage) || !strings.Contains(err.Error(), "new version") {
		t.Errorf("another notice under the same version: %v", err)
	}
}

// What lapses sooner is counted, and the number is what has to be typed.
func TestActivateShowsWhom(t *testing.T) {
	t.Parallel()
	w := newWorld(t, "observe")
	w.crowd(3)
	w.lapsed("kari", now.AddDate(0, -18, 0))
	w.run(t)
	w.reword(t, "version: \"2020-05-04\"", "version: \"2026-11-24\"", "supersedes: \"2018-09\"", "supersedes: \"2020-05-04\"")
	w.reword(t, "period: 2y", "period: 1y")
	p, err := w.open(t).Propose(t.Context())
	if err != nil || p.Impact.Number() != 1 || p.Impact.Newly[policy.Delete] != 1 {
		t.Errorf("%+v, %v", p.Impact, err)
	}
}

// Rules that look at other facts are counted from a fresh read, and not waved
// through with a zero.
func TestActivateRulesThatSeeOtherwise(t *testing.T) {
	t.Parallel()
	w := newWorld(t, "observe")
	w.crowd(3)
	w.lapsed("kari", now.AddDate(0, -18, 0))
	w.run(t)
	w.reword(t, "version: \"2020-05-04\"", "version: \"2026-11-24\"", "supersedes: \"2018-09\"", "supersedes: \"2020-05-04\"",
		"f-22bb: {name: Newsletter, topics: [newsletter, events]", "f-22bb: {name: Newsletter, topics: [events]", "  period: 2y ", "  period: 8mo ")
	a := w.open(t)
	p, err := a.Propose(t.Context())
	if err != nil || !p.Impact.Exact || p.Impact.Number() == 0 {
		t.Fatalf("%+v, %v", p.Impact, err)
	}
	p.Impact.Exact = false
	if err := a.Activate(t.Context(), p, Activation{Number: p.Impact.Number(), By: "legal"}); !errors.Is(err, ErrRefused) {
		t.Errorf("activated without knowing: %v", err)
	}
}
