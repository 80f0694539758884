package salesforce

import (
	"encoding/csv"
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/lapsed/lapsed/internal/sandbox/kit"
)

func (s *site) job(path, body string) string {
	s.t.Helper()
	id, _ := s.send("POST", path, body).ok(200).object()["id"].(string)
	equal(s.t, "job's prefix", id[:3], "750")
	return id
}

func (r response) rows() [][]string {
	r.t.Helper()
	rows, err := csv.NewReader(strings.NewReader(r.body)).ReadAll()
	if err != nil {
		r.t.Fatalf("CSV: %v", err)
	}
	return rows
}

// Checklist 35.
func TestBulkQuery(t *testing.T) {
	s := newSite(t)
	for i := range 1200 {
		s.contact(fmt.Sprintf("Row \"%d\"\nx", i), "Email", fmt.Sprintf("p%d@example.com", i))
	}
	id := s.job("/jobs/query", `{"operation":"query","query":"SELECT Id, LastName, HasOptedOutOfEmail, Birthdate, Account.Name, CreatedDate FROM Contact"}`)
	path := "/jobs/query/" + id
	s.send("GET", path+"/results", "").fails(400, "INVALIDJOBSTATE")
	equal(t, "first poll", s.send("GET", path, "").object()["state"], any("InProgress"))
	m := s.send("GET", path, "").object()
	equal(t, "second poll", m["state"], any("JobComplete"))
	equal(t, "numberRecordsProcessed", m["numberRecordsProcessed"], any(1200.0))
	equal(t, "jobType", m["jobType"], any("V2Query"))

	r := s.send("GET", path+"/results", "", "Accept", "text/csv").ok(200)
	rows := r.rows()
	equal(t, "header", strings.Join(rows[0], ","), "Id,LastName,HasOptedOutOfEmail,Birthdate,Account.Name,CreatedDate")
	equal(t, "rows", len(rows), 1201)
	equal(t, "locator", r.header.Get("Sforce-Locator"), "null")
	equal(t, "count", r.header.Get("Sforce-NumberOfRecords"), "1200")
	if rows[1][0] < rows[2][0] && rows[2][0] < rows[3][0] && rows[3][0] < rows[4][0] && rows[4][0] < rows[5][0] {
		t.Fatal("rows come in order: clients would rely on it")
	}
	equal(t, "cells", strings.Join(rows[1][2:], ","), "false,,,2026-11-24T09:00:00.000Z")

	seen, locator := map[string]bool{}, ""
	for locator != "null" {
		r := s.send("GET", path+"/results?maxRecords=500&locator="+locator, "").ok(200)
		page := r.rows()
		equal(t, "each page's header", page[0][0], "Id")
		equal(t, "count of page", fmt.Sprint(len(page)-1), r.header.Get("Sforce-NumberOfRecords"))
		for _, row := range page[1:] {
			seen[row[0]] = true
		}
		locator = r.header.Get("Sforce-Locator")
	}
	equal(t, "rows of all pages", len(seen), 1200)
	s.send("GET", path+"/results?locator=zzz", "").fails(400, "INVALID_LOCATOR")
	s.send("GET", "/services/data/v67.0"+path+"/results", "").fails(409, "API_VERSION_MISMATCH")

	s.fault(kit.Fault{Route: "/results", Kind: "drop-header"})
	r = s.send("GET", path+"/results", "").ok(200)
	if r.header.Get("Sforce-Locator") != "" || r.header.Get("Sforce-NumberOfRecords") != "" {
		t.Fatal("headers weren't dropped")
	}
	s.send("DELETE", path, "").ok(204)
	s.send("GET", path, "").fails(404, "NOT_FOUND")
}

// Checklist 35: by time, aborted, empty, refused.
func TestBulkQueryStates(t *testing.T) {
	s := newSite(t)
	gone := s.lead("Gone")
	s.Remove("Lead", gone)
	s.Adjust(func(c *Conduct) { c.JobPolls = 1000 })
	create := func(op string) string {
		return "/jobs/query/" + s.job("/jobs/query", `{"operation":"`+op+`","query":"SELECT LastName FROM Lead"}`)
	}
	all, none, aborted := create("queryAll"), create("query"), create("query")
	equal(t, "abort", s.send("PATCH", aborted, `{"state":"Aborted"}`).ok(200).object()["state"], any("Aborted"))
	s.advance(time.Minute)
	for _, p := range []string{all, none} {
		equal(t, "state", s.send("GET", p, "").object()["state"], any("JobComplete"))
	}
	equal(t, "deleted row", s.send("GET", all+"/results", "").rows()[1][0], "Gone")
	equal(t, "no rows", s.send("GET", none+"/results", "").body, "\"LastName\"\n")
	s.Adjust(func(c *Conduct) { c.BareEmptyResults = true })
	equal(t, "no rows, no header", s.send("GET", none+"/results", "").body, "")
	s.send("GET", aborted+"/results", "").fails(400, "INVALIDJOBSTATE")
	s.send("PATCH", aborted, `{"state":"Aborted"}`).fails(400, "INVALIDJOBSTATE")
	s.advance(8 * 24 * time.Hour)
	s.login()
	s.send("GET", all, "").fails(404, "NOT_FOUND")
	for soql, code := range map[string]string{
		"SELECT Status FROM Lead GROUP BY Status": "MALFORMED_QUERY", "SELECT Id FROM Lead OFFSET 1": "MALFORMED_QUERY", "SELECT Id, (SELECT Id FROM Tasks) FROM Lead": "MALFORMED_QUERY",
		"SELECT MailingAddress FROM Contact": "FUNCTIONALITY_NOT_ENABLED", "SELECT COUNT() FROM Lead": "API_ERROR", "SELECT Id FROM Nope": "INVALID_TYPE", "SELECT Nope FROM Lead": "INVALID_FIELD",
	} {
		s.send("POST", "/jobs/query", jsonOf(map[string]string{"operation": "query", "query": soql})).fails(400, code)
	}
}

