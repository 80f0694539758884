package app

import (
	"testing"
	"time"

	"github.com/lapsed/lapsed/internal/duty"
	"github.com/lapsed/lapsed/internal/sandbox/hubspot"
	"github.com/lapsed/lapsed/policy"
)

// A refusal at one address counts at all addresses of the person, though HubSpot
// ties it to the one (case 11).
func TestCase11RefusalCountsAtEveryAddress(t *testing.T) {
	t.Parallel()
	w := newWorld(t, "enforce")
	w.crowd(3)
	id := w.hs.Insert(hubspot.Contact{Created: now.AddDate(0, -2, 0), Properties: map[string]string{"email": address("kari"), "hs_additional_emails": "kari@example.org", "first_conversion_event_name": "Demo: Form"},
		Subscriptions: []hubspot.Subscription{{ID: 101, Status: "SUBSCRIBED", LegalBasis: "CONSENT_WITH_NOTICE", Source: "form"}}})
	w.hs.OptOut("kari@example.org")
	w.run(t)
	if w.mailed(t, id) {
		t.Error("the other address is still mailed")
	}
}

// An activity date in the future is no sign of life, and no deletion: somebody
// must look (case 20).
func TestCase20DateInTheFuture(t *testing.T) {
	t.Parallel()
	w := newWorld(t, "enforce")
	id := w.hs.Insert(hubspot.Contact{Created: now.AddDate(-4, 0, 0), Properties: map[string]string{"email": address("kari"), "first_conversion_event_name": "Demo: Form", "recent_conversion_date": "2099-01-01T00:00:00Z"}})
	w.run(t)
	w.advance(grace)
	r := w.run(t)
	w.wantHubSpot(t, id, "live")
	if r.Verdicts["undetermined"] != 1 || has(r, policy.FindFutureDate, "hubspot") != 1 {
		t.Errorf("verdicts %v, findings %v", r.Verdicts, r.Findings)
	}
}

// Who refused everything and is known for nothing else is deleted after the
// grace; the no stays, and meets them when they are brought back by a file. Only
// their own new proof lifts it (cases 39, 40, 42, 52).
func TestCase52NoBasisLeft(t *testing.T) {
	t.Parallel()
	w := newWorld(t, "enforce")
	w.crowd(5)
	hs := w.proven("kari")
	w.run(t)
	w.hs.OptOut(address("kari"))
	w.advance(2 * time.Minute)
	if r := w.run(t); r.Verdicts["no-basis"] != 1 {
		t.Fatalf("verdicts %v", r.Verdicts)
	}
	w.wantHubSpot(t, hs, "live")
	w.advance(grace)
	w.run(t)
	w.wantHubSpot(t, hs, "erased")
	w.advance(40 * day)
	back := w.customer("kari", map[string]any{"CreatedDate": w.stage.Clock.Now().Add(-time.Hour), "Newsletter__c": true})
	w.run(t)
	if props, state := w.sf.Get("Contact", back); state != "live" || props["HasOptedOutOfEmail"] != true && props["Newsletter__c"] == true {
		t.Errorf("brought back by a file, they are %s and mailed", state)
	}
	w.advance(day)
	again := w.hs.SubmitForm(address("kari"), "f-22bb", "Newsletter", 101)
	w.run(t)
	if !w.mailed(t, again) {
		t.Error("their own new yes was taken away")
	}
}

// Records that are merged, deleted or hard to find between plan and write end
// nothing in the wrong place (case 12).
func TestCase12ChangedBetweenPlanAndWrite(t *testing.T) {
	for name, change := range map[string]func(w *world, a, b string){
		"merged":  func(w *world, a, b string) { w.sf.Merge("Lead", a, b) },
		"deleted": func(w *world, _, b string) { w.sf.Remove("Lead", b) },
		"purged":  func(w *world, _, b string) { w.sf.Remove("Lead", b); w.sf.Purge("Lead", b) },
		"merged into one that lives": func(w *world, a, b string) {
			w.sf.Merge("Lead", a, b)
			w.talk(a)
		},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			w := newWorld(t, "enforce")
			w.wide(t)
			w.crowd(20)
			a, b := w.lead("kari", now.AddDate(-3, 0, 0)), w.lead("kari", now.AddDate(-4, 0, 0))
			w.run(t)
			w.advance(grace)
			before := once("refresh", func() { change(w, a, b) })
			w.run(t, hook("salesforce", &hooked{before: before}))
			if n := w.count("salesforce", "delete", b); n != 0 {
				t.Errorf("%d writes to a record that was gone", n)
			}
			w.advance(day)
			r := w.run(t)
			if name == "merged into one that lives" {
				w.wantLead(t, a, "live")
			} else {
				w.wantLead(t, a, "binned")
			}
			if r.Duties[duty.Due] != 0 || r.Duties[duty.Acting] != 0 {
				t.Errorf("duties %v", r.Duties)
			}
		})
	}
}

// A lapsed person who is collected anew stays: that is no reappearance (case 41).
func TestCase41CollectedAnew(t *testing.T) {
	t.Parallel()
	w := newWorld(t, "enforce")
	w.crowd(2)
	old := w.lead("kari", now.AddDate(-3, 0, 0))
	w.run(t)
	w.advance(grace)
	w.run(t)
	w.wantLead(t, old, "binned")
	w.advance(day)
	anew := w.lead("kari", w.stage.Clock.Now())
	r := w.runs(t, 2)
	w.wantLead(t, anew, "live")
	if has(r, policy.FindReappeared, "") != 0 {
		t.Errorf("findings %v", r.Findings)
	}
}

// The system of record deletes first, so that a sync brings nobody back (case 54).
func TestCase54SystemOfRecordFirst(t *testing.T) {
	t.Parallel()
	w := newWorld(t, "enforce")
	w.both("kari")
	w.run(t)
	w.advance(grace)
	w.run(t)
	var order []string
	for _, c := range w.stage.Book.Changes() {
		order = append(order, c.Processor)
	}
	if len(order) != 2 || order[0] != "salesforce" {
		t.Errorf("deleted in the order %v", order)
	}
}

// Each record has its own duty: what the policy demands of one is not held up by
// another that can't be written (case 53).
func TestCase53OneRefusalHoldsUpNobody(t *testing.T) {
	t.Parallel()
	w := newWorld(t, "enforce")
	w.wide(t)
	hs, lead := w.both("kari")
	w.sf.SetReadOnly(true)
	w.run(t)
	w.advance(grace)
	w.run(t)
	w.wantHubSpot(t, hs, "erased")
	w.wantLead(t, lead, "live")
	w.sf.SetReadOnly(false)
	w.advance(8 * day)
	w.run(t)
	w.wantLead(t, lead, "binned")
}
