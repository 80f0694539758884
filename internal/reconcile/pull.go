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

// Reads says how much of the sources a cycle reads.
type Reads uint8

const (
	// Whole reads every source whole.
	Whole Reads = iota
	// AsDue reads a source whole when its day's window asks for it, or when
	// nothing less will do, and else what has changed.
	AsDue
)

// pull reads every processor, all at once. One that fails stops no other; what
// it showed before is kept, and counts for what stops marketing. One that failed
// rests before it is asked again.
func (r *run) pull(ctx context.Context) error {
	results := make([]*pulling, 0, len(r.Sources))
	p := pool.New().WithContext(ctx)
	for _, name := range sorted(keysOf(r.Sources)) {
		x := &pulling{run: r, name: name, source: r.Sources[name], before: r.sources[name], after: r.sources[name]}
		x.whole = r.wholeDue(x.before)
		if r.reads != Whole && x.before.NotBefore.After(r.now) {
			continue
		}
		results = append(results, x)
		p.Go(x.do)
	}
	if err := p.Wait(); err != nil {
		return err
	}
	for _, x := range results {
		r.sources[x.name] = x.after
		r.pace.read(x.name, x.took, x.fault)
		r.daily = r.daily || x.whole && x.after.Fault == ""
	}
	for _, name := range sorted(keysOf(r.Sources)) {
		s := r.sources[name]
		r.report.Sources = append(r.report.Sources, SourceReport{Processor: name, Contacts: s.Contacts, Whole: s.Whole && s.Fault == "",
			AsOf: s.ReadAt, WholeAt: s.WholeAt, Hosting: s.Hosting, Region: s.Region, Fault: s.Fault, Failures: s.Failures})
		for _, n := range s.Notes {
			r.findings.note(n)
		}
		if err := r.weigh(name, s); err != nil {
			return err
		}
	}
	r.judgeClock(results)
	return nil
}

// wholeDue tells whether a source has to be read whole: because that was asked
// for, because what has changed can't be told, or because its time has come.
func (r *run) wholeDue(s store.SourceState) bool {
	if r.reads == Whole || s.Mark == "" || !s.Whole || s.Signature != r.Policy.Signature {
		return true
	}
	begin, open := r.window(r.now)
	return open && s.WholeAt.Before(begin) || r.now.Sub(s.WholeAt) > 2*24*time.Hour
}

// pulling is one processor's read.
type pulling struct {
	*run
	name     string
	source   Reader
	whole    bool
	before   store.SourceState
	after    store.SourceState
	about    connectors.Description
	reading  connectors.Reading
	contacts int
	unmapped int
	gone     []contact.Ref // known records that are there no longer
	unjoined int           // records whose address or link could not be read: whose acts they hold can't be told
	digest   [32]byte
	kept     int // records known before this read
	skew     time.Duration
	took     time.Duration
	fault    error // why the read was not whole
	shrunk   bool
}

// do reads. Its error is of the state, never of the processor.
func (x *pulling) do(ctx context.Context) error {
	x.after.Processor, x.after.ReadAt = x.name, x.Clock()
	if x.whole {
		x.after.Generation++
		if err := x.read(ctx, func(tx *store.Tx) (err error) { x.kept, err = tx.CountObservations(x.name); return err }); err != nil {
			return err
		}
	}
	state := x.stream(ctx)
	x.took = x.Clock().Sub(x.after.ReadAt)
	if x.whole && x.fault == nil && state == nil {
		state = x.survey(ctx)
	}
	x.progress().Read(x.name, x.contacts, x.fault)
	if err := errors.Join(state, ctx.Err()); err != nil {
		return err
	}
	return x.conclude(ctx)
}

func (x *pulling) describe() {
	x.after.Hosting, x.after.Region = x.about.Hosting, x.about.Region
	if !x.about.Clock.IsZero() {
		x.skew = x.Clock().Sub(x.about.Clock)
	}
}

// stream reads whole or what has changed, and gives up when nothing comes. A
// processor that can't tell what has changed is read whole at the next
// opportunity. The error is of the state, from within the read.
func (x *pulling) stream(ctx context.Context) (state error) {
	if x.pace.hung[x.name] {
		x.fault = hung(x.name)
		return nil
	}
	ctx, cancel := context.WithCancelCause(ctx)
	defer cancel(nil)
	watch := time.AfterFunc(x.stall(), func() { cancel(errHung) })
	defer watch.Stop()
	page := func(cs []contact.Contact, gone []contact.Ref) error {
		watch.Reset(x.stall())
		state = x.page(ctx, cs, gone)
		return state
	}
	if x.about, x.fault = x.source.Describe(ctx); x.fault == nil {
		x.describe()
		watch.Reset(x.stall())
		if x.whole {
			x.reading, x.fault = x.source.Read(ctx, func(cs []contact.Contact) error { return page(cs, nil) })
		} else {
			x.reading, x.fault = x.source.Changes(ctx, x.before.Mark, func(p connectors.Page) error { return page(p.Contacts, p.Gone) })
		}
	}
	if errors.Is(context.Cause(ctx), errHung) {
		x.fault = hung(x.name)
		return nil
	}
	return state
}

// page turns contacts into observations and stores them, and forgets what is gone.
func (x *pulling) page(ctx context.Context, cs []contact.Contact, gone []contact.Ref) error {
	os := make([]contact.Observation, len(cs))
	for i, c := range cs {
		os[i] = x.observe(c)
		if len(os[i].Facts.Channels) == 0 && !os[i].Facts.LeftAlone {
			x.unmapped++
		}
		if os[i].Facts.LinkUnread {
			x.unjoined++
		}
		x.add(os[i])
	}
	x.contacts += len(cs)
	x.progress().Reading(x.name, x.contacts)
	return x.write(ctx, func(tx *store.Tx) ([]entry.Entry, error) {
		var out []entry.Entry
		for i, c := range cs {
			es, err := x.succeed(tx, os[i], c.Aliases)
			if err != nil {
				return nil, err
			}
			out = append(out, es...)
		}
		es, err := x.goneRecords(tx, gone)
		if err != nil {
			return nil, err
		}
		return append(out, es...), x.put(tx, x.after.Generation, os)
	})
}

// goneRecords forgets records that are there no longer; what was demanded of them
// is not demanded any more. One that we deleted ourselves is forgotten when that is
// settled: what must outlive it is still known by it.
func (x *pulling) goneRecords(tx *store.Tx, refs []contact.Ref) ([]entry.Entry, error) {
	var out []entry.Entry
	for _, ref := range refs {
		duties, err := tx.DutiesOfRecord(ref)
		if err != nil {
			return nil, err
		}
		if x.hand != nil && slices.ContainsFunc(duties, func(d duty.Duty) bool {
			return d.Verb == policy.Delete && (d.State == duty.Acting || d.State == duty.Accepted)
		}) {
			continue
		}
		if err := x.forget(tx, ref); err != nil {
			return nil, err
		}
		es, err := x.dropRecord(tx, ref)
		if err != nil {
			return nil, err
		}
		out = append(out, es...)
	}
	return out, nil
}

// observe keeps of a contact what the policy's rules see.
func (r *run) observe(c contact.Contact) contact.Observation {
	if c.ReadAt.IsZero() {
		c.ReadAt = r.Clock()
	}
	return r.Policy.Observe(c, r.Keys)
}

// restFor is how long a source rests that could not be read.
func restFor(err error, failures int) time.Duration {
	if w := waitOf(err); w > 0 {
		return w
	}
	return min(time.Minute<<min(failures, 8), time.Hour)
}
