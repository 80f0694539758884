package store

import (
	"errors"
	"testing"
	"time"

	"github.com/lapsed/lapsed/internal/contact"
	"github.com/lapsed/lapsed/internal/duty"
	"github.com/lapsed/lapsed/policy"
)

func TestTheLastCycleIsTheNewestThatHasEnded(t *testing.T) {
	both(t, func(t *testing.T, s *Store, _ string) {
		err := s.Write(ctx, func(tx *Tx) error {
			if _, ok, err := tx.LastCycle(); ok || err != nil {
				t.Errorf("there is a last cycle of none: %v", err)
			}
			var errs []error
			for i, id := range []string{"c1", "c2", "c3"} {
				at := start.Add(time.Duration(i) * time.Hour)
				_, _, err := tx.BeginCycle(id, "observe", false, at)
				if errs = append(errs, err); id != "c3" {
					errs = append(errs, tx.FinishCycle(id, at.Add(1500*time.Millisecond), []byte(`{"cycle":"`+id+`"}`)))
				}
			}
			return errors.Join(errs...)
		})
		if err != nil {
			t.Fatal(err)
		}
		_ = s.Read(ctx, func(tx *Tx) error {
			c, ok, err := tx.LastCycle()
			if !ok || err != nil || string(c.Summary) != `{"cycle":"c2"}` || !c.Started.Equal(start.Add(time.Hour)) || c.Finished.Sub(c.Started) != 1500*time.Millisecond {
				t.Errorf("%+v, %v, %v", c, ok, err)
			}
			return nil
		})
	})
}

func TestLastDoneIsOfEachRule(t *testing.T) {
	both(t, func(t *testing.T, s *Store, _ string) {
		err := s.Write(ctx, func(tx *Tx) error {
			var errs []error
			for i, state := range []duty.State{duty.Gone, duty.Final, duty.Due, duty.Withdrawn} {
				id := string(rune('a' + i))
				errs = append(errs, tx.PutDuty(duty.Duty{ID: id, Person: 1, Ref: contact.Ref{Processor: "hubspot", Object: "contact", ID: id}, Verb: policy.Delete,
					Ground: policy.GroundRetention, State: state, Opened: start, Due: start, Changed: start.Add(time.Duration(i) * time.Hour)}, 100, ""))
			}
			done, err := tx.LastDone()
			if len(done) != 1 || !done["retention.delete"].Equal(start.Add(time.Hour)) {
				t.Errorf("%v", done)
			}
			return errors.Join(append(errs, err)...)
		})
		if err != nil {
			t.Fatal(err)
		}
	})
}

func TestLastSignedIsTheNewestCheckpoints(t *testing.T) {
	both(t, func(t *testing.T, s *Store, _ string) {
		want := func(tx *Tx, n int64) {
			t.Helper()
			if got, err := tx.LastSigned(); got != n || err != nil {
				t.Errorf("%d entries are signed (%v), want %d", got, err, n)
			}
		}
		err := s.Write(ctx, func(tx *Tx) error {
			want(tx, 0)
			_, err := tx.Exec(`INSERT INTO audit_checkpoint (size, note) VALUES (7, $1), (12, $1)`, []byte("note"))
			want(tx, 12)
			return err
		})
		if err != nil {
			t.Fatal(err)
		}
	})
}
