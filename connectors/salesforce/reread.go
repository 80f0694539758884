package salesforce

import (
	"context"
	"slices"

	"github.com/lapsed/lapsed/connectors"
	"github.com/lapsed/lapsed/connectors/salesforce/internal/api"
	"github.com/lapsed/lapsed/internal/contact"
	"github.com/lapsed/lapsed/internal/fault"
)

// Refresh re-reads records with all that the asked fields need, through
// queryAll by id: one answer tells live, binned and merged records apart, and
// no address is in any question. What can't be read is named in each contact.
func (c *Connector) Refresh(ctx context.Context, refs []contact.Ref) ([]connectors.Reread, error) {
	if len(refs) == 0 {
		return nil, nil
	}
	var rereads []connectors.Reread
	err := c.planned(ctx, func(p plan) (err error) {
		rereads, err = c.reread(ctx, p, refs)
		return err
	})
	return rereads, err
}

// Verify re-reads existence, the opt-out and the topics.
func (c *Connector) Verify(ctx context.Context, contacts []contact.Contact) ([]connectors.Reread, error) {
	if len(contacts) == 0 {
		return nil, nil
	}
	refs := make([]contact.Ref, len(contacts))
	for i, k := range contacts {
		refs[i] = k.Ref
	}
	var rereads []connectors.Reread
	err := c.planned(ctx, func(p plan) (err error) {
		rereads, err = c.reread(ctx, p.narrow(c.opt.Topics), refs)
		return err
	})
	return rereads, err
}

// reread looks up the refs, then whatever they turn out to be merged into.
func (c *Connector) reread(ctx context.Context, p plan, refs []contact.Ref) ([]connectors.Reread, error) {
	ids, want := make([]string, len(refs)), []contact.Ref{}
	for i, r := range refs {
		id, err := c.own(r)
		if err != nil {
			return nil, err
		}
		if !slices.ContainsFunc(p.records, func(rp recordPlan) bool { return rp.object == r.Object }) {
			return nil, &fault.Error{Kind: fault.Unsupported, Op: c.opt.Name + " read", Hint: r.Object + " is not there, or hidden from our user"}
		}
		ids[i] = id
		want = append(want, c.ref(r.Object, id))
	}
	asked, found := map[contact.Ref]bool{}, map[contact.Ref]record{}
	for len(want) > 0 {
		var next []contact.Ref
		for _, r := range want {
			if !asked[r] {
				asked[r] = true
				next = append(next, r)
			}
		}
		if want = nil; len(next) == 0 {
			break
		}
		records, err := c.lookUp(ctx, p, next)
		if err != nil {
			return nil, err
		}
		for _, rec := range records {
			found[rec.contact.Ref] = rec
			if rec.deleted && rec.master != "" {
				want = append(want, c.ref(rec.contact.Ref.Object, rec.master))
			}
		}
	}
	rereads := make([]connectors.Reread, len(refs))
	for i, r := range refs {
		rereads[i] = c.stateOf(found, c.ref(r.Object, ids[i]))
		rereads[i].Ref = r
	}
	return rereads, nil
}

// stateOf says what became of a record. One that was merged into a record that
// is deleted itself lies in the bin, for nobody answers for it.
func (c *Connector) stateOf(found map[contact.Ref]record, r contact.Ref) connectors.Reread {
	first, ok := found[r]
	switch {
	case !ok:
		return connectors.Reread{State: connectors.Absent}
	case !first.deleted:
		return connectors.Reread{State: connectors.Present, Contact: first.contact}
	}
	at := first
	for range found { // as many steps as there are records, in case of a ring
		if at.master == "" {
			break
		}
		if at, ok = found[c.ref(r.Object, at.master)]; !ok {
			break
		}
		if !at.deleted {
			return connectors.Reread{State: connectors.Merged, Contact: at.contact, Into: at.contact.Ref}
		}
	}
	return connectors.Reread{State: connectors.Binned}
}

// lookUp reads the records of refs that are there, deleted ones included, with
// their related rows, in as few calls as their questions fit into.
func (c *Connector) lookUp(ctx context.Context, p plan, refs []contact.Ref) ([]record, error) {
	l := &lookup{c: c, plan: p, into: map[string]string{}, join: joiner{c: c}, seen: map[*table]map[key]struct{}{}}
	for _, rel := range p.relations {
		l.join.tables = append(l.join.tables, newTable(rel, c.opt))
	}
	defer l.join.close()
	for ; len(refs) > 0; refs = refs[min(idsAtOnce, len(refs)):] {
		l.start(refs[:min(idsAtOnce, len(refs))])
	}
	if err := l.run(ctx); err != nil {
		return nil, err
	}
	l.join.aliases = merges(l.into)
	var records []record
	for _, got := range l.got {
		for _, row := range got.rows {
			rec, err := l.join.record(got.plan, row, got.at)
			if err != nil {
				return nil, err
			}
			records = append(records, rec)
		}
	}
	return records, nil
}

// idsAtOnce is how many records one question names: 200 ids make about 5 kB of
// SOQL when they are escaped, far below every limit.
const idsAtOnce = api.WritesAtOnce
