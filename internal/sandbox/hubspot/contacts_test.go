package hubspot

import (
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"
)

// Line 5.
func TestVersions(t *testing.T) {
	b := newBench(t)
	id := b.person("ann@example.com")
	for _, path := range []string{
		contacts + "/" + id, "/crm/objects/2026-03/contacts/" + id, "/crm/v3/objects/contacts/" + id,
		"/crm/objects/2026-09/0-1/" + id, "/crm/v3/objects/0-1/" + id,
	} {
		if g := b.get(path).want(200); g.at("id") != id {
			t.Errorf("%s: %s", path, g.text)
		}
	}
	b.get("/crm/v3/properties/contacts").want(200)
	b.get("/account-info/v3/details").want(200)
	b.post("/crm/v4/associations/contacts/deals/batch/read", map[string]any{"inputs": inputs(id)}).want(200)
	b.get("/communication-preferences/v4/definitions").want(200)
	for _, path := range []string{"/contacts/v1/lists", "/contacts/v1/lists/all/contacts/all", "/crm/objects/2027-03/contacts", "/crm/v4/objects/contacts", "/crm/objects/v3/contacts", "/crm/2026-09/objects/contacts"} {
		b.get(path).want(404)
	}
}

// Line 6.
func TestList(t *testing.T) {
	b := newBench(t)
	var want []string
	for i := range 25 {
		want = append(want, b.person(fmt.Sprintf("p%02d@example.com", i)))
	}
	g := b.get(contacts).want(200)
	if got := g.ids(); !slices.Equal(got, want[:10]) {
		t.Errorf("first page %v, want %v", got, want[:10])
	}
	if link := g.at("paging", "next", "link").(string); strings.HasPrefix(link, b.url) || strings.Contains(link, "2026-09") {
		t.Errorf("link %q leads back here", link)
	}
	var all []string
	for after := ""; ; {
		g = b.get(contacts + "?limit=9&after=" + after).want(200)
		all = append(all, g.ids()...)
		if g.at("paging") == nil {
			break
		}
		after = g.at("paging", "next", "after").(string)
	}
	if !slices.Equal(all, want) {
		t.Errorf("whole list %v, want %v", all, want)
	}
	b.get(contacts + "?limit=100").want(200)
	for _, limit := range []string{"101", "0", "x"} {
		b.get(contacts+"?limit="+limit).want(400, "VALIDATION_ERROR")
	}
	b.Switch(func(s *Switches) { s.OverLimitIsCapped = true })
	b.get(contacts + "?limit=101").want(200)
}

// Line 7.
func TestListArchived(t *testing.T) {
	b := newBench(t)
	kept, gone := b.person("ann@example.com"), b.person("bob@example.com")
	b.Archive(gone)
	if g := b.get(contacts); !slices.Equal(g.ids(), []string{kept}) {
		t.Errorf("live %v", g.ids())
	}
	g := b.get(contacts + "?archived=true").want(200)
	if !slices.Equal(g.ids(), []string{gone}) || g.at("results", 0, "archived") != true || g.at("results", 0, "archivedAt") == nil {
		t.Errorf("archived %s", g.text)
	}
	b.pass(90 * 24 * time.Hour)
	if g = b.get(contacts + "?archived=true"); len(g.rows()) != 0 {
		t.Errorf("after 90 days %s", g.text)
	}
	if _, state := b.Get(gone); state != "absent" {
		t.Errorf("state %s", state)
	}
}

