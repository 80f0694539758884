package connectortest

import (
	"errors"
	"slices"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/lapsed/lapsed/connectors"
	"github.com/lapsed/lapsed/internal/contact"
	"github.com/lapsed/lapsed/internal/fault"
)

// aHandful is how many calls it may cost that nothing changed.
const aHandful = 8

// changes reads what changed since a mark and returns each record's last state.
func changes(t *testing.T, a Account, since string) (seen map[contact.Ref]contact.Contact, gone []contact.Ref, r connectors.Reading, err error) {
	t.Helper()
	seen = map[contact.Ref]contact.Contact{}
	r, err = a.Changes(t.Context(), since, func(p connectors.Page) error {
		for _, k := range p.Contacts {
			seen[k.Ref] = k
			if len(gone) > 0 {
				t.Errorf("%s came after records that are gone", k.Ref)
			}
		}
		gone = append(gone, p.Gone...)
		return nil
	})
	quiet(t, err)
	return seen, gone, r, err
}

// since is changes, and fails the test on an error.
func since(t *testing.T, a Account, mark string) (map[contact.Ref]contact.Contact, []contact.Ref, string) {
	t.Helper()
	seen, gone, r, err := changes(t, a, mark)
	if err != nil {
		t.Fatal(err)
	}
	if r.Mark == "" || r.Contacts < len(seen) {
		t.Errorf("mark %q, %d contacts of %d", r.Mark, r.Contacts, len(seen))
	}
	return seen, gone, r.Mark
}

// marked reads the account whole, long after it was made, and returns the mark.
func marked(t *testing.T, a Account) string {
	t.Helper()
	a.Stage.Clock.Advance(2 * time.Hour)
	_, r, err := read(t, a)
	if err != nil || r.Mark == "" {
		t.Fatalf("mark %q, %v", r.Mark, err)
	}
	return r.Mark
}

func (s suite) handsOverChanges(t *testing.T, a Account) {
	refs := crowd(a, several)
	mark := marked(t, a)
	a.Touch(refs[1])
	a.Refuse(refs[2])
	a.Relate(refs[3])
	a.Bin(refs[4])
	a.Merge(refs[5], refs[6])
	fresh := a.Add(Person{Email: address(several)})
	a.Settle()
	seen, gone, next := since(t, a, mark)
	for _, ref := range []contact.Ref{refs[1], refs[2], refs[3], refs[5], fresh} {
		if _, ok := seen[ref]; !ok {
			t.Errorf("%s is missing", ref)
		}
	}
	if len(seen) != 5 || !slices.Equal(gone, refs[4:5]) {
		t.Errorf("%d contacts, gone %v", len(seen), gone)
	}
	if !optedOut(a, seen[refs[2]]) || !slices.Contains(seen[refs[5]].Aliases, refs[6]) {
		t.Errorf("opted out: %v, aliases %v", optedOut(a, seen[refs[2]]), seen[refs[5]].Aliases)
	}
	for ref, k := range whole(t, a) {
		if was, ok := seen[ref]; ok {
			if d := cmp.Diff(shown(k), shown(was)); d != "" {
				t.Errorf("%s: Read and Changes differ: %s", ref, d)
			}
		}
	}
	a.Stage.Clock.Advance(2 * time.Hour)
	_, _, next = since(t, a, next) // what may have been hidden still, again
	if seen, gone, _ := since(t, a, next); len(seen)+len(gone) > 0 {
		t.Errorf("later nothing had changed: %d contacts, gone %v", len(seen), gone)
	}
}

// What an index or a late commit still hides is handed over by the next mark.
func (s suite) nothingIsLost(t *testing.T, a Account) {
	refs := crowd(a, 5)
	mark := marked(t, a)
	seen := map[contact.Ref]bool{}
	for i, ref := range refs {
		a.Touch(ref)
		a.Stage.Clock.Advance(time.Duration(i) * 4 * time.Second)
		var some map[contact.Ref]contact.Contact
		some, _, mark = since(t, a, mark)
		for ref := range some {
			seen[ref] = true
		}
	}
	a.Settle()
	some, _, _ := since(t, a, mark)
	for _, ref := range refs {
		if _, ok := some[ref]; !ok && !seen[ref] {
			t.Errorf("%s was never handed over", ref)
		}
	}
}

