package app

import (
	"io"
	"net/http"
	"net/http/httptest"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/lapsed/lapsed/internal/metrics"
	"github.com/lapsed/lapsed/internal/notify"
	"github.com/lapsed/lapsed/internal/store"
)

// pager is a receiver of notifications.
type pager struct {
	mu     sync.Mutex
	bodies []string
}

func newPager(t *testing.T, w *world) *pager {
	t.Helper()
	h := &pager{}
	s := httptest.NewServer(http.HandlerFunc(func(_ http.ResponseWriter, r *http.Request) {
		b, _ := io.ReadAll(r.Body)
		h.mu.Lock()
		defer h.mu.Unlock()
		h.bodies = append(h.bodies, string(b))
	}))
	t.Cleanup(s.Close)
	w.rewrite(t, "lapsed.yaml", "processors:", "notify: {webhook: {url: \""+s.URL+"\", secret: {value: key}}}\nprocessors:")
	return h
}

func (h *pager) all() string {
	h.mu.Lock()
	defer h.mu.Unlock()
	return strings.Join(h.bodies, "\n")
}

// told makes the events of a report, and sends them as the daemon does after a cycle.
func (w *world) told(t *testing.T, r Report) (events []notify.Event, sent int) {
	t.Helper()
	w.with(t, func(a *App) {
		var err error
		if events, err = a.Events(t.Context(), r); err != nil {
			t.Fatal(err)
		}
		sent = a.Notifier(nil, nil).Send(t.Context(), events...)
	})
	return events, sent
}

// An approval is asked for once, also by a process that comes later, and again
// once a first person of two has approved.
func TestApprovalIsAskedForOnce(t *testing.T) {
	t.Parallel()
	w, _, r := newLegacy(t, 12)
	h := newPager(t, w)
	events, sent := w.told(t, r)
	if sent != len(events) || sent == 0 {
		t.Errorf("%d of %d were sent", sent, len(events))
	}
	i := slices.IndexFunc(events, func(e notify.Event) bool { return e.Kind == notify.ApprovalNeeded })
	if i < 0 {
		t.Fatalf("nobody is asked: %+v", events)
	}
	e := events[i]
	for _, want := range []string{"12 duties of 12 persons (delete 12)", "0 of 2 approvals", "first-run", "lapsed approve --config " + w.config + " " + r.Batches[0].Digest[7:23], r.Batches[0].Expires.UTC().Format("2006-01-02 15:04")} {
		if !strings.Contains(e.Body, want) {
			t.Errorf("no %q in\n%s", want, e.Body)
		}
	}
	if e.Cycle != r.Cycle || !strings.Contains(h.all(), r.Batches[0].Digest) {
		t.Errorf("cycle %s; sent %s", e.Cycle, h.all())
	}
	w.advance(time.Hour)
	if _, sent := w.told(t, w.run(t)); sent != 0 {
		t.Errorf("%d were sent again", sent)
	}
	w.with(t, func(a *App) {
		if _, err := a.Approve(t.Context(), r.Batches[0].Digest, "looked at", "one"); err != nil {
			t.Fatal(err)
		}
	})
	w.advance(time.Hour)
	events, sent = w.told(t, w.run(t))
	if sent != 1 || !slices.ContainsFunc(events, func(e notify.Event) bool { return strings.Contains(e.Body, "1 of 2 approvals") }) {
		t.Errorf("%d were sent after the first approval", sent)
	}
}

// What is told holds nobody.
func TestInvariant08Notifications(t *testing.T) {
	w := newAviary(t)
	h := newPager(t, w)
	for range 3 {
		w.told(t, w.run(t))
		w.advance(grace)
	}
	if h.all() == "" {
		t.Fatal("nothing was told")
	}
	find(t, "a notification", []byte(h.all()))
	w.with(t, func(a *App) {
		f, err := a.Facts(t.Context())
		if err != nil {
			t.Fatal(err)
		}
		m := metrics.New("test", time.Now)
		m.Cycle(f)
		rec := httptest.NewRecorder()
		m.Handler().ServeHTTP(rec, httptest.NewRequestWithContext(t.Context(), http.MethodGet, "/metrics", nil))
		find(t, "a metric", rec.Body.Bytes())
	})
}

func TestNobodyToTell(t *testing.T) {
	w := newWorld(t, "observe")
	w.silent = true
	if n := w.open(t).Notifier(nil, nil); n != nil {
		t.Errorf("%+v", n)
	}
}

