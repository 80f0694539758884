package reconcile

import (
	"context"
	"fmt"

	"github.com/lapsed/lapsed/internal/store"
	"github.com/lapsed/lapsed/policy"
)

// figures reads from the state what the decisions that stand amount to: it costs
// nothing that grows with the number of persons.
func (r *run) figures(ctx context.Context) error {
	return r.read(ctx, func(tx *store.Tx) error {
		f, err := tx.Figures()
		if err != nil {
			return err
		}
		r.report.Demands, r.report.People = f.Demands, f.People
		for v, n := range f.Verdicts {
			if v == string(policy.LeftAlone) {
				r.report.LeftAlone = n
				continue
			}
			r.report.Persons += n
			r.report.Verdicts[v] = n
		}
		notes, err := tx.PersonFindings(sampleSize)
		if err != nil {
			return err
		}
		for _, n := range notes {
			r.findings.note(n)
		}
		return r.examples(tx)
	})
}

// examples keeps a handful of persons to show, one or two a verdict.
func (r *run) examples(tx *store.Tx) error {
	for _, v := range append(verdicts(), policy.LeftAlone) {
		n := 1
		if v == policy.Lapsed {
			n = 2
		}
		persons, err := tx.OfVerdict(v, n)
		if err != nil {
			return err
		}
		b, err := r.bench(tx, persons)
		if err != nil {
			return err
		}
		for _, rows := range b.persons {
			j := r.decide(b, rows, r.now)
			r.report.Examples = append(r.report.Examples, Example{j.record(""), j.decision.Verdict, r.Policy.Reason(j.decision)})
		}
	}
	return nil
}

// dues reads how the duties stand at the cycle's end.
func (r *run) dues(tx *store.Tx) error {
	var err error
	if r.report.Duties, err = tx.CountDuties(); err != nil {
		return err
	}
	next, oldest, err := tx.NextDue()
	if err != nil {
		return fmt.Errorf("read what is due: %w", err)
	}
	if !next.IsZero() {
		r.report.NextDue = &next
	}
	if !oldest.IsZero() {
		r.report.OldestOverdueDays = max(0, int(r.now.Sub(oldest).Hours()/24))
	}
	return nil
}
