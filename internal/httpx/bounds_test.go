package httpx_test

import (
	"compress/gzip"
	"context"
	"errors"
	"net/http"
	"net/http/httptest"
	"testing"
	"testing/synctest"
	"time"

	"golang.org/x/time/rate"

	"github.com/lapsed/lapsed/internal/fault"
	"github.com/lapsed/lapsed/internal/httpx"
)

func TestRedirectIsNotFollowed(t *testing.T) {
	other := httptest.NewServer(http.HandlerFunc(func(http.ResponseWriter, *http.Request) { t.Error("the other host was asked") }))
	defer other.Close()
	for _, code := range []int{301, 302, 303, 307, 308} {
		_, c, url := loopback(t, httpx.Options{}, status(code, "Location", other.URL))
		for _, r := range []httpx.Request{read(url), write(url)} {
			resp, err := c.Do(t.Context(), r)
			answers(t, resp, err, code)
		}
	}
}

func TestAnswerHasABound(t *testing.T) {
	weighs := func(n int) step {
		return func(w http.ResponseWriter, _ *http.Request) { _, _ = w.Write(make([]byte, n)) }
	}
	for name, k := range map[string]struct {
		answer step
		fits   bool
	}{
		"as long as allowed": {weighs(1000), true},
		"a byte longer":      {weighs(1001), false},
		"endless": {func(w http.ResponseWriter, r *http.Request) {
			for r.Context().Err() == nil {
				_, _ = w.Write(make([]byte, 1000))
			}
		}, false},
		"small until it is unpacked": {func(w http.ResponseWriter, _ *http.Request) {
			w.Header().Set("Content-Encoding", "gzip")
			z := gzip.NewWriter(w)
			_, _ = z.Write(make([]byte, 50_000))
			_ = z.Close()
		}, false},
		"an endless refusal": {func(w http.ResponseWriter, r *http.Request) {
			w.WriteHeader(500)
			for r.Context().Err() == nil {
				_, _ = w.Write(make([]byte, 1000))
			}
		}, false},
	} {
		t.Run(name, func(t *testing.T) {
			p, c, url := loopback(t, httpx.Options{MaxBody: 1000}, k.answer)
			resp, err := c.Do(t.Context(), read(url))
			if k.fits {
				answers(t, resp, err, 200)
				return
			}
			failsAs(t, err, fault.Invalid)
			if p.hits() != 1 {
				t.Errorf("%d tries: it would be as long each time", p.hits())
			}
		})
	}
}

func TestHeaderMustComeInTime(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		p, c := piped(t, httpx.Options{Timeout: time.Minute, Attempts: 3}, after(61*time.Second, status(200)))
		_, err := c.Do(t.Context(), read("http://acme.example"))
		failsAs(t, err, fault.Transient)
		if p.hits() != 3 || errors.Is(err, context.Canceled) {
			t.Errorf("%d tries, %v", p.hits(), err)
		}
	})
}

// A large page on a slow line is no fault.
func TestBodyMayTakeLonger(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		slow := func(w http.ResponseWriter, _ *http.Request) {
			for range 10 {
				_, _ = w.Write([]byte("0123456789"))
				_ = http.NewResponseController(w).Flush()
				time.Sleep(time.Minute) //nolint:forbidigo // of the bubble's clock: no time passes
			}
		}
		_, c := piped(t, httpx.Options{Timeout: time.Second}, slow)
		resp, err := c.Do(t.Context(), read("http://acme.example"))
		answers(t, resp, err, 200)
		if err == nil && len(resp.Body) != 100 {
			t.Errorf("%d bytes came", len(resp.Body))
		}
	})
}

