package salesforce

import (
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"strings"
	"testing"
	"time"

	"github.com/lapsed/lapsed/internal/sandbox/kit"
)

// Checklist 37.
func TestConsentAPI(t *testing.T) {
	s := newSite(t)
	individual := s.Insert("Individual", map[string]any{"LastName": "Row", "HasOptedOutTracking": true})
	contact := s.contact("Row", "Email", "row@example.com", "IndividualId", individual)
	lead := s.lead("Row", "Email", "ROW@example.com", "HasOptedOutOfEmail", true)
	converted := s.lead("Done", "IsConverted", true)
	other := s.contact("Other", "Email", "other@example.com")
	ids := strings.Join([]string{contact, lead, converted, other, "003000000000001AAA"}, ",")
	m := s.send("GET", "/consent/multiaction?actions=email,track&ids="+ids, "").ok(200).object()
	read := func(id, key string) string {
		v, _ := m[id].(map[string]any)["proceed"].(map[string]any)[key].(string)
		return v
	}
	equal(t, "most restrictive over the same address", read(contact, "email"), "false")
	equal(t, "by Individual", read(contact, "track"), "false")
	equal(t, "nobody objects", read(other, "email"), "true")
	equal(t, "converted", read(converted, "emailResult"), "CONVERTED_LEAD_IS_INVALID")
	equal(t, "nowhere", read("003000000000001AAA", "emailResult"), "INVALID_ID")
	s.Insert("ContactPointTypeConsent", map[string]any{"PartyId": individual, "ContactPointType": "Email", "PrivacyConsentStatus": "OptOut"})
	s.Update("Lead", lead, map[string]any{"HasOptedOutOfEmail": false})
	m = s.send("GET", "/consent/action/email?ids="+contact, "").ok(200).object()
	equal(t, "consent object", read(contact, "email"), "false")
}

// Checklist 38 and the fault kinds of doc.go.
func TestFaultsWithoutEffect(t *testing.T) {
	for _, tc := range []struct {
		fault  kit.Fault
		status int
		holds  string
	}{
		{kit.Fault{Kind: "status", Status: 502}, 502, "UNKNOWN_EXCEPTION"},
		{kit.Fault{Kind: "html-503"}, 503, "<html>"},
		{kit.Fault{Kind: "empty-array"}, 500, "[]"},
		{kit.Fault{Kind: "empty-array", Status: 200}, 200, "[]"},
		{kit.Fault{Kind: "nonsense"}, 200, "weather"},
		{kit.Fault{Kind: "limit"}, 403, "TotalRequests Limit exceeded."},
		{kit.Fault{Kind: "concurrent"}, 403, "ConcurrentPerOrgLongTxn"},
		{kit.Fault{Kind: "policy-401"}, 401, "not valid for use"},
		{kit.Fault{Kind: "session-401"}, 401, "Session expired or invalid"},
		{kit.Fault{Kind: "two-errors"}, 400, "},{"},
		{kit.Fault{Kind: "redirect"}, 302, ""},
		{kit.Fault{Kind: "empty-body"}, 200, ""},
		{kit.Fault{Kind: "api-disabled"}, 403, "API_DISABLED_FOR_ORG"},
		{kit.Fault{Kind: "lock-row"}, 400, "UNABLE_TO_LOCK_ROW"}, // checklist 30
		{kit.Fault{Kind: "lock-row", Status: 500}, 500, "UNABLE_TO_LOCK_ROW"},
		{kit.Fault{Kind: "validation"}, 400, "FIELD_CUSTOM_VALIDATION_EXCEPTION"},
		{kit.Fault{Kind: "duplicate"}, 400, "DUPLICATES_DETECTED"},
	} {
		t.Run(tc.fault.Kind, func(t *testing.T) {
			s := newSite(t)
			id := s.contact("Row")
			tc.fault.Times, tc.fault.Route = 1, "PATCH /services/data/v{version}/sobjects/{object}/{id}"
			s.fault(tc.fault)
			r := s.send("PATCH", "/sobjects/Contact/"+id, `{"DoNotCall":true}`)
			if r.status != tc.status || !strings.Contains(r.body, tc.holds) {
				t.Fatalf("got %d %s", r.status, r.body)
			}
			equal(t, "no effect", s.field("Contact", id, "DoNotCall"), any(false))
			s.send("PATCH", "/sobjects/Contact/"+id, `{"DoNotCall":true}`).ok(204)
		})
	}
}