// Line 8.
func TestValues(t *testing.T) {
	b := newBench(t)
	id := b.Insert(Contact{Created: start.Add(-time.Hour), Properties: map[string]string{
		"email": "ann@example.com", "firstname": "Ann \"Æ\"", "num_conversion_events": "3", "hs_email_quarantined": "false",
	}})
	g := b.get(contacts + "/" + id).want(200)
	props := g.at("properties").(map[string]any)
	if len(props) != 6 || props["lastname"] != nil || props["firstname"] != "Ann \"Æ\"" || props["createdate"] != "2026-11-24T08:00:00.000Z" {
		t.Errorf("default set %v", props)
	}
	for _, query := range []string{"properties=nonsense,num_conversion_events,hs_additional_emails", "properties=nonsense&properties=num_conversion_events&properties=hs_additional_emails"} {
		props = b.get(contacts + "/" + id + "?" + query).at("properties").(map[string]any)
		if _, there := props["nonsense"]; there || props["num_conversion_events"] != "3" {
			t.Errorf("%s: %v", query, props)
		}
		if v, there := props["hs_additional_emails"]; !there || v != nil {
			t.Errorf("%s: an empty property must be null: %v", query, props)
		}
	}
	b.RemoveProperty("num_conversion_events")
	if _, there := b.get(contacts + "/" + id + "?properties=num_conversion_events").at("properties").(map[string]any)["num_conversion_events"]; there {
		t.Error("a removed property still answers")
	}
}

// Line 9.
func TestLongURL(t *testing.T) {
	b := newBench(t)
	g := b.get(contacts + "?properties=" + strings.Repeat("x,", 4096)).want(414)
	if !strings.HasPrefix(g.text, "<html>") || g.header.Get("Content-Type") != typeHTML {
		t.Errorf("body %q", g.text)
	}
}

// Line 10.
func TestHistory(t *testing.T) {
	b := newBench(t)
	id := b.person("ann@example.com", "lifecyclestage", "lead")
	b.pass(time.Hour)
	b.Set(id, map[string]string{"lifecyclestage": "customer"})
	b.get(contacts+"?limit=51&propertiesWithHistory=lifecyclestage").want(400, "VALIDATION_ERROR")
	g := b.get(contacts + "?limit=50&propertiesWithHistory=lifecyclestage").want(200)
	h := []any{"results", 0, "propertiesWithHistory", "lifecyclestage"}
	if g.at(append(h, 0, "value")...) != "customer" || g.at(append(h, 1, "value")...) != "lead" || g.at(append(h, 0, "sourceType")...) != "CRM_UI" {
		t.Errorf("history %s", g.text)
	}
	if g.at(append(h, 0, "timestamp")...).(string) <= g.at(append(h, 1, "timestamp")...).(string) {
		t.Errorf("history is not newest first: %s", g.text)
	}
}

// Line 11.
func TestBatchRead(t *testing.T) {
	b := newBench(t)
	ann, bob := b.person("ann@example.com", "hs_additional_emails", "ann@example.org"), b.person("bob@example.com")
	read := func(body map[string]any) got { return b.post(contacts+"/batch/read", body) }
	g := read(map[string]any{"inputs": inputs(bob, ann), "properties": []string{"email"}}).want(200)
	if !slices.Equal(g.ids(), []string{ann, bob}) || g.at("status") != "COMPLETE" || g.at("errors") != nil {
		t.Errorf("batch %s", g.text)
	}
	g = read(map[string]any{"inputs": inputs(ann, "999")}).want(207)
	if g.at("numErrors") != 1.0 || g.at("errors", 0, "category") != "OBJECT_NOT_FOUND" || g.at("errors", 0, "context", "ids", 0) != "999" {
		t.Errorf("batch %s", g.text)
	}
	read(map[string]any{"inputs": inputs(slices.Repeat([]string{ann}, 101)...)}).want(400, "VALIDATION_ERROR")
	byMail := map[string]any{"inputs": inputs("ANN@example.com", "ann@example.org"), "idProperty": "email"}
	if g = read(byMail).want(207); g.at("errors", 0, "context", "ids", 0) != "ann@example.org" || g.ids()[0] != ann {
		t.Errorf("batch %s", g.text)
	}
	b.Switch(func(s *Switches) { s.AdditionalByEmail = true })
	read(byMail).want(200)
	b.Archive(bob)
	read(map[string]any{"inputs": inputs(bob)}).want(207)
	if g = b.post(contacts+"/batch/read?archived=true", map[string]any{"inputs": inputs(bob)}).want(200); g.at("results", 0, "archivedAt") == nil {
		t.Errorf("archived %s", g.text)
	}
}

