package store

import (
	"bytes"
	"slices"
	"testing"
	"time"

	"github.com/lapsed/lapsed/internal/contact"
	"github.com/lapsed/lapsed/internal/duty"
	"github.com/lapsed/lapsed/policy"
)

// named is a record of somebody with a name.
func named(id, email, name string, f contact.Facts) contact.Observation {
	o := observed(id, email, f)
	o.Name = key(name)
	return o
}

// A shared address tells each of its two people of the other's no, and of acts
// only if it is two people's; those at other addresses hear nothing.
func TestSharedReachesTheOthersAtAnAddress(t *testing.T) {
	both(t, func(t *testing.T, s *Store, _ string) {
		no := contact.Facts{Refusals: []contact.Refusal{{Rule: 1, Extent: contact.ExtentEmail, At: 7}}, Unread: true}
		put(t, s, 1, named("1", "a", "ann", no), named("2", "a", "ben", contact.Facts{}), named("3", "b", "cat", contact.Facts{}))
		resolve(t, s, true)
		err := s.Read(ctx, func(tx *Tx) error {
			all, err := tx.PersonIDs(0, 9)
			if err != nil || len(all) != 3 {
				t.Fatalf("%v, %v: two names at one address are two people", all, err)
			}
			shared, err := tx.Shared(all, true)
			if err != nil {
				return err
			}
			rows, err := tx.PersonsOf(all)
			for i, o := range rows {
				p := shared.Person(rows[i : i+1])
				reached := len(p.Shared) == 1 && len(p.Shared[0].Refusals) == 1 && p.Shared[0].Unread && p.SharedSignals
				if want := o.Ref.ID == "2"; reached != want || len(p.Observations) != 1 {
					t.Errorf("record %s: %+v", o.Ref.ID, p.Shared)
				}
			}
			return err
		})
		if err != nil {
			t.Fatal(err)
		}
	})
}

func TestSharersAreThoseOfTwoPersonsWithinTheKeys(t *testing.T) {
	both(t, func(t *testing.T, s *Store, _ string) {
		put(t, s, 1, named("1", "a", "ann", contact.Facts{}), named("2", "a", "ben", contact.Facts{}), named("3", "b", "cat", contact.Facts{}), named("4", "b", "cat", contact.Facts{}))
		resolve(t, s, true)
		err := s.Read(ctx, func(tx *Tx) error {
			for below, want := range map[string]int{"\xff": 2, "b": 2, "a": 0} {
				some, err := tx.Sharers([]byte{0}, []byte(below))
				if err != nil || len(some) != want {
					t.Errorf("below %q: %v, %v", below, some, err)
				}
			}
			some, err := tx.Sharers([]byte("b"), bytes.Repeat([]byte{255}, 17))
			if len(some) != 0 {
				t.Errorf("a person with two records shares with themselves: %v", some)
			}
			return err
		})
		if err != nil {
			t.Fatal(err)
		}
	})
}

func TestPersonIDsAreInOrder(t *testing.T) {
	both(t, func(t *testing.T, s *Store, _ string) {
		for i := range 5 {
			put(t, s, 1, observed(string(rune('1'+i)), string(rune('a'+i)), contact.Facts{}))
		}
		resolve(t, s, true)
		var seen []int64
		for after := int64(0); ; after = seen[len(seen)-1] {
			var next []int64
			if err := s.Read(ctx, func(tx *Tx) (err error) { next, err = tx.PersonIDs(after, 2); return err }); err != nil {
				t.Fatal(err)
			}
			if seen = append(seen, next...); len(next) == 0 {
				break
			}
		}
		if len(seen) != 5 || !slices.IsSorted(seen) || len(slices.Compact(slices.Clone(seen))) != 5 {
			t.Errorf("%v", seen)
		}
	})
}

// Whoever is a minor with one record gone and another to go is half gone; not who
// is done, nor whose second record came later.
func TestHalfGone(t *testing.T) {
	both(t, func(t *testing.T, s *Store, _ string) {
		n := 0
		of := func(person int64, state duty.State, opened time.Time, g policy.Ground) duty.Duty {
			n++
			return duty.Duty{ID: string(rune('a' + n)), Person: person, Ref: contact.Ref{Processor: "hubspot", Object: "contact", ID: string(rune('a' + n))}, Verb: policy.Delete,
				Ground: g, State: state, Opened: opened, Due: opened, Changed: start.Add(time.Hour)}
		}
		put := []duty.Duty{
			of(1, duty.Gone, start, policy.GroundMinor), of(1, duty.Due, start, policy.GroundMinor),
			of(2, duty.Final, start, policy.GroundMinor), of(2, duty.Gone, start, policy.GroundMinor),
			of(3, duty.Gone, start, policy.GroundMinor), of(3, duty.Due, start.Add(48*time.Hour), policy.GroundMinor),
			of(4, duty.Gone, start, policy.GroundRetention), of(4, duty.Due, start, policy.GroundRetention),
		}
		err := s.Write(ctx, func(tx *Tx) error {
			for _, d := range put {
				if err := tx.PutDuty(d, 100, ""); err != nil {
					return err
				}
			}
			half, err := tx.HalfGone()
			if !slices.Equal(half, []int64{1}) {
				t.Errorf("half gone: %v", half)
			}
			return err
		})
		if err != nil {
			t.Fatal(err)
		}
	})
}

// What is in force is handed out whole, released holds are not.
func TestCircumstances(t *testing.T) {
	both(t, func(t *testing.T, s *Store, _ string) {
		any := func(holds, refusals bool) {
			t.Helper()
			if err := s.Read(ctx, func(tx *Tx) error {
				h, r, err := tx.AnyCircumstances()
				if h != holds || r != refusals {
					t.Errorf("holds %v, refusals %v", h, r)
				}
				return err
			}); err != nil {
				t.Fatal(err)
			}
		}
		any(false, false)
		want := Suppression{Key: key("a"), Kind: "refused", Extent: contact.ExtentTopic, Topic: "news", Since: 5, Public: "p1"}
		err := s.Write(ctx, func(tx *Tx) error {
			for _, id := range []string{"h1", "h2"} {
				if err := tx.AddHold(Hold{ID: id, Basis: "court", Until: 30000, Added: start, Keys: []HoldKey{{key("a"), "p1"}, {key("b"), "p2"}}}); err != nil {
					return err
				}
			}
			if _, err := tx.ReleaseHold("h1", start); err != nil {
				return err
			}
			return tx.Suppress(want)
		})
		if err != nil {
			t.Fatal(err)
		}
		any(true, true)
		err = s.Read(ctx, func(tx *Tx) error {
			holds, remains, err := tx.Circumstances()
			if len(holds) != 1 || holds[0].ID != "h2" || holds[0].Until != 30000 || !slices.Equal(holds[0].Keys, []HoldKey{{key("a"), "p1"}, {key("b"), "p2"}}) {
				t.Errorf("holds %+v", holds)
			}
			if !slices.Equal(remains, []Suppression{want}) {
				t.Errorf("remains %+v", remains)
			}
			return err
		})
		if err != nil {
			t.Fatal(err)
		}
	})
}
