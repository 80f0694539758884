package connectortest

import (
	"net/http/httptest"
	"slices"
	"testing"
	"time"

	"github.com/lapsed/lapsed/connectors"
	"github.com/lapsed/lapsed/connectors/salesforce"
	"github.com/lapsed/lapsed/internal/contact"
	"github.com/lapsed/lapsed/internal/fault"
	"github.com/lapsed/lapsed/internal/sandbox/kit"
	sandbox "github.com/lapsed/lapsed/internal/sandbox/salesforce"
	"github.com/lapsed/lapsed/internal/secret"
)

// salesforceAndOrg is an account whose policy asks for something of every object.
func salesforceAndOrg(t *testing.T, o sandbox.Options, fields ...string) (Account, *sandbox.Org) {
	t.Helper()
	o.Stage, o.ClientID, o.ClientSecret, o.Consent = kit.NewStage(opening), "lapsed", "not-a-secret", true
	org := sandbox.New(o)
	srv := httptest.NewServer(org)
	t.Cleanup(srv.Close)
	c, err := salesforce.New(salesforce.Options{
		Name: "salesforce", LoginURL: srv.URL, ClientID: secret.New("lapsed"), ClientSecret: secret.New("not-a-secret"), Fields: fields, HTTP: unhurried(),
	})
	if err != nil {
		t.Fatal(err)
	}
	return Account{Connector: c, Stage: o.Stage, Settle: func() { o.Stage.Clock.Advance(5 * time.Minute) }}, org
}

func everyGroup() []string {
	return []string{"Task.CompletedDateTime", "Event.ActivityDate", "Case.IsClosed", "CampaignMember.HasResponded", "Campaign.Type", "Opportunity.IsClosed",
		"User.LastLoginDate", "Contract.EndDate", "Order.EffectiveDate", "ContactPointTypeConsent.PrivacyConsentStatus", "Individual.ShouldForget", "EmailMessage.MessageDate"}
}

// business is somebody with a row in every object.
type business struct {
	org *sandbox.Org
	id  map[string]string // object → its record
}

func newBusiness(o *sandbox.Org, who string) business {
	b := business{o, map[string]string{}}
	make := func(object string, fields map[string]any) { b.id[object] = o.Insert(object, fields) }
	make("Account", map[string]any{"Name": who})
	make("Individual", map[string]any{"LastName": who})
	make("Contact", map[string]any{"LastName": who, "Email": who + "@example.org", "AccountId": b.id["Account"], "IndividualId": b.id["Individual"]})
	make("Task", map[string]any{"WhoId": b.id["Contact"], "Status": "Not Started"})
	make("Event", map[string]any{"WhoId": b.id["Contact"], "ActivityDate": "2026-01-02"})
	make("Case", map[string]any{"ContactId": b.id["Contact"], "Status": "New"})
	make("Campaign", map[string]any{"Name": "Fair"})
	make("CampaignMember", map[string]any{"CampaignId": b.id["Campaign"], "ContactId": b.id["Contact"]})
	make("Opportunity", map[string]any{"Name": "Sale", "StageName": "Prospecting", "CloseDate": "2026-12-24", "AccountId": b.id["Account"]})
	make("OpportunityContactRole", map[string]any{"OpportunityId": b.id["Opportunity"], "ContactId": b.id["Contact"]})
	make("User", map[string]any{"ContactId": b.id["Contact"], "LastName": who, "IsActive": true})
	make("Contract", map[string]any{"AccountId": b.id["Account"], "Status": "Draft"})
	make("Order", map[string]any{"AccountId": b.id["Account"], "Status": "Draft"})
	make("ContactPointTypeConsent", map[string]any{"PartyId": b.id["Individual"], "ContactPointType": "Email", "PrivacyConsentStatus": "OptIn"})
	return b
}

// What is asked of any object and changes there hands its contact over, and no other.
func TestSalesforceRowsMoveTheirContact(t *testing.T) {
	set := func(object string, fields map[string]any) func(business) {
		return func(b business) { b.org.Update(object, b.id[object], fields) }
	}
	for name, act := range map[string]func(business){
		"the contact":      set("Contact", map[string]any{"Title": "Head"}),
		"a task":           set("Task", map[string]any{"Status": "Completed"}),
		"a deleted task":   func(b business) { b.org.Remove("Task", b.id["Task"]) },
		"an event":         set("Event", map[string]any{"ActivityDate": "2026-11-24"}),
		"a case":           set("Case", map[string]any{"Status": "Closed"}),
		"a response":       set("CampaignMember", map[string]any{"Status": "Responded"}),
		"the campaign":     set("Campaign", map[string]any{"Type": "Webinar"}),
		"a sale that ends": set("Opportunity", map[string]any{"StageName": "Closed Lost"}),
		"a login":          set("User", map[string]any{"LastLoginDate": "2026-11-24T10:00:00Z"}),
		"a contract":       set("Contract", map[string]any{"EndDate": "2027-11-24"}),
		"an order":         set("Order", map[string]any{"EffectiveDate": "2026-11-24"}),
		"a consent":        set("ContactPointTypeConsent", map[string]any{"PrivacyConsentStatus": "OptOut"}),
		"the individual":   set("Individual", map[string]any{"ShouldForget": true}),
		"an e-mail": func(b business) {
			mail := b.org.Insert("EmailMessage", map[string]any{"Incoming": true, "MessageDate": "2026-11-24T10:00:00Z"})
			b.org.Insert("EmailMessageRelation", map[string]any{"EmailMessageId": mail, "RelationId": b.id["Contact"], "RelationType": "FromAddress"})
		},
	} {
		t.Run(name, func(t *testing.T) {
			a, org := salesforceAndOrg(t, sandbox.Options{}, everyGroup()...)
			one := newBusiness(org, "canary1")
			newBusiness(org, "canary2")
			mark := marked(t, a)
			a.Settle()
			act(one)
			a.Settle()
			seen, gone, _ := since(t, a, mark)
			want := contact.Ref{Processor: "salesforce", Object: "Contact", ID: one.id["Contact"]}
			if _, ok := seen[want]; !ok || len(seen) != 1 || len(gone) != 0 {
				t.Errorf("%d contacts, %v gone, and the one that moved: %v", len(seen), gone, ok)
			}
		})
	}
}

