package hubspot

import (
	"context"
	"slices"
	"time"

	"github.com/lapsed/lapsed/connectors"
	"github.com/lapsed/lapsed/connectors/hubspot/internal/api"
	"github.com/lapsed/lapsed/internal/contact"
	"github.com/lapsed/lapsed/internal/fault"
)

// blockSize is how many contacts are completed together when statuses or deals
// are needed: each kind of batch wastes at most one call a block, which keeps
// the calls within a twentieth of the least possible.
const blockSize = 2 * api.MaxAssociations

// Read streams every live contact.
func (c *Connector) Read(ctx context.Context, each func([]contact.Contact) error) (connectors.Reading, error) {
	s, err := c.prove(ctx)
	if err != nil {
		return connectors.Reading{}, err
	}
	if err := c.api.DaySpent(api.ForWhole); err != nil {
		return connectors.Reading{}, err
	}
	// What an account's plan lacks is asked anew once a day: a single refusal that
	// meant something else would cost a call for each address from then on.
	c.noBatchReads.Store(false)
	c.noBatchWrites.Store(false)
	r := connectors.Reading{AsOf: s.at, Mark: connectors.Mark{At: s.at, Asked: c.asked}.String()}
	var block []contact.Contact
	flush := func() error {
		if len(block) == 0 {
			return nil
		}
		if err := c.complete(ctx, block); err != nil {
			return err
		}
		if err := each(block); err != nil {
			return err
		}
		r.Contacts += len(block)
		block = nil
		return nil
	}
	err = c.pages(ctx, s, func(page []contact.Contact) error {
		block = append(block, page...)
		if (c.need.subscriptions || c.need.deals) && len(block) < blockSize {
			return nil
		}
		return flush()
	})
	if err == nil {
		err = flush()
	}
	if err == nil && r.Contacts == 0 {
		err = c.confirmEmpty(ctx)
	}
	return r, err
}

// confirmEmpty fails unless the search index, too, knows of nobody: an empty
// answer is not taken for an empty account.
func (c *Connector) confirmEmpty(ctx context.Context) error {
	n, err := c.api.Count(ctx)
	if err == nil && n > 0 {
		return c.brokenList()
	}
	return err
}

func (c *Connector) brokenList() error {
	return &fault.Error{Kind: fault.Invalid, Op: c.name + " contacts", Hint: "the list of contacts doesn't lead to its end"}
}

// pages walks the list of contacts to its end. A list that ends otherwise than
// by a page without a next one was not read whole; nor is one whose cursor leads
// to nobody, since HubSpot gives a cursor only where somebody follows.
func (c *Connector) pages(ctx context.Context, s *schema, each func([]contact.Contact) error) error {
	asked, direct := s.props, c.api.ListFits(s.props)
	if !direct {
		asked = []string{"hs_object_id"}
	}
	visited := map[string]bool{}
	for after := ""; ; {
		p, err := c.api.List(ctx, asked, after, api.PageSize)
		if err != nil {
			return err
		}
		if followed := after != ""; len(p.Results) == 0 && (followed || p.After != "") || visited[p.After] {
			return c.brokenList()
		}
		if err := c.api.DaySpent(api.ForWhole); err != nil && p.After != "" {
			return err
		}
		rows := slices.DeleteFunc(p.Results, func(o api.Object) bool { return o.Archived })
		if !direct {
			if rows, err = c.values(ctx, s, rows); err != nil {
				return err
			}
		}
		if err := each(c.convertAll(rows, s, p.At)); err != nil {
			return err
		}
		if p.After == "" {
			return nil
		}
		after, visited[p.After] = p.After, true
	}
}

// values reads by batch what doesn't fit into a list's URL. A record that has
// gone since the list is left out; one that can't be told ends the read.
func (c *Connector) values(ctx context.Context, s *schema, rows []api.Object) ([]api.Object, error) {
	ids := make([]string, len(rows))
	for i, o := range rows {
		ids[i] = string(o.ID)
	}
	found, err := c.liveByID(ctx, sorted(ids), s.props)
	if err != nil {
		return nil, err
	}
	var full []api.Object
	for _, id := range ids {
		switch f := found[id]; f.state {
		case connectors.Present, connectors.Merged:
			full = append(full, f.row)
		case connectors.Absent:
		default:
			return nil, &fault.Error{Kind: fault.Transient, Op: c.name + " contacts", Hint: "HubSpot listed a contact and didn't tell its values"}
		}
	}
	return full, nil
}

func (c *Connector) convertAll(rows []api.Object, s *schema, at time.Time) []contact.Contact {
	ks := make([]contact.Contact, len(rows))
	for i, o := range rows {
		ks[i] = c.convert(o, s, at)
	}
	return ks
}

// complete adds what other calls tell of contacts, in place.
func (c *Connector) complete(ctx context.Context, ks []contact.Contact) error {
	if c.need.subscriptions {
		if err := c.addStatuses(ctx, pointers(ks)); err != nil {
			return err
		}
	}
	if c.need.deals {
		return c.addDeals(ctx, pointers(ks))
	}
	return nil
}

func pointers(ks []contact.Contact) []*contact.Contact {
	ps := make([]*contact.Contact, len(ks))
	for i := range ks {
		ps[i] = &ks[i]
	}
	return ps
}
