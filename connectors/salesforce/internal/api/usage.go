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

// Budget returns a RateLimited error when four fifths of the org's calls of the
// day are used: the last fifth is for the org's other programs, for refusals,
// and for the re-reads that go with writes. Only whole reads ask it, and only
// after an answer of their own, or an old number would stop them for ever.
func (c *Client) Budget() error {
	used, most := c.usage.used.Load(), c.usage.most.Load()
	if most == 0 || used*5 < most*4 {
		return nil
	}
	return &fault.Error{
		Kind: fault.RateLimited, Op: c.op("read"), After: time.Hour,
		Hint: "80 % of the org's API calls of the last 24 hours are used",
	}
}
