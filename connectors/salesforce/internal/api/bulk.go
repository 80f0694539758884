package api

import (
	"bufio"
	"context"
	"encoding/csv"
	"encoding/json"
	"errors"
	"io"
	"net/http"
	"net/url"
	"slices"
	"strconv"
	"time"

	"github.com/lapsed/lapsed/internal/fault"
	"github.com/lapsed/lapsed/internal/httpx"
)

const resultsRoute = "GET /jobs/query/{id}/results"

// bulkPage is how many rows are handed over at once.
const bulkPage = 2000

type job struct {
	ID        string `json:"id"`
	State     string `json:"state"`
	Processed *int   `json:"numberRecordsProcessed"`
}

// Bulk reads all rows of s with a Bulk API 2.0 query job and hands them over in
// pages, with the processor's clock. It returns their number. The rows come in
// no order, and a nil error means that as many came as the job processed.
func (c *Client) Bulk(ctx context.Context, s Select, each func([]Row, time.Time) error) (int, error) {
	j, err := c.createJob(ctx, s)
	if err != nil {
		return 0, err
	}
	if j, err = c.awaitJob(ctx, j); err != nil {
		return 0, err
	}
	rows, locator := 0, ""
	for {
		n, next, err := c.results(ctx, j.ID, locator, s.Columns, each)
		if err != nil {
			return 0, err
		}
		rows += n
		if next == "null" {
			break
		}
		if next == locator {
			return 0, c.brokenResults("the job's cursor does not move on")
		}
		locator = next
	}
	if j.Processed == nil || rows != *j.Processed {
		return 0, c.brokenResults("the job processed another number of rows than came")
	}
	return rows, nil
}

// createJob is no write in the chain's sense: a job made twice changes no record.
func (c *Client) createJob(ctx context.Context, s Select) (job, error) {
	operation := "query"
	if s.All {
		operation = "queryAll"
	}
	body, err := json.Marshal(map[string]string{"operation": operation, "query": s.soql(""), "columnDelimiter": "COMMA", "lineEnding": "LF"})
	if err != nil {
		return job{}, err
	}
	return c.jobCall(ctx, call{method: http.MethodPost, path: base + "/jobs/query", route: "POST /jobs/query " + s.Object, body: body})
}

func (c *Client) jobCall(ctx context.Context, k call) (job, error) {
	a, err := c.send(ctx, k)
	if err != nil {
		return job{}, err
	}
	var j job
	if json.Unmarshal(a.body, &j) != nil || j.ID == "" || j.State == "" {
		return job{}, c.nonsense(k)
	}
	return j, nil
}

// awaitJob looks at the job at growing distances until it has ended.
func (c *Client) awaitJob(ctx context.Context, j job) (job, error) {
	k := call{method: http.MethodGet, path: base + "/jobs/query/" + url.PathEscape(j.ID), route: "GET /jobs/query/{id}"}
	for pause := c.pause; ; pause = min(pause*2, c.longest) {
		timer := time.NewTimer(pause)
		select {
		case <-timer.C:
		case <-ctx.Done():
			timer.Stop()
			return job{}, &fault.Error{Kind: fault.Transient, Op: c.op(k.route), Err: ctx.Err()}
		}
		seen, err := c.jobCall(ctx, k)
		if err != nil {
			return job{}, err
		}
		switch seen.State {
		case "JobComplete":
			return seen, nil
		case "Failed", "Aborted":
			return job{}, &fault.Error{Kind: fault.Transient, Op: c.op(k.route), Hint: "the org gave up the bulk job"}
		case "UploadComplete", "InProgress", "Open":
		default:
			return job{}, c.nonsense(k)
		}
	}
}

