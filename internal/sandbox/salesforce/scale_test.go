package salesforce

import (
	"fmt"
	"strings"
	"testing"
	"time"
)

// With 100,000 contacts and as many tasks, what a connector does must not scan
// a table per id. The bounds are far above what an index needs and far below
// what scans cost.
func TestLargeOrg(t *testing.T) {
	n := 100_000
	if testing.Short() {
		n = 10_000
	}
	s := newSite(t)
	ids := make([]string, n)
	for i := range ids {
		ids[i] = s.contact("Row", "Email", fmt.Sprintf("p%d@example.com", i), "FirstName", "Pat", "MailingCountry", "Germany", "LeadSource", "Web")
		s.Insert("Task", map[string]any{"WhoId": ids[i], "Subject": "Call", "Status": "Completed", "ActivityDate": start.AddDate(0, 0, -i%900)})
	}
	within := func(what string, limit time.Duration, f func()) {
		t.Helper()
		began := time.Now()
		f()
		took := time.Since(began)
		t.Logf("%s: %v", what, took.Round(time.Millisecond))
		if took > limit {
			t.Errorf("%s took %v", what, took)
		}
	}
	within("50 re-reads of tasks of 200 contacts", 5*time.Second, func() {
		for i := range 50 {
			part := ids[i*200 : (i+1)*200]
			equal(t, "tasks", s.page("/queryAll?q="+strings.ReplaceAll("SELECT Id FROM Task WHERE WhoId IN ('"+strings.Join(part, "','")+"')", " ", "+")).TotalSize, 200)
		}
	})
	within("keyset pages by Id", 10*time.Second, func() {
		last, rows := "000000000000000", 0
		for {
			p := s.page(q("SELECT Id, LastActivityDate, Email FROM Contact WHERE Id > '" + last + "' ORDER BY Id LIMIT 2000"))
			if rows += len(p.Records); len(p.Records) == 0 {
				break
			}
			last = p.Records[len(p.Records)-1]["Id"].(string)
		}
		equal(t, "rows", rows, n)
	})
	within("ordered increment", 5*time.Second, func() {
		p := s.page(q("SELECT Id FROM Contact WHERE SystemModstamp >= 2026-11-24T00:00:00Z ORDER BY SystemModstamp, Id LIMIT 2000"))
		equal(t, "rows", len(p.Records), 2000)
	})
	within("bulk result", 10*time.Second, func() {
		path := "/jobs/query/" + s.job("/jobs/query", `{"operation":"query","query":"SELECT Id, Name, Email, LastActivityDate FROM Contact"}`)
		s.send("GET", path, "")
		s.send("GET", path, "")
		equal(t, "lines", strings.Count(s.send("GET", path+"/results", "").body, "\n"), n+1)
	})
	within("200 deletes with cascades", 2*time.Second, func() {
		s.send("DELETE", "/composite/sobjects?ids="+strings.Join(ids[:200], ","), "").ok(200)
	})
	s.state("Contact", ids[199], "binned")
}
