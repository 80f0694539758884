package api

import (
	"encoding/json"
	"net/http"
	"slices"
	"strings"
	"time"

	"github.com/lapsed/lapsed/internal/fault"
	"github.com/lapsed/lapsed/internal/httpx"
)

// statusMoving is HubSpot's own status for an account that is being moved
// between its regions.
const statusMoving = 477

// problem is what we read of an error's body. Every field is optional, and none
// is a sentence.
type problem struct {
	Category   string           `json:"category"`
	PolicyName string           `json:"policyName"`
	Context    map[string]texts `json:"context"`
	Errors     []struct {
		Code    string           `json:"code"`
		Context map[string]texts `json:"context"`
	} `json:"errors"`
}

// codes is the closed list of words that may stand in an error of ours.
var codes = []string{
	"INVALID_AUTHENTICATION", "EXPIRED_AUTHENTICATION", "MISSING_SCOPES", "OBJECT_NOT_FOUND", "CONFLICT", "VALIDATION_ERROR", "RATE_LIMITS",
	policySecondly, policyTenSecondly, policyDaily, "PROPERTY_DOESNT_EXIST", "READ_ONLY_VALUE",
}

// fault turns an answer that is no success into an error, by the table of
// what HubSpot documents of its errors and public code has seen of them.
func (c *Client) fault(q call, resp *httpx.Response, at time.Time) error {
	var p problem
	isJSON := json.Unmarshal(resp.Body, &p) == nil
	e := &fault.Error{Op: c.op(q), Status: resp.Status, Code: p.code()}
	switch s := resp.Status; {
	case q.plan && (s == http.StatusForbidden || s == http.StatusNotFound || s == http.StatusMethodNotAllowed):
		e.Kind, e.Hint = fault.Unsupported, "only Marketing Hub Enterprise accounts have it"
	case s == http.StatusUnauthorized:
		e.Kind, e.Hint = fault.Auth, p.tokenHint()
	case s == http.StatusForbidden:
		e.Kind, e.Hint = fault.Auth, p.scopeHint()
	case s == http.StatusNotFound && isJSON:
		e.Kind = fault.NotFound
	case s == http.StatusNotFound:
		e.Kind, e.Hint = fault.Invalid, "nothing answers there: is base_url right?"
	case s == http.StatusConflict:
		e.Kind = fault.Conflict
	case s == http.StatusLocked:
		e.Kind, e.After = fault.Transient, lockedWait
	case s == http.StatusTooManyRequests:
		e.Kind, e.After = fault.RateLimited, c.limits.wait(p.PolicyName, resp.Header, at)
		c.limits.pause(e.After)
	case s == statusMoving:
		e.Kind, e.After = fault.Transient, httpx.RetryAfter(resp.Header)
		e.Hint = "HubSpot is moving the account to another region"
	case s >= 500 && q.write:
		e.Kind = fault.Ambiguous
	case s >= 500:
		e.Kind = fault.Transient
	default:
		e.Kind = fault.Invalid
	}
	return e
}

// code returns the most telling word of p that is on the list, "" if none is.
func (p problem) code() string {
	words := []string{p.PolicyName, p.Category}
	for _, e := range p.Errors {
		words = append(words, e.Code)
	}
	for _, w := range words {
		if slices.Contains(codes, w) {
			return w
		}
	}
	return ""
}

func (p problem) tokenHint() string {
	for _, v := range p.Context["expire time"] {
		// HubSpot says of a garbled token that it expired in 1970.
		if strings.HasPrefix(v, "1970-") {
			return "what is configured as the token is none"
		}
	}
	return "the token is not accepted: was it rotated or revoked?"
}

func (p problem) scopeHint() string {
	if s := p.scopes(); len(s) > 0 {
		return "grant " + strings.Join(s, ", ")
	}
	return "the token may not do this: grant its scope"
}

// scopes returns the names of scopes that HubSpot says are required.
func (p problem) scopes() []string {
	var found []string
	for _, e := range p.Errors {
		for _, s := range e.Context["requiredGranularScopes"] {
			if isScope(s) && !slices.Contains(found, s) {
				found = append(found, s)
			}
		}
	}
	return found
}

// isScope tells whether s has the form of a scope of a family that we know, so
// that nothing else can pass for one.
func isScope(s string) bool {
	if len(s) > 80 || strings.Trim(s, "abcdefghijklmnopqrstuvwxyz0123456789._-") != "" {
		return false
	}
	if s == "oauth" {
		return true
	}
	for _, family := range []string{"crm.objects.", "crm.schemas.", "crm.lists.", "crm.export", "communication_preferences.", "business_units_view.",
		"subscriptions-", "subscription-status-", "sales-email-"} {
		if strings.HasPrefix(s, family) {
			return true
		}
	}
	return false
}
