package app

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"log/slog"
	"os"
	"time"

	"github.com/lapsed/lapsed/config"
	"github.com/lapsed/lapsed/connectors"
	"github.com/lapsed/lapsed/internal/audit"
	"github.com/lapsed/lapsed/internal/audit/entry"
	"github.com/lapsed/lapsed/internal/document"
	"github.com/lapsed/lapsed/internal/httpx"
	"github.com/lapsed/lapsed/internal/metrics"
	"github.com/lapsed/lapsed/internal/pseudonym"
	"github.com/lapsed/lapsed/internal/reconcile"
	"github.com/lapsed/lapsed/internal/store"
	"github.com/lapsed/lapsed/policy"
)

// Options say what to open, and how.
type Options struct {
	Config   string
	Clock    func() time.Time // nil = the machine's, or LAPSED_NOW
	Logger   *slog.Logger
	Progress reconcile.Progress
	Build    string
	Metrics  *metrics.Metrics // nil = nobody counts
	// Active opens on the active policy although the policy file has problems: a
	// pause must not wait for somebody to mend a file.
	Active bool
	Stall  time.Duration // how long a processor may hang, 0 = as long as the engine lets it
	HTTP   httpx.Options // tuning of all calls to processors; the zero value is what production uses
}

// App is an opened installation.
type App struct {
	Config *config.Config
	Policy *policy.Policy
	Store  *store.Store
	Log    *audit.Log
	Keys   *pseudonym.Ring
	Clock  func() time.Time

	opt        Options
	text       []byte // of the policy file
	unbound    error  // why the policy file is not used, nil if it can be
	standing   []store.Note
	next       *policy.Policy // what the changed file says, nil if the active policy is the file's
	weighed    string         // what that would change, in words
	connectors map[string]connectors.Connector
	instance   string
}

// ErrRefused tells that an installation may not start as it is; the text says why.
var ErrRefused = errors.New("refused to start")

// Open reads config and policy, opens the state, and makes what a first run
// needs. Problems of config and policy come back together as document.Problems.
func Open(ctx context.Context, o Options) (*App, error) {
	c, text, err := files(o.Config)
	if err != nil {
		return nil, err
	}
	a := &App{Config: c, text: text, opt: o, instance: audit.NewID()}
	if a.Clock, err = clock(o, c); err != nil {
		return nil, err
	}
	if a.unbound = a.compile(); a.unbound != nil {
		if !o.Active {
			return nil, a.unbound
		}
		if o.Logger != nil {
			o.Logger.Warn("the policy's file has problems: this goes by the active policy (lapsed policy lint)")
		}
	}
	if a.Store, err = store.Open(ctx, string(c.State)); err != nil {
		return nil, err
	}
	if err := a.open(ctx); err != nil {
		return nil, errors.Join(err, a.Store.Close())
	}
	return a, nil
}

// files reads the config and the policy's text.
func files(path string) (*config.Config, []byte, error) {
	c, problems := config.Load(path)
	if len(problems) > 0 {
		return nil, nil, problems
	}
	text, err := os.ReadFile(c.Policy)
	if err != nil {
		return nil, nil, document.Problems{{File: c.Policy, Message: "the policy can't be read"}}
	}
	return c, text, nil
}

// compile makes the policy of the file's text, and checks it against the config.
func (a *App) compile() error {
	binding := Binding(a.Config)
	p, problems := policy.Compile(a.Config.Policy, a.text, binding)
	if len(problems) > 0 {
		return problems
	}
	if problems := lintProblems(p.Lint(binding, p.Today(a.Clock()))); len(problems) > 0 {
		return problems
	}
	a.Policy = p
	return nil
}

// Close closes what Open opened.
func (a *App) Close() error { return a.Store.Close() }

func (a *App) open(ctx context.Context) error {
	if err := a.leases().CheckClock(ctx); err != nil {
		return err
	}
	if err := a.openKeys(ctx); err != nil {
		return err
	}
	return a.choose(ctx)
}

// bind makes of the files what decides and what reaches the processors.
func (a *App) bind(ctx context.Context) error {
	if err := a.compile(); err != nil {
		return err
	}
	return a.choose(ctx)
}

func (a *App) choose(ctx context.Context) error {
	binding := Binding(a.Config)
	if err := a.choosePolicy(ctx, a.text, binding); err != nil {
		return err
	}
	return a.connect(binding)
}

// clock is the policy clock: the machine's, or, for trying things out, that of
// LAPSED_NOW, which runs on from there.
func clock(o Options, c *config.Config) (func() time.Time, error) {
	if o.Clock != nil {
		return o.Clock, nil
	}
	v := os.Getenv("LAPSED_NOW")
	if v == "" {
		return func() time.Time { return time.Now().UTC() }, nil
	}
	t, err := time.Parse(time.RFC3339, v)
	if err != nil {
		return nil, document.Problems{{File: "LAPSED_NOW", Message: "this is no instant: write it as 2026-11-24T12:00:00Z"}}
	}
	if c.Mode == config.Enforce && !c.Loopback() {
		return nil, document.Problems{{File: "LAPSED_NOW", Message: "the policy clock can't be set in enforce mode while a processor is not on this machine: people would be deleted by a time that isn't"}}
	}
	began := time.Now()
	return func() time.Time { return t.Add(time.Since(began)).UTC() }, nil
}

