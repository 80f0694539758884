package api

import (
	"context"
	"encoding/json"
	"net/http"
	"strconv"
	"time"

	"github.com/simpleforce/simpleforce"

	"github.com/lapsed/lapsed/internal/fault"
)

// QueriesAtOnce is how many questions one call may hold. The guide allows 25
// sub-requests; a limit of 5 queries among them is reported but not proven.
const QueriesAtOnce = 5

type subRequest struct {
	Method      string `json:"method"`
	URL         string `json:"url"`
	ReferenceID string `json:"referenceId"`
}

type subAnswer struct {
	Body        json.RawMessage `json:"body"`
	Status      int             `json:"httpStatusCode"`
	ReferenceID string          `json:"referenceId"`
}

// Queries asks up to QueriesAtOnce questions in one call, with the ids in its
// body. The results come in the order of the questions. One that fails fails all.
func (c *Client) Queries(ctx context.Context, asked []Select) ([]Result, error) {
	subs := make([]subRequest, len(asked))
	for i, s := range asked {
		subs[i] = subRequest{http.MethodGet, s.path(""), "q" + strconv.Itoa(i)}
	}
	body, err := json.Marshal(map[string]any{"compositeRequest": subs})
	if err != nil {
		return nil, err
	}
	k := call{method: http.MethodPost, path: base + "/composite", route: "POST /composite", body: body}
	a, err := c.send(ctx, k)
	if err != nil {
		return nil, err
	}
	var answers struct {
		Subs []subAnswer `json:"compositeResponse"`
	}
	if json.Unmarshal(a.body, &answers) != nil || len(answers.Subs) != len(asked) {
		return nil, c.nonsense(k)
	}
	if err := c.firstFailure(asked, answers.Subs); err != nil {
		return nil, err
	}
	results := make([]Result, len(asked))
	for i, sub := range answers.Subs {
		if results[i], err = c.subResult(ctx, asked[i], sub, "q"+strconv.Itoa(i), a.at); err != nil {
			return nil, err
		}
	}
	return results, nil
}

func (c *Client) subResult(ctx context.Context, s Select, sub subAnswer, ref string, at time.Time) (Result, error) {
	k := call{route: "POST /composite " + s.Object}
	var page simpleforce.QueryResult
	if json.Unmarshal(sub.Body, &page) != nil || (sub.ReferenceID != "" && sub.ReferenceID != ref) {
		return Result{}, c.nonsense(k)
	}
	return c.whole(ctx, k, s, &page, at)
}

// firstFailure judges the sub-requests that failed. Those that were only halted
// by another come last.
func (c *Client) firstFailure(asked []Select, subs []subAnswer) error {
	var innocent *fault.Error
	for i, sub := range subs {
		if sub.Status >= 200 && sub.Status <= 299 {
			continue
		}
		errs := vendorErrors(sub.Body)
		e := judge(c.op("POST /composite "+asked[i].Object), false, sub.Status, errs)
		if len(errs) == 0 || !halted(errs[0].code()) {
			return e
		}
		e.Kind, innocent = fault.Transient, e
	}
	if innocent != nil {
		return innocent
	}
	return nil
}