// Checklist 38: lost connections, late errors, cut and slow answers.
func TestFaultsOnTheLine(t *testing.T) {
	s := newSite(t)
	id := s.contact("Row")
	path := "/sobjects/Contact/" + id
	s.fault(kit.Fault{Kind: "drop-before", Times: 1})
	if _, err := s.try("PATCH", path, `{"Title":"1"}`); err == nil {
		t.Fatal("no reset")
	}
	equal(t, "not written", s.field("Contact", id, "Title"), nil)
	s.fault(kit.Fault{Kind: "drop-after-commit", Times: 1})
	if _, err := s.try("PATCH", path, `{"Title":"2"}`); err == nil {
		t.Fatal("no reset")
	}
	equal(t, "written", s.field("Contact", id, "Title"), any("2"))
	s.fault(kit.Fault{Kind: "reset-after-commit", Times: 1})
	if _, err := s.try("PATCH", path, `{"Title":"2a"}`); err == nil {
		t.Fatal("no reset")
	}
	equal(t, "written", s.field("Contact", id, "Title"), any("2a"))
	for kind, title := range map[string]any{"hang-before": "2b", "hang-after-commit": "2c"} {
		before := s.field("Contact", id, "Title")
		s.fault(kit.Fault{Kind: kind, Times: 1, Delay: "20ms"})
		began := time.Now()
		if _, err := s.try("PATCH", path, fmt.Sprintf(`{"Title":%q}`, title)); err == nil || time.Since(began) < 20*time.Millisecond {
			t.Fatalf("%s: no silence, or an answer after it", kind)
		}
		if kind == "hang-before" {
			title = before
		}
		equal(t, kind, s.field("Contact", id, "Title"), title)
	}
	s.fault(kit.Fault{Kind: "500-after-commit", Times: 1})
	s.send("PATCH", path, `{"Title":"3"}`).fails(500, "UNKNOWN_EXCEPTION")
	equal(t, "written", s.field("Contact", id, "Title"), any("3"))
	s.fault(kit.Fault{Kind: "truncated", Times: 1})
	if _, err := s.try("GET", path, ""); err == nil {
		t.Fatal("half an answer passed for a whole")
	}
	s.fault(kit.Fault{Kind: "slow", Times: 1, Delay: "30ms"})
	began := time.Now()
	s.send("GET", path, "").ok(200)
	if time.Since(began) < 30*time.Millisecond {
		t.Fatal("the answer wasn't slow")
	}
}

// Faults of queries: an empty answer, and a page whose locator is dead.
func TestFaultyPages(t *testing.T) {
	s := newSite(t)
	for range 700 {
		s.lead("Row")
	}
	s.fault(kit.Fault{Kind: "empty-page", Times: 1})
	p := s.page(q("SELECT Id FROM Lead"))
	if p.TotalSize != 0 || !p.Done || len(p.Records) != 0 {
		t.Fatalf("page %+v", p)
	}
	s.fault(kit.Fault{Kind: "wrong-total", Times: 2})
	equal(t, "total of a page", s.page(q("SELECT Id FROM Lead")).TotalSize, 1401)
	equal(t, "count", s.page(q("SELECT COUNT() FROM Lead")).TotalSize, 1401)
	s.fault(kit.Fault{Kind: "hidden-field", Times: 1})
	s.send("GET", q("SELECT Id FROM Lead"), "").fails(400, "INVALID_FIELD")
	s.fault(kit.Fault{Kind: "half-page", Times: 1})
	p = s.page(q("SELECT Id FROM Lead"))
	if p.TotalSize != 700 || p.Done || len(p.Records) != 350 {
		t.Fatalf("%d rows of %d, done %v", len(p.Records), p.TotalSize, p.Done)
	}
	s.send("GET", p.NextRecordsURL, "").fails(400, "INVALID_QUERY_LOCATOR")
	path := "/jobs/query/" + s.job("/jobs/query", `{"operation":"query","query":"SELECT Id FROM Lead"}`)
	s.send("GET", path, "")
	s.send("GET", path, "")
	s.fault(kit.Fault{Route: "/results", Kind: "truncated", Times: 1})
	if _, err := s.try("GET", path+"/results", ""); err == nil {
		t.Fatal("half a result passed for a whole")
	}
	s.fault(kit.Fault{Route: "/results", Kind: "empty-page", Times: 1})
	equal(t, "rows of an emptied result", len(s.send("GET", path+"/results", "").rows()), 1)
}

