package connectortest

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/lapsed/lapsed/connectors"
	"github.com/lapsed/lapsed/internal/contact"
	"github.com/lapsed/lapsed/internal/fault"
	"github.com/lapsed/lapsed/internal/sandbox/kit"
)

// canary is in every address that the suite makes.
const canary = "canary"

func address(n int) string { return fmt.Sprintf("%s%04d@example.org", canary, n) }

// crowd makes n people.
func crowd(a Account, n int) []contact.Ref {
	refs := make([]contact.Ref, n)
	for i := range refs {
		refs[i] = a.Add(Person{Email: address(i), Topics: a.Topics[:1]})
	}
	a.Settle()
	return refs
}

// read reads the account and returns each record's last state.
func read(t *testing.T, a Account) (map[contact.Ref]contact.Contact, connectors.Reading, error) {
	t.Helper()
	seen := map[contact.Ref]contact.Contact{}
	r, err := a.Read(t.Context(), func(page []contact.Contact) error {
		for _, k := range page {
			seen[k.Ref] = k
		}
		return nil
	})
	quiet(t, err)
	return seen, r, err
}

// whole is read, and fails the test on an error.
func whole(t *testing.T, a Account) map[contact.Ref]contact.Contact {
	t.Helper()
	seen, _, err := read(t, a)
	if err != nil {
		t.Fatal(err)
	}
	return seen
}

// refresh re-reads one record that must be there.
func refresh(t *testing.T, a Account, refs ...contact.Ref) []contact.Contact {
	t.Helper()
	rs, err := a.Refresh(t.Context(), refs)
	if err != nil {
		t.Fatal(err)
	}
	return present(t, rs)
}

func present(t *testing.T, rs []connectors.Reread) []contact.Contact {
	t.Helper()
	ks := make([]contact.Contact, len(rs))
	for i, r := range rs {
		if r.State != connectors.Present {
			t.Fatalf("%s is %s, want present", r.Ref, r.State)
		}
		ks[i] = r.Contact
	}
	return ks
}

func withdrawals(ks []contact.Contact, topics ...string) []connectors.Unsubscription {
	us := make([]connectors.Unsubscription, len(ks))
	for i, k := range ks {
		us[i] = connectors.Unsubscription{Contact: k, All: len(topics) == 0, Topics: topics}
	}
	return us
}

func noErrors(t *testing.T, errs []error, want int) {
	t.Helper()
	if len(errs) != want {
		t.Fatalf("%d answers to %d items", len(errs), want)
	}
	for _, err := range errs {
		if quiet(t, err); err != nil {
			t.Error(err)
		}
	}
}

// optedOut tells what a contact says of refusing everything.
func optedOut(a Account, k contact.Contact) bool {
	for _, f := range a.Catalogue().ByRole(contact.RoleOptOut, k.Ref.Object) {
		if out, ok := k.Fields.Value(f.Name).Bool(); ok {
			return out
		}
	}
	return false
}

// written counts the requests that were writes, from call number from on.
func written(a Account, from int) int {
	n := 0
	for _, c := range a.Stage.Book.Calls(from) {
		if c.Purpose == kit.Write {
			n++
		}
	}
	return n
}

func calls(a Account) int { return len(a.Stage.Book.Calls(0)) }

// quiet fails the test unless err is one of ours and shows nothing of anybody.
func quiet(t *testing.T, err error) {
	t.Helper()
	if err == nil {
		return
	}
	var known *fault.Error
	if !errors.As(err, &known) {
		t.Errorf("not a *fault.Error: %T", err)
	}
	for _, s := range []string{canary, "@", "%40", "example.org", "127.0.0.1"} {
		if strings.Contains(strings.ToLower(err.Error()), s) {
			t.Errorf("an error shows %q: %v", s, err)
		}
	}
}

// after is how long an error says to wait.
func after(err error) time.Duration {
	var known *fault.Error
	if errors.As(err, &known) {
		return known.After
	}
	return 0
}

// cancelled is a context that has ended.
func cancelled(t *testing.T) context.Context {
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	return ctx
}

func named(k contact.Contact, path string) bool {
	group, _ := contact.Split(path)
	return slices.Contains(k.Unreadable, path) || (group != "" && slices.Contains(k.Unreadable, group))
}
