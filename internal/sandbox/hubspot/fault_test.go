package hubspot

import (
	"net/url"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/lapsed/lapsed/internal/sandbox/kit"
)

// Line 38: answers instead of the account's.
func TestFaultAnswers(t *testing.T) {
	for _, c := range []struct {
		fault  kit.Fault
		status int
		html   bool
	}{
		{kit.Fault{Kind: "status", Status: 429}, 429, false},
		{kit.Fault{Kind: "status", Status: 401}, 401, false},
		{kit.Fault{Kind: "status", Status: 403}, 403, false},
		{kit.Fault{Kind: "status", Status: 500}, 500, false},
		{kit.Fault{Kind: "status", Status: 504}, 504, true},
		{kit.Fault{Kind: "423"}, 423, false},
		{kit.Fault{Kind: "477"}, 477, false},
		{kit.Fault{Kind: "html-502"}, 502, true},
		{kit.Fault{Kind: "nonsense"}, 200, false},
		{kit.Fault{Kind: "slow", Delay: "1ms"}, 204, false},
	} {
		t.Run(c.fault.Kind, func(t *testing.T) {
			b := newBench(t)
			id := b.person("ann@example.com")
			b.stage.Faults.Arm(c.fault)
			g := b.send("DELETE", contacts+"/"+id, "", "").want(c.status)
			if strings.HasPrefix(g.text, "<html>") != c.html {
				t.Errorf("body %q", g.text)
			}
			if c.status == 477 && g.header.Get("Retry-After") != "3600" {
				t.Errorf("Retry-After %q", g.header.Get("Retry-After"))
			}
			if changed := len(b.stage.Book.Changes()) > 0; changed != (c.fault.Kind == "slow") {
				t.Errorf("took effect: %v", changed)
			}
		})
	}
}

// Line 38: the line breaks, before or after the write.
func TestFaultDrops(t *testing.T) {
	for kind, effect := range map[string]bool{"drop-before": false, "drop-after-commit": true} {
		b := newBench(t)
		id := b.person("ann@example.com")
		b.stage.Faults.Arm(kit.Fault{Processor: "hubspot", Route: "gdpr-delete", Kind: kind, Times: 1})
		if _, err := b.try("POST", contacts+"/gdpr-delete", "application/json", `{"objectId":"`+id+`"}`); err == nil {
			t.Errorf("%s: an answer came", kind)
		}
		if _, state := b.Get(id); (state == "erased") != effect {
			t.Errorf("%s: state %s", kind, state)
		}
		calls := b.stage.Book.Calls(0)
		if len(calls) != 1 || calls[0].Status != 0 || calls[0].Purpose != kit.Write {
			t.Errorf("%s: calls %+v", kind, calls)
		}
	}
	b := newBench(t)
	id := b.person("ann@example.com")
	b.stage.Faults.Arm(kit.Fault{Kind: "524-after-commit"})
	b.eraseID(id).want(524)
	if _, state := b.Get(id); state != "erased" {
		t.Errorf("524: state %s", state)
	}
}

// Line 38: pages that lie.
func TestFaultPages(t *testing.T) {
	b := newBench(t)
	ids := []string{b.old("a@example.com"), b.old("b@example.com"), b.old("c@example.com")}
	arm := func(kind string) {
		b.stage.Faults.Clear()
		b.stage.Faults.Arm(kit.Fault{Route: "contacts", Kind: kind, Times: 1})
	}
	arm("empty-page-with-next")
	g := b.get(contacts + "?limit=2").want(200)
	if len(g.ids()) != 0 || g.at("paging") == nil {
		t.Fatalf("page %s", g.text)
	}
	if g = b.get(contacts + "?limit=2&after=" + g.at("paging", "next", "after").(string)); !slices.Equal(g.ids(), ids[:2]) {
		t.Errorf("who goes on gets %v", g.ids())
	}
	arm("duplicate-row")
	if g = b.get(contacts + "?limit=2&after=" + ids[1]); !slices.Equal(g.ids(), ids[1:]) {
		t.Errorf("duplicate row: %v", g.ids())
	}
	arm("empty-page")
	if g = b.get(contacts); len(g.ids()) != 0 || g.at("paging") != nil {
		t.Errorf("empty page: %s", g.text)
	}
	arm("truncated")
	if g = b.get(contacts).want(200); g.json != nil {
		t.Errorf("truncated: %s", g.text)
	}
	arm("empty-page-with-next")
	g = b.post(contacts+"/search", map[string]any{"limit": 2})
	if len(g.ids()) != 0 || g.at("total") != 3.0 || g.at("paging", "next", "after") != "0" {
		t.Errorf("search: %s", g.text)
	}
	arm("duplicate-row")
	if g = b.post(contacts+"/search", map[string]any{"limit": 2, "after": "2"}); !slices.Equal(g.ids(), ids[1:]) {
		t.Errorf("search: %v", g.ids())
	}
}

