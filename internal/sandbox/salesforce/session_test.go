package salesforce

import (
	"crypto"
	"crypto/rand"
	"crypto/rsa"
	"crypto/sha256"
	"encoding/base64"
	"net/url"
	"strings"
	"testing"
	"time"

	"github.com/lapsed/lapsed/internal/sandbox/kit"
)

// Checklist 1, 2 and 3.
func TestTokenIsRefused(t *testing.T) {
	for _, tc := range []struct {
		name, form, code, text string
		conduct                func(*Conduct)
	}{
		{"wrong secret", "client_id=app&client_secret=no", "invalid_client", "invalid client credentials", nil},
		{"unknown id", "client_id=other&client_secret=secret", "invalid_client_id", "client identifier invalid", nil},
		{"generic host", "client_id=app&client_secret=secret", "invalid_grant", "request not supported on this domain", func(c *Conduct) { c.GenericHost = true }},
		{"no run-as user", "client_id=app&client_secret=secret", "invalid_grant", "no client credentials user enabled", func(c *Conduct) { c.NoRunAs = true }},
	} {
		t.Run(tc.name, func(t *testing.T) {
			s := newSite(t)
			if tc.conduct != nil {
				s.Adjust(tc.conduct)
			}
			r := s.send("POST", "/services/oauth2/token", "grant_type=client_credentials&"+tc.form).ok(400)
			equal(t, "error", r.object()["error"], any(tc.code))
			equal(t, "description", r.object()["error_description"], any(tc.text))
		})
	}
}

// Checklist 3.
func TestJWT(t *testing.T) {
	key, err := rsa.GenerateKey(rand.Reader, 2048)
	if err != nil {
		t.Fatal(err)
	}
	other, err := rsa.GenerateKey(rand.Reader, 2048)
	if err != nil {
		t.Fatal(err)
	}
	s := newSite(t)
	s.Adjust(func(c *Conduct) { c.JWTKey = &key.PublicKey })
	grant := func(k *rsa.PrivateKey, aud string, exp int64) response {
		enc := base64.RawURLEncoding.EncodeToString
		head := enc([]byte(`{"alg":"RS256"}`)) + "." + enc([]byte(jsonOf(map[string]any{"iss": "app", "sub": "u@acme.example", "aud": aud, "exp": exp})))
		sum := sha256.Sum256([]byte(head))
		sig, err := rsa.SignPKCS1v15(rand.Reader, k, crypto.SHA256, sum[:])
		if err != nil {
			t.Fatal(err)
		}
		return s.send("POST", "/services/oauth2/token", url.Values{"grant_type": {jwtGrant}, "assertion": {head + "." + enc(sig)}}.Encode())
	}
	const aud = "https://login.salesforce.com"
	soon := start.Add(3 * time.Minute).Unix()
	for text, r := range map[string]response{
		"audience is invalid":        grant(key, "https://acme.example", soon),
		"expired authorization code": grant(key, aud, start.Add(-time.Minute).Unix()),
		"authentication failure":     grant(other, aud, soon),
	} {
		equal(t, "description", r.ok(400).object()["error_description"], any(text))
	}
	if r := grant(key, aud, soon*1000).ok(400); !strings.Contains(r.body, "expired") {
		t.Fatalf("milliseconds passed: %s", r.body)
	}
	m := grant(key, aud, soon).ok(200).object()
	if m["issued_at"] != nil || m["access_token"] == nil {
		t.Fatalf("unexpected answer %v", m)
	}
}

