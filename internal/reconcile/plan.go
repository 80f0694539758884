package reconcile

import (
	"cmp"
	"context"
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/lapsed/lapsed/internal/audit/entry"
	"github.com/lapsed/lapsed/internal/duty"
	"github.com/lapsed/lapsed/internal/store"
	"github.com/lapsed/lapsed/policy"
)

// plan parts what is due into what may be done today and what waits for a
// human. In observe mode nothing is frozen: it shows what would be.
func (r *run) plan(ctx context.Context) error {
	var due []duty.Duty
	var live []store.Frozen
	var s duty.Situation
	err := r.read(ctx, func(tx *store.Tx) (err error) {
		if due, err = tx.DutiesIn("", duty.Due); err != nil {
			return err
		}
		if live, err = tx.Batches(r.now); err != nil {
			return err
		}
		s, err = r.situation(tx, live)
		return err
	})
	if err != nil {
		return err
	}
	due = slices.DeleteFunc(due, func(d duty.Duty) bool { return d.Verb == policy.Instruct || d.NotBefore.After(r.now) })
	due = r.nightly(r.block(due), s.Approved)
	r.work = duty.Plan(due, r.limits, s)
	r.report.Routine = len(r.work.Routine)
	return r.freeze(ctx, live, r.report.Persons)
}

func (r *run) situation(tx *store.Tx, live []store.Frozen) (duty.Situation, error) {
	s := duty.Situation{Now: r.now, Today: r.today, Zone: r.Policy.Zone(), Population: r.report.Persons, FirstDay: r.firstDay(),
		Pending: map[string]bool{}, Approved: map[string]string{}}
	for _, b := range live {
		approved := len(b.Approvers) >= r.Needed(b)
		for _, id := range b.Duties {
			if approved {
				s.Approved[id] = b.Digest
			} else {
				s.Pending[id] = true
			}
		}
	}
	for id := range s.Approved {
		delete(s.Pending, id)
	}
	var err error
	if s.Spent, err = tx.Spent(r.today); err != nil {
		return s, err
	}
	s.History, err = tx.History(r.today - 62)
	return s, err
}

// firstDay is the day of the first cycle: what it found is a legacy, and there
// is no usual day to compare it with.
func (r *run) firstDay() policy.Day {
	if r.begunAt.IsZero() {
		return r.today
	}
	return r.Policy.Today(r.begunAt)
}

// Needed is how many people must approve a batch.
func (e *Engine) Needed(b store.Frozen) int {
	if a := e.Policy.Limits.Approval; a != nil && a.TwoPeopleAbove != nil && b.Persons > a.TwoPeopleAbove.Of(b.Population) {
		return 2
	}
	return 1
}

// block takes out the deletions that some source does not allow today: one that
// was not read whole, is stale, was read under other rules, or is new (C5, invariant 2).
func (r *run) block(due []duty.Duty) []duty.Duty {
	all, lapsing := r.nothingWhy(), r.unreadWhy()
	kept := due[:0]
	for _, d := range due {
		switch {
		case all != "",
			d.Verb == policy.Delete && duty.HasGrace(d.Ground) && lapsing != "",
			d.Verb == policy.Delete && !r.ready(d.Ref.Processor):
			r.report.Blocked++
		default:
			kept = append(kept, d)
		}
	}
	if all != "" || r.report.Blocked > 0 {
		r.report.BlockedWhy = cmp.Or(all, lapsing)
	}
	return kept
}

// nothingWhy says what stands against doing anything, "" if nothing.
func (r *run) nothingWhy() string {
	if who := r.foreign(); r.clockWhy == "" && who != "" {
		return who + " not read since the policy changed"
	}
	return r.clockWhy
}

// nightly leaves deletions for lapsing to the cycles that read the sources whole,
// once a day. What a human approved goes on at once.
func (r *run) nightly(due []duty.Duty, approved map[string]string) []duty.Duty {
	if r.daily {
		return due
	}
	return slices.DeleteFunc(due, func(d duty.Duty) bool {
		later := d.Verb == policy.Delete && duty.HasGrace(d.Ground) && approved[d.ID] == ""
		if later {
			r.report.Nightly++
		}
		return later
	})
}

