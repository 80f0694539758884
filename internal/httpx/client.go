package httpx

import (
	"bytes"
	"context"
	"errors"
	"io"
	"net"
	"net/http"
	"net/url"
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
	Write  bool // changes something at the processor: sent at most once
}

// Response is a processor's answer, of any status.
type Response struct {
	Status int
	Header http.Header
	Body   []byte
}

// Client sends requests through the chain. It is safe for concurrent use.
type Client struct {
	opt   Options
	plain *http.Client
	reads *retryablehttp.Client
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
	plain := &http.Client{
		Transport:     limited{observed{headerTimeout{o.Transport, o.Timeout}, o.Seen}, o.Limiter},
		CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse },
	}
	return &Client{opt: o, plain: plain, reads: retrying(o, plain)}
}

func defaulted[T int | int64 | time.Duration](v, d T) T {
	if v == 0 {
		return d
	}
	return v
}

// Do sends r and reads the whole answer. Every status is an answer, not an
// error. Errors are *fault.Error.
func (c *Client) Do(ctx context.Context, r Request) (*Response, error) {
	resp, err := c.Stream(ctx, r)
	if err != nil {
		return nil, err
	}
	defer func() { _ = resp.Body.Close() }()
	body, err := io.ReadAll(io.LimitReader(resp.Body, c.opt.MaxBody+1))
	if err != nil {
		return nil, c.failure(r, err, true)
	}
	if int64(len(body)) > c.opt.MaxBody {
		return nil, &fault.Error{Kind: fault.Invalid, Op: c.op(r), Status: resp.StatusCode, Hint: "the answer is larger than any expected one"}
	}
	return &Response{resp.StatusCode, resp.Header, body}, nil
}

// Stream sends r and leaves the body to the caller, who must close it.
func (c *Client) Stream(ctx context.Context, r Request) (*http.Response, error) {
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
	if r.Write {
		resp, err := c.plain.Do(req)
		if err != nil {
			return nil, c.failure(r, err, false)
		}
		return resp, nil
	}
	rr, err := retryablehttp.FromRequest(req)
	if err != nil {
		return nil, &fault.Error{Kind: fault.Invalid, Op: c.op(r)}
	}
	resp, err := c.reads.Do(rr)
	if err != nil {
		return nil, c.failure(r, err, false)
	}
	return resp, nil
}

func (c *Client) op(r Request) string { return c.opt.Processor + " " + r.Route }

// failure turns a transport error into ours. answered: the answer had begun.
func (c *Client) failure(r Request, err error, answered bool) error {
	var known *fault.Error
	if errors.As(err, &known) {
		known = &fault.Error{Kind: known.Kind, Op: c.op(r), Status: known.Status, Hint: known.Hint, After: known.After}
		return known
	}
	for {
		var u *url.Error // prints the URL
		if !errors.As(err, &u) {
			break
		}
		err = u.Err
	}
	if errors.Is(err, context.Canceled) || errors.Is(err, context.DeadlineExceeded) {
		kind := fault.Transient
		if r.Write {
			kind = fault.Ambiguous
		}
		return &fault.Error{Kind: kind, Op: c.op(r), Err: cause(err)}
	}
	kind := fault.Transient
	if r.Write && (answered || !neverSent(err)) {
		kind = fault.Ambiguous
	}
	return &fault.Error{Kind: kind, Op: c.op(r), Hint: hint(err)}
}

func cause(err error) error {
	if errors.Is(err, context.Canceled) {
		return context.Canceled
	}
	return context.DeadlineExceeded
}

// neverSent tells whether the request provably didn't reach the processor.
func neverSent(err error) bool {
	var dns *net.DNSError
	var op *net.OpError
	return errors.As(err, &dns) || (errors.As(err, &op) && op.Op == "dial")
}

func hint(err error) string {
	var dns *net.DNSError
	switch {
	case errors.As(err, &dns):
		return "the host's name is not known"
	case neverSent(err):
		return "the host can't be reached"
	default:
		return "the connection broke"
	}
}
