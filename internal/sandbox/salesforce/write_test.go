package salesforce

import (
	"fmt"
	"net/http"
	"strings"
	"testing"
	"time"

	"github.com/lapsed/lapsed/internal/sandbox/kit"
)

// verbs lists the book's changes as "verb topic", forbidden ones with a bang.
func (s *site) verbs() string {
	var list []string
	for _, c := range s.stage.Book.Changes() {
		v := strings.TrimSpace(c.Verb + " " + c.Topic)
		if c.Forbidden {
			v += "!"
		}
		list = append(list, v)
	}
	return strings.Join(list, ", ")
}

// Checklist 19.
func TestIDs(t *testing.T) {
	s := newSite(t)
	for object, prefix := range map[string]string{"Lead": "00Q", "Contact": "003", "Account": "001", "CampaignMember": "00v", "Campaign": "701", "Case": "500",
		"Opportunity": "006", "OpportunityContactRole": "00K", "Task": "00T", "Event": "00U", "EmailMessage": "02s", "Individual": "0PK", "Contract": "800", "Order": "801", "User": "005"} {
		a, b := s.Insert(object, nil), s.Insert(object, nil)
		if a[:3] != prefix || len(a) != 18 || a >= b {
			t.Fatalf("%s has ids %s, %s", object, a, b)
		}
		if full, ok := canonical(a[:15]); !ok || full != a {
			t.Fatalf("%s: checksum of %s", object, a)
		}
		s.send("GET", "/sobjects/"+object+"/"+a[:15], "").ok(200)
	}
	// Published pairs of 15 and 18 characters.
	for short, sum := range map[string]string{"00Dxx0000001gPL": "EAY", "005xx000001Sv6A": "AAS"} {
		equal(t, short, checksum(short), sum)
	}
	s.send("GET", "/sobjects/Lead/nonsense", "").fails(400, "MALFORMED_ID")
}

// Checklist 20.
func TestPatch(t *testing.T) {
	s := newSite(t)
	s.AddField("Lead", "Newsletter__c", "boolean")
	id, gone := s.lead("Row", "Newsletter__c", true), s.lead("Gone")
	s.Remove("Lead", gone)
	path := "/sobjects/Lead/" + id
	h := []string{"Sforce-Auto-Assign", "FALSE"}
	equal(t, "body", s.send("PATCH", path, `{"HasOptedOutOfEmail":true}`, h...).ok(204).body, "")
	equal(t, "flag", s.field("Lead", id, "HasOptedOutOfEmail"), any(true))
	s.send("PATCH", path, `{"hasoptedoutofemail":true}`, h...).ok(204) // no change: not in the book
	s.send("PATCH", path, `{"Newsletter__c":false}`, h...).ok(204)
	s.send("PATCH", path, `{"Newsletter__c":true,"HasOptedOutOfEmail":null,"Title":"x"}`, h...).ok(204)
	equal(t, "book", s.verbs(), "unsubscribe, unsubscribe Newsletter__c, resubscribe!, resubscribe Newsletter__c!, update Title!")
	for body, code := range map[string]string{
		`{"Nope":1}`: "INVALID_FIELD", `{"CreatedDate":null}`: "INVALID_FIELD_FOR_INSERT_UPDATE", `{"HasOptedOutOfEmail":"true"}`: "JSON_PARSER_ERROR",
		`{"LastName":null}`: "REQUIRED_FIELD_MISSING", `{"Email":"nobody"}`: "INVALID_EMAIL_ADDRESS", `{"City":"` + strings.Repeat("x", 41) + `"}`: "STRING_TOO_LONG",
		`{`: "JSON_PARSER_ERROR", `{"Id":"` + id + `"}`: "INVALID_FIELD_FOR_INSERT_UPDATE",
	} {
		s.send("PATCH", path, body, h...).fails(400, code)
	}
	s.send("PATCH", "/sobjects/Lead/"+gone, `{"HasOptedOutOfEmail":true}`).fails(404, "ENTITY_IS_DELETED")
	s.send("PATCH", "/sobjects/Lead/00Q000000000001", `{"HasOptedOutOfEmail":true}`).fails(404, "NOT_FOUND")
	s.send("PATCH", "/sobjects/Nope/"+id, `{}`).fails(404, "NOT_FOUND")
	s.send("PATCH", "/sobjects/User/"+s.users.staff, `{"Email":null}`).fails(403, "INSUFFICIENT_ACCESS")
	s.send("POST", "/sobjects/Lead", `{"LastName":"New"}`).fails(400, "REQUIRED_FIELD_MISSING")
	s.send("POST", "/sobjects/Lead", `{"LastName":"New","Company":"x","Status":"Open"}`).ok(201)
	if v := s.verbs(); !strings.HasSuffix(v, ", create!") {
		t.Fatalf("book: %s", v)
	}
}

