package salesforce

import (
	"fmt"
	"net/http"
	"strconv"
	"strings"
	"time"

	"github.com/lapsed/lapsed/internal/sandbox/kit"
)

// cursorLife is how long a locator works.
const cursorLife = 48 * time.Hour

// cursor is a query's rows by slot. Their content is read page by page: a cursor
// is no snapshot, and a row that was deleted since is no longer given.
type cursor struct {
	s     *statement
	all   bool
	slots []uint32
	size  int
	total int
	made  int64
}

// query is GET /query and /queryAll.
func (o *Org) query(c *call, all bool) answer {
	s, err := o.compile(c.query.Get("q"))
	if err != nil {
		return err.answer()
	}
	c.purpose = purposeOf(s)
	slots := o.run(s, all)
	if c.hit("empty-page") {
		slots = nil
	}
	if c.hit("hidden-field") {
		return failed(http.StatusBadRequest, "INVALID_FIELD", "No such column on entity '"+s.t.name+"'.")
	}
	if s.count {
		return jsonAnswer(http.StatusOK, map[string]any{"totalSize": c.total(len(slots)), "done": true, "records": []any{}})
	}
	if len(s.tallies) > 0 {
		return o.tally(c, s, slots, all)
	}
	cur := &cursor{s: s, all: all, slots: slots, size: pageSize(c, s), total: len(slots), made: o.now()}
	if s.t.name == "OauthToken" {
		cur.size, cur.slots = min(cur.size, tokenPage), slots[:min(len(slots), tokenMost)]
	}
	return o.page(c, cur, o.keepCursor(cur), 0)
}

// total is how many rows an answer counts.
func (c *call) total(n int) int {
	if c.hit("wrong-total") {
		return 2*n + 1
	}
	return n
}

func purposeOf(s *statement) kit.Purpose {
	switch {
	case s.t.name == "Organization":
		return kit.Describe
	case names(s.where):
		return kit.Reread
	}
	return kit.Read
}

// pageSize is what Sforce-Query-Options asks for within 200 and 2000; two long
// texts in a row bring it down.
func pageSize(c *call, s *statement) int {
	size := 2000
	for opt := range strings.SplitSeq(c.r.Header.Get("Sforce-Query-Options"), ",") {
		k, v, _ := strings.Cut(strings.TrimSpace(opt), "=")
		if n, err := strconv.Atoi(v); err == nil && strings.EqualFold(k, "batchSize") {
			size = min(max(n, 200), 2000)
		}
	}
	long := 0
	for _, col := range s.columns {
		if col.f.typ == "textarea" {
			long++
		}
	}
	if long >= 2 {
		size = 200
	}
	return size
}

// keepCursor files a cursor that has further pages, drops the expired ones, and
// returns its id.
func (o *Org) keepCursor(cur *cursor) string {
	if len(cur.slots) <= cur.size {
		return ""
	}
	for id, other := range o.cursors {
		if o.now()-other.made >= int64(cursorLife/time.Second) {
			delete(o.cursors, id)
		}
	}
	o.serials++
	id := newID("0r8", podOf(o.opt.Seed), mix(o.opt.Seed, "cursor")%(1<<40)+o.serials)
	o.cursors[id] = cur
	return id
}

// more is GET /query/{locator}: the id of a cursor and an offset.
func (o *Org) more(c *call) answer {
	id, after, _ := strings.Cut(c.vars["locator"], "-")
	offset, err := strconv.Atoi(after)
	cur := o.cursors[id]
	if err != nil || cur == nil || offset < 0 || offset >= len(cur.slots) || o.now()-cur.made >= int64(cursorLife/time.Second) {
		return failed(http.StatusBadRequest, "INVALID_QUERY_LOCATOR", "invalid query locator")
	}
	c.purpose = purposeOf(cur.s)
	return o.page(c, cur, id, offset)
}

// page renders the rows from offset on. A page may be shorter than was asked for.
func (o *Org) page(c *call, cur *cursor, id string, offset int) answer {
	end := min(offset+cur.size, len(cur.slots))
	if n := mix(o.opt.Seed, "page", id, fmt.Sprint(offset)); id != "" && n%2 == 0 {
		end = min(end, offset+cur.size-int(n/2%uint64(cur.size/5)))
	}
	b := fmt.Appendf(nil, `{"totalSize":%d,"done":%t`, c.total(cur.total), end == len(cur.slots) && !c.hit("half-page"))
	switch {
	case c.hit("half-page"): // the page is cut, and its locator leads nowhere
		end = offset + (end-offset)/2
		b = fmt.Appendf(b, `,"nextRecordsUrl":"%s/query/%s-%d"`, c.base(), newID("0r8", podOf(o.opt.Seed), 0), end)
	case end < len(cur.slots):
		b = fmt.Appendf(b, `,"nextRecordsUrl":"%s/query/%s-%d"`, c.base(), id, end)
	}
	b = append(b, `,"records":[`...)
	w := view{o: o, t: cur.s.t, now: o.now(), all: cur.all}
	n := 0
	for _, slot := range cur.slots[offset:end] {
		r := w.open(int(slot))
		if r == nil {
			continue
		}
		if n++; n > 1 {
			b = append(b, ',')
		}
		b = w.appendRecord(b, r, cur.s.columns, c.base())
	}
	c.items += n
	return reply(http.StatusOK, jsonType, append(b, "]}"...))
}

// appendRecord writes a row as the REST API does, a parent's columns in an
// object of their own.
func (w view) appendRecord(b []byte, r *row, columns []column, base string) []byte {
	b = appendAttributes(append(b, '{'), w.t, r, base)
	done := map[*field]bool{}
	for _, c := range columns {
		if c.via == nil {
			b = append(appendQuoted(append(b, ','), c.as), ':')
			b = w.get(r, c).appendJSON(b)
			continue
		}
		if done[c.via] {
			continue
		}
		done[c.via] = true
		b = append(appendQuoted(append(b, ','), c.via.relation), ':')
		t, p := w.parent(r, c.via)
		if p == nil {
			b = append(b, "null"...)
			continue
		}
		b = appendAttributes(append(b, '{'), t, p, base)
		for _, other := range columns {
			if other.via == c.via {
				b = append(appendQuoted(append(b, ','), other.f.name), ':')
				b = w.get(r, other).appendJSON(b)
			}
		}
		b = append(b, '}')
	}
	return append(b, '}')
}

func appendAttributes(b []byte, t *table, r *row, base string) []byte {
	return fmt.Appendf(b, `"attributes":{"type":"%s","url":"%s/sobjects/%s/%s"}`, t.name, base, t.name, r.id)
}
