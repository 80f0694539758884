package app

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"
	"net/http"
	"os"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/lapsed/lapsed/connectors"
	"github.com/lapsed/lapsed/internal/fault"
	"github.com/lapsed/lapsed/internal/httpx"
	"github.com/lapsed/lapsed/internal/metrics"
	"github.com/lapsed/lapsed/internal/reconcile"
	"github.com/lapsed/lapsed/internal/store"
)

// FactsOf turns what a cycle told of itself into what is watched.
func FactsOf(r reconcile.Report, took time.Duration) metrics.CycleFacts {
	f := metrics.CycleFacts{Mode: r.Mode, Result: "done", Duration: took, Finished: r.Now.Add(took), Demands: r.People, Persons: r.Persons,
		Blocked: r.Blocked, OldestOverdueDays: r.OldestOverdueDays, Duties: map[string]int{}, Findings: map[string]int{},
		Log: metrics.Log{Entries: r.Checkpoint.Size, Signed: r.Checkpoint.Size}}
	if r.Fault != "" {
		f.Result = "failed"
	}
	for _, s := range r.Sources {
		x := metrics.Source{Name: s.Processor, Whole: s.Whole, WholeAt: s.WholeAt, Contacts: s.Contacts, Failures: s.Failures}
		if s.Fault == "" {
			x.ReadAt = s.AsOf
		}
		f.Sources = append(f.Sources, x)
	}
	for state, n := range r.Duties {
		f.Duties[string(state)] = n
	}
	for _, x := range r.Findings {
		f.Findings[string(x.Code)] += x.Count
	}
	for _, b := range r.Batches {
		if b.Live() {
			f.Batches++
		}
	}
	return f
}

// Facts asks the state what is true of it, whoever did the last cycle.
func (a *App) Facts(ctx context.Context) (f metrics.CycleFacts, err error) {
	err = a.Store.Read(ctx, func(tx *store.Tx) error {
		if f, err = lastCycle(tx); err != nil {
			return err
		}
		for _, add := range []func(*store.Tx, *metrics.CycleFacts) error{a.countDuties, a.countFindings, a.countSources, a.measureLog} {
			if err := add(tx, &f); err != nil {
				return err
			}
		}
		return nil
	})
	if err != nil {
		return metrics.CycleFacts{}, err
	}
	p, err := published(a.Config.Log)
	f.Log.Published, f.Log.PublishedAt = p.size, p.at
	return f, err
}

// lastCycle is what the newest ended cycle told of itself.
func lastCycle(tx *store.Tx) (metrics.CycleFacts, error) {
	c, ok, err := tx.LastCycle()
	if err != nil || !ok {
		return metrics.CycleFacts{}, err
	}
	var r reconcile.Report
	if err := json.Unmarshal(c.Summary, &r); err != nil {
		return metrics.CycleFacts{}, errors.New("the summary of the last cycle can't be read")
	}
	f := FactsOf(r, c.Finished.Sub(c.Started))
	f.Finished = c.Finished
	return f, nil
}

func (a *App) countDuties(tx *store.Tx, f *metrics.CycleFacts) error {
	by, err := tx.CountDuties()
	if err != nil {
		return err
	}
	f.Duties = map[string]int{}
	for state, n := range by {
		f.Duties[string(state)] = n
	}
	_, oldest, err := tx.NextDue()
	if err != nil {
		return err
	}
	f.OldestOverdueDays = 0
	if !oldest.IsZero() {
		f.OldestOverdueDays = max(0, int(a.Clock().Sub(oldest).Hours()/24))
	}
	if f.Rules, err = tx.LastDone(); err != nil {
		return err
	}
	live, err := tx.Batches(a.Clock())
	if err != nil {
		return err
	}
	engine := a.engine()
	live = slices.DeleteFunc(live, func(b store.Frozen) bool { return len(b.Approvers) >= engine.Needed(b) })
	f.Batches = len(live)
	return nil
}

func (a *App) countFindings(tx *store.Tx, f *metrics.CycleFacts) error {
	open, err := tx.OpenFindings()
	f.Findings = map[string]int{}
	for _, x := range open {
		f.Findings[x.Code] += x.Count
	}
	return err
}

