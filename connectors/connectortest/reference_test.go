package connectortest

import (
	"net/http/httptest"
	"testing"

	"github.com/lapsed/lapsed/connectors/salesforce"
	"github.com/lapsed/lapsed/internal/sandbox/kit"
	sandbox "github.com/lapsed/lapsed/internal/sandbox/salesforce"
	"github.com/lapsed/lapsed/internal/secret"
	"github.com/lapsed/lapsed/policy"
)

// A plain org shows all that the published policy needs; people are of both
// objects, and each shows what it should.
func TestSalesforceShowsWhatTheReferencePolicyNeeds(t *testing.T) {
	doc, _, problems := policy.Parse("reference.yaml", policy.Reference)
	if err := problems.Err(); err != nil {
		t.Fatal(err)
	}
	fields, topics := doc.Needs("salesforce", salesforce.Catalogue())
	stage := kit.NewStage(opening)
	o := sandbox.New(sandbox.Options{Stage: stage, ClientID: "lapsed", ClientSecret: "not-a-secret", Instance: "USA744", Consent: true})
	for _, f := range topics {
		o.AddField("Lead", f, "boolean")
		o.AddField("Contact", f, "boolean")
	}
	srv := httptest.NewServer(o)
	t.Cleanup(srv.Close)
	c, err := salesforce.New(salesforce.Options{
		Name: "salesforce", LoginURL: srv.URL, ClientID: secret.New("lapsed"), ClientSecret: secret.New("not-a-secret"),
		Fields: fields, Topics: topics, HTTP: unhurried(),
	})
	if err != nil {
		t.Fatal(err)
	}
	d, err := c.Describe(t.Context())
	if err != nil || len(d.Unreadable)+len(d.Missing) > 0 {
		t.Errorf("unreadable %v, missing %v, %v", d.Unreadable, d.Missing, err)
	}
	o.Insert("Lead", map[string]any{"LastName": "Canary", "Company": "Canary School", "Email": address(1)})
	o.Insert("Contact", map[string]any{"LastName": "Canary", "Email": address(2)})
	a := Account{Connector: c, Stage: stage}
	seen := whole(t, a)
	if len(seen) != 2 {
		t.Errorf("%d records of 2", len(seen))
	}
	for ref, k := range seen {
		if len(k.Unreadable) > 0 {
			t.Errorf("%s: unreadable %v", ref, k.Unreadable)
		}
		if again := refresh(t, a, ref); len(again[0].Unreadable) > 0 {
			t.Errorf("%s re-read: unreadable %v", ref, again[0].Unreadable)
		}
	}
}
