package sandbox

import (
	"net/http"
	"testing"
	"time"

	"github.com/lapsed/lapsed/internal/sandbox/kit"
)

func TestCallsAreCountedByPhaseAndRoute(t *testing.T) {
	s := newSite(t, Options{People: 5})
	var first, second Calls
	s.hub("GET", "/account-info/v3/details", "")
	s.ask("GET", "/calls", "", &first)
	s.ask("POST", "/phase", `{"phase":"apply"}`, nil)
	for range 2 {
		s.hub("GET", "/communication-preferences/v4/statuses/nobody%40example.com?channel=EMAIL", "")
	}
	s.ask("GET", "/calls?from="+itoa(first.Next), "", &second)
	if first.Total != 1 || len(first.By) != 1 || first.By[0].Purpose != kit.Describe || first.By[0].Phase != "" {
		t.Errorf("first: %+v", first)
	}
	if second.Total != 2 || second.Next != 3 || len(second.By) != 1 {
		t.Fatalf("second: %+v", second)
	}
	if c := second.By[0]; c.Processor != "hubspot" || c.Phase != "apply" || c.Purpose != kit.Reread || c.Calls != 2 || c.Addresses != 2 {
		t.Errorf("second: %+v", c)
	}
}

func TestWritesCountTheForbiddenOnes(t *testing.T) {
	s := newSite(t, Options{Seed: 1})
	r := s.record("lapsed-subscriber", 0)
	s.hub("DELETE", "/crm/v3/objects/contacts/"+r.ID, "")
	s.hub("POST", "/crm/v3/objects/contacts", `{"properties":{"email":"new@example.com"}}`)
	var w Writes
	s.ask("GET", "/writes", "", &w)
	if w.Total != 2 || w.Forbidden != 1 || w.Changes[0].Verb != "archive" || w.Changes[0].ID != r.ID || !w.Changes[1].Forbidden {
		t.Errorf("writes: %+v", w)
	}
	s.ask("GET", "/writes?from=2", "", &w)
	if w.Total != 0 || w.Next != 2 || w.Changes == nil {
		t.Errorf("the rest: %+v", w)
	}
	var sum Summary
	s.ask("GET", "/state", "", &sum)
	if n := sum.Processor["hubspot"]["contact"]["archived"]; n != 1 {
		t.Errorf("state: %+v", sum)
	}
	var one struct {
		State  string
		Fields map[string]any
	}
	s.ask("GET", "/state?processor=hubspot&object=contact&id="+r.ID, "", &one)
	if one.State != "archived" || one.Fields["email"] == nil {
		t.Errorf("record: %+v", one)
	}
}

func TestTheClockAdvances(t *testing.T) {
	s := newSite(t, Options{People: 1})
	var a struct{ Now time.Time }
	s.ask("POST", "/advance", `{"seconds":86400}`, &a)
	if d := a.Now.Sub(start); d < 24*time.Hour || d > 24*time.Hour+time.Minute {
		t.Errorf("a day later it is %v", a.Now)
	}
	for _, body := range []string{`{"seconds":-1}`, `{}`, `{"seconds":1e300}`} {
		s.refused("/advance", body, "seconds")
	}
	s.refused("/advance", `{"hours":1}`, "hours")
	s.refused("/advance", `{"seconds":1} {}`, "more than one")
	s.refused("/phase", `{}`, "phase is missing")
}

func TestFaultsOverHTTP(t *testing.T) {
	s := newSite(t, Options{People: 1, Faults: "hubspot:account-info:status=503:1"})
	status := func() int {
		got, _ := s.hub("GET", "/account-info/v3/details", "")
		return got
	}
	if got := status(); got != http.StatusServiceUnavailable {
		t.Errorf("armed at the start: %d", got)
	}
	if got := status(); got != http.StatusOK {
		t.Errorf("once only: %d", got)
	}
	s.ask("POST", "/faults", `{"processor":"hubspot","kind":"html-502"}`, nil)
	if got := status(); got != http.StatusBadGateway {
		t.Errorf("one: %d", got)
	}
	s.ask("DELETE", "/faults", "", nil)
	if got := status(); got != http.StatusOK {
		t.Errorf("cleared: %d", got)
	}
	s.refused("/faults", `[{"kind":"477"},{"processor":"hubspot","kind":"html-503"}]`, "fault 2: no kind")
	if got := status(); got != http.StatusOK {
		t.Errorf("half a list was armed: %d", got)
	}
	s.ask("POST", "/faults", `[{"kind":"477"}]`, nil)
	if got := status(); got != 477 {
		t.Errorf("list: %d", got)
	}
}

func TestFaultSpecs(t *testing.T) {
	list, err := ParseFaults("hubspot:batch/read:status=429:2:3, salesforce::limit, :: slow=2s")
	if err == nil {
		t.Errorf("a kind with a space was taken: %+v", list)
	}
	list, err = ParseFaults("hubspot:batch/read:status=429:2:3,salesforce::limit,::slow=2s:1")
	want := []kit.Fault{
		{Processor: "hubspot", Route: "batch/read", Kind: "status", Status: 429, Times: 2, Skip: 3},
		{Processor: "salesforce", Kind: "limit"},
		{Kind: "slow", Delay: "2s", Times: 1},
	}
	if err != nil || len(list) != len(want) {
		t.Fatalf("%+v, %v", list, err)
	}
	for i := range want {
		if list[i] != want[i] {
			t.Errorf("fault %d is %+v", i, list[i])
		}
	}
	if list, err := ParseFaults(""); err != nil || list != nil {
		t.Errorf("none: %+v, %v", list, err)
	}
	for spec, message := range map[string]string{
		"hubspot:x":                     "it must be processor:route:kind",
		"adobe:x:status=500":            "no processor",
		"hubspot:x:policy-401":          "no kind",
		"hubspot:x:status":              "needs a status",
		"hubspot:x:status=200":          "400 to 599",
		"hubspot:x:slow":                "needs a delay",
		"hubspot:x:slow=often":          "duration",
		"hubspot:x:477:many":            "no number",
		"hubspot:x:477:-1":              "negative",
		"hubspot:x:477:1:1:1":           "it must be",
		"hubspot:x:477,salesforce::477": `fault "salesforce::477"`,
	} {
		if _, err := ParseFaults(spec); err == nil || !contains(err.Error(), message) {
			t.Errorf("%s: %v", spec, err)
		}
	}
}
