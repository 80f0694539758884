package reconcile

import (
	"context"
	"errors"
	"slices"
	"time"

	"github.com/lapsed/lapsed/connectors"
	"github.com/lapsed/lapsed/internal/audit/entry"
	"github.com/lapsed/lapsed/internal/contact"
	"github.com/lapsed/lapsed/internal/duty"
	"github.com/lapsed/lapsed/internal/fault"
	"github.com/lapsed/lapsed/internal/store"
	"github.com/lapsed/lapsed/policy"
)

func waitOf(err error) time.Duration {
	var f *fault.Error
	if errors.As(err, &f) {
		return f.After
	}
	return 0
}

// recover settles what an interrupted cycle left open before anything new is
// intended: each open intent is re-read. Without a hand nothing can be settled.
func (r *run) recover(ctx context.Context) error {
	err := r.read(ctx, func(tx *store.Tx) (err error) {
		r.begunAt, err = tx.FirstCycle()
		if err != nil {
			return err
		}
		r.sources, err = tx.Sources()
		return err
	})
	if err != nil || r.hand == nil {
		return err
	}
	return r.settle(ctx, []duty.State{duty.Acting}, func(d duty.Duty) bool { return true })
}

// verify follows what the processors accepted: gone when a re-read shows it,
// final when the processor's own horizon has passed and it is still so. A record
// that a read showed again is looked at before its horizon.
func (r *run) verify(ctx context.Context) error {
	if r.hand == nil || r.clockWhy != "" {
		return nil
	}
	var back map[string]bool
	if err := r.read(ctx, func(tx *store.Tx) (err error) { back, err = tx.GoneAndBack(); return err }); err != nil {
		return err
	}
	return r.settle(ctx, []duty.State{duty.Accepted, duty.Gone}, func(d duty.Duty) bool {
		if d.State == duty.Accepted {
			return d.Changed.Before(r.now) // this cycle's own were just re-read
		}
		return back[d.ID] || !d.RestorableUntil.After(r.now)
	})
}

// settle re-reads the records of duties in some states and moves them along.
func (r *run) settle(ctx context.Context, states []duty.State, due func(duty.Duty) bool) error {
	for _, name := range sorted(keysOf(r.hand.Targets)) {
		var list []duty.Duty
		if err := r.read(ctx, func(tx *store.Tx) (err error) { list, err = tx.DutiesIn(name, states...); return err }); err != nil {
			return err
		}
		list = slices.DeleteFunc(list, func(d duty.Duty) bool { return !due(d) })
		for part := range slices.Chunk(list, 200) {
			if err := r.settlePart(ctx, name, part); err != nil {
				return err
			}
		}
	}
	return nil
}

func (r *run) settlePart(ctx context.Context, name string, list []duty.Duty) error {
	refs := make([]contact.Ref, len(list))
	for i, d := range list {
		refs[i] = d.Ref
	}
	var seen []connectors.Reread
	err := r.ask(ctx, name, func(ctx context.Context) (err error) { seen, err = r.Sources[name].Refresh(ctx, refs); return err })
	r.doubt(name, seen)
	if err != nil || len(seen) != len(list) {
		if ctx.Err() != nil {
			return ctx.Err()
		}
		r.findings.add(policy.FindSourceUnread, name, "verify", 1, "", policy.UnconfirmedWords(name))
		seen = make([]connectors.Reread, len(list)) // nothing is known of any of them
	}
	if err := r.askStatuses(ctx, name, list, seen); err != nil {
		return err
	}
	return r.write(ctx, func(tx *store.Tx) ([]entry.Entry, error) {
		var out []entry.Entry
		for i, d := range list {
			es, err := r.settleOne(tx, d, seen[i])
			if err != nil {
				return nil, err
			}
			out = append(out, es...)
		}
		return out, nil
	})
}

// askStatuses re-reads whether people are mailed as it is done after a write:
// what a record says of it may trail what was written. It puts what it saw into
// seen, and for whom it could see nothing that they are unread.
func (r *run) askStatuses(ctx context.Context, name string, list []duty.Duty, seen []connectors.Reread) error {
	var check []contact.Contact
	for i, d := range list {
		if d.Verb == policy.Unsubscribe && seen[i].State == connectors.Present {
			check = append(check, seen[i].Contact)
		}
	}
	if len(check) == 0 {
		return nil
	}
	var answers []connectors.Reread
	err := r.ask(ctx, name, func(ctx context.Context) (err error) {
		answers, err = r.hand.Targets[name].Verify(ctx, check)
		return err
	})
	if ctx.Err() != nil {
		return ctx.Err()
	}
	by := map[contact.Ref]connectors.Reread{}
	if err == nil {
		for _, x := range answers {
			by[x.Ref] = x
		}
	}
	for i, d := range list {
		if d.Verb == policy.Unsubscribe && seen[i].State == connectors.Present {
			seen[i] = by[d.Ref]
		}
	}
	return nil
}