// Checklist 38: gzip, if the client asks for it.
func TestGzip(t *testing.T) {
	s := newSite(t)
	for range 100 {
		s.lead("Row")
	}
	req, err := http.NewRequest("GET", s.url+"/services/data/v68.0"+q("SELECT Id FROM Lead"), nil)
	if err != nil {
		t.Fatal(err)
	}
	req.Header.Set("Authorization", "Bearer "+s.token)
	resp, err := http.DefaultTransport.RoundTrip(req)
	if err != nil {
		t.Fatal(err)
	}
	defer resp.Body.Close()
	b, err := io.ReadAll(resp.Body)
	if err != nil || !resp.Uncompressed || !json.Valid(b) {
		t.Fatalf("compressed %v, %v", resp.Uncompressed, err)
	}
}

// Checklist 39.
func TestOrganization(t *testing.T) {
	s := newSite(t)
	const soql = "SELECT Id,Name,IsSandbox,InstanceName,OrganizationType,Country,TimeZoneSidKey,LanguageLocaleKey,NamespacePrefix,TrialExpirationDate,IsReadOnly,PreferencesConsentManagementEnabled,PreferencesIndividualAutoCreateEnabled FROM Organization"
	p := s.page(q(soql))
	equal(t, "rows", len(p.Records), 1)
	equal(t, "InstanceName", p.Records[0]["InstanceName"], any("USA744"))
	status := func(key string) response { return s.send("GET", "/v1/instances/"+key+"/status", "") }
	equal(t, "location", status("USA744").ok(200).object()["location"], any("NA"))
	s.SetInstance("DEU12")
	equal(t, "moved", s.page(q(soql)).Records[0]["InstanceName"], any("DEU12"))
	equal(t, "location", status("DEU12").ok(200).object()["location"], any("EMEA"))
	equal(t, "old instance", status("USA744").status, 404)
	id := s.contact("Row")
	s.SetReadOnly(true)
	equal(t, "IsReadOnly", s.page(q(soql)).Records[0]["IsReadOnly"], any(true))
	s.send("PATCH", "/sobjects/Contact/"+id, `{"DoNotCall":true}`).fails(403, "INSUFFICIENT_ACCESS_OR_READONLY")
	s.send("DELETE", "/sobjects/Contact/"+id, "").fails(403, "INSUFFICIENT_ACCESS_OR_READONLY")
	s.SetReadOnly(false)
	s.send("DELETE", "/sobjects/Contact/"+id, "").ok(204)
}

// Checklist 40.
func TestSameSeedSameBytes(t *testing.T) {
	bytes := func(seed uint64) string {
		s := newSite(t, func(o *Options) { o.Seed = seed })
		for range 300 {
			s.lead("Row")
		}
		return s.token + s.send("GET", q("SELECT FIELDS FROM Lead"), "").body +
			s.send("GET", q("SELECT Id, Name, Owner.Name, CreatedDate FROM Lead"), "", "Sforce-Query-Options", "batchSize=200").body
	}
	if a, b := bytes(1), bytes(1); a != b {
		t.Fatal("two orgs of one seed differ")
	}
	if bytes(1) == bytes(2) {
		t.Fatal("two seeds give the same org")
	}
}