// Checklist 21.
func TestAssignmentRule(t *testing.T) {
	s := newSite(t)
	id := s.lead("Row")
	s.send("PATCH", "/sobjects/Lead/"+id, `{"HasOptedOutOfEmail":true}`, "Sforce-Auto-Assign", "FALSE").ok(204)
	equal(t, "owner", s.field("Lead", id, "OwnerId"), any(s.users.staff))
	s.send("PATCH", "/sobjects/Lead/"+id, `{"HasOptedOutOfEmail":true}`).ok(204)
	equal(t, "owner", s.field("Lead", id, "OwnerId"), any(s.users.queue))
	equal(t, "book", s.verbs(), "unsubscribe, update OwnerId!")
}

// Checklist 22.
func TestValidationAndDuplicateRules(t *testing.T) {
	s := newSite(t)
	id := s.lead("Row")
	s.Mark("Lead", id, FailsRule)
	r := s.send("PATCH", "/sobjects/Lead/"+id, `{"DoNotCall":true}`)
	r.fails(400, "FIELD_CUSTOM_VALIDATION_EXCEPTION")
	equal(t, "entries", len(r.list()), 2)
	s.Mark("Lead", id, IsDuplicate)
	r = s.send("PATCH", "/sobjects/Lead/"+id, `{"DoNotCall":true}`)
	r.fails(400, "DUPLICATES_DETECTED")
	if m := r.list()[0]["duplicateResult"].(map[string]any); m["allowSave"] != true {
		t.Fatalf("duplicateResult %v", m)
	}
	equal(t, "nothing written", s.field("Lead", id, "DoNotCall"), any(false))
	s.send("PATCH", "/sobjects/Lead/"+id, `{"DoNotCall":true}`, "Sforce-Duplicate-Rule-Header", "allowSave=true; includeRecordDetails=false").ok(204)
}

// Checklist 23.
func TestIfUnmodifiedSince(t *testing.T) {
	s := newSite(t)
	id := s.contact("Row")
	s.advance(time.Hour)
	old, now := start.Add(-time.Second).Format(http.TimeFormat), start.Add(time.Minute).Format(http.TimeFormat)
	s.send("PATCH", "/sobjects/Contact/"+id, `{"DoNotCall":true}`, "If-Unmodified-Since", old).ok(412)
	s.send("PATCH", "/sobjects/Contact/"+id, `{"DoNotCall":true}`, "If-Unmodified-Since", "soon").ok(400)
	s.send("PATCH", "/sobjects/Contact/"+id, `{"DoNotCall":true}`, "If-Unmodified-Since", now).ok(204)
	s.send("DELETE", "/sobjects/Contact/"+id, "", "If-Unmodified-Since", old).ok(204)
}

// Checklist 24.
func TestCollections(t *testing.T) {
	s := newSite(t)
	a, b, gone := s.lead("A"), s.contact("B"), s.contact("Gone")
	s.Remove("Contact", gone)
	body := func(allOrNone bool) string {
		rec := func(object, id string) map[string]any {
			return map[string]any{"attributes": map[string]string{"type": object}, "id": id, "HasOptedOutOfEmail": true}
		}
		return jsonOf(map[string]any{"allOrNone": allOrNone, "records": []any{rec("Lead", a), rec("Contact", gone), rec("Contact", b), rec("Contact", "003000000000001AAA"), rec("Lead", "x")}})
	}
	codes := func(r response) string {
		var list []string
		for _, e := range r.ok(200).list() {
			errs := e["errors"].([]any)
			if len(errs) == 0 {
				list = append(list, e["id"].(string)[:3])
				continue
			}
			if e["id"] != nil {
				t.Fatal("a failed entry has an id")
			}
			list = append(list, errs[0].(map[string]any)["statusCode"].(string))
		}
		return strings.Join(list, " ")
	}
	rolled := codes(s.send("PATCH", "/composite/sobjects", body(true)))
	equal(t, "allOrNone", rolled, "ALL_OR_NONE_OPERATION_ROLLED_BACK ENTITY_IS_DELETED ALL_OR_NONE_OPERATION_ROLLED_BACK INVALID_CROSS_REFERENCE_KEY MALFORMED_ID")
	equal(t, "rolled back", s.field("Lead", a, "HasOptedOutOfEmail"), any(false))
	equal(t, "book", s.verbs(), "")
	equal(t, "mixed", codes(s.send("PATCH", "/composite/sobjects", body(false), "Sforce-Auto-Assign", "false")), "00Q ENTITY_IS_DELETED 003 INVALID_CROSS_REFERENCE_KEY MALFORMED_ID")
	equal(t, "book", s.verbs(), "unsubscribe, unsubscribe")

	rows := s.send("POST", "/composite/sobjects/Contact", jsonOf(map[string]any{"ids": []string{gone, b, "003000000000001AAA"}, "fields": []string{"LastName"}})).ok(200)
	if !strings.HasPrefix(rows.body, "[null,{") || !strings.HasSuffix(rows.body, ",null]") || !strings.Contains(rows.body, `"LastName":"B"`) {
		t.Fatalf("rows %s", rows.body)
	}
	equal(t, "rollback of deletes", codes(s.send("DELETE", "/composite/sobjects?allOrNone=true&ids="+a+","+gone, "")), "ALL_OR_NONE_OPERATION_ROLLED_BACK ENTITY_IS_DELETED")
	s.state("Lead", a, "live")
	equal(t, "deletes", codes(s.send("DELETE", "/composite/sobjects?ids="+a+","+gone+","+b, "")), "00Q ENTITY_IS_DELETED 003")
	s.state("Lead", a, "binned")
	s.send("DELETE", "/composite/sobjects?ids="+strings.TrimSuffix(strings.Repeat(a+",", 201), ","), "").fails(400, "EXCEEDED_ID_LIMIT")
	ids := make([]string, 2001)
	s.send("POST", "/composite/sobjects/Lead", jsonOf(map[string]any{"ids": ids, "fields": []string{"Id"}})).fails(400, "EXCEEDED_ID_LIMIT")
}

