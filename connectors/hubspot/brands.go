package hubspot

import (
	"context"
	"net/http"
	"slices"

	"github.com/lapsed/lapsed/connectors/hubspot/internal/api"
	"github.com/lapsed/lapsed/internal/fault"
)

// readBrands reads which brands the account has and remembers it. An account
// with a single one has none to name in a call: its id is "".
func (c *Connector) readBrands(ctx context.Context) ([]api.Brand, error) {
	brands, err := c.api.Brands(ctx)
	if err != nil {
		return nil, err
	}
	if len(brands) == 0 && len(c.topics) > 0 {
		return nil, &fault.Error{Kind: fault.Invalid, Op: c.name + " subscriptions", Hint: "HubSpot shows no subscription types, and the policy names some"}
	}
	if len(brands) == 1 {
		brands[0].ID = ""
	} else if len(brands) == 0 {
		brands = []api.Brand{{}}
	}
	c.mu.Lock()
	c.brands = brands
	c.mu.Unlock()
	return brands, nil
}

// knownBrands returns the brands as last read, and reads them if they never were.
func (c *Connector) knownBrands(ctx context.Context) ([]api.Brand, error) {
	c.mu.Lock()
	brands := c.brands
	c.mu.Unlock()
	if brands != nil {
		return brands, nil
	}
	return c.readBrands(ctx)
}

// readableBrands returns the brands whose subscriptions the policy needs: those
// of its topics, or all if it names none. A token that may read statuses and not
// their definitions sees the default brand.
func (c *Connector) readableBrands(ctx context.Context) ([]api.Brand, error) {
	brands, err := c.knownBrands(ctx)
	if status(err) == http.StatusForbidden {
		return []api.Brand{{}}, nil
	}
	if err != nil || len(brands) == 1 || len(c.topics) == 0 {
		return brands, err
	}
	var needed []api.Brand
	for _, b := range brands {
		if slices.ContainsFunc(b.Subscriptions, func(s string) bool { return slices.Contains(c.topics, s) }) {
			needed = append(needed, b)
		}
	}
	return needed, nil
}

// severalBrands tells whether hs_email_optout may be of one brand only.
func (c *Connector) severalBrands() bool {
	c.mu.Lock()
	defer c.mu.Unlock()
	return len(c.brands) > 1
}

// refusesAll tells whether an address refuses everything of every brand, by what
// HubSpot answered for each.
func refusesAll(perBrand [][]api.Wide, brands []api.Brand) bool {
	for i, b := range brands {
		if !slices.ContainsFunc(perBrand[i], func(w api.Wide) bool { return w.Covers(b.ID) }) {
			return false
		}
	}
	return true
}
