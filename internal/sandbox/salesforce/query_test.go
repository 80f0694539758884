package salesforce

import (
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/lapsed/lapsed/internal/sandbox/kit"
)

// Checklist 8.
func TestPages(t *testing.T) {
	s := newSite(t)
	for i := range 1501 {
		s.lead(fmt.Sprint(i))
	}
	p := s.page(q("SELECT Id FROM Lead"))
	equal(t, "rows of one page", len(p.Records), 1501)
	equal(t, "done", p.Done, true)
	equal(t, "next", p.NextRecordsURL, "")

	seen, short := map[any]bool{}, 0
	p = s.page(q("SELECT Id, LastName FROM Lead"), "Sforce-Query-Options", "batchSize=10")
	for {
		for _, r := range p.Records {
			seen[r["Id"]] = true
		}
		equal(t, "totalSize", p.TotalSize, 1501)
		equal(t, "done", p.Done, p.NextRecordsURL == "")
		if p.Done {
			break
		}
		if len(p.Records) > 200 {
			t.Fatalf("%d rows in a page of 200", len(p.Records))
		}
		if len(p.Records) < 200 {
			short++
		}
		if !strings.HasPrefix(p.NextRecordsURL, "/services/data/v68.0/query/0r8") {
			t.Fatalf("nextRecordsUrl %q", p.NextRecordsURL)
		}
		p = s.page(p.NextRecordsURL)
	}
	equal(t, "rows", len(seen), 1501)
	if short == 0 {
		t.Fatal("no page was shorter than asked for")
	}
	p = s.page(q("SELECT Id, Street, Description FROM Lead"))
	if len(p.Records) > 200 {
		t.Fatalf("%d rows with two long texts", len(p.Records))
	}
}

// Checklist 9.
func TestLocatorExpires(t *testing.T) {
	s := newSite(t)
	for range 300 {
		s.lead("Row")
	}
	next := s.page(q("SELECT Id FROM Lead"), "Sforce-Query-Options", "batchSize=200").NextRecordsURL
	s.advance(47 * time.Hour)
	s.login()
	s.send("GET", next, "").ok(200)
	s.advance(time.Hour)
	s.login()
	s.send("GET", next, "").fails(400, "INVALID_QUERY_LOCATOR")
	s.send("GET", "/query/0r8000000000000AAA-2000", "").fails(400, "INVALID_QUERY_LOCATOR")
}