// A job keeps what it saw, whatever happens to the rows afterwards.
func TestBulkResultIsASnapshot(t *testing.T) {
	s := newSite(t)
	id := s.lead("Before")
	path := "/jobs/query/" + s.job("/jobs/query", `{"operation":"query","query":"SELECT LastName FROM Lead","columnDelimiter":"PIPE","lineEnding":"CRLF"}`)
	s.Update("Lead", id, map[string]any{"LastName": "After"})
	s.Purge("Lead", id)
	s.send("GET", path, "")
	s.send("GET", path, "")
	equal(t, "result", s.send("GET", path+"/results", "").body, "\"LastName\"\r\n\"Before\"\r\n")
}

// Checklist 36.
func TestBulkIngest(t *testing.T) {
	s := newSite(t)
	a, b := s.contact("A", "Title", "Dr.", "Phone", "1"), s.contact("B")
	path := "/jobs/ingest/" + s.job("/jobs/ingest", `{"object":"Contact","operation":"update","contentType":"CSV","lineEnding":"CRLF"}`)
	s.send("PATCH", path, `{"state":"UploadComplete"}`).fails(400, "INVALIDJOBSTATE")
	body := "\xEF\xBB\xBFId,HasOptedOutOfEmail,Title,Phone\r\n" + a + ",true,\"The \"\"First\"\"\",\r\n" + b + ",,,#N/A\r\n003000000000001AAA,true,,\r\n"
	equal(t, "upload", s.send("PUT", path+"/batches", body, "Content-Type", "text/csv").status, 201)
	s.send("PUT", path+"/batches", body).fails(400, "INVALIDJOBSTATE")
	equal(t, "state", s.send("PATCH", path, `{"state":"UploadComplete"}`).ok(200).object()["state"], any("UploadComplete"))
	s.send("GET", path, "")
	m := s.send("GET", path, "").object()
	equal(t, "state", m["state"], any("JobComplete"))
	equal(t, "failed", m["numberRecordsFailed"], any(1.0))
	equal(t, "flag", s.field("Contact", a, "HasOptedOutOfEmail"), any(true))
	equal(t, "quoted cell", s.field("Contact", a, "Title"), any(`The "First"`))
	equal(t, "empty cell", s.field("Contact", a, "Phone"), any("1"))
	equal(t, "#N/A", s.field("Contact", b, "Phone"), nil)
	done, broken := s.send("GET", path+"/successfulResults", "").ok(200).rows(), s.send("GET", path+"/failedResults", "").ok(200).rows()
	equal(t, "successful", len(done), 3)
	equal(t, "head", strings.Join(done[0], ","), "sf__Id,sf__Created,Id,HasOptedOutOfEmail,Title,Phone")
	equal(t, "failed", len(broken), 2)
	if !strings.HasPrefix(broken[1][1], "INVALID_CROSS_REFERENCE_KEY:") {
		t.Fatalf("sf__Error %q", broken[1][1])
	}
	equal(t, "unprocessed", len(s.send("GET", path+"/unprocessedrecords", "").ok(200).rows()), 1)
	equal(t, "book", s.verbs(), "unsubscribe, update Title!")
}

// Checklist 32.
func TestHardDelete(t *testing.T) {
	s := newSite(t)
	id := s.contact("Gone")
	create := `{"object":"Contact","operation":"hardDelete"}`
	s.send("POST", "/jobs/ingest", create).fails(400, "FEATURENOTENABLED")
	s.Adjust(func(c *Conduct) { c.HardDelete = true })
	path := "/jobs/ingest/" + s.job("/jobs/ingest", create)
	s.send("PUT", path+"/batches", "Id\n"+id+"\n").ok(201)
	s.send("PATCH", path, `{"state":"UploadComplete"}`).ok(200)
	equal(t, "rows", s.page(q("SELECT Id FROM Contact")).TotalSize, 0)
	equal(t, "still seen", s.page(qAll("SELECT Id FROM Contact")).TotalSize, 1)
	s.Undelete("Contact", id)
	s.state("Contact", id, "binned")
	s.advance(24 * time.Hour)
	s.login()
	equal(t, "a day later", s.page(qAll("SELECT Id FROM Contact")).TotalSize, 0)
	s.state("Contact", id, "gone")
	bad := "/jobs/ingest/" + s.job("/jobs/ingest", create)
	s.send("PUT", bad+"/batches", "Id,Name\n"+id+",x\n").ok(201)
	equal(t, "two columns", s.send("PATCH", bad, `{"state":"UploadComplete"}`).ok(200).object()["state"], any("Failed"))
}
