package httpx

import (
	"bytes"
	"context"
	"crypto/tls"
	"errors"
	"io"
	"net"
	"net/http"
	"time"

	"github.com/hashicorp/go-retryablehttp"
	"golang.org/x/time/rate"

	"github.com/lapsed/lapsed/internal/fault"
)

// Options configure a Client. The zero value of each field has a default.
type Options struct {
	Processor string            // name in routes and errors
	Transport http.RoundTripper // default: http.DefaultTransport's settings, own pool
	Limiter   *rate.Limiter     // nil = no limit
	Attempts  int               // tries of a read, default 4
	WaitMin   time.Duration     // first back-off, default 500 ms
	WaitMax   time.Duration     // longest wait that is waited out here, default 20 s; a longer one is an error
	Timeout   time.Duration     // of one try up to the answer's header, default 110 s
	MaxBody   int64             // bytes of an answer that Do reads, default 64 MiB
	// Judge may override what a non-2xx answer to a read means. ok false leaves
	// it to the default: 423, 429 and 5xx are tried again.
	Judge func(status int, h http.Header, body []byte) (v Verdict, ok bool)
	// Seen is told of every answer and failure, for metrics and the clock. It must be quick.
	Seen func(Call)
}

// Verdict says what a failed answer to a read is worth.
type Verdict struct {
	Retry bool
	Wait  time.Duration // at least this long; 0 = the chain's own back-off
}

// Call is one try, as told to Seen. It holds nothing personal.
type Call struct {
	Route  string
	Status int       // 0: no answer
	Date   time.Time // the answer's Date header, zero if none
	Took   time.Duration
	Header http.Header // of the answer, nil if none
}

// Request is one call.
type Request struct {
	Method string
	URL    string
	Route  string // template for logs and errors: "GET /crm/objects/{v}/contacts"
	Header http.Header
	Body   []byte
	Write  bool // changes something at the processor: sent at most once, and never by GET
}

// Response is a processor's answer, of any status.
type Response struct {
	Status int
	Header http.Header
	Body   []byte
}

// Client sends requests through the chain. It is safe for concurrent use.
type Client struct {
	opt    Options
	writes *http.Client
	reads  *retryablehttp.Client
	// streams is as reads, and leaves bodies to the caller.
	streams *retryablehttp.Client
}

// New returns a Client.
func New(o Options) *Client {
	if o.Transport == nil {
		o.Transport = &http.Transport{
			Proxy: http.ProxyFromEnvironment, MaxIdleConnsPerHost: 16, IdleConnTimeout: 90 * time.Second,
			TLSHandshakeTimeout: 10 * time.Second, ForceAttemptHTTP2: true,
			DialContext: (&net.Dialer{Timeout: 10 * time.Second, KeepAlive: 30 * time.Second}).DialContext,
		}
	}
	o.Attempts = defaulted(o.Attempts, 4)
	o.WaitMin = defaulted(o.WaitMin, 500*time.Millisecond)
	o.WaitMax = defaulted(o.WaitMax, 20*time.Second)
	o.Timeout = defaulted(o.Timeout, 110*time.Second)
	o.MaxBody = defaulted(o.MaxBody, 64<<20)
	seen := observed{headerTimeout{o.Transport, o.Timeout}, o.Seen}
	one := limited{seen, o.Limiter}
	read, write := whole{one, o.MaxBody}, whole{limited{finishing{seen, writeGrace}, o.Limiter}, o.MaxBody}
	return &Client{opt: o, writes: once(write), reads: retrying(o, once(read)), streams: retrying(o, once(one))}
}

// once returns the client of a single try, which follows no redirect.
func once(t http.RoundTripper) *http.Client {
	return &http.Client{Transport: t, CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse }}
}

func defaulted[T int | int64 | time.Duration](v, d T) T {
	if v == 0 {
		return d
	}
	return v
}

