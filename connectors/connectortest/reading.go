package connectortest

import (
	"errors"
	"maps"
	"slices"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/lapsed/lapsed/connectors"
	"github.com/lapsed/lapsed/internal/contact"
	"github.com/lapsed/lapsed/internal/fault"
	"github.com/lapsed/lapsed/internal/sandbox/kit"
)

// several is more than a page at any vendor's smallest page.
const several = 130

func (s suite) everyLiveContact(t *testing.T, a Account) {
	refs := crowd(a, several)
	seen, r, err := read(t, a)
	if err != nil {
		t.Fatal(err)
	}
	if r.Contacts < several || len(seen) != several {
		t.Errorf("%d records, %d handed over; the account has %d", len(seen), r.Contacts, several)
	}
	if off := a.Stage.Clock.Now().Sub(r.AsOf).Abs(); off > time.Minute {
		t.Errorf("read as of %s, the processor's clock shows %s", r.AsOf, a.Stage.Clock.Now())
	}
	for i, ref := range refs {
		k, ok := seen[ref]
		if !ok {
			t.Fatalf("%s is missing", ref)
		}
		for _, f := range a.Catalogue().ByRole(contact.RoleEmail, ref.Object) {
			if got := k.Fields.Value(f.Name).Text(); got != address(i) {
				t.Fatalf("%s has another's address", ref)
			}
		}
		if k.ReadAt.IsZero() || len(k.Unreadable) > 0 {
			t.Fatalf("%s: read at %s, unreadable %v", ref, k.ReadAt, k.Unreadable)
		}
	}
}

func (s suite) emptyAccount(t *testing.T, a Account) {
	if seen := whole(t, a); len(seen) != 0 {
		t.Errorf("%d records in an empty account", len(seen))
	}
}

func (s suite) eachFails(t *testing.T, a Account) {
	crowd(a, several)
	stop, pages := errors.New("enough"), 0
	_, err := a.Read(t.Context(), func([]contact.Contact) error {
		pages++
		return stop
	})
	if !errors.Is(err, stop) || pages != 1 {
		t.Errorf("%d pages after the first failed, and %v", pages, err)
	}
}

func (s suite) deletedNotHandedOver(t *testing.T, a Account) {
	refs := crowd(a, 3)
	a.Bin(refs[0])
	a.Purge(refs[1])
	a.Settle()
	if got := slices.Collect(maps.Keys(whole(t, a))); !slices.Equal(got, refs[2:]) {
		t.Errorf("handed over %v, want only %s", got, refs[2])
	}
}

func (s suite) mergedIsAlias(t *testing.T, a Account) {
	refs := crowd(a, 3)
	a.Merge(refs[0], refs[1])
	a.Settle()
	seen := whole(t, a)
	if _, there := seen[refs[1]]; there || !slices.Contains(seen[refs[0]].Aliases, refs[1]) {
		t.Errorf("aliases of the survivor are %v; absorbed record handed over: %v", seen[refs[0]].Aliases, there)
	}
	rs, err := a.Refresh(t.Context(), refs[:2])
	if err != nil {
		t.Fatal(err)
	}
	if rs[1].State != connectors.Merged || rs[1].Into != refs[0] || rs[1].Contact.Ref != refs[0] {
		t.Errorf("the absorbed record is %s into %s", rs[1].State, rs[1].Into)
	}
}

// A hidden field must be told of by whoever would otherwise show it as empty.
func (s suite) emptyIsNotUnreadable(t *testing.T, a Account) {
	refs := crowd(a, 3)
	whole(t, a)
	a.Hide()
	a.Stage.Clock.Advance(2 * time.Hour) // past any cache of what is readable
	rs, err := a.Refresh(t.Context(), refs)
	if quiet(t, err); err == nil {
		for _, r := range rs {
			if !named(r.Contact, a.Field) {
				t.Errorf("%s re-read without %s, in silence", r.Ref, a.Field)
			}
		}
	}
	if _, _, err := read(t, a); !fault.Is(err, fault.Unsupported) {
		t.Errorf("a read without %s: %v", a.Field, err)
	}
	if d, err := a.Describe(t.Context()); err != nil || !slices.Contains(d.Unreadable, a.Field) {
		t.Errorf("Describe names %v, %v", d.Unreadable, err)
	}
}

func (s suite) refreshInOrder(t *testing.T, a Account) {
	refs := crowd(a, several)
	a.Bin(refs[3])
	a.Purge(refs[4])
	a.Settle()
	asked := slices.Concat(slices.Clone(refs), refs[:2])
	slices.Reverse(asked)
	rs, err := a.Refresh(t.Context(), asked)
	if err != nil {
		t.Fatal(err)
	}
	want := map[contact.Ref]connectors.State{refs[3]: connectors.Binned, refs[4]: connectors.Absent}
	for i, r := range rs {
		state, ok := want[asked[i]]
		if !ok {
			state = connectors.Present
		}
		if r.Ref != asked[i] || r.State != state || (state == connectors.Present && r.Contact.Ref != asked[i]) {
			t.Fatalf("answer %d is of %s, %s; want %s, %s", i, r.Ref, r.State, asked[i], state)
		}
	}
	if len(rs) != len(asked) {
		t.Errorf("%d answers to %d refs", len(rs), len(asked))
	}
}

func (s suite) refreshLikeRead(t *testing.T, a Account) {
	refs := []contact.Ref{a.Add(Person{Email: address(1), Topics: a.Topics[:]}), a.Add(Person{Email: address(2), OptedOut: true})}
	a.Settle()
	seen := whole(t, a)
	for i, k := range refresh(t, a, refs...) {
		was := seen[refs[i]]
		if d := cmp.Diff(shown(was), shown(k)); d != "" {
			t.Errorf("%s: %s", k.Ref, d)
		}
		if optedOut(a, k) != (i == 1) {
			t.Errorf("%s: opted out: %v", k.Ref, optedOut(a, k))
		}
	}
}

// shown is all that a contact holds, in a form that can be compared.
func shown(k contact.Contact) map[string][]string {
	out := map[string][]string{}
	add := func(group string, r contact.Row) {
		for f, v := range r.All() {
			path := contact.Field{Group: group, Name: f}.Path()
			out[path] = append(out[path], v.Text())
			slices.Sort(out[path])
		}
	}
	add("", k.Fields)
	for g, rows := range k.Rows {
		for _, r := range rows {
			add(g, r)
		}
	}
	return out
}

// wholeOrNot spoils answers one after the other. A read may survive that, but
// then it has seen everybody, and every record is complete or says what isn't.
func (s suite) wholeOrNot(t *testing.T) {
	for _, f := range s.env.Broken {
		a := s.start(t)
		crowd(a, several)
		want := whole(t, a)
		for _, f.Times = range []int{1, 0} {
			for f.Skip = range 4 {
				t.Run(faultName(f), func(t *testing.T) { broken(t, a, want, f) })
			}
		}
	}
}

func broken(t *testing.T, a Account, want map[contact.Ref]contact.Contact, f kit.Fault) {
	a.Stage.Faults.Arm(f)
	defer a.Stage.Faults.Clear()
	seen, _, err := read(t, a)
	if err != nil {
		return
	}
	for ref, before := range want {
		k, ok := seen[ref]
		if !ok {
			t.Fatalf("read whole, but for %s", ref)
		}
		if d := cmp.Diff(shown(before), shown(k)); d != "" && len(k.Unreadable) == 0 {
			t.Fatalf("%s is incomplete and doesn't say so: %s", ref, d)
		}
	}
}