// results streams one page of a job's result: its rows and the next page's
// locator. A missing header is an error, never "empty" or "last": a proxy that
// drops it would make an empty org of a full one.
func (c *Client) results(ctx context.Context, id, locator string, columns []string, each func([]Row, time.Time) error) (int, string, error) {
	resp, err := c.stream(ctx, resultsURL(id, locator))
	if err != nil {
		return 0, "", err
	}
	defer func() { _ = resp.Body.Close() }()
	next, told := resp.Header.Get("Sforce-Locator"), resp.Header.Get("Sforce-NumberOfRecords")
	want, err := strconv.Atoi(told)
	if err != nil || next == "" {
		return 0, "", c.brokenResults("a header of the result is missing (Sforce-NumberOfRecords, Sforce-Locator): does a proxy drop it?")
	}
	at, _ := http.ParseTime(resp.Header.Get("Date"))
	got, err := c.readCSV(ctx, resp.Body, columns, func(rows []Row) error { return each(rows, at) })
	if err != nil {
		return 0, "", err
	}
	if got != want {
		return 0, "", c.brokenResults("the result has another number of rows than its header says")
	}
	return got, next, nil
}

func resultsURL(id, locator string) string {
	u := base + "/jobs/query/" + url.PathEscape(id) + "/results"
	if locator != "" {
		u += "?locator=" + url.QueryEscape(locator)
	}
	return u
}

// readCSV hands over the rows of r with the asked columns, whatever the order
// in the file.
func (c *Client) readCSV(ctx context.Context, r io.Reader, columns []string, each func([]Row) error) (int, error) {
	buffered := bufio.NewReaderSize(r, 1<<16)
	if bom, _ := buffered.Peek(3); string(bom) == "\ufeff" {
		_, _ = buffered.Discard(3)
	}
	cr := csv.NewReader(buffered)
	cr.ReuseRecord = true
	header, err := cr.Read()
	if err != nil {
		return 0, c.csvFailure(ctx, err)
	}
	at := make([]int, len(columns))
	for i, col := range columns {
		if at[i] = slices.Index(header, col); at[i] < 0 {
			return 0, c.brokenResults("the result lacks a column that was asked for")
		}
	}
	n, page := 0, make([]Row, 0, bulkPage)
	for {
		rec, err := cr.Read()
		end := errors.Is(err, io.EOF)
		if err != nil && !end {
			return 0, c.csvFailure(ctx, err)
		}
		if !end {
			row := make(Row, len(columns))
			for i, j := range at {
				row[i] = rec[j]
			}
			page = append(page, row)
			n++
		}
		if len(page) == bulkPage || (end && len(page) > 0) {
			if err := each(page); err != nil {
				return 0, err
			}
			page = make([]Row, 0, bulkPage)
		}
		if end {
			return n, nil
		}
	}
}

// csvFailure never repeats what encoding/csv says: a line of it may be quoted.
func (c *Client) csvFailure(ctx context.Context, err error) error {
	var parse *csv.ParseError
	if errors.As(err, &parse) || errors.Is(err, io.EOF) {
		return c.brokenResults("the result is no whole CSV file")
	}
	e := &fault.Error{Kind: fault.Transient, Op: c.op(resultsRoute), Hint: "the connection broke"}
	if ctx.Err() != nil {
		e.Hint, e.Err = "", ctx.Err()
	}
	return e
}

func (c *Client) brokenResults(why string) error {
	return &fault.Error{Kind: fault.Invalid, Op: c.op(resultsRoute), Hint: why}
}

// stream opens an answer without reading it, with one renewed session.
func (c *Client) stream(ctx context.Context, path string) (*http.Response, error) {
	tok, err := c.session.current(ctx)
	if err != nil {
		return nil, err
	}
	for renewed := false; ; renewed = true {
		h := http.Header{}
		h.Set("Authorization", "Bearer "+tok.value)
		h.Set("Accept", "text/csv")
		resp, err := c.http.Stream(ctx, httpx.Request{Method: http.MethodGet, URL: tok.instance + path, Route: resultsRoute, Header: h})
		if err != nil {
			return nil, err
		}
		if resp.StatusCode == http.StatusOK {
			return resp, nil
		}
		body, _ := io.ReadAll(io.LimitReader(resp.Body, 64<<10)) // an error that is cut off is judged by its status
		_ = resp.Body.Close()
		if resp.StatusCode != http.StatusUnauthorized || renewed || !curable(body) {
			return nil, c.refused(call{route: resultsRoute}, resp.StatusCode, body)
		}
		if tok, err = c.session.renew(ctx, tok); err != nil {
			return nil, err
		}
	}
}
