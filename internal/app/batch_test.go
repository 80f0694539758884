package app

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/lapsed/lapsed/internal/duty"
	"github.com/lapsed/lapsed/internal/sandbox/hubspot"
	"github.com/lapsed/lapsed/policy"
)

// approveAll approves all that waits, by as many people as it takes.
func (w *world) approveAll(t *testing.T, r Report) {
	t.Helper()
	w.with(t, func(a *App) {
		for _, b := range r.Batches {
			for n := b.Approvals; b.Live() && n < b.Needed; n++ {
				if _, err := a.Approve(context.Background(), b.Digest, "looked at", fmt.Sprintf("approver-%d", n)); err != nil {
					t.Fatal(err)
				}
			}
		}
	})
}

// legacy is a base with many lapsed people on the first day, whose grace has
// been served: one batch waits.
func newLegacy(t *testing.T, n int) (w *world, ids []string, r Report) {
	w = newWorld(t, "enforce")
	for i := range n {
		ids = append(ids, w.lapsed(fmt.Sprintf("p%02d", i), now.AddDate(-3, 0, i)))
	}
	w.crowd(40 - n)
	w.run(t)
	w.advance(grace)
	return w, ids, w.run(t)
}

// What the first run finds is one batch and no drip: it waits, under the name of
// what is in it, and does nothing by itself (case 49).
func TestBatchWaits(t *testing.T) {
	t.Parallel()
	w, _, r := newLegacy(t, 12)
	if len(r.Batches) != 1 || !r.Waits() {
		t.Fatalf("batches %v", r.Batches)
	}
	b := r.Batches[0]
	if b.Count != 12 || b.Persons != 12 || b.Verbs[policy.Delete] != 12 || b.Why != duty.FirstRun || b.Needed != 2 || b.Expires.Sub(w.stage.Clock.Now()).Round(time.Minute) != 7*day {
		t.Errorf("batch %+v", b)
	}
	duties := slices.Sorted(slices.Values(b.Duties))
	if b.Digest != duty.Digest(duties) || !slices.Equal(duties, b.Duties) {
		t.Error("the digest is not that of the sorted duties")
	}
	for range 3 {
		w.advance(day)
		again := w.run(t)
		if len(again.Batches) != 1 || again.Batches[0].Digest != b.Digest || again.Batches[0].Expires.Sub(b.Expires).Abs() > time.Second {
			t.Errorf("the waiting batch changed: %v", again.Batches)
		}
	}
	if w.deletions() != 0 {
		t.Errorf("%d deletions without an approval", w.deletions())
	}
}

// Two people above the policy's share, and two different ones.
func TestBatchNeedsTwoPeople(t *testing.T) {
	t.Parallel()
	w, ids, r := newLegacy(t, 12)
	ctx := context.Background()
	digest := r.Batches[0].Digest
	w.with(t, func(a *App) {
		for _, c := range []struct{ name, reason string }{{digest, ""}, {digest[:9], "r"}, {"sha256:" + strings.Repeat("0", 64), "r"}} {
			if _, err := a.Approve(ctx, c.name, c.reason, "ada"); !errors.Is(err, ErrUsage) {
				t.Errorf("approved %q for %q: %v", c.name, c.reason, err)
			}
		}
		x, err := a.Approve(ctx, digest, "looked at", "ada")
		if err != nil || x.Approvals != 1 || x.Needed != 2 || x.Persons != 12 {
			t.Errorf("%+v, %v", x, err)
		}
		if _, err := a.Approve(ctx, digest, "again", "ada"); !errors.Is(err, ErrUsage) {
			t.Errorf("the same person approved twice: %v", err)
		}
	})
	w.run(t)
	if w.deletions() != 0 {
		t.Errorf("%d deletions on one person's word", w.deletions())
	}
	w.with(t, func(a *App) {
		if _, err := a.Approve(ctx, strings.TrimPrefix(digest, "sha256:")[:12], "looked at", "grace"); err != nil {
			t.Error(err)
		}
	})
	w.run(t)
	for _, id := range ids {
		w.wantHubSpot(t, id, "erased")
	}
}

// An approval permits at most the batch's duties: who came back to life, is held
// or restored drops out; who lapsed since is not in it.
func TestBatchPermitsAtMost(t *testing.T) {
	t.Parallel()
	w, ids, r := newLegacy(t, 12)
	later := w.lapsed("later", now.AddDate(-4, 0, 0))
	w.approveAll(t, r)
	w.hs.Act(ids[0], hubspot.Click)
	w.with(t, func(a *App) { w.hold(t, a, address("p01"), 30) })
	w.run(t, hook("hubspot", &hooked{before: once("refresh", func() { w.hs.Act(ids[2], hubspot.Visit) })}))
	for i, id := range ids {
		want := "erased"
		if i < 3 {
			want = "live"
		}
		w.wantHubSpot(t, id, want)
	}
	w.wantHubSpot(t, later, "live")
}

