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
	"github.com/lapsed/lapsed/internal/store"
	"github.com/lapsed/lapsed/policy"
)

const (
	// intentsPerCommit is how many intents share a commit.
	intentsPerCommit = 64
	// freshFor is how old the re-read may be when the intent is logged, and when the
	// write is sent (invariant 1).
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
		answers := a.send(ctx, s, begun)
		// What was sent is recorded even if we are being stopped.
		if err := a.conclude(context.WithoutCancel(ctx), s, begun, answers); err != nil {
			return err
		}
	}
	return nil
}

// send has the processor do what was intended, as long as the re-read that it
// rests on is fresh: what a slow processor was not sent by then is not sent.
func (a *acting) send(ctx context.Context, s step, begun []order) []error {
	ctx, cancel := context.WithTimeout(ctx, freshFor-a.Clock().Sub(a.refreshed))
	defer cancel()
	target := a.hand.Targets[s.processor]
	if s.verb == policy.Delete {
		return target.Delete(ctx, refsOf(begun))
	}
	return target.Unsubscribe(ctx, a.unsubscriptions(s.processor, begun))
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
			if asked, err := a.serves(tx, o); err != nil || !asked {
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
