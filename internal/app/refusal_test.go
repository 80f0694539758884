package app

import (
	"fmt"
	"testing"
	"time"

	"github.com/lapsed/lapsed/internal/sandbox/hubspot"
	"github.com/lapsed/lapsed/policy"
)

// customer puts somebody into Salesforce whom a representative knows: nothing
// ends for them but mail.
func (w *world) customer(name string, fields map[string]any) string {
	all := map[string]any{"Email": address(name), "FirstName": name, "LastName": "Nordmann", "LeadSource": "Sales", "CreatedDate": now.AddDate(0, -2, 0)}
	for k, v := range fields {
		all[k] = v
	}
	return w.sf.Insert("Contact", all)
}

// proven puts somebody onto the newsletter who ticked a registered form.
func (w *world) proven(name string) string {
	return w.hs.Insert(hubspot.Contact{Created: now.AddDate(0, -2, 0), Properties: map[string]string{"email": address(name), "firstname": name, "lastname": "Nordmann", "first_conversion_event_name": "Demo: Form"},
		Subscriptions: []hubspot.Subscription{{ID: 101, Status: "SUBSCRIBED", LegalBasis: "CONSENT_WITH_NOTICE", Source: "form", At: now.AddDate(0, -2, 0)}}})
}

// mailed tells whether HubSpot would still send the newsletter to somebody who
// was subscribed to it.
func (w *world) mailed(t *testing.T, id string) bool {
	t.Helper()
	w.advance(2 * time.Minute) // the properties trail the statuses
	props, state := w.hs.Get(id)
	return state == "live" && props["hs_email_optout"] != "true" && props["hs_email_optout_101"] != "true"
}

// Invariant 15: a no that somebody else took back is applied again within one
// cycle; only the person's own newer proof lifts it.
func TestInvariant15FlippedBackIsUndone(t *testing.T) {
	for name, c := range map[string]struct {
		flip func(*world, string)
		ends bool // and they are mailed no more
	}{
		"by an integration, legitimate interest": {func(w *world, _ string) { w.hs.Subscribe(address("kari"), 101, "LEGITIMATE_INTEREST_CLIENT") }, true},
		"by an integration, no basis given":      {func(w *world, _ string) { w.hs.Subscribe(address("kari"), 101, "") }, true},
		"by an unregistered form": {func(w *world, _ string) {
			w.hs.SubmitForm(address("kari"), "f-unknown", "Other")
			w.hs.Subscribe(address("kari"), 101, "LEGITIMATE_INTEREST_CLIENT")
		}, true},
		"by the person's own registered form": {func(w *world, _ string) { w.hs.SubmitForm(address("kari"), "f-22bb", "Newsletter", 101) }, false},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			w := newWorld(t, "enforce")
			w.crowd(2)
			id := w.proven("kari")
			w.customer("kari", nil)
			w.run(t)
			if !w.mailed(t, id) {
				t.Fatal("a proven yes was taken away")
			}
			w.hs.OptOut(address("kari"))
			w.advance(time.Hour)
			w.run(t)
			w.advance(day)
			c.flip(w, id)
			if !w.mailed(t, id) {
				t.Fatal("the flip did nothing")
			}
			r := w.run(t)
			if n := has(r, policy.FindTakenBack, "hubspot"); (n > 0) != c.ends {
				t.Errorf("%d findings that a no was taken back; findings %v", n, r.Findings)
			}
			if w.mailed(t, id) == c.ends {
				t.Errorf("mailed after the cycle: %v", !c.ends)
			}
		})
	}
}

// A refusal at one processor counts at the other in the same cycle, and lives on
// when its record is deleted, merged or given another address (cases 11, 12, 42).
func TestInvariant15NoOutlivesItsRecord(t *testing.T) {
	for name, lose := range map[string]func(w *world, id string){
		"deleted by staff": func(w *world, id string) { w.sf.Remove("Contact", id) },
		"purged":           func(w *world, id string) { w.sf.Remove("Contact", id); w.sf.Purge("Contact", id) },
		"merged away":      func(w *world, id string) { w.sf.Merge("Contact", w.customer("kari.new", nil), id) },
		"flag cleared":     func(w *world, id string) { w.sf.Update("Contact", id, map[string]any{"HasOptedOutOfEmail": false}) },
		"another address": func(w *world, id string) {
			w.sf.Update("Contact", id, map[string]any{"Email": address("other"), "HasOptedOutOfEmail": false})
		},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			w := newWorld(t, "enforce")
			w.crowd(12)
			no := w.customer("kari", map[string]any{"HasOptedOutOfEmail": true})
			w.run(t)
			lose(w, no)
			w.advance(day)
			w.run(t)
			w.advance(day)
			id := w.proven("kari") // older proof than the no: it lifts nothing
			w.run(t)
			if w.mailed(t, id) {
				t.Error("the no was forgotten with its record")
			}
		})
	}
}

