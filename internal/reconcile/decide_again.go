package reconcile

import (
	"context"

	"github.com/lapsed/lapsed/internal/audit/entry"
	"github.com/lapsed/lapsed/internal/contact"
	"github.com/lapsed/lapsed/internal/duty"
	"github.com/lapsed/lapsed/internal/store"
	"github.com/lapsed/lapsed/policy"
)

// decideAgain decides on the freshly read persons. Duties can only drop out: what
// is newly demanded waits for the next plan.
func (a *acting) decideAgain(ctx context.Context, persons []int64) error {
	now := a.Clock()
	return a.run.write(ctx, func(tx *store.Tx) ([]entry.Entry, error) {
		out, err := a.dropGone(tx)
		if err != nil {
			return nil, err
		}
		b, err := a.bench(tx, sorted(persons))
		if err != nil {
			return nil, err
		}
		if a.moving, err = tx.Moving(persons); err != nil {
			return nil, err
		}
		for _, mine := range b.persons {
			es, err := a.again(tx, b, a.decide(b, mine, now))
			if err != nil {
				return nil, err
			}
			out = append(out, es...)
		}
		return out, nil
	})
}

// again logs one person's new decision, if anything of the plan is left, and
// turns it into orders.
func (a *acting) again(tx *store.Tx, b *bench, j judged) ([]entry.Entry, error) {
	name, aka := a.publicOf(b, j)
	var left []duty.Duty
	demanded := map[duty.Name]policy.Demand{}
	for _, m := range j.decision.Demands {
		demanded[duty.NameOf(m)] = m
	}
	for _, d := range b.duties[j.id] {
		want, planned := a.wanted[d.ID]
		m, still := demanded[d.Name()]
		if planned && still && !m.Held && a.mayWrite(d) {
			d.Batch = want.Batch
			left = append(left, d)
		}
	}
	var out []entry.Entry
	decision := ""
	if len(left) > 0 {
		e, err := a.decisionEntry(tx, j, b.requests[j.id], name, aka)
		if err != nil {
			return nil, err
		}
		decision = e.Body.(entry.Decision).ID
		out = append(out, e)
	}
	for _, c := range j.changes {
		if c.Event == duty.Opened {
			continue // the next cycle's matter
		}
		if err := tx.PutDuty(c.Duty, a.today, decision); err != nil {
			return nil, err
		}
		if e, logged := a.dutyEntry(c, name, decision, b.holds[j.id]); logged {
			out = append(out, e)
		}
	}
	a.flips(j, left)
	var refused []contact.Refusal
	var names []contact.Key
	for _, o := range j.rows {
		refused, names = append(refused, o.Facts.Refusals...), append(names, o.Name)
	}
	for _, d := range left {
		a.orders = append(a.orders, order{duty: d, person: name, aka: aka, keys: b.ids[j.id], decision: decision, refused: refused, names: names})
	}
	return out, nil
}

// mayWrite tells whether all that has to be re-read before the write was: every
// record for a deletion that absence of life demands, its own for the others.
func (a *acting) mayWrite(d duty.Duty) bool {
	if a.unread[d.Ref.Processor] || d.Verb == policy.Delete && a.moving[d.Person] {
		return false // or their identity has just changed: the next cycle resolves it first
	}
	if _, there := a.contacts[d.Ref]; !there {
		return false
	}
	if d.Verb != policy.Delete || !duty.HasGrace(d.Ground) {
		return true
	}
	return len(a.unread) == 0
}

// dropGone withdraws the planned duties whose record was found gone, or is not
// known any more.
func (a *acting) dropGone(tx *store.Tx) ([]entry.Entry, error) {
	var out []entry.Entry
	for _, id := range sorted(keysOf(a.wanted)) {
		d := a.wanted[id]
		if a.known[d.Ref] && !a.gone[d.Ref] {
			continue
		}
		es, err := a.dropRecord(tx, d.Ref)
		if err != nil {
			return nil, err
		}
		out = append(out, es...)
	}
	return out, nil
}

// dropRecord withdraws what is still open on a record that is not there any more.
func (r *run) dropRecord(tx *store.Tx, ref contact.Ref) ([]entry.Entry, error) {
	duties, err := tx.DutiesOfRecord(ref)
	if err != nil {
		return nil, err
	}
	var out []entry.Entry
	for _, d := range duties {
		if !d.State.Open() {
			continue
		}
		d.State, d.Changed, d.Reason = duty.Withdrawn, r.Clock(), "record-gone"
		if err := tx.PutDuty(d, r.today, ""); err != nil {
			return nil, err
		}
		out = append(out, entry.Entry{Kind: entry.DutyWithdrawn, Body: entry.Withdrawn{Duty: d.ID, Cause: "record-gone"}})
	}
	return out, nil
}
