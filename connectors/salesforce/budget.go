package salesforce

import "github.com/lapsed/lapsed/connectors"

var _ connectors.Metered = (*Connector)(nil)

// Budget is the org's API calls of the last 24 hours.
func (c *Connector) Budget() (connectors.Budget, bool) {
	used, most := c.api.Day()
	return connectors.Budget{Used: used, Most: most, AsOf: c.api.Clock()}, most > 0
}
