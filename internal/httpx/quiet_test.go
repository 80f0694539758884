package httpx_test

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/google/go-cmp/cmp/cmpopts"

	"github.com/lapsed/lapsed/internal/httpx"
)

// witness keeps what Seen is told.
type witness struct {
	mu    sync.Mutex
	calls []httpx.Call
}

func (w *witness) seen(c httpx.Call) {
	w.mu.Lock()
	defer w.mu.Unlock()
	w.calls = append(w.calls, c)
}

func TestSeenIsToldOfEachTry(t *testing.T) {
	at := time.Date(2026, 11, 24, 9, 0, 0, 0, time.UTC)
	dated := []string{"Date", at.Format(http.TimeFormat), "X-Left", "12"}
	w := &witness{}
	_, c, url := loopback(t, httpx.Options{Seen: w.seen}, hangUp, status(503, dated...), status(200, dated...))
	resp, err := c.Do(t.Context(), read(url))
	answers(t, resp, err, 200)
	want := []httpx.Call{
		{Route: "GET /people"},
		{Route: "GET /people", Status: 503, Date: at},
		{Route: "GET /people", Status: 200, Date: at},
	}
	if d := cmp.Diff(want, w.calls, cmpopts.IgnoreFields(httpx.Call{}, "Took", "Header")); d != "" {
		t.Error(d)
	}
	for _, k := range w.calls {
		if k.Took <= 0 || (k.Status != 0 && k.Header.Get("X-Left") != "12") || (k.Status == 0 && k.Header != nil) {
			t.Errorf("a call of %s with header %v", k.Took, k.Header)
		}
	}
}

// canaries are what must show nowhere.
var canaries = []string{"canary", "@", "%40", "example.com", "127.0.0.1"}

// An address in the URL, the headers and the bodies of both sides shows in no
// error and in nothing that the observer is told, whatever goes wrong.
func TestAddressShowsNowhere(t *testing.T) {
	const address = "canary@example.com"
	says := func(code int) step {
		return func(w http.ResponseWriter, _ *http.Request) { http.Error(w, "no such person: "+address, code) }
	}
	long := func(w http.ResponseWriter, _ *http.Request) { _, _ = w.Write([]byte(strings.Repeat(address, 500))) }
	garbage := func(w http.ResponseWriter, _ *http.Request) {
		conn, _, err := http.NewResponseController(w).Hijack()
		if err != nil {
			t.Error(err)
			return
		}
		_, _ = conn.Write([]byte(address + " is no status line\r\n\r\n"))
		_ = conn.Close()
	}
	for name, answer := range map[string]step{
		"hung up": hangUp, "cut off": cutOff, "too long": long, "garbage": garbage, "refused": says(400), "broken": says(500),
		"late": after(time.Hour, says(200)), "redirect": status(302, "Location", "http://"+address+"/"+address), "bad redirect": status(302, "Location", "%zz"+address),
	} {
		t.Run(name, func(t *testing.T) {
			w := &witness{}
			_, c, url := loopback(t, httpx.Options{Seen: w.seen, MaxBody: 500, Attempts: 2, Timeout: 50 * time.Millisecond}, answer)
			for _, r := range addressed(url, address) {
				_, err := c.Do(t.Context(), r)
				quiet(t, err)
			}
			for _, k := range w.calls {
				k.Header = nil // the answer's, for the connector's eyes
				shows(t, fmt.Sprintf("%+v", k))
			}
		})
	}
	for name, url := range map[string]string{
		"refused": "http://" + closedPort(t), "no URL": "http://[" + address, "control characters": "http://crm.example/\x7f",
		"no scheme": "", "unknown scheme": "crm://" + address, "bad port": "http://" + address + ":port",
	} {
		t.Run(name, func(t *testing.T) {
			c := httpx.New(httpx.Options{Processor: "acme", Attempts: 2, WaitMin: time.Microsecond})
			for _, r := range addressed(url, address) {
				_, err := c.Do(t.Context(), r)
				if err == nil {
					t.Error("no error")
				}
				quiet(t, err)
			}
		})
	}
	t.Run("given up", func(t *testing.T) {
		_, c, url := loopback(t, httpx.Options{}, after(time.Hour, says(200)))
		for _, r := range addressed(url, address) {
			ctx, cancel := context.WithTimeout(t.Context(), 20*time.Millisecond)
			_, err := c.Do(ctx, r)
			cancel()
			quiet(t, err)
		}
	})
}

// addressed are requests that hold an address wherever one fits.
func addressed(url, address string) []httpx.Request {
	full := url + "/people/" + address + "?email=" + address
	h := http.Header{"X-Person": {address}}
	return []httpx.Request{
		{Method: http.MethodGet, URL: full, Route: "GET /people/{address}", Header: h},
		{Method: http.MethodPost, URL: full, Route: "POST /people/{address}", Header: h, Body: []byte(address)},
		{Method: http.MethodPut, URL: full, Route: "PUT /people/{address}", Header: h, Body: []byte(address), Write: true},
		{Method: http.MethodPut, URL: full, Route: "PUT /people/{address}", Header: http.Header{"X-Person": {address + "\n"}}, Write: true},
		{Method: "GET " + address, URL: full, Route: "GET /people/{address}"},
	}
}

// quiet fails the test if an error, or anything that it wraps, shows a canary.
func quiet(t *testing.T, err error) {
	t.Helper()
	for ; err != nil; err = errors.Unwrap(err) {
		for _, verb := range []string{"%v", "%+v", "%#v", "%s", "%q"} {
			shows(t, fmt.Sprintf(verb, err))
		}
	}
}

func shows(t *testing.T, text string) {
	t.Helper()
	for _, canary := range canaries {
		if strings.Contains(strings.ToLower(text), canary) {
			t.Errorf("%q shows in %s", canary, text)
		}
	}
}