// describe and describeGlobal, as far as jsforce reads them.
func TestDescribe(t *testing.T) {
	s := newSite(t)
	s.AddField("Lead", "Newsletter__c", "boolean")
	g := s.send("GET", "/sobjects", "").ok(200).object()
	equal(t, "maxBatchSize", g["maxBatchSize"], any(200.0))
	equal(t, "objects", len(g["sobjects"].([]any)), 26)
	var d struct {
		Name                             string
		Queryable, Updateable, Deletable bool
		Fields                           []struct {
			Name, Type                       string
			Updateable, Filterable, Sortable bool
			Custom                           bool
			ReferenceTo                      []string
		}
	}
	s.send("GET", "/sobjects/lead/describe", "").ok(200).decode(&d)
	if d.Name != "Lead" || !d.Queryable || !d.Updateable || !d.Deletable {
		t.Fatalf("%+v", d)
	}
	for _, f := range d.Fields {
		switch f.Name {
		case "HasOptedOutOfEmail":
			equal(t, "opt-out", []any{f.Type, f.Updateable, f.Filterable, f.Sortable}[3], any(false))
		case "Newsletter__c":
			equal(t, "custom", f.Custom && f.Updateable, true)
		case "ConvertedContactId":
			equal(t, "reference", f.ReferenceTo[0], "Contact")
		case "SystemModstamp":
			equal(t, "stamp", f.Type == "datetime" && !f.Updateable, true)
		}
	}
	// A client that asks for every described field must be answered.
	for _, o := range s.tables {
		var names []string
		for _, f := range s.visible(o) {
			names = append(names, f.name)
		}
		s.send("GET", q("SELECT "+strings.Join(names, ",")+" FROM "+o.name), "").ok(200)
	}
	s.send("GET", "/sobjects/Nope/describe", "").fails(404, "NOT_FOUND")
}

// Numbers, odd strings and addresses travel unharmed.
func TestValues(t *testing.T) {
	s := newSite(t)
	s.Insert("Opportunity", map[string]any{"Name": "Grüße <\"'\\\n>", "Amount": 1234.5, "StageName": "Closed Won", "CloseDate": start})
	r := s.page(q("SELECT Name, Amount, IsClosed, IsWon, CloseDate, CampaignId, Owner.Name FROM Opportunity WHERE Amount >= 1234.50 AND Amount < 2000")).Records[0]
	equal(t, "row", strings.TrimSpace(jsonOf([]any{r["Amount"], r["IsClosed"], r["IsWon"], r["CloseDate"], r["CampaignId"]})), `[1234.5,true,true,"2026-11-24",null]`)
	equal(t, "name", r["Name"], any("Grüße <\"'\\\n>"))
	equal(t, "owner", r["Owner"].(map[string]any)["Name"], any("Sam Seller"))
	equal(t, "found by escapes", s.page(q(`SELECT Id FROM Opportunity WHERE Name = 'gr\u00fc\u00dfe <\"\'\\\n>'`)).TotalSize, 1)
	s.contact("Row", "MailingCity", "Kiel", "MailingCountryCode", "DE")
	a := s.page(q("SELECT MailingAddress, OtherAddress FROM Contact")).Records[0]
	equal(t, "address", a["MailingAddress"].(map[string]any)["countryCode"], any("DE"))
	equal(t, "no address", a["OtherAddress"], nil)
	s.send("PATCH", "/sobjects/Opportunity/"+s.table("Opportunity").idAt(0), `{"Amount":7}`).ok(204)
	equal(t, "amount", s.field("Opportunity", s.table("Opportunity").idAt(0), "Amount"), any(7.0))
}

// The small listings that clients look around in.
func TestListings(t *testing.T) {
	s := newSite(t)
	equal(t, "resources", s.send("GET", "/", "").ok(200).object()["query"], any("/services/data/v68.0/query"))
	s.job("/jobs/query", `{"operation":"query","query":"SELECT Id FROM Lead"}`)
	equal(t, "jobs", len(s.send("GET", "/jobs/query", "").ok(200).object()["records"].([]any)), 1)
	equal(t, "ingest jobs", len(s.send("GET", "/jobs/ingest", "").ok(200).object()["records"].([]any)), 0)
}