// openKeys opens the keys, and makes them if this is the first run.
func (a *App) openKeys(ctx context.Context) error {
	size := int64(0)
	if err := a.Store.Read(ctx, func(tx *store.Tx) (err error) { size, err = tx.LogSize(); return err }); err != nil {
		return err
	}
	ring, ringErr := pseudonym.Open(a.Config.Keys)
	log, logErr := audit.OpenKey(a.Config.Keys)
	missing := errors.Is(ringErr, pseudonym.ErrNoKeys) || errors.Is(logErr, audit.ErrNoKey)
	var err error
	switch {
	case missing && size > 0:
		return fmt.Errorf("%w: the state holds a log of %d entries, and its keys are not in %s. Restore them from their backup; new ones would forget every refusal", ErrRefused, size, a.Config.Keys)
	case errors.Is(ringErr, pseudonym.ErrNoKeys):
		if ring, err = pseudonym.Create(a.Config.Keys, a.Clock().Year()); errors.Is(err, fs.ErrExist) {
			ring, err = pseudonym.Open(a.Config.Keys) // another process that starts was first
		}
		if err != nil {
			return err
		}
	case ringErr != nil:
		return ringErr
	}
	switch {
	case errors.Is(logErr, audit.ErrNoKey):
		if log, err = audit.CreateKey(a.Config.Keys, string(a.Config.Audit.Origin)); errors.Is(err, fs.ErrExist) {
			log, err = audit.OpenKey(a.Config.Keys)
		}
		if err != nil {
			return err
		}
	case logErr != nil:
		return logErr
	}
	a.Keys, a.Log = ring, log
	subject, signer := ring.SubjectKey(), ring.SignerKey()
	return a.Store.Write(ctx, func(tx *store.Tx) error {
		if err := log.Check(ctx, tx.Tx); err != nil {
			return err
		}
		return log.Begin(tx.Tx, a.Clock(),
			entry.KeyWasRotated{Use: string(pseudonym.Subject), KID: subject.KID(), Commitment: subject.Commitment(), Cause: "first-run"},
			entry.KeyWasRotated{Use: string(pseudonym.Signer), KID: signer.KID(), Commitment: signer.Commitment(), Cause: "first-run"})
	})
}

// choosePolicy activates the file's revision on the first run, and goes on with
// the active one if the file has changed since.
func (a *App) choosePolicy(ctx context.Context, text []byte, binding policy.Binding) error {
	return a.Store.Write(ctx, func(tx *store.Tx) error {
		active, ok, err := tx.ActivePolicy()
		switch {
		case err != nil:
			return err
		case !ok && a.unbound != nil:
			return a.unbound
		case !ok:
			return a.activate(tx, a.Policy, text, entry.Daemon, map[string]int{})
		case a.unbound == nil && active.Revision == a.Policy.Revision:
			return nil
		}
		old, problems := policy.Compile("policy "+active.Version+" (active)", []byte(active.Text), binding)
		if len(problems) > 0 {
			return fmt.Errorf("%w: the active policy can't be bound to this config: %w", ErrRefused, problems)
		}
		if a.unbound == nil {
			a.next = a.Policy
		}
		a.Policy = old
		return nil
	})
}

// engine is what reads and plans. It gets sources, and nothing that can write.
func (a *App) engine() *reconcile.Engine {
	sources := map[string]reconcile.Reader{}
	for name, c := range a.connectors {
		sources[name] = c
	}
	return &reconcile.Engine{Store: a.Store, Log: a.Log, Keys: a.Keys, Policy: a.Policy, Sources: sources, Clock: a.Clock, Logger: a.opt.Logger,
		Progress: a.opt.Progress, Build: a.opt.Build, Config: a.Config.Digest, Instance: a.instance, Proposed: a.proposal(),
		Stall: a.opt.Stall, Daily: a.window, LogDir: a.Config.Log, Standing: a.standing}
}

// Plan does a cycle that reads and plans, and writes nothing to any processor.
func (a *App) Plan(ctx context.Context) (reconcile.Report, error) {
	return a.await(ctx, reconcile.Order{Trigger: byHand})
}

// RunOnce does one whole cycle. Only enforce mode gets hands.
func (a *App) RunOnce(ctx context.Context) (reconcile.Report, error) {
	return a.await(ctx, reconcile.Order{Hand: a.hand(), Trigger: byOnce})
}

func (a *App) hand() *reconcile.Hand {
	if a.Config.Mode != config.Enforce {
		return nil
	}
	h := &reconcile.Hand{Targets: map[string]connectors.Target{}}
	for name, c := range a.connectors {
		h.Targets[name] = c
	}
	return h
}

// Report is what a cycle tells of itself.
type Report = reconcile.Report

// Progress is told how far a cycle is.
type Progress = reconcile.Progress

// Enforces tells whether the config lets anything be written to processors.
func (a *App) Enforces() bool { return a.Config.Mode == config.Enforce }

// ParseDay reads a day of the command line.
func ParseDay(s string) (policy.Day, error) { return policy.ParseDay(s) }
