package salesforce

import (
	"encoding/json"
	"fmt"
	"net/http"
	"net/url"
	"strings"

	"github.com/lapsed/lapsed/internal/sandbox/kit"
)

// maxParts is how many sub-requests one composite request may have.
const maxParts = 25

// part is a sub-request, partAnswer its answer.
type part struct {
	Method      string `json:"method"`
	URL         string `json:"url"`
	ReferenceID string `json:"referenceId"`
}

type partAnswer struct {
	Body    json.RawMessage   `json:"body"`
	Headers map[string]string `json:"httpHeaders"`
	Status  int               `json:"httpStatusCode"`
	Ref     string            `json:"referenceId"`
}

// composite is POST /composite, for reads: up to 25 GETs in one call. The outer
// answer is 200 even when all inner ones failed.
func (o *Org) composite(c *call) answer {
	var want struct {
		AllOrNone bool   `json:"allOrNone"`
		Parts     []part `json:"compositeRequest"`
	}
	if json.Unmarshal(c.body, &want) != nil || len(want.Parts) == 0 {
		return failed(http.StatusBadRequest, "JSON_PARSER_ERROR", "no object with compositeRequest")
	}
	queries := 0
	for _, p := range want.Parts {
		if strings.Contains(p.URL, "/query") || strings.Contains(p.URL, "/composite/sobjects") {
			queries++
		}
	}
	switch {
	case len(want.Parts) > maxParts:
		return failed(http.StatusBadRequest, "LIMIT_EXCEEDED", fmt.Sprintf("compositeRequest can have at most %d subrequests", maxParts))
	case queries > o.conduct.CompositeQueries:
		return failed(http.StatusBadRequest, "LIMIT_EXCEEDED", fmt.Sprintf("compositeRequest can have at most %d queries", o.conduct.CompositeQueries))
	}
	purposes := map[kit.Purpose]bool{}
	list := make([]partAnswer, len(want.Parts))
	for i, p := range want.Parts {
		var purpose kit.Purpose
		list[i], purpose = o.part(c, p)
		purposes[purpose] = true
	}
	for _, p := range []kit.Purpose{kit.Describe, kit.Reread, kit.Read} { // the weakest claim counts
		if purposes[p] {
			c.purpose = p
		}
	}
	return jsonAnswer(http.StatusOK, map[string]any{"compositeResponse": list})
}

func (o *Org) part(c *call, p part) (partAnswer, kit.Purpose) {
	out := partAnswer{Headers: map[string]string{}, Ref: p.ReferenceID}
	a, purpose := o.inner(c, p)
	out.Status, out.Body = a.status, a.body
	if out.Body == nil {
		out.Body = json.RawMessage("null")
	}
	return out, purpose
}

// inner serves a sub-request as if it had come by itself: no session, no count,
// no fault of its own.
func (o *Org) inner(c *call, p part) (answer, kit.Purpose) {
	u, err := url.Parse(p.URL)
	if err != nil || p.Method != http.MethodGet {
		return failed(http.StatusBadRequest, "INVALID_INPUT", "only GET of a path of this API is simulated"), kit.Read
	}
	rt, vars, wrong := o.match(p.Method, u.Path)
	if wrong != nil {
		return wrong.answer(), kit.Read
	}
	if rt.open || vars["version"] != c.vars["version"] || strings.Contains(rt.template, "/jobs/") {
		return failed(http.StatusBadRequest, "INVALID_INPUT", "this route or version can't be part of a composite request"), kit.Read
	}
	r := c.r.Clone(c.r.Context())
	r.Method, r.URL = p.Method, u
	sub := &call{r: r, query: u.Query(), route: rt, vars: vars, purpose: rt.purpose, fault: c.fault, session: c.session}
	a := rt.serve(sub)
	c.items += sub.items
	return a, sub.purpose
}
