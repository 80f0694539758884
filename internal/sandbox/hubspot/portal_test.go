package hubspot

import (
	"bytes"
	"encoding/json"
	"io"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"time"

	"github.com/lapsed/lapsed/internal/sandbox/kit"
)

var start = time.Date(2026, 11, 24, 9, 0, 0, 0, time.UTC)

// bench is a portal behind a real server.
type bench struct {
	*Portal
	t     *testing.T
	stage *kit.Stage
	url   string
	token string
}

func newBench(t *testing.T, change ...func(*Options)) *bench {
	t.Helper()
	o := Options{Stage: kit.NewStage(start), Seed: 7}
	for _, f := range change {
		f(&o)
	}
	p := New(o)
	s := httptest.NewServer(p)
	t.Cleanup(s.Close)
	return &bench{p, t, o.Stage, s.URL, p.opt.Token}
}

func enterprise(o *Options) { o.Enterprise = true }

// got is an answer with its JSON read.
type got struct {
	t      *testing.T
	status int
	header http.Header
	text   string
	json   any
}

// at walks the answer's JSON: keys and indexes.
func (g got) at(path ...any) any {
	g.t.Helper()
	v := g.json
	for _, step := range path {
		switch s := step.(type) {
		case string:
			m, ok := v.(map[string]any)
			if !ok {
				g.t.Fatalf("no object at %v of %v in %s", step, path, g.text)
			}
			v = m[s]
		case int:
			l, ok := v.([]any)
			if !ok || s >= len(l) {
				g.t.Fatalf("no element %v of %v in %s", step, path, g.text)
			}
			v = l[s]
		}
	}
	return v
}

func (g got) rows() []any {
	l, _ := g.at("results").([]any)
	return l
}

func (g got) ids() []string {
	var out []string
	for i := range g.rows() {
		out = append(out, g.at("results", i, "id").(string))
	}
	return out
}

// want checks the status and, if given, the category.
func (g got) want(status int, category ...string) got {
	g.t.Helper()
	if g.status != status {
		g.t.Fatalf("status %d, want %d: %s", g.status, status, g.text)
	}
	if len(category) > 0 && g.at("category") != category[0] {
		g.t.Fatalf("category %v, want %v: %s", g.at("category"), category[0], g.text)
	}
	return g
}

func (b *bench) send(method, path, contentType, body string) got {
	b.t.Helper()
	g, err := b.try(method, path, contentType, body)
	if err != nil {
		b.t.Fatal(err)
	}
	return g
}

func (b *bench) try(method, path, contentType, body string) (got, error) {
	req, err := http.NewRequest(method, b.url+path, strings.NewReader(body))
	if err != nil {
		return got{}, err
	}
	if b.token != "" {
		req.Header.Set("Authorization", "Bearer "+b.token)
	}
	if contentType != "" {
		req.Header.Set("Content-Type", contentType)
	}
	res, err := (&http.Transport{DisableKeepAlives: true}).RoundTrip(req)
	if err != nil {
		return got{}, err
	}
	defer func() { _ = res.Body.Close() }()
	text, err := io.ReadAll(res.Body)
	if err != nil {
		return got{}, err
	}
	g := got{t: b.t, status: res.StatusCode, header: res.Header, text: string(text)}
	_ = json.NewDecoder(bytes.NewReader(text)).Decode(&g.json) // HTML and cut answers have none
	return g, nil
}

func (b *bench) get(path string) got { b.t.Helper(); return b.send("GET", path, "", "") }

// post sends JSON; v is the body, or text that is sent as it is.
func (b *bench) post(path string, v any) got { b.t.Helper(); return b.json("POST", path, v) }

func (b *bench) json(method, path string, v any) got {
	b.t.Helper()
	text, ok := v.(string)
	if !ok {
		raw, err := json.Marshal(v)
		if err != nil {
			b.t.Fatal(err)
		}
		text = string(raw)
	}
	return b.send(method, path, "application/json", text)
}

// person inserts a contact with an address.
func (b *bench) person(mail string, props ...string) string {
	m := map[string]string{"email": mail}
	for i := 0; i < len(props); i += 2 {
		m[props[i]] = props[i+1]
	}
	return b.Insert(Contact{Properties: m})
}

// old inserts a contact that has been there for a day, so that the index knows it.
func (b *bench) old(mail string, props ...string) string {
	m := map[string]string{"email": mail}
	for i := 0; i < len(props); i += 2 {
		m[props[i]] = props[i+1]
	}
	return b.Insert(Contact{Properties: m, Created: start.AddDate(0, 0, -1)})
}

func (b *bench) pass(d time.Duration) { b.stage.Clock.Advance(d) }

func (b *bench) lastChange() kit.Change {
	b.t.Helper()
	all := b.stage.Book.Changes()
	if len(all) == 0 {
		b.t.Fatal("the book has no change")
	}
	return all[len(all)-1]
}

func (b *bench) forbidden() int {
	n := 0
	for _, c := range b.stage.Book.Changes() {
		if c.Forbidden {
			n++
		}
	}
	return n
}

func inputs(ids ...string) []map[string]string {
	out := []map[string]string{}
	for _, id := range ids {
		out = append(out, map[string]string{"id": id})
	}
	return out
}

const contacts = "/crm/objects/2026-09/contacts"
