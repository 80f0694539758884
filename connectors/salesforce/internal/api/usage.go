package api

import (
	"net/http"
	"regexp"
	"strconv"
	"sync/atomic"
	"time"

	"github.com/lapsed/lapsed/internal/fault"
)

// usage is the org's own count of its API calls in the last 24 hours, which
// every answer tells.
type usage struct{ used, most atomic.Int64 }

// limitInfo is "api-usage=18/15000", perhaps with further parts.
var limitInfo = regexp.MustCompile(`(?:^|[^a-z-])api-usage=(\d+)/(\d+)`)

func (u *usage) seen(h http.Header) {
	m := limitInfo.FindStringSubmatch(h.Get("Sforce-Limit-Info"))
	if m == nil {
		return
	}
	used, _ := strconv.ParseInt(m[1], 10, 64)
	most, _ := strconv.ParseInt(m[2], 10, 64)
	u.used.Store(used)
	u.most.Store(most)
}

// Share is how much of the org's calls of a day a kind of work may use up, in percent.
type Share int64

// The shares. The rest is for the org's other programs, for writes, and for the
// re-reads that go with them. Reading what changed is what refusals come by: it
// costs little and goes on longer.
const (
	ForWhole   Share = 80
	ForChanges Share = 95
)

// Day tells how many calls the org used in the last 24 hours, and how many it
// has; both are zero before an answer told.
func (c *Client) Day() (used, most int) {
	return int(c.usage.used.Load()), int(c.usage.most.Load())
}

// Budget returns a RateLimited error when the share of the org's calls of the
// day is used up. Only reads ask it, and only after an answer of their own, or an
// old number would stop them for ever. The day is the last 24 hours, so calls
// come free by and by: an hour from now there will be some.
func (c *Client) Budget(s Share) error {
	used, most := c.usage.used.Load(), c.usage.most.Load()
	if most == 0 || used*100 < most*int64(s) {
		return nil
	}
	return &fault.Error{
		Kind: fault.RateLimited, Op: c.op("read"), After: time.Hour,
		Hint: strconv.Itoa(int(s)) + " % of the org's API calls of the last 24 hours are used",
	}
}