// Rows that become visible long after their stamp are not lost.
func TestSalesforceLateCommits(t *testing.T) {
	a, org := salesforceAndOrg(t, sandbox.Options{}, "Birthdate")
	var refs []contact.Ref
	for i := range 20 {
		refs = append(refs, contact.Ref{Processor: "salesforce", Object: "Lead", ID: org.Insert("Lead", map[string]any{"LastName": "Canary", "Company": "Canary", "Email": address(i)})})
	}
	mark := marked(t, a)
	org.Adjust(func(c *sandbox.Conduct) { c.LateCommit = 30 * time.Minute })
	seen := map[contact.Ref]bool{}
	for _, ref := range refs {
		org.Update("Lead", ref.ID, map[string]any{"HasOptedOutOfEmail": true})
		a.Stage.Clock.Advance(7 * time.Minute)
		var some map[contact.Ref]contact.Contact
		some, _, mark = since(t, a, mark)
		for ref, k := range some {
			seen[ref] = seen[ref] || optedOut(a, k)
		}
	}
	a.Stage.Clock.Advance(30 * time.Minute)
	some, _, _ := since(t, a, mark)
	for ref, k := range some {
		seen[ref] = seen[ref] || optedOut(a, k)
	}
	for _, ref := range refs {
		if !seen[ref] {
			t.Errorf("the refusal of %s was lost", ref)
		}
	}
}

// A record that was merged, into one that was merged or deleted in its turn.
func TestSalesforceMergesAndDeletes(t *testing.T) {
	a, org := salesforceAndOrg(t, sandbox.Options{}, "Birthdate")
	var refs []contact.Ref
	for i := range 6 {
		refs = append(refs, contact.Ref{Processor: "salesforce", Object: "Contact", ID: org.Insert("Contact", map[string]any{"LastName": "Canary", "Email": address(i)})})
	}
	mark := marked(t, a)
	org.Merge("Contact", refs[1].ID, refs[0].ID)
	org.Merge("Contact", refs[2].ID, refs[1].ID)
	org.Merge("Contact", refs[4].ID, refs[3].ID)
	org.Remove("Contact", refs[4].ID)
	org.Remove("Contact", refs[5].ID)
	org.Undelete("Contact", refs[5].ID)
	a.Settle()
	seen, gone, _ := since(t, a, mark)
	if len(seen) != 2 || !slices.Equal(seen[refs[2]].Aliases, inOrder(refs[:2])) {
		t.Errorf("%d contacts; aliases of the last survivor %v", len(seen), seen[refs[2]].Aliases)
	}
	if _, back := seen[refs[5]]; !back {
		t.Errorf("%s was restored, and is missing", refs[5])
	}
	if !slices.Equal(inOrder(gone), inOrder(refs[3:5])) {
		t.Errorf("gone %v, want %v", gone, refs[3:5])
	}
}

func inOrder(refs []contact.Ref) []contact.Ref {
	return slices.SortedFunc(slices.Values(refs), func(a, b contact.Ref) int {
		if a.String() < b.String() {
			return -1
		}
		return 1
	})
}

// A spent day stops whole reads first and what refusals come by last.
func TestSalesforceDayOfCalls(t *testing.T) {
	a, org := salesforceAndOrg(t, sandbox.Options{DailyCalls: 200}, "Birthdate")
	ref := contact.Ref{Processor: "salesforce", Object: "Contact", ID: org.Insert("Contact", map[string]any{"LastName": "Canary", "Email": address(1)})}
	_, r, err := read(t, a)
	if err != nil {
		t.Fatal(err)
	}
	spend := func(upTo int) {
		for calls(a) < upTo {
			refresh(t, a, ref)
		}
	}
	spend(165)
	if _, _, err := read(t, a); !fault.Is(err, fault.RateLimited) || after(err) == 0 {
		t.Errorf("a whole read after four fifths of the day: %v, free in %s", err, after(err))
	}
	if b, ok := a.Connector.(connectors.Metered).Budget(); !ok || b.Most != 200 || b.Used < 160 || b.Used > calls(a) || b.AsOf.IsZero() {
		t.Errorf("after %d calls: %+v, %v", calls(a), b, ok)
	}
	_, _, mark := since(t, a, r.Mark)
	spend(193)
	if _, _, _, err := changes(t, a, mark); !fault.Is(err, fault.RateLimited) {
		t.Errorf("changes after 95 %% of the day: %v", err)
	}
	refresh(t, a, ref)
	a.Stage.Clock.Advance(26 * time.Hour)
	whole(t, a)
}
