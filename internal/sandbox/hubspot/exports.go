package hubspot

import (
	"bytes"
	"encoding/csv"
	"fmt"
	"net/http"
	"slices"
	"time"
)

const (
	exportsADay  = 30
	exportTime   = 10 * time.Second // of each task, one after the other
	exportURLTTL = 5 * time.Minute
)

// export is one task: queued behind the one before, then done.
type export struct {
	id, secret      string
	made, from, end int64
	shown           int64 // when its URL was first told
	columns         []column
	internal        bool
}

// startExport is POST /crm/exports/{v}/export/async.
func (p *Portal) startExport(q *request) answer {
	body, bad := decode[struct {
		Properties []string `json:"objectProperties"`
		Internal   []string `json:"exportInternalValuesOptions"`
	}](q)
	if bad != nil {
		return *bad
	}
	p.exports = slices.DeleteFunc(p.exports, func(e *export) bool { return p.since(e.made) >= 24*time.Hour })
	if len(p.exports) >= exportsADay {
		return q.tooMany("DAILY", "daily export")
	}
	from := p.now
	if n := len(p.exports); n > 0 {
		from = max(from, p.exports[n-1].end)
	}
	e := &export{
		id: itoa(p.mint()), secret: fmt.Sprintf("%016x%016x", mix(p.opt.Seed^uint64(p.nextID)), mix(uint64(p.nextID))),
		made: p.now, from: from, end: from + exportTime.Milliseconds(),
		columns: p.readable(q, body.Properties), internal: slices.Contains(body.Internal, "NAMES"),
	}
	p.exports = append(p.exports, e)
	return reply(http.StatusAccepted, map[string]string{"id": e.id}, 0)
}

// exportStatus is GET …/export/async/tasks/{id}/status.
func (p *Portal) exportStatus(q *request) answer {
	i := slices.IndexFunc(p.exports, func(e *export) bool { return e.id == q.vars["id"] })
	if i < 0 {
		return q.notFound(q.vars["id"])
	}
	e, out := p.exports[i], map[string]any{"status": "PENDING", "startedAt": stamp(p.now), "completedAt": stamp(p.now)}
	switch {
	case p.now >= e.end:
		if e.shown == 0 {
			e.shown = p.now
		}
		out["status"] = "COMPLETE"
		out["result"] = "http://" + q.Host + "/exports/" + e.secret + "/contacts.csv"
	case p.now >= e.from:
		out["status"] = "PROCESSING"
	}
	return reply(http.StatusOK, out, 0)
}

// download hands an export to whoever knows its URL, for five minutes.
func (p *Portal) download(q *request) answer {
	i := slices.IndexFunc(p.exports, func(e *export) bool { return e.secret == q.vars["secret"] })
	if i < 0 || p.exports[i].shown == 0 || p.since(p.exports[i].shown) >= exportURLTTL {
		return page(http.StatusForbidden, "403 Forbidden")
	}
	e := p.exports[i]
	head := []string{"Record ID"}
	for _, c := range e.columns {
		name := p.properties[c].name
		if !e.internal {
			name = title(name)
		}
		head = append(head, name)
	}
	var b bytes.Buffer
	w := csv.NewWriter(&b)
	_ = w.Write(head) // a buffer takes everything
	for _, r := range p.live {
		row := []string{itoa(r.id)}
		for _, c := range e.columns {
			row = append(row, r.text(c, latest))
		}
		_ = w.Write(row)
	}
	w.Flush()
	return answer{status: http.StatusOK, typ: "text/csv; charset=utf-8", body: b.Bytes(), items: len(p.live)}
}
