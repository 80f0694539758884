package hubspot

import (
	"context"
	"slices"
	"time"

	"github.com/lapsed/lapsed/connectors"
	"github.com/lapsed/lapsed/connectors/hubspot/internal/api"
	"github.com/lapsed/lapsed/internal/fault"
)

// found is what a look-up by id says of one record.
type found struct {
	state connectors.State // Merged if row is another record
	row   api.Object
	at    time.Time
}

// lookup finds records by id, live or in the recycle bin. Every id has an entry;
// Unread if HubSpot wouldn't tell.
func (c *Connector) lookup(ctx context.Context, ids, props []string) (map[string]found, error) {
	all, err := c.liveByID(ctx, ids, props)
	if err != nil {
		return nil, err
	}
	var gone []string
	for _, id := range ids {
		if all[id].state == connectors.Absent {
			gone = append(gone, id)
		}
	}
	binned, err := c.byID(ctx, gone, []string{propMerged}, true)
	if err != nil {
		return nil, err
	}
	for id, f := range binned {
		if f.state == connectors.Present || f.state == connectors.Merged {
			f.state = connectors.Binned
		}
		all[id] = f
	}
	return all, nil
}

// liveByID finds live records; Absent means that none is live.
func (c *Connector) liveByID(ctx context.Context, ids, props []string) (map[string]found, error) {
	all, err := c.byID(ctx, ids, props, false)
	if err != nil {
		return nil, err
	}
	for id, f := range all {
		if f.row.Archived {
			all[id] = found{state: connectors.Absent, at: f.at} // the other look-up will find it
		}
	}
	return all, nil
}

// byID reads records in batches and settles each id: by the row of that id, by
// HubSpot's word that there is none, by a row that names it as merged, or by
// asking for it alone.
func (c *Connector) byID(ctx context.Context, ids, props []string, archived bool) (map[string]found, error) {
	all := make(map[string]found, len(ids))
	for chunk := range slices.Chunk(ids, api.PageSize) {
		b, err := c.api.BatchRead(ctx, chunk, props, archived)
		if err != nil {
			return nil, err
		}
		settle(all, chunk, b)
		for _, id := range chunk {
			if _, ok := all[id]; ok {
				continue
			}
			if all[id], err = c.alone(ctx, id, props, archived); err != nil {
				return nil, err
			}
		}
	}
	return all, nil
}

// settle enters what a batch's answer says for certain.
func settle(all map[string]found, asked []string, b api.Batch) {
	rows, survivors := map[string]api.Object{}, map[string]api.Object{}
	for _, o := range b.Found {
		rows[string(o.ID)] = o
		for _, old := range split(o.Properties.Get(propMerged)) {
			survivors[old] = o
		}
	}
	for _, id := range asked {
		row, direct := rows[id]
		survivor, merged := survivors[id]
		switch {
		case direct:
			all[id] = found{connectors.Present, row, b.At}
		case merged:
			all[id] = found{connectors.Merged, survivor, b.At}
		case slices.Contains(b.Failed, id):
			all[id] = found{at: b.At}
		case slices.Contains(b.Missing, id):
			all[id] = found{state: connectors.Absent, at: b.At}
		}
	}
}

func (c *Connector) alone(ctx context.Context, id string, props []string, archived bool) (found, error) {
	o, at, err := c.api.Get(ctx, id, props, archived)
	switch {
	case fault.Is(err, fault.NotFound):
		return found{state: connectors.Absent}, nil
	case err != nil:
		return found{}, err
	case string(o.ID) != id:
		return found{connectors.Merged, o, at}, nil
	default:
		return found{connectors.Present, o, at}, nil
	}
}
