// Package fault owns the kinds of error that decide what is done next. An
// error from a processor is turned into one [Error] at the connector's edge and
// never carries what the processor said: its messages hold names and addresses.
package fault

import (
	"errors"
	"fmt"
	"time"
)

// Kind says what a failure means for the work at hand.
type Kind uint8

// The kinds. The zero Kind is Unknown, and is treated as Transient on reads and
// Ambiguous on writes.
const (
	Unknown     Kind = iota
	Transient        // try again later: 5xx or lost connection on a read, a row lock
	RateLimited      // the processor's budget is used up; After says until when
	Ambiguous        // a write was sent and its answer is unknown: re-read, never repeat blindly
	Auth             // credentials or permission are wrong: a person must act
	NotFound         // no such record
	Conflict         // the processor refuses because of the record's state: a person must act
	Unsupported      // this account or vendor can't do it: the same answer tomorrow
	Invalid          // the request or the answer makes no sense
)

func (k Kind) String() string {
	return [...]string{"unknown", "transient", "rate-limited", "ambiguous", "auth", "not-found", "conflict", "unsupported", "invalid"}[k]
}

// Error is a failure with its kind. Its text is safe to log.
type Error struct {
	Kind   Kind
	Op     string        // what was tried, as a route template: "hubspot GET /crm/objects/{v}/contacts"
	Code   string        // vendor's code or category, from a closed list: "INVALID_SESSION_ID"
	Status int           // HTTP status, 0 if none
	Hint   string        // what a person can do, in our words: "grant crm.objects.contacts.read"
	After  time.Duration // how long to wait, for RateLimited and Transient; 0 = not told
	Err    error         // a cause that is safe to print, or nil
}

func (e *Error) Error() string {
	s := e.Op + ": " + e.Kind.String()
	if e.Status != 0 {
		s += fmt.Sprintf(" (HTTP %d)", e.Status)
	}
	if e.Code != "" {
		s += " " + e.Code
	}
	if e.Hint != "" {
		s += ": " + e.Hint
	}
	if e.Err != nil {
		s += ": " + e.Err.Error()
	}
	return s
}

// Unwrap returns the cause.
func (e *Error) Unwrap() error { return e.Err }

// KindOf returns the kind of the first *Error in err's chain, Unknown if none.
func KindOf(err error) Kind {
	var e *Error
	if errors.As(err, &e) {
		return e.Kind
	}
	return Unknown
}

// Is tells whether err is a failure of kind k.
func Is(err error, k Kind) bool { return err != nil && KindOf(err) == k }
