package salesforce

import (
	"bytes"
	"cmp"
	"flag"
	"fmt"
	"io"
	"log"
	"net/http"
	"net/http/httptest"
	"net/url"
	"os"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/rogpeppe/go-internal/txtar"

	"github.com/lapsed/lapsed/connectors"
	"github.com/lapsed/lapsed/internal/contact"
	"github.com/lapsed/lapsed/internal/httpx"
	"github.com/lapsed/lapsed/internal/secret"
)

var update = flag.Bool("update", false, "write what was asked and what came of it into testdata")

// conversation is a scripted org: it checks each request against the archive
// and answers from it. Sections "N ask" and "N answer" alternate; "result" is
// what came of it all.
type conversation struct {
	t    *testing.T
	path string
	arc  *txtar.Archive
	mu   sync.Mutex
	next int
	url  string
}

// converse plays testdata/NAME.txtar: act talks to the org through a connector
// and tells what came of it.
func converse(t *testing.T, name string, o Options, act func(*Connector) string) {
	t.Helper()
	path := filepath.Join("testdata", name+".txtar")
	arc, err := txtar.ParseFile(path)
	if err != nil {
		t.Fatal(err)
	}
	v := &conversation{t: t, path: path, arc: arc}
	srv := httptest.NewServer(v)
	defer srv.Close()
	v.url = srv.URL
	spoken := captureLog(t)
	c := connect(t, srv.URL, o)
	got := act(c)
	if *update {
		v.set("result", got)
		if err := os.WriteFile(path, txtar.Format(arc), 0o644); err != nil {
			t.Fatal(err)
		}
		return
	}
	if want := v.get("result"); got != want {
		t.Errorf("%s: came of it:\n%s\nwant:\n%s", path, got, want)
	}
	if v.get(fmt.Sprint(v.next+1, " answer")) != "" {
		t.Errorf("%s: only %d requests were made", path, v.next)
	}
	noCanary(t, spoken.String())
}

// connect returns a connector for a test's org, with waits of a test.
func connect(t *testing.T, address string, o Options) *Connector {
	t.Helper()
	o.Name = cmp.Or(o.Name, "salesforce")
	o.LoginURL, o.ClientID, o.ClientSecret = address, secret.New("app"), secret.New("CANARYsecret")
	o.HTTP = httpx.Options{WaitMin: time.Millisecond, WaitMax: 5 * time.Millisecond, Attempts: 2}
	c, err := New(o)
	if err != nil {
		t.Fatal(err)
	}
	return c
}

func (v *conversation) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	v.mu.Lock()
	defer v.mu.Unlock()
	v.next++
	asked := rendered(r)
	section := fmt.Sprint(v.next, " ask")
	if *update {
		v.set(section, asked)
	} else if want := v.get(section); asked != want {
		v.t.Errorf("%s: request %d:\n%s\nwant:\n%s", v.path, v.next, asked, want)
	}
	answer := v.get(fmt.Sprint(v.next, " answer"))
	if answer == "" {
		v.t.Errorf("%s: no answer to request %d:\n%s", v.path, v.next, asked)
		w.WriteHeader(http.StatusNotImplemented)
		return
	}
	v.answer(w, answer)
}

// answer plays "STATUS", headers, an empty line and a body.
func (v *conversation) answer(w http.ResponseWriter, answer string) {
	head, body, _ := strings.Cut(strings.ReplaceAll(answer, "{URL}", v.url), "\n\n")
	lines := strings.Split(strings.TrimSpace(head), "\n")
	w.Header().Set("Date", "Tue, 24 Nov 2026 09:00:00 GMT")
	w.Header().Set("Content-Type", "application/json;charset=UTF-8")
	for _, l := range lines[1:] {
		name, value, _ := strings.Cut(l, ": ")
		w.Header().Set(name, value)
	}
	status, err := strconv.Atoi(lines[0])
	if err != nil {
		v.t.Errorf("%s: %q is no status", v.path, lines[0])
	}
	w.WriteHeader(status)
	_, _ = io.WriteString(w, body)
}

