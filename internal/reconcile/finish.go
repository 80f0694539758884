package reconcile

import (
	"context"
	"encoding/json"
	"slices"
	"time"

	"github.com/lapsed/lapsed/internal/audit"
	"github.com/lapsed/lapsed/internal/audit/entry"
	"github.com/lapsed/lapsed/internal/duty"
	"github.com/lapsed/lapsed/internal/store"
	"github.com/lapsed/lapsed/policy"
)

// finish closes the cycle whatever happened: findings, figures, the signed
// checkpoint. One that failed between a write and its outcome is not closed: the
// next one says that it recovers it, and settles what it left open.
func (r *run) finish(ctx context.Context, fault error) (Report, error) {
	r.standing()
	result := "done"
	if fault != nil {
		result, r.report.Fault = "failed", fault.Error()
	}
	err := r.write(ctx, func(tx *store.Tx) ([]entry.Entry, error) {
		if err := r.dues(tx); err != nil {
			return nil, err
		}
		if fault != nil && r.hand != nil {
			if open, err := r.leavesOpen(tx); err != nil || open {
				return nil, err
			}
		}
		var out []entry.Entry
		if fault == nil {
			var err error
			if err = r.keepRequests(tx); err != nil {
				return nil, err
			}
			if out, err = r.keepFindings(tx); err != nil {
				return nil, err
			}
			expired, err := tx.ExpireSuppressions(r.today)
			if err != nil {
				return nil, err
			}
			for _, p := range expired {
				out = append(out, entry.Entry{Kind: entry.SuppressionExpired, Body: entry.SuppressionHasExpired{Person: p}})
			}
		}
		r.report.Findings = r.findings.list()
		decisions, err := r.decisionDigest(tx)
		if err != nil {
			return nil, err
		}
		f := entry.Finished{Result: result, Persons: r.report.Persons, Verdicts: r.report.Verdicts, Outcomes: r.report.Outcomes,
			Findings: len(r.report.Findings), OldestOverdueDays: r.report.OldestOverdueDays, Decisions: decisions}
		if fault != nil {
			f.Fault = faultCode(fault)
		}
		summary, err := json.Marshal(r.report)
		if err != nil {
			return nil, err
		}
		return append(out, entry.Entry{Kind: entry.CycleFinished, Body: f}), tx.FinishCycle(r.id, r.Clock(), summary)
	})
	if err != nil {
		return r.report, err
	}
	if r.report.Checkpoint, err = r.sign(ctx); err == nil {
		r.tell(result)
		r.publish(ctx)
	}
	return r.report, err
}

// checkLog proves that the log goes on from what was signed, and from what was
// published.
func (e *Engine) checkLog(ctx context.Context, tx *store.Tx) error {
	if err := e.Log.Check(ctx, tx.Tx); err != nil || e.LogDir == "" {
		return err
	}
	return e.Log.Agrees(ctx, tx.Tx, e.LogDir)
}

// publish brings the published log up to the newest checkpoint. If it can't be,
// the next cycle tries again, and says so: what is signed is safe meanwhile.
func (r *run) publish(ctx context.Context) {
	if r.LogDir == "" {
		return
	}
	err := r.read(ctx, func(tx *store.Tx) error { return audit.Export(ctx, tx.Tx, r.LogDir) })
	since := ""
	if err != nil {
		since = r.now.UTC().Format(time.RFC3339)
		r.report.Unpublished = true
		if r.Logger != nil {
			r.Logger.Error("the log is not published", "cycle", r.id, "size", r.report.Checkpoint.Size, "error", err.Error())
		}
	}
	if (since == "") == (r.unpublished == "") {
		return
	}
	err = r.Store.Write(ctx, func(tx *store.Tx) error { return tx.SetMeta(unpublishedKey, since) })
	if err != nil && r.Logger != nil {
		r.Logger.Error("that the log is not published can't be remembered", "cycle", r.id, "error", err.Error())
	}
}

// unpublishedKey remembers since when the log can't be published, "" = it can.
const unpublishedKey = "unpublished-since"

// tell writes the checkpoint into the process log, whose collector holds it
// where nobody who rewrites the database can reach.
func (r *run) tell(result string) {
	if r.Logger != nil {
		c := r.report.Checkpoint
		r.Logger.Info("cycle finished", "cycle", r.id, "mode", r.report.Mode, "result", result, "persons", r.report.Persons, "findings", len(r.report.Findings))
		r.Logger.Info("checkpoint", "cycle", r.id, "size", c.Size, "root", c.Root, "note", c.Note)
	}
}

// sign signs the log's head and moves the pin.
func (e *Engine) sign(ctx context.Context) (c audit.Checkpoint, err error) {
	err = e.Store.Write(ctx, func(tx *store.Tx) (err error) { c, err = e.Log.Sign(ctx, tx.Tx); return err })
	if err != nil {
		return audit.Checkpoint{}, err
	}
	return c, e.Log.Pin(c)
}

// leavesOpen tells whether some intent has no outcome in the log, not even that
// it is unknown.
func (r *run) leavesOpen(tx *store.Tx) (bool, error) {
	acting, err := tx.DutiesIn("", duty.Acting)
	return slices.ContainsFunc(acting, func(d duty.Duty) bool { return d.Reason != unanswered }), err
}

// standing adds the findings that don't come from persons or reads.
func (r *run) standing() {
	for _, e := range r.Policy.Processors {
		if _, configured := r.Sources[e.Name]; configured {
			continue
		}
		if e.Value.ByHand == nil && !e.Value.Aggregated.Is {
			r.findings.add(policy.FindNotConfigured, e.Name, "", 1, "", policy.NotConfiguredWords(e.Name))
		}
		if e.Value.Published != nil && !*e.Value.Published {
			r.findings.add(policy.FindNotPublished, e.Name, "", 1, "", policy.NotPublishedWords(e.Name))
		}
	}
	for _, f := range r.Policy.Standing(r.today) {
		r.accountFinding(f)
	}
	if r.unpublished != "" {
		r.findings.add(policy.FindLogBehind, "", "", 1, "", policy.LogBehindWords(r.unpublished))
	}
	for _, n := range r.Standing {
		r.findings.note(n)
	}
	if p := r.Proposed; p.Revision != "" {
		r.findings.add(policy.FindPolicyProposed, "", p.Revision[:12], 1, "", policy.ProposedWords(p.Impact))
	}
	if r.hand == nil && !r.begunAt.IsZero() && r.now.Sub(r.begunAt) > 30*24*time.Hour {
		r.findings.add(policy.FindObserveTooLong, "", "", int(r.now.Sub(r.begunAt).Hours()/24), "", policy.ObserveTooLongWords())
	}
}
