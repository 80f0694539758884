package salesforce

import (
	"net/http"
	"strings"
	"time"
)

// find resolves an object and an id of a path to a place, or says what is wrong.
// Deleted rows are found; rows outside the user's sharing are not.
func (o *Org) find(object, id string) (place, *apiError) {
	t := o.shown(object)
	if t == nil {
		return place{}, notFound()
	}
	full, ok := canonical(id)
	if !ok {
		return place{}, fail(http.StatusBadRequest, "MALFORMED_ID", "malformed id "+id)
	}
	slot, ok := t.slot(full)
	if !ok || t.seen(slot, o.now()) == nil || t.rows[slot].marks&Unshared != 0 || o.private(t, t.rows[slot]) {
		return place{}, notFound()
	}
	return place{t, slot}, nil
}

// retrieve is GET /sobjects/{object}/{id}.
func (o *Org) retrieve(c *call) answer {
	p, err := o.find(c.vars["object"], c.vars["id"])
	if err != nil {
		return err.answer()
	}
	r := p.t.seen(p.slot, o.now())
	if r.deleted != 0 {
		if o.conduct.GoneCode == "ENTITY_IS_DELETED" {
			return isDeleted().answer()
		}
		return notFound().answer()
	}
	var columns []column
	if list := c.query.Get("fields"); list != "" {
		if columns, err = o.fieldList(p.t, strings.Split(list, ",")); err != nil {
			return err.answer()
		}
	} else {
		for _, f := range o.visible(p.t) {
			columns = append(columns, column{f: f, as: f.name})
		}
	}
	c.items = 1
	w := view{o: o, t: p.t, now: o.now()}
	return reply(http.StatusOK, jsonType, w.appendRecord(nil, r, columns, c.base()))
}

// fieldList resolves a list of field names or paths; one that can't be seen spoils all.
func (o *Org) fieldList(t *table, names []string) ([]column, *apiError) {
	b := binder{o, &statement{t: t, source: strings.Join(names, ",")}}
	var list []column
	for _, n := range names {
		col, err := b.column(strings.TrimSpace(n))
		if err != nil {
			return nil, err
		}
		list = append(list, col)
	}
	return list, nil
}

// patch is PATCH /sobjects/{object}/{id}.
func (o *Org) patch(c *call) answer {
	fields, err := record(c.body)
	if err != nil {
		return err.answer()
	}
	p, err := o.find(c.vars["object"], c.vars["id"])
	if err != nil {
		return err.answer()
	}
	if err := o.unmodified(c, p); err != nil {
		return err.answer()
	}
	c.items = 1
	if err := o.write(c, p, fields, decodeJSON); err != nil {
		return err.answer()
	}
	return noContent()
}

// unmodified judges If-Unmodified-Since, which PATCH knows and DELETE doesn't.
func (o *Org) unmodified(c *call, p place) *apiError {
	h := c.r.Header.Get("If-Unmodified-Since")
	if h == "" {
		return nil
	}
	since, err := http.ParseTime(h)
	if err != nil {
		return fail(http.StatusBadRequest, "MALFORMED_HEADER", "If-Unmodified-Since is no HTTP date")
	}
	if p.t.rows[p.slot].modified > since.Unix() {
		return fail(http.StatusPreconditionFailed, "ENTITY_FAILED_IFLASTMODIFIED_ON_UPDATE", "entity was modified since "+since.UTC().Format(time.RFC3339))
	}
	return nil
}

// remove is DELETE /sobjects/{object}/{id}.
func (o *Org) remove(c *call) answer {
	p, err := o.find(c.vars["object"], c.vars["id"])
	if err != nil {
		return err.answer()
	}
	c.items = 1
	if err := o.erase(c, p, false); err != nil {
		return err.answer()
	}
	return noContent()
}

// create is POST /sobjects/{object}: lapsed must never send it.
func (o *Org) create(c *call) answer {
	t := o.table(c.vars["object"])
	if t == nil {
		return notFound().answer()
	}
	fields, err := record(c.body)
	if err != nil {
		return err.answer()
	}
	c.items = 1
	id, err := o.add(c, t, fields, decodeJSON)
	if err != nil {
		return err.answer()
	}
	return jsonAnswer(http.StatusCreated, map[string]any{"id": id, "success": true, "errors": []any{}})
}
