package api

import (
	"cmp"
	"context"
	"net/http"
	"net/url"
	"strings"

	"github.com/lapsed/lapsed/internal/fault"
)

const (
	prefsPath  = "/communication-preferences/" + Version
	prefsRoute = "/communication-preferences/{v}"
	// unsubscribed is the only status that this package can write.
	unsubscribed = "UNSUBSCRIBED"
	// channel is the only one that HubSpot lets anybody withdraw from.
	channel = "EMAIL"
	// explanation is stored beside each withdrawal, for the account's staff.
	explanation = "Withdrawn under the company's data protection policy"
	// anyBasis stands where a subscription has no legal basis of its own:
	// accounts with data privacy settings refuse a change without one.
	anyBasis = "LEGITIMATE_INTEREST_OTHER"
)

// bases are the legal bases that HubSpot knows. Anything else it would refuse.
var bases = setOf([]string{"LEGITIMATE_INTEREST_PQL", "LEGITIMATE_INTEREST_CLIENT", anyBasis, "PERFORMANCE_OF_CONTRACT",
	"CONSENT_WITH_NOTICE", "NON_GDPR", "PROCESS_AND_STORE"})

// Status is what an address has said to one subscription.
type Status struct {
	Subscription ID     `json:"subscriptionId"`
	Status       string `json:"status"` // SUBSCRIBED, UNSUBSCRIBED, NOT_SPECIFIED
	Source       string `json:"source"`
	Timestamp    ID     `json:"timestamp"`
	LegalBasis   string `json:"legalBasis"`
}

// Wide is an address's refusal of everything, in one brand or in all.
type Wide struct {
	Status string `json:"status"`
	Type   string `json:"wideStatusType"` // PORTAL_WIDE, BUSINESS_UNIT_WIDE
	Brand  ID     `json:"businessUnitId"`
}

// Covers tells whether w refuses all e-mail of a brand; "" is the account's only
// one. An entry may also say SUBSCRIBED.
func (w Wide) Covers(brand string) bool {
	return w.Status == unsubscribed && (w.Type == "PORTAL_WIDE" || w.Brand == "" || brand == "" || string(w.Brand) == brand)
}

// Brand is a brand (business unit) and the subscription types that it has.
type Brand struct {
	ID            string // "0" is the default one
	Subscriptions []string
}

// Brands reads the brands that have subscription types.
func (c *Client) Brands(ctx context.Context) ([]Brand, error) {
	var out struct {
		Results *[]struct {
			ID    ID `json:"id"`
			Brand ID `json:"businessUnitId"`
		} `json:"results"`
	}
	q := call{method: http.MethodGet, path: prefsPath + "/definitions", route: prefsRoute + "/definitions", out: &out}
	if _, err := c.do(ctx, q); err != nil {
		return nil, err
	}
	if out.Results == nil {
		return nil, c.garbled(q, http.StatusOK)
	}
	var brands []Brand
	place := map[ID]int{}
	for _, d := range *out.Results {
		id := cmp.Or(d.Brand, "0")
		at, known := place[id]
		if !known {
			at = len(brands)
			place[id] = at
			brands = append(brands, Brand{ID: string(id)})
		}
		brands[at].Subscriptions = append(brands[at].Subscriptions, string(d.ID))
	}
	return brands, nil
}

// Statuses reads an address's subscriptions of a brand; "" is the account's only one.
func (c *Client) Statuses(ctx context.Context, address, brand string) ([]Status, error) {
	var out struct {
		Results *[]Status `json:"results"`
	}
	q, err := c.ofAddress(http.MethodGet, address, "", onChannel(brand))
	if err != nil {
		return nil, err
	}
	q.out = &out
	if _, err := c.do(ctx, q); err != nil {
		return nil, err
	}
	if out.Results == nil {
		return nil, c.garbled(q, http.StatusOK)
	}
	return *out.Results, nil
}

