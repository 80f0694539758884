package app

import (
	"bytes"
	"context"
	"fmt"
	"net/http"
	"os"
	"path/filepath"
	"runtime/debug"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"golang.org/x/time/rate"

	"github.com/lapsed/lapsed/connectors"
	"github.com/lapsed/lapsed/internal/contact"
	"github.com/lapsed/lapsed/internal/httpx"
	"github.com/lapsed/lapsed/internal/sandbox/hubspot"
	"github.com/lapsed/lapsed/internal/sandbox/kit"
	"github.com/lapsed/lapsed/internal/store"
	"github.com/lapsed/lapsed/policy"
)

// TestMain lets the collector run less often: the tests' many small worlds would
// spend a quarter of their time on it.
func TestMain(m *testing.M) {
	debug.SetGCPercent(400)
	os.Exit(m.Run())
}

// quick is the chain without its pauses and compression: loopback servers need
// neither.
func quick() httpx.Options {
	return httpx.Options{WaitMin: time.Millisecond, WaitMax: 5 * time.Millisecond, Limiter: rate.NewLimiter(rate.Inf, 1),
		Transport: &http.Transport{DisableCompression: true, MaxIdleConnsPerHost: 16, IdleConnTimeout: time.Second}}
}

// day is what most tests advance by; grace is past the policy's thirty days.
const (
	day   = 24 * time.Hour
	grace = 32 * day
)

func (w *world) advance(d time.Duration) { w.stage.Clock.Advance(d) }

// reword changes the policy file; each old text must occur once.
func (w *world) reword(t *testing.T, pairs ...string) {
	t.Helper()
	w.rewrite(t, "policy.yaml", pairs...)
}

// rewrite changes a file beside the config.
func (w *world) rewrite(t *testing.T, name string, pairs ...string) {
	t.Helper()
	path := filepath.Join(filepath.Dir(w.config), name)
	b, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	text := string(b)
	for i := 0; i < len(pairs); i += 2 {
		if strings.Count(text, pairs[i]) != 1 {
			t.Fatalf("%q occurs %d times in %s", pairs[i], strings.Count(text, pairs[i]), name)
		}
		text = strings.Replace(text, pairs[i], pairs[i+1], 1)
	}
	write(t, path, text)
}

// wide lifts the daily share: with a handful of people one percent is one person.
func (w *world) wide(t *testing.T) {
	t.Helper()
	w.reword(t, "delete: {people: 100, share: 1%}", "delete: {people: 100, share: 100%}",
		"unsubscribe: {people: 500, share: 2%}", "unsubscribe: {people: 500, share: 100%}")
}

// name is a person of a test; their address is made from it.
func address(name string) string { return name + "@example.com" }

// lapsed puts somebody who came by a web form and hasn't been heard of for years
// into HubSpot; since is when they came.
func (w *world) lapsed(name string, since time.Time) string {
	return w.hs.Insert(hubspot.Contact{Created: since, Properties: map[string]string{
		"email": address(name), "firstname": name, "lastname": "Nordmann", "first_conversion_event_name": "Demo: Form"}})
}

// lead puts the same into Salesforce.
func (w *world) lead(name string, since time.Time) string {
	return w.sf.Insert("Lead", map[string]any{"Email": address(name), "FirstName": name, "LastName": "Nordmann", "Company": "School", "LeadSource": "Web", "CreatedDate": since})
}

// both puts somebody who has lapsed into both processors.
func (w *world) both(name string) (hs, lead string) {
	old := now.AddDate(-3, 0, 0)
	return w.lapsed(name, old), w.lead(name, old)
}

// listed puts somebody recent onto the newsletter without a proof.
func (w *world) listed(name string) string {
	return w.hs.Insert(hubspot.Contact{Created: now.AddDate(0, -2, 0), Properties: map[string]string{"email": address(name), "lastname": "Nordmann", "first_conversion_event_name": "Demo: Form"},
		Subscriptions: []hubspot.Subscription{{ID: 101, Status: "SUBSCRIBED", LegalBasis: "LEGITIMATE_INTEREST_CLIENT", Source: "api"}}})
}

// crowd puts n people into HubSpot about whom there is nothing to do.
func (w *world) crowd(n int) {
	for i := range n {
		w.hs.Insert(hubspot.Contact{Created: now.AddDate(0, -1, 0), Properties: map[string]string{
			"email": fmt.Sprintf("crowd%03d@example.org", i), "lastname": "Crowd", "first_conversion_event_name": "Demo: Form"}})
	}
}

// seen is what a cycle of a test had to say, for people and for programs.
type seen struct {
	mu  sync.Mutex
	out bytes.Buffer
}

func (s *seen) Write(b []byte) (int, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.out.Write(b)
}

