package httpx_test

import (
	"context"
	"io"
	"net/http"
	"testing"
	"testing/synctest"
	"time"

	"github.com/lapsed/lapsed/internal/fault"
	"github.com/lapsed/lapsed/internal/httpx"
)

func TestStatusesThatAreTriedAgain(t *testing.T) {
	for code, tries := range map[int]int{
		200: 1, 204: 1, 302: 1, 304: 1, 400: 1, 401: 1, 403: 1, 404: 1, 409: 1, 410: 1, 477: 1, 501: 1,
		423: 4, 429: 4, 500: 4, 502: 4, 503: 4, 504: 4, 599: 4,
	} {
		t.Run(http.StatusText(code), func(t *testing.T) {
			p, c, url := loopback(t, httpx.Options{}, status(code))
			resp, err := c.Do(t.Context(), read(url))
			answers(t, resp, err, code)
			if p.hits() != tries {
				t.Errorf("%d: %d tries, want %d", code, p.hits(), tries)
			}
			if code >= 300 && code != 304 && string(resp.Body) != "body of "+http.StatusText(code) {
				t.Errorf("%d: the caller gets %q", code, resp.Body)
			}
		})
	}
}

func TestReadSucceedsAfterFailures(t *testing.T) {
	for name, first := range map[string]step{"429": status(429), "423": status(423), "500": status(500), "hung up": hangUp, "cut off": cutOff} {
		t.Run(name, func(t *testing.T) {
			p, c, url := loopback(t, httpx.Options{}, first, first, status(200))
			resp, err := c.Do(t.Context(), read(url))
			answers(t, resp, err, 200)
			if p.hits() != 3 {
				t.Errorf("%d tries, want 3", p.hits())
			}
		})
	}
}

// All kinds of failure count as tries of one read.
func TestAttemptsAreShared(t *testing.T) {
	p, c, url := loopback(t, httpx.Options{Attempts: 3}, status(503), cutOff, hangUp, status(200))
	_, err := c.Do(t.Context(), read(url))
	failsAs(t, err, fault.Transient)
	if p.hits() != 3 {
		t.Errorf("%d tries, want 3", p.hits())
	}
}

func TestBodyThatAlwaysBreaks(t *testing.T) {
	p, c, url := loopback(t, httpx.Options{Attempts: 2}, cutOff)
	_, err := c.Do(t.Context(), read(url))
	failsAs(t, err, fault.Transient)
	if p.hits() != 2 {
		t.Errorf("%d tries, want 2", p.hits())
	}
}

// A search or a bulk job is a POST that changes nothing.
func TestReadByPostSendsItsBodyAgain(t *testing.T) {
	const body = `{"limit":100}`
	p, c, url := loopback(t, httpx.Options{}, status(503), hangUp, cutOff, func(w http.ResponseWriter, r *http.Request) {
		if r.ContentLength != int64(len(body)) || r.Header.Get("Content-Type") != "application/json" {
			t.Errorf("the last try announces %d bytes of %q", r.ContentLength, r.Header.Get("Content-Type"))
		}
	})
	r := read(url)
	r.Method, r.Body, r.Header = http.MethodPost, []byte(body), http.Header{"Content-Type": {"application/json"}}
	resp, err := c.Do(t.Context(), r)
	answers(t, resp, err, 200)
	if len(p.bodies) != 4 {
		t.Fatalf("%d tries, want 4", len(p.bodies))
	}
	for i, got := range p.bodies {
		if got != body {
			t.Errorf("try %d sent %q", i+1, got)
		}
	}
}

func TestJudgeOverridesWhatAStatusMeans(t *testing.T) {
	for name, k := range map[string]struct {
		code    int
		verdict httpx.Verdict
		ok      bool
		tries   int
	}{
		"a hopeless 503":         {503, httpx.Verdict{}, true, 1},
		"a hopeful 403":          {403, httpx.Verdict{Retry: true}, true, 4},
		"no word on a 500":       {500, httpx.Verdict{}, false, 4},
		"no word on a 400":       {400, httpx.Verdict{Retry: true}, false, 1},
		"a wait beyond patience": {429, httpx.Verdict{Retry: true, Wait: time.Hour}, true, 1},
	} {
		t.Run(name, func(t *testing.T) {
			o := httpx.Options{Judge: func(code int, h http.Header, body []byte) (httpx.Verdict, bool) {
				if code != k.code || h.Get("X-Code") != "7" || string(body) != "body of "+http.StatusText(k.code) {
					t.Errorf("the judge is shown %d %q %q", code, h.Get("X-Code"), body)
				}
				return k.verdict, k.ok
			}}
			p, c, url := loopback(t, o, status(k.code, "X-Code", "7"))
			resp, err := c.Do(t.Context(), read(url))
			answers(t, resp, err, k.code)
			if p.hits() != k.tries {
				t.Errorf("%d tries, want %d", p.hits(), k.tries)
			}
			if string(resp.Body) != "body of "+http.StatusText(k.code) {
				t.Errorf("after the judge the caller gets %q", resp.Body)
			}
		})
	}
}

