package hubspot

import (
	"context"
	"slices"
	"strconv"

	"github.com/lapsed/lapsed/connectors/hubspot/internal/api"
	"github.com/lapsed/lapsed/internal/contact"
)

// dealProps are the properties that rows are made of.
func dealProps() []string {
	return []string{"closedate", "createdate", "dealstage", "hs_is_closed", "hs_is_closed_won"}
}

// addDeals reads the deals of ks. A deal that HubSpot associates and doesn't
// tell makes its contact's group unreadable; one that it says is gone does not.
func (c *Connector) addDeals(ctx context.Context, ks []*contact.Contact) error {
	ids := make([]string, len(ks))
	for i, k := range ks {
		ids[i] = k.Ref.ID
	}
	of, failed, err := c.dealsOf(ctx, sorted(ids))
	if err != nil {
		return err
	}
	rows, gone, err := c.dealRows(ctx, of)
	if err != nil {
		return err
	}
	for _, k := range ks {
		// HubSpot leaves a contact without deals out of its answer, so silence is
		// held against the contact's own count.
		if n, err := strconv.Atoi(k.Fields.Value(propDeals).Text()); failed[k.Ref.ID] || (err == nil && len(of[k.Ref.ID]) < n) {
			unreadable(k, groupDeal)
		}
		for _, id := range of[k.Ref.ID] {
			switch row, ok := rows[id]; {
			case ok:
				k.Rows[groupDeal] = append(k.Rows[groupDeal], row)
			case !gone[id]:
				unreadable(k, groupDeal)
			}
		}
	}
	return nil
}

// dealsOf reads which deals contacts have, to the last page of each.
func (c *Connector) dealsOf(ctx context.Context, ids []string) (of map[string][]string, failed map[string]bool, err error) {
	of, failed = map[string][]string{}, map[string]bool{}
	after := map[string]string{}
	for len(ids) > 0 {
		var more []string
		next := map[string]string{}
		for chunk := range slices.Chunk(ids, api.MaxAssociations) {
			d, err := c.api.DealsOf(ctx, chunk, after)
			if err != nil {
				return nil, nil, err
			}
			for id, deals := range d.To {
				of[id] = append(of[id], deals...)
			}
			for _, id := range d.Failed {
				failed[id] = true
			}
			for id, a := range d.After {
				if a == after[id] { // it leads nowhere
					failed[id] = true
					continue
				}
				next[id] = a
				more = append(more, id)
			}
		}
		ids, after = sorted(more), next
	}
	return of, failed, nil
}

// dealRows reads deals and makes rows of those that can be understood. gone
// are those that HubSpot says don't exist.
func (c *Connector) dealRows(ctx context.Context, of map[string][]string) (rows map[string]contact.Row, gone map[string]bool, err error) {
	var ids []string
	for _, deals := range of {
		ids = append(ids, deals...)
	}
	rows, gone = map[string]contact.Row{}, map[string]bool{}
	stages := c.stages(ctx)
	for chunk := range slices.Chunk(sorted(ids), api.PageSize) {
		b, err := c.api.Deals(ctx, chunk, dealProps())
		if err != nil {
			return nil, nil, err
		}
		for _, id := range b.Missing {
			gone[id] = true
		}
		for _, o := range b.Found {
			row, ok, err := c.dealRow(o, stages)
			if err != nil {
				return nil, nil, err
			}
			if ok {
				rows[string(o.ID)] = row
			}
		}
	}
	return rows, gone, nil
}

// stages returns a function that reads the pipelines when first asked. They are
// needed only where HubSpot doesn't calculate whether a deal is closed.
func (c *Connector) stages(ctx context.Context) func() (map[string]api.Stage, error) {
	var known map[string]api.Stage
	return func() (map[string]api.Stage, error) {
		if known != nil {
			return known, nil
		}
		var err error
		known, _, err = c.api.Stages(ctx)
		return known, err
	}
}

// dealRow makes a row of a deal; ok is false if it can't be told whether the
// deal is closed, or some value is not of its kind.
func (c *Connector) dealRow(o api.Object, stages func() (map[string]api.Stage, error)) (row contact.Row, ok bool, err error) {
	row, ok = c.columns[groupDeal].Row(), true
	for name, kind := range kinds(groupDeal) {
		v, fits := value(kind, o.Properties.Get(name))
		ok = ok && fits
		row.Set(name, v)
	}
	if row.Has("hs_is_closed") && row.Has("hs_is_closed_won") {
		return row, ok, nil
	}
	known, err := stages()
	if err != nil {
		return row, false, err
	}
	s, defined := known[row.Value("dealstage").Text()]
	for name, derived := range map[string]bool{"hs_is_closed": s.Closed, "hs_is_closed_won": s.Won} {
		if !row.Has(name) {
			row.Set(name, contact.BoolValue(derived))
		}
	}
	return row, ok && defined, nil
}
