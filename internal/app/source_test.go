package app

import (
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/lapsed/lapsed/internal/duty"
	"github.com/lapsed/lapsed/internal/sandbox/hubspot"
	"github.com/lapsed/lapsed/internal/sandbox/kit"
	"github.com/lapsed/lapsed/policy"
)

// sighted is a world with somebody to delete at each processor, and somebody to
// take off the lists at each, all due.
type sighted struct {
	*world
	gone, going, mailing, flagged string // records: a contact and a lead to delete, two to take off the lists
}

func newSighted(t *testing.T) *sighted {
	w := &sighted{world: newWorld(t, "enforce")}
	w.wide(t)
	w.crowd(4)
	w.gone = w.lapsed("kari", now.AddDate(-3, 0, 0))
	w.going = w.lead("ola", now.AddDate(-3, 0, 0))
	w.customer("one", nil)
	w.run(t)
	w.advance(grace)
	w.mailing = w.listed("per")
	individual := w.sf.Insert("Individual", map[string]any{"LastName": "Pal", "HasOptedOutSolicit": true})
	w.flagged = w.customer("pal", map[string]any{"IndividualId": individual})
	return w
}

// other is the processor that isn't broken.
func other(processor string) string {
	if processor == "hubspot" {
		return "salesforce"
	}
	return "hubspot"
}

// blind checks a cycle in which a processor could not be seen whole: nobody is
// deleted, neither here nor there, while what the other source shows is done.
func (w *sighted) blind(t *testing.T, r Report, broken string) {
	t.Helper()
	if n := w.deletions(); n != 0 {
		t.Errorf("%d people were deleted", n)
	}
	// Whoever can't be decided on any more has no duty that could be blocked.
	if r.Blocked+r.Verdicts["undetermined"] < 2 || !strings.Contains(r.BlockedWhy, broken) {
		t.Errorf("%d blocked (%s), want 2", r.Blocked, r.BlockedWhy)
	}
	if has(r, policy.FindSourceUnread, broken)+has(r, policy.FindSourceShrunk, broken) == 0 {
		t.Errorf("no finding at %s: %v", broken, r.Findings)
	}
	id := map[string]string{"hubspot": w.flagged, "salesforce": w.mailing}[broken]
	if n := w.count(other(broken), "unsubscribe", id); n != 1 {
		t.Errorf("%d unsubscribes at the other source, want 1: its refusals go on", n)
	}
	if w.count(broken, "delete") != 0 {
		t.Error("a deletion at the broken source")
	}
}

// sees checks that the next cycle, which sees everything again, deletes at once.
func (w *sighted) sees(t *testing.T) {
	t.Helper()
	w.advance(time.Hour)
	r := w.run(t)
	w.wantHubSpot(t, w.gone, "erased")
	w.wantLead(t, w.going, "binned")
	if has(r, policy.FindSourceUnread, "")+has(r, policy.FindSourceShrunk, "") != 0 {
		t.Errorf("findings of a source that is whole: %v", r.Findings)
	}
}

// Invariant 2: one source that was not read whole stops the deletions of
// everybody, by whatever way it fails, and nothing else.
func TestInvariant02BrokenSource(t *testing.T) {
	for processor, kinds := range map[string][]kit.Fault{
		"hubspot": {
			{Kind: "status", Status: 500}, {Kind: "status", Status: 401}, {Kind: "status", Status: 403}, {Kind: "status", Status: 429},
			{Kind: "drop-before"}, {Kind: "drop-after-commit"}, {Kind: "html-502"}, {Kind: "truncated"}, {Kind: "nonsense"}, {Kind: "477"}, {Kind: "423"},
			{Kind: "empty-page"}, {Kind: "empty-page", Route: "GET /crm/objects/{v}/contacts"}, {Kind: "empty-page-with-next", Route: "GET /crm/objects/{v}/contacts"},
			{Kind: "nonsense", Route: "GET /crm/objects/{v}/contacts"}, {Kind: "truncated", Route: "statuses/batch/read"},
			{Kind: "nonsense", Route: "statuses/batch/read"}, {Kind: "status", Status: 500, Route: "/crm/properties"}, {Kind: "empty-page", Route: "/crm/properties"},
		},
		"salesforce": {
			{Kind: "status", Status: 500}, {Kind: "drop-before"}, {Kind: "html-503"}, {Kind: "empty-array"}, {Kind: "nonsense"}, {Kind: "limit"},
			{Kind: "concurrent"}, {Kind: "policy-401"}, {Kind: "session-401"}, {Kind: "two-errors"}, {Kind: "redirect"}, {Kind: "truncated"}, {Kind: "drop-after-commit"},
			{Kind: "empty-page"}, {Kind: "half-page"}, {Kind: "nonsense", Route: "query"}, {Kind: "truncated", Route: "query"}, {Kind: "empty-array", Route: "query", Status: 200},
			{Kind: "status", Status: 500, Route: "describe"}, {Kind: "status", Status: 400, Route: "oauth2"},
		},
	} {
		for _, f := range kinds {
			f.Processor = processor
			t.Run(fmt.Sprintf("%s %s %d %s", processor, f.Kind, f.Status, strings.ReplaceAll(f.Route, "/", ":")), func(t *testing.T) {
				t.Parallel()
				w := newSighted(t)
				w.stage.Faults.Arm(f)
				w.blind(t, w.run(t), processor)
				w.stage.Faults.Clear()
				w.sees(t)
			})
		}
	}
}