// Line 38: the index stands still for ten minutes.
func TestFaultStall(t *testing.T) {
	b := newBench(t)
	total := func() any { return b.post(contacts+"/search", "{}").want(200).at("total") }
	b.stage.Faults.Arm(kit.Fault{Route: "search", Kind: "index-stall", Times: 1})
	total()
	b.person("ann@example.com")
	b.pass(9 * time.Minute)
	if got := total(); got != 0.0 {
		t.Errorf("while it stalls: %v", got)
	}
	b.pass(time.Minute)
	if got := total(); got != 1.0 {
		t.Errorf("afterwards: %v", got)
	}
}

// Line 39.
func TestRefusals(t *testing.T) {
	b := newBench(t)
	topics(b)
	for _, c := range []struct {
		name, method, path, typ, body string
		want                          int
	}{
		{"method", "PUT", contacts, "application/json", "{}", 405},
		{"method of a batch", "GET", contacts + "/batch/read", "", "", 405},
		{"content type", "POST", contacts + "/search", "text/plain", "{}", 415},
		{"no content type", "POST", contacts + "/batch/read", "", "{}", 415},
		{"charset", "POST", contacts + "/search", "application/json; charset=utf-8", "{}", 200},
		{"malformed", "POST", contacts + "/search", "application/json", `{"limit":`, 400},
		{"empty", "POST", contacts + "/gdpr-delete", "application/json", "", 400},
		{"encoded once", "GET", statuses + "ann%40example.com?channel=EMAIL", "", "", 200},
		{"encoded twice", "GET", statuses + "ann%2540example.com?channel=EMAIL", "", "", 404},
		{"plus", "GET", statuses + "ann+x@example.com?channel=EMAIL", "", "", 200},
		{"not an address", "POST", statuses + "ann/unsubscribe-all?channel=EMAIL", "", "", 404},
		{"nowhere", "GET", "/crm/objects/2026-09/unicorns", "", "", 404},
	} {
		t.Run(c.name, func(t *testing.T) { b.send(c.method, c.path, c.typ, c.body).want(c.want) })
	}
}