// countSources tells of all configured sources, also of one that was never read.
func (a *App) countSources(tx *store.Tx, f *metrics.CycleFacts) error {
	known, err := tx.Sources()
	f.Sources = nil
	for _, e := range a.Config.Processors {
		s := known[e.Name]
		x := metrics.Source{Name: e.Name, Whole: s.Whole && s.Fault == "", WholeAt: s.WholeAt, Contacts: s.Contacts, Failures: s.Failures}
		if s.Fault == "" {
			x.ReadAt = s.ReadAt
		}
		f.Sources = append(f.Sources, x)
	}
	return err
}

func (a *App) measureLog(tx *store.Tx, f *metrics.CycleFacts) error {
	paused, err := tx.Meta("paused")
	if err != nil {
		return err
	}
	f.Paused = paused != ""
	if f.Log.Entries, err = tx.LogSize(); err != nil {
		return err
	}
	f.Log.Signed, err = tx.LastSigned()
	return err
}

// publication is how far the published log is. The zero value means: not at all.
type publication struct {
	size int64
	at   time.Time
	note []byte
}

// published reads the checkpoint that was published last.
func published(dir string) (publication, error) {
	return readCheckpoint(filepath.Join(dir, "checkpoint"))
}

// readCheckpoint reads a checkpoint's file, unverified: its size says how far it
// claims to be, and who wants to trust it verifies the note.
func readCheckpoint(path string) (p publication, err error) {
	p.note, err = os.ReadFile(path)
	if errors.Is(err, fs.ErrNotExist) {
		return publication{}, nil
	}
	if err != nil {
		return publication{}, fmt.Errorf("read the checkpoint: %w", err)
	}
	lines := strings.SplitN(string(p.note), "\n", 3)
	if len(lines) == 3 {
		p.size, err = strconv.ParseInt(lines[1], 10, 64)
	}
	if len(lines) < 3 || err != nil {
		return publication{}, fmt.Errorf("%s is no checkpoint", path)
	}
	info, err := os.Stat(path)
	if err != nil {
		return publication{}, fmt.Errorf("read the checkpoint: %w", err)
	}
	p.at = info.ModTime().UTC()
	return p, nil
}

// Watch has m ask this installation at each scrape.
func (a *App) Watch(m *metrics.Metrics) {
	m.Collect(func(ctx context.Context) (metrics.CycleFacts, error) {
		a.Budgets(m)
		return a.Facts(ctx)
	})
}

// Budgets shows what is left of each processor's day of calls, where its last
// answer told it. It asks no processor anything.
func (a *App) Budgets(m *metrics.Metrics) {
	for name, c := range a.connectors {
		if b, ok := c.(connectors.Metered); ok {
			if day, told := b.Budget(); told {
				m.Budget(name, float64(day.Most-day.Used))
			}
		}
	}
}

// Observing counts each try of a call to a processor. It goes into the
// processor's httpx.Options.Seen; next, which may be nil, is told after it.
func Observing(m *metrics.Metrics, processor string, next func(httpx.Call)) func(httpx.Call) {
	return func(c httpx.Call) {
		m.Call(processor, kindOf(c.Status), c.Took)
		if next != nil {
			next(c)
		}
	}
}

// kindOf is the kind of fault that a status most often is; what the vendor means
// by it is the connector's to say. "" is none, 0 the status of no answer.
func kindOf(status int) string {
	switch {
	case status == 0:
		return "no-answer"
	case status < http.StatusBadRequest:
		return ""
	case status == http.StatusUnauthorized, status == http.StatusForbidden:
		return fault.Auth.String()
	case status == http.StatusNotFound, status == http.StatusGone:
		return fault.NotFound.String()
	case status == http.StatusConflict:
		return fault.Conflict.String()
	case status == http.StatusTooManyRequests:
		return fault.RateLimited.String()
	case status == http.StatusLocked, status >= http.StatusInternalServerError:
		return fault.Transient.String()
	default:
		return fault.Invalid.String()
	}
}
