package salesforce

import (
	"bytes"
	"encoding/json"
	"io"
	"net/http"
	"net/http/httptest"
	"net/url"
	"strings"
	"testing"
	"time"

	"github.com/lapsed/lapsed/internal/sandbox/kit"
)

// start is the instant at which every test begins.
var start = time.Date(2026, 11, 24, 9, 0, 0, 0, time.UTC)

// site is an org behind a loopback server, with a session.
type site struct {
	*Org
	t     *testing.T
	url   string
	token string
}

func newSite(t *testing.T, change ...func(*Options)) *site {
	t.Helper()
	opt := Options{Stage: kit.NewStage(start), Seed: 7, ClientID: "app", ClientSecret: "secret", Instance: "USA744", Consent: true}
	for _, c := range change {
		c(&opt)
	}
	s := &site{Org: New(opt), t: t}
	server := httptest.NewServer(s.Org)
	t.Cleanup(server.Close)
	s.url = server.URL
	s.login()
	return s
}

func (s *site) login() {
	s.t.Helper()
	r := s.send("POST", "/services/oauth2/token", "grant_type=client_credentials&client_id=app&client_secret=secret", "Content-Type", "application/x-www-form-urlencoded")
	s.token, _ = r.object()["access_token"].(string)
	if r.status != 200 || s.token == "" {
		s.t.Fatalf("login: %d %s", r.status, r.body)
	}
}

type response struct {
	t      *testing.T
	status int
	header http.Header
	body   string
}

// send makes one request; a path without /services is below v68.0. Headers come in pairs.
func (s *site) send(method, path, body string, headers ...string) response {
	s.t.Helper()
	r, err := s.try(method, path, body, headers...)
	if err != nil {
		s.t.Fatalf("%s %s: %v", method, path, err)
	}
	return r
}

func (s *site) try(method, path, body string, headers ...string) (response, error) {
	if !strings.HasPrefix(path, "/services") && !strings.HasPrefix(path, "/v1") && !strings.HasPrefix(path, "/id") && !strings.HasPrefix(path, "//") {
		path = "/services/data/v68.0" + path
	}
	req, err := http.NewRequest(method, s.url+path, strings.NewReader(body))
	if err != nil {
		return response{}, err
	}
	req.Header.Set("Authorization", "Bearer "+s.token)
	for i := 0; i+1 < len(headers); i += 2 {
		req.Header.Set(headers[i], headers[i+1])
	}
	client := http.Client{CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse }}
	resp, err := client.Do(req)
	if err != nil {
		return response{}, err
	}
	defer resp.Body.Close()
	b, err := io.ReadAll(resp.Body)
	return response{s.t, resp.StatusCode, resp.Header, string(b)}, err
}

func (r response) decode(into any) {
	r.t.Helper()
	if err := json.Unmarshal([]byte(r.body), into); err != nil {
		r.t.Fatalf("answer %d is not the expected JSON: %v\n%.300s", r.status, err, r.body)
	}
}

func (r response) object() map[string]any {
	r.t.Helper()
	var m map[string]any
	r.decode(&m)
	return m
}

func (r response) list() []map[string]any {
	r.t.Helper()
	var l []map[string]any
	r.decode(&l)
	return l
}

// fails checks an error answer: status and the first errorCode.
func (r response) fails(status int, code string) {
	r.t.Helper()
	if r.status != status || !strings.Contains(r.body, `"errorCode":"`+code+`"`) || !strings.HasPrefix(r.body, "[") {
		r.t.Fatalf("got %d %.300s, want %d [%s]", r.status, r.body, status, code)
	}
}

func (r response) ok(status int) response {
	r.t.Helper()
	if r.status != status {
		r.t.Fatalf("got %d %.300s, want %d", r.status, r.body, status)
	}
	return r
}

type page struct {
	TotalSize      int
	Done           bool
	NextRecordsURL string `json:"nextRecordsUrl"`
	Records        []map[string]any
}

func q(soql string) string    { return "/query?q=" + url.QueryEscape(soql) }
func qAll(soql string) string { return "/queryAll?q=" + url.QueryEscape(soql) }

func (s *site) page(path string, headers ...string) page {
	s.t.Helper()
	var p page
	s.send("GET", path, "", headers...).ok(200).decode(&p)
	return p
}

// names runs a query and returns the LastName column, in order.
func (s *site) names(path string) string {
	s.t.Helper()
	var names []string
	for _, r := range s.page(path).Records {
		n, _ := r["LastName"].(string)
		names = append(names, n)
	}
	return strings.Join(names, " ")
}

func (s *site) lead(last string, more ...any) string {
	return s.Insert("Lead", with(map[string]any{"LastName": last, "Company": "Example", "Status": "Open"}, more))
}

func (s *site) contact(last string, more ...any) string {
	return s.Insert("Contact", with(map[string]any{"LastName": last}, more))
}

func with(m map[string]any, more []any) map[string]any {
	for i := 0; i+1 < len(more); i += 2 {
		m[more[i].(string)] = more[i+1]
	}
	return m
}

func (s *site) advance(d time.Duration) { s.stage.Clock.Advance(d) }

func (s *site) fault(f kit.Fault) {
	s.stage.Faults.Clear()
	s.stage.Faults.Arm(f)
}

func (s *site) state(object, id, want string) {
	s.t.Helper()
	if _, got := s.Get(object, id); got != want {
		s.t.Fatalf("%s is %s, want %s", object, got, want)
	}
}

func (s *site) field(object, id, name string) any {
	m, _ := s.Get(object, id)
	return m[name]
}

func equal[T comparable](t *testing.T, what string, got, want T) {
	t.Helper()
	if got != want {
		t.Fatalf("%s: got %v, want %v", what, got, want)
	}
}

func jsonOf(v any) string {
	var b bytes.Buffer
	if json.NewEncoder(&b).Encode(v) != nil {
		return ""
	}
	return b.String()
}
