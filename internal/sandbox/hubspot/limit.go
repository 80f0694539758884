package hubspot

import (
	"net/http"
	"slices"
	"strconv"
	"strings"
	"time"
)

const (
	rolling         = 10 * time.Second
	searchesASecond = 5
)

// window keeps the times of the requests in a rolling stretch of time.
type window struct{ times []int64 }

// used drops what is older than the stretch and counts the rest.
func (w *window) used(now int64, stretch time.Duration) int {
	i := 0
	for i < len(w.times) && w.times[i] <= now-stretch.Milliseconds() {
		i++
	}
	w.times = w.times[i:]
	return len(w.times)
}

// last counts the requests of a shorter stretch.
func (w *window) last(now int64, stretch time.Duration) int {
	n := 0
	for _, t := range slices.Backward(w.times) {
		if t <= now-stretch.Milliseconds() {
			break
		}
		n++
	}
	return n
}

func (w *window) add(now int64) { w.times = append(w.times, now) }

// limited counts a request against the budgets: searches a second of the whole
// account, ten seconds of the token, the day of the account. A refused request
// uses up nothing. Time is the sandbox's.
func (p *Portal) limited(q *request) *answer {
	refuse := func(policy, name string) *answer {
		a := q.tooMany(policy, name)
		return &a
	}
	p.rollDay()
	searching := isSearch(q.route)
	switch {
	case p.daily >= p.opt.Daily:
		return refuse("DAILY", "daily")
	case searching && p.opt.PerTenSeconds > 0 && p.searches.used(p.now, time.Second) >= searchesASecond:
		return refuse("SECONDLY", "secondly")
	case q.key.limit > 0 && q.key.recent.used(p.now, rolling) >= q.key.limit:
		return refuse("TEN_SECONDLY_ROLLING", "ten_secondly_rolling")
	}
	p.daily++
	if searching && p.opt.PerTenSeconds > 0 {
		p.searches.add(p.now)
	}
	if q.key.limit > 0 {
		q.key.recent.add(p.now)
	}
	return nil
}

func isSearch(r *route) bool {
	return strings.HasPrefix(r.path, "/crm/objects/") && strings.HasSuffix(r.path, "/search")
}

// rollDay starts a new budget at the account's midnight.
func (p *Portal) rollDay() {
	if day := time.UnixMilli(p.now).In(p.zone).Format(time.DateOnly); day != p.day {
		p.day, p.daily = day, 0
	}
}

// tooMany has errorType where other errors have a category, and no Retry-After.
func (q *request) tooMany(policy, name string) answer {
	body := problem{
		Status: "error", Message: "You have reached your " + name + " limit.", ErrorType: "RATE_LIMIT",
		Trace: q.trace, PolicyName: policy, RequestID: q.trace,
	}
	if policy == "TEN_SECONDLY_ROLLING" {
		body.GroupName, body.RequestID = "publicapi:private-apps-api-calls-ten_secondly_rolling", ""
	}
	return reply(http.StatusTooManyRequests, body, 0)
}

// withLimits adds the headers of normal replies: not to searches, the daily ones
// not to OAuth apps.
func (p *Portal) withLimits(q *request, a answer) answer {
	if q.key == nil || isSearch(q.route) {
		return a
	}
	set := func(name string, n int) { a = a.with("X-HubSpot-RateLimit-"+name, strconv.Itoa(n)) }
	if limit := q.key.limit; limit > 0 {
		set("Max", limit)
		set("Remaining", limit-q.key.recent.used(p.now, rolling))
		set("Interval-Milliseconds", int(rolling.Milliseconds()))
		set("Secondly", limit/10)
		set("Secondly-Remaining", max(0, limit/10-q.key.recent.last(p.now, time.Second)))
	}
	if q.key.expires == 0 {
		set("Daily", p.opt.Daily)
		set("Daily-Remaining", p.opt.Daily-p.daily)
	}
	return a
}
