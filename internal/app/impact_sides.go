package app

import (
	"context"
	"fmt"
	"slices"
	"strings"

	"github.com/lapsed/lapsed/internal/contact"
	"github.com/lapsed/lapsed/internal/store"
	"github.com/lapsed/lapsed/policy"
)

// compareSides counts what differs between the two views, by record: who is one
// person may differ, too.
func (a *App) compareSides(ctx context.Context, was, is *side) (Impact, error) {
	out := newImpact(was.Policy, is.Policy, a.Clock())
	var unread []string
	for _, s := range is.report.Sources {
		if !s.Whole {
			unread = append(unread, s.Processor)
		}
		if out.AsOf.IsZero() || s.AsOf.Before(out.AsOf) {
			out.AsOf = s.AsOf
		}
	}
	if len(unread) > 0 || len(is.report.Sources) == 0 {
		out.Why = "not every processor could be read whole just now: " + strings.Join(unread, ", ")
		return out, nil
	}
	older := visitor{store: was.Store, twoNames: twoNames(was.Policy)}
	if err := older.prepare(ctx); err != nil {
		return out, err
	}
	parts, err := visitSlices(ctx, is.Store, twoNames(is.Policy), newImpactCount, func(ctx context.Context, c *impactCount, subjects []subject) error {
		before, err := older.decideRecords(ctx, was.Policy, subjects, out)
		if err != nil {
			return err
		}
		for i := range subjects {
			s := &subjects[i]
			c.person(s, before.of(s), is.Policy.Decide(s.person, s.under(is.Policy), out.At))
		}
		return nil
	})
	if err != nil {
		return out, fmt.Errorf("count what the policy would change: %w", err)
	}
	out.finish(is.Policy, parts)
	return out, nil
}

// recorded are decisions by the records that they are about.
type recorded map[contact.Ref]*policy.Decision

// decideRecords decides by the older view on all who have one of some records.
func (v *visitor) decideRecords(ctx context.Context, p *policy.Policy, subjects []subject, at Impact) (recorded, error) {
	var persons []int64
	if err := v.store.Read(ctx, func(tx *store.Tx) error {
		for _, s := range subjects {
			for _, o := range s.rows {
				id, err := tx.PersonByRef(o.Ref)
				if err != nil {
					return err
				}
				if id != 0 {
					persons = append(persons, id)
				}
			}
		}
		return nil
	}); err != nil {
		return nil, err
	}
	slices.Sort(persons)
	older, err := v.load(ctx, slices.Compact(persons))
	out := recorded{}
	for i := range older {
		s := &older[i]
		d := p.Decide(s.person, s.under(p), at.At)
		for _, o := range s.rows {
			out[o.Ref] = &d
		}
	}
	return out, err
}

// of is what was decided of a person's records: the verdict of the first, and
// the demands on all of them.
func (r recorded) of(s *subject) policy.Decision {
	out := policy.Decision{Verdict: policy.Kept}
	if d := r[s.rows[0].Ref]; d != nil {
		out.Verdict = d.Verdict
	}
	for _, o := range s.rows {
		if d := r[o.Ref]; d != nil {
			for _, m := range d.Demands {
				if m.Ref == o.Ref {
					out.Demands = append(out.Demands, m)
				}
			}
		}
	}
	return out
}
