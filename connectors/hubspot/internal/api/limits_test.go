package api

import (
	"context"
	"net/http"
	"net/http/httptest"
	"strconv"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"github.com/lapsed/lapsed/internal/fault"
	"github.com/lapsed/lapsed/internal/httpx"
	"github.com/lapsed/lapsed/internal/secret"
)

// portal is HubSpot's side of the limits, without a network so that time can be false.
type portal struct {
	mu      sync.Mutex
	most    int // in a rolling window of ten seconds
	headers bool
	daily   int
	used    int
	calls   []time.Time
	refused int
	answer  func(n int) (status int, body string) // n counts from 1; nil = a last page
}

func (p *portal) RoundTrip(*http.Request) (*http.Response, error) {
	p.mu.Lock()
	defer p.mu.Unlock()
	now := time.Now()
	for len(p.calls) > 0 && now.Sub(p.calls[0]) >= 10*time.Second {
		p.calls = p.calls[1:]
	}
	w := httptest.NewRecorder()
	w.Header().Set("Date", now.UTC().Format(http.TimeFormat))
	if p.most > 0 && len(p.calls) >= p.most {
		p.refused++
		w.WriteHeader(429)
		_, _ = w.WriteString(`{"policyName":"TEN_SECONDLY_ROLLING"}`)
		return w.Result(), nil
	}
	p.calls = append(p.calls, now)
	p.used++
	if p.headers {
		w.Header().Set("X-HubSpot-RateLimit-Max", strconv.Itoa(p.most))
		w.Header().Set("X-HubSpot-RateLimit-Remaining", strconv.Itoa(p.most-len(p.calls)))
		w.Header().Set("X-HubSpot-RateLimit-Interval-Milliseconds", "10000")
	}
	if p.daily > 0 {
		w.Header().Set("X-HubSpot-RateLimit-Daily", strconv.Itoa(p.daily))
		w.Header().Set("X-HubSpot-RateLimit-Daily-Remaining", strconv.Itoa(p.daily-p.used))
	}
	status, body := 200, `{"results":[]}`
	if p.answer != nil {
		status, body = p.answer(p.used)
	}
	w.WriteHeader(status)
	_, _ = w.WriteString(body)
	return w.Result(), nil
}

func (p *portal) client() *Client {
	return New(Options{Processor: "hubspot", BaseURL: "https://api.hubapi.com", Token: secret.New("t"), HTTP: httpx.Options{Transport: p}})
}

// list reads n pages, eight at a time, and returns how long it took.
func list(t *testing.T, c *Client, n int) time.Duration {
	t.Helper()
	began := time.Now()
	var wg sync.WaitGroup
	work := make(chan int, n)
	for i := range n {
		work <- i
	}
	close(work)
	for range 8 {
		wg.Go(func() {
			for range work {
				if _, err := c.List(context.Background(), []string{"email"}, "", 100); err != nil {
					t.Error(err)
				}
			}
		})
	}
	wg.Wait()
	return time.Since(began)
}

func TestTheBudgetIsUsedAndNotPassed(t *testing.T) {
	for name, c := range map[string]struct {
		portal  *portal
		calls   int
		longest time.Duration
	}{
		"a few calls don't wait":                {&portal{most: 100, headers: true}, 60, 3 * time.Second},
		"a small plan":                          {&portal{most: 100, headers: true}, 1000, 115 * time.Second},
		"a large plan":                          {&portal{most: 190, headers: true}, 2000, 120 * time.Second},
		"no headers: as if it were a small one": {&portal{most: 100}, 1000, 115 * time.Second},
	} {
		t.Run(name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				took := list(t, c.portal.client(), c.calls)
				t.Log(took, c.portal.refused)
				if c.portal.refused > 0 || took > c.longest {
					t.Errorf("%d calls took %s, want at most %s; %d refused", c.calls, took, c.longest, c.portal.refused)
				}
			})
		})
	}
}

func TestARefusedReadWaitsAsItsLimitSays(t *testing.T) {
	for body, want := range map[string]time.Duration{
		`{"policyName":"SECONDLY"}`:             time.Second,
		`{"policyName":"TEN_SECONDLY_ROLLING"}`: 10 * time.Second,
		`not even JSON`:                         10 * time.Second,
	} {
		synctest.Test(t, func(t *testing.T) {
			p := &portal{answer: func(n int) (int, string) {
				if n == 1 {
					return 429, body
				}
				return 200, `{"results":[]}`
			}}
			if took := list(t, p.client(), 1); took < want || took > want+want/4 {
				t.Errorf("%s: waited %s, want %s", body, took, want)
			}
		})
	}
}

func TestASpentDayLastsUntilTheAccountsMidnight(t *testing.T) {
	synctest.Test(t, func(t *testing.T) { // the bubble's clock starts at midnight UTC
		p := &portal{answer: func(int) (int, string) { return 429, `{"policyName":"DAILY"}` }}
		c := p.client()
		c.SetZone(time.FixedZone("", -5*3600))
		_, err := c.List(t.Context(), []string{"email"}, "", 100)
		var e *fault.Error
		if e, _ = err.(*fault.Error); e == nil || e.Kind != fault.RateLimited || e.Code != "DAILY" || e.After != 5*time.Hour {
			t.Errorf("got %+v, want five hours", err)
		}
		if p.used != 1 {
			t.Errorf("asked %d times", p.used)
		}
	})
}

func TestReadingStopsAtFourFifthsOfTheDay(t *testing.T) {
	p := &portal{daily: 10}
	c := p.client()
	for n := 1; n <= 9; n++ {
		if _, err := c.List(t.Context(), []string{"email"}, "", 100); err != nil {
			t.Fatal(err)
		}
		if err := c.DaySpent(ForWhole); (err != nil) != (n > 8) {
			t.Errorf("after %d of 10 calls: %v", n, err)
		} else if err != nil && !fault.Is(err, fault.RateLimited) {
			t.Errorf("got %v", err)
		}
	}
}

func TestAnAccountThatIsMovedIsNotWaitedFor(t *testing.T) {
	p := &portal{answer: func(int) (int, string) { return 477, "" }}
	if _, err := p.client().List(t.Context(), []string{"email"}, "", 100); !fault.Is(err, fault.Transient) || p.used != 1 {
		t.Errorf("%v after %d calls", err, p.used)
	}
}