// The survivor of a merge takes the loser's no, though the vendor keeps only the
// survivor's flags, and keeps it when the vendor has forgotten the merge.
func TestCase12MergedRecordsKeepEveryNo(t *testing.T) {
	t.Parallel()
	w := newWorld(t, "enforce")
	w.crowd(12)
	loser := w.customer("kari.old", map[string]any{"HasOptedOutOfEmail": true})
	winner := w.customer("kari", nil)
	w.run(t)
	w.sf.Merge("Contact", winner, loser)
	w.sf.Update("Contact", winner, map[string]any{"HasOptedOutOfEmail": false})
	w.run(t)
	props, _ := w.sf.Get("Contact", winner)
	if props["HasOptedOutOfEmail"] != true {
		t.Error("the survivor is mailed against the loser's no")
	}
	if n := w.kinds(t, "person.joined"); n != 1 {
		t.Errorf("%d entries say that the two are one person", n)
	}
	w.advance(20 * day) // the bin has forgotten the loser
	w.sf.Update("Contact", winner, map[string]any{"HasOptedOutOfEmail": false})
	w.run(t)
	if props, _ = w.sf.Get("Contact", winner); props["HasOptedOutOfEmail"] != true {
		t.Error("the no was forgotten with the merge")
	}
}

// More contacts in one person than the policy allows are a mistake of somebody's:
// nobody is deleted, refusals still apply (case 13).
func TestInvariant15BigClusterDeletesNobody(t *testing.T) {
	t.Parallel()
	w := newWorld(t, "enforce")
	w.wide(t)
	old := now.AddDate(-3, 0, 0)
	var leads []string
	for i := range 11 {
		leads = append(leads, w.sf.Insert("Lead", map[string]any{"Email": address("kari"), "FirstName": "Kari", "LastName": "Nordmann", "Company": "X", "LeadSource": "Web", "CreatedDate": old, "HasOptedOutOfEmail": i == 0}))
	}
	var ten []string
	for range 10 {
		ten = append(ten, w.sf.Insert("Lead", map[string]any{"Email": address("ola"), "FirstName": "Ola", "LastName": "Nordmann", "Company": "X", "LeadSource": "Web", "CreatedDate": old}))
	}
	r := w.run(t)
	if has(r, policy.FindIdentityConflict, "") != 1 {
		t.Error("no finding of the cluster")
	}
	w.approveAll(t, r)
	w.advance(grace)
	r = w.run(t)
	w.approveAll(t, r)
	w.run(t)
	for _, l := range leads {
		if props, state := w.sf.Get("Lead", l); state != "live" || props["HasOptedOutOfEmail"] != true {
			t.Errorf("a lead of the cluster is %s, opted out %v", state, props["HasOptedOutOfEmail"])
		}
	}
	for _, l := range ten {
		w.wantLead(t, l, "binned")
	}
}

// Invariant 13: people outside the scope are never written, whatever else is
// true of them, and with all records that are joined to theirs.
func TestInvariant13OutOfScopeIsNeverWritten(t *testing.T) {
	t.Parallel()
	w := newWorld(t, "enforce")
	w.wide(t)
	old := now.AddDate(-6, 0, 0)
	var types = map[string]string{}
	for _, n := range []string{"Platform_User", "Employee"} {
		types[n] = w.sf.Insert("RecordType", map[string]any{"DeveloperName": n, "Name": n, "SobjectType": "Contact", "IsActive": true})
	}
	var ids []string
	for i, n := range []string{"Platform_User", "Employee"} {
		who := fmt.Sprintf("left%d", i)
		ids = append(ids, w.customer(who, map[string]any{"RecordTypeId": types[n], "CreatedDate": old, "Newsletter__c": true, "Birthdate": now.AddDate(-14, 0, 0)}), w.lapsed(who, old))
		w.hs.Subscribe(address(who), 101, "")
	}
	ids = append(ids, w.hs.Insert(hubspot.Contact{Created: old, Properties: map[string]string{"email": "boss@controller.example", "first_conversion_event_name": "Demo: Form"}}))
	lapsed := w.lapsed("kari", old)
	w.run(t)
	w.advance(grace)
	r := w.run(t)
	w.wantHubSpot(t, lapsed, "erased")
	if n := w.count("", "", ids...); n != 0 || r.LeftAlone != 3 {
		t.Errorf("%d writes to people out of scope; %d left alone", n, r.LeftAlone)
	}
}
