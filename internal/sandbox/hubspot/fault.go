package hubspot

import (
	"net/http"
	"strconv"
	"time"

	"github.com/lapsed/lapsed/internal/sandbox/kit"
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
	faultReset     = "reset-after-commit"
	faultHangFirst = "hang-before"
	faultHangAfter = "hang-after-commit"
	faultNoBody    = "empty-body"
	faultLater     = "retry-after"
	faultDay       = "daily-limit"
	faultTotal     = "wrong-total"
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
	case faultHangFirst:
		kit.Wait(q.Request, q.delay(time.Minute))
		p.book(q, 0, 0)
		hangUp(w)
		return false
	case faultSlow:
		kit.Wait(q.Request, q.delay(time.Second))
	case faultStall:
		p.stallIndex(q.delay(10 * time.Minute))
	}
	return true
}

// delay is how long the fault takes.
func (q *request) delay(otherwise time.Duration) time.Duration {
	if d, err := time.ParseDuration(q.fault.Delay); err == nil {
		return d
	}
	return otherwise
}

func (p *Portal) stallIndex(d time.Duration) {
	defer p.act()()
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
	case faultNoBody:
		a = answer{status: http.StatusOK, typ: typeJSON}
	case faultLater:
		wait := strconv.Itoa(int(q.delay(time.Second).Seconds()))
		a = q.tooMany("TEN_SECONDLY_ROLLING", "ten_secondly_rolling").with("Retry-After", wait)
	case faultDay:
		a = q.tooMany("DAILY", "daily")
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

// after does to the account's answer what the fault does to it.
func (p *Portal) after(q *request, a answer) answer {
	switch q.fault.Kind {
	case faultTooLate:
		items := a.items
		a = page(524, "524: A timeout occurred")
		a.items = items
	case faultTruncated:
		a.body = a.body[:len(a.body)*2/3]
	}
	return a
}

// lost tells whether nobody gets the account's answer.
func (q *request) lost() bool {
	return q.met(faultDropAfter) || q.met(faultHangAfter) || q.met(faultReset)
}

// lose ends the connection of a request whose answer is lost.
func (q *request) lose(w http.ResponseWriter) {
	if q.met(faultHangAfter) {
		kit.Wait(q.Request, q.delay(time.Minute))
	}
	if q.met(faultReset) && kit.Reset(w) != nil {
		panic(http.ErrAbortHandler)
	}
	if !q.met(faultReset) {
		hangUp(w)
	}
}
