package console_test

import (
	"bytes"
	"context"
	"errors"
	"io"
	"log/slog"
	"net"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"time"

	"github.com/lapsed/lapsed/internal/console"
)

var noon = time.Date(2026, 11, 24, 12, 0, 0, 0, time.UTC)

var (
	here  = &net.TCPAddr{IP: net.IPv4(127, 0, 0, 1), Port: 8080}
	there = &net.TCPAddr{IP: net.IPv4zero, Port: 8080}
)

func get(t *testing.T, h http.Handler, host, path string) (int, string) {
	t.Helper()
	r := httptest.NewRequestWithContext(t.Context(), http.MethodGet, path, nil)
	r.Host = host
	w := httptest.NewRecorder()
	h.ServeHTTP(w, r)
	return w.Code, strings.TrimSpace(w.Body.String())
}

func TestReady(t *testing.T) {
	now, asked := noon, 0
	var state error
	var log bytes.Buffer
	h := console.Handler(here, console.Options{Clock: func() time.Time { return now }, Logger: slog.New(slog.NewTextHandler(&log, nil)), Ready: []console.Check{
		{Name: "state", Do: func(ctx context.Context) error {
			if _, bounded := ctx.Deadline(); !bounded {
				t.Error("a check may take for ever")
			}
			asked++
			return state
		}},
		{Name: "keys", Do: func(context.Context) error { return nil }},
	}})
	expect := func(status int, text string, times int) {
		t.Helper()
		if c, s := get(t, h, "127.0.0.1:8080", "/readyz"); c != status || s != text || asked != times {
			t.Errorf("%d %q after %d looks, want %d %q after %d", c, s, asked, status, text, times)
		}
	}
	expect(200, "ready", 1)
	state = errors.New("locked by something")
	expect(200, "ready", 1) // the answer serves for a second
	now = now.Add(time.Second)
	expect(503, "not ready: state", 2)
	now = now.Add(time.Second)
	expect(503, "not ready: state", 3)
	if n := strings.Count(log.String(), "not ready"); n != 1 || !strings.Contains(log.String(), "locked by something") {
		t.Errorf("logged\n%s", log.String())
	}
	state, now = nil, now.Add(time.Second)
	expect(200, "ready", 4)
	if !strings.Contains(log.String(), "ready again") {
		t.Errorf("logged\n%s", log.String())
	}
}

// Alive says nothing of the state: a restart mends no database.
func TestAlive(t *testing.T) {
	h := console.Handler(here, console.Options{Clock: func() time.Time { return noon }, Ready: []console.Check{{Name: "state", Do: func(context.Context) error { return errors.New("no") }}}})
	if c, s := get(t, h, "localhost:8080", "/healthz"); c != 200 || s != "alive" {
		t.Errorf("%d %q", c, s)
	}
}

func TestWhoMayAsk(t *testing.T) {
	o := console.Options{Clock: func() time.Time { return noon }}
	for _, k := range []struct {
		on     net.Addr
		host   string
		status int
	}{
		{here, "127.0.0.1:8080", 200}, {here, "localhost:8080", 200}, {here, "[::1]:8080", 200}, {here, "localhost", 200},
		{here, "rebound.example:8080", 421}, {here, "10.0.0.1:8080", 421}, {here, "", 421},
		{there, "10.0.0.1:8080", 200}, {there, "lapsed.privacy.svc:8080", 200},
	} {
		if c, _ := get(t, console.Handler(k.on, o), k.host, "/healthz"); c != k.status {
			t.Errorf("on %s for %q: %d, want %d", k.on, k.host, c, k.status)
		}
	}
}

func TestNothingElse(t *testing.T) {
	h := console.Handler(here, console.Options{Clock: func() time.Time { return noon }, Metrics: http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) { _, _ = io.WriteString(w, "figures") })})
	if c, s := get(t, h, "localhost", "/metrics"); c != 200 || s != "figures" {
		t.Errorf("%d %q", c, s)
	}
	for _, path := range []string{"/", "/debug/pprof/", "/metrics/x"} {
		if c, _ := get(t, h, "localhost", path); c != 404 {
			t.Errorf("%s: %d", path, c)
		}
	}
	w := httptest.NewRecorder()
	r := httptest.NewRequestWithContext(t.Context(), http.MethodPost, "/metrics", nil)
	r.Host = "localhost"
	if h.ServeHTTP(w, r); w.Code != 405 {
		t.Errorf("POST: %d", w.Code)
	}
}

// The end lets a request that is under way finish, and takes no new one.
func TestServeEnds(t *testing.T) {
	ctx, cancel := context.WithCancel(t.Context())
	l, err := console.Listen(ctx, "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	if _, err := console.Listen(ctx, l.Addr().String()); err == nil || !strings.Contains(err.Error(), "something else") {
		t.Errorf("a port that is taken: %v", err)
	}
	begun := make(chan struct{})
	ended := make(chan error, 1)
	go func() {
		ended <- console.Serve(ctx, l, console.Options{Clock: time.Now, Ready: []console.Check{{Name: "slow", Do: func(context.Context) error {
			close(begun)
			<-ctx.Done()
			return nil
		}}}})
	}()
	client := &http.Client{Transport: &http.Transport{DisableKeepAlives: true}}
	answer := make(chan int, 1)
	go func() {
		r, _ := http.NewRequestWithContext(context.Background(), http.MethodGet, "http://"+l.Addr().String()+"/readyz", nil)
		resp, err := client.Do(r)
		if err != nil {
			answer <- 0
			return
		}
		_ = resp.Body.Close()
		answer <- resp.StatusCode
	}()
	<-begun
	cancel()
	if got := <-answer; got != 200 {
		t.Errorf("the request under way got %d", got)
	}
	if err := <-ended; err != nil {
		t.Errorf("the end: %v", err)
	}
	if _, err := net.Dial("tcp", l.Addr().String()); err == nil {
		t.Error("it still listens")
	}
}
