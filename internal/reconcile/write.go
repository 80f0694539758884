package reconcile

import (
	"context"
	"encoding/json"
	"slices"
	"time"

	"github.com/lapsed/lapsed/connectors"
	"github.com/lapsed/lapsed/internal/audit"
	"github.com/lapsed/lapsed/internal/audit/entry"
	"github.com/lapsed/lapsed/internal/contact"
	"github.com/lapsed/lapsed/internal/duty"
	"github.com/lapsed/lapsed/internal/fault"
	"github.com/lapsed/lapsed/internal/store"
	"github.com/lapsed/lapsed/policy"
)

const (
	// intentsPerCommit is how many intents share a commit.
	intentsPerCommit = 64
	// freshFor is how old the re-read may be when the intent is logged (invariant 1).
	freshFor = 60 * time.Second
	// retryAfter is how long an attempt rests that a processor refused or that is
	// disputed: a human has to act first.
	retryAfter = 7 * 24 * time.Hour
)

// write carries out one step: durable intents, then the processor, then a
// re-read, then outcomes. What the re-read doesn't show is not claimed.
func (a *acting) write(ctx context.Context, s step) error {
	for orders := range slices.Chunk(s.orders, intentsPerCommit) {
		if ctx.Err() != nil {
			return ctx.Err()
		}
		begun, err := a.intend(ctx, orders)
		if err != nil {
			return err
		}
		if len(begun) == 0 {
			continue
		}
		if a.Held != nil {
			if err := a.Held(); err != nil {
				return err // the intents are another's to settle
			}
		}
		target := a.hand.Targets[s.processor]
		var answers []error
		if s.verb == policy.Delete {
			answers = target.Delete(ctx, refsOf(begun))
		} else {
			answers = target.Unsubscribe(ctx, a.unsubscriptions(s.processor, begun))
		}
		// What was sent is recorded even if we are being stopped.
		if err := a.conclude(context.WithoutCancel(ctx), s, begun, answers); err != nil {
			return err
		}
	}
	return nil
}

// intend logs the intents, durably. It reads holds and the pause in the same
// transaction, and leaves out whoever may not be written to any more.
func (a *acting) intend(ctx context.Context, orders []order) ([]order, error) {
	var begun []order
	err := a.run.write(ctx, func(tx *store.Tx) ([]entry.Entry, error) {
		begun = nil
		if paused, err := tx.Meta("paused"); err != nil || paused != "" {
			return nil, err
		}
		now := a.Clock()
		if age := now.Sub(a.refreshed); age > freshFor || age < 0 {
			return nil, nil // too old to write on: due again in the next cycle
		}
		holds, err := audit.CountKinds(tx.Tx, entry.HoldAdded, entry.HoldReleased)
		if err != nil {
			return nil, err
		}
		held := map[int64]bool{}
		var out []entry.Entry
		for _, o := range orders {
			if _, seen := held[o.duty.Person]; !seen {
				hs, err := tx.HoldsOf([]int64{o.duty.Person})
				if err != nil {
					return nil, err
				}
				held[o.duty.Person] = slices.ContainsFunc(hs[o.duty.Person], func(h policy.Hold) bool { return h.Until >= a.today })
			}
			if held[o.duty.Person] && o.duty.Verb == policy.Delete {
				if err := a.halfway(tx, o.duty); err != nil {
					return nil, err
				}
				continue
			}
			// Another process may have begun it meanwhile.
			if s, attempt, err := tx.StateOf(o.duty.ID); err != nil || s != duty.Due || attempt != o.duty.Attempt {
				if err != nil {
					return nil, err
				}
				continue
			}
			e, err := a.intent(tx, &o, now, holds)
			if err != nil {
				return nil, err
			}
			begun, out = append(begun, o), append(out, e)
		}
		return out, nil
	})
	return begun, err
}

// halfway says so when a hold lands between the deletions of one person.
func (a *acting) halfway(tx *store.Tx, d duty.Duty) error {
	duties, err := tx.DutiesOf([]int64{d.Person})
	if err != nil {
		return err
	}
	if slices.ContainsFunc(duties[d.Person], func(x duty.Duty) bool {
		return x.Verb == policy.Delete && (x.State == duty.Acting || x.State == duty.Accepted || x.State == duty.Gone)
	}) {
		a.findings.add(policy.FindHeldHalfway, d.Ref.Processor, "", 1, d.Ref.String(), "a hold came when a record of the person was already deleted elsewhere: what is left at "+d.Ref.Processor+" is kept; restore the other one from its bin if the hold needs it")
	}
	return nil
}

func (a *acting) intent(tx *store.Tx, o *order, now time.Time, holds int) (entry.Entry, error) {
	before, err := json.Marshal(a.observe(a.contacts[o.duty.Ref]).Facts)
	if err != nil {
		return entry.Entry{}, err
	}
	commitment, err := audit.Keep(tx.Tx, before, now.AddDate(3, 0, 0))
	if err != nil {
		return entry.Entry{}, err
	}
	d := &o.duty
	d.State, d.Changed, d.Reason = duty.Acting, now, ""
	d.Attempt++
	if err := tx.PutDuty(*d, a.today, o.decision); err != nil {
		return entry.Entry{}, err
	}
	authority := d.Batch
	if authority == "" {
		authority = "routine"
		if err := tx.Spend(a.today, d.Verb, d.Person); err != nil {
			return entry.Entry{}, err
		}
	}
	return entry.Entry{Kind: entry.DutyIntent, Body: entry.Intent{Duty: d.ID, Attempt: d.Attempt, Verb: string(d.Verb), Extent: extent(*d), Topic: d.Topic,
		Ground: string(d.Ground), Person: o.person, Aka: o.aka, Contact: a.Keys.Contact(d.Ref), Processor: d.Ref.Processor, Decision: o.decision,
		Authority: authority, Refreshed: entry.Time(a.refreshed), Holds: holds, Before: commitment}}, nil
}

func refsOf(os []order) []contact.Ref {
	out := make([]contact.Ref, len(os))
	for i, o := range os {
		out[i] = o.duty.Ref
	}
	return out
}

// unsubscriptions are the items for the target, an order each.
func (a *acting) unsubscriptions(processor string, os []order) []connectors.Unsubscription {
	out := make([]connectors.Unsubscription, len(os))
	for i, o := range os {
		out[i] = connectors.Unsubscription{Contact: a.contacts[o.duty.Ref], All: o.duty.Extent != contact.ExtentTopic}
		if t, ok := a.Policy.Topics.Get(o.duty.Topic); ok {
			if id, ok := t.Get(processor); ok {
				out[i].Topics = []string{id}
			}
		}
	}
	return out
}

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
		if answers, err := a.hand.Targets[s.processor].Verify(ctx, check); err == nil {
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
	for _, k := range keys {
		if err := tx.Suppress(store.Suppression{Key: k, Kind: kind, Since: r.Clock().Unix(), Until: end, Public: o.person}); err != nil {
			return nil, err
		}
	}
	return []entry.Entry{{Kind: entry.SuppressionAdded, Body: entry.SuppressionWasAdded{Person: o.person, Extent: contact.ExtentMarketing.String(), Until: end.String()}}}, nil
}
