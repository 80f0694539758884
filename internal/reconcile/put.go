package reconcile

import (
	"slices"

	"github.com/lapsed/lapsed/internal/contact"
	"github.com/lapsed/lapsed/internal/duty"
	"github.com/lapsed/lapsed/internal/store"
	"github.com/lapsed/lapsed/policy"
)

// put stores observations. A refusal that shows up where we withdrew the same
// ourselves is our own doing, and not the person's no.
func (r *run) put(tx *store.Tx, generation int64, os []contact.Observation) error {
	for _, o := range os {
		if len(o.Facts.Refusals) == 0 {
			continue
		}
		duties, err := tx.DutiesOfRecord(o.Ref)
		if err != nil {
			return err
		}
		for i := range o.Facts.Refusals {
			n := &o.Facts.Refusals[i]
			n.Ours = slices.ContainsFunc(duties, func(d duty.Duty) bool { return r.caused(d, *n) })
		}
	}
	lost, err := tx.PutObservations(generation, os)
	if err != nil {
		return err
	}
	for _, l := range lost {
		if err := r.readdressed(tx, l); err != nil {
			return err
		}
	}
	return nil
}

// caused tells whether an unsubscribe of ours brought a refusal about.
func (r *run) caused(d duty.Duty, n contact.Refusal) bool {
	if d.Verb != policy.Unsubscribe || d.Attempt == 0 {
		return false
	}
	return d.Extent >= n.Extent && d.Extent != contact.ExtentTopic || n.Extent == contact.ExtentTopic && d.Topic == r.Policy.Topics[n.Topic].Name
}
