package connectortest

import (
	"fmt"
	"slices"
	"testing"

	"github.com/lapsed/lapsed/connectors"
	"github.com/lapsed/lapsed/internal/contact"
	"github.com/lapsed/lapsed/internal/fault"
	"github.com/lapsed/lapsed/internal/sandbox/kit"
)

func (s suite) unsubscribeAll(t *testing.T, a Account) {
	refs := crowd(a, 5)
	noErrors(t, a.Unsubscribe(t.Context(), withdrawals(refresh(t, a, refs[:3]...))), 3)
	a.Settle()
	for i, ref := range refs {
		if got := a.Look(ref); !got.Live || got.OptedOut != (i < 3) {
			t.Errorf("%s: %+v", ref, got)
		}
	}
	for i, k := range refresh(t, a, refs...) {
		if optedOut(a, k) != (i < 3) {
			t.Errorf("%s re-read as opted out: %v", k.Ref, optedOut(a, k))
		}
	}
}

func (s suite) unsubscribeTopics(t *testing.T, a Account) {
	both := a.Add(Person{Email: address(1), Topics: a.Topics[:]})
	other := a.Add(Person{Email: address(2), Topics: a.Topics[:]})
	a.Settle()
	noErrors(t, a.Unsubscribe(t.Context(), withdrawals(refresh(t, a, both), a.Topics[0])), 1)
	a.Settle()
	if got := a.Look(both); got.OptedOut || !slices.Equal(got.Topics, a.Topics[1:]) {
		t.Errorf("after leaving one of two topics: %+v", got)
	}
	if got := a.Look(other); got.OptedOut || !slices.Equal(got.Topics, a.Topics[:]) {
		t.Errorf("a bystander: %+v", got)
	}
}

func (s suite) nothingLeft(t *testing.T, a Account) {
	out := a.Add(Person{Email: address(1), OptedOut: true})
	none := a.Add(Person{Email: address(2), Topics: a.Topics[:]})
	a.Settle()
	noErrors(t, a.Unsubscribe(t.Context(), withdrawals(refresh(t, a, none), a.Topics[:]...)), 1)
	a.Settle()
	ks := refresh(t, a, out, none)
	from := calls(a)
	noErrors(t, a.Unsubscribe(t.Context(), append(withdrawals(ks[:1]), withdrawals(ks[1:], a.Topics[:]...)...)), 2)
	if n := written(a, from); n > 0 {
		t.Errorf("%d writes", n)
	}
}

func (s suite) deletes(t *testing.T, a Account) {
	refs := crowd(a, 12)
	noErrors(t, a.Delete(t.Context(), refs[:10]), 10)
	a.Settle()
	for i, ref := range refs {
		if a.Look(ref).Live == (i < 10) {
			t.Errorf("%s: live %v", ref, a.Look(ref).Live)
		}
	}
}

func (s suite) alreadyGone(t *testing.T, a Account) {
	refs := crowd(a, 3)
	a.Purge(refs[0])
	noErrors(t, a.Delete(t.Context(), refs[:2]), 2)
	a.Settle()
	noErrors(t, a.Delete(t.Context(), refs[:2]), 2)
	if !a.Look(refs[2]).Live {
		t.Error("a bystander is gone")
	}
}

func (s suite) verifies(t *testing.T, a Account) {
	refs := crowd(a, 4)
	ks := refresh(t, a, refs...)
	noErrors(t, a.Unsubscribe(t.Context(), withdrawals(ks[:1])), 1)
	noErrors(t, a.Unsubscribe(t.Context(), withdrawals(ks[1:2], a.Topics[0])), 1)
	noErrors(t, a.Delete(t.Context(), refs[2:3]), 1)
	rs, err := a.Verify(t.Context(), ks)
	if err != nil || len(rs) != len(ks) {
		t.Fatalf("%d answers, %v", len(rs), err)
	}
	for i, r := range rs {
		if r.Ref != refs[i] {
			t.Fatalf("answer %d is of %s", i, r.Ref)
		}
		if gone := r.State == connectors.Binned || r.State == connectors.Absent; gone != (i == 2) {
			t.Errorf("%s is %s", r.Ref, r.State)
		}
		if got := optedOut(a, r.Contact); got != (i == 0) {
			t.Errorf("%s verified as opted out: %v", r.Ref, got)
		}
	}
	from := calls(a)
	noErrors(t, a.Unsubscribe(t.Context(), withdrawals([]contact.Contact{rs[1].Contact}, a.Topics[0])), 1)
	if n := written(a, from); n > 0 {
		t.Errorf("the verified topic does not show as withdrawn: %d writes", n)
	}
}

// lostAnswers loses the answer to a write that took effect.
func (s suite) lostAnswers(t *testing.T) {
	for _, f := range s.env.Lost {
		t.Run(faultName(f), func(t *testing.T) {
			a := s.start(t)
			refs := crowd(a, 2)
			ks := refresh(t, a, refs...)
			warm(t, a)

			a.Stage.Faults.Arm(f)
			from := calls(a)
			one(t, a, "unsubscribe", from, a.Unsubscribe(t.Context(), withdrawals(ks[:1])))
			from = calls(a)
			one(t, a, "delete", from, a.Delete(t.Context(), refs[1:]))
			a.Stage.Faults.Clear()

			rs, err := a.Verify(t.Context(), ks)
			if err != nil {
				t.Fatal(err)
			}
			if !optedOut(a, rs[0].Contact) || rs[1].State == connectors.Present {
				t.Errorf("verified: opted out %v, deleted one %s", optedOut(a, rs[0].Contact), rs[1].State)
			}
		})
	}
}

// warm lets a connector learn, at another record, which calls the account has.
func warm(t *testing.T, a Account) {
	t.Helper()
	ref := a.Add(Person{Email: address(9999), Topics: a.Topics[:]})
	a.Settle()
	noErrors(t, a.Unsubscribe(t.Context(), withdrawals(refresh(t, a, ref))), 1)
}

func one(t *testing.T, a Account, what string, from int, errs []error) {
	t.Helper()
	if len(errs) != 1 || !fault.Is(errs[0], fault.Ambiguous) {
		t.Errorf("%s: %v, want ambiguous", what, errs)
		return
	}
	quiet(t, errs[0])
	if n := written(a, from); n != 1 {
		t.Errorf("%s: sent %d times", what, n)
	}
}

func faultName(f kit.Fault) string {
	name := f.Kind
	if f.Status != 0 {
		name += fmt.Sprint(" ", f.Status)
	}
	if f.Route != "" {
		name += " on " + f.Route
	}
	switch {
	case f.Times == 1:
		return fmt.Sprintf("%s, answer %d", name, f.Skip+1)
	case f.Skip > 0:
		return fmt.Sprintf("%s, from answer %d", name, f.Skip+1)
	default:
		return name
	}
}
