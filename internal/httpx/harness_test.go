package httpx_test

import (
	"context"
	"errors"
	"io"
	"net"
	"net/http"
	"net/http/httptest"
	"sync"
	"testing"
	"time"

	"github.com/lapsed/lapsed/internal/fault"
	"github.com/lapsed/lapsed/internal/httpx"
)

// processor counts the requests that reach it and answers each with its script's
// next step; the last step is for all further ones.
type processor struct {
	mu     sync.Mutex
	script []step
	bodies []string // of the requests
}

type step func(w http.ResponseWriter, r *http.Request)

func (p *processor) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	body, _ := io.ReadAll(r.Body)
	p.mu.Lock()
	at := min(len(p.bodies), len(p.script)-1)
	p.bodies = append(p.bodies, string(body))
	p.mu.Unlock()
	p.script[at](w, r)
}

func (p *processor) hits() int {
	p.mu.Lock()
	defer p.mu.Unlock()
	return len(p.bodies)
}

func status(code int, headers ...string) step {
	return func(w http.ResponseWriter, _ *http.Request) {
		for i := 0; i+1 < len(headers); i += 2 {
			w.Header().Set(headers[i], headers[i+1])
		}
		w.WriteHeader(code)
		_, _ = io.WriteString(w, "body of "+http.StatusText(code))
	}
}

// hangUp closes the connection without an answer.
func hangUp(http.ResponseWriter, *http.Request) { panic(http.ErrAbortHandler) }

// cutOff closes it inside the body.
func cutOff(w http.ResponseWriter, _ *http.Request) {
	w.Header().Set("Content-Length", "5000")
	_, _ = io.WriteString(w, `{"email":"canary@example.com"`)
	_ = http.NewResponseController(w).Flush()
	panic(http.ErrAbortHandler)
}

// after answers late, or never if the client leaves first.
func after(d time.Duration, then step) step {
	return func(w http.ResponseWriter, r *http.Request) {
		select {
		case <-time.After(d):
			then(w, r)
		case <-r.Context().Done():
		}
	}
}

// loopback starts a processor and a client whose waits are short.
func loopback(t *testing.T, o httpx.Options, script ...step) (*processor, *httpx.Client, string) {
	t.Helper()
	p := &processor{script: script}
	srv := httptest.NewServer(p)
	t.Cleanup(srv.Close)
	o.Processor = "acme"
	if o.WaitMin == 0 {
		o.WaitMin, o.WaitMax = time.Microsecond, time.Millisecond
	}
	return p, httpx.New(o), srv.URL
}

// piped is loopback without sockets, for tests in a bubble with its own clock.
// The transport is a pool of its own, as in New.
func piped(t *testing.T, o httpx.Options, script ...step) (*processor, *httpx.Client) {
	t.Helper()
	p := &processor{script: script}
	l := &pipes{conns: make(chan net.Conn), done: make(chan struct{})}
	srv := &http.Server{Handler: p}
	go func() { _ = srv.Serve(l) }()
	tr := &http.Transport{DialContext: l.dial}
	t.Cleanup(func() {
		tr.CloseIdleConnections()
		_ = srv.Close()
	})
	o.Processor, o.Transport = "acme", tr
	return p, httpx.New(o)
}

type pipes struct {
	conns chan net.Conn
	done  chan struct{}
	once  sync.Once
}

func (l *pipes) dial(ctx context.Context, _, _ string) (net.Conn, error) {
	client, server := net.Pipe()
	select {
	case l.conns <- server:
		return client, nil
	case <-ctx.Done():
		return nil, ctx.Err()
	}
}

func (l *pipes) Accept() (net.Conn, error) {
	select {
	case c := <-l.conns:
		return c, nil
	case <-l.done:
		return nil, net.ErrClosed
	}
}

func (l *pipes) Close() error {
	l.once.Do(func() { close(l.done) })
	return nil
}

func (l *pipes) Addr() net.Addr { return &net.UnixAddr{Name: "pipe"} }

func read(url string) httpx.Request {
	return httpx.Request{Method: http.MethodGet, URL: url + "/people", Route: "GET /people"}
}

func write(url string) httpx.Request {
	return httpx.Request{Method: http.MethodDelete, URL: url + "/people/1", Route: "DELETE /people/{id}", Write: true}
}

// failsAs fails the test unless err is ours, of that kind.
func failsAs(t *testing.T, err error, want fault.Kind) {
	t.Helper()
	var e *fault.Error
	if !errors.As(err, &e) || e.Kind != want {
		t.Errorf("error %v, want kind %s", err, want)
	}
}

// answers fails the test unless there is an answer of that status.
func answers(t *testing.T, resp *httpx.Response, err error, want int) {
	t.Helper()
	switch {
	case err != nil:
		t.Errorf("error %v, want status %d", err, want)
	case resp.Status != want:
		t.Errorf("status %d, want %d", resp.Status, want)
	}
}
