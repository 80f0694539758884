package hubspot

import (
	"context"
	"slices"

	"github.com/lapsed/lapsed/connectors/hubspot/internal/api"
)

// readBrands reads which brands the account has and remembers it. A single one
// is "", for which no call names a brand.
func (c *Connector) readBrands(ctx context.Context) ([]string, error) {
	brands, _, err := c.api.Brands(ctx)
	if err != nil {
		return nil, err
	}
	if len(brands) < 2 {
		brands = []string{""}
	}
	c.mu.Lock()
	c.brands = brands
	c.mu.Unlock()
	return brands, nil
}

// knownBrands returns the brands as last read, and reads them if they never were.
func (c *Connector) knownBrands(ctx context.Context) ([]string, error) {
	c.mu.Lock()
	brands := c.brands
	c.mu.Unlock()
	if brands != nil {
		return brands, nil
	}
	return c.readBrands(ctx)
}

// severalBrands tells whether hs_email_optout may be of one brand only.
func (c *Connector) severalBrands() bool {
	c.mu.Lock()
	defer c.mu.Unlock()
	return len(c.brands) > 1
}

// refusesAll tells whether an address refuses everything of every brand, by what
// HubSpot answered for each.
func refusesAll(perBrand [][]api.Wide, brands []string) bool {
	for i, b := range brands {
		if !slices.ContainsFunc(perBrand[i], func(w api.Wide) bool { return w.Covers(b) }) {
			return false
		}
	}
	return true
}
