package store

import (
	"testing"

	"github.com/lapsed/lapsed/internal/contact"
	"github.com/lapsed/lapsed/internal/duty"
	"github.com/lapsed/lapsed/policy"
)

// personOf is who a record is of, 0 if it isn't known.
func personOf(t *testing.T, s *Store, id string) (person int64) {
	t.Helper()
	err := s.Read(ctx, func(tx *Tx) (err error) {
		person, err = tx.PersonByRef(contact.Ref{Processor: "hubspot", Object: "contact", ID: id})
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	return person
}

// Nobody becomes somebody who is gone: duties that remain of them, and the day's
// limits that they used up, would count as the newcomer's.
func TestAPersonsNumberIsNeverUsedAgain(t *testing.T) {
	both(t, func(t *testing.T, s *Store, _ string) {
		put(t, s, 1, observed("1", "kari@example.com", contact.Facts{}))
		was := personOf(t, s, "1")
		if err := s.Write(ctx, func(tx *Tx) error {
			return tx.Forget(contact.Ref{Processor: "hubspot", Object: "contact", ID: "1"})
		}); err != nil {
			t.Fatal(err)
		}
		put(t, s, 1, observed("2", "ola@example.com", contact.Facts{}))
		if is := personOf(t, s, "2"); is == was || is == 0 || was == 0 {
			t.Errorf("the newcomer is person %d, and so was the one before (%d)", is, was)
		}
	})
}

// What was done at a record that is gone stays the person's whose it was, though
// the person has another number without it.
func TestDutiesOfAGoneRecordStayThePersons(t *testing.T) {
	both(t, func(t *testing.T, s *Store, _ string) {
		put(t, s, 1, observed("1", "kari@example.com", contact.Facts{}), observed("2", "kari@example.com", contact.Facts{}))
		resolve(t, s, false)
		was := personOf(t, s, "1")
		first := contact.Ref{Processor: "hubspot", Object: "contact", ID: "1"}
		if personOf(t, s, "2") != was {
			t.Fatal("they aren't one person")
		}
		if err := s.Write(ctx, func(tx *Tx) error {
			if err := tx.PutDuty(duty.Duty{ID: "d", Person: was, Ref: first, Verb: policy.Delete, Ground: policy.GroundMinor, State: duty.Gone, Opened: start, Due: start, Changed: start}, 1, ""); err != nil {
				return err
			}
			return tx.Forget(first)
		}); err != nil {
			t.Fatal(err)
		}
		resolve(t, s, false)
		is := personOf(t, s, "2")
		err := s.Read(ctx, func(tx *Tx) error {
			ds, err := tx.DutiesOf([]int64{is})
			if len(ds[is]) != 1 {
				t.Errorf("person %d, who was %d, has the duties %v", is, was, ds)
			}
			return err
		})
		if err != nil {
			t.Fatal(err)
		}
	})
}
