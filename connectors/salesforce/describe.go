package salesforce

import (
	"context"
	"slices"
	"time"

	"github.com/lapsed/lapsed/connectors"
	"github.com/lapsed/lapsed/connectors/salesforce/internal/api"
	"github.com/lapsed/lapsed/internal/fault"
)

// binnedFor is how long the Recycle Bin keeps what was deleted. It may be less
// when the bin is full, never more.
const binnedFor = 15 * 24 * time.Hour

// Describe reads the org's row, where it is hosted, and what our user may see
// and do of the objects that the policy needs.
func (c *Connector) Describe(ctx context.Context) (connectors.Description, error) {
	d := connectors.Description{BinnedFor: binnedFor}
	if err := c.checkVersion(ctx); err != nil {
		return connectors.Description{}, err
	}
	if err := c.organization(ctx, &d); err != nil {
		return connectors.Description{}, err
	}
	if d.Hosting != "" {
		d.Region = regionOf(d.Hosting)
		if contradicts(d.Region, c.location(ctx, d.Hosting)) {
			d.Region = ""
		}
	} else {
		d.Missing = append(d.Missing, connectors.Missing{What: "Organization.InstanceName", Hint: "let our user read the Organization object", For: connectors.ForRegion})
	}
	seen, err := c.describe(ctx)
	if err != nil {
		return connectors.Description{}, err
	}
	d.Unreadable = newPlan(c.opt, seen.schema).unreadable
	d.Missing = append(d.Missing, c.missing(seen.schema)...)
	d.Clock = c.api.Clock()
	return d, nil
}

// checkVersion makes sure that the org serves the pinned version of the API. An
// org that doesn't list its versions is asked with the pinned one.
func (c *Connector) checkVersion(ctx context.Context) error {
	versions, err := c.api.Versions(ctx)
	if fault.Is(err, fault.Auth) || fault.Is(err, fault.Transient) || fault.Is(err, fault.RateLimited) {
		return err
	}
	if err == nil && len(versions) > 0 && !slices.Contains(versions, api.Version) {
		return &fault.Error{Kind: fault.Unsupported, Op: c.opt.Name + " GET /services/data", Hint: "the org doesn't serve API version " + api.Version}
	}
	return nil
}

// organization reads the org's own row. Without permission for it the region is
// unknown; nothing else depends on it.
func (c *Connector) organization(ctx context.Context, d *connectors.Description) error {
	r, err := c.api.Query(ctx, api.Select{Object: "Organization", Columns: []string{"Id", "InstanceName", "TimeZoneSidKey", "IsReadOnly"}})
	if notThere(err) {
		return nil
	}
	if err != nil {
		return err
	}
	if len(r.Rows) != 1 {
		return &fault.Error{Kind: fault.Invalid, Op: c.opt.Name + " GET /query Organization", Hint: "an org has one row of its own"}
	}
	row := r.Rows[0]
	id, ok := api.ID18(row[0])
	if !ok {
		return &fault.Error{Kind: fault.Invalid, Op: c.opt.Name + " GET /query Organization", Hint: "the org's id is none"}
	}
	d.Account, d.Hosting, d.Zone = id, row[1], row[2]
	if row[3] == "true" {
		hint := "the org is read-only during maintenance: writes wait"
		d.Missing = append(d.Missing,
			connectors.Missing{What: "Organization.IsReadOnly", Hint: hint, For: connectors.ForUnsubscribing},
			connectors.Missing{What: "Organization.IsReadOnly", Hint: hint, For: connectors.ForDeleting})
	}
	return nil
}

// missing lists the permissions that the reads and writes need and that
// describe shows our user not to have.
func (c *Connector) missing(s schema) []connectors.Missing {
	var ms []connectors.Missing
	add := func(what, hint string, need connectors.Need) {
		ms = append(ms, connectors.Missing{What: what, Hint: hint, For: need})
	}
	for _, name := range askedBy(c.opt).objects() {
		o, ok := s[name]
		if !ok || !o.Queryable {
			add(name+": Read", "give our user Read and View All on "+name+", or switch on the feature that has it", connectors.ForReading)
		}
	}
	for _, name := range []string{leadObject, contactObject} {
		o, ok := s[name]
		if !ok {
			continue
		}
		if !o.Deletable {
			add(name+": Delete", "give our user Delete and Modify All on "+name, connectors.ForDeleting)
		}
		if !o.Updateable {
			add(name+": Edit", "give our user Edit on "+name, connectors.ForUnsubscribing)
			continue
		}
		for _, f := range append([]string{optOutField}, c.opt.Topics...) {
			if field, there := o.Fields[f]; there && !field.Updateable {
				add(name+"."+f+": Edit", "give our user Edit on the field "+name+"."+f, connectors.ForUnsubscribing)
			}
		}
	}
	return ms
}
