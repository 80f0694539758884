package hubspot

import (
	"slices"
	"testing"
	"time"
)

// Section 11, line 1.
func TestBearer(t *testing.T) {
	b := newBench(t)
	for _, token := range []string{"", "pat-eu1-nobody"} {
		b.token = token
		b.get(contacts).want(401, "INVALID_AUTHENTICATION")
	}
	b.AddApp("app", "s3cret", "refresh-1", "crm.objects.contacts.read")
	g := b.send("POST", "/oauth/2026-09/token", "application/x-www-form-urlencoded",
		"grant_type=refresh_token&refresh_token=refresh-1&client_id=app&client_secret=s3cret").want(200)
	b.token = g.at("access_token").(string)
	b.get(contacts).want(200)
	b.pass(30*time.Minute + 75*time.Second)
	g = b.get(contacts).want(401, "EXPIRED_AUTHENTICATION")
	if g.at("context", "expire time", 0) == nil {
		t.Errorf("no expiry in %s", g.text)
	}
}

// Line 2.
func TestScopes(t *testing.T) {
	b := newBench(t)
	list := b.AddList("news", Manual)
	for _, c := range []struct {
		name, method, path string
		scopes             []string
		missing            string
	}{
		{"contacts", "GET", contacts, []string{"oauth"}, "crm.objects.contacts.read"},
		{"account", "GET", "/account-info/2026-09/details", []string{"crm.lists.read"}, "oauth"},
		{"list write needs list read", "PUT", "/crm/lists/2026-09/" + list + "/memberships/remove", []string{"crm.lists.write"}, "crm.lists.read"},
		{"associations need both sides", "POST", "/crm/associations/2026-09/contacts/deals/batch/read", []string{"crm.objects.contacts.read"}, "crm.objects.deals.read"},
		{"statuses", "GET", "/communication-preferences/2026-09/statuses/a@example.com?channel=EMAIL", []string{"oauth"}, "communication_preferences.read"},
	} {
		t.Run(c.name, func(t *testing.T) {
			b.AddToken("narrow", c.scopes...)
			b.token = "narrow"
			g := b.json(c.method, c.path, "[]").want(403, "MISSING_SCOPES")
			if got := g.at("errors", 0, "context", "requiredGranularScopes", 0); got != c.missing {
				t.Errorf("names %v, want %v", got, c.missing)
			}
		})
	}
}

// Line 2, the other side: both names of a scope open the door.
func TestScopesByEitherName(t *testing.T) {
	b := newBench(t)
	for _, scope := range []string{"communication_preferences.read", "subscriptions-status-read"} {
		b.AddToken("t", scope)
		b.token = "t"
		b.get("/communication-preferences/2026-09/statuses/a@example.com?channel=EMAIL").want(200)
	}
	if !slices.Contains(AllScopes(), "crm.objects.contacts.write") {
		t.Error("the default lacks contacts.write")
	}
}

// Line 3.
func TestRefresh(t *testing.T) {
	b := newBench(t)
	b.token = ""
	b.AddApp("app", "s3cret", "refresh-1", "crm.objects.contacts.read")
	form := "application/x-www-form-urlencoded"
	ok := "grant_type=refresh_token&refresh_token=refresh-1&client_id=app&client_secret=s3cret"
	g := b.send("POST", "/oauth/2026-09/token", form, ok).want(200)
	if g.at("expires_in") != 1800.0 || g.at("refresh_token") != "refresh-1" || g.at("token_use") != "access_token" {
		t.Errorf("answer %s", g.text)
	}
	if next := b.send("POST", "/oauth/v1/token", form, ok).want(200); next.at("access_token") == g.at("access_token") {
		t.Error("a refresh gave the same token")
	}
	g = b.send("POST", "/oauth/2026-09/token", form, "grant_type=refresh_token&refresh_token=refresh-1&client_id=app&client_secret=wrong").want(400)
	if g.at("error") != "invalid_client" || g.at("status") != "BAD_CLIENT_ID" {
		t.Errorf("wrong secret: %s", g.text)
	}
	b.send("POST", "/oauth/2026-09/token?client_secret=s3cret", form, ok).want(400)
	b.send("POST", "/oauth/2026-09/token", "application/json", "{}").want(415)
	b.Uninstall("refresh-1")
	g = b.send("POST", "/oauth/2026-09/token", form, ok).want(400)
	if g.at("error") != "invalid_grant" || g.at("status") != "BAD_REFRESH_TOKEN" {
		t.Errorf("revoked: %s", g.text)
	}
}

// Line 4.
func TestRegion(t *testing.T) {
	b := newBench(t, func(o *Options) { o.TimeZone = "Europe/Oslo" })
	g := b.get("/account-info/2026-09/details").want(200)
	if g.at("dataHostingLocation") != "eu1" || g.at("timeZone") != "Europe/Oslo" || g.at("utcOffset") != "+01:00" {
		t.Errorf("details %s", g.text)
	}
	b.SetHosting("na1")
	if g = b.get("/account-info/2026-09/details"); g.at("dataHostingLocation") != "na1" {
		t.Errorf("details %s", g.text)
	}
}

// Line 19.
func TestTenSecondsAndDay(t *testing.T) {
	b := newBench(t, func(o *Options) { o.PerTenSeconds, o.Daily = 4, 6 })
	for i := range 4 {
		g := b.get(contacts).want(200)
		for name, want := range map[string]string{
			"Max": "4", "Remaining": string(rune('3' - i)), "Interval-Milliseconds": "10000", "Daily": "6", "Daily-Remaining": string(rune('5' - i)),
		} {
			if got := g.header.Get("X-HubSpot-RateLimit-" + name); got != want {
				t.Errorf("request %d: %s = %q, want %q", i, name, got, want)
			}
		}
	}
	g := b.get(contacts).want(429)
	if g.at("errorType") != "RATE_LIMIT" || g.at("policyName") != "TEN_SECONDLY_ROLLING" || g.header.Get("Retry-After") != "" || g.at("category") != nil {
		t.Errorf("answer %s %v", g.text, g.header)
	}
	b.AddToken("other", AllScopes()...)
	mine := b.token
	b.token = "other"
	b.get(contacts).want(200)
	b.token = mine
	b.pass(11 * time.Second)
	b.get(contacts).want(200)
	if g = b.get(contacts).want(429); g.at("policyName") != "DAILY" {
		t.Errorf("answer %s", g.text)
	}
	b.pass(24 * time.Hour)
	b.get(contacts).want(200)
}

// Line 18.
func TestSearchRate(t *testing.T) {
	b := newBench(t, func(o *Options) { o.PerTenSeconds = DefaultPerTenSeconds })
	b.AddToken("other", AllScopes()...)
	mine := b.token
	for i := range 5 {
		b.token = map[bool]string{true: mine, false: "other"}[i%2 == 0]
		g := b.post(contacts+"/search", "{}").want(200)
		for name := range g.header {
			if len(name) > 20 && name[:20] == "X-Hubspot-Ratelimit-" {
				t.Errorf("a search told %s", name)
			}
		}
	}
	if g := b.post(contacts+"/search", "{}").want(429); g.at("policyName") != "SECONDLY" {
		t.Errorf("answer %s", g.text)
	}
	b.get(contacts).want(200)
	b.pass(time.Second)
	b.post(contacts+"/search", "{}").want(200)
}

// The plan's default is the fact sheet's; zero is no limit.
func TestNoLimit(t *testing.T) {
	b := newBench(t)
	for range 12 {
		b.post(contacts+"/search", "{}").want(200)
	}
}
