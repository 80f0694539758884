package store

import (
	"errors"
	"slices"
	"testing"

	"github.com/lapsed/lapsed/policy"
)

// A finding is as urgent as the most urgent person in it, who is named first; one
// without a day names its first persons.
func TestTheMostUrgentIsNamedFirst(t *testing.T) {
	both(t, func(t *testing.T, s *Store, _ string) {
		told := func(person int64, due policy.Day, record string) Decided {
			d := Decided{Person: person, Verdict: "keep"}
			d.Find(PersonFinding{Code: "to-be-told", Subject: "partner", Record: record + "-later", Count: 1, Due: due + 9})
			d.Find(PersonFinding{Code: "to-be-told", Subject: "partner", Record: record, Count: 1, Due: due})
			d.Find(PersonFinding{Code: "unknown-channel", Record: record, Count: 1})
			return d
		}
		a, b, c := told(1, 20803, "a"), told(2, 20801, "b"), told(3, 20802, "c")
		err := s.Write(ctx, func(tx *Tx) error {
			return errors.Join(tx.PutDecided(Decided{}, a), tx.PutDecided(Decided{}, b), tx.PutDecided(Decided{}, c))
		})
		if err != nil {
			t.Fatal(err)
		}
		want := func(due policy.Day, count int, sample ...string) {
			t.Helper()
			_ = s.Read(ctx, func(tx *Tx) error {
				notes, err := tx.PersonFindings(2)
				if err != nil || len(notes) != 2 {
					t.Fatalf("%+v, %v", notes, err)
				}
				if x := notes[0]; x.Due != due || x.Count != count || !slices.Equal(x.Sample, sample) {
					t.Errorf("%+v, want %v of %d by %s", x, sample, count, due)
				}
				if x := notes[1]; x.Due != 0 || !slices.Equal(x.Sample, []string{"a", "b"}) && count == 6 {
					t.Errorf("without a day: %+v", x)
				}
				return nil
			})
		}
		want(20801, 6, "b", "c")
		err = s.Write(ctx, func(tx *Tx) error {
			was, err := tx.DecidedOf([]int64{2})
			return errors.Join(err, tx.PutDecided(was[2], Decided{Person: 2, Verdict: "keep"}))
		})
		if err != nil {
			t.Fatal(err)
		}
		want(20802, 4, "c", "a")
	})
}
