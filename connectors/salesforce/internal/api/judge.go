package api

import (
	"bytes"
	"encoding/json"
	"net/http"
	"strings"
	"time"

	"github.com/lapsed/lapsed/internal/fault"
	"github.com/lapsed/lapsed/internal/httpx"
)

// vendorError is one error as the org tells it: errorCode at the top level and
// in composite answers, statusCode in collections.
type vendorError struct {
	ErrorCode       string `json:"errorCode"`
	StatusCode      string `json:"statusCode"`
	Message         string `json:"message"`
	DuplicateResult struct {
		AllowSave bool `json:"allowSave"`
	} `json:"duplicateResult"`
}

func (e vendorError) code() string {
	if e.ErrorCode != "" {
		return e.ErrorCode
	}
	return e.StatusCode
}

// vendorErrors reads an error body, nil if it is none (HTML, XML, "[]").
func vendorErrors(body []byte) []vendorError {
	body = bytes.TrimSpace(body)
	var many []vendorError
	if json.Unmarshal(body, &many) == nil {
		return many
	}
	var one vendorError
	if json.Unmarshal(body, &one) == nil && one.code() != "" {
		return []vendorError{one}
	}
	return nil
}

// refused makes the error of a call that was answered with something but 2xx.
func (c *Client) refused(k call, status int, body []byte) error {
	return judge(c.op(k.route), k.write, status, vendorErrors(body))
}

// judge decides what a refusal means, from codes and status alone.
func judge(op string, write bool, status int, errs []vendorError) *fault.Error {
	e := &fault.Error{Op: op, Status: status, Kind: byStatus(status, write)}
	for _, v := range errs {
		kind, known := kindOf(v.code(), write)
		if !known {
			continue
		}
		e.Kind, e.Code, e.Hint = kind, v.code(), hintOf(v.code())
		switch {
		case v.code() == "REQUEST_LIMIT_EXCEEDED" && concurrent(v.Message):
			e.After, e.Hint = 10*time.Second, "too many long calls at once in this org"
		case v.code() == "REQUEST_LIMIT_EXCEEDED":
			e.After, e.Hint = time.Hour, "the org's API calls of the last 24 hours are used up"
		case kind == fault.Auth && status == http.StatusUnauthorized && !curable401(v.Message):
			e.Hint = "the org's session policy refuses the API to this app: a new session won't help"
		case kind == fault.Auth && e.Hint == "":
			e.Hint = "the session was refused, also after a new login: check the app's policies and our user's IP range"
		}
		// 5xx on a write proves nothing, but for a lock that was never got.
		if write && status >= 500 && v.code() != "UNABLE_TO_LOCK_ROW" {
			e.Kind = fault.Ambiguous
		}
		break
	}
	if e.Kind == fault.Auth && e.Hint == "" {
		e.Hint = "the org refuses our user or app"
	}
	return e
}

// byStatus is what a status means when no known code came with it.
func byStatus(status int, write bool) fault.Kind {
	lost := fault.Transient
	if write {
		lost = fault.Ambiguous
	}
	switch {
	case status >= 500, status == http.StatusRequestTimeout, status < 200:
		return lost
	case status >= 300 && status < 400 && write:
		return fault.Ambiguous // who redirected is unknown, and what was done before
	case status == http.StatusUnauthorized, status == http.StatusForbidden, status == 420:
		return fault.Auth
	case status == http.StatusNotFound:
		return fault.NotFound
	case status == http.StatusConflict, status == http.StatusPreconditionFailed:
		return fault.Conflict
	case status == http.StatusMethodNotAllowed, status == http.StatusGone:
		return fault.Unsupported
	case status == http.StatusLocked:
		return fault.Transient
	case status == http.StatusTooManyRequests:
		return fault.RateLimited
	default:
		return fault.Invalid
	}
}

// worthRetrying tells the chain which refused reads may succeed at once.
func worthRetrying(status int, _ http.Header, body []byte) (httpx.Verdict, bool) {
	for _, v := range vendorErrors(body) {
		switch v.code() {
		case "REQUEST_LIMIT_EXCEEDED":
			return httpx.Verdict{Retry: concurrent(v.Message)}, true
		case "UNABLE_TO_LOCK_ROW":
			return httpx.Verdict{Retry: true}, true
		}
	}
	return httpx.Verdict{}, false
}

// concurrent tells the limit of calls at one time, gone in seconds, from that of a day.
func concurrent(message string) bool { return strings.Contains(message, "Concurrent") }

// curable tells whether a new session may help after a 401.
func curable(body []byte) bool {
	for _, v := range vendorErrors(body) {
		if !curable401(v.Message) {
			return false
		}
	}
	return true
}

func curable401(message string) bool {
	return !strings.Contains(message, "not valid for use with the REST API") && !strings.Contains(message, "not attached to Agent")
}

// loginRefused makes the error of a refused token request. The body is one
// object there, and its description tells the cases of one code apart.
func (c *Client) loginRefused(status int, body []byte) error {
	e := &fault.Error{Kind: fault.Auth, Op: c.op(tokenRoute), Status: status}
	var a struct {
		Error       string `json:"error"`
		Description string `json:"error_description"`
	}
	if json.Unmarshal(body, &a) != nil || a.Error == "" {
		e.Kind = byStatus(status, false)
		switch {
		case status >= 300 && status < 400:
			e.Hint = "the host redirects: login_url must be the org's My Domain host (https://NAME.my.salesforce.com)"
		case e.Kind == fault.Auth, e.Kind == fault.NotFound:
			e.Hint = "no token is given here: is login_url the org's My Domain host?"
		}
		return e
	}
	if status >= 500 {
		e.Kind = fault.Transient
		return e
	}
	e.Code, e.Hint = loginHint(a.Error, a.Description)
	if e.Code == "" && status == http.StatusTooManyRequests {
		e.Kind = fault.RateLimited
	}
	return e
}

// loginHint says in our words what a refused login lacks (OAuth errors of the
// vendor's help). The code is returned only if it is a known one.
func loginHint(code, description string) (known, hint string) {
	has := func(s string) bool { return strings.Contains(strings.ToLower(description), s) }
	switch code {
	case "invalid_grant":
		switch {
		case has("no client credentials user enabled"):
			return code, `set a "Run As" user in the app's client-credentials settings`
		case has("request not supported on this domain"):
			return code, "login_url must be the org's My Domain host (https://NAME.my.salesforce.com), not login or test.salesforce.com"
		case has("approved"):
			return code, "approve the app for its user: permitted users, permission set"
		default:
			return code, `the login was refused: check the app's "Run As" user and its policies`
		}
	case "invalid_client_id":
		return code, "client_id is not known in this org"
	case "invalid_client":
		if has("identifier") {
			return code, "client_id is not known in this org"
		}
		return code, "client_secret does not belong to client_id"
	case "invalid_app_access":
		return code, `the app's "Run As" user is not approved by an admin for it`
	case "unsupported_grant_type":
		return code, "enable the client-credentials flow in the app's settings"
	}
	return "", "the login was refused: check the app's settings"
}
