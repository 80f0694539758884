package api

import (
	"context"
	"net/http"
	"net/url"
	"strings"
	"time"
)

// Account is what HubSpot tells of an account.
type Account struct {
	PortalID    ID     `json:"portalId"`
	TimeZone    string `json:"timeZone"` // "US/Eastern"
	UTCOffsetMS int    `json:"utcOffsetMilliseconds"`
	Hosting     string `json:"dataHostingLocation"` // "na1", "eu1"
}

// Account reads the account's details and HubSpot's time.
func (c *Client) Account(ctx context.Context) (Account, time.Time, error) {
	var a Account
	at, err := c.do(ctx, call{method: http.MethodGet, path: "/account-info/" + Version + "/details", route: "/account-info/{v}/details", out: &a})
	return a, at, err
}

// Property is a property's definition.
type Property struct {
	Name      string `json:"name"`
	Type      string `json:"type"`
	FieldType string `json:"fieldType"`
	Archived  bool   `json:"archived"`
	// Calculated values hold nothing of their own.
	Calculated bool  `json:"calculated"`
	Shipped    *bool `json:"hubspotDefined"` // nil: HubSpot didn't say
}

// Custom tells whether the account's people, or a program, made the property.
func (p Property) Custom() bool {
	if p.Shipped == nil {
		return !strings.HasPrefix(p.Name, "hs_")
	}
	return !*p.Shipped
}

// The kinds of property that HubSpot's default answer leaves out.
const (
	Sensitive       = "sensitive"
	HighlySensitive = "highly_sensitive"
)

// Properties reads the definitions of the contacts' properties, those of
// another sensitivity than the default if it is named.
func (c *Client) Properties(ctx context.Context, sensitivity string) ([]Property, time.Time, error) {
	q := call{method: http.MethodGet, path: "/crm/properties/" + Version + "/contacts", route: "/crm/properties/{v}/contacts"}
	if sensitivity != "" {
		q.query = url.Values{"dataSensitivity": {sensitivity}}.Encode()
	}
	var out struct {
		Results *[]Property `json:"results"`
	}
	q.out = &out
	at, err := c.do(ctx, q)
	if err != nil {
		return nil, at, err
	}
	if out.Results == nil {
		return nil, at, c.garbled(q, http.StatusOK)
	}
	return *out.Results, at, nil
}
