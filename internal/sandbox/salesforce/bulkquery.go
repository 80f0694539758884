package salesforce

import (
	"encoding/base64"
	"fmt"
	"io"
	"math/rand/v2"
	"net/http"
	"strconv"
	"strings"
)

// startQuery compiles a query job and takes the rows: the later it is read, the
// older they are.
func (o *Org) startQuery(c *call, j *job) *apiError {
	if j.operation != "query" && j.operation != "queryAll" {
		return fail(http.StatusBadRequest, "INVALIDJOB", "operation must be query or queryAll")
	}
	s, err := o.compile(j.query)
	if err != nil {
		return err
	}
	if s.count || len(s.tallies) > 0 {
		return fail(http.StatusBadRequest, "API_ERROR", "Aggregate queries are not supported in Bulk Query")
	}
	for _, col := range s.columns {
		if col.f.kind == compound {
			return fail(http.StatusBadRequest, "FUNCTIONALITY_NOT_ENABLED", "Selecting compound data not supported in Bulk Query")
		}
	}
	c.purpose = purposeOf(s)
	j.s, j.all, j.object, j.state = s, j.operation == "queryAll", s.t.name, "UploadComplete"
	for _, slot := range o.run(s, j.all) {
		j.rows = append(j.rows, s.t.seen(int(slot), o.now()))
	}
	if c.hit("empty-page") {
		j.rows = nil
	}
	if len(s.order) == 0 { // chunks come in no order
		random := rand.New(rand.NewPCG(o.opt.Seed, uint64(len(j.rows))))
		random.Shuffle(len(j.rows), func(a, b int) { j.rows[a], j.rows[b] = j.rows[b], j.rows[a] })
	}
	return nil
}

// jobResults is GET /jobs/query/{job}/results: all rows, unless maxRecords asks
// for pages.
func (o *Org) jobResults(c *call) answer {
	j, err := o.job(c)
	if err != nil {
		return err.answer()
	}
	switch {
	case j.version != c.vars["version"]:
		return failed(http.StatusConflict, "API_VERSION_MISMATCH", "the job was made with version "+j.version)
	case j.state != "JobComplete":
		return failed(http.StatusBadRequest, "INVALIDJOBSTATE", "the job is in state "+j.state)
	}
	from, to, ok := window(c, len(j.rows))
	if !ok {
		return failed(http.StatusBadRequest, "INVALID_LOCATOR", "locator or maxRecords is not valid")
	}
	next := "null"
	if to < len(j.rows) {
		next = base64.RawURLEncoding.EncodeToString([]byte(strconv.Itoa(to)))
	}
	if c.hit("empty-page") {
		from, to, next = 0, 0, "null"
	}
	c.items = to - from
	return answer{
		status: http.StatusOK,
		header: map[string]string{"Content-Type": csvType, "Sforce-Locator": next, "Sforce-NumberOfRecords": strconv.Itoa(to - from)},
		stream: func(w io.Writer) error { return o.writeCSV(w, j, j.rows[from:to]) },
	}
}

// window reads locator and maxRecords.
func window(c *call, n int) (from, to int, ok bool) {
	to = n
	if l := c.query.Get("locator"); l != "" && l != "null" {
		b, err := base64.RawURLEncoding.DecodeString(l)
		if err != nil {
			return 0, 0, false
		}
		if from, err = strconv.Atoi(string(b)); err != nil || from < 0 || from >= n {
			return 0, 0, false
		}
	}
	if m := c.query.Get("maxRecords"); m != "" {
		size, err := strconv.Atoi(m)
		if err != nil || size <= 0 {
			return 0, 0, false
		}
		to = min(n, from+size)
	}
	return from, to, true
}

// chunk is how many rows are rendered under one lock.
const chunk = 500

func (o *Org) writeCSV(w io.Writer, j *job, rows []*row) error {
	if len(rows) == 0 {
		o.mu.Lock()
		bare := o.conduct.BareEmptyResults
		o.mu.Unlock()
		if bare {
			return nil
		}
	}
	head := make([]string, len(j.s.columns))
	for i, c := range j.s.columns {
		head[i] = c.as
	}
	b := appendCSV(nil, j, head)
	cells := make([]string, len(head))
	for {
		if _, err := w.Write(b); err != nil {
			return fmt.Errorf("bulk result: %w", err)
		}
		if len(rows) == 0 {
			return nil
		}
		part := rows[:min(chunk, len(rows))]
		rows, b = rows[len(part):], b[:0]
		o.mu.Lock()
		v := view{o: o, t: j.s.t, now: o.now(), all: j.all}
		for _, r := range part {
			for i, c := range j.s.columns {
				cells[i] = v.get(r, c).csv()
			}
			b = appendCSV(b, j, cells)
		}
		o.mu.Unlock()
	}
}

// appendCSV writes one line, every cell in quotes, as Salesforce does.
func appendCSV(b []byte, j *job, cells []string) []byte {
	for i, s := range cells {
		if i > 0 {
			b = append(b, byte(delimiterOf(j.delimiter)))
		}
		b = append(b, '"')
		if strings.Contains(s, `"`) {
			s = strings.ReplaceAll(s, `"`, `""`)
		}
		b = append(append(b, s...), '"')
	}
	if j.ending == "CRLF" {
		b = append(b, '\r')
	}
	return append(b, '\n')
}
