package reconcile

import (
	"context"
	"errors"
	"slices"
	"time"

	"github.com/sourcegraph/conc/pool"

	"github.com/lapsed/lapsed/connectors"
	"github.com/lapsed/lapsed/internal/audit/entry"
	"github.com/lapsed/lapsed/internal/contact"
	"github.com/lapsed/lapsed/internal/duty"
	"github.com/lapsed/lapsed/internal/store"
	"github.com/lapsed/lapsed/policy"
)

// actSlice is how many persons are re-read, decided again and written in one go:
// few enough that a write comes well within a minute of its re-read, many enough
// to fill the vendors' batches.
const actSlice = 100

// lateSlice is how many of those are who have records at a processor that was late.
const lateSlice = 10

// act carries out what today's plan lets through. Without a hand it does nothing.
func (r *run) act(ctx context.Context) error {
	if r.hand == nil {
		return nil
	}
	todo := slices.Concat(r.work.Approved, r.work.Routine)
	var order []int64
	by := map[int64][]duty.Duty{}
	for _, d := range todo {
		if by[d.Person] == nil {
			order = append(order, d.Person)
		}
		by[d.Person] = append(by[d.Person], d)
	}
	done := 0
	for persons := range slices.Chunk(order, actSlice) {
		if err := r.actOn(ctx, persons, by); err != nil {
			return err
		}
		done += len(persons)
		r.progress().Writing(done, len(order))
	}
	order = slices.DeleteFunc(order, func(p int64) bool { return !r.pace.left[p] })
	r.pace.last = true
	for persons := range slices.Chunk(order, lateSlice) {
		if err := r.actOn(ctx, persons, by); err != nil {
			return err
		}
	}
	return nil
}

// actOn acts on one slice of persons.
func (r *run) actOn(ctx context.Context, persons []int64, by map[int64][]duty.Duty) error {
	if err := ctx.Err(); err != nil {
		return err
	}
	a := &acting{run: r, wanted: map[string]duty.Duty{}, contacts: map[contact.Ref]contact.Contact{}, known: map[contact.Ref]bool{}, gone: map[contact.Ref]bool{}, unread: map[string]bool{}}
	for _, p := range persons {
		for _, d := range by[p] {
			a.wanted[d.ID] = d
		}
	}
	if err := a.refresh(ctx, persons); err != nil {
		return err
	}
	if err := a.decideAgain(ctx, persons); err != nil {
		return err
	}
	for _, step := range a.steps() {
		if err := a.write(ctx, step); err != nil {
			return err
		}
	}
	return nil
}

// acting is one slice on its way through refresh, decision, writes and re-reads.
type acting struct {
	*run
	wanted    map[string]duty.Duty // what the plan lets through
	contacts  map[contact.Ref]contact.Contact
	known     map[contact.Ref]bool // what was re-read
	gone      map[contact.Ref]bool // seen to be there no longer
	unread    map[string]bool      // processors that could not be re-read
	moving    map[int64]bool       // persons of whom a record's identifiers have just changed
	refreshed time.Time            // when the oldest of the re-reads began
	orders    []order
}

// order is a duty that is still demanded after the re-read, with what its intent
// has to say.
type order struct {
	duty     duty.Duty
	person   string // pseudonym
	aka      []string
	keys     []contact.Identifier
	names    []contact.Key
	decision string
	refused  []contact.Refusal // what must outlive the record
}

// refresh re-reads every record of the persons, at every processor at once.
func (a *acting) refresh(ctx context.Context, persons []int64) error {
	var rows []store.Row
	if err := a.read(ctx, func(tx *store.Tx) (err error) { rows, err = tx.PersonsOf(persons); return err }); err != nil {
		return err
	}
	refs, whose := map[string][]contact.Ref{}, map[string][]int64{}
	for _, o := range rows {
		whose[o.Ref.Processor] = append(whose[o.Ref.Processor], o.Person)
		refs[o.Ref.Processor] = append(refs[o.Ref.Processor], o.Ref)
		a.known[o.Ref] = true
	}
	a.refreshed = a.Clock()
	names := sorted(keysOf(refs))
	answers, faults := make([][]connectors.Reread, len(names)), make([]error, len(names))
	p := pool.New()
	for i, name := range names {
		p.Go(func() { answers[i], faults[i] = a.run.refresh(ctx, name, refs[name]) })
	}
	p.Wait()
	if err := ctx.Err(); err != nil {
		return err
	}
	for i, name := range names {
		if faults[i] != nil || len(answers[i]) != len(refs[name]) {
			a.unread[name] = true
			if errors.Is(faults[i], errHung) && a.pace.tooLate(name, whose[name]) {
				continue
			}
			a.findings.add(policy.FindSourceUnread, name, "refresh", 1, "", policy.NotReReadWords(name))
			continue
		}
		if err := a.store(ctx, name, answers[i]); err != nil {
			return err
		}
	}
	return nil
}

// store takes a re-read over into the state.
func (a *acting) store(ctx context.Context, name string, answers []connectors.Reread) error {
	generation := a.sources[name].Generation
	return a.run.write(ctx, func(tx *store.Tx) ([]entry.Entry, error) {
		var os []contact.Observation
		var out []entry.Entry
		for _, x := range answers {
			var merged []contact.Ref
			switch x.State {
			case connectors.Present:
				a.contacts[x.Ref] = x.Contact
			case connectors.Merged:
				merged = []contact.Ref{x.Ref}
			case connectors.Binned, connectors.Absent:
				a.gone[x.Ref] = true
				if err := a.forget(tx, x.Ref); err != nil {
					return nil, err
				}
				continue
			default:
				continue
			}
			o := a.observe(x.Contact)
			es, err := a.succeed(tx, o, append(merged, x.Contact.Aliases...))
			if err != nil {
				return nil, err
			}
			os, out = append(os, o), append(out, es...)
		}
		return out, a.put(tx, generation, os)
	})
}

// steps are the writes of the slice in their order: what stops marketing first,
// then deletions, the system of record's before the others'.
func (a *acting) steps() []step {
	var out []step
	processors := sorted(keysOf(a.hand.Targets))
	a.pace.fastest(processors)
	records := a.Policy.SystemsOfRecord()
	for _, verb := range []policy.Verb{policy.Unsubscribe, policy.Delete} {
		if verb == policy.Delete {
			slices.SortStableFunc(processors, func(x, y string) int {
				return flag(slices.Contains(records, y)) - flag(slices.Contains(records, x))
			})
		}
		for _, name := range processors {
			s := step{processor: name, verb: verb}
			for _, o := range a.orders {
				if o.duty.Verb == verb && o.duty.Ref.Processor == name {
					s.orders = append(s.orders, o)
				}
			}
			if len(s.orders) > 0 {
				out = append(out, s)
			}
		}
	}
	return out
}

func flag(b bool) int {
	if b {
		return 1
	}
	return 0
}

// step is one verb at one processor.
type step struct {
	processor string
	verb      policy.Verb
	orders    []order
}