func (s suite) quietIsCheap(t *testing.T, a Account) {
	var cost []int
	for _, people := range []int{20, several} {
		for i := range people {
			a.Add(Person{Email: address(len(cost)*several + i)})
		}
		mark := marked(t, a)
		a.Stage.Clock.Advance(2 * time.Hour)
		for range 2 { // with what is asked once in a while
			_, _, mark = since(t, a, mark)
		}
		from := calls(a)
		if seen, gone, _ := since(t, a, mark); len(seen)+len(gone) > 0 {
			t.Errorf("%d contacts, gone %v", len(seen), gone)
		}
		cost = append(cost, calls(a)-from)
	}
	if cost[0] != cost[1] || cost[0] > aHandful {
		t.Errorf("calls: %v", cost)
	}
}

func (s suite) foreignMarks(t *testing.T, a Account) {
	crowd(a, 3)
	mark := marked(t, a)
	for _, wrong := range []string{"", "1", "nonsense", mark + " and more", "2" + mark[1:], connectors.Mark{At: a.Stage.Clock.Now().Add(time.Hour), Asked: "0"}.String()} {
		if _, _, _, err := changes(t, a, wrong); !fault.Is(err, fault.Unsupported) {
			t.Errorf("mark %q: %v", wrong, err)
		}
	}
	a.Stage.Clock.Advance(connectors.MarkLife + time.Hour)
	if _, _, r, err := changes(t, a, mark); !fault.Is(err, fault.Unsupported) || r.Mark != "" {
		t.Errorf("an old mark: %v, leading to %q", err, r.Mark)
	}
}

func (s suite) eachOfChangesFails(t *testing.T, a Account) {
	refs := crowd(a, 3)
	mark := marked(t, a)
	a.Touch(refs[0])
	a.Bin(refs[1])
	a.Settle()
	stop, pages := errors.New("enough"), 0
	r, err := a.Changes(t.Context(), mark, func(connectors.Page) error {
		pages++
		return stop
	})
	if !errors.Is(err, stop) || pages != 1 || r.Mark != "" {
		t.Errorf("%d pages after the first failed, mark %q, and %v", pages, r.Mark, err)
	}
}

// spoiledChanges spoils an answer: what it hid is handed over by the call after.
func (s suite) spoiledChanges(t *testing.T) {
	for _, f := range s.env.Broken {
		t.Run(faultName(f), func(t *testing.T) {
			a := s.start(t)
			refs := crowd(a, 12)
			mark := marked(t, a)
			for f.Skip = range 6 {
				f.Times = 1
				ref := refs[f.Skip]
				a.Touch(ref)
				a.Bin(refs[6+f.Skip])
				a.Settle()
				a.Stage.Faults.Arm(f)
				seen, gone, r, err := changes(t, a, mark)
				a.Stage.Faults.Clear()
				if err == nil {
					mark = r.Mark
				}
				again, more, next := since(t, a, mark)
				_, now := seen[ref]
				if _, then := again[ref]; !now && !then {
					t.Errorf("after %d answers: %s was lost", f.Skip, ref)
				}
				if !slices.Contains(append(gone, more...), refs[6+f.Skip]) {
					t.Errorf("after %d answers: %s is gone, and nobody said so", f.Skip, refs[6+f.Skip])
				}
				for _, ref := range append(gone, more...) {
					if a.Look(ref).Live {
						t.Errorf("%s is called gone, and is there", ref)
					}
				}
				mark = next
				a.Stage.Clock.Advance(2 * time.Hour)
			}
		})
	}
}
