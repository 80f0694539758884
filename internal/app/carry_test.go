package app

import (
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/lapsed/lapsed/internal/audit/entry"
	"github.com/lapsed/lapsed/internal/sandbox/hubspot"
	"github.com/lapsed/lapsed/internal/sandbox/kit"
	"github.com/lapsed/lapsed/internal/store"
	"github.com/lapsed/lapsed/policy"
)

// enact makes the policy file the active revision, without its ceremony.
func (w *world) enact(t *testing.T) {
	t.Helper()
	a := w.open(t)
	text, err := os.ReadFile(filepath.Join(filepath.Dir(w.config), "policy.yaml"))
	if err != nil {
		t.Fatal(err)
	}
	p, problems := policy.Compile("policy.yaml", text, Binding(a.Config))
	if len(problems) > 0 {
		t.Fatal(problems)
	}
	err = a.Store.Write(t.Context(), func(tx *store.Tx) error {
		return a.activate(tx, p, text, entry.By{Role: "admin", Who: a.Keys.Staff("legal")}, map[string]int{})
	})
	if err != nil {
		t.Fatal(err)
	}
}

// A no to one topic is still a no to that topic when another policy counts its
// topics in another order, although its record shows it no longer.
func TestANoOutlivesTheRulesThatSawIt(t *testing.T) {
	t.Parallel()
	w := newWorld(t, "enforce")
	w.crowd(2)
	id := w.hs.Insert(hubspot.Contact{Created: now.AddDate(0, -2, 0), Properties: map[string]string{"email": address("kari"), "firstname": "kari", "lastname": "Nordmann", "first_conversion_event_name": "Demo: Form"},
		Subscriptions: []hubspot.Subscription{
			{ID: 101, Status: "SUBSCRIBED", LegalBasis: "CONSENT_WITH_NOTICE", Source: "form", At: now.AddDate(0, -2, 0)},
			{ID: 103, Status: "SUBSCRIBED", LegalBasis: "CONSENT_WITH_NOTICE", Source: "form", At: now.AddDate(0, -2, 0)}}})
	w.run(t)
	w.hs.OptOut(address("kari"), 103)
	w.advance(day)
	w.run(t)
	w.reword(t, "  newsletter: {hubspot: 101, salesforce: Newsletter__c}\n  product-news: {hubspot: 102}\n  events: {hubspot: 103}\n",
		"  events: {hubspot: 103}\n  product-news: {hubspot: 102}\n  newsletter: {hubspot: 101, salesforce: Newsletter__c}\n")
	w.enact(t)
	w.hs.Subscribe(address("kari"), 103, "LEGITIMATE_INTEREST_CLIENT") // and an integration takes it back
	w.advance(day)
	w.run(t)
	w.advance(2 * time.Minute)
	props, _ := w.hs.Get(id)
	if props["hs_email_optout_103"] != "true" || props["hs_email_optout_101"] == "true" || props["hs_email_optout"] == "true" {
		t.Errorf("events %q, newsletter %q, all %q: only the no to events counts", props["hs_email_optout_103"], props["hs_email_optout_101"], props["hs_email_optout"])
	}
}

// Until every source was read under the new rules, nobody is decided on: what the
// old ones saw means something else now.
func TestNobodyIsDecidedByFactsOfOtherRules(t *testing.T) {
	t.Parallel()
	w := newWork(t)
	w.reword(t, "  product-news: {hubspot: 102}\n  events: {hubspot: 103}\n", "  events: {hubspot: 103}\n  product-news: {hubspot: 102}\n")
	w.enact(t)
	before := len(w.stage.Book.Changes())
	w.stage.Faults.Arm(kit.Fault{Processor: "hubspot", Kind: "status", Status: 503})
	r := w.run(t)
	if n := len(w.stage.Book.Changes()) - before; n != 0 || !strings.Contains(r.BlockedWhy, "policy changed") {
		t.Errorf("%d writes, %d blocked: %q, duties %v", n, r.Blocked, r.BlockedWhy, r.Duties)
	}
	w.stage.Faults.Clear()
	w.advance(day)
	w.run(t)
	w.settled(t)
}