// Do sends r and reads the whole answer. Every status is an answer, not an
// error. Errors are *fault.Error. An answer larger than MaxBody is Invalid.
func (c *Client) Do(ctx context.Context, r Request) (*Response, error) {
	resp, err := c.send(ctx, r, c.reads)
	if err != nil {
		return nil, err
	}
	body, err := io.ReadAll(resp.Body) // which whole has read
	if err != nil {
		return nil, c.failure(ctx, r, err)
	}
	return &Response{resp.StatusCode, resp.Header, body}, nil
}

// Stream sends a read and leaves the body to the caller, who must close it. A
// write is refused: what was done can be told by its whole answer alone.
func (c *Client) Stream(ctx context.Context, r Request) (*http.Response, error) {
	if r.Write {
		return nil, &fault.Error{Kind: fault.Invalid, Op: c.op(r), Hint: "a write is no stream"}
	}
	return c.send(ctx, r, c.streams)
}

func (c *Client) send(ctx context.Context, r Request, reads *retryablehttp.Client) (*http.Response, error) {
	switch r.Method {
	case "", http.MethodGet, http.MethodHead, http.MethodOptions, http.MethodTrace:
		if r.Write { // http.Transport itself sends these twice if a connection breaks
			return nil, &fault.Error{Kind: fault.Invalid, Op: c.op(r), Hint: "no write has this method"}
		}
	}
	var body io.Reader
	if r.Body != nil {
		body = bytes.NewReader(r.Body)
	}
	req, err := http.NewRequestWithContext(withRoute(ctx, r.Route), r.Method, r.URL, body)
	if err != nil {
		return nil, &fault.Error{Kind: fault.Invalid, Op: c.op(r), Hint: "the address is no URL"}
	}
	for k, v := range r.Header {
		req.Header[k] = v
	}
	var resp *http.Response
	if r.Write {
		resp, err = c.writes.Do(req)
	} else if again, e := retryablehttp.FromRequest(req); e == nil { // keeps the body for each try
		resp, err = reads.Do(again)
	} else {
		return nil, &fault.Error{Kind: fault.Invalid, Op: c.op(r)}
	}
	if err != nil {
		return nil, c.failure(ctx, r, err)
	}
	return resp, nil
}

func (c *Client) op(r Request) string { return c.opt.Processor + " " + r.Route }

// failure turns an error of the chain into ours. Of its text nothing is kept:
// it may hold the URL, or what the processor said.
func (c *Client) failure(ctx context.Context, r Request, err error) error {
	e := &fault.Error{Kind: fault.Transient, Op: c.op(r), Err: ctx.Err()}
	var held *fault.Error // by the limiter
	why, unsent := neverSent(err)
	switch {
	case errors.As(err, &held):
		e.Kind, e.Hint, unsent = held.Kind, held.Hint, true
	case unsent:
		e.Hint = why
	case ctx.Err() != nil:
	case errors.Is(err, errTooLarge):
		e.Kind, e.Hint = fault.Invalid, errTooLarge.Error()
	case errors.Is(err, context.DeadlineExceeded):
		e.Hint = "no answer came in time"
	default:
		e.Hint = "the connection broke"
	}
	if r.Write && !unsent {
		e.Kind = fault.Ambiguous
	}
	return e
}

// neverSent tells whether the request provably didn't reach the processor, and
// in our words why: no name, no connection, no certificate that is trusted.
func neverSent(err error) (why string, ok bool) {
	var (
		dns  *net.DNSError
		cert *tls.CertificateVerificationError
		op   *net.OpError
	)
	switch {
	case errors.As(err, &dns):
		return "the host's name is not known", true
	case errors.As(err, &cert):
		return "the host's certificate is not trusted", true
	case errors.Is(err, http.ErrSchemeMismatch):
		return "the host doesn't speak TLS", true
	case errors.As(err, &op) && (op.Op == "dial" || op.Op == "proxyconnect"):
		return "the host can't be reached", true
	}
	return "", false
}
