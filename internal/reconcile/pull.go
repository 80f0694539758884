package reconcile

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/sourcegraph/conc/pool"

	"github.com/lapsed/lapsed/connectors"
	"github.com/lapsed/lapsed/internal/audit/entry"
	"github.com/lapsed/lapsed/internal/contact"
	"github.com/lapsed/lapsed/internal/duty"
	"github.com/lapsed/lapsed/internal/store"
	"github.com/lapsed/lapsed/policy"
)

// pull reads every processor, all at once. One that fails stops no other; what
// it showed before is kept, and counts for what stops marketing.
func (r *run) pull(ctx context.Context) error {
	err := r.read(ctx, func(tx *store.Tx) (err error) {
		r.sources, err = tx.Sources()
		return err
	})
	if err != nil {
		return err
	}
	results := make([]*pulling, 0, len(r.Sources))
	p := pool.New().WithContext(ctx)
	for _, name := range sorted(keysOf(r.Sources)) {
		x := &pulling{run: r, name: name, source: r.Sources[name], before: r.sources[name]}
		results = append(results, x)
		p.Go(x.do)
	}
	if err := p.Wait(); err != nil {
		return err
	}
	for _, x := range results {
		r.sources[x.name] = x.after
		r.report.Sources = append(r.report.Sources, SourceReport{Processor: x.name, Contacts: x.contacts, Whole: x.after.Whole,
			AsOf: x.after.ReadAt, Hosting: x.after.Hosting, Region: x.after.Region, Fault: x.after.Fault})
		x.report()
	}
	r.judgeClock(results)
	return nil
}

// pulling is one processor's read.
type pulling struct {
	*run
	name     string
	source   Reader
	before   store.SourceState
	after    store.SourceState
	about    connectors.Description
	contacts int
	unmapped int
	unjoined int // records whose address or link could not be read: whose acts they hold can't be told
	digest   [32]byte
	kept     int // records known before this read
	skew     time.Duration
	fault    error // why the read was not whole
	shrunk   bool
}

// do reads. Its error is of the state, never of the processor.
func (x *pulling) do(ctx context.Context) error {
	x.after = x.before
	x.after.Processor, x.after.Generation, x.after.ReadAt = x.name, x.before.Generation+1, x.Clock()
	x.after.Whole, x.after.Fault = false, ""
	if err := x.read(ctx, func(tx *store.Tx) (err error) { x.kept, err = tx.CountObservations(x.name); return err }); err != nil {
		return err
	}
	var state error // of the state, from within the read
	x.about, x.fault = x.source.Describe(ctx)
	if x.fault == nil {
		x.describe()
		_, x.fault = x.source.Read(ctx, func(cs []contact.Contact) error {
			state = x.page(ctx, cs)
			return state
		})
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

// page turns contacts into observations and stores them.
func (x *pulling) page(ctx context.Context, cs []contact.Contact) error {
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
		return out, x.put(tx, x.after.Generation, os)
	})
}

// observe keeps of a contact what the policy's rules see.
func (r *run) observe(c contact.Contact) contact.Observation {
	if c.ReadAt.IsZero() {
		c.ReadAt = r.Clock()
	}
	return r.Policy.Observe(c, r.Keys)
}

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

// add mixes an observation into the read's digest, whatever the order of pages.
func (x *pulling) add(o contact.Observation) {
	facts, err := json.Marshal(o.Facts)
	if err != nil {
		return // Facts are plain data: they always marshal
	}
	h := sha256.Sum256(append([]byte(o.Ref.String()+" "), facts...))
	for i := range h {
		x.digest[i] ^= h[i]
	}
}

