package app

import (
	"maps"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/lapsed/lapsed/internal/httpx"
	"github.com/lapsed/lapsed/internal/metrics"
)

// What a cycle told and what another process reads from the state afterwards
// are the same.
func TestFactsAreTheSameAfterARestart(t *testing.T) {
	w := newWorld(t, "enforce")
	w.wide(t)
	w.both("kari")
	w.listed("ola")
	w.run(t)
	w.advance(grace)
	w.run(t)
	w.advance(day)
	r := w.run(t)
	told := FactsOf(r, time.Second)

	a := w.open(t)
	if err := a.Export(t.Context(), a.Config.Log); err != nil {
		t.Fatal(err)
	}
	f, err := a.Facts(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	if f.Mode != "enforce" || f.Result != "done" || f.Persons != told.Persons || f.Persons == 0 || f.Batches != told.Batches || f.Blocked != told.Blocked ||
		f.OldestOverdueDays != told.OldestOverdueDays || !maps.Equal(f.Duties, told.Duties) || !maps.Equal(f.Demands, told.Demands) || !maps.Equal(f.Findings, told.Findings) {
		t.Errorf("from the state\n%+v\nfrom the cycle\n%+v", f, told)
	}
	if f.Duties["final"] == 0 || len(f.Findings) == 0 {
		t.Errorf("nothing to compare: %+v", f)
	}
	for i := range told.Sources {
		s := &told.Sources[i]
		s.WholeAt, s.ReadAt = s.WholeAt.Truncate(time.Millisecond), s.ReadAt.Truncate(time.Millisecond)
	}
	if len(f.Sources) != 2 || !f.Sources[0].Whole || f.Sources[0].WholeAt.IsZero() || f.Sources[0].ReadAt.IsZero() || f.Sources[0] != told.Sources[0] {
		t.Errorf("sources %+v, told %+v", f.Sources, told.Sources)
	}
	if at := f.Rules["retention.delete"]; at.Before(now.Add(grace-day)) || at.After(now.Add(grace+2*day)) {
		t.Errorf("rules %v", f.Rules)
	}
	if f.Log.Entries == 0 || f.Log.Signed != f.Log.Entries || f.Log.Published != f.Log.Signed || f.Log.PublishedAt.IsZero() {
		t.Errorf("log %+v", f.Log)
	}
}

func TestFactsOfAFreshState(t *testing.T) {
	w := newWorld(t, "observe")
	w.silent = true
	f, err := w.open(t).Facts(t.Context())
	if err != nil || !f.Finished.IsZero() || len(f.Sources) != 2 || f.Log.Published != 0 || f.Log.Entries == 0 {
		t.Errorf("%+v, %v", f, err)
	}
}

func TestFactsOfWhatGoesWrong(t *testing.T) {
	w := newWorld(t, "enforce")
	w.crowd(3)
	w.run(t)
	a := w.open(t)
	if err := a.Pause(t.Context(), "because", "admin"); err != nil {
		t.Fatal(err)
	}
	if err := os.RemoveAll(filepath.Join(filepath.Dir(w.config), "audit")); err != nil {
		t.Fatal(err)
	}
	write(t, filepath.Join(filepath.Dir(w.config), "audit"), "a file where the published log should be")
	if _, err := a.Facts(t.Context()); err == nil {
		t.Error("a published log that can't be read is none")
	}
	r := Report{Fault: "pull: it broke", Mode: "enforce"}
	if f := FactsOf(r, time.Second); f.Result != "failed" {
		t.Errorf("%+v", f)
	}
	if f, err := lastFacts(t, a); err != nil || !f.Paused {
		t.Errorf("paused: %+v, %v", f, err)
	}
}

// What is scraped is asked of the state, and what is left of the processors' days
// is what their last answers told.
func TestWatch(t *testing.T) {
	w := newWorld(t, "observe")
	w.crowd(3)
	a := w.open(t)
	if _, err := a.RunOnce(t.Context()); err != nil {
		t.Fatal(err)
	}
	m := metrics.New("test", time.Now)
	a.Watch(m)
	a.Budgets(m)
	rec := httptest.NewRecorder()
	m.Handler().ServeHTTP(rec, httptest.NewRequestWithContext(t.Context(), http.MethodGet, "/metrics", nil))
	for _, line := range []string{"lapsed_state_up 1\n", "lapsed_persons 3\n", `lapsed_source_contacts{source="hubspot"} 3` + "\n", "lapsed_enforcing 0\n", `lapsed_call_budget_remaining{processor="hubspot"} `, `lapsed_call_budget_remaining{processor="salesforce"} `} {
		if !strings.Contains(rec.Body.String(), line) {
			t.Errorf("no %q", line)
		}
	}
}

// lastFacts asks without the published log.
func lastFacts(t *testing.T, a *App) (metrics.CycleFacts, error) {
	t.Helper()
	a.Config.Log = t.TempDir()
	return a.Facts(t.Context())
}

// Each kind of answer counts as what it most often means, and is handed on.
func TestCallsAreCountedByKind(t *testing.T) {
	m := metrics.New("test", time.Now)
	handed := 0
	seen := Observing(m, "hubspot", func(httpx.Call) { handed++ })
	for _, status := range []int{0, 200, 204, 302, 400, 401, 403, 404, 409, 423, 429, 500, 503} {
		seen(httpx.Call{Status: status, Took: time.Millisecond})
	}
	Observing(m, "salesforce", nil)(httpx.Call{Status: 200})
	rec := httptest.NewRecorder()
	m.Handler().ServeHTTP(rec, httptest.NewRequestWithContext(t.Context(), http.MethodGet, "/metrics", nil))
	for result, n := range map[string]string{"ok": "3", "no-answer": "1", "invalid": "1", "auth": "2", "not-found": "1", "conflict": "1", "rate-limited": "1", "transient": "3"} {
		if line := `lapsed_calls_total{processor="hubspot",result="` + result + `"} ` + n + "\n"; !strings.Contains(rec.Body.String(), line) {
			t.Errorf("no %s", line)
		}
	}
	if handed != 13 {
		t.Errorf("%d calls were handed on", handed)
	}
}
