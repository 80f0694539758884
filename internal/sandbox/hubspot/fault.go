package hubspot

import (
	"net/http"
	"time"
)

// The kinds of fault that the account knows; doc.go says what each does.
const (
	faultStatus    = "status"
	faultDropFirst = "drop-before"
	faultDropAfter = "drop-after-commit"
	faultTooLate   = "524-after-commit"
	faultHTML      = "html-502"
	faultTruncated = "truncated"
	faultSlow      = "slow"
	faultEmptyNext = "empty-page-with-next"
	faultEmpty     = "empty-page"
	faultDuplicate = "duplicate-row"
	faultNonsense  = "nonsense"
	faultStall     = "index-stall"
	faultMoved     = "477"
	faultLocked    = "423"
)

// stall is a time in which the search index does not follow.
type stall struct{ from, until int64 }

// before does what happens on the line before the account sees the request;
// false if the request ended there.
func (p *Portal) before(w http.ResponseWriter, q *request) bool {
	switch q.fault.Kind {
	case faultDropFirst:
		p.book(q, 0, 0)
		hangUp(w)
		return false
	case faultSlow:
		wait(q.Request, q.fault.Delay, time.Second)
	case faultStall:
		p.stallIndex(q.fault.Delay)
	}
	return true
}

func (p *Portal) stallIndex(delay string) {
	defer p.act()()
	d, err := time.ParseDuration(delay)
	if err != nil {
		d = 10 * time.Minute
	}
	if p.now >= p.stall.until {
		p.stall = stall{p.now, p.now + d.Milliseconds()}
	}
}

// instead answers in the account's place; nil if the fault lets it work.
func (p *Portal) instead(q *request) *answer {
	var a answer
	switch q.fault.Kind {
	case faultStatus:
		a = q.statusFault(q.fault.Status)
	case faultHTML:
		a = page(http.StatusBadGateway, "502 Bad Gateway")
	case faultNonsense:
		a = reply(http.StatusOK, map[string]any{"ok": true, "data": []any{map[string]any{"kind": "maintenance"}}}, 0)
	case faultMoved:
		a = q.fail(477, "", "This account is being moved to another data center.").with("Retry-After", "3600")
	case faultLocked:
		a = q.fail(http.StatusLocked, "", "Locked: too many calls at once on this resource.")
	default:
		return nil
	}
	return &a
}

// statusFault is an answer with a status on demand, in the body that HubSpot or
// its gateway gives with it.
func (q *request) statusFault(status int) answer {
	switch {
	case status == http.StatusTooManyRequests:
		return q.tooMany("TEN_SECONDLY_ROLLING", "ten_secondly_rolling")
	case status == http.StatusUnauthorized:
		return q.unknownToken()
	case status == http.StatusForbidden:
		return q.missing(q.route.needs)
	case status == 477:
		return q.fail(477, "", "This account is being moved to another data center.").with("Retry-After", "3600")
	case status == http.StatusInternalServerError:
		return q.fail(status, "", "internal error")
	case status > 500:
		return page(status, http.StatusText(status))
	case status == http.StatusBadRequest:
		return q.invalid("Fault on demand.")
	case status == 0:
		return q.fail(http.StatusInternalServerError, "", "internal error")
	}
	return q.fail(status, "", http.StatusText(status))
}

// after does to the account's answer what the fault does to it; lost if nobody
// gets it.
func (p *Portal) after(q *request, a answer) (answer, bool) {
	switch q.fault.Kind {
	case faultDropAfter:
		return a, true
	case faultTooLate:
		items := a.items
		a = page(524, "524: A timeout occurred")
		a.items = items
	case faultTruncated:
		a.body = a.body[:len(a.body)*2/3]
	}
	return a, false
}
