package api

import (
	"encoding/json"
	"net/http"
	"strconv"
	"sync"
	"time"

	"golang.org/x/time/rate"

	"github.com/lapsed/lapsed/internal/fault"
	"github.com/lapsed/lapsed/internal/httpx"
)

// What HubSpot calls its limits.
const (
	policySecondly    = "SECONDLY"
	policyTenSecondly = "TEN_SECONDLY_ROLLING"
	policyDaily       = "DAILY"
)

const (
	planned    = 100 // calls in planWindow that every account has
	planWindow = 10 * time.Second
	lockedWait = 2 * time.Second // HubSpot's advice for 423
	atOnce     = 10              // calls that may start together while the budget is ample
)

// phase is where we are in using up a window's budget.
type phase uint8

const (
	fresh     phase = iota // hardly anything is used: half of it may go at once
	spreading              // the other half is spread over what the window lasts
	steady                 // nine tenths of the budget, evenly
)

// limits keeps us below what HubSpot lets us do. It starts from the smallest
// plan, evenly. Once answers tell how much is left of the window, it goes
// through the phases: a few calls don't wait, and many use nearly all there is.
type limits struct {
	limiter *rate.Limiter
	own     bool // else the caller's, which we leave alone

	mu     sync.Mutex
	phase  phase
	spread int // calls left in the phase of that name
	daily  int // calls a day, 0 = not told
	left   int // of daily
	asOf   time.Time
	zone   *time.Location // the account's, in which its day ends
}

func newLimits(given *rate.Limiter) *limits {
	if given != nil {
		return &limits{limiter: given, zone: time.UTC}
	}
	return &limits{limiter: rate.NewLimiter(rate.Limit((planned-atOnce)/planWindow.Seconds()), atOnce), own: true, zone: time.UTC}
}

// searchLimiter keeps one of the five searches a second that an account has,
// of all its tools together, for the others. A caller's own limiter rules alone.
func searchLimiter(given *rate.Limiter) *rate.Limiter {
	if given != nil {
		return rate.NewLimiter(rate.Inf, 1)
	}
	return rate.NewLimiter(4, 4)
}

// judge says what a read's failure is worth waiting for.
func (l *limits) judge(status int, h http.Header, body []byte) (httpx.Verdict, bool) {
	switch status {
	case http.StatusLocked:
		return httpx.Verdict{Retry: true, Wait: lockedWait}, true
	case statusMoving:
		return httpx.Verdict{}, true // takes up to a day
	case http.StatusTooManyRequests:
		var p problem
		_ = json.Unmarshal(body, &p)
		at, _ := http.ParseTime(h.Get("Date"))
		wait := l.wait(p.PolicyName, h, at)
		l.pause(wait)
		return httpx.Verdict{Retry: p.PolicyName != policyDaily, Wait: wait}, true
	default:
		return httpx.Verdict{}, false
	}
}

// wait tells how long a spent budget takes to come back.
func (l *limits) wait(policy string, h http.Header, at time.Time) time.Duration {
	if told := httpx.RetryAfter(h); told > 0 {
		return told
	}
	switch policy {
	case policySecondly:
		return time.Second
	case policyDaily:
		return l.untilMidnight(at)
	default:
		return planWindow
	}
}

// pause lets nothing pass for d, at most one window; the next answer's headers
// set the speed again.
func (l *limits) pause(d time.Duration) {
	if d = min(d, planWindow); l.own && d > 0 {
		l.limiter.SetBurst(1)
		l.limiter.SetLimit(rate.Every(d))
		l.limiter.Allow()
	}
}

// seen learns from an answer's headers.
func (l *limits) seen(c httpx.Call) {
	most, left := header(c.Header, "X-HubSpot-RateLimit-Max"), header(c.Header, "X-HubSpot-RateLimit-Remaining")
	if l.own && c.Status != http.StatusTooManyRequests && most > 0 && left >= 0 {
		l.follow(most, left, header(c.Header, "X-HubSpot-RateLimit-Interval-Milliseconds"))
	}
	daily, rest := header(c.Header, "X-HubSpot-RateLimit-Daily"), header(c.Header, "X-HubSpot-RateLimit-Daily-Remaining")
	if daily > 0 && rest >= 0 {
		l.mu.Lock()
		l.daily, l.left, l.asOf = daily, rest, c.Date
		l.mu.Unlock()
	}
}

// follow sets the speed by how much is left of a window.
func (l *limits) follow(most, left, ms int) {
	window := planWindow
	if ms > 0 {
		window = time.Duration(ms) * time.Millisecond
	}
	base := rate.Limit(float64(most) / window.Seconds())
	l.mu.Lock()
	defer l.mu.Unlock()
	switch {
	case left > most*9/10:
		l.phase = fresh
	case l.phase == fresh && left <= most/2:
		l.phase, l.spread = spreading, most*9/20
	case l.phase == spreading:
		if l.spread--; l.spread <= 0 {
			l.phase = steady
		}
	}
	speed, burst := base*9/10, 1
	switch {
	case left <= most/20: // others use the key, too
		speed = base / 10
	case l.phase == fresh:
		speed, burst = base*10, min(atOnce, max(most/10, 1))
	case l.phase == spreading:
		speed = base * 9 / 20
	}
	l.limiter.SetBurst(burst)
	l.limiter.SetLimit(speed)
}

// header reads a header's count, -1 if there is none.
func header(h http.Header, name string) int {
	n, err := strconv.Atoi(h.Get(name))
	if err != nil {
		return -1
	}
	return n
}

// untilMidnight tells how long the account's day still lasts at the given
// instant of the processor's clock; a whole day if that is not known.
func (l *limits) untilMidnight(at time.Time) time.Duration {
	if at.IsZero() {
		return 24 * time.Hour
	}
	l.mu.Lock()
	defer l.mu.Unlock()
	y, m, d := at.In(l.zone).Date()
	return time.Date(y, m, d+1, 0, 0, 0, 0, l.zone).Sub(at)
}

// Share is how much of the account's day a kind of work may use up, in percent.
type Share int

// The shares. What is left is for the account's other tools, for re-reads and
// for writes, which never ask. Reading what changed is what refusals come by: it
// costs little and goes on longer.
const (
	ForWhole   Share = 80
	ForChanges Share = 95
)

// Day tells how many calls the account has a day and how many are left, when
// HubSpot said so, and when the day ends. All are zero before it did.
func (c *Client) Day() (most, left int, at, ends time.Time) {
	l := c.limits
	l.mu.Lock()
	most, left, at = l.daily, l.left, l.asOf
	l.mu.Unlock()
	if most > 0 && !at.IsZero() {
		ends = at.Add(l.untilMidnight(at))
	}
	return most, left, at, ends
}

// DaySpent returns an error once the share is used up, until the account's midnight.
func (c *Client) DaySpent(s Share) error {
	most, left, at, _ := c.Day()
	if most == 0 || left*100 >= most*(100-int(s)) {
		return nil
	}
	return &fault.Error{Kind: fault.RateLimited, Op: c.processor, Code: policyDaily, After: c.limits.untilMidnight(at),
		Hint: strconv.Itoa(int(s)) + " % of the account's calls of the day are used"}
}

// SetZone tells in which zone the account's day ends.
func (c *Client) SetZone(z *time.Location) {
	c.limits.mu.Lock()
	defer c.limits.mu.Unlock()
	c.limits.zone = z
}
