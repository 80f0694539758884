package connectortest

import (
	"net/http/httptest"
	"testing"
	"time"

	"github.com/lapsed/lapsed/connectors"
	"github.com/lapsed/lapsed/connectors/salesforce"
	"github.com/lapsed/lapsed/internal/contact"
	"github.com/lapsed/lapsed/internal/sandbox/kit"
	sandbox "github.com/lapsed/lapsed/internal/sandbox/salesforce"
	"github.com/lapsed/lapsed/internal/secret"
)

func TestSalesforce(t *testing.T) {
	// In bulk each row of other objects goes to the disk, as those of millions do.
	for name, bulkAbove := range map[string]int{"in pages": 0, "in bulk": 1} {
		t.Run(name, func(t *testing.T) { Run(t, salesforceEnv(bulkAbove)) })
	}
}

func salesforceEnv(bulkAbove int) Env {
	return Env{
		Start: func(t *testing.T) Account { return salesforceAccount(t, bulkAbove) },
		Broken: []kit.Fault{
			{Kind: "truncated"}, {Kind: "half-page"}, {Kind: "empty-page"}, {Kind: "empty-array"}, {Kind: "nonsense"}, {Kind: "html-503"},
			{Kind: "drop-before"}, {Kind: "drop-header"}, {Kind: "limit"}, {Kind: "concurrent"}, {Kind: "session-401"}, {Kind: "policy-401"}, {Kind: "redirect"},
			{Kind: "status", Status: 500}, {Kind: "empty-body"}, {Kind: "wrong-total"}, {Kind: "hidden-field"}, {Kind: "reset-after-commit"},
		},
		Lost: []kit.Fault{{Kind: "drop-after-commit"}, {Kind: "500-after-commit"}, {Kind: "reset-after-commit"}, {Kind: "hang-after-commit", Delay: "1ms"}},
		Denied: []kit.Fault{
			{Kind: "status", Status: 400}, {Kind: "status", Status: 403}, {Kind: "status", Status: 404}, {Kind: "status", Status: 500},
			{Kind: "limit"}, {Kind: "policy-401"}, {Kind: "two-errors"}, {Kind: "validation"}, {Kind: "lock-row"}, {Kind: "duplicate"},
			{Kind: "nonsense"}, {Kind: "empty-array"}, {Kind: "redirect"}, {Kind: "html-503"}, {Kind: "drop-before"}, {Kind: "truncated"},
			{Kind: "api-disabled"}, {Kind: "empty-body"},
		},
	}
}

func salesforceAccount(t *testing.T, bulkAbove int) Account {
	t.Helper()
	const object, field = "Contact", "Birthdate"
	topics := [2]string{"Newsletter__c", "Product_news__c"}
	stage := kit.NewStage(opening)
	o := sandbox.New(sandbox.Options{Stage: stage, ClientID: "lapsed", ClientSecret: "not-a-secret", Instance: "USA744", Consent: true})
	for _, f := range topics {
		o.AddField("Lead", f, "boolean")
		o.AddField(object, f, "boolean")
	}
	srv := httptest.NewServer(o)
	t.Cleanup(srv.Close)
	c, err := salesforce.New(salesforce.Options{
		Name: "salesforce", LoginURL: srv.URL, ClientID: secret.New("lapsed"), ClientSecret: secret.New("not-a-secret"),
		Fields: []string{field, "Task.CompletedDateTime", "Case.IsClosed"}, Topics: topics[:], BulkAbove: bulkAbove, Room: bulkAbove, HTTP: unhurried(),
	})
	if err != nil {
		t.Fatal(err)
	}
	return Account{
		Connector: c, Stage: stage, Topics: topics, Region: "US", Field: field,
		Add: func(who Person) contact.Ref {
			fields := map[string]any{"LastName": "Canary", "Email": who.Email, field: "1979-02-03", "HasOptedOutOfEmail": who.OptedOut}
			for _, topic := range who.Topics {
				fields[topic] = true
			}
			return contact.Ref{Processor: "salesforce", Object: object, ID: o.Insert(object, fields)}
		},
		Bin:    func(r contact.Ref) { o.Remove(r.Object, r.ID) },
		Purge:  func(r contact.Ref) { o.Purge(r.Object, r.ID) },
		Merge:  func(winner, loser contact.Ref) { o.Merge(object, winner.ID, loser.ID) },
		Touch:  func(r contact.Ref) { o.Update(r.Object, r.ID, map[string]any{"Title": "Canary"}) },
		Refuse: func(r contact.Ref) { o.Update(r.Object, r.ID, map[string]any{"HasOptedOutOfEmail": true}) },
		Relate: func(r contact.Ref) { o.Insert("Task", map[string]any{"WhoId": r.ID, "Status": "Completed"}) },
		Hide:   func() { o.Hide(object + "." + field) },
		Staff: func(role string) {
			id := o.Insert("User", map[string]any{"LastName": "Canary", "Username": "canary@example.org", "Email": "canary@example.org", "IsActive": true, "UserType": "Standard",
				"UserRoleId": o.Insert("UserRole", map[string]any{"Name": role})})
			o.Insert("PermissionSetAssignment", map[string]any{"AssigneeId": id, "PermissionSetId": o.Insert("PermissionSet", map[string]any{"Name": "Fairs", "Label": "Fairs"})})
		},
		Program: func(name string) {
			o.Insert("OauthToken", map[string]any{"AppName": name, "UserId": o.Insert("User", map[string]any{"LastName": "Canary"})})
		},
		Invent: func(name string, at ...contact.Ref) string {
			name += "__c"
			o.AddField(object, name, "double")
			for _, r := range at {
				o.Update(r.Object, r.ID, map[string]any{name: 41})
			}
			return object + "." + name
		},
		Forbid: func(p connectors.Part) {
			if p == connectors.PartFields {
				o.AddField(object, "Story__c", "textarea:32000")
			}
			o.Adjust(func(c *sandbox.Conduct) {
				c.NoViewSetup, c.NoCustomize = c.NoViewSetup || p == connectors.PartUsers, c.NoCustomize || p == connectors.PartApps
			})
		},
		Settle: func() { stage.Clock.Advance(5 * time.Minute) },
		Look: func(r contact.Ref) Truth {
			fields, state := o.Get(r.Object, r.ID)
			out := Truth{Live: state == "live", OptedOut: fields["HasOptedOutOfEmail"] == true}
			for _, topic := range topics {
				if fields[topic] == true {
					out.Topics = append(out.Topics, topic)
				}
			}
			return out
		},
	}
}
