package salesforce

import (
	"context"
	"encoding/json"
	"net/http"
	"net/url"
	"regexp"
	"strings"
	"time"

	"github.com/lapsed/lapsed/internal/httpx"
)

// hyperforce is an instance's name that begins with its country: DEU12, USA744S.
var hyperforce = regexp.MustCompile(`^([A-Z]{3})[0-9]+[A-Z]*$`)

// classicNA is an older North American instance: NA139.
var classicNA = regexp.MustCompile(`^NA[0-9]+$`)

// regionOf says what an instance's name proves: "EU", "EEA" for the three that
// are in the EEA alone, "US", or "" for everything else. EU* and EMEA instances
// may be in the United Kingdom or the Emirates, so they prove nothing.
func regionOf(instance string) string {
	if classicNA.MatchString(instance) {
		return "US"
	}
	m := hyperforce.FindStringSubmatch(instance)
	if m == nil {
		return ""
	}
	switch m[1] {
	case "AUT", "BEL", "BGR", "CYP", "CZE", "DEU", "DNK", "ESP", "EST", "FIN", "FRA", "GRC", "HRV", "HUN",
		"IRL", "ITA", "LTU", "LUX", "LVA", "MLT", "NLD", "POL", "PRT", "ROU", "SVK", "SVN", "SWE":
		return "EU"
	case "ISL", "LIE", "NOR":
		return "EEA"
	case "USA":
		return "US"
	}
	return ""
}

// contradicts tells whether the status page's word for the place denies the
// region that the instance's name shows.
func contradicts(region, location string) bool {
	switch strings.ToUpper(location) {
	case "NA", "AMER", "AMERICAS":
		return region == "EU" || region == "EEA"
	case "EMEA", "EU":
		return region == "US"
	case "APAC", "AP":
		return region != ""
	}
	return false
}

// location asks Salesforce's public status page where an instance is, "" if it
// doesn't say. It is optional, and asked without our session.
func (c *Connector) location(ctx context.Context, instance string) string {
	resp, err := c.status.Do(ctx, httpx.Request{
		Method: http.MethodGet, URL: c.opt.StatusURL + "/v1/instances/" + url.PathEscape(instance) + "/status", Route: "GET /v1/instances/{v}/status",
	})
	if err != nil || resp.Status != http.StatusOK {
		return ""
	}
	var s struct{ Location string }
	if json.Unmarshal(resp.Body, &s) != nil {
		return ""
	}
	return s.Location
}

// newStatus asks once and doesn't wait long: the answer can be missed.
func newStatus(o Options) *httpx.Client {
	h := o.HTTP
	h.Processor, h.Attempts, h.Timeout = o.Name, 1, 10*time.Second
	return httpx.New(h)
}
