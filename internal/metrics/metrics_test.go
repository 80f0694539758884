package metrics_test

import (
	"context"
	"errors"
	"net/http/httptest"
	"os"
	"regexp"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/prometheus/client_golang/prometheus/testutil/promlint"

	"github.com/lapsed/lapsed/internal/metrics"
)

var noon = time.Date(2026, 11, 24, 12, 0, 0, 0, time.UTC)

func facts() metrics.CycleFacts {
	return metrics.CycleFacts{Mode: "enforce", Result: "done", Duration: 90 * time.Second, Finished: noon,
		Sources: []metrics.Source{{Name: "hubspot", Whole: true, WholeAt: noon.Add(-time.Hour), ReadAt: noon.Add(-time.Minute), Contacts: 412}, {Name: "salesforce", Failures: 3}},
		Rules:   map[string]time.Time{"retention.delete": noon.Add(-time.Hour)},
		Duties:  map[string]int{"due": 7, "final": 30}, Demands: map[string]int{"retention.delete": 9}, Findings: map[string]int{"unknown-channel": 3},
		Persons: 480, Blocked: 2, Batches: 1, OldestOverdueDays: 4,
		Log: metrics.Log{Entries: 900, Signed: 899, Published: 800, PublishedAt: noon.Add(-time.Hour)}}
}

func everything(version string, clock func() time.Time) *metrics.Metrics {
	m := metrics.New(version, clock)
	m.Cycle(facts())
	m.Call("hubspot", "", 80*time.Millisecond)
	m.Call("hubspot", "rate-limited", 20*time.Millisecond)
	m.Budget("hubspot", 249_000)
	m.Leader(true)
	m.Notified("mail", "failed")
	return m
}

func scrape(t *testing.T, m *metrics.Metrics) string {
	t.Helper()
	w := httptest.NewRecorder()
	m.Handler().ServeHTTP(w, httptest.NewRequestWithContext(t.Context(), "GET", "/metrics", nil))
	if w.Code != 200 {
		t.Fatalf("%d: %s", w.Code, w.Body)
	}
	return w.Body.String()
}

// ours are the lines of our own metrics; Go's are left out.
func ours(text string) string {
	var out strings.Builder
	for line := range strings.Lines(text) {
		if strings.Contains(line, "lapsed_") {
			out.WriteString(line)
		}
	}
	return out.String()
}

// What is exported is an interface to others' alerts and dashboards: it doesn't
// change by accident. GOLDEN=write writes it.
func TestExported(t *testing.T) {
	got := ours(scrape(t, everything("1.2.3", func() time.Time { return noon })))
	if os.Getenv("GOLDEN") == "write" {
		if err := os.WriteFile("testdata/exported.txt", []byte(got), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	want, err := os.ReadFile("testdata/exported.txt")
	if err != nil {
		t.Fatal(err)
	}
	if d := cmp.Diff(string(want), got); d != "" {
		t.Error(d)
	}
}

func TestNamesFollowTheConventions(t *testing.T) {
	problems, err := promlint.New(strings.NewReader(ours(scrape(t, everything("1", func() time.Time { return noon }))))).Lint()
	if err != nil {
		t.Fatal(err)
	}
	for _, p := range problems {
		if p.Metric != "lapsed_oldest_overdue_days" { // the name that the reports use
			t.Errorf("%s: %s", p.Metric, p.Text)
		}
	}
}

func TestWhatNeverHappenedIsLeftOut(t *testing.T) {
	m := metrics.New("1", func() time.Time { return noon })
	if got := scrape(t, m); strings.Contains(got, "lapsed_state_up") || strings.Contains(got, "lapsed_duties") {
		t.Errorf("before the state was asked:\n%s", ours(got))
	}
	m.Collect(func(context.Context) (metrics.CycleFacts, error) {
		return metrics.CycleFacts{Sources: []metrics.Source{{Name: "hubspot"}}}, nil
	})
	got := scrape(t, m)
	for _, name := range []string{"lapsed_last_cycle", "lapsed_source_last_success", "lapsed_log_last_published"} {
		if strings.Contains(got, name) {
			t.Errorf("%s is exported though it never happened", name)
		}
	}
	if !strings.Contains(got, "lapsed_state_up 1\n") || !strings.Contains(got, `lapsed_source_whole{source="hubspot"} 0`) {
		t.Errorf("got\n%s", ours(got))
	}
}

// The state is asked once in Fresh, its word replaces the last cycle's, and
// while it can't be asked no old value is shown.
func TestStateIsAskedAtTheScrape(t *testing.T) {
	now, asked, down := noon, 0, false
	m := metrics.New("1", func() time.Time { return now })
	m.Cycle(facts())
	m.Collect(func(ctx context.Context) (metrics.CycleFacts, error) {
		if _, bounded := ctx.Deadline(); !bounded {
			t.Error("the state may take for ever")
		}
		asked++
		if down {
			return metrics.CycleFacts{}, errors.New("no state")
		}
		f := facts()
		f.Duties = map[string]int{"due": asked}
		return f, nil
	})
	expect := func(line string) {
		t.Helper()
		if got := scrape(t, m); !strings.Contains(got, line+"\n") {
			t.Errorf("no %q in\n%s", line, ours(got))
		}
	}
	expect(`lapsed_duties{state="due"} 1`)
	expect(`lapsed_duties{state="due"} 1`)
	now = now.Add(metrics.Fresh)
	expect(`lapsed_duties{state="due"} 2`)
	m.Cycle(facts())
	expect(`lapsed_duties{state="due"} 3`) // a cycle has ended: it is asked at once
	now, down = now.Add(metrics.Fresh), true
	expect(`lapsed_state_up 0`)
	if got := scrape(t, m); strings.Contains(got, "lapsed_duties") || !strings.Contains(got, "lapsed_cycles_total") {
		t.Errorf("while the state is down:\n%s", ours(got))
	}
	now, down = now.Add(metrics.Fresh), false
	expect(`lapsed_duties{state="due"} 5`)
}

// No label may ever hold a person, so the set of label names is closed.
func TestLabels(t *testing.T) {
	allowed := []string{"channel", "code", "le", "mode", "processor", "result", "rule", "source", "state", "version"}
	for _, m := range regexp.MustCompile(`[{,]([a-z_]+)="`).FindAllStringSubmatch(ours(scrape(t, everything("1", func() time.Time { return noon }))), -1) {
		if !slices.Contains(allowed, m[1]) {
			t.Errorf("a label %q", m[1])
		}
	}
}