// WideStatuses reads whether an address has refused everything of a brand.
func (c *Client) WideStatuses(ctx context.Context, address, brand string) ([]Wide, error) {
	var out struct {
		Results *[]Wide `json:"results"`
	}
	q, err := c.ofAddress(http.MethodGet, address, "/unsubscribe-all", onChannel(brand))
	if err != nil {
		return nil, err
	}
	q.out = &out
	if _, err := c.do(ctx, q); err != nil {
		return nil, err
	}
	if out.Results == nil {
		return nil, c.garbled(q, http.StatusOK)
	}
	return *out.Results, nil
}

// UnsubscribeAll withdraws an address from everything of a brand.
func (c *Client) UnsubscribeAll(ctx context.Context, address, brand string) error {
	q, err := c.ofAddress(http.MethodPost, address, "/unsubscribe-all", onChannel(brand))
	if err != nil {
		return err
	}
	q.write, q.out = true, &struct{}{}
	_, err = c.do(ctx, q)
	return err
}

// Withdrawal withdraws one address from one subscription. It has no status,
// since there is only one.
type Withdrawal struct {
	Address      string
	Subscription string // a number
	LegalBasis   string // as the subscription has it, "" if none
}

// withdrawal is a Withdrawal as sent.
type withdrawal struct {
	Address      string `json:"subscriberIdString,omitempty"`
	Subscription number `json:"subscriptionId"`
	State        state  `json:"statusState"`
	Channel      string `json:"channel"`
	LegalBasis   string `json:"legalBasis"`
	Explanation  string `json:"legalBasisExplanation"`
}

// number is an id that this call wants as a number.
type number string

func (n number) MarshalJSON() ([]byte, error) { return []byte(n), nil }

// state is the one status that can be written.
type state struct{}

func (state) MarshalJSON() ([]byte, error) { return []byte(`"` + unsubscribed + `"`), nil }

func (w Withdrawal) wire(address string) withdrawal {
	basis := w.LegalBasis
	if !bases[basis] {
		basis = anyBasis
	}
	return withdrawal{Address: address, Subscription: number(w.Subscription), Channel: channel, LegalBasis: basis, Explanation: explanation}
}

// Unsubscribe withdraws an address from one subscription. fault.Conflict means
// that HubSpot answered yes and shows another status.
func (c *Client) Unsubscribe(ctx context.Context, w Withdrawal) error {
	q, err := c.ofAddress(http.MethodPost, w.Address, "", "")
	if err != nil {
		return err
	}
	if !IsNumber(w.Subscription) {
		return &fault.Error{Kind: fault.Invalid, Op: c.op(q), Hint: "a subscription's id is a number"}
	}
	var out struct {
		Results []Status `json:"results"`
	}
	q.write, q.body, q.out = true, w.wire(""), &out
	if _, err := c.do(ctx, q); err != nil {
		return err
	}
	for _, s := range out.Results {
		if string(s.Subscription) == w.Subscription && s.Status != "" && s.Status != unsubscribed {
			return &fault.Error{Kind: fault.Conflict, Op: c.op(q), Hint: "HubSpot said yes and kept the subscription"}
		}
	}
	return nil
}

// ofAddress is a call whose path holds an address: one segment, percent-encoded once.
func (c *Client) ofAddress(method, address, then, query string) (call, error) {
	q := call{method: method, path: prefsPath + "/statuses/" + url.PathEscape(address) + then,
		route: prefsRoute + "/statuses/{address}" + then, query: query}
	// "." and ".." would change the path, and HubSpot would look up anything else as an id.
	if !strings.Contains(address, "@") {
		return q, &fault.Error{Kind: fault.Invalid, Op: c.op(q), Hint: "the record's e-mail field holds no address"}
	}
	return q, nil
}

func onChannel(brand string) string {
	v := url.Values{"channel": {channel}}
	if brand != "" {
		v.Set("businessUnitId", brand)
	}
	return v.Encode()
}