// rendered shows a request for people: unescaped, with the headers that matter.
func rendered(r *http.Request) string {
	var b strings.Builder
	query, _ := url.QueryUnescape(r.URL.RawQuery)
	if query != "" {
		query = "?" + query
	}
	fmt.Fprintf(&b, "%s %s%s\n", r.Method, r.URL.Path, query)
	for _, h := range []string{"Sforce-Auto-Assign", "Sforce-Duplicate-Rule-Header", "Authorization"} {
		if s := r.Header.Get(h); s != "" {
			fmt.Fprintf(&b, "%s: %s\n", h, s)
		}
	}
	body, _ := io.ReadAll(r.Body)
	if text, err := url.QueryUnescape(string(body)); err == nil && len(body) > 0 {
		text = strings.ReplaceAll(text, `{"method"`, "\n"+`{"method"`)
		text = strings.ReplaceAll(text, `{"attributes"`, "\n"+`{"attributes"`)
		fmt.Fprintf(&b, "\n%s\n", text)
	}
	return b.String()
}

func (v *conversation) get(name string) string {
	for _, f := range v.arc.Files {
		if f.Name == name {
			return string(f.Data)
		}
	}
	return ""
}

func (v *conversation) set(name, data string) {
	for i, f := range v.arc.Files {
		if f.Name == name {
			v.arc.Files[i].Data = []byte(data)
			return
		}
	}
	at := slices.IndexFunc(v.arc.Files, func(f txtar.File) bool { return f.Name == strings.Replace(name, "ask", "answer", 1) })
	if at < 0 {
		at = len(v.arc.Files)
	}
	v.arc.Files = slices.Insert(v.arc.Files, at, txtar.File{Name: name, Data: []byte(data)})
}

// shown writes a contact with all that it holds, which its own printing never does.
func shown(b *strings.Builder, c contact.Contact) {
	fmt.Fprintf(b, "%s read %s\n", c.Ref, c.ReadAt.Format(time.RFC3339))
	row := func(indent string, r contact.Row) {
		var names []string
		for n := range r.All() {
			names = append(names, n)
		}
		slices.Sort(names)
		for _, n := range names {
			fmt.Fprintf(b, "%s%s = %s %s\n", indent, n, r.Value(n).Kind(), r.Value(n).Text())
		}
	}
	row("  ", c.Fields)
	var groups []string
	for g := range c.Rows {
		groups = append(groups, g)
	}
	slices.Sort(groups)
	for _, g := range groups {
		for _, r := range c.Rows[g] {
			fmt.Fprintf(b, "  %s:\n", g)
			row("    ", r)
		}
	}
	for _, a := range c.Aliases {
		fmt.Fprintf(b, "  alias %s\n", a)
	}
	if len(c.Unreadable) > 0 {
		fmt.Fprintf(b, "  unreadable %v\n", c.Unreadable)
	}
}

func shownRereads(rs []connectors.Reread, err error) string {
	var b strings.Builder
	for _, r := range rs {
		fmt.Fprintf(&b, "%s is %s", r.Ref, r.State)
		if !r.Into.IsZero() {
			fmt.Fprintf(&b, " into %s", r.Into)
		}
		b.WriteString("\n")
		if !r.Contact.Ref.IsZero() {
			shown(&b, r.Contact)
		}
	}
	shownError(&b, err)
	return b.String()
}

func shownError(b *strings.Builder, err error) {
	if err != nil {
		fmt.Fprintf(b, "error: %s\n", err)
	}
}

// captureLog takes what is written to the standard log, as simpleforce does.
func captureLog(t *testing.T) *bytes.Buffer {
	t.Helper()
	var b bytes.Buffer
	old := log.Writer()
	log.SetOutput(&b)
	t.Cleanup(func() { log.SetOutput(old) })
	return &b
}

// noCanary fails if anything of a person or a token is in a text that may be
// logged. Test data marks all of it.
func noCanary(t *testing.T, text string) {
	t.Helper()
	for _, canary := range []string{"canary", "@"} {
		if strings.Contains(strings.ToLower(text), canary) {
			t.Errorf("a name, address or token got out: %s", text)
		}
	}
	if strings.Contains(text, "simpleforce") {
		t.Errorf("simpleforce wrote to the standard log: %s", text)
	}
}