// Checklist 10: what the subset answers.
func TestQueries(t *testing.T) {
	s := newSite(t)
	acme := s.Insert("Account", map[string]any{"Name": "Acme"})
	adams := s.contact("Adams", "Email", "Ann@Example.com", "AccountId", acme, "HasOptedOutOfEmail", true, "CreatedDate", start.AddDate(-2, 0, 0))
	brown := s.contact("Brown", "FirstName", "Bo", "Title", "50%", "CreatedDate", start.AddDate(-1, 0, 0))
	s.contact("Clark", "FirstName", `O'Neil\`, "Birthdate", "2010-03-04")
	for where, want := range map[string]string{
		"":                                                          "Adams Brown Clark",
		"LastName = 'brown'":                                        "Brown",
		"LastName != 'Brown'":                                       "Adams Clark",
		"LastName <> 'Brown'":                                       "Adams Clark",
		"LastName > 'Adams'":                                        "Brown Clark",
		"LastName >= 'Brown' AND Email = null":                      "Brown Clark",
		"Email != null":                                             "Adams",
		"Email LIKE '%@example.COM'":                                "Adams",
		"Email LIKE 'a_n@%'":                                        "Adams",
		`Title LIKE '50\%'`:                                         "Brown",
		`FirstName = 'o\'neil\\'`:                                   "Clark",
		"FirstName != 'Bo'":                                         "Adams Clark",
		"NOT LastName LIKE 'B%'":                                    "Adams Clark",
		"(NOT LastName LIKE 'B%') AND Email = null":                 "Clark",
		"LastName IN ('adams', 'Clark')":                            "Adams Clark",
		"LastName NOT IN ('adams', 'Clark')":                        "Brown",
		"HasOptedOutOfEmail = true":                                 "Adams",
		"HasOptedOutOfEmail = FALSE":                                "Brown Clark",
		"Id IN ('" + adams + "','" + brown[:15] + "')":              "Adams Brown",
		"Id > '" + adams + "'":                                      "Brown Clark",
		"Id >= '" + brown + "' AND Id <= '" + brown + "'":           "Brown",
		"Id < '" + brown + "'":                                      "Adams",
		"AccountId = '" + acme + "'":                                "Adams",
		"AccountId = '" + acme + "' OR Id = '" + brown + "'":        "Adams Brown",
		"Account.Name = 'acme'":                                     "Adams",
		"Account.Name = null":                                       "Brown Clark",
		"CreatedDate < 2025-12-01T00:00:00Z":                        "Adams Brown",
		"CreatedDate <= 2025-11-24T10:00:00+01:00":                  "Adams Brown",
		"(LastName = 'Adams' AND Email = null) OR LastName='Clark'": "Clark",
		"((LastName = 'Adams'))":                                    "Adams",
		"Birthdate = 1999-03-04":                                    "Clark", // checklist 12: the year doesn't count
		"Birthdate > 2020-03-03 AND Birthdate < 1950-03-05":         "Clark",
		"Birthdate > 1950-03-04":                                    "",
	} {
		if where != "" {
			where = " WHERE " + where
		}
		equal(t, where, s.names(q("SELECT LastName FROM Contact"+where)), want)
		equal(t, "COUNT() "+where, s.page(q("select count() from contact"+where)).TotalSize, len(strings.Fields(want)))
	}
	for order, want := range map[string]string{
		"ORDER BY LastName DESC":                      "Clark Brown Adams",
		"ORDER BY Email":                              "Brown Clark Adams",
		"ORDER BY Email NULLS LAST":                   "Adams Brown Clark",
		"ORDER BY Email DESC, LastName DESC":          "Clark Brown Adams",
		"ORDER BY CreatedDate, Id LIMIT 2":            "Adams Brown",
		"ORDER BY Id LIMIT 1":                         "Adams",
		"ORDER BY Account.Name DESC NULLS LAST":       "Adams Brown Clark",
		"LIMIT 0":                                     "",
		"WHERE LastName > 'A' ORDER BY Name ASC":      "Adams Brown Clark",
		"ORDER BY SystemModstamp, Id DESC NULLS LAST": "Clark Brown Adams",
	} {
		equal(t, order, s.names(q("SELECT LastName FROM Contact "+order)), want)
	}
}

// Checklist 10 and 11: what it refuses.
func TestQueriesAreRefused(t *testing.T) {
	s := newSite(t, func(o *Options) { o.Hidden = []string{"Lead.HasOptedOutOfEmail"} })
	s.lead("Row")
	for code, list := range map[string][]string{
		"MALFORMED_QUERY": {
			"", "SELECT", "SELECT Id", "SELECT Id FROM", "SELECT Id FROM Lead LIMIT", "SELECT Id FROM Lead LIMIT -1", "SELECT Id FROM Lead OFFSET 2",
			"SELECT Status, COUNT(Id) FROM Lead GROUP BY Status", "SELECT COUNT(IsConverted) FROM Lead", "SELECT COUNT(Description) FROM Lead", "SELECT Status, COUNT(Id) FROM Lead", "SELECT COUNT(Id) FROM Lead LIMIT 1", "SELECT MAX(Id) FROM Lead", "SELECT COUNT(Id FROM Lead", "SELECT Id FROM Lead l", "SELECT Id FROM Lead FOR VIEW",
			"SELECT Id, (SELECT Id FROM Tasks) FROM Lead", "SELECT Id FROM Lead WHERE Id IN (SELECT WhoId FROM Task)", "SELECT FIELDS(ALL) FROM Lead",
			"SELECT TYPEOF Who WHEN Lead THEN Id END FROM Task", "SELECT Id FROM Lead WHERE", "SELECT Id FROM Lead WHERE Name", "SELECT Id FROM Lead WHERE Name = ",
			"SELECT Id FROM Lead WHERE Name = 'x", `SELECT Id FROM Lead WHERE Name = '\x'`, "SELECT Id FROM Lead WHERE Name == 'x'", "SELECT Id FROM Lead WHERE Name = 'x' AND",
			"SELECT Id FROM Lead WHERE Name = 'x' AND Name = 'y' OR Name = 'z'", "SELECT Id FROM Lead WHERE (Name = 'x'", "SELECT Id FROM Lead WHERE Name = 'x')",
			"SELECT Id FROM Lead WHERE Name = 'x' AND NOT Name = 'y'", "SELECT Id FROM Lead WHERE CreatedDate = TODAY", "SELECT Id FROM Lead WHERE Name IN ()",
			"SELECT Id FROM Lead ORDER Name", "SELECT Id FROM Lead ORDER BY Name NULLS", "SELECT Id FROM Lead; DROP", "SELECT Id FROM Lead WHERE Name = :x", "SELECT Id, Id FROM Lead",
			"SELECT Id FROM Contact WHERE Account.Owner.Name = 'x'", "SELECT Id FROM Lead HAVING Id = null", "SELECT Id FROM Lead WITH SECURITY_ENFORCED", "SELECT Id FROM Lead ALL ROWS",
			"SELECT Id FROM Lead WHERE Name INCLUDES ('x')", "SELECT Id FROM Lead WHERE Name = '" + strings.Repeat("x", 4001) + "'",
			"SELECT Id FROM Lead WHERE " + strings.Repeat("(", 200) + "Name = 'x'" + strings.Repeat(")", 200),
		},
		"INVALID_FIELD": {
			"SELECT Nope FROM Lead", "SELECT Id FROM Lead WHERE Nope = 1", "SELECT Id FROM Lead ORDER BY Nope", "SELECT HasOptedOutOfEmail FROM Lead",
			"SELECT Id FROM Lead WHERE HasOptedOutOfEmail = true", "SELECT Nope.Name FROM Lead", "SELECT Owner.Nope FROM Lead", "SELECT Who.Email FROM Task",
			"SELECT Id FROM Lead WHERE Description = 'x'", "SELECT Id FROM Lead WHERE Address = 'x'", "SELECT Id FROM Contact ORDER BY HasOptedOutOfEmail",
			"SELECT Id FROM Lead WHERE IsConverted = 'true'", "SELECT Id FROM Lead WHERE Name = 5", "SELECT Id FROM Lead WHERE CreatedDate > '2026-01-01T00:00:00Z'",
			"SELECT Id FROM Lead WHERE CreatedDate > 2026-01-01", "SELECT Id FROM Contact WHERE Birthdate > 2026-01-01T00:00:00Z", "SELECT Id FROM Opportunity WHERE Amount > 0x10",
		},
		"INVALID_TYPE":                  {"SELECT Id FROM Nope"},
		"INVALID_QUERY_FILTER_OPERATOR": {"SELECT Id FROM Lead WHERE Id = 'x'", "SELECT Id FROM Lead WHERE Id LIKE '00Q%'", "SELECT Id FROM Lead WHERE IsConverted > false"},
	} {
		for _, soql := range list {
			t.Run(code+" "+soql[:min(len(soql), 60)], func(t *testing.T) {
				s.t = t
				s.send("GET", q(soql), "").fails(400, code)
			})
		}
	}
	s.t = t
	s.send("POST", "/jobs/query", jsonOf(map[string]string{"operation": "query", "query": "SELECT Id FROM Lead WHERE Name IN ('" + strings.Repeat("x','", maxQuery/4) + "')"})).fails(400, "MALFORMED_QUERY")

	body := s.send("GET", "/sobjects/Lead/describe", "").ok(200).body
	row := s.send("GET", "/sobjects/Lead/"+s.table("Lead").idAt(0), "").ok(200).body
	if strings.Contains(body, `"name":"HasOptedOutOfEmail"`) || strings.Contains(row, "HasOptedOutOfEmail") {
		t.Fatal("a hidden field shows in describe or in a row")
	}
	if !strings.Contains(body, `"name":"HasOptedOutOfFax"`) || !strings.Contains(row, `"HasOptedOutOfFax":false`) {
		t.Fatal("a field that isn't hidden is missing")
	}
	s.send("POST", "/composite/sobjects/Lead", `{"ids":["00Q000000000001AAA"],"fields":["HasOptedOutOfEmail"]}`).fails(400, "INVALID_FIELD")
	s.send("PATCH", "/sobjects/Lead/"+s.table("Lead").idAt(0), `{"HasOptedOutOfEmail":true}`).fails(400, "INVALID_FIELD_FOR_INSERT_UPDATE")
}

// Without "Data Protection and Privacy" its objects and references don't exist.
func TestNoConsentObjects(t *testing.T) {
	s := newSite(t, func(o *Options) { o.Consent = false })
	s.send("GET", q("SELECT Id FROM Individual"), "").fails(400, "INVALID_TYPE")
	s.send("GET", q("SELECT IndividualId FROM Lead"), "").fails(400, "INVALID_FIELD")
	s.send("GET", "/sobjects/Individual/describe", "").fails(404, "NOT_FOUND")
}

// Checklist 13.
func TestDeletedAndArchivedRows(t *testing.T) {
	s := newSite(t)
	who := s.contact("Who")
	gone := s.contact("Gone", "Email", "gone@example.com")
	s.Remove("Contact", gone)
	for _, task := range []map[string]any{
		{"Subject": "old closed", "Status": "Completed", "ActivityDate": start.AddDate(0, 0, -365)},
		{"Subject": "young closed", "Status": "Completed", "ActivityDate": start.AddDate(0, 0, -364)},
		{"Subject": "old open", "Status": "Open", "ActivityDate": start.AddDate(-3, 0, 0)},
	} {
		task["WhoId"] = who
		s.Insert("Task", task)
	}
	s.Insert("Event", map[string]any{"Subject": "old event", "WhoId": who, "StartDateTime": start.AddDate(-2, 0, 0)})
	equal(t, "contacts", s.names(q("SELECT LastName FROM Contact")), "Who")
	equal(t, "all contacts", s.names(qAll("SELECT LastName FROM Contact")), "Who Gone")
	equal(t, "deleted contacts", s.names(qAll("SELECT LastName FROM Contact WHERE IsDeleted = true")), "Gone")
	equal(t, "tasks", s.page(q("SELECT Id FROM Task")).TotalSize, 2)
	equal(t, "tasks by WhoId", s.page(q("SELECT Id FROM Task WHERE WhoId IN ('"+who+"')")).TotalSize, 2)
	equal(t, "all tasks", s.page(qAll("SELECT Id FROM Task WHERE WhoId = '"+who+"'")).TotalSize, 3)
	equal(t, "events", s.page(q("SELECT Id FROM Event")).TotalSize, 0)
	all := s.page(qAll("SELECT Id, IsArchived, Who.Name FROM Event"))
	equal(t, "IsArchived", all.Records[0]["IsArchived"], any(true))
	equal(t, "parent", all.Records[0]["Who"].(map[string]any)["Name"], any("Who"))
	s.advance(25 * time.Hour)
	s.login()
	equal(t, "tasks a day later", s.page(q("SELECT Id FROM Task")).TotalSize, 1)

	for range 400 {
		s.Remove("Contact", s.contact("More"))
	}
	p, n := s.page(qAll("SELECT Id FROM Contact"), "Sforce-Query-Options", "batchSize=200"), 0
	for n += len(p.Records); !p.Done; n += len(p.Records) {
		p = s.page(p.NextRecordsURL)
	}
	equal(t, "deleted rows on all pages", n, 402)
}

// Checklist 14 and 19: stamps, and LastActivityDate that moves without them.
func TestStamps(t *testing.T) {
	s := newSite(t)
	id := s.contact("Row", "CreatedDate", start.AddDate(-3, 0, 0), "LastModifiedDate", start.AddDate(-2, 0, 0))
	read := func() map[string]any {
		return s.page(q("SELECT CreatedDate, LastModifiedDate, LastModifiedById, SystemModstamp, LastActivityDate FROM Contact")).Records[0]
	}
	r := read()
	equal(t, "CreatedDate", r["CreatedDate"], any("2023-11-24T09:00:00.000+0000"))
	equal(t, "LastModifiedDate", r["LastModifiedDate"], any("2024-11-24T09:00:00.000+0000"))
	s.Insert("Task", map[string]any{"WhoId": id, "Status": "Completed", "ActivityDate": start.AddDate(0, 0, -10)})
	s.Insert("Task", map[string]any{"WhoId": id, "Status": "Open", "ActivityDate": start.AddDate(0, 0, -5)})
	event := s.Insert("Event", map[string]any{"WhoId": id, "ActivityDate": start.AddDate(0, 0, 3)})
	r2 := read()
	equal(t, "LastActivityDate", r2["LastActivityDate"], any("2026-11-27"))
	equal(t, "stamp", r2["SystemModstamp"], r["SystemModstamp"])
	s.Remove("Event", event)
	equal(t, "LastActivityDate without the event", read()["LastActivityDate"], any("2026-11-14"))
	s.advance(time.Hour)
	s.send("PATCH", "/sobjects/Contact/"+id, `{"HasOptedOutOfEmail":true}`).ok(204)
	r = read()
	equal(t, "our save", r["SystemModstamp"].(string)[:16], "2026-11-24T10:00")
	equal(t, "LastModifiedDate is the same", r["LastModifiedDate"], r["SystemModstamp"])
	equal(t, "by us", r["LastModifiedById"], any(s.users.api))
	if !strings.HasSuffix(r["SystemModstamp"].(string), ".000+0000") {
		t.Fatalf("stamp %v isn't whole seconds", r["SystemModstamp"])
	}
	s.Update("Contact", id, map[string]any{"Title": "Dr."})
	equal(t, "by staff", read()["LastModifiedById"], any(s.users.staff))
	if !strings.HasPrefix(s.send("GET", "/limits", "").header.Get("Date"), "Tue, 24 Nov 2026 10:00") {
		t.Fatal("the Date header isn't the sandbox's time")
	}
}

// Checklist 15.
func TestLateCommit(t *testing.T) {
	s := newSite(t)
	old := s.lead("Before")
	s.Adjust(func(c *Conduct) { c.LateCommit = 10 * time.Minute })
	for range 50 {
		s.lead("Late")
	}
	s.Update("Lead", old, map[string]any{"LastName": "After"})
	first := s.page(q("SELECT Id FROM Lead")).TotalSize
	s.advance(5 * time.Minute)
	half := s.page(q("SELECT Id FROM Lead")).TotalSize
	s.advance(6 * time.Minute)
	all := s.page(q("SELECT Id FROM Lead WHERE SystemModstamp <= 2026-11-24T09:00:10Z"))
	if first >= half || half >= 51 || all.TotalSize != 51 {
		t.Fatalf("visible rows %d, %d, %d", first, half, all.TotalSize)
	}
	equal(t, "update", s.names(q("SELECT LastName FROM Lead WHERE Id = '"+old+"'")), "After")
}

// The same for a while, by a fault.
func TestLateCommitOnDemand(t *testing.T) {
	s := newSite(t)
	s.fault(kit.Fault{Kind: "late-commit", Delay: "10m", Times: 1})
	s.page(q("SELECT Id FROM Lead"))
	for range 30 {
		s.lead("Late")
	}
	if n := s.page(q("SELECT Id FROM Lead")).TotalSize; n > 5 {
		t.Errorf("%d of 30 rows are visible at once", n)
	}
	s.advance(11 * time.Minute)
	s.lead("In time")
	equal(t, "rows afterwards", s.page(q("SELECT Id FROM Lead")).TotalSize, 31)
}

// Checklist 16.
func TestSharing(t *testing.T) {
	s := newSite(t)
	s.lead("Seen")
	id := s.lead("Unseen")
	s.Mark("Lead", id, Unshared)
	equal(t, "rows", s.names(qAll("SELECT LastName FROM Lead")), "Seen")
	equal(t, "count", s.page(q("SELECT COUNT() FROM Lead")).TotalSize, 1)
	s.send("GET", "/sobjects/Lead/"+id, "").fails(404, "NOT_FOUND")
	s.send("DELETE", "/sobjects/Lead/"+id, "").fails(404, "NOT_FOUND")
	equal(t, "collection", s.send("POST", "/composite/sobjects/Lead", `{"ids":["`+id+`"],"fields":["Id"]}`).ok(200).body, "[null]")
	if !strings.Contains(s.send("GET", "/limits/recordCount?sObjects=Lead", "").ok(200).body, `"count":2`) {
		t.Fatal("recordCount knows sharing")
	}
}

// Checklist 17.
func TestLongRequests(t *testing.T) {
	s := newSite(t)
	equal(t, "URI", s.send("GET", "/query?q="+strings.Repeat("x", 17_000), "").status, 414)
	equal(t, "URI and headers", s.send("GET", "/query?q="+strings.Repeat("x", 16_000), "", "X-Long", strings.Repeat("y", 500)).status, 431)
}

// The book: purposes by what a query selects, and addresses in URLs.
func TestBook(t *testing.T) {
	s := newSite(t)
	id := s.lead("Row", "Email", "row@example.com")
	composite := func(soql string) string {
		return jsonOf(map[string]any{"compositeRequest": []part{{"GET", "/services/data/v68.0" + q(soql), "q"}}})
	}
	for _, tc := range []struct {
		method, path, body string
		purpose            kit.Purpose
		items              int
		address            bool
	}{
		{"GET", q("SELECT Id FROM Lead"), "", kit.Read, 1, false},
		{"GET", q("SELECT Id FROM Lead WHERE Id IN ('" + id + "')"), "", kit.Reread, 1, false},
		{"GET", qAll("SELECT Id FROM Task WHERE WhoId IN ('" + id + "') AND IsClosed = true"), "", kit.Reread, 0, false},
		{"GET", q("SELECT Id FROM CampaignMember WHERE LeadId IN ('" + id + "') OR ContactId IN ('" + id + "')"), "", kit.Reread, 0, false},
		{"GET", q("SELECT Id FROM Lead WHERE Id > '" + id + "' OR Id IN ('" + id + "')"), "", kit.Read, 1, false},
		{"GET", q("SELECT Id FROM Lead WHERE Email = 'row@example.com'"), "", kit.Read, 1, true},
		{"GET", q("SELECT Id FROM Organization"), "", kit.Describe, 1, false},
		{"POST", "/composite", composite("SELECT Id FROM Lead WHERE Email = 'row@example.com'"), kit.Read, 1, false},
		{"POST", "/composite", composite("SELECT Id FROM Lead WHERE Id IN ('" + id + "')"), kit.Reread, 1, false},
		{"GET", "/consent/action/email?ids=row@example.com", "", kit.Reread, 1, true},
		{"GET", "/sobjects/Lead/" + id, "", kit.Reread, 1, false},
		{"POST", "/composite/sobjects/Lead", `{"ids":["` + id + `"],"fields":["Id"]}`, kit.Reread, 1, false},
		{"GET", "/sobjects/Lead/describe", "", kit.Describe, 0, false},
		{"GET", "/limits", "", kit.Describe, 0, false},
		{"POST", "/jobs/query", `{"operation":"query","query":"SELECT Id FROM Lead"}`, kit.Read, 0, false},
		{"PATCH", "/sobjects/Lead/" + id, `{"HasOptedOutOfEmail":true}`, kit.Write, 1, false},
		{"DELETE", "/composite/sobjects?ids=" + id, "", kit.Write, 1, false},
	} {
		from := len(s.stage.Book.Calls(0))
		r := s.send(tc.method, tc.path, tc.body)
		calls := s.stage.Book.Calls(from)
		equal(t, "calls", len(calls), 1)
		c := calls[0]
		equal(t, tc.path+" purpose", c.Purpose, tc.purpose)
		equal(t, tc.path+" items", c.Items, tc.items)
		equal(t, tc.path+" address", c.Address, tc.address)
		equal(t, tc.path+" status", c.Status, r.status)
		if !strings.HasPrefix(c.Route, tc.method+" /services/data/v{version}/") || strings.Contains(c.Route, id) {
			t.Fatalf("route %q", c.Route)
		}
	}
}
