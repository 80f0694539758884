package verify

import (
	"errors"
	"slices"
	"time"

	"github.com/lapsed/lapsed/internal/audit/entry"
	plan "github.com/lapsed/lapsed/internal/duty"
)

// batch is one that was frozen.
type batch struct {
	frozen    entry.Frozen
	revision  string // active when it was frozen
	approvers []string
	expires   time.Time // of the first approval to expire
	refused   bool
	duties    map[string]bool // nil until the first intent asks
	unheld    bool
	told      bool // that a second approval is missing
}

// answer takes an approval or a refusal and judges R12.
func (b *book) answer(e event, x *entry.Approved) {
	f := b.batches[x.Batch]
	if f == nil {
		b.fault(e, "R12", x.Batch, "the batch was never frozen")
		return
	}
	if e.kind == entry.BatchRefused {
		f.refused = true
		return
	}
	switch {
	case e.by.Who == "" || e.by.Role != "operator" && e.by.Role != "admin":
		b.fault(e, "R12", x.Batch, "a batch is approved by people, not by the role %s", e.by.Role)
	case x.Role != e.by.Role:
		b.fault(e, "R12", x.Batch, "the approval claims the role %s of a %s", x.Role, e.by.Role)
	case e.by.Who == b.active.by:
		b.fault(e, "R12", x.Batch, "the batch is approved by who activated the revision")
	}
	if !slices.Contains(f.approvers, e.by.Who) {
		f.approvers = append(f.approvers, e.by.Who)
	}
	if end, err := endOf(x.Expires, b.zone()); err == nil && (f.expires.IsZero() || end.Before(f.expires)) {
		f.expires = end
	}
}

// authority judges on whose word an intent acts: by standing rule within the
// limits (R13), or by an approved batch (R3).
func (b *book) authority(e event, x *entry.Intent, c *cycle) {
	if x.Authority == "routine" {
		b.spend(e, x, c)
		return
	}
	f := b.batches[x.Authority]
	switch {
	case f == nil:
		b.fault(e, "R3", x.Duty, "the batch %s was never frozen", x.Authority)
		return
	case f.refused:
		b.fault(e, "R3", x.Duty, "the batch %s was refused", x.Authority)
	case len(f.approvers) == 0:
		b.fault(e, "R3", x.Duty, "the batch %s was not approved", x.Authority)
	case !e.at.Before(f.expires):
		b.fault(e, "R3", x.Duty, "the approval of the batch %s had expired", x.Authority)
	}
	b.inBatch(e, x, f)
	b.twoPeople(e, x, f, c)
}

// inBatch tells whether the batch contains the duty.
func (b *book) inBatch(e event, x *entry.Intent, f *batch) {
	if f.duties == nil && !f.unheld {
		b.loadBatch(e, f)
	}
	switch {
	case f.unheld:
		b.gap("R3: the duties of a batch are not held")
	case !f.duties[x.Duty]:
		b.fault(e, "R3", x.Duty, "the batch %s does not contain the duty", x.Authority)
	}
}

func (b *book) loadBatch(e event, f *batch) {
	f.unheld = true
	if !digest(f.frozen.Batch) {
		return
	}
	ids, err := b.log.Batch(f.frozen.Batch)
	var damage Damage
	switch {
	case errors.As(err, &damage):
		b.fault(e, "R3", f.frozen.Batch, "%s", damage)
	case err != nil:
		b.fail(err)
	case ids == nil:
	case !slices.IsSorted(ids) || plan.Digest(ids) != f.frozen.Batch:
		b.fault(e, "R3", f.frozen.Batch, "the duties that are held under the batch's name are not those of its digest")
	case len(ids) != f.frozen.Duties:
		b.fault(e, "R3", f.frozen.Batch, "the batch has %d duties, and %d were shown when it was frozen", len(ids), f.frozen.Duties)
	default:
		f.unheld, f.duties = false, make(map[string]bool, len(ids))
		for _, id := range ids {
			f.duties[id] = true
		}
	}
}

// twoPeople judges the part of R12 that the policy sets.
func (b *book) twoPeople(e event, x *entry.Intent, f *batch, c *cycle) {
	if len(f.approvers) >= 2 || f.told || c == nil {
		return
	}
	t := b.termsOf(e, c.Revision)
	switch {
	case t.doc == nil:
		b.gap("R12: whether a batch needs two people, as the text of its revision is not held")
	case t.doc.Limits.Approval == nil || t.doc.Limits.Approval.TwoPeopleAbove == nil:
	case f.frozen.Persons > t.doc.Limits.Approval.TwoPeopleAbove.Of(f.frozen.Population):
		f.told = true
		b.fault(e, "R12", x.Authority, "the batch is of %d persons of %d and needs the approval of two people", f.frozen.Persons, f.frozen.Population)
	}
}

// expire lets go of the duties of batches that can't permit anything any more.
func (b *book) expire(at time.Time) {
	for _, f := range b.batches {
		if !f.expires.IsZero() && !at.Before(f.expires) {
			f.duties = nil
		}
	}
}