// Lines 12 and 28.
func TestMerge(t *testing.T) {
	for _, mint := range []bool{false, true} {
		b := newBench(t)
		b.Define(11, "News")
		b.Switch(func(s *Switches) { s.MergeMints = mint })
		ann, twin := b.person("ann@example.com"), b.person("ann@example.org", "phone", "+47 5550100")
		b.OptOut("ann@example.org")
		b.pass(2 * time.Minute)
		survivor := b.Merge(ann, twin)
		if (survivor == ann) == mint {
			t.Errorf("survivor %s of %s with minting %v", survivor, ann, mint)
		}
		g := b.get(contacts + "/" + twin + "?properties=hs_merged_object_ids,hs_additional_emails,hs_email_optout,phone").want(200)
		props := g.at("properties").(map[string]any)
		if g.at("id") != survivor || !strings.Contains(props["hs_merged_object_ids"].(string), twin) || props["hs_additional_emails"] != "ann@example.org" || props["phone"] != "+47 5550100" {
			t.Errorf("survivor %s", g.text)
		}
		if props["hs_email_optout"] == "true" {
			t.Error("the absorbed address's opt-out came along; the primary's rules")
		}
		if g = b.post(contacts+"/batch/read", map[string]any{"inputs": inputs(twin)}).want(200); g.ids()[0] != survivor {
			t.Errorf("batch %s", g.text)
		}
		if g = b.get(contacts); !slices.Equal(g.ids(), []string{survivor}) {
			t.Errorf("list %v", g.ids())
		}
		if g = b.get(contacts + "?archived=true"); len(g.rows()) != 0 {
			t.Errorf("a merge left an archived record: %s", g.text)
		}
		b.Switch(func(s *Switches) { s.AbsorbedGone = true })
		b.get(contacts+"/"+twin).want(404, "OBJECT_NOT_FOUND")
	}
}

// Line 20.
func TestModified(t *testing.T) {
	b := newBench(t)
	list := b.AddList("news", Manual)
	id := b.Insert(Contact{Properties: map[string]string{"email": "ann@example.com", "recent_conversion_date": "2025-01-01T00:00:00.000Z"}, Created: start.AddDate(-1, 0, 0)})
	read := func() (string, string) {
		g := b.post(contacts+"/batch/read", map[string]any{"inputs": inputs(id), "properties": []string{"hs_lastmodifieddate", "recent_conversion_date", "notes_last_updated"}})
		if g.at("results", 0, "properties", "recent_conversion_date") != "2025-01-01T00:00:00.000Z" || g.at("results", 0, "properties", "notes_last_updated") != nil {
			t.Errorf("an activity moved: %s", g.text)
		}
		if g.at("results", 0, "properties", "lastmodifieddate") != g.at("results", 0, "updatedAt") {
			t.Errorf("updatedAt differs: %s", g.text)
		}
		return g.at("results", 0, "properties", "lastmodifieddate").(string), g.at("results", 0, "properties", "hs_lastmodifieddate").(string)
	}
	before, _ := read()
	if before != "2025-11-24T09:00:00.000Z" {
		t.Errorf("a contact from last year was modified at %s", before)
	}
	b.json("PUT", "/crm/lists/2026-09/"+list+"/memberships/add", []string{id}).want(200)
	for name, write := range map[string]func(){
		"set":   func() { b.Set(id, map[string]string{"city": "Oslo"}) },
		"patch": func() { b.json("PATCH", contacts+"/"+id, `{"properties":{"city":"Bergen"}}`).want(200) },
		"leave": func() {
			b.json("PUT", "/crm/lists/2026-09/"+list+"/memberships/remove", []string{id}).want(200)
		},
		"unsubscribe": func() { b.OptOut("ann@example.com"); b.pass(time.Minute) },
	} {
		before, _ := read()
		b.pass(time.Second)
		write()
		after, too := read()
		if after <= before || too != after {
			t.Errorf("%s moved lastmodifieddate from %s to %s, hs_ to %s", name, before, after, too)
		}
	}
	before, _ = read()
	b.pass(time.Second)
	b.Archive(id)
	g := b.get(contacts + "/" + id + "?archived=true").want(200)
	if g.at("updatedAt") != before || g.at("archivedAt").(string) <= before {
		t.Errorf("archive: %s", g.text)
	}
}

