package hubspot

import (
	"net/http"
	"slices"
	"strconv"
)

const (
	listDefault    = 10
	listMax        = 100
	listMaxHistory = 50
	batchMax       = 100
)

// list is GET …/contacts: one page in the order of ids.
func (p *Portal) list(q *request) answer {
	past := q.items("propertiesWithHistory")
	limit, a := p.listLimit(q, len(past) > 0)
	if a != nil {
		return *a
	}
	var after int64
	if text := q.query("after"); text != "" {
		n, err := strconv.ParseInt(text, 10, 64)
		if err != nil {
			return q.invalid("Invalid paging cursor %q", text)
		}
		after = n
	}
	v := p.view(q, q.items("properties"), past)
	v.deals = oneOf("deals", q.items("associations")...) && q.key.has(dealsRead)
	index := p.live
	if q.query("archived") == "true" {
		index = p.bin
	}
	return p.listPage(q, index, after, limit, v)
}

func (p *Portal) listLimit(q *request, history bool) (int, *answer) {
	top := listMax
	if history {
		top = listMaxHistory
	}
	text := q.query("limit")
	if text == "" {
		return listDefault, nil
	}
	n, err := strconv.Atoi(text)
	if err == nil && n > top && p.switches.OverLimitIsCapped && !history {
		n = top
	}
	if err != nil || n < 1 || n > top {
		a := q.invalid("Invalid limit %q: must be between 1 and %d", text, top)
		return 0, &a
	}
	return n, nil
}

// listPage cuts a page out of a sorted index: records with an id above `after`.
func (p *Portal) listPage(q *request, index []*record, after int64, limit int, v view) answer {
	i, _ := slices.BinarySearchFunc(index, after+1, byRecordID)
	if q.met(faultDuplicate) && i > 0 {
		i--
	}
	rows := index[i:min(i+limit, len(index))]
	more := i+limit < len(index)
	next := after
	if len(rows) > 0 {
		next = rows[len(rows)-1].id
	}
	if q.met(faultEmpty) || q.met(faultEmptyNext) {
		rows, more, next = nil, q.met(faultEmptyNext), after
	}
	b := append(make([]byte, 0, 512*(len(rows)+1)), `{"results":[`...)
	b = p.appendRecords(b, rows, v)
	b = append(b, ']')
	if more {
		b = appendPaging(b, itoa(next))
	}
	return answer{status: http.StatusOK, typ: typeJSON, body: append(b, '}'), items: len(rows)}
}

// get is GET …/contacts/{id}.
func (p *Portal) get(q *request) answer {
	r := p.lookUp(q.vars["id"], q.query("idProperty"), q.query("archived") == "true")
	if r == nil {
		return q.notFound(q.vars["id"])
	}
	v := p.view(q, q.items("properties"), q.items("propertiesWithHistory"))
	v.deals = oneOf("deals", q.items("associations")...) && q.key.has(dealsRead)
	return answer{status: http.StatusOK, typ: typeJSON, body: p.appendRecord(nil, r, v), items: 1}
}

// lookUp finds a contact by id or address, among the live or the archived ones. An
// absorbed id finds the survivor.
func (p *Portal) lookUp(text, by string, archived bool) *record {
	var r *record
	switch by {
	case "email":
		r = p.owner(text)
		if r != nil && !p.switches.AdditionalByEmail && fold(r.get(colEmail)) != fold(text) {
			return nil
		}
	case "", "hs_object_id":
		id, ok := atoi(text)
		if !ok {
			return nil
		}
		r = p.byID[id]
		if r == nil && !p.switches.AbsorbedGone {
			r = p.survivor(id)
		}
	}
	if r == nil || (r.archived != 0) != archived {
		return nil
	}
	return r
}

type idInput struct {
	ID label `json:"id"`
}

type readBody struct {
	Inputs     []idInput `json:"inputs"`
	Properties []string  `json:"properties"`
	Past       []string  `json:"propertiesWithHistory"`
	IDProperty string    `json:"idProperty"`
}

// batchRead is POST …/contacts/batch/read. Results come in the store's order, not
// in that of the inputs, and each record once.
func (p *Portal) batchRead(q *request) answer {
	body, bad := decode[readBody](q)
	if bad != nil {
		return *bad
	}
	if n := len(body.Inputs); n == 0 || n > batchMax {
		return q.invalid("Invalid number of inputs: %d, the limit is %d", n, batchMax)
	}
	var rows []*record
	var lost []string
	for _, in := range body.Inputs {
		r := p.lookUp(string(in.ID), body.IDProperty, q.query("archived") == "true")
		if r == nil {
			lost = append(lost, string(in.ID))
		} else if !slices.Contains(rows, r) {
			rows = append(rows, r)
		}
	}
	slices.SortFunc(rows, func(a, b *record) int { return byRecordID(a, b.id) })
	if q.met(faultEmpty) {
		rows = nil
	}
	if q.met(faultDuplicate) && len(rows) > 0 {
		rows = append(rows, rows[0])
	}
	results := append(p.appendRecords([]byte{'['}, rows, p.view(q, body.Properties, body.Past)), ']')
	return p.batch(rawJSON(results), missingObjects("CONTACT", lost), len(body.Inputs))
}

// rawJSON is a part of an answer that is written already.
type rawJSON []byte

// MarshalJSON returns the text as it is.
func (r rawJSON) MarshalJSON() ([]byte, error) { return r, nil }

func missingObjects(kind string, ids []string) []problem {
	if len(ids) == 0 {
		return nil
	}
	return []problem{{
		Status: "error", Category: "OBJECT_NOT_FOUND",
		Message: "Could not get some " + kind + " objects, they may be deleted or not exist. Check that ids are valid.",
		Context: map[string][]string{"ids": ids},
	}}
}
