package hubspot

import (
	"context"
	"maps"
	"slices"

	"github.com/lapsed/lapsed/connectors"
	"github.com/lapsed/lapsed/connectors/hubspot/internal/api"
	"github.com/lapsed/lapsed/internal/contact"
)

// Refresh re-reads records with all that the policy needs.
func (c *Connector) Refresh(ctx context.Context, refs []contact.Ref) ([]connectors.Reread, error) {
	s, err := c.schema(ctx)
	if err != nil {
		return nil, err
	}
	return c.reread(ctx, refs, s, func(ks []contact.Contact) error { return c.complete(ctx, ks) })
}

// reread looks records up and lets complete add to the live ones, each of which
// it sees once however often it was asked for.
func (c *Connector) reread(ctx context.Context, refs []contact.Ref, s *schema, complete func([]contact.Contact) error) ([]connectors.Reread, error) {
	ids, err := c.own(refs)
	if err != nil {
		return nil, err
	}
	all, err := c.lookup(ctx, sorted(ids), s.props)
	if err != nil {
		return nil, err
	}
	live, place := c.live(all, s)
	if unanswered(s.props, rowsOf(all)) {
		if _, err := c.prove(ctx); err != nil {
			return nil, err
		}
	}
	if err := complete(live); err != nil {
		return nil, err
	}
	answers := make([]connectors.Reread, len(refs))
	for i, id := range ids {
		f := all[id]
		answers[i] = connectors.Reread{Ref: refs[i], State: f.state}
		if f.state == connectors.Present || f.state == connectors.Merged {
			answers[i].Contact = live[place[string(f.row.ID)]]
		}
		if f.state == connectors.Merged {
			answers[i].Into = c.ref(string(f.row.ID))
		}
	}
	return answers, nil
}

// live converts the live records, each once, and tells where each one's id is.
func (c *Connector) live(all map[string]found, s *schema) (ks []contact.Contact, place map[string]int) {
	place = map[string]int{}
	for _, asked := range slices.Sorted(maps.Keys(all)) {
		f := all[asked]
		id := string(f.row.ID)
		if _, there := place[id]; there || (f.state != connectors.Present && f.state != connectors.Merged) {
			continue
		}
		place[id] = len(ks)
		ks = append(ks, c.convert(f.row, s, f.at))
	}
	return ks, place
}

func rowsOf(all map[string]found) []api.Object {
	var rows []api.Object
	for _, f := range all {
		if f.state == connectors.Present || f.state == connectors.Merged {
			rows = append(rows, f.row)
		}
	}
	return rows
}
