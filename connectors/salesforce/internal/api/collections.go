package api

import (
	"context"
	"encoding/json"
	"net/http"
	"net/url"
	"slices"
	"strings"

	"github.com/lapsed/lapsed/internal/fault"
)

// WritesAtOnce is how many records one write may name (REST guide,
// "resources-composite-sobjects-collections").
const WritesAtOnce = 200

// Update sets flags of one record. It can't set anything else.
type Update struct {
	Object string
	ID     string
	Flags  map[string]bool
}

type saveResult struct {
	Success bool          `json:"success"`
	Errors  []vendorError `json:"errors"`
}

// Outcome is what became of one record of a write. Err is nil, or a *fault.Error.
type Outcome struct {
	Err error
	// Saveable: a duplicate rule stopped it that lets a caller insist.
	Saveable bool
}

// Update sends the updates, at most WritesAtOnce, once. insist overrides
// duplicate rules that allow it. Owners are left alone (Sforce-Auto-Assign is
// TRUE unless told otherwise). The outcomes come in the order of the updates.
// An error holds for all of them.
func (c *Client) Update(ctx context.Context, updates []Update, insist bool) ([]Outcome, error) {
	records := make([]map[string]any, len(updates))
	for i, u := range updates {
		records[i] = map[string]any{"attributes": map[string]string{"type": u.Object}, "id": u.ID}
		for field, flag := range u.Flags {
			records[i][field] = flag
		}
	}
	body, err := json.Marshal(map[string]any{"allOrNone": false, "records": records})
	if err != nil {
		return nil, err
	}
	h := http.Header{}
	h.Set("Sforce-Auto-Assign", "FALSE")
	if insist {
		h.Set("Sforce-Duplicate-Rule-Header", "allowSave=true; includeRecordDetails=false; runAsCurrentUser=false")
	}
	k := call{method: http.MethodPatch, path: base + "/composite/sobjects", route: "PATCH /composite/sobjects", header: h, body: body, write: true}
	return c.collection(ctx, k, len(updates))
}

// Delete puts the records into the Recycle Bin, at most WritesAtOnce, once. The
// outcomes come in the order of ids. An error holds for all of them.
func (c *Client) Delete(ctx context.Context, ids []string) ([]Outcome, error) {
	q := "?ids=" + url.QueryEscape(strings.Join(ids, ",")) + "&allOrNone=false"
	k := call{method: http.MethodDelete, path: base + "/composite/sobjects" + q, route: "DELETE /composite/sobjects", write: true}
	return c.collection(ctx, k, len(ids))
}

func (c *Client) collection(ctx context.Context, k call, n int) ([]Outcome, error) {
	a, err := c.send(ctx, k)
	if err != nil {
		return nil, err
	}
	var results []saveResult
	if json.Unmarshal(a.body, &results) != nil || len(results) != n {
		return nil, c.nonsense(k) // ambiguous: something may have been written
	}
	outs := make([]Outcome, n)
	var innocent []int
	var first *fault.Error
	for i, r := range results {
		if r.Success {
			continue
		}
		e := judge(c.op(k.route), true, http.StatusOK, r.Errors)
		e.Status = 0 // the call's 200 says nothing about the record
		outs[i] = Outcome{e, slices.ContainsFunc(r.Errors, func(v vendorError) bool { return v.DuplicateResult.AllowSave })}
		if len(r.Errors) > 0 && halted(r.Errors[0].code()) {
			e.Kind = fault.Transient
			innocent = append(innocent, i)
		} else if first == nil {
			first = e
		}
	}
	for _, i := range innocent {
		if first != nil {
			outs[i].Err = &fault.Error{Kind: first.Kind, Op: first.Op, Code: first.Code, Hint: "not written because another record of the call failed"}
		}
	}
	return outs, nil
}
