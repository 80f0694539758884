package hubspot

import (
	"bytes"
	"encoding/json"
	"io"
	"net/http"
	"net/http/httptest"
	"net/url"
	"os"
	"path/filepath"
	"reflect"
	"slices"
	"strconv"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/rogpeppe/go-internal/txtar"
	"golang.org/x/time/rate"

	"github.com/lapsed/lapsed/internal/httpx"
	"github.com/lapsed/lapsed/internal/secret"
)

// The account that tests speak to. Nothing of these may show in an error.
const (
	token         = "pat-eu1-canary-token"
	canaryAddress = "canary.person@example.org"
)

// exchange is one request that a script expects, and its answer.
type exchange struct {
	method, path string
	query        url.Values
	body         any
	status       int // 0: hang up
	header       http.Header
	answer       []byte
	used         bool
}

// script is a server that answers from a file in testdata and fails the test
// for any request that the file doesn't expect, or that doesn't come.
type script struct {
	t     *testing.T
	mu    sync.Mutex
	steps []*exchange
	calls []string
}

// play serves testdata/<name>.txtar: pairs of a request (method and URL, then a
// body) and a response (status, headers, empty line, body; or "drop").
// Order matters only between equal requests. In lists of properties IDENTITY
// stands for those that are always asked; "@file" as a body is a file's content.
func play(t *testing.T, name string) (*script, string) {
	t.Helper()
	ar, err := txtar.ParseFile(filepath.Join("testdata", name+".txtar"))
	if err != nil {
		t.Fatal(err)
	}
	s := &script{t: t}
	for i := 0; i+1 < len(ar.Files); i += 2 {
		if ar.Files[i].Name != "request" || ar.Files[i+1].Name != "response" {
			t.Fatalf("%s: files %d and %d are no pair of request and response", name, i, i+1)
		}
		s.steps = append(s.steps, parseExchange(t, string(ar.Files[i].Data), string(ar.Files[i+1].Data)))
	}
	srv := httptest.NewServer(s)
	t.Cleanup(func() {
		srv.Close()
		for _, x := range s.steps {
			if !x.used {
				t.Errorf("%s: never asked: %s %s", name, x.method, x.path)
			}
		}
	})
	return s, srv.URL
}

func parseExchange(t *testing.T, req, resp string) *exchange {
	t.Helper()
	line, body, _ := strings.Cut(req, "\n")
	method, target, _ := strings.Cut(strings.TrimSpace(line), " ")
	u, err := url.Parse(target)
	if err != nil {
		t.Fatal(err)
	}
	x := &exchange{method: method, path: u.EscapedPath(), query: normalQuery(u.Query()), body: normalBody(t, body), header: http.Header{}}
	head, answer, _ := strings.Cut(resp, "\n\n")
	lines := strings.Split(strings.TrimSpace(head), "\n")
	if lines[0] == "drop" {
		return x
	}
	if x.status, err = strconv.Atoi(lines[0]); err != nil {
		t.Fatalf("%s %s: %v", method, target, err)
	}
	for _, l := range lines[1:] {
		k, v, _ := strings.Cut(l, ": ")
		x.header.Set(k, v)
	}
	if file, ok := strings.CutPrefix(strings.TrimSpace(answer), "@"); ok {
		b, err := os.ReadFile(filepath.Join("testdata", file))
		if err != nil {
			t.Fatal(err)
		}
		answer = string(b)
	}
	x.answer = []byte(answer)
	return x
}

var identity = []string{"country", "createdate", "email", "firstname", "hs_additional_emails", "hs_email_bad_address",
	"hs_email_hard_bounce_reason_enum", "hs_email_optout", "hs_merged_object_ids", "jobtitle", "lastname"}

func normalProps(ps []string) []string {
	var all []string
	for _, p := range ps {
		if p == "IDENTITY" {
			all = append(all, identity...)
		} else {
			all = append(all, p)
		}
	}
	slices.Sort(all)
	return all
}

func normalQuery(q url.Values) url.Values {
	if p := q.Get("properties"); p != "" {
		q["properties"] = normalProps(strings.Split(p, ","))
	}
	return q
}

func normalBody(t *testing.T, body string) any {
	t.Helper()
	if strings.TrimSpace(body) == "" {
		return nil
	}
	d := json.NewDecoder(strings.NewReader(body))
	d.UseNumber()
	var v any
	if err := d.Decode(&v); err != nil {
		t.Fatalf("a request's body is no JSON: %v", err)
	}
	if m, ok := v.(map[string]any); ok {
		if ps, ok := m["properties"].([]any); ok {
			var names []string
			for _, p := range ps {
				names = append(names, p.(string))
			}
			m["properties"] = normalProps(names)
		}
	}
	return v
}

func (s *script) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	body, _ := io.ReadAll(r.Body)
	s.mu.Lock()
	defer s.mu.Unlock()
	s.calls = append(s.calls, r.Method+" "+r.URL.EscapedPath())
	if got := r.Header.Get("Authorization"); got != "Bearer "+token {
		s.t.Errorf("%s %s: wrong credentials", r.Method, r.URL.Path)
	}
	if len(body) > 0 && r.Header.Get("Content-Type") != "application/json" {
		s.t.Errorf("%s %s: a body that is not declared as JSON", r.Method, r.URL.Path)
	}
	got := exchange{method: r.Method, path: r.URL.EscapedPath(), query: normalQuery(r.URL.Query()), body: normalBody(s.t, string(body))}
	for _, x := range s.steps {
		if x.used || x.method != got.method || x.path != got.path || !reflect.DeepEqual(x.query, got.query) || !reflect.DeepEqual(x.body, got.body) {
			continue
		}
		x.used = true
		reply(w, x)
		return
	}
	s.t.Errorf("not expected: %s %s\n%s", r.Method, r.URL, bytes.TrimSpace(body))
	w.WriteHeader(http.StatusTeapot)
}

func reply(w http.ResponseWriter, x *exchange) {
	if x.status == 0 {
		conn, _, err := w.(http.Hijacker).Hijack()
		if err == nil {
			_ = conn.Close()
		}
		return
	}
	for k, v := range x.header {
		w.Header()[k] = v
	}
	if w.Header().Get("Content-Type") == "" {
		w.Header().Set("Content-Type", "application/json")
	}
	w.WriteHeader(x.status)
	_, _ = w.Write(x.answer)
}

// quick tunes the chain so that tests don't wait.
func quick() httpx.Options {
	return httpx.Options{Limiter: rate.NewLimiter(rate.Inf, 1), WaitMin: time.Microsecond, WaitMax: time.Millisecond, Attempts: 2}
}

// connect returns a connector to a test's server.
func connect(t *testing.T, url string, change func(*Options)) *Connector {
	t.Helper()
	o := Options{Name: "hubspot", BaseURL: url, Token: secret.New(token), HTTP: quick()}
	if change != nil {
		change(&o)
	}
	c, err := New(o)
	if err != nil {
		t.Fatal(err)
	}
	return c
}

// quiet fails the test if an error shows anything personal or secret.
func quiet(t *testing.T, err error) {
	t.Helper()
	if err == nil {
		return
	}
	for _, c := range []string{"anary", "example.org", "%40", "@", token, "127.0.0.1"} {
		if strings.Contains(err.Error(), c) {
			t.Errorf("an error shows %q: %v", c, err)
		}
	}
}

func secretOf(s string) secret.String { return secret.New(s) }
