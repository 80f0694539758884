package app

import (
	"context"
	"net"
	"net/http"
	"os"
	"strings"
	"testing"
	"time"

	"github.com/lapsed/lapsed/internal/console"
)

// serve answers as the daemon does, at the address of the config.
func (w *world) serve(t *testing.T, a *App) net.Addr {
	t.Helper()
	ctx, stop := context.WithCancel(t.Context())
	l, err := console.Listen(ctx, "127.0.0.1:0")
	must(t, err)
	ended := make(chan error)
	go func() {
		ended <- console.Serve(ctx, l, console.Options{Ready: a.Ready(), Metrics: http.NotFoundHandler(), Clock: w.stage.Clock.Now})
	}()
	t.Cleanup(func() {
		stop()
		if err := <-ended; err != nil {
			t.Error(err)
		}
	})
	w.rewrite(t, "lapsed.yaml", "log: ./audit", "log: ./audit\nlisten: \""+l.Addr().String()+"\"")
	return l.Addr()
}

// Ready follows what is needed to go on: the keys and the log's place, too.
func TestHealth(t *testing.T) {
	w := lived(t)
	at := w.serve(t, w.open(t))
	ask := func(o HealthOptions) (string, error) {
		w.advance(2 * time.Second) // an answer serves for a second
		return Health(t.Context(), o)
	}
	if s, err := ask(HealthOptions{Config: w.config}); err != nil || s != "ready" {
		t.Errorf("%q, %v", s, err)
	}
	if s, err := ask(HealthOptions{URL: "http://" + at.String() + "/", Alive: true}); err != nil || s != "alive" {
		t.Errorf("%q, %v", s, err)
	}
	for _, broken := range []struct{ what, where string }{{"keys", "keys"}, {"log", "audit"}} {
		must(t, os.Rename(w.beside(broken.where), w.beside("elsewhere")))
		write(t, w.beside(broken.where), "")
		if _, err := ask(HealthOptions{Config: w.config}); err == nil || !strings.Contains(err.Error(), "503") || !strings.Contains(err.Error(), "not ready: "+broken.what) {
			t.Errorf("without %s: %v", broken.what, err)
		}
		if _, err := ask(HealthOptions{Config: w.config, Alive: true}); err != nil {
			t.Errorf("without %s it is dead: %v", broken.what, err)
		}
		remove(t, w.beside(broken.where))
		must(t, os.Rename(w.beside("elsewhere"), w.beside(broken.where)))
	}
	if s, err := ask(HealthOptions{Config: w.config}); err != nil || s != "ready" {
		t.Errorf("mended: %q, %v", s, err)
	}
}

func TestHealthOfNobody(t *testing.T) {
	w := newWorld(t, "observe")
	w.silent = true
	if _, err := Health(t.Context(), HealthOptions{Config: w.config}); ExitCode(err) != Usage || !strings.Contains(err.Error(), "no listen") {
		t.Errorf("without an address: %v", err)
	}
	if _, err := Health(t.Context(), HealthOptions{URL: "http://127.0.0.1:1"}); ExitCode(err) != Failed {
		t.Errorf("nobody there: %v", err)
	}
}

func TestWhereTheDaemonIsAsked(t *testing.T) {
	for listen, want := range map[string]string{"127.0.0.1:8080": "127.0.0.1:8080", "0.0.0.0:8080": "127.0.0.1:8080", ":8080": "127.0.0.1:8080", "[::]:8080": "[::1]:8080", "10.0.0.7:9": "10.0.0.7:9"} {
		if got, err := reachable(listen); err != nil || got != want {
			t.Errorf("%s: %s, %v", listen, got, err)
		}
	}
	if _, err := reachable("8080"); err == nil {
		t.Error("a port alone was taken")
	}
}
