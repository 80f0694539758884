package sandbox

import (
	"bytes"
	"fmt"
	"net/http"
	"testing"

	"github.com/lapsed/lapsed/internal/sandbox/kit"
)

func TestMixturesHoldEveryKind(t *testing.T) {
	for _, processor := range Processors() {
		list, err := ParseFaults(processor + "::mixed@0.26/7")
		if err != nil || len(list) != len(Mixture(processor)) {
			t.Fatalf("%s: %d faults, %v", processor, len(list), err)
		}
		rate := 0.0
		for _, f := range list {
			rate += f.Rate
			if f.Processor != processor || f.Seed != 7 {
				t.Errorf("%+v", f)
			}
		}
		if rate < 0.2599 || rate > 0.2601 {
			t.Errorf("%s: a rate of %v in all", processor, rate)
		}
	}
}

func TestRatesInSpecs(t *testing.T) {
	list, err := ParseFaults("hubspot:search:status=429:3:1@0.5/9,salesforce::limit@1")
	want := []kit.Fault{
		{Processor: "hubspot", Route: "search", Kind: "status", Status: 429, Times: 3, Skip: 1, Rate: 0.5, Seed: 9},
		{Processor: "salesforce", Kind: "limit", Rate: 1},
	}
	if err != nil || len(list) != 2 || list[0] != want[0] || list[1] != want[1] {
		t.Errorf("%+v, %v", list, err)
	}
	for spec, message := range map[string]string{
		"hubspot::477@":         "rate",
		"hubspot::477@0":        "rate",
		"hubspot::477@1.5":      "rate 1.5",
		"hubspot::477@0.1/":     "seed",
		"hubspot::477@0.1/x":    "seed",
		"hubspot::mixed":        "rate",
		"::mixed@0.1":           "no processor",
		"hubspot::mixed:1@0.1":  "no times",
		"hubspot::mixed=1@0.1":  "no kind",
		"hubspot::mixed@0.1/-1": "seed",
	} {
		if _, err := ParseFaults(spec); err == nil || !contains(err.Error(), message) {
			t.Errorf("%s: %v, want %q", spec, err, message)
		}
	}
}

// What a mixture does to a row of requests is the same each time, and in another
// world.
func TestMixturesAreReproducible(t *testing.T) {
	run := func(body string) string {
		s := newSite(t, Options{People: 3, Seed: 1})
		s.ask("POST", "/faults", body, nil)
		// A client that keeps connections repeats a GET by itself when one breaks.
		client := http.Client{Transport: &http.Transport{DisableKeepAlives: true}}
		var story bytes.Buffer
		for range 120 {
			status := 0
			req, err := http.NewRequest("GET", s.ready.HubSpot.BaseURL+"/crm/objects/2026-09/contacts", http.NoBody)
			if err != nil {
				t.Fatal(err)
			}
			req.Header.Set("Authorization", "Bearer "+s.ready.HubSpot.Token)
			if resp, err := client.Do(req); err == nil {
				status = resp.StatusCode
				_ = resp.Body.Close()
			}
			fmt.Fprint(&story, status, " ")
		}
		return story.String()
	}
	body := `{"hubspot":{"rate":0.3,"seed":7,"kinds":["status=429","status=503","html-502","reset-after-commit","daily-limit"]}}`
	first := run(body)
	if second := run(body); first != second {
		t.Errorf("twice the same:\n%s\n%s", first, second)
	}
	for _, status := range []string{"200 ", "429 ", "503 ", "502 "} {
		if !contains(first, status) {
			t.Errorf("no %s in %s", status, first)
		}
	}
}

func TestMixturesAreChecked(t *testing.T) {
	s := newSite(t, Options{People: 1})
	for body, message := range map[string]string{
		`{"hubspot":{"rate":0}}`:                              "rate 0",
		`{"hubspot":{"rate":0.1,"kinds":["policy-401"]}}`:     "no kind",
		`{"hubspot":{"rate":0.1,"sead":7}}`:                   "sead",
		`{"hubspot":{"rate":0.1},"adobe":{"rate":0.1}}`:       "no processor",
		`{"hubspot":{"rate":0.1},"kind":"477"}`:               "JSON that is asked for",
		`{"salesforce":{"rate":0.1,"kinds":["status=oops"]}}`: "delay",
		`7`: "JSON that is asked for",
	} {
		s.refused("/faults", body, message)
	}
	if got, _ := s.hub("GET", "/account-info/v3/details", ""); got != http.StatusOK {
		t.Errorf("a refused mixture was armed: %d", got)
	}
}
