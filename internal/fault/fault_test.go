package fault_test

import (
	"context"
	"errors"
	"fmt"
	"testing"
	"time"

	"github.com/lapsed/lapsed/internal/fault"
)

func TestErrorSaysWhatIsKnownAndNoMore(t *testing.T) {
	for _, k := range []struct {
		e    fault.Error
		want string
	}{
		{fault.Error{Op: "acme GET /people"}, "acme GET /people: unknown"},
		{fault.Error{Kind: fault.Transient, Op: "acme GET /people", Status: 503}, "acme GET /people: transient (HTTP 503)"},
		{fault.Error{Kind: fault.Auth, Op: "acme login", Status: 401, Code: "INVALID_SESSION_ID"}, "acme login: auth (HTTP 401) INVALID_SESSION_ID"},
		{fault.Error{Kind: fault.Unsupported, Op: "acme read", Hint: "grant people.read"}, "acme read: unsupported: grant people.read"},
		{fault.Error{Kind: fault.Ambiguous, Op: "acme DELETE /people/{id}", Err: context.Canceled}, "acme DELETE /people/{id}: ambiguous: context canceled"},
		{
			fault.Error{Kind: fault.RateLimited, Op: "acme read", Status: 429, Code: "LIMIT", Hint: "later", After: time.Hour, Err: context.DeadlineExceeded},
			"acme read: rate-limited (HTTP 429) LIMIT: later: context deadline exceeded",
		},
	} {
		if got := k.e.Error(); got != k.want {
			t.Errorf("got  %s\nwant %s", got, k.want)
		}
	}
}

// The names are in logs and findings: they stay.
func TestKindsHaveTheirNames(t *testing.T) {
	for kind, want := range map[fault.Kind]string{
		fault.Unknown: "unknown", fault.Transient: "transient", fault.RateLimited: "rate-limited", fault.Ambiguous: "ambiguous", fault.Auth: "auth",
		fault.NotFound: "not-found", fault.Conflict: "conflict", fault.Unsupported: "unsupported", fault.Invalid: "invalid",
	} {
		if kind.String() != want {
			t.Errorf("kind %d is %q, want %q", kind, kind, want)
		}
	}
	if fault.Kind(0) != fault.Unknown {
		t.Error("the zero kind claims to know something")
	}
}

// What is done next hangs on the kind, however far up the error has come.
func TestKindOf(t *testing.T) {
	ours := &fault.Error{Kind: fault.Ambiguous, Op: "acme", Err: context.Canceled}
	other := &fault.Error{Kind: fault.Auth, Op: "acme"}
	for name, k := range map[string]struct {
		err  error
		want fault.Kind
	}{
		"none":                 {nil, fault.Unknown},
		"a stranger":           {errors.New("x"), fault.Unknown},
		"ours":                 {ours, fault.Ambiguous},
		"wrapped":              {fmt.Errorf("page 3: %w", fmt.Errorf("row 4: %w", ours)), fault.Ambiguous},
		"joined":               {errors.Join(errors.New("x"), ours), fault.Ambiguous},
		"the first of two":     {errors.Join(other, ours), fault.Auth},
		"the outer of two":     {&fault.Error{Kind: fault.Invalid, Err: ours}, fault.Invalid},
		"printed, not wrapped": {fmt.Errorf("page 3: %v", ours), fault.Unknown},
	} {
		if got := fault.KindOf(k.err); got != k.want {
			t.Errorf("%s: %s, want %s", name, got, k.want)
		}
		if k.err != nil && !fault.Is(k.err, k.want) {
			t.Errorf("%s: Is denies its kind", name)
		}
		for other := fault.Unknown; other <= fault.Invalid; other++ {
			if other != k.want && fault.Is(k.err, other) {
				t.Errorf("%s is %s too", name, other)
			}
		}
	}
	if fault.Is(nil, fault.Unknown) {
		t.Error("no error is an unknown failure")
	}
	if !errors.Is(ours, context.Canceled) {
		t.Error("the cause is lost")
	}
}
