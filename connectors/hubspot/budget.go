package hubspot

import "github.com/lapsed/lapsed/connectors"

var _ connectors.Metered = (*Connector)(nil)

// Budget is the account's day, which ends at midnight in its own zone: UTC
// before Describe has read the zone.
func (c *Connector) Budget() (connectors.Budget, bool) {
	most, left, at, free := c.api.Day()
	return connectors.Budget{Used: most - left, Most: most, AsOf: at, Free: free}, most > 0
}