// settleOne moves one duty along by what its record shows now.
func (r *run) settleOne(tx *store.Tx, d duty.Duty, seen connectors.Reread) ([]entry.Entry, error) {
	decision, err := tx.DecisionOf(d.ID)
	if err != nil {
		return nil, err
	}
	if seen.State == connectors.Unread {
		return r.stillUnknown(tx, d, decision)
	}
	done := r.done(d, seen)
	state, reason := "", "re-read"
	switch {
	case d.State == duty.Acting && done, d.State == duty.Accepted && done:
		o := order{duty: d, decision: decision}
		if err := r.remains(tx, &o); err != nil {
			return nil, err
		}
		return r.settled(tx, o, seen)
	case d.State == duty.Acting:
		state, reason, d.State = "skipped", "not-done", duty.Due
	case d.State == duty.Accepted && r.now.Sub(d.Changed) > settling:
		state, reason, d.State = "disputed", "still-there", duty.Disputed
		d.NotBefore = r.now.Add(retryAfter)
		r.disputed(d)
	case d.State == duty.Accepted:
		return nil, nil // the processor may take its time
	case done && d.RestorableUntil.After(r.now):
		return nil, nil // a list trailed the record
	case done:
		state, d.State = "final", duty.Final
	default:
		state, reason, d.State = "disputed", "back-after-deletion", duty.Disputed
		d.NotBefore = r.now
		r.findings.add(policy.FindReappeared, d.Ref.Processor, "", 1, d.Ref.String(), policy.ReappearedWords(d.Ref.Processor))
	}
	d.Changed, d.Reason = r.Clock(), reason
	x := entry.Outcome{Duty: d.ID, Attempt: d.Attempt, State: state, Reason: reason, Reread: entry.Time(r.Clock())}
	return []entry.Entry{{Kind: entry.DutyOutcome, Body: x}}, tx.PutDuty(d, r.today, decision)
}

// unanswered marks a duty whose outcome was logged as unknown.
const unanswered = "no-answer"

// stillUnknown logs, once, that an interrupted attempt could not be re-read. It
// stays open, and is asked about again in the next cycle.
func (r *run) stillUnknown(tx *store.Tx, d duty.Duty, decision string) ([]entry.Entry, error) {
	if d.State != duty.Acting || d.Reason == unanswered {
		return nil, nil
	}
	d.Reason = unanswered
	x := entry.Outcome{Duty: d.ID, Attempt: d.Attempt, State: "unknown", Reason: unanswered, Reread: entry.NotReread}
	return []entry.Entry{{Kind: entry.DutyOutcome, Body: x}}, tx.PutDuty(d, r.today, decision)
}

// settling is how long a processor may take to do what it said yes to.
const settling = 24 * time.Hour

func (r *run) disputed(d duty.Duty) {
	r.findings.add(policy.FindDisputed, d.Ref.Processor, "", 1, d.Ref.String(), policy.DisputedWords(d.Ref.Processor))
}

// settled is the outcome of an attempt that a later re-read shows done.
func (r *run) settled(tx *store.Tx, o order, seen connectors.Reread) ([]entry.Entry, error) {
	said := error(&fault.Error{Kind: fault.Ambiguous}) // what it said then is logged, or will never be known
	return r.outcome(tx, o, said, seen)
}

// remains fills in what is known under a record's identifiers, for its suppression.
func (r *run) remains(tx *store.Tx, o *order) error {
	o.person = r.Keys.Contact(o.duty.Ref)
	p, err := tx.PersonByRef(o.duty.Ref)
	if err != nil || p == 0 {
		return err
	}
	ids, err := tx.IdentifiersOf([]int64{p})
	if err != nil {
		return err
	}
	rows, err := tx.PersonsOf([]int64{p})
	if err != nil {
		return err
	}
	o.keys = ids[p]
	o.person, _ = r.public(o.keys, rows)
	for _, x := range rows {
		o.refused = append(o.refused, x.Facts.Refusals...)
	}
	return nil
}