// A caller who gives up is not kept waiting, whatever the chain is doing.
func TestContextIsObeyedAtOnce(t *testing.T) {
	half := func(w http.ResponseWriter, r *http.Request) {
		w.Header().Set("Content-Length", "100")
		_, _ = w.Write([]byte("half"))
		_ = http.NewResponseController(w).Flush()
		<-r.Context().Done()
	}
	for name, answer := range map[string]step{
		"waiting for a header": after(time.Hour, status(200)),
		"reading a body":       half,
		"backing off":          status(503, "Retry-After", "15"),
	} {
		t.Run(name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				_, c := piped(t, httpx.Options{}, answer)
				for _, want := range []error{context.Canceled, context.DeadlineExceeded} {
					ctx, cancel := context.WithCancel(t.Context())
					if want == context.Canceled {
						time.AfterFunc(10*time.Second, cancel)
					} else {
						ctx, cancel = context.WithTimeout(ctx, 10*time.Second)
					}
					began := time.Now()
					_, err := c.Do(ctx, read("http://acme.example"))
					failsAs(t, err, fault.Transient)
					if took := time.Since(began); took != 10*time.Second || !errors.Is(err, want) {
						t.Errorf("after %s: %v, want %v", took, err, want)
					}
					cancel()
				}
			})
		})
	}
}

func TestWriteThatIsGivenUpIsAmbiguous(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		_, c := piped(t, httpx.Options{}, after(time.Hour, status(200)))
		ctx, cancel := context.WithTimeout(t.Context(), time.Second)
		defer cancel()
		_, err := c.Do(ctx, write("http://acme.example"))
		failsAs(t, err, fault.Ambiguous)
	})
}

func TestNothingIsSentInAnEndedContext(t *testing.T) {
	p, c, url := loopback(t, httpx.Options{Limiter: rate.NewLimiter(rate.Inf, 1)}, status(200))
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	for _, r := range []httpx.Request{read(url), write(url)} {
		_, err := c.Do(ctx, r)
		failsAs(t, err, fault.Transient)
	}
	if p.hits() != 0 {
		t.Errorf("%d requests", p.hits())
	}
}

// A stop lets the write that is under way come to its answer.
func TestWriteUnderWayIsFinished(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		_, c := piped(t, httpx.Options{}, after(4*time.Second, status(200)))
		ctx, cancel := context.WithCancel(t.Context())
		time.AfterFunc(time.Second, cancel)
		resp, err := c.Do(ctx, write("http://acme.example"))
		answers(t, resp, err, 200)
		began := time.Now()
		_, err = c.Do(ctx, write("http://acme.example"))
		failsAs(t, err, fault.Transient)
		if time.Since(began) != 0 {
			t.Error("the next one was waited for")
		}
	})
	synctest.Test(t, func(t *testing.T) {
		_, c := piped(t, httpx.Options{}, after(time.Minute, status(200)))
		ctx, cancel := context.WithCancel(t.Context())
		time.AfterFunc(time.Second, cancel)
		began := time.Now()
		_, err := c.Do(ctx, write("http://acme.example"))
		failsAs(t, err, fault.Ambiguous)
		if took := time.Since(began); took != 6*time.Second {
			t.Errorf("it took %s", took)
		}
	})
}

// Each try waits its turn, the first and the further ones.
func TestLimiterHoldsEachTry(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		p, c := piped(t, httpx.Options{WaitMin: time.Millisecond, Limiter: rate.NewLimiter(rate.Every(time.Minute), 1)}, status(500))
		began := time.Now()
		resp, err := c.Do(t.Context(), read("http://acme.example"))
		answers(t, resp, err, 500)
		if took := time.Since(began); p.hits() != 4 || took < 3*time.Minute-time.Second || took > 3*time.Minute+time.Second {
			t.Errorf("%d tries in %s, want one a minute", p.hits(), took)
		}
	})
}

// A limiter that would outlast the deadline says so at once, in place of a wait
// that ends with nothing.
func TestLimiterBeyondTheDeadline(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		p, c := piped(t, httpx.Options{Limiter: rate.NewLimiter(rate.Every(time.Minute), 1)}, status(200))
		ctx, cancel := context.WithTimeout(t.Context(), 30*time.Second)
		defer cancel()
		resp, err := c.Do(ctx, read("http://acme.example"))
		answers(t, resp, err, 200)
		began := time.Now()
		for _, r := range []httpx.Request{read("http://acme.example"), write("http://acme.example")} {
			_, err := c.Do(ctx, r)
			failsAs(t, err, fault.RateLimited)
		}
		if took := time.Since(began); took != 0 || p.hits() != 1 {
			t.Errorf("%d requests; the errors took %s", p.hits(), took)
		}
	})
}
