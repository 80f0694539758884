package httpx_test

import (
	"context"
	"errors"
	"io"
	"log"
	"net"
	"net/http"
	"net/http/httptest"
	"net/url"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"golang.org/x/time/rate"

	"github.com/lapsed/lapsed/internal/fault"
	"github.com/lapsed/lapsed/internal/httpx"
)

func TestWriteIsSentOnce(t *testing.T) {
	hopeful := func(int, http.Header, []byte) (httpx.Verdict, bool) { return httpx.Verdict{Retry: true}, true }
	for name, k := range map[string]struct {
		answer step
		status int // 0: Ambiguous
	}{
		"204":      {status(204), 204},
		"302":      {status(302, "Location", "/elsewhere"), 302},
		"423":      {status(423), 423},
		"429":      {status(429, "Retry-After", "1"), 429},
		"500":      {status(500), 500},
		"503":      {status(503), 503},
		"hung up":  {hangUp, 0},
		"cut off":  {cutOff, 0},
		"too much": {status(504), 0}, // its body is longer than MaxBody
	} {
		for _, method := range []string{http.MethodPost, http.MethodPut, http.MethodPatch, http.MethodDelete} {
			t.Run(name+" "+method, func(t *testing.T) {
				p, c, url := loopback(t, httpx.Options{Judge: hopeful, MaxBody: int64(len("body of Internal Server Error"))}, status(200), k.answer)
				if name == "too much" {
					p.script[1] = func(w http.ResponseWriter, _ *http.Request) { _, _ = w.Write(make([]byte, 100)) }
				}
				r := write(url)
				r.Method, r.Body = method, []byte(`{"optOut":true}`)
				// The first write leaves a connection that the second one uses again.
				first, err := c.Do(t.Context(), r)
				answers(t, first, err, 200)
				resp, err := c.Do(t.Context(), r)
				if k.status == 0 {
					failsAs(t, err, fault.Ambiguous)
				} else {
					answers(t, resp, err, k.status)
				}
				if p.hits() != 2 || p.bodies[1] != string(r.Body) {
					t.Errorf("two writes reached the processor %d times, the last with %q", p.hits(), p.bodies[1])
				}
			})
		}
	}
}

// Go's transport repeats a GET by itself when a connection that was used before
// breaks, and who streams can't tell what was done.
func TestNoWriteByGetOrStream(t *testing.T) {
	p, c, url := loopback(t, httpx.Options{}, status(200))
	_, err := c.Stream(t.Context(), write(url))
	failsAs(t, err, fault.Invalid)
	for _, method := range []string{http.MethodGet, http.MethodHead, http.MethodOptions, http.MethodTrace, ""} {
		r := write(url)
		r.Method = method
		_, err := c.Do(t.Context(), r)
		failsAs(t, err, fault.Invalid)
	}
	if p.hits() != 0 {
		t.Errorf("%d were sent", p.hits())
	}
}

func TestWriteWithoutAnswerIsAmbiguous(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		p, c := piped(t, httpx.Options{Timeout: time.Minute}, after(time.Hour, status(200)))
		began := time.Now()
		_, err := c.Do(t.Context(), write("http://acme.example"))
		failsAs(t, err, fault.Ambiguous)
		if took := time.Since(began); took != time.Minute || p.hits() != 1 {
			t.Errorf("%d tries in %s", p.hits(), took)
		}
	})
}

// What provably wasn't sent may be sent again, by whoever decides that.
func TestWriteThatNeverLeft(t *testing.T) {
	reached := func(http.ResponseWriter, *http.Request) { t.Error("the processor was reached") }
	stranger := httptest.NewUnstartedServer(http.HandlerFunc(reached))
	stranger.Config.ErrorLog = log.New(io.Discard, "", 0)
	stranger.StartTLS()
	defer stranger.Close()
	plain := httptest.NewServer(http.HandlerFunc(reached))
	defer plain.Close()
	for name, k := range map[string]struct {
		url, hint string
		transport http.RoundTripper
	}{
		"refused":             {"http://" + closedPort(t), "can't be reached", nil},
		"unknown host":        {"http://crm.example", "name is not known", &http.Transport{DialContext: nameless().DialContext}},
		"untrusted":           {stranger.URL, "not trusted", nil},
		"no TLS":              {strings.Replace(plain.URL, "http:", "https:", 1), "speak TLS", nil},
		"proxy not reachable": {"https://crm.example", "can't be reached", throughProxy("http://" + closedPort(t))},
	} {
		t.Run(name, func(t *testing.T) {
			c := httpx.New(httpx.Options{Processor: "acme", Transport: k.transport})
			_, err := c.Do(t.Context(), write(k.url))
			failsAs(t, err, fault.Transient)
			if !strings.Contains(err.Error(), k.hint) {
				t.Errorf("%v, want a hint of %q", err, k.hint)
			}
		})
	}
}

func closedPort(t *testing.T) string {
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = l.Close() }()
	return l.Addr().String()
}

// nameless dials without a name server.
func nameless() *net.Dialer {
	return &net.Dialer{Resolver: &net.Resolver{PreferGo: true, Dial: func(context.Context, string, string) (net.Conn, error) {
		return nil, errors.New("no name server")
	}}}
}

func throughProxy(address string) http.RoundTripper {
	return &http.Transport{Proxy: func(*http.Request) (*url.URL, error) { return url.Parse(address) }}
}

func TestWriteThatWaitedForTheLimiter(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		p, c := piped(t, httpx.Options{Limiter: rate.NewLimiter(rate.Every(time.Minute), 1)}, status(204))
		resp, err := c.Do(t.Context(), write("http://acme.example"))
		answers(t, resp, err, 204)
		ctx, cancel := context.WithCancel(t.Context())
		time.AfterFunc(time.Second, cancel)
		_, err = c.Do(ctx, write("http://acme.example"))
		failsAs(t, err, fault.Transient)
		if !errors.Is(err, context.Canceled) || p.hits() != 1 {
			t.Errorf("%d requests, and %v", p.hits(), err)
		}
	})
}
