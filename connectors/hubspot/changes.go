package hubspot

import (
	"context"
	"maps"
	"slices"
	"time"

	"github.com/lapsed/lapsed/connectors"
	"github.com/lapsed/lapsed/connectors/hubspot/internal/api"
	"github.com/lapsed/lapsed/internal/contact"
	"github.com/lapsed/lapsed/internal/fault"
)

const (
	// overlap is read again at each mark: the search index trails by moments,
	// others hold back five minutes for it, and it was seen to stand for ten.
	overlap = 15 * time.Minute
	// mostChanges is how many changed records are read one by one: beyond it the
	// list of all contacts costs less than the search for some.
	mostChanges = 100_000
)

// Changes streams what the search index shows as changed since a mark. What
// moves no date of a contact is told of in the package's comment.
func (c *Connector) Changes(ctx context.Context, since string, each func(connectors.Page) error) (connectors.Reading, error) {
	s, err := c.prove(ctx)
	if err != nil {
		return connectors.Reading{}, err
	}
	mark, err := connectors.ParseMark(c.name+" changes", since, c.asked, s.at)
	if err != nil {
		return connectors.Reading{}, err
	}
	if err := c.api.DaySpent(api.ForChanges); err != nil {
		return connectors.Reading{}, err
	}
	bin, err := sweepFrom(mark, s.at)
	if err != nil {
		return connectors.Reading{}, err
	}
	ids, err := c.changedSince(ctx, mark.At.Add(-overlap))
	if err != nil {
		return connectors.Reading{}, err
	}
	r := connectors.Reading{AsOf: s.at}
	gone := map[string]bool{}
	for chunk := range slices.Chunk(ids, blockSize) {
		if err := c.api.DaySpent(api.ForChanges); err != nil {
			return connectors.Reading{}, err
		}
		ks, left, err := c.changedContacts(ctx, s, chunk)
		if err != nil {
			return connectors.Reading{}, err
		}
		maps.Copy(gone, left)
		if err := each(connectors.Page{Contacts: ks}); err != nil {
			return connectors.Reading{}, err
		}
		r.Contacts += len(ks)
	}
	if err := c.sweepBin(ctx, &bin, gone); err != nil {
		return connectors.Reading{}, err
	}
	// After all contacts: one of these may have been merged into one of them.
	if len(gone) > 0 {
		if err := each(connectors.Page{Gone: c.refs(gone)}); err != nil {
			return connectors.Reading{}, err
		}
	}
	r.Mark = connectors.Mark{At: s.at, Asked: c.asked, Place: bin.place(s.at)}.String()
	return r, nil
}

func (c *Connector) refs(ids map[string]bool) []contact.Ref {
	var refs []contact.Ref
	for _, id := range slices.Sorted(maps.Keys(ids)) {
		refs = append(refs, c.ref(id))
	}
	return refs
}

// changedSince finds the contacts that changed, or had a deal that did, each once.
func (c *Connector) changedSince(ctx context.Context, since time.Time) ([]string, error) {
	ids, err := c.walk(ctx, since, c.api.ChangedContacts)
	if err != nil || !c.need.deals {
		return ids, err
	}
	deals, err := c.walk(ctx, since, c.api.ChangedDeals)
	if err != nil {
		return nil, err
	}
	for chunk := range slices.Chunk(deals, api.MaxAssociations) {
		theirs, failed, err := c.api.ContactsOf(ctx, chunk)
		if err == nil && len(failed) > 0 {
			err = &fault.Error{Kind: fault.Transient, Op: c.name + " changes", Hint: "HubSpot doesn't tell whose some changed deals are"}
		}
		if err != nil {
			return nil, err
		}
		ids = append(ids, theirs...)
	}
	return sorted(ids), nil
}

type changedPage func(ctx context.Context, since time.Time, after string) (api.Changed, error)

// walk follows the ids of what changed since a fixed instant. What changes on
// the way is found in its place or by the next mark.
func (c *Connector) walk(ctx context.Context, since time.Time, page changedPage) ([]string, error) {
	var ids []string
	for after := ""; ; {
		p, err := page(ctx, since, after)
		if err != nil {
			return nil, err
		}
		if len(ids)+p.Total > mostChanges {
			return nil, &fault.Error{Kind: fault.Unsupported, Op: c.name + " changes", Hint: "more changed than a search can follow: a whole read is needed"}
		}
		ids = append(ids, p.IDs...)
		if !p.More {
			return ids, nil
		}
		after = ids[len(ids)-1]
	}
}

// changedContacts reads records as they are now, from the system of record: the
// index may trail. gone are those that HubSpot says are not live any more.
func (c *Connector) changedContacts(ctx context.Context, s *schema, ids []string) (ks []contact.Contact, gone map[string]bool, err error) {
	all, err := c.liveByID(ctx, ids, s.props)
	if err != nil {
		return nil, nil, err
	}
	gone = map[string]bool{}
	for id, f := range all {
		switch f.state {
		case connectors.Absent:
			gone[id] = true
		case connectors.Unread:
			return nil, nil, &fault.Error{Kind: fault.Transient, Op: c.name + " changes", Hint: "HubSpot found a contact and didn't tell its values"}
		}
	}
	ks, _ = c.live(all, s)
	return ks, gone, c.complete(ctx, ks)
}
