package console

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"net"
	"net/http"
	"strings"
	"time"
)

// Check is one thing that must be so before the daemon counts as ready.
type Check struct {
	Name string                      // a word: "state"
	Do   func(context.Context) error // must end with its context
}

// Options say what is served.
type Options struct {
	Ready   []Check
	Metrics http.Handler
	Logger  *slog.Logger     // nil = no lines
	Clock   func() time.Time // the machine's
}

// drain is how long requests may go on after the end was asked for.
const drain = 5 * time.Second

// Listen opens an address of the form HOST:PORT.
func Listen(ctx context.Context, address string) (net.Listener, error) {
	l, err := (&net.ListenConfig{}).Listen(ctx, "tcp", address)
	if err != nil {
		return nil, fmt.Errorf("listen on %s: is something else there? %w", address, err)
	}
	return l, nil
}

// Serve answers on l until ctx ends, and returns when the last request is
// answered or its time is up. It closes l.
func Serve(ctx context.Context, l net.Listener, o Options) error {
	s := &http.Server{Handler: Handler(l.Addr(), o), ReadHeaderTimeout: 5 * time.Second, ReadTimeout: 10 * time.Second, WriteTimeout: 30 * time.Second,
		IdleTimeout: time.Minute, MaxHeaderBytes: 16 << 10, ErrorLog: slog.NewLogLogger(slog.DiscardHandler, slog.LevelError)}
	failed := make(chan error, 1)
	go func() { failed <- s.Serve(l) }()
	select {
	case err := <-failed:
		return fmt.Errorf("serve %s: %w", l.Addr(), err)
	case <-ctx.Done():
	}
	within, cancel := context.WithTimeout(context.WithoutCancel(ctx), drain)
	defer cancel()
	err := s.Shutdown(within)
	if errors.Is(err, context.DeadlineExceeded) {
		err = s.Close()
	}
	if served := <-failed; !errors.Is(served, http.ErrServerClosed) {
		err = errors.Join(err, served)
	}
	return err
}

// Handler is what Serve answers with, for the address it listens on.
func Handler(on net.Addr, o Options) http.Handler {
	mux := http.NewServeMux()
	mux.HandleFunc("GET /healthz", func(w http.ResponseWriter, _ *http.Request) { say(w, http.StatusOK, "alive") })
	mux.Handle("GET /readyz", &readiness{checks: o.Ready, logger: o.Logger, clock: o.Clock})
	if o.Metrics != nil {
		mux.Handle("GET /metrics", o.Metrics)
	}
	if a, ok := on.(*net.TCPAddr); ok && a.IP.IsLoopback() {
		return sameMachine{mux}
	}
	return mux
}

func say(w http.ResponseWriter, status int, text string) {
	w.Header().Set("Content-Type", "text/plain; charset=utf-8")
	w.Header().Set("Cache-Control", "no-store")
	w.Header().Set("X-Content-Type-Options", "nosniff")
	w.WriteHeader(status)
	_, _ = w.Write([]byte(text + "\n"))
}

// sameMachine refuses requests that were addressed to another host.
type sameMachine struct{ next http.Handler }

func (h sameMachine) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	host := r.Host
	if name, _, err := net.SplitHostPort(host); err == nil {
		host = name
	}
	ip := net.ParseIP(strings.Trim(host, "[]"))
	if host != "localhost" && (ip == nil || !ip.IsLoopback()) {
		say(w, http.StatusMisdirectedRequest, "this is another host")
		return
	}
	h.next.ServeHTTP(w, r)
}
