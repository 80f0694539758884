package api

import (
	"context"
	"net/http"
	"net/url"
	"strconv"
	"strings"
	"time"

	"github.com/simpleforce/simpleforce"

	"github.com/lapsed/lapsed/internal/fault"
)

// PageSize is the most rows that a page holds (REST guide, "headers-queryoptions").
const PageSize = 2000

// Row is one record's values in the order of the columns asked for: texts,
// numbers as written, "true" and "false", "" for null.
type Row []string

// Select is one question for rows. Conditions hold record ids, dates, flags and
// names of apps only, never an address: they may stand in a URL.
type Select struct {
	Object  string
	Columns []string // empty asks for the count
	Filled  []string // instead: asks for the number of rows that fill each of these
	Where   string
	All     bool // deleted, merged and archived rows too
	Most    int  // more rows than this are fault.Unsupported; 0 = any number
	Cut     int  // the org shows no more rows than this, whatever it counts; 0 = all
}

// Count is the question how many rows s has.
func (s Select) Count() Select { s.Columns = nil; return s }

// With is s with a further condition.
func (s Select) With(cond string) Select {
	if s.Where != "" {
		cond = s.Where + " AND " + cond
	}
	s.Where = cond
	return s
}

func (s Select) soql(tail string) string {
	what := "COUNT()"
	switch {
	case len(s.Filled) > 0:
		what = "COUNT(" + strings.Join(s.Filled, "),COUNT(") + ")"
	case len(s.Columns) > 0:
		what = strings.Join(s.Columns, ",")
	}
	q := "SELECT " + what + " FROM " + s.Object
	if s.Where != "" {
		q += " WHERE " + s.Where
	}
	return q + tail
}

func (s Select) path(tail string) string {
	resource := "/query"
	if s.All {
		resource = "/queryAll"
	}
	return base + resource + "?q=" + url.QueryEscape(s.soql(tail))
}

// In is the condition that a column is one of ids. Callers pass 18-character
// ids of [ID18] only.
func In(column string, ids []string) string {
	return column + " IN ('" + strings.Join(ids, "','") + "')"
}

// Result is the whole answer to a question.
type Result struct {
	Total  int // the count, or len(Rows)
	Rows   []Row
	Filled []int     // in the order of the question's
	At     time.Time // processor's clock at the first answer
}

// Query asks one question with a GET.
func (c *Client) Query(ctx context.Context, s Select) (Result, error) {
	return c.query(ctx, s, "")
}

// After asks for the next rows in order of Id, at most PageSize. The first
// column must be Id; last is "" at the start. It needs no cursor, so a read
// can't end with an expired one.
func (c *Client) After(ctx context.Context, s Select, last string) (Result, error) {
	if last != "" {
		s = s.With("Id > '" + last + "'")
	}
	return c.query(ctx, s, " ORDER BY Id LIMIT "+strconv.Itoa(PageSize))
}

func (c *Client) query(ctx context.Context, s Select, tail string) (Result, error) {
	k := call{method: http.MethodGet, path: s.path(tail), route: "GET /query " + s.Object, query: true}
	a, err := c.send(ctx, k)
	if err != nil {
		return Result{}, err
	}
	return c.whole(ctx, k, s, a.page, a.at)
}

// whole follows a page to its end: fewer rows than asked may come on each.
func (c *Client) whole(ctx context.Context, k call, s Select, p *simpleforce.QueryResult, at time.Time) (Result, error) {
	r := Result{Total: p.TotalSize, At: at}
	if len(s.Filled) > 0 {
		return c.filled(k, s, p, r)
	}
	if len(s.Columns) == 0 {
		if !p.Done || p.TotalSize < 0 {
			return Result{}, c.nonsense(k)
		}
		return r, nil
	}
	if s.Most > 0 && p.TotalSize > s.Most {
		return Result{}, &fault.Error{Kind: fault.Unsupported, Op: c.op(k.route), Hint: "too many rows to be read one by one: a whole read is needed"}
	}
	for {
		for _, rec := range p.Records {
			r.Rows = append(r.Rows, rowOf(s.Columns, rec))
		}
		if p.Done || s.Cut > 0 && len(r.Rows) >= s.Cut {
			break
		}
		if p.NextRecordsURL == "" || len(p.Records) == 0 || s.Cut == 0 && len(r.Rows) >= r.Total {
			return Result{}, c.nonsense(k)
		}
		// The cursor's last part alone: a foreign host in it gets no token.
		locator := p.NextRecordsURL[strings.LastIndexByte(p.NextRecordsURL, '/')+1:]
		k = call{method: http.MethodGet, path: base + "/query/" + locator, route: "GET /query/{cursor} " + s.Object, query: true}
		a, err := c.send(ctx, k)
		if err != nil {
			return Result{}, err
		}
		p = a.page
	}
	if len(r.Rows) != r.Total && s.Cut == 0 {
		return Result{}, &fault.Error{Kind: fault.Transient, Op: c.op(k.route), Hint: "fewer or more rows came than the answer counts"}
	}
	return r, nil
}

// rowOf takes the asked columns from a record. A parent's column is in an
// object of its own ("Campaign":{"Type":…}), null if there is no parent.
func rowOf(columns []string, rec map[string]any) Row {
	row := make(Row, len(columns))
	for i, col := range columns {
		v, ok := rec[col]
		if parent, name, cut := strings.Cut(col, "."); !ok && cut {
			if m, isMap := rec[parent].(map[string]any); isMap {
				v = m[name]
			}
		}
		row[i] = textOf(v)
	}
	return row
}

func textOf(v any) string {
	switch v := v.(type) {
	case string:
		return v
	case bool:
		return strconv.FormatBool(v)
	case float64:
		return strconv.FormatFloat(v, 'f', -1, 64)
	}
	return ""
}