// Checklist 4: also over Basic and in chunks, as jsforce sends it.
func TestTokenAnswer(t *testing.T) {
	s := newSite(t, func(o *Options) { o.LoginHost = "acme.my.salesforce.example" })
	basic := "Basic " + base64.StdEncoding.EncodeToString([]byte("app:secret"))
	m := s.send("POST", "/services/oauth2/token", "grant_type=client_credentials", "Authorization", basic).ok(200).object()
	equal(t, "instance_url", m["instance_url"], any("https://acme.my.salesforce.example"))
	token, id, issued := m["access_token"].(string), m["id"].(string), m["issued_at"].(string)
	if !strings.Contains(token, "!") || !strings.HasPrefix(token, "00D") {
		t.Fatalf("token %q", token)
	}
	parts := strings.Split(id, "/")
	equal(t, "user", parts[len(parts)-1][:3], "005")
	equal(t, "organisation", parts[len(parts)-2][:3], "00D")
	equal(t, "digits of issued_at", len(issued), 13)
	if m["expires_in"] != nil || m["refresh_token"] != nil {
		t.Fatal("Salesforce sends neither expires_in nor refresh_token here")
	}
	s2 := newSite(t)
	m = s2.send("GET", "/id/"+strings.Join(parts[len(parts)-2:], "/")+"?format=json&oauth_token="+url.QueryEscape(s2.token), "", "Authorization", "").ok(200).object()
	equal(t, "user_id", m["user_id"], any(s2.users.api))
}

// Checklist 5: every route refuses an expired session; a new one goes on with old cursors and jobs.
func TestExpiredSession(t *testing.T) {
	s := newSite(t)
	for range 500 {
		s.lead("Row")
	}
	next := s.page(q("SELECT Id FROM Lead"), "Sforce-Query-Options", "batchSize=200").NextRecordsURL
	job := s.send("POST", "/jobs/query", `{"operation":"query","query":"SELECT Id FROM Lead"}`).ok(200).object()["id"].(string)
	s.advance(time.Hour)
	s.send("GET", "/limits", "").ok(200) // keeps the session alive
	s.advance(119 * time.Minute)
	s.send("GET", "/limits", "").ok(200)
	s.advance(121 * time.Minute)
	for _, r := range s.routes {
		if r.open {
			continue
		}
		path := strings.NewReplacer("v{version}", "v68.0", "{object}", "Lead", "{id}", "x", "{locator}", "x", "{job}", job, "{outcome}", "x", "{action}", "email").Replace(r.template)
		s.send(r.method, path, "{}").fails(401, "INVALID_SESSION_ID")
	}
	s.send("GET", "/limits", "", "Authorization", "nonsense").fails(401, "INVALID_AUTH_HEADER")
	s.login()
	s.send("GET", next, "").ok(200)
	s.send("GET", "/jobs/query/"+job, "").ok(200)
	s.ExpireSessions()
	s.send("GET", "/limits", "").fails(401, "INVALID_SESSION_ID")
	s.login()
	s.send("POST", "/services/oauth2/revoke", "token="+url.QueryEscape(s.token)).ok(200)
	s.send("GET", "/limits", "").fails(401, "INVALID_SESSION_ID")
}

// Checklist 6.
func TestPolicyRefusalOutlivesLogin(t *testing.T) {
	s := newSite(t)
	s.fault(kit.Fault{Processor: "salesforce", Route: "/limits", Kind: "policy-401"})
	for range 2 {
		r := s.send("GET", "/limits", "")
		r.fails(401, "INVALID_SESSION_ID")
		equal(t, "message", r.list()[0]["message"], any("This session is not valid for use with the REST API"))
		s.login()
	}
}

// Checklist 7.
func TestVersions(t *testing.T) {
	s := newSite(t)
	list := s.send("GET", "/services/data", "", "Authorization", "").ok(200).list()
	last := list[len(list)-1]
	equal(t, "newest", last["version"], any("68.0"))
	equal(t, "label", last["label"], any("Winter '27"))
	equal(t, "one before", list[len(list)-2]["label"], any("Summer '26"))
	equal(t, "oldest", list[0]["version"], any("31.0"))
	s.send("GET", "/services/data/v50.0/limits", "").ok(200)
	s.send("GET", "/services/data/v30.0/limits", "").fails(410, "UNSUPPORTED_API_VERSION")
	for _, path := range []string{"/services/data/v69.0/limits", "/services/data/vv68.0/limits", "/services/data/v68/limits", "//services/data/v68.0/limits", "/services/data/v68.0/nowhere"} {
		s.send("GET", path, "").fails(404, "NOT_FOUND")
	}
	s.send("DELETE", "/limits", "").fails(405, "METHOD_NOT_ALLOWED")
	s.Adjust(func(c *Conduct) { c.VersionsNeedLogin = true })
	s.send("GET", "/services/data", "", "Authorization", "Bearer no").fails(401, "INVALID_SESSION_ID")
}