// outlived lets the lease of a process that was killed have run out: nothing is
// to be learned from waiting for it.
func (w *world) outlived(t *testing.T, a *App) {
	t.Helper()
	err := a.Store.Write(context.Background(), func(tx *store.Tx) error {
		_, err := tx.Exec(`UPDATE lease SET holder = '', until = 0, not_before = 0`)
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
}

// try does one cycle and hands its error over.
func (w *world) try(t *testing.T, change ...func(*App)) (Report, error) {
	t.Helper()
	a := w.open(t)
	for _, c := range change {
		c(a)
	}
	w.outlived(t, a)
	r, err := a.RunOnce(context.Background())
	if e := a.Close(); e != nil && err == nil {
		t.Fatal(e)
	}
	return r, err
}

// run does one cycle that must succeed.
func (w *world) run(t *testing.T, change ...func(*App)) Report {
	t.Helper()
	r, err := w.try(t, change...)
	if err != nil {
		t.Fatal(err)
	}
	return r
}

// plan does a cycle that only reads and plans.
func (w *world) plan(t *testing.T) (r Report) {
	t.Helper()
	w.with(t, func(a *App) {
		var err error
		if r, err = a.Plan(context.Background()); err != nil {
			t.Fatal(err)
		}
	})
	return r
}

// runs does a cycle a day, n times, and returns the last one's report.
func (w *world) runs(t *testing.T, n int) (r Report) {
	t.Helper()
	for range n {
		r = w.run(t)
		w.advance(day)
	}
	return r
}

// count counts the changes of a verb at a processor; "" is any, as is a missing id.
func (w *world) count(processor, verb string, id ...string) int {
	n := 0
	for _, c := range w.stage.Book.Changes() {
		if (processor == "" || c.Processor == processor) && (verb == "" || c.Verb == verb) && (len(id) == 0 || slices.Contains(id, c.ID)) {
			n++
		}
	}
	return n
}

// calls counts the write requests whose route contains a text.
func (w *world) calls(processor, route string) int {
	n := 0
	for _, c := range w.stage.Book.Calls(0) {
		if c.Processor == processor && c.Purpose == kit.Write && strings.Contains(c.Route, route) {
			n++
		}
	}
	return n
}

func (w *world) wantHubSpot(t *testing.T, id, want string) {
	t.Helper()
	if _, state := w.hs.Get(id); state != want {
		t.Errorf("the HubSpot contact is %s, want %s", state, want)
	}
}

func (w *world) wantLead(t *testing.T, id, want string) {
	t.Helper()
	if _, state := w.sf.Get("Lead", id); state != want {
		t.Errorf("the lead is %s, want %s", state, want)
	}
}

// has counts a finding of a code, at a processor or "" = any.
func has(r Report, code policy.FindingCode, processor string) int {
	n := 0
	for _, f := range r.Findings {
		if f.Code == code && (processor == "" || f.Processor == processor) {
			n += f.Count
		}
	}
	return n
}

// deletions are all that the book knows of.
func (w *world) deletions() int { return w.count("", "delete") + w.count("", "archive") }

// honest checks what must hold after every test: the log verifies, and nothing
// was ever written that no clause allows (invariants 4 and 7).
func (w *world) honest(t testing.TB) {
	for _, c := range w.stage.Book.Changes() {
		if c.Forbidden {
			t.Errorf("forbidden: %s %s of a %s at %s", c.Verb, c.Topic, c.Object, c.Processor)
		}
	}
	if w.silent {
		return
	}
	v, err := Verify(context.Background(), VerifyOptions{Config: w.config, Clock: w.stage.Clock.Now})
	if err != nil {
		t.Errorf("verify: %v", err)
		return
	}
	for _, p := range v.Problems {
		t.Errorf("the log: %s at entry %d: %s", p.Code, p.Index, p.Detail)
	}
}

// kinds counts the log's entries of a kind.
func (w *world) kinds(t *testing.T, kind string) int {
	t.Helper()
	return len(w.entries(t, kind))
}

func (w *world) entries(t *testing.T, kind string) []LogEntry {
	t.Helper()
	a := w.open(t)
	defer func() { _ = a.Close() }()
	es, err := a.List(context.Background(), ListFilter{Kind: kind})
	if err != nil {
		t.Fatal(err)
	}
	return es
}

// outcomes counts the logged outcomes of a state.
func (w *world) outcomes(t *testing.T, state string) int {
	t.Helper()
	n := 0
	for _, e := range w.entries(t, "duty.outcome") {
		if strings.Contains(string(e.Body), `"state":"`+state+`"`) {
			n++
		}
	}
	return n
}

// hooked is a connector with a test's acts between its calls.
type hooked struct {
	connectors.Connector
	before, after func(call string)
	// pretend answers a delete in the processor's place, if set.
	pretend func([]contact.Ref) []error
}

func (h *hooked) around(call string) func() {
	if h.before != nil {
		h.before(call)
	}
	return func() {
		if h.after != nil {
			h.after(call)
		}
	}
}

func (h *hooked) Read(ctx context.Context, each func([]contact.Contact) error) (connectors.Reading, error) {
	defer h.around("read")()
	return h.Connector.Read(ctx, each)
}

func (h *hooked) Refresh(ctx context.Context, refs []contact.Ref) ([]connectors.Reread, error) {
	defer h.around("refresh")()
	return h.Connector.Refresh(ctx, refs)
}

func (h *hooked) Verify(ctx context.Context, cs []contact.Contact) ([]connectors.Reread, error) {
	defer h.around("verify")()
	return h.Connector.Verify(ctx, cs)
}

func (h *hooked) Delete(ctx context.Context, refs []contact.Ref) []error {
	defer h.around("delete")()
	if h.pretend != nil {
		return h.pretend(refs)
	}
	return h.Connector.Delete(ctx, refs)
}

func (h *hooked) Unsubscribe(ctx context.Context, items []connectors.Unsubscription) []error {
	defer h.around("unsubscribe")()
	return h.Connector.Unsubscribe(ctx, items)
}

// hook wraps a processor's connector.
func hook(processor string, h *hooked) func(*App) {
	return func(a *App) {
		h.Connector = a.connectors[processor]
		a.connectors[processor] = h
	}
}

// once runs an act the first time that a call is met. Others of that call wait
// until it is done.
func once(call string, act func()) func(string) {
	var first sync.Once
	return func(c string) {
		if c == call {
			first.Do(act)
		}
	}
}