// Composite: inner failures leave the outer answer 200.
func TestComposite(t *testing.T) {
	s := newSite(t)
	s.lead("Row", "Email", "row@example.com")
	sub := func(n int, url string) string {
		parts := make([]part, n)
		for i := range parts {
			parts[i] = part{"GET", url, fmt.Sprint("r", i)}
		}
		return jsonOf(map[string]any{"compositeRequest": parts})
	}
	find := "/services/data/v68.0" + q("SELECT Id FROM Lead WHERE Email = 'row@example.com'")
	var got struct{ CompositeResponse []partAnswer }
	s.send("POST", "/composite", sub(5, find)).ok(200).decode(&got)
	equal(t, "parts", len(got.CompositeResponse), 5)
	equal(t, "reference", got.CompositeResponse[4].Ref, "r4")
	if !strings.Contains(string(got.CompositeResponse[4].Body), `"totalSize":1`) {
		t.Fatalf("body %s", got.CompositeResponse[4].Body)
	}
	s.send("POST", "/composite", sub(1, "/services/data/v68.0/query?q=SELECT")).ok(200).decode(&got)
	equal(t, "inner status", got.CompositeResponse[0].Status, 400)
	s.send("POST", "/composite", sub(6, find)).fails(400, "LIMIT_EXCEEDED")
	s.Adjust(func(c *Conduct) { c.CompositeQueries = 25 })
	s.send("POST", "/composite", sub(25, find)).ok(200)
	s.send("POST", "/composite", sub(26, find)).fails(400, "LIMIT_EXCEEDED")
}

// Checklist 18.
func TestLimits(t *testing.T) {
	s := newSite(t, func(o *Options) { o.DailyCalls = 10 })
	for i := 1; i <= 10; i++ {
		r := s.send("GET", "/limits", "").ok(200)
		equal(t, "header", r.header.Get("Sforce-Limit-Info"), fmt.Sprintf("api-usage=%d/10", i))
		m := r.object()["DailyApiRequests"].(map[string]any)
		equal(t, "body", m["Remaining"], any(float64(10-i)))
	}
	r := s.send("GET", "/sobjects", "")
	r.fails(403, "REQUEST_LIMIT_EXCEEDED")
	equal(t, "message", r.list()[0]["message"], any("TotalRequests Limit exceeded."))
	s.advance(23 * time.Hour)
	s.login()
	s.send("GET", "/limits", "").fails(403, "REQUEST_LIMIT_EXCEEDED")
	s.advance(time.Hour)
	s.send("GET", "/limits", "").ok(200)
}

// Checklist 18: the 26th call that is held open is refused.
func TestTooManyLongCalls(t *testing.T) {
	s := newSite(t)
	s.mu.Lock()
	s.slow = 25
	s.mu.Unlock()
	s.fault(kit.Fault{Kind: "slow", Delay: "1ms"})
	r := s.send("GET", "/limits", "")
	r.fails(403, "REQUEST_LIMIT_EXCEEDED")
	if !strings.Contains(r.body, "ConcurrentPerOrgLongTxn") {
		t.Fatalf("message %s", r.body)
	}
}