func TestSuccessIsNotJudged(t *testing.T) {
	_, c, url := loopback(t, httpx.Options{Judge: func(int, http.Header, []byte) (httpx.Verdict, bool) {
		t.Error("a 200 was judged")
		return httpx.Verdict{}, false
	}}, status(200))
	resp, err := c.Do(t.Context(), read(url))
	answers(t, resp, err, 200)
}

// How long a read takes whose first answer is a 429, on a clock of its own.
func TestWaits(t *testing.T) {
	wait := func(d time.Duration) func(int, http.Header, []byte) (httpx.Verdict, bool) {
		return func(int, http.Header, []byte) (httpx.Verdict, bool) { return httpx.Verdict{Retry: true, Wait: d}, true }
	}
	for name, k := range map[string]struct {
		header   string
		judge    func(int, http.Header, []byte) (httpx.Verdict, bool)
		status   int
		from, to time.Duration
	}{
		"none":                   {"", nil, 200, 250 * time.Millisecond, 500 * time.Millisecond},
		"seconds":                {"7", nil, 200, 7 * time.Second, 7700 * time.Millisecond},
		"as long as we wait":     {"20", nil, 200, 20 * time.Second, 22 * time.Second},
		"longer than we wait":    {"21", nil, 429, 0, 0},
		"a day":                  {"86400", nil, 429, 0, 0},
		"more than a week":       {"604801", nil, 200, 250 * time.Millisecond, 500 * time.Millisecond},
		"negative":               {"-7", nil, 200, 250 * time.Millisecond, 500 * time.Millisecond},
		"a date":                 {"Tue, 24 Nov 2026 09:00:00 GMT", nil, 200, 250 * time.Millisecond, 500 * time.Millisecond},
		"the judge's":            {"7", wait(3 * time.Second), 200, 3 * time.Second, 3300 * time.Millisecond},
		"the judge's, too long":  {"", wait(time.Minute), 429, 0, 0},
		"the judge leaves it us": {"7", wait(0), 200, 250 * time.Millisecond, 500 * time.Millisecond},
	} {
		t.Run(name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				p, c := piped(t, httpx.Options{Judge: k.judge}, status(429, "Retry-After", k.header), status(200))
				began := time.Now()
				resp, err := c.Do(t.Context(), read("http://acme.example"))
				took := time.Since(began)
				answers(t, resp, err, k.status)
				if took < k.from || took > k.to {
					t.Errorf("took %s, want %s to %s", took, k.from, k.to)
				}
				if k.status == 429 && (p.hits() != 1 || httpx.RetryAfter(resp.Header).String() == "" || resp.Header.Get("Retry-After") != k.header) {
					t.Errorf("%d tries; the caller hears Retry-After %q", p.hits(), resp.Header.Get("Retry-After"))
				}
			})
		})
	}
}

// The back-off doubles up to WaitMax.
func TestBackOffGrows(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		var at []time.Time
		_, c := piped(t, httpx.Options{Attempts: 6, WaitMin: time.Second, WaitMax: 4 * time.Second}, func(w http.ResponseWriter, _ *http.Request) {
			at = append(at, time.Now())
			w.WriteHeader(500)
		})
		resp, err := c.Do(t.Context(), read("http://acme.example"))
		answers(t, resp, err, 500)
		for i, most := range []time.Duration{1, 2, 4, 4, 4} {
			most *= time.Second
			if gap := at[i+1].Sub(at[i]); gap < most/2 || gap > most {
				t.Errorf("%s before try %d, want %s to %s", gap, i+2, most/2, most)
			}
		}
	})
}

func TestStreamLeavesTheBody(t *testing.T) {
	p, c, url := loopback(t, httpx.Options{MaxBody: 1}, status(503), status(200))
	resp, err := c.Stream(t.Context(), read(url))
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = resp.Body.Close() }()
	body, err := io.ReadAll(resp.Body)
	if err != nil || string(body) != "body of OK" || p.hits() != 2 {
		t.Errorf("after %d tries the stream holds %q, %v", p.hits(), body, err)
	}
}

// Who streams has handed on what came before the break: it can't be read again here.
func TestStreamThatBreaksIsTheCallers(t *testing.T) {
	p, c, url := loopback(t, httpx.Options{}, cutOff, status(200))
	resp, err := c.Stream(t.Context(), read(url))
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = resp.Body.Close() }()
	if _, err := io.ReadAll(resp.Body); err == nil || p.hits() != 1 {
		t.Errorf("%d tries, and a body cut off reads with %v", p.hits(), err)
	}
}

func TestManyReadsAtOnce(t *testing.T) {
	p, c, url := loopback(t, httpx.Options{}, status(200))
	done := make(chan error, 50)
	for range cap(done) {
		go func() {
			_, err := c.Do(context.Background(), read(url))
			done <- err
		}()
	}
	for range cap(done) {
		if err := <-done; err != nil {
			t.Error(err)
		}
	}
	if p.hits() != cap(done) {
		t.Errorf("%d requests for %d reads", p.hits(), cap(done))
	}
}