// Line 40: the book knows each call by its route and no value, and the clock is
// the sandbox's.
func TestBook(t *testing.T) {
	b := newBench(t, enterprise)
	topics(b)
	id := b.person("ann@example.com")
	mail := url.PathEscape("ann@example.com")
	b.pass(48 * time.Hour)
	for _, c := range []struct {
		method, path, body string
		route              string
		purpose            kit.Purpose
		items              int
		address            bool
	}{
		{"GET", "/account-info/2026-09/details", "", "GET /account-info/{v}/details", kit.Describe, 0, false},
		{"GET", "/crm/v3/properties/contacts", "", "GET /crm/properties/{v}/contacts", kit.Describe, 0, false},
		{"GET", contacts + "?limit=5", "", "GET /crm/objects/{v}/contacts", kit.Read, 1, false},
		{"GET", "/crm/v3/objects/0-1/" + id, "", "GET /crm/objects/{v}/contacts/{id}", kit.Reread, 1, false},
		{"GET", contacts + "/ann%2540example.com", "", "GET /crm/objects/{v}/contacts/{id}", kit.Reread, 1, true},
		{"GET", contacts + "?after=0&email=ann%40example.com", "", "GET /crm/objects/{v}/contacts", kit.Read, 1, true},
		{"POST", contacts + "/batch/read", `{"inputs":[{"id":"` + id + `"}]}`, "POST /crm/objects/{v}/contacts/batch/read", kit.Reread, 1, false},
		{"POST", contacts + "/search", "{}", "POST /crm/objects/{v}/contacts/search", kit.Read, 1, false},
		{"GET", statuses + mail + "?channel=EMAIL", "", "GET /communication-preferences/{v}/statuses/{email}", kit.Reread, 1, true},
		{"POST", statuses + mail + "/unsubscribe-all?channel=EMAIL", "", "POST /communication-preferences/{v}/statuses/{email}/unsubscribe-all", kit.Write, 1, true},
		{"POST", statuses + "batch/read?channel=EMAIL", `{"inputs":["ann@example.com"]}`, "POST /communication-preferences/{v}/statuses/batch/read", kit.Reread, 1, false},
		{"POST", statuses + "batch/read?channel=EMAIL", `{"inputs":["ann@example.com","bob@example.com"]}`, "POST /communication-preferences/{v}/statuses/batch/read", kit.Read, 2, false},
		{"DELETE", contacts + "/" + id, "", "DELETE /crm/objects/{v}/contacts/{id}", kit.Write, 1, false},
		{"POST", "/crm/objects/2026-09/notes", "{}", "POST /crm/objects/{v}/notes", kit.Write, 1, false},
	} {
		typ := ""
		if c.body != "" {
			typ = "application/json"
		}
		g := b.send(c.method, c.path, typ, c.body)
		date, err := time.Parse(time.RFC1123, g.header.Get("Date"))
		if err != nil || date.Sub(start) < 47*time.Hour {
			t.Errorf("%s: Date %q", c.route, g.header.Get("Date"))
		}
		calls := b.stage.Book.Calls(0)
		got := calls[len(calls)-1]
		if got.Route != c.route || got.Purpose != c.purpose || got.Items != c.items || got.Address != c.address || got.Status != g.status || got.Processor != "hubspot" {
			t.Errorf("filed %+v, want %+v", got, c)
		}
	}
	if c := b.lastChange(); c.Verb != "engagement" || !c.Forbidden {
		t.Errorf("change %+v", c)
	}
}

// Answers that never come, or come empty, and what took effect nevertheless.
func TestFaultsThatSayNothing(t *testing.T) {
	for kind, effect := range map[string]bool{"hang-before": false, "hang-after-commit": true, "reset-after-commit": true} {
		b := newBench(t)
		id := b.person("ann@example.com")
		b.stage.Faults.Arm(kit.Fault{Processor: "hubspot", Route: "gdpr-delete", Kind: kind, Delay: "20ms", Times: 1})
		began := time.Now()
		if _, err := b.try("POST", contacts+"/gdpr-delete", "application/json", `{"objectId":"`+id+`"}`); err == nil {
			t.Errorf("%s: an answer came", kind)
		}
		if took := time.Since(began); strings.HasPrefix(kind, "hang") && took < 20*time.Millisecond {
			t.Errorf("%s: silence of %s", kind, took)
		}
		if _, state := b.Get(id); (state == "erased") != effect {
			t.Errorf("%s: state %s", kind, state)
		}
		if calls := b.stage.Book.Calls(0); len(calls) != 1 || calls[0].Status != 0 {
			t.Errorf("%s: calls %+v", kind, calls)
		}
	}
	b := newBench(t)
	b.stage.Faults.Arm(kit.Fault{Kind: "empty-body", Times: 1})
	if g := b.get(contacts).want(200); g.text != "" {
		t.Errorf("body %q", g.text)
	}
	b.stage.Faults.Arm(kit.Fault{Kind: "retry-after", Delay: "30s", Times: 1})
	if g := b.get(contacts).want(429); g.header.Get("Retry-After") != "30" {
		t.Errorf("Retry-After %q", g.header.Get("Retry-After"))
	}
	b.stage.Faults.Arm(kit.Fault{Kind: "daily-limit", Times: 1})
	if g := b.get(contacts).want(429); g.at("policyName") != "DAILY" {
		t.Errorf("policy %v", g.at("policyName"))
	}
	b.old("ann@example.com")
	b.stage.Faults.Arm(kit.Fault{Kind: "wrong-total", Times: 1})
	if g := b.post(contacts+"/search", "{}").want(200); g.at("total") != 3.0 || len(g.ids()) != 1 {
		t.Errorf("total %v of %d", g.at("total"), len(g.ids()))
	}
}
