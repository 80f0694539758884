package api

import (
	"bytes"
	"context"
	"io"
	"net/http"
	"strings"
	"sync/atomic"
	"time"

	"github.com/simpleforce/simpleforce"

	"github.com/lapsed/lapsed/internal/fault"
	"github.com/lapsed/lapsed/internal/httpx"
	"github.com/lapsed/lapsed/internal/secret"
)

// Version is the API version that every call names. It is pinned: a Bulk job's
// results must be fetched with the version that made the job.
const Version = "68.0"

const base = "/services/data/v" + Version

// Options configure a Client.
type Options struct {
	Processor    string // name in errors
	LoginURL     string // My Domain host, without a trailing slash
	ClientID     secret.String
	ClientSecret secret.String
	HTTP         httpx.Options // Processor, Judge and a wrapped Seen are filled in
}

// Client makes the calls to one org. It is safe for concurrent use.
type Client struct {
	opt     Options
	http    *httpx.Client
	session *session
	usage   *usage
	clock   *atomic.Int64 // processor's, at its last answer
	pause   time.Duration // before the first look at a Bulk job
	longest time.Duration // between two looks
}

// New returns a Client. It makes no call.
func New(o Options) *Client {
	c := &Client{opt: o, usage: &usage{}, clock: &atomic.Int64{}, pause: o.HTTP.WaitMin, longest: o.HTTP.WaitMax}
	if c.pause == 0 {
		c.pause = 500 * time.Millisecond
	}
	if c.longest == 0 {
		c.longest = 20 * time.Second
	}
	h := o.HTTP
	h.Processor, h.Judge = o.Processor, worthRetrying
	h.Seen = func(call httpx.Call) {
		c.usage.seen(call.Header)
		if !call.Date.IsZero() {
			c.clock.Store(call.Date.Unix())
		}
		if o.HTTP.Seen != nil {
			o.HTTP.Seen(call)
		}
	}
	c.http = httpx.New(h)
	c.session = newSession(c)
	return c
}

// Clock is the processor's own time at its last answer, zero if it told none.
func (c *Client) Clock() time.Time {
	if s := c.clock.Load(); s != 0 {
		return time.Unix(s, 0).UTC()
	}
	return time.Time{}
}

// call is one request to the org.
type call struct {
	method string
	path   string // with leading slash
	route  string // template, for errors and the observer
	header http.Header
	body   []byte
	write  bool // changes records: sent once
	query  bool // a GET whose answer is a page of rows
}

// answer is a 2xx answer.
type answer struct {
	body []byte
	page *simpleforce.QueryResult // of a query
	at   time.Time                // processor's clock, zero if not told
}

// send makes a call within the session, with one renewed session if the first
// has ended. Errors are *fault.Error.
func (c *Client) send(ctx context.Context, k call) (*answer, error) {
	tok, err := c.session.current(ctx)
	if err != nil {
		return nil, err
	}
	a, resp, err := c.once(ctx, tok, k)
	if err == nil && resp.Status == http.StatusUnauthorized && curable(resp.Body) {
		// A 401 is given before anything is done, so a write may follow it.
		if tok, err = c.session.renew(ctx, tok); err != nil {
			return nil, err
		}
		a, resp, err = c.once(ctx, tok, k)
	}
	if err != nil {
		return nil, err
	}
	if resp.Status < 200 || resp.Status > 299 {
		return nil, c.refused(k, resp.Status, resp.Body)
	}
	if a == nil {
		return nil, c.nonsense(k)
	}
	return a, nil
}

// once makes a call with a throwaway simpleforce client. The error is that of
// the transport; a refusal is in the response. answer is nil if the answer
// can't be read as what was asked for.
func (c *Client) once(ctx context.Context, tok *token, k call) (*answer, *httpx.Response, error) {
	t := &transport{ctx: ctx, http: c.http, call: k}
	sf := simpleforce.NewClient(tok.instance, simpleforce.DefaultClientID, Version)
	sf.SetSidLoc(tok.value, tok.instance)
	sf.SetHttpClient(&http.Client{Transport: t, CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse }})
	a := &answer{}
	var err error
	if k.query {
		a.page, err = sf.Query(k.path)
	} else {
		var body io.Reader
		if k.body != nil {
			body = bytes.NewReader(k.body)
		}
		// A leading slash would become a double one, which the org answers with 404.
		a.body, err = sf.ApexREST(k.method, strings.TrimPrefix(k.path, "/"), body)
	}
	if t.err != nil {
		return nil, nil, t.err
	}
	if t.kept == nil {
		return nil, nil, &fault.Error{Kind: fault.Invalid, Op: c.op(k.route), Hint: "the request could not be made"}
	}
	if err != nil {
		return nil, t.kept, nil //nolint:nilerr // simpleforce's word is synthetic: the kept answer is judged
	}
	a.at, _ = http.ParseTime(t.kept.Header.Get("Date"))
	return a, t.kept, nil
}

// transport hands simpleforce's request to the chain and keeps the answer.
type transport struct {
	ctx  context.Context
	http *httpx.Client
	call call
	kept *httpx.Response
	err  error
}

// RoundTrip shows simpleforce a success whatever came: it logs the rest.
func (t *transport) RoundTrip(r *http.Request) (*http.Response, error) {
	var body []byte
	if r.Body != nil {
		body, _ = io.ReadAll(r.Body) // of a bytes.Reader
		_ = r.Body.Close()
	}
	h := r.Header.Clone()
	for k, v := range t.call.header {
		h[k] = v
	}
	t.kept, t.err = t.http.Do(t.ctx, httpx.Request{
		Method: r.Method, URL: r.URL.String(), Route: t.call.route, Header: h, Body: body, Write: t.call.write,
	})
	shown := []byte("{}")
	if t.err == nil && t.kept.Status >= 200 && t.kept.Status <= 299 {
		shown = t.kept.Body
	}
	return &http.Response{
		StatusCode: http.StatusOK, Proto: "HTTP/1.1", ProtoMajor: 1, ProtoMinor: 1, Request: r,
		Header: http.Header{}, Body: io.NopCloser(bytes.NewReader(shown)), ContentLength: int64(len(shown)),
	}, nil
}

func (c *Client) op(route string) string { return c.opt.Processor + " " + route }

// nonsense is the error of a 2xx answer that is not what was asked for. A write
// may have happened.
func (c *Client) nonsense(k call) error {
	kind := fault.Invalid
	if k.write {
		kind = fault.Ambiguous
	}
	return &fault.Error{Kind: kind, Op: c.op(k.route), Hint: "the answer is not what the API's guide describes"}
}
