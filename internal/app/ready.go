package app

import (
	"context"
	"errors"
	"fmt"
	"net"
	"net/http"
	"os"
	"path/filepath"
	"strings"
	"time"

	"github.com/lapsed/lapsed/config"
	"github.com/lapsed/lapsed/internal/audit"
	"github.com/lapsed/lapsed/internal/console"
	"github.com/lapsed/lapsed/internal/httpx"
	"github.com/lapsed/lapsed/internal/store"
)

// Ready lists what must be so before the daemon counts as ready, on every
// replica, whether or not it leads.
func (a *App) Ready() []console.Check {
	return []console.Check{
		{Name: "state", Do: func(ctx context.Context) error {
			return a.Store.Read(ctx, func(tx *store.Tx) error { _, err := tx.LogSize(); return err })
		}},
		{Name: "keys", Do: func(context.Context) error {
			_, err := audit.OpenKey(a.Config.Keys)
			return errors.Join(err, writable(a.Config.Keys)) // the pin moves there
		}},
		{Name: "log", Do: func(context.Context) error { return writable(a.Config.Log) }},
	}
}

// writable tells whether files can be made in a directory, or, if it isn't there
// yet, in the one that it will be made in.
func writable(dir string) error {
	for {
		info, err := os.Stat(dir)
		if err == nil && !info.IsDir() {
			return fmt.Errorf("%s is no directory", dir)
		}
		if err == nil {
			break
		}
		if up := filepath.Dir(dir); !os.IsNotExist(err) || up == dir {
			return fmt.Errorf("%s can't be looked at", dir)
		}
		dir = filepath.Dir(dir)
	}
	f, err := os.CreateTemp(dir, ".writable-*")
	if err != nil {
		return fmt.Errorf("%s can't be written to: %w", dir, errors.Unwrap(err))
	}
	return errors.Join(f.Close(), os.Remove(f.Name()))
}

// HealthOptions say whom to ask.
type HealthOptions struct {
	Config string // asks the daemon of this config …
	URL    string // … or the one at this address
	Alive  bool   // whether it lives, in place of whether it is ready
}

// Health asks a running daemon how it is. It is what a container without a shell
// has its health checked by.
func Health(ctx context.Context, o HealthOptions) (string, error) {
	base := strings.TrimSuffix(o.URL, "/")
	if base == "" {
		c, problems := config.Load(o.Config)
		if len(problems) > 0 {
			return "", problems
		}
		if c.Listen == "" {
			return "", usage("the config has no listen: the daemon can't be asked")
		}
		at, err := reachable(c.Listen)
		if err != nil {
			return "", err
		}
		base = "http://" + at
	}
	path := "/readyz"
	if o.Alive {
		path = "/healthz"
	}
	client := httpx.New(httpx.Options{Processor: "lapsed", Attempts: 1, Timeout: 4 * time.Second, MaxBody: 4 << 10, Transport: &http.Transport{Proxy: nil, DisableKeepAlives: true}})
	resp, err := client.Do(ctx, httpx.Request{Method: http.MethodGet, URL: base + path, Route: "GET " + path})
	if err != nil {
		return "", fmt.Errorf("the daemon does not answer: %w", err)
	}
	text := strings.TrimSpace(string(resp.Body))
	if resp.Status != http.StatusOK {
		return "", fmt.Errorf("HTTP %d: %.200s", resp.Status, text)
	}
	return text, nil
}

// reachable is the address under which a listener of this machine is asked.
func reachable(listen string) (string, error) {
	host, port, err := net.SplitHostPort(listen)
	if err != nil {
		return "", usage("listen is no HOST:PORT")
	}
	if ip := net.ParseIP(host); host == "" || ip != nil && ip.IsUnspecified() {
		host = "127.0.0.1"
		if ip != nil && ip.To4() == nil {
			host = "::1"
		}
	}
	return net.JoinHostPort(host, port), nil
}
