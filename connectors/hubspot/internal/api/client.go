package api

import (
	"context"
	"encoding/json"
	"net/http"
	"time"

	"golang.org/x/time/rate"

	"github.com/lapsed/lapsed/internal/fault"
	"github.com/lapsed/lapsed/internal/httpx"
	"github.com/lapsed/lapsed/internal/secret"
)

// Version is the dated version of HubSpot's API that every call names. It is
// supported until March 2028.
const Version = "2026-09"

// Options say which account is spoken to.
type Options struct {
	Processor string // the policy's name, for errors
	BaseURL   string // without a slash at its end
	Token     secret.String
	HTTP      httpx.Options // Judge, and Limiter unless set, are filled in here
}

// Client speaks to one account. It is safe for concurrent use.
type Client struct {
	http      *httpx.Client
	limits    *limits
	search    *rate.Limiter
	processor string
	base      string
	token     secret.String
}

// New returns a Client.
func New(o Options) *Client {
	l := newLimits(o.HTTP.Limiter)
	h := o.HTTP
	h.Processor, h.Limiter, h.Judge = o.Processor, l.limiter, l.judge
	told := h.Seen
	h.Seen = func(c httpx.Call) {
		l.seen(c)
		if told != nil {
			told(c)
		}
	}
	return &Client{http: httpx.New(h), limits: l, search: searchLimiter(o.HTTP.Limiter), processor: o.Processor, base: o.BaseURL, token: o.Token}
}

// call is one request.
type call struct {
	method string
	path   string // with values: it may hold an address and goes nowhere but to the wire
	route  string // the path without values, for errors and metrics
	query  string
	body   any
	write  bool
	plan   bool // HubSpot refuses it to accounts below Enterprise
	out    any  // nil: what is answered doesn't matter
}

// do sends q and decodes its answer into q.out. It returns the answer's Date,
// zero if there was none. A read whose answer is garbled is asked once more,
// since one bad page in ten thousand would otherwise cost the whole pull.
func (c *Client) do(ctx context.Context, q call) (time.Time, error) {
	at, garbled, err := c.once(ctx, q)
	if garbled && !q.write && ctx.Err() == nil {
		at, _, err = c.once(ctx, q)
	}
	return at, err
}

func (c *Client) once(ctx context.Context, q call) (at time.Time, garbled bool, err error) {
	r := httpx.Request{Method: q.method, URL: c.base + q.path, Route: q.method + " " + q.route, Write: q.write, Header: http.Header{
		"Authorization": {"Bearer " + c.token.Reveal()},
		"Accept":        {"application/json"},
		"User-Agent":    {"lapsed"},
	}}
	if q.query != "" {
		r.URL += "?" + q.query
	}
	if q.body != nil {
		if r.Body, err = json.Marshal(q.body); err != nil {
			return at, false, &fault.Error{Kind: fault.Invalid, Op: c.op(q)}
		}
		r.Header["Content-Type"] = []string{"application/json"}
	}
	resp, err := c.http.Do(ctx, r)
	if err != nil {
		return at, false, err
	}
	at, _ = http.ParseTime(resp.Header.Get("Date"))
	if resp.Status < 200 || resp.Status > 299 {
		return at, false, c.fault(q, resp, at)
	}
	if q.out == nil || (q.write && len(resp.Body) == 0) {
		return at, false, nil
	}
	if json.Unmarshal(resp.Body, q.out) != nil {
		return at, true, c.garbled(q, resp.Status)
	}
	return at, false, nil
}

func (c *Client) op(q call) string { return c.processor + " " + q.method + " " + q.route }

// stopped is the error of a call that was not sent, for its context has ended.
func (c *Client) stopped(q call) error {
	return &fault.Error{Kind: fault.Transient, Op: c.op(q), Hint: "stopped before it was sent"}
}

// garbled is the error of an answer of success that makes no sense. After a
// write it leaves open what happened.
func (c *Client) garbled(q call, status int) error {
	kind := fault.Invalid
	if q.write {
		kind = fault.Ambiguous
	}
	return &fault.Error{Kind: kind, Op: c.op(q), Status: status, Hint: "the answer is not what HubSpot's API promises"}
}
