package api

import (
	"context"
	"net/http"
	"strings"
	"testing"

	"pgregory.net/rapid"

	"github.com/lapsed/lapsed/internal/fault"
)

func TestID18(t *testing.T) {
	for s, want := range map[string]string{
		"001D000000IqhSL":    "001D000000IqhSLIAZ", // the vendor's own example
		"001D000000IqhSLIAZ": "001D000000IqhSLIAZ",
		"00Q5g0000000001":    "00Q5g0000000001EAA",
		"":                   "",
		"00Q' OR Id != '":    "",
		"00Q5g00000000é":     "",
	} {
		if got, ok := ID18(s); got != want || ok != (want != "") {
			t.Errorf("ID18(%q) = %q, %v; want %q", s, got, ok, want)
		}
	}
	rapid.Check(t, func(t *rapid.T) {
		s := rapid.StringMatching(`[a-zA-Z0-9]{15}`).Draw(t, "id")
		long, ok := ID18(s)
		again, ok2 := ID18(long)
		other, _ := ID18(strings.ToUpper(s))
		if !ok || !ok2 || again != long || (strings.ToUpper(s) != s && strings.EqualFold(other, long)) {
			t.Fatalf("%s → %s → %s, upper case %s", s, long, again, other)
		}
	})
}

func TestUsage(t *testing.T) {
	for header, within := range map[string]bool{
		"": true, "api-usage=11999/15000": true, "api-usage=12000/15000": false,
		"per-app-api-usage=249/250(appName=x); api-usage=1/15000": true, "api-usage=14000/15000; per-app-api-usage=1/250(x)": false, "nonsense": true,
	} {
		c := New(Options{})
		h := http.Header{}
		h.Set("Sforce-Limit-Info", header)
		c.usage.seen(h)
		if err := c.Budget(ForWhole); (err == nil) != within || (err != nil && !fault.Is(err, fault.RateLimited)) {
			t.Errorf("%q: %v", header, err)
		}
	}
}

// Conditions are joined so that none can widen another.
func TestSOQL(t *testing.T) {
	s := Select{Object: "Task", Columns: []string{"Id", "WhoId"}, Where: "WhoId != null"}
	got := s.With(In("WhoId", []string{"a", "b"})).soql(" LIMIT 1")
	if want := "SELECT Id,WhoId FROM Task WHERE WhoId != null AND WhoId IN ('a','b') LIMIT 1"; got != want {
		t.Errorf("%s, want %s", got, want)
	}
	if got := s.Count().soql(""); got != "SELECT COUNT() FROM Task WHERE WhoId != null" || len(s.Columns) != 2 {
		t.Errorf("count: %s", got)
	}
}

func FuzzVendorErrors(f *testing.F) {
	for _, s := range []string{"[]", "{}", "null", `[{"errorCode":"NOT_FOUND"}]`, `{"error":"x"}`, "<html>", `[null]`, `[{"duplicateResult":1}]`} {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, body string) {
		e := judge("op", true, 500, vendorErrors([]byte(body)))
		if e.Kind != fault.Ambiguous && e.Code != "UNABLE_TO_LOCK_ROW" {
			t.Errorf("a write that was answered with 500 is %s", e.Kind)
		}
	})
}

func FuzzReadCSV(f *testing.F) {
	f.Add("\ufeffId,Email\n1,2\n")
	f.Add("Id,Email\n\"a\nb\",\"c\"\"d\"\n")
	f.Add("Id\n1\n")
	f.Add("Id,Email\n1\n")
	c := New(Options{})
	f.Fuzz(func(t *testing.T, text string) {
		handed := 0
		n, err := c.readCSV(context.Background(), strings.NewReader(text), []string{"Id", "Email"}, func(rows []Row) error {
			for _, r := range rows {
				if len(r) != 2 {
					t.Fatalf("a row of %d columns", len(r))
				}
			}
			handed += len(rows)
			return nil
		})
		if err == nil && n != handed {
			t.Errorf("%d rows counted, %d handed over", n, handed)
		}
	})
}
