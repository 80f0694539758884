package salesforce

import (
	"fmt"
	"runtime"
	"strings"
	"testing"
	"time"
)

// With 100,000 contacts and as many tasks (10,000 with -short), what a connector
// does must look at the rows that it names and no others, and a row must cost
// what is filled. Counted, not timed, so that a busy machine changes nothing; the
// times are logged for people.
func TestLargeOrg(t *testing.T) {
	n := 100_000
	if testing.Short() {
		n = 10_000
	}
	s := newSite(t)
	before, ids := heap(), make([]string, n)
	for i := range ids {
		ids[i] = s.contact("Row", "Email", fmt.Sprintf("p%d@example.com", i), "FirstName", "Pat", "MailingCountry", "Germany", "LeadSource", "Web")
		s.Insert("Task", map[string]any{"WhoId": ids[i], "Subject": "Call", "Status": "Completed", "ActivityDate": start.AddDate(0, 0, -i%900)})
	}
	if perRow := (heap() - before) / int64(2*n); perRow > 1024 {
		t.Errorf("a row costs %d bytes", perRow)
	}
	part := "('" + strings.Join(ids[n/2:n/2+200], "','") + "')"
	for soql, most := range map[string]int{
		"SELECT Id FROM Task WHERE WhoId IN " + part:                                                200,
		"SELECT Id FROM Task WHERE IsClosed = true AND WhoId = '" + ids[3] + "'":                    1,
		"SELECT Id FROM Contact WHERE Id IN " + part:                                                200,
		"SELECT Id FROM Contact WHERE Id IN " + part + " OR IndividualId IN " + part:                200,
		"SELECT Id FROM Contact WHERE Id > '" + ids[n-101] + "' ORDER BY Id LIMIT 2000":             100,
		"SELECT Id FROM Contact WHERE Id > '" + ids[9] + "' AND Id <= '" + ids[19] + "'":            10,
		"SELECT Id FROM CampaignMember WHERE LeadId IN " + part + " OR ContactId IN " + part:        0,
		"SELECT Id FROM EmailMessageRelation WHERE RelationId IN " + part + " AND RelationId!=null": 0,
	} {
		st, err := s.compile(soql)
		if err != nil {
			t.Fatalf("%s: %s", soql[:60], err.message)
		}
		equal(t, "rows looked at for "+soql[:40], scopeOf(st.t, st.where).size(), most)
	}
	s.timed("every contact by Id", func() {
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
	s.timed("an increment", func() {
		p := s.page(q("SELECT Id FROM Contact WHERE SystemModstamp >= 2026-11-24T00:00:00Z ORDER BY SystemModstamp, Id LIMIT 2000"))
		equal(t, "rows", len(p.Records), 2000)
		equal(t, "first", p.Records[0]["Id"], any(ids[0]))
		equal(t, "last", p.Records[1999]["Id"], any(ids[1999]))
	})
	s.timed("a bulk result", func() {
		path := "/jobs/query/" + s.job("/jobs/query", `{"operation":"query","query":"SELECT Id, Name, Email, LastActivityDate FROM Contact"}`)
		s.send("GET", path, "")
		s.send("GET", path, "")
		equal(t, "lines", strings.Count(s.send("GET", path+"/results", "").body, "\n"), n+1)
	})
	s.timed("200 deletes with cascades", func() {
		s.send("DELETE", "/composite/sobjects?ids="+strings.Join(ids[:200], ","), "").ok(200)
	})
	s.state("Contact", ids[199], "binned")
}

func (s *site) timed(what string, f func()) {
	s.t.Helper()
	began := time.Now()
	f()
	s.t.Logf("%s: %v", what, time.Since(began).Round(time.Millisecond))
}

func heap() int64 {
	runtime.GC()
	var m runtime.MemStats
	runtime.ReadMemStats(&m)
	return int64(m.HeapAlloc)
}