// unreadWhy says which sources stand against deleting anybody for lapsing, "" if none.
func (r *run) unreadWhy() string {
	var out []string
	for _, name := range sorted(keysOf(r.Sources)) {
		if !r.ready(name) {
			out = append(out, name)
		}
	}
	if len(out) == 0 {
		return ""
	}
	return strings.Join(out, " and ") + " not read whole and fresh"
}

// ready tells whether a source's newest read was whole, fresh and under the
// rules of today. A source that was added to an existing state counts from its
// second whole read on.
func (r *run) ready(name string) bool {
	s := r.sources[name]
	first := !r.begunAt.IsZero() && s.Wholes < 2 && s.FirstAt.After(r.begunAt.Add(24*time.Hour))
	return s.Whole && s.Fault == "" && r.now.Sub(s.WholeAt) <= r.stale() && s.Signature == r.Policy.Signature && !first
}

// freeze stores the batches of an enforcing cycle, and reports them.
func (r *run) freeze(ctx context.Context, live []store.Frozen, population int) error {
	for _, b := range live {
		r.report.Batches = append(r.report.Batches, BatchReport{Batch: b.Batch, Approvals: len(b.Approvers), Needed: r.Needed(b), Frozen: true})
	}
	for _, b := range r.work.Batches {
		f := store.Frozen{Batch: b, Population: population}
		r.report.Batches = append(r.report.Batches, BatchReport{Batch: b, Needed: r.Needed(f), Frozen: r.hand != nil})
		if b.Why == duty.Surge {
			r.findings.add(policy.FindSurge, "", "", b.Count, "", policy.SurgeWords(b.Count))
		}
	}
	slices.SortStableFunc(r.report.Batches, func(a, b BatchReport) int { return strings.Compare(a.Digest, b.Digest) })
	plan := entry.Digest([]byte(planLines(r.work)))
	return r.write(ctx, func(tx *store.Tx) ([]entry.Entry, error) {
		out := []entry.Entry{{Kind: entry.PlanProposed, Body: entry.Proposed{Plan: plan, Due: byVerb(r.work), Waiting: r.work.Waiting, Persons: r.report.Persons, Population: population}}}
		if r.hand == nil {
			return out, nil
		}
		for _, b := range r.work.Batches {
			isNew, err := tx.PutBatch(b, population, r.now)
			if err != nil {
				return nil, err
			}
			if isNew {
				out = append(out, r.frozenEntries(b, population)...)
			}
		}
		return out, nil
	})
}

func (r *run) frozenEntries(b duty.Batch, population int) []entry.Entry {
	verbs := map[string]int{}
	limit := 0
	for v, n := range b.Verbs {
		verbs[string(v)] = n
		limit = max(limit, r.limits.Verbs[v].Of(population))
	}
	return []entry.Entry{
		{Kind: entry.LimitExceeded, Body: entry.Exceeded{Limit: string(b.Why), Value: b.Persons, Max: limit, Unit: "persons", Batch: b.Digest}},
		{Kind: entry.BatchFrozen, Body: entry.Frozen{Batch: b.Digest, Duties: b.Count, Verbs: verbs, Persons: b.Persons, Population: population}},
	}
}

// planLines is the plan as text: the same input gives the same bytes.
func planLines(w duty.Work) string {
	var b strings.Builder
	for _, d := range w.Approved {
		fmt.Fprintf(&b, "approved %s %s\n", d.Batch, d.ID)
	}
	for _, d := range w.Routine {
		fmt.Fprintf(&b, "routine %s\n", d.ID)
	}
	for _, x := range w.Batches {
		fmt.Fprintf(&b, "batch %s %s\n", x.Why, x.Digest)
	}
	return b.String()
}

func byVerb(w duty.Work) map[string]int {
	out := map[string]int{}
	for _, list := range [][]duty.Duty{w.Approved, w.Routine} {
		for _, d := range list {
			out[string(d.Verb)]++
		}
	}
	for _, b := range w.Batches {
		for v, n := range b.Verbs {
			out[string(v)] += n
		}
	}
	return out
}
