package api

import (
	"context"
	"net/http"
	"strings"

	"github.com/lapsed/lapsed/internal/fault"
)

// MaxAddresses is the most inputs that we put into a batch of subscriptions.
// HubSpot documents no limit.
const MaxAddresses = 100

// Fold is how HubSpot compares addresses. Answers are keyed by it.
func Fold(address string) string { return strings.ToLower(strings.TrimSpace(address)) }

// addressInputs is the body of the calls that take bare addresses.
type addressInputs struct {
	Inputs []string `json:"inputs"`
}

// perAddress is the answer of all calls that take bare addresses.
type perAddress struct {
	Results *[]struct {
		Address  string    `json:"subscriberIdString"`
		Statuses *[]Status `json:"statuses"`
		Wide     *[]Wide   `json:"wideStatuses"`
	} `json:"results"`
	Errors []itemError `json:"errors"`
}

// BatchStatuses reads a brand's subscriptions of up to MaxAddresses addresses. An
// address that is not in the answer could not be read. Without Enterprise the
// error is fault.Unsupported; so it is for all batches here.
func (c *Client) BatchStatuses(ctx context.Context, addresses []string, brand string) (map[string][]Status, error) {
	var out perAddress
	q := c.ofAddresses("/batch/read", onChannel(brand), addresses, &out)
	if _, err := c.do(ctx, q); err != nil {
		return nil, err
	}
	if out.Results == nil {
		return nil, c.garbled(q, http.StatusOK)
	}
	found := map[string][]Status{}
	for _, r := range *out.Results {
		if r.Statuses != nil {
			found[Fold(r.Address)] = *r.Statuses
		}
	}
	return found, nil
}

// BatchWideStatuses reads which of up to MaxAddresses addresses have refused
// everything of a brand. An address that is not in the answer could not be read.
func (c *Client) BatchWideStatuses(ctx context.Context, addresses []string, brand string) (map[string][]Wide, error) {
	var out perAddress
	q := c.ofAddresses("/batch/unsubscribe-all/read", onChannel(brand), addresses, &out)
	if _, err := c.do(ctx, q); err != nil {
		return nil, err
	}
	if out.Results == nil {
		return nil, c.garbled(q, http.StatusOK)
	}
	found := map[string][]Wide{}
	for _, r := range *out.Results {
		if r.Wide != nil {
			found[Fold(r.Address)] = *r.Wide
		}
	}
	return found, nil
}

// BatchUnsubscribeAll withdraws up to MaxAddresses addresses from everything of
// a brand. The map holds the addresses that were not withdrawn, or not surely.
func (c *Client) BatchUnsubscribeAll(ctx context.Context, addresses []string, brand string) (map[string]error, error) {
	var out perAddress
	q := c.ofAddresses("/batch/unsubscribe-all", onChannel(brand), addresses, &out)
	q.write = true
	if _, err := c.do(ctx, q); err != nil {
		return nil, err
	}
	done := map[string]bool{}
	if out.Results != nil {
		for _, r := range *out.Results {
			done[Fold(r.Address)] = true
		}
	}
	return c.undone(q, folded(addresses), done, out.Errors), nil
}

// BatchUnsubscribe withdraws up to MaxAddresses addresses from one subscription
// each. The answers come in the order of ws.
func (c *Client) BatchUnsubscribe(ctx context.Context, ws []Withdrawal) ([]error, error) {
	var out struct {
		Results []struct {
			Address string `json:"subscriberIdString"`
			Status
		} `json:"results"`
		Errors []itemError `json:"errors"`
	}
	in := make([]withdrawal, len(ws))
	keys := make([]string, len(ws))
	for i, w := range ws {
		in[i] = w.wire(w.Address)
		keys[i] = Fold(w.Address)
	}
	q := call{method: http.MethodPost, path: prefsPath + "/statuses/batch/write", route: prefsRoute + "/statuses/batch/write",
		write: true, plan: true, out: &out, body: struct {
			Inputs []withdrawal `json:"inputs"`
		}{in}}
	if _, err := c.do(ctx, q); err != nil {
		return nil, err
	}
	type pair struct{ address, subscription string }
	shown := map[pair]string{}
	for _, r := range out.Results {
		shown[pair{Fold(r.Address), string(r.Subscription)}] = r.Status.Status
	}
	undone := c.undone(q, keys, nil, out.Errors)
	errs := make([]error, len(ws))
	for i, w := range ws {
		switch s := shown[pair{keys[i], w.Subscription}]; {
		case s == unsubscribed:
		case s != "":
			errs[i] = &fault.Error{Kind: fault.Conflict, Op: c.op(q), Hint: "HubSpot said yes and kept the subscription"}
		default:
			errs[i] = undone[keys[i]]
		}
	}
	return errs, nil
}

// undone sorts out which addresses a batch's errors are about. When an error
// names none of them, it may be about any that the results don't confirm, and
// what happened to those is unknown.
func (c *Client) undone(q call, asked []string, done map[string]bool, errs []itemError) map[string]error {
	undone := map[string]error{}
	set := setOf(asked)
	for _, e := range errs {
		named := e.names(set, Fold)
		for _, a := range named {
			undone[a] = &fault.Error{Kind: fault.Invalid, Op: c.op(q), Code: problem{Category: e.Category}.code(), Hint: "HubSpot refused the address"}
		}
		if len(named) > 0 {
			continue
		}
		for _, a := range asked {
			if !done[a] && undone[a] == nil {
				undone[a] = &fault.Error{Kind: fault.Ambiguous, Op: c.op(q), Hint: "HubSpot reports a failure and not whose"}
			}
		}
	}
	return undone
}

func (c *Client) ofAddresses(then, query string, addresses []string, out any) call {
	return call{method: http.MethodPost, path: prefsPath + "/statuses" + then, route: prefsRoute + "/statuses" + then, query: query,
		plan: true, body: addressInputs{addresses}, out: out}
}

func folded(addresses []string) []string {
	f := make([]string, len(addresses))
	for i, a := range addresses {
		f[i] = Fold(a)
	}
	return f
}