// Line 22.
func TestReadOnly(t *testing.T) {
	b := newBench(t)
	id := b.person("ann@example.com")
	g := b.json("PATCH", contacts+"/"+id, `{"properties":{"hs_email_optout":"true"}}`).want(400, "VALIDATION_ERROR")
	if g.at("errors", 0, "code") != "READ_ONLY_VALUE" {
		t.Errorf("answer %s", g.text)
	}
	g = b.json("PATCH", contacts+"/"+id, `{"properties":{"nonsense":"1"}}`).want(400, "VALIDATION_ERROR")
	if g.at("errors", 0, "code") != "PROPERTY_DOESNT_EXIST" || b.forbidden() != 0 {
		t.Errorf("answer %s", g.text)
	}
	b.json("PATCH", contacts+"/"+id, `{"properties":{"city":"Oslo"}}`).want(200)
	if c := b.lastChange(); c.Verb != "update" || !c.Forbidden {
		t.Errorf("change %+v", c)
	}
}

// Line 37.
func TestSensitive(t *testing.T) {
	b := newBench(t)
	b.DefineSensitive("union", "string", Sensitive)
	b.DefineSensitive("health", "string", HighlySensitive)
	b.DefineProperty("shoe_size", "number")
	id := b.person("ann@example.com", "union", "yes", "health", "well", "shoe_size", "40")
	names := func(query string) []string {
		g := b.get("/crm/properties/2026-09/contacts" + query).want(200)
		var out []string
		for i := range g.rows() {
			out = append(out, g.at("results", i, "name").(string))
		}
		return out
	}
	plain := names("")
	if slices.Contains(plain, "union") || slices.Contains(plain, "health") || !slices.Contains(plain, "shoe_size") || !slices.Contains(plain, "hs_additional_emails") {
		t.Errorf("default listing %v", plain)
	}
	if got := names("?dataSensitivity=sensitive"); !slices.Equal(got, []string{"union"}) {
		t.Errorf("sensitive %v", got)
	}
	if got := names("?dataSensitivity=highly_sensitive"); !slices.Equal(got, []string{"health"}) {
		t.Errorf("highly sensitive %v", got)
	}
	query := contacts + "/" + id + "?properties=union,health,shoe_size"
	if g := b.get(query); g.at("properties", "union") != "yes" || g.at("properties", "health") != "well" {
		t.Errorf("with the scopes: %s", g.text)
	}
	b.AddToken("narrow", "crm.objects.contacts.read")
	b.token = "narrow"
	g := b.get(query)
	props := g.at("properties").(map[string]any)
	if _, there := props["union"]; there || props["shoe_size"] != "40" {
		t.Errorf("without the scopes: %s", g.text)
	}
}

func TestPropertyDefinition(t *testing.T) {
	b := newBench(t)
	b.Define(4711, "News")
	g := b.get("/crm/properties/2026-09/contacts/hs_email_optout_4711").want(200)
	if g.at("type") != "enumeration" || g.at("modificationMetadata", "readOnlyValue") != true {
		t.Errorf("definition %s", g.text)
	}
	if g = b.get("/crm/properties/2026-09/contacts/date_of_birth"); g.at("type") != "string" {
		t.Errorf("date_of_birth %s", g.text)
	}
	b.get("/crm/properties/2026-09/contacts/nonsense").want(404)
}
