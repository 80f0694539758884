package httpx

import (
	"bytes"
	"context"
	"errors"
	"io"
	"math/rand/v2"
	"net/http"
	"strconv"
	"time"

	"github.com/hashicorp/go-retryablehttp"
	"golang.org/x/time/rate"

	"github.com/lapsed/lapsed/internal/fault"
)

// retrying returns the client that reads go through.
func retrying(o Options, plain *http.Client) *retryablehttp.Client {
	rc := retryablehttp.NewClient()
	rc.HTTPClient = plain
	rc.Logger = nil // its lines hold whole URLs
	rc.RetryMax = o.Attempts - 1
	rc.RetryWaitMin, rc.RetryWaitMax = o.WaitMin, o.WaitMax
	rc.ErrorHandler = retryablehttp.PassthroughErrorHandler
	rc.CheckRetry = func(ctx context.Context, resp *http.Response, err error) (bool, error) {
		if ctx.Err() != nil {
			return false, ctx.Err()
		}
		if err != nil {
			var held *fault.Error // by the limiter
			return !errors.As(err, &held) && !errors.Is(err, errTooLarge), nil
		}
		v := judge(o, resp)
		if v.Retry && v.Wait > o.WaitMax {
			return false, nil // the caller hears the status and decides when to come back
		}
		return v.Retry, nil
	}
	rc.Backoff = func(lo, hi time.Duration, attempt int, resp *http.Response) time.Duration {
		wait := min(lo<<attempt, hi)
		wait = wait/2 + rand.N(wait/2+1)
		if resp != nil {
			if v := judge(o, resp); v.Wait > 0 {
				wait = v.Wait + rand.N(v.Wait/10+1)
			}
		}
		return wait
	}
	return rc
}

// judged is an answer's body with what was made of it. The retries drain the
// body before they ask how long to wait.
type judged struct {
	io.Reader
	io.Closer
	verdict Verdict
	ok      bool
}

// judge says whether a read's answer is worth another try. It leaves the body readable.
func judge(o Options, resp *http.Response) Verdict {
	if resp.StatusCode < 400 {
		return Verdict{}
	}
	if o.Judge != nil {
		j, before := resp.Body.(judged)
		if !before {
			body, _ := io.ReadAll(io.LimitReader(resp.Body, 64<<10))
			j = judged{Reader: io.MultiReader(bytes.NewReader(body), resp.Body), Closer: resp.Body}
			j.verdict, j.ok = o.Judge(resp.StatusCode, resp.Header, body)
			resp.Body = j
		}
		if j.ok {
			return j.verdict
		}
	}
	switch c := resp.StatusCode; {
	case c == http.StatusLocked, c == http.StatusTooManyRequests, c >= 500 && c != http.StatusNotImplemented:
		return Verdict{Retry: true, Wait: RetryAfter(resp.Header)}
	default:
		return Verdict{}
	}
}

// RetryAfter reads the header of that name in its form of seconds; 0 if there is none.
func RetryAfter(h http.Header) time.Duration {
	s, err := strconv.Atoi(h.Get("Retry-After"))
	if err != nil || s < 0 || s > 7*24*3600 {
		return 0
	}
	return time.Duration(s) * time.Second
}

// limited waits for the limiter before each try.
type limited struct {
	next    http.RoundTripper
	limiter *rate.Limiter
}

func (t limited) RoundTrip(r *http.Request) (*http.Response, error) {
	if t.limiter != nil {
		if err := t.limiter.Wait(r.Context()); err != nil {
			if r.Context().Err() != nil {
				return nil, &fault.Error{Kind: fault.Transient, Hint: "stopped before it was sent"}
			}
			return nil, &fault.Error{Kind: fault.RateLimited, Hint: "our own limit would pass the deadline"}
		}
	}
	return t.next.RoundTrip(r)
}

// observed tells Seen about each try.
type observed struct {
	next http.RoundTripper
	seen func(Call)
}

func (t observed) RoundTrip(r *http.Request) (*http.Response, error) {
	if t.seen == nil {
		return t.next.RoundTrip(r)
	}
	began := time.Now()
	resp, err := t.next.RoundTrip(r)
	c := Call{Route: route(r.Context()), Took: time.Since(began)}
	if resp != nil {
		c.Status, c.Header = resp.StatusCode, resp.Header
		c.Date, _ = http.ParseTime(resp.Header.Get("Date"))
	}
	t.seen(c)
	return resp, err
}

// headerTimeout gives up on a try whose answer doesn't begin in time. The body
// may take longer: a large page on a slow line is no fault.
type headerTimeout struct {
	next http.RoundTripper
	d    time.Duration
}

func (t headerTimeout) RoundTrip(r *http.Request) (*http.Response, error) {
	ctx, cancel := context.WithCancelCause(r.Context())
	timer := time.AfterFunc(t.d, func() { cancel(context.DeadlineExceeded) })
	resp, err := t.next.RoundTrip(r.WithContext(ctx))
	late := !timer.Stop()
	switch {
	case late && r.Context().Err() == nil:
		if err == nil {
			_ = resp.Body.Close()
		}
		cancel(nil)
		return nil, context.DeadlineExceeded
	case err != nil:
		cancel(nil)
		return nil, err
	}
	resp.Body = closing{resp.Body, func() { cancel(nil) }}
	return resp, nil
}

type closing struct {
	io.ReadCloser
	then func()
}

func (c closing) Close() error {
	defer c.then()
	return c.ReadCloser.Close()
}

type routeKey struct{}

// withRoute carries the template to the observer, the one thing that a trace id
// is to others: it names the request and decides nothing.
func withRoute(ctx context.Context, r string) context.Context {
	return context.WithValue(ctx, routeKey{}, r)
}

func route(ctx context.Context) string {
	r, _ := ctx.Value(routeKey{}).(string)
	return r
}
