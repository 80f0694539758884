package reconcile

import (
	"context"
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

// conclude re-reads what the processor said yes to, or didn't answer, and logs
// the outcomes.
func (a *acting) conclude(ctx context.Context, s step, os []order, answers []error) error {
	var check []contact.Contact
	for i, o := range os {
		if answer(answers, i) == nil || fault.Is(answer(answers, i), fault.Ambiguous) || fault.Is(answer(answers, i), fault.NotFound) {
			check = append(check, a.contacts[o.duty.Ref])
		}
	}
	seen := map[contact.Ref]connectors.Reread{}
	if len(check) > 0 {
		var answers []connectors.Reread
		err := a.ask(ctx, s.processor, func(ctx context.Context) (err error) {
			answers, err = a.hand.Targets[s.processor].Verify(ctx, check)
			return err
		})
		if err == nil {
			for _, x := range answers {
				seen[x.Ref] = x
			}
		}
	}
	return a.run.write(ctx, func(tx *store.Tx) ([]entry.Entry, error) {
		var out []entry.Entry
		for i, o := range os {
			es, err := a.outcome(tx, o, answer(answers, i), seen[o.duty.Ref])
			if err != nil {
				return nil, err
			}
			out = append(out, es...)
		}
		return out, nil
	})
}

// answer is the processor's answer to item i; a target that lost one answered nothing.
func answer(answers []error, i int) error {
	if i >= len(answers) {
		return &fault.Error{Kind: fault.Ambiguous}
	}
	return answers[i]
}

// outcome logs what became of one attempt: the processor's word, and what the
// re-read saw.
func (r *run) outcome(tx *store.Tx, o order, said error, seen connectors.Reread) ([]entry.Entry, error) {
	var out []entry.Entry
	d := o.duty
	log := func(state, reason string, reread bool, restorable time.Time) {
		x := entry.Outcome{Duty: d.ID, Attempt: d.Attempt, State: state, Reason: reason, Reread: entry.NotReread}
		if reread {
			x.Reread = entry.Time(r.Clock())
		}
		if !restorable.IsZero() {
			x.RestorableUntil = entry.Time(restorable)
		}
		out = append(out, entry.Entry{Kind: entry.DutyOutcome, Body: x})
	}
	move := func(s duty.State, reason string) { d.State, d.Changed, d.Reason = s, r.Clock(), reason }
	done := r.done(d, seen)
	switch {
	case done:
		if said == nil {
			log("accepted", "processor-said-yes", false, time.Time{})
		}
		es, err := r.gone(tx, &d, o, log)
		if err != nil {
			return nil, err
		}
		out = append(out, es...)
	case said == nil:
		log("accepted", "processor-said-yes", seen.State != connectors.Unread, time.Time{})
		move(duty.Accepted, "")
	case fault.Is(said, fault.Ambiguous) && seen.State == connectors.Unread:
		log("unknown", unanswered, false, time.Time{}) // stays acting until a re-read tells
		d.Reason = unanswered
	case fault.Is(said, fault.Ambiguous):
		log("skipped", "not-done", true, time.Time{})
		move(duty.Due, "not-done")
	case fault.Is(said, fault.Transient), fault.Is(said, fault.RateLimited), fault.Is(said, fault.Unknown):
		log("failed", faultCode(said), false, time.Time{})
		move(duty.Due, faultCode(said))
		d.NotBefore = r.Clock().Add(backOff(said, d.Attempt))
	default:
		log("refused", faultCode(said), false, time.Time{})
		move(duty.Refused, faultCode(said))
		d.NotBefore = r.Clock().Add(retryAfter)
		r.findings.add(policy.FindRefusedByVendor, d.Ref.Processor, faultCode(said), 1, d.Ref.String(), policy.RefusedWords(d.Ref.Processor, faultCode(said)))
	}
	return out, tx.PutDuty(d, r.today, o.decision)
}

func backOff(err error, attempt int) time.Duration {
	if w := waitOf(err); w > 0 {
		return w
	}
	return min(time.Minute<<min(attempt, 10), 6*time.Hour)
}

// gone records that a re-read shows it done. An unsubscribe is final then: there
// is no horizon after which it could be otherwise.
func (r *run) gone(tx *store.Tx, d *duty.Duty, o order, log func(string, string, bool, time.Time)) ([]entry.Entry, error) {
	now := r.Clock()
	if d.Verb != policy.Delete {
		log("gone", "re-read", true, time.Time{})
		log("final", "re-read", true, time.Time{})
		d.State, d.Changed, d.Reason = duty.Final, now, ""
		return nil, tx.ChangeFacts(d.Ref, func(f *contact.Facts) { r.stopped(f, *d) })
	}
	d.RestorableUntil = r.horizon(d.Ref.Processor, now)
	log("gone", "re-read", true, d.RestorableUntil)
	d.State, d.Changed, d.Reason = duty.Gone, now, ""
	es, err := r.suppress(tx, *d, o)
	if err != nil {
		return nil, err
	}
	return es, tx.Forget(d.Ref)
}

// stopped enters into a record's facts that its mail was seen to have stopped.
func (r *run) stopped(f *contact.Facts, d duty.Duty) {
	if d.Extent != contact.ExtentTopic {
		f.Mailable = false
		return
	}
	f.Topics = slices.DeleteFunc(f.Topics, func(t uint16) bool { return r.Policy.Topics[t].Name == d.Topic })
}

// done tells whether a re-read shows what the duty demands.
func (r *run) done(d duty.Duty, seen connectors.Reread) bool {
	if d.Verb == policy.Delete {
		return seen.State == connectors.Binned || seen.State == connectors.Absent
	}
	if seen.State == connectors.Binned || seen.State == connectors.Absent {
		return true // nobody is there to be mailed
	}
	if seen.State != connectors.Present {
		return false
	}
	f := r.observe(seen.Contact).Facts
	if d.Extent != contact.ExtentTopic {
		return !f.Mailable
	}
	return !f.Mailable || !slices.ContainsFunc(f.Topics, func(t uint16) bool { return r.Policy.Topics[t].Name == d.Topic })
}

// horizon is when the processor's own users and purges can't bring a record back
// any more (C8).
func (r *run) horizon(processor string, now time.Time) time.Time {
	p, _ := r.Policy.Processors.Get(processor)
	if p.AfterDelete == nil {
		return now
	}
	period := p.AfterDelete.Restorable
	if period == nil {
		period = p.AfterDelete.Purged
	}
	return (period.After(policy.DayOf(now, r.Policy.Zone())) + 1).Start(r.Policy.Zone())
}

// suppress keeps what must outlive the record, as pseudonyms: every no, and that
// somebody was here (C19).
func (r *run) suppress(tx *store.Tx, d duty.Duty, o order) ([]entry.Entry, error) {
	kind, until := "lapsed", r.Policy.Suppression.Lapsed
	if d.Ground != policy.GroundRetention {
		kind, until = "erased", r.Policy.Suppression.Erased
	}
	keys := emails(o.keys)
	if err := r.keepRefusals(tx, keys, o.refused); err != nil || until == nil || len(keys) == 0 {
		return nil, err
	}
	end := until.After(r.today)
	kinds := []string{kind}
	if d.Ground == policy.GroundMinor {
		kinds = append(kinds, "minor") // the record may have been the only one that knew
	}
	for _, kind := range kinds {
		for _, k := range keys {
			if err := tx.Suppress(store.Suppression{Key: k, Kind: kind, Since: r.Clock().Unix(), Until: end, Public: o.person}); err != nil {
				return nil, err
			}
		}
	}
	return []entry.Entry{{Kind: entry.SuppressionAdded, Body: entry.SuppressionWasAdded{Person: o.person, Extent: contact.ExtentMarketing.String(), Until: end.String()}}}, nil
}