// After seven days nothing of a batch counts: what was approved then is not now.
func TestBatchExpires(t *testing.T) {
	for _, approved := range []int{0, 1, 2} {
		t.Run(fmt.Sprintf("%d approvals", approved), func(t *testing.T) {
			t.Parallel()
			w, _, r := newLegacy(t, 12)
			ctx := context.Background()
			digest := r.Batches[0].Digest
			w.with(t, func(a *App) {
				for i := range approved {
					if _, err := a.Approve(ctx, digest, "looked at", fmt.Sprint("approver", i)); err != nil {
						t.Fatal(err)
					}
				}
			})
			w.advance(7*day + time.Minute)
			w.with(t, func(a *App) {
				if _, err := a.Approve(ctx, digest, "late", "late"); !errors.Is(err, ErrUsage) {
					t.Errorf("an expired batch was approved: %v", err)
				}
			})
			r = w.run(t)
			if w.deletions() != 0 {
				t.Fatalf("%d deletions by an approval that had expired", w.deletions())
			}
			if len(r.Batches) != 1 || r.Batches[0].Approvals != 0 || !r.Waits() {
				t.Fatalf("batches %v: it waits anew, with no approval", r.Batches)
			}
			w.approveAll(t, r)
			w.run(t)
			if w.deletions() != 12 {
				t.Errorf("%d deletions after it was approved anew", w.deletions())
			}
		})
	}
}

// Invariant 9: unsubscribes are limited as deletions are: we may undo neither.
func TestInvariant09UnsubscribesAreLimited(t *testing.T) {
	t.Parallel()
	w := newWorld(t, "enforce")
	w.reword(t, "unsubscribe: {people: 500, share: 2%}", "unsubscribe: {people: 3, share: 100%}")
	for i := range 8 { // fewer than make a surge
		w.listed(fmt.Sprintf("p%d", i))
	}
	for d := range 2 {
		for range 3 { // the day's limit is of the day, however many cycles it has
			w.run(t)
		}
		if n := w.count("hubspot", "unsubscribe"); n != 3 {
			t.Fatalf("day %d: %d unsubscribes, want 3: the rest waits for somebody", d, n)
		}
		w.advance(day)
	}
	r := w.run(t)
	if !r.Waits() || r.Duties[duty.Due] != 5 {
		t.Errorf("batches %v, duties %v", r.Batches, r.Duties)
	}
	w.approveAll(t, r)
	w.run(t)
	if n := w.count("hubspot", "unsubscribe"); n != 8 {
		t.Errorf("%d unsubscribes after the approval", n)
	}
}

// Forty minors at once, where a usual day has none, are a mistake of somebody's
// until somebody says otherwise (case 37); their mail is stopped by approval too.
func TestCase37SurgeOfMinors(t *testing.T) {
	t.Parallel()
	w := newWorld(t, "enforce")
	w.wide(t)
	var ids []string
	for i := range 40 {
		ids = append(ids, w.customer(fmt.Sprintf("p%02d", i), map[string]any{"Birthdate": now.AddDate(-40, 0, 0)}))
	}
	w.runs(t, 3)
	for _, id := range ids {
		w.sf.Update("Contact", id, map[string]any{"Birthdate": now.AddDate(-12, 0, 0)})
	}
	r := w.run(t)
	if w.deletions() != 0 || has(r, policy.FindSurge, "") == 0 || !r.Waits() {
		t.Errorf("%d deletions, findings %v", w.deletions(), r.Findings)
	}
	for _, id := range ids {
		w.sf.Update("Contact", id, map[string]any{"Birthdate": now.AddDate(-40, 0, 0)})
	}
	w.approveAll(t, r) // of a batch from which everybody drops out
	w.run(t)
	if w.deletions() != 0 {
		t.Errorf("%d adults were deleted by an approval of before", w.deletions())
	}
}

// A processor that is added to an existing state must be read whole twice before
// anybody is deleted (case 46).
func TestCase46ProcessorAdded(t *testing.T) {
	t.Parallel()
	w := newWorld(t, "enforce")
	w.reword(t, "  adobe-sign: {for:", "  branch: {for: A sister company's account, region: EU, safeguard: {kind: scc, reference: DPA annex 4, review-by: 2027-05-04}, delete-with: permanent-delete, after-delete: {purged: 30d}}\n  adobe-sign: {for:")
	second := newWorld(t, "observe") // another account, of its own
	second.silent = true
	hs, _ := w.both("kari")
	w.run(t)
	w.advance(grace)
	w.rewrite(t, "lapsed.yaml", "  salesforce: {", `  branch: {kind: hubspot, base_url: "`+second.url["hubspot"]+`", token: {value: pat-eu1-test}}`+"\n  salesforce: {")
	second.advance(grace)
	// Its first whole read may be of half an account.
	first := second.lapsed("kari2", now.AddDate(-3, 0, 0))
	if r := w.run(t); w.deletions() != 0 || r.Blocked != 2 || !strings.Contains(r.BlockedWhy, "branch") || len(r.Sources) != 3 {
		t.Errorf("%d deletions; %d blocked: %s", w.deletions(), r.Blocked, r.BlockedWhy)
	}
	w.advance(15 * time.Minute)
	second.advance(15 * time.Minute)
	w.run(t)
	w.wantHubSpot(t, hs, "erased")
	second.wantHubSpot(t, first, "live") // serves its own grace
}