// A field or right that is taken away blinds as a failure does, and so does it
// when it is taken away between the read and the write (invariant 14).
func TestInvariant14LosingSight(t *testing.T) {
	for name, c := range map[string]struct {
		processor string
		lose      func(*sighted)
		ofOthers  bool // of contacts, and Ola is a lead
	}{
		"a signal's date is hidden":      {"salesforce", func(w *sighted) { w.sf.Hide("Task.CompletedDateTime") }, false},
		"a signal's condition is hidden": {"salesforce", func(w *sighted) { w.sf.Hide("Task.CallDisposition") }, false},
		"the opt-out is hidden":          {"salesforce", func(w *sighted) { w.sf.Hide("Lead.HasOptedOutOfEmail") }, false},
		"the address is hidden":          {"salesforce", func(w *sighted) { w.sf.Hide("Lead.Email") }, false},
		"the channel is hidden":          {"salesforce", func(w *sighted) { w.sf.Hide("Lead.LeadSource") }, false},
		"the birth date is hidden":       {"salesforce", func(w *sighted) { w.sf.Hide("Contact.Birthdate") }, true},
		"a keep is hidden":               {"salesforce", func(w *sighted) { w.sf.Hide("Contract.EndDate") }, true},
		"a property is removed":          {"hubspot", func(w *sighted) { w.hs.RemoveProperty("recent_conversion_date") }, false},
		"another property is removed":    {"hubspot", func(w *sighted) { w.hs.RemoveProperty("hs_email_last_click_date") }, false},
	} {
		for _, at := range []string{"before the read", "between read and write"} {
			t.Run(name+" "+at, func(t *testing.T) {
				t.Parallel()
				w := newSighted(t)
				if at == "before the read" {
					c.lose(w)
					w.blind(t, w.run(t), c.processor)
				} else {
					before := once("refresh", func() { c.lose(w) })
					w.run(t, hook("salesforce", &hooked{before: before}), hook("hubspot", &hooked{before: before}))
				}
				w.run(t)
				if n := w.count(c.processor, "delete"); n != 0 && !(c.ofOthers && at == "between read and write") {
					t.Errorf("%d deletions at %s, of which something is hidden", n, c.processor)
				}
			})
		}
	}
}

// A processor that shows suddenly far fewer records deletes nobody: neither those
// that it shows nor those it doesn't.
func TestInvariant02ShrunkenSource(t *testing.T) {
	for _, processor := range []string{"hubspot", "salesforce"} {
		for _, c := range []struct {
			gone    int // of 40 records
			blocked bool
		}{{4, false}, {5, true}, {39, true}} {
			t.Run(fmt.Sprintf("%s loses %d of 40", processor, c.gone), func(t *testing.T) {
				t.Parallel()
				w := newWorld(t, "enforce")
				w.wide(t)
				hs, lead := w.both("kari")
				var ids []string
				for i := range 39 {
					if processor == "hubspot" {
						ids = append(ids, w.hs.Insert(hubspot.Contact{Created: now.AddDate(0, -1, 0), Properties: map[string]string{"email": fmt.Sprintf("c%d@example.org", i), "first_conversion_event_name": "Demo: Form"}}))
					} else {
						ids = append(ids, w.customer(fmt.Sprintf("c%d", i), nil))
					}
				}
				w.run(t)
				w.advance(grace)
				for _, id := range ids[:c.gone] {
					if processor == "hubspot" {
						w.hs.Archive(id)
					} else {
						w.sf.Remove("Contact", id)
					}
				}
				r := w.run(t)
				if _, state := w.hs.Get(hs); (state == "live") != c.blocked {
					t.Errorf("the contact is %s", state)
				}
				if _, state := w.sf.Get("Lead", lead); (state == "live") != c.blocked {
					t.Errorf("the lead is %s", state)
				}
				if (has(r, policy.FindSourceShrunk, processor) > 0) != c.blocked {
					t.Errorf("findings %v", r.Findings)
				}
			})
		}
	}
}

// A processor that can't be reached for three weeks stops deletions for all that
// time, and there is no burst afterwards: the day's limit, the oldest first (case 43).
func TestInvariant02ThreeWeeksAndNoBurst(t *testing.T) {
	t.Parallel()
	w := newWorld(t, "enforce")
	w.reword(t, "delete: {people: 100, share: 1%}", "delete: {people: 2, share: 100%}")
	w.crowd(2)
	// A person a day lapses, from the first day on.
	var ids []string
	for i := range 20 {
		ids = append(ids, w.lapsed(fmt.Sprintf("p%02d", i), now.AddDate(-2, 0, i-1)))
	}
	w.run(t)
	for range 31 {
		w.advance(day)
		w.run(t)
	}
	before := w.deletions()
	w.stage.Faults.Arm(kit.Fault{Processor: "salesforce", Kind: "status", Status: 503})
	var r Report
	for i := range 21 {
		w.advance(day)
		r = w.run(t)
		if has(r, policy.FindSourceUnread, "salesforce") != 1 {
			t.Fatalf("day %d: no finding", i)
		}
	}
	if w.deletions() != before || r.OldestOverdueDays < 19 || r.Blocked < 10 {
		t.Errorf("%d deleted while one source was unread; oldest overdue %d days, %d blocked", w.deletions()-before, r.OldestOverdueDays, r.Blocked)
	}
	w.stage.Faults.Clear()
	w.advance(time.Hour)
	r = w.run(t)
	if n := w.deletions() - before; n != 2 {
		t.Errorf("%d people deleted on the first day, want the day's two", n)
	}
	for i, id := range ids { // the oldest first
		want := "live"
		if i < before+2 {
			want = "erased"
		}
		w.wantHubSpot(t, id, want)
	}
	if !r.Waits() || r.Duties[duty.Due] == 0 {
		t.Errorf("what is above the limit must wait for somebody: %v", r.Batches)
	}
}
