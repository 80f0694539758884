package salesforce

import (
	"net/http"
	"time"

	"github.com/lapsed/lapsed/internal/sandbox/kit"
)

// instead returns the answer of a fault that keeps the request from having any
// effect. doc.go lists the kinds.
func (o *Org) instead(c *call) (answer, bool) {
	switch c.fault.Kind {
	case "drop-before", "hang-before":
		return answer{}, true
	case "empty-body":
		return reply(http.StatusOK, jsonType, nil), true
	case "api-disabled":
		return failed(http.StatusForbidden, "API_DISABLED_FOR_ORG", "The REST API is not enabled for this Organization."), true
	case "status":
		return failed(statusOf(c.fault, http.StatusInternalServerError), "UNKNOWN_EXCEPTION", "An unexpected error occurred. Please include this ErrorId if you contact support."), true
	case "html-503":
		return reply(http.StatusServiceUnavailable, htmlType, []byte("<html><head><title>Maintenance</title></head><body>We are down for maintenance.</body></html>")), true
	case "empty-array":
		return reply(statusOf(c.fault, http.StatusInternalServerError), jsonType, []byte("[]")), true
	case "nonsense":
		return reply(http.StatusOK, jsonType, []byte(`{"weather":{"today":"fair"},"records":"none"}`)), true
	case "limit":
		return failed(http.StatusForbidden, "REQUEST_LIMIT_EXCEEDED", "TotalRequests Limit exceeded."), true
	case "concurrent":
		return failed(http.StatusForbidden, "REQUEST_LIMIT_EXCEEDED", "ConcurrentPerOrgLongTxn Limit exceeded"), true
	case "policy-401":
		return failed(http.StatusUnauthorized, "INVALID_SESSION_ID", "This session is not valid for use with the REST API"), true
	case "session-401":
		return expired().answer(), true
	case "two-errors":
		e := fail(statusOf(c.fault, http.StatusBadRequest), "UNABLE_TO_LOCK_ROW", "unable to obtain exclusive access to this record")
		e.more = fail(0, "UNKNOWN_EXCEPTION", "and something else")
		return e.answer(), true
	case "redirect":
		return answer{status: http.StatusFound, header: map[string]string{"Location": "http://elsewhere.example" + c.r.URL.Path}}, true
	}
	return answer{}, false
}

// late lets saves become visible late, for as long after this call as they may
// be late.
func (o *Org) late(c *call) {
	if d := delayOf(c.fault, 10*time.Minute); c.hit("late-commit") {
		o.lateness.by, o.lateness.until = d, o.now()+int64(d/time.Second)
	}
}

// lateness is how late saves become visible for a while.
type lateness struct {
	by    time.Duration
	until int64 // Unix seconds
}

// lost tells whether nobody gets an answer.
func (c *call) lost() bool {
	return c.hit("drop-before") || c.hit("drop-after-commit") || c.hit("reset-after-commit") || c.hit("hang-before") || c.hit("hang-after-commit")
}

// lose ends the connection of a call whose answer is lost.
func (c *call) lose(w http.ResponseWriter) {
	end := kit.HangUp
	switch c.fault.Kind {
	case "reset-after-commit":
		end = kit.Reset
	case "hang-before", "hang-after-commit":
		kit.Wait(c.r, delayOf(c.fault, time.Minute))
	}
	if end(w) != nil {
		panic(http.ErrAbortHandler)
	}
}

func delayOf(f kit.Fault, otherwise time.Duration) time.Duration {
	if d, err := time.ParseDuration(f.Delay); err == nil {
		return d
	}
	return otherwise
}

func statusOf(f kit.Fault, otherwise int) int {
	if f.Status != 0 {
		return f.Status
	}
	return otherwise
}

// spoil changes an answer after the request had its effect.
func (o *Org) spoil(c *call, a answer) answer {
	switch c.fault.Kind {
	case "500-after-commit":
		return failed(statusOf(c.fault, http.StatusInternalServerError), "UNKNOWN_EXCEPTION", "An unexpected error occurred.")
	case "drop-header":
		for _, name := range []string{"Sforce-Locator", "Sforce-NumberOfRecords", "Sforce-Limit-Info"} {
			delete(a.header, name)
		}
	}
	return a
}

// refusal is the error with which a fault refuses each record of a write.
func (c *call) refusal() *apiError {
	switch c.fault.Kind {
	case "lock-row":
		return fail(statusOf(c.fault, http.StatusBadRequest), "UNABLE_TO_LOCK_ROW", "unable to obtain exclusive access to this record").on()
	case "validation":
		return invalid()
	case "duplicate":
		if !allowsDuplicates(c.r) {
			return duplicates("Lead")
		}
	}
	return nil
}

// invalid is what two validation rules say of a record.
func invalid() *apiError {
	e := fail(http.StatusBadRequest, "FIELD_CUSTOM_VALIDATION_EXCEPTION", "Country must be from the list").on("Country")
	e.more = fail(0, "FIELD_CUSTOM_VALIDATION_EXCEPTION", "Phone must begin with +").on("Phone")
	return e
}

// duplicates is what a duplicate rule says; like Salesforce's, it shows another
// person's record.
func duplicates(object string) *apiError {
	e := fail(http.StatusBadRequest, "DUPLICATES_DETECTED", "Use one of these records?").on()
	e.duplicate = []byte(`{"allowSave":true,"duplicateRule":"Standard_Rule","duplicateRuleEntityType":"` + object + `","errorMessage":"Use one of these records?",` +
		`"matchResults":[{"entityType":"` + object + `","errors":[],"matchEngine":"FuzzyMatchEngine","matchRecords":[{"matchConfidence":0.0,"record":` +
		`{"attributes":{"type":"` + object + `"},"Name":"Nora Neighbour","Email":"nora.neighbour@example.com"}}],"rule":"Standard_Match","size":1,"success":true}]}`)
	return e
}
