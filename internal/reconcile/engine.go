package reconcile

import (
	"context"
	"log/slog"
	"time"

	"github.com/lapsed/lapsed/connectors"
	"github.com/lapsed/lapsed/internal/audit"
	"github.com/lapsed/lapsed/internal/audit/entry"
	"github.com/lapsed/lapsed/internal/contact"
	"github.com/lapsed/lapsed/internal/duty"
	"github.com/lapsed/lapsed/internal/pseudonym"
	"github.com/lapsed/lapsed/internal/store"
	"github.com/lapsed/lapsed/policy"
)

// Reader is what reads one processor.
type Reader interface {
	connectors.Source
	connectors.Describer
}

// Engine reads and plans. It can't write to any processor.
type Engine struct {
	Store    *store.Store
	Log      *audit.Log
	Keys     *pseudonym.Ring
	Policy   *policy.Policy
	Sources  map[string]Reader // by the policy's name of the processor
	Clock    func() time.Time
	Logger   *slog.Logger
	Progress Progress
	Build    string // version of the program, for the log
	Config   string // digest of the config
	Instance string // random id of this process
	// Daily returns when the day's window for whole reads opened last, and whether
	// it is open; nil = it is always open, from midnight on.
	Daily func(now time.Time) (begin time.Time, open bool)
	// LogDir is where the log is published after each cycle, "" = nowhere.
	LogDir string
	// Held fails once this process may not write any more; nil = it always may.
	Held func() error
	// Stall is how long a processor may go without an answer before it is left alone
	// for the rest of the cycle, 0 = three minutes: one that hangs must not keep the
	// others' refusals waiting.
	Stall time.Duration
	// Standing are findings that others made about this installation.
	Standing []store.Note
	// Proposed tells that the policy file holds another revision than the active one.
	Proposed Proposal
}

// Proposal is a policy that is not active; the zero value is none.
type Proposal struct {
	Revision string
	Impact   string // what it would change, in words
}

// Hand writes to the processors.
type Hand struct {
	Targets map[string]connectors.Target
}

// Progress is told how far a cycle is. Implementations must be quick; nil tells nobody.
type Progress interface {
	Reading(processor string, contacts int)
	Read(processor string, contacts int, err error)
	Deciding(persons, of int)
	Writing(done, of int)
}

type silent struct{}

func (silent) Reading(string, int)     {}
func (silent) Read(string, int, error) {}
func (silent) Deciding(int, int)       {}
func (silent) Writing(int, int)        {}

// run is one cycle on its way.
type run struct {
	*Engine
	hand        *Hand // nil: nothing is written
	id          string
	number      int64 // of the cycle
	reads       Reads
	daily       bool // some source was read whole: retention has its turn
	now         time.Time
	today       policy.Day
	limits      duty.Limits
	findings    *findings
	report      Report
	sources     map[string]store.SourceState
	work        duty.Work
	unpublished string    // since when the log can't be published, "" = it can
	begunAt     time.Time // first cycle ever; zero on the first
	headAt      time.Time // newest entry before this cycle
	clockWhy    string    // why our clock can't be planned by, "" if it can
	pace        pace      // of the processors
}

// window is the day's window.
func (e *Engine) window(now time.Time) (time.Time, bool) {
	if e.Daily == nil {
		return e.Policy.Today(now).Start(e.Policy.Zone()), true
	}
	return e.Daily(now)
}

func (r *run) progress() Progress {
	if r.Progress == nil {
		return silent{}
	}
	return r.Progress
}

// write runs f in a transaction and appends the entries that it returns. The
// report counts an outcome once it is in the log, and not before.
func (r *run) write(ctx context.Context, f func(*store.Tx) ([]entry.Entry, error)) error {
	var entries []entry.Entry
	err := r.Store.Write(ctx, func(tx *store.Tx) (err error) {
		if entries, err = f(tx); err != nil {
			return err
		}
		for i := range entries {
			entries[i].Cycle = r.id
			if entries[i].By.Role == "" {
				entries[i].By = entry.Daemon
			}
		}
		_, err = audit.Append(tx.Tx, r.Clock(), entries...)
		return err
	})
	if err != nil {
		return err
	}
	for _, e := range entries {
		switch x := e.Body.(type) {
		case entry.Intent:
			r.line("intent", "duty", x.Duty, "attempt", x.Attempt, "verb", x.Verb, "processor", x.Processor, "authority", x.Authority)
		case entry.Outcome:
			r.report.Outcomes[x.State]++
			r.line("outcome", "duty", x.Duty, "attempt", x.Attempt, "state", x.State, "reason", x.Reason)
		}
	}
	return nil
}

// line writes into the process log what can be found there by cycle and duty.
func (r *run) line(what string, about ...any) {
	if r.Logger != nil {
		r.Logger.Info(what, append([]any{"cycle", r.id}, about...)...)
	}
}

func (r *run) read(ctx context.Context, f func(*store.Tx) error) error { return r.Store.Read(ctx, f) }

// period is how long a source's whole read counts as fresh.
func (r *run) stale() time.Duration {
	if p := r.Policy.Limits.StaleSource; p != nil {
		return p.Duration()
	}
	return 24 * time.Hour
}

// public is the person's pseudonym in the log, and all others that are known:
// addresses first, then records.
func (e *Engine) public(ids []contact.Identifier, os []store.Row) (string, []string) {
	var aka []string
	for _, x := range ids {
		if x.Public != "" {
			aka = append(aka, x.Public)
		}
	}
	for _, o := range os {
		aka = append(aka, e.Keys.Contact(o.Ref))
	}
	return aka[0], sorted(aka)
}
