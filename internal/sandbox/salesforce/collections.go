package salesforce

import (
	"encoding/json"
	"fmt"
	"net/http"
	"slices"
	"strings"

	"github.com/lapsed/lapsed/internal/sandbox/kit"
)

// most records of one collections request.
const (
	maxWrites = 200
	maxReads  = 2000
)

func tooMany(n int) *apiError {
	return fail(http.StatusBadRequest, "EXCEEDED_ID_LIMIT", fmt.Sprintf("record limit reached. cannot submit more than %d records into this call", n))
}

// retrieveMany is GET and POST /composite/sobjects/{object}: rows in the order of
// the ids, null where there is none, whatever the reason.
func (o *Org) retrieveMany(c *call) answer {
	t := o.table(c.vars["object"])
	if t == nil {
		return notFound().answer()
	}
	want := struct {
		IDs    []string `json:"ids"`
		Fields []string `json:"fields"`
	}{split(c.query.Get("ids")), split(c.query.Get("fields"))}
	if c.r.Method == http.MethodPost && json.Unmarshal(c.body, &want) != nil {
		return failed(http.StatusBadRequest, "JSON_PARSER_ERROR", "no object with ids and fields")
	}
	switch {
	case len(want.IDs) == 0 || len(want.Fields) == 0:
		return failed(http.StatusBadRequest, "MISSING_ARGUMENT", "ids and fields are required")
	case len(want.IDs) > maxReads:
		return tooMany(maxReads).answer()
	}
	columns, err := o.fieldList(t, want.Fields)
	if err != nil {
		return err.answer()
	}
	if !slices.ContainsFunc(columns, func(c column) bool { return c.via == nil && c.f.read == idRead }) {
		columns = append(columns, column{f: t.field("Id"), as: "Id"})
	}
	c.items = len(want.IDs)
	w, b := view{o: o, t: t, now: o.now()}, []byte{'['}
	for i, id := range want.IDs {
		if i > 0 {
			b = append(b, ',')
		}
		p, err := o.find(t.name, id)
		if err != nil && err.code == "MALFORMED_ID" {
			return err.answer()
		}
		if err != nil || t.seen(p.slot, w.now).deleted != 0 {
			b = append(b, "null"...)
			continue
		}
		b = w.appendRecord(b, t.seen(p.slot, w.now), columns, c.base())
	}
	return reply(http.StatusOK, jsonType, append(b, ']'))
}

func split(s string) []string {
	if s == "" {
		return nil
	}
	return strings.Split(s, ",")
}

// outcome is one record's result in a collections answer.
type outcome struct {
	id  string
	err *apiError
}

func (r outcome) entry() map[string]any {
	if r.err != nil { // a failed one has no id: clients match by position
		return map[string]any{"success": false, "errors": r.err.entries("statusCode")}
	}
	return map[string]any{"id": r.id, "success": true, "errors": []any{}}
}

// patchMany is PATCH /composite/sobjects.
func (o *Org) patchMany(c *call) answer {
	var want struct {
		AllOrNone bool              `json:"allOrNone"`
		Records   []json.RawMessage `json:"records"`
	}
	if json.Unmarshal(c.body, &want) != nil {
		return failed(http.StatusBadRequest, "JSON_PARSER_ERROR", "no object with records")
	}
	if len(want.Records) > maxWrites {
		return tooMany(maxWrites).answer()
	}
	c.items = len(want.Records)
	return o.each(len(want.Records), want.AllOrNone, func(i int) outcome {
		fields, err := record(want.Records[i])
		if err != nil {
			return outcome{err: err}
		}
		id, object := take(fields, "id"), ""
		if a, ok := fields["attributes"].(map[string]any); ok {
			object, _ = a["type"].(string)
		}
		if o.table(object) == nil {
			return outcome{err: fail(http.StatusBadRequest, "INVALID_TYPE", "records need attributes.type").on()}
		}
		p, err := o.reference(object, id)
		if err == nil {
			err = o.write(c, p, fields, decodeJSON)
		}
		return outcome{id: p.id(), err: err}
	})
}

// take removes a field from a record, whatever the case of its name.
func take(fields map[string]any, name string) string {
	for k, v := range fields {
		if strings.EqualFold(k, name) {
			delete(fields, k)
			s, _ := v.(string)
			return s
		}
	}
	return ""
}

func (p place) id() string {
	if p.t == nil {
		return ""
	}
	return p.t.idAt(p.slot)
}

// reference is find with the error that collections give for an id that is nowhere.
func (o *Org) reference(object, id string) (place, *apiError) {
	p, err := o.find(object, id)
	if err != nil && err.code == "NOT_FOUND" {
		err = fail(http.StatusBadRequest, "INVALID_CROSS_REFERENCE_KEY", "invalid cross reference id").on()
	}
	return p, err
}

// removeMany is DELETE /composite/sobjects?ids=: the objects follow from the prefixes.
func (o *Org) removeMany(c *call) answer {
	ids := split(c.query.Get("ids"))
	if len(ids) > maxWrites {
		return tooMany(maxWrites).answer()
	}
	c.items = len(ids)
	return o.each(len(ids), c.query.Get("allOrNone") == "true", func(i int) outcome {
		if _, ok := canonical(ids[i]); !ok {
			return outcome{err: fail(http.StatusBadRequest, "MALFORMED_ID", "malformed id "+ids[i]).on()}
		}
		object := ""
		for _, t := range o.tables {
			if strings.HasPrefix(ids[i], t.prefix) {
				object = t.name
			}
		}
		p, err := o.reference(object, ids[i])
		if err == nil {
			err = o.erase(c, p, false)
		}
		return outcome{id: p.id(), err: err}
	})
}

// each runs the writes of a collection; with allOrNone it takes all back if one fails.
func (o *Org) each(n int, allOrNone bool, write func(int) outcome) answer {
	var undo func()
	if allOrNone {
		undo = o.begin()
	}
	results, bad := make([]outcome, n), false
	for i := range results {
		results[i] = write(i)
		bad = bad || results[i].err != nil
	}
	if allOrNone && bad {
		undo()
		for i := range results {
			if results[i].err == nil {
				results[i].err = fail(0, "ALL_OR_NONE_OPERATION_ROLLED_BACK", "Record rolled back because not all records were valid and the request was using AllOrNone header").on()
			}
		}
	}
	o.commit()
	list := make([]map[string]any, n)
	for i, r := range results {
		list[i] = r.entry()
	}
	return jsonAnswer(http.StatusOK, list)
}

// begin holds the book's entries back and returns what takes all changes of
// rows back that were made since. Rows are versions, so the old tables are all it needs.
func (o *Org) begin() (undo func()) {
	o.held = &[]kit.Change{}
	bin, before := slices.Clone(o.bin), map[*table][]*row{}
	for _, t := range o.tables {
		before[t] = slices.Clone(t.rows)
	}
	return func() {
		o.bin, *o.held = bin, nil
		for t, rows := range before {
			for slot, r := range rows {
				if t.rows[slot] != r {
					t.put(slot, r)
				}
			}
		}
	}
}

// commit files what begin held back.
func (o *Org) commit() {
	if o.held == nil {
		return
	}
	list := *o.held
	o.held = nil
	for _, k := range list {
		o.stage.Book.Changed(k)
	}
}
