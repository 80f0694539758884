package hubspot

import (
	"context"
	"slices"

	"github.com/sourcegraph/conc/pool"

	"github.com/lapsed/lapsed/connectors/hubspot/internal/api"
	"github.com/lapsed/lapsed/internal/contact"
	"github.com/lapsed/lapsed/internal/fault"
)

// Delete deletes records for good, or archives them if the account is
// configured so. HubSpot has no batch for the first and no answer per record
// for the second.
func (c *Connector) Delete(ctx context.Context, refs []contact.Ref) []error {
	errs := make([]error, len(refs))
	var places []int
	for i, r := range refs {
		if _, err := c.own([]contact.Ref{r}); err != nil {
			errs[i] = err
			continue
		}
		places = append(places, i)
	}
	if c.archive {
		for chunk := range slices.Chunk(places, api.PageSize) {
			ids := make([]string, len(chunk))
			for n, i := range chunk {
				ids[n] = refs[i].ID
			}
			err := c.unlessOver(ctx, func() error { return c.api.Archive(ctx, ids) })
			for _, i := range chunk {
				errs[i] = err
			}
		}
		return errs
	}
	p := pool.New().WithMaxGoroutines(together)
	for _, i := range places {
		p.Go(func() {
			err := c.unlessOver(ctx, func() error { return c.api.Erase(ctx, refs[i].ID) })
			if !fault.Is(err, fault.NotFound) { // already gone is what was asked for
				errs[i] = err
			}
		})
	}
	p.Wait()
	return errs
}

// unlessOver sends a write unless ctx has ended. What was not sent is not Ambiguous.
func (c *Connector) unlessOver(ctx context.Context, send func() error) error {
	if err := ctx.Err(); err != nil {
		return &fault.Error{Kind: fault.Transient, Op: c.name, Hint: "not sent", Err: err}
	}
	return send()
}