// conclude stores what the read was worth.
func (x *pulling) conclude(ctx context.Context) error {
	if x.fault == nil {
		x.shrunk = x.kept > 0 && x.kept-x.contacts > x.shrinkage()
	}
	whole := x.fault == nil && !x.shrunk && x.unjoined == 0
	return x.write(ctx, func(tx *store.Tx) ([]entry.Entry, error) {
		var gone []entry.Entry
		if whole {
			x.after.Whole, x.after.WholeAt, x.after.Contacts = true, x.after.ReadAt, x.contacts
			x.after.Wholes++
			if x.after.FirstAt.IsZero() {
				x.after.FirstAt = x.after.ReadAt
			}
			x.after.Signature = x.Policy.Signature
			var err error
			if gone, err = x.sweep(tx); err != nil {
				return nil, err
			}
		} else {
			x.after.Fault = x.faultCode()
		}
		stale := int64(0)
		if !x.after.WholeAt.IsZero() {
			stale = int64(x.now.Sub(x.after.WholeAt).Seconds())
		}
		return append(gone, entry.Entry{Kind: entry.SourceRead, Body: entry.SourceWasRead{Processor: x.name, Object: "person", Whole: whole, Contacts: x.contacts,
			Digest: "sha256:" + hex.EncodeToString(x.digest[:]), AsOf: entry.Time(x.after.ReadAt), StalenessS: max(stale, 0), MaxStalenessS: int64(x.stale().Seconds()),
			Region: code(x.after.Hosting), SkewS: int64(x.skew.Seconds()), Unmapped: x.unmapped}}), tx.PutSource(x.after)
	})
}

// shrinkage is how many fewer records a read may show than are known.
func (x *pulling) shrinkage() int {
	share := policy.Share(1000)
	if s := x.Policy.Limits.ShrunkSource; s != nil {
		share = *s
	}
	return share.Of(x.kept)
}

// sweep forgets the records that the processor doesn't have any more; what was
// demanded of them is no longer.
func (x *pulling) sweep(tx *store.Tx) ([]entry.Entry, error) {
	refs, err := tx.Unseen(x.name, x.after.Generation)
	if err != nil {
		return nil, err
	}
	var out []entry.Entry
	for _, ref := range refs {
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

func (x *pulling) faultCode() string {
	switch {
	case x.shrunk:
		return "shrunk"
	case x.fault == nil && x.unjoined > 0:
		return "identity-unread"
	}
	return faultCode(x.fault)
}

// report turns the read into findings.
func (x *pulling) report() {
	f := x.findings
	switch {
	case x.fault == nil && x.unjoined > 0:
		f.add(policy.FindSourceUnread, x.name, "identity", x.unjoined, "", "records at "+x.name+" don't show whose they are: an act in them could be anybody's, so nobody is deleted for lapsing")
	case x.shrunk:
		f.add(policy.FindSourceShrunk, x.name, "", x.kept-x.contacts, "", fmt.Sprintf("%s showed %d records where %d are known: nobody is deleted for lapsing until it shows them again", x.name, x.contacts, x.kept))
	case x.fault != nil:
		f.add(policy.FindSourceUnread, x.name, "", 1, "", fmt.Sprintf("%s was not read whole (%v): nobody is deleted for lapsing, refusals go on", x.name, x.fault))
	}
	for _, m := range x.about.Missing {
		f.add(policy.FindMissing, x.name, m.What, 1, "", fmt.Sprintf("%s: %s is missing: %s", x.name, m.What, m.Hint))
	}
	if d := x.skew.Abs(); d > skewLimit {
		f.add(policy.FindClockSkew, x.name, "", int(d.Seconds()), "", fmt.Sprintf("our clock and %s's differ by %s: nothing is planned until they agree", x.name, d.Round(time.Second)))
	}
	x.region()
}

// region compares where the account is hosted with what the policy says (C9).
func (x *pulling) region() {
	p, ok := x.Policy.Processors.Get(x.name)
	if !ok || x.fault != nil && x.about.Hosting == "" {
		return
	}
	switch {
	case x.about.Region == "":
		x.findings.add(policy.FindRegionUnknown, x.name, "", 1, "", fmt.Sprintf("where %s is hosted can't be told from what it says (%q); the policy says %s", x.name, x.about.Hosting, p.Region))
	case !strings.EqualFold(x.about.Region, p.Region):
		x.findings.add(policy.FindRegionDrift, x.name, "", 1, "", fmt.Sprintf("%s is hosted in %s (%s), and the policy says %s", x.name, x.about.Region, x.about.Hosting, p.Region))
	}
}