// kinds counts events by kind.
func kinds(es []notify.Event) map[notify.Kind]int {
	out := map[notify.Kind]int{}
	for _, e := range es {
		out[e.Kind]++
	}
	return out
}

func TestWhenPeopleAreTold(t *testing.T) {
	base := func() watched {
		return watched{config: "lapsed.yaml", now: now, begun: now.AddDate(0, -1, 0), published: publication{size: 90, at: now.Add(-time.Hour)},
			report: Report{Cycle: "c1"}, sources: []store.SourceState{{Processor: "hubspot", Whole: true, WholeAt: now.Add(-time.Hour)}}}
	}
	finding := func(code, subject string, opened time.Time) store.Finding {
		return store.Finding{Code: code, Clause: "C1", Processor: "hubspot", Subject: subject, Count: 2, Sample: "hubspot:contact:1 hubspot:contact:2", Opened: opened}
	}
	for name, k := range map[string]struct {
		change func(*watched)
		kind   notify.Kind
		n      int
	}{
		"all is well":                {func(*watched) {}, notify.SourceUnread, 0},
		"unread for less than a day": {func(w *watched) { w.sources[0].Whole, w.sources[0].WholeAt = false, now.Add(-24*time.Hour) }, notify.SourceUnread, 0},
		"unread for a day":           {func(w *watched) { w.sources[0].Whole, w.sources[0].WholeAt = false, now.Add(-24*time.Hour-time.Second) }, notify.SourceUnread, 1},
		"a daily read comes late":    {func(w *watched) { w.sources[0].WholeAt = now.Add(-30 * time.Hour) }, notify.SourceUnread, 0},
		"no daily read came":         {func(w *watched) { w.sources[0].WholeAt = now.Add(-37 * time.Hour) }, notify.SourceUnread, 1},
		"never read":                 {func(w *watched) { w.sources[0] = store.SourceState{Processor: "hubspot"} }, notify.SourceUnread, 1},
		"never read, on the first day": {func(w *watched) {
			w.sources[0] = store.SourceState{Processor: "hubspot"}
			w.begun = now.Add(-time.Hour)
		}, notify.SourceUnread, 0},
		"published to the end": {func(w *watched) { w.published.at = now.AddDate(0, 0, -9); w.report.Checkpoint.Size = 90 }, notify.LogNotPublished, 0},
		"ahead for an hour":    {func(w *watched) { w.report.Checkpoint.Size = 91 }, notify.LogNotPublished, 0},
		"ahead for days":       {func(w *watched) { w.published.at = now.AddDate(0, 0, -2); w.report.Checkpoint.Size = 91 }, notify.LogNotPublished, 1},
		"never published":      {func(w *watched) { w.published = publication{}; w.report.Checkpoint.Size = 91 }, notify.LogNotPublished, 1},
		"two subjects of one code": {func(w *watched) {
			w.open = []store.Finding{finding("unknown-channel", "a", now), finding("unknown-channel", "b", now)}
		}, notify.FindingOpened, 1},
		"one code on two days": {func(w *watched) {
			w.open = []store.Finding{finding("unknown-channel", "a", now), finding("unknown-channel", "b", now.AddDate(0, 0, -1))}
		}, notify.FindingOpened, 2},
		"two codes": {func(w *watched) {
			w.open = []store.Finding{finding("unknown-channel", "a", now), finding("region-drift", "", now)}
		}, notify.FindingOpened, 2},
	} {
		t.Run(name, func(t *testing.T) {
			w := base()
			k.change(&w)
			es := w.events()
			if got := kinds(es)[k.kind]; got != k.n || len(es) != k.n {
				t.Errorf("%d of %d events are %s, want %d: %+v", got, len(es), k.kind, k.n, es)
			}
			for _, e := range es {
				if e.Cycle != "c1" || !e.At.Equal(now) || e.Key == "" || strings.Contains(e.Title, "\n") || !strings.Contains(e.Body, "lapsed ") {
					t.Errorf("%+v", e)
				}
			}
		})
	}
}

// The same trouble is told again on the next day, and not within one.
func TestTroubleIsToldEachDay(t *testing.T) {
	keys := map[string]bool{}
	for hours := 25; hours < 25+72; hours++ {
		w := watched{now: now.Add(time.Duration(hours) * time.Hour), begun: now, sources: []store.SourceState{{Processor: "hubspot", WholeAt: now}}}
		for _, e := range w.events() {
			keys[e.Key] = true
		}
	}
	if len(keys) != 4 { // the days 1 to 4
		t.Errorf("told %d times: %v", len(keys), keys)
	}
}
