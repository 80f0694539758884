package reconcile

import (
	"context"
	"errors"
	"fmt"

	"github.com/lapsed/lapsed/internal/audit"
	"github.com/lapsed/lapsed/internal/audit/entry"
	"github.com/lapsed/lapsed/internal/duty"
	"github.com/lapsed/lapsed/internal/store"
)

// Order says what a cycle is to do.
type Order struct {
	Hand    *Hand  // nil observes: it reads, decides and plans, and nothing is written to any processor
	Reads   Reads  // how much of the sources it reads
	Trigger string // what began it: "manual", "once", "schedule"
}

// Cycle does one cycle. Unread sources are findings, not errors; an error means
// that the state or the log could not be kept.
func (e *Engine) Cycle(ctx context.Context, o Order) (Report, error) {
	if err := e.checkLeap(ctx); err != nil {
		return Report{}, err
	}
	r, err := e.begin(ctx, o)
	if err != nil {
		return Report{}, err
	}
	fault := r.stages(ctx)
	report, err := r.finish(context.WithoutCancel(ctx), fault)
	return report, errors.Join(fault, err)
}

// stages are what a cycle consists of, in order.
func (r *run) stages(ctx context.Context) error {
	for _, s := range []struct {
		name string
		do   func(context.Context) error
	}{
		{"recover", r.recover},   // what an interrupted cycle left open is re-read
		{"carry", r.carry},       // what was observed under other rules
		{"pull", r.pull},         // contacts → observations
		{"resolve", r.resolve},   // observations → persons
		{"evaluate", r.evaluate}, // persons → duties
		{"figures", r.figures},   // what the decisions that stand amount to
		{"plan", r.plan},         // duties → what may be done today, and what waits
		{"act", r.act},           // re-read, decide again, intent, write, re-read, outcome
		{"verify", r.verify},     // accepted → gone → final
	} {
		if err := s.do(ctx); err != nil {
			return fmt.Errorf("%s: %w", s.name, err)
		}
	}
	return nil
}

func (e *Engine) begin(ctx context.Context, o Order) (*run, error) {
	now := e.Clock()
	r := &run{Engine: e, hand: o.Hand, reads: o.Reads, id: audit.NewID(), now: now, today: e.Policy.Today(now), limits: duty.LimitsOf(e.Policy), findings: newFindings(), pace: newPace()}
	r.report = Report{Cycle: r.id, Mode: "observe", Now: now, Revision: e.Policy.Revision, Version: e.Policy.Version,
		Verdicts: map[string]int{}, Demands: map[string]int{}, People: map[string]int{}, Outcomes: map[string]int{}}
	if o.Hand != nil {
		r.report.Mode = "enforce"
	}
	processors := sorted(keysOf(e.Sources))
	err := r.write(ctx, func(tx *store.Tx) ([]entry.Entry, error) {
		var err error
		if r.headAt, err = tx.LogAt(); err != nil {
			return nil, err
		}
		if r.unpublished, err = tx.Meta(unpublishedKey); err != nil {
			return nil, err
		}
		var unfinished []string
		if r.number, unfinished, err = tx.BeginCycle(r.id, r.report.Mode, o.Hand != nil, now); err != nil {
			return nil, err
		}
		if err := e.checkLog(ctx, tx); err != nil {
			return nil, err
		}
		return []entry.Entry{{Kind: entry.CycleStarted, Body: entry.Started{Mode: r.report.Mode, Revision: e.Policy.Revision, Config: e.Config,
			Build: e.Build, Trigger: o.Trigger, Instance: e.Instance, Processors: processors, Recovers: unfinished}}}, nil
	})
	return r, err
}
