package salesforce

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"slices"
	"strings"

	"github.com/lapsed/lapsed/connectors/salesforce/internal/api"
	"github.com/lapsed/lapsed/internal/fault"
)

// count counts the rows of everything that will be read, and asks for merged
// records, a few questions a call. The merged are asked for beside the counts of
// what they were merged into: an answer that was emptied as a whole is found out.
func (r *reader) count(ctx context.Context) error {
	var persons, merged, related []api.Select
	for _, rec := range r.plan.records {
		persons = append(persons, api.Select{Object: rec.object})
		merged = append(merged, mergeSelect(rec.object))
	}
	for _, rel := range r.plan.relations {
		s, _ := selectOf(rel)
		related = append(related, s.Count())
		if rel.link == byMessage {
			related = append(related, api.Select{Object: mailLink, Where: mailLinkWhere})
		}
	}
	selects := slices.Concat(persons, merged, related)
	results, err := r.ask(ctx, selects)
	if err != nil {
		return err
	}
	into := map[string]string{}
	for i, s := range selects {
		if len(s.Columns) == 0 {
			r.counts[s.Object] = results[i].Total
		} else if err := r.join.addMerges(into, results[i].Rows); err != nil {
			return err
		}
	}
	r.join.aliases = merges(into)
	return r.confirm(ctx, slices.Concat(persons, related))
}

// ask asks all questions, as many a call as one holds.
func (r *reader) ask(ctx context.Context, selects []api.Select) ([]api.Result, error) {
	var results []api.Result
	for part := range slices.Chunk(selects, api.QueriesAtOnce) {
		if !r.began.IsZero() {
			if err := r.c.api.Budget(api.ForWhole); err != nil {
				return nil, err
			}
		}
		some, err := r.c.api.Queries(ctx, part)
		if err != nil {
			return nil, err
		}
		if r.began.IsZero() {
			r.began = some[0].At
		}
		results = append(results, some...)
	}
	return results, nil
}

// confirm takes no count of zero on one answer's word: an empty list where there
// was a full one would make everybody vanish, or the signals that keep them. The
// org's own record of what it stores must not contradict it. Where a condition
// may be why, or the record leaves rows out (archived ones), both are counted
// again: with the condition there must be none, and without it some.
// Nothing is asked when no count is zero.
func (r *reader) confirm(ctx context.Context, counted []api.Select) error {
	empty := slices.DeleteFunc(counted, func(s api.Select) bool { return r.counts[s.Object] != 0 })
	if len(empty) == 0 {
		return nil
	}
	stored, err := r.c.api.RecordCounts(ctx, objects(empty))
	if err != nil {
		return r.c.unconfirmed(err, empty)
	}
	var again []api.Select
	for _, s := range empty {
		switch n := stored[s.Object]; {
		case s.Where == "" && n > 0:
			return r.c.contradicted(s.Object, n)
		case s.Where != "" && (n > 0 || s.All):
			again = append(again, s, api.Select{Object: s.Object, All: s.All})
		}
	}
	results, err := r.ask(ctx, again)
	if err != nil {
		return err
	}
	for i := 0; i+1 < len(again); i += 2 {
		n := stored[again[i].Object]
		if results[i].Total > 0 || (n > 0 && results[i+1].Total == 0) {
			return r.c.contradicted(again[i].Object, max(n, results[i].Total))
		}
	}
	return nil
}

func objects(selects []api.Select) []string {
	names := make([]string, len(selects))
	for i, s := range selects {
		names[i] = s.Object
	}
	return names
}

func (c *Connector) contradicted(object string, n int) error {
	return &fault.Error{
		Kind: fault.Transient, Op: c.opt.Name + " read " + object,
		Hint: fmt.Sprintf("no rows were shown where the org has %d on record: an answer was emptied, our user lacks View All on %s, or they were deleted just now", n, object),
	}
}

// unconfirmed is the error of an org that doesn't let our user see its record.
func (c *Connector) unconfirmed(err error, empty []api.Select) error {
	var e *fault.Error
	if !errors.As(err, &e) || (e.Status != http.StatusForbidden && e.Status != http.StatusNotFound) || e.Kind == fault.RateLimited {
		return err
	}
	return &fault.Error{
		Kind: fault.Unsupported, Op: e.Op, Status: e.Status,
		Hint: `give our user "View Setup and Configuration": without it nothing proves that there really are no rows of ` + strings.Join(objects(empty), ", "),
	}
}
