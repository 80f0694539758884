package store

import (
	"context"
	"errors"
	"os"
	"path/filepath"
	"testing"
	"time"

	"github.com/lapsed/lapsed/internal/contact"
	"github.com/lapsed/lapsed/internal/duty"
	"github.com/lapsed/lapsed/internal/store/pgtest"
	"github.com/lapsed/lapsed/policy"
)

var (
	ctx   = context.Background()
	start = time.Date(2026, 11, 24, 12, 0, 0, 0, time.UTC)
)

// both runs a test on an empty state of each engine.
func both(t *testing.T, f func(t *testing.T, s *Store, name string)) {
	t.Helper()
	run := func(engine string, name func(t *testing.T) string) {
		t.Run(engine, func(t *testing.T) {
			n := name(t)
			f(t, opened(t, n), n)
		})
	}
	run("sqlite", func(t *testing.T) string { return "sqlite:" + filepath.Join(t.TempDir(), "a folder", "lapsed.db") })
	run("postgres", func(t *testing.T) string { return pgtest.New(t) })
}

func opened(t *testing.T, name string) *Store {
	t.Helper()
	s, err := Open(ctx, name)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = s.Close() })
	return s
}

func key(s string) (k contact.Key) { copy(k[:], s); return k }

func observed(id, email string, f contact.Facts) contact.Observation {
	return contact.Observation{Ref: contact.Ref{Processor: "hubspot", Object: "contact", ID: id}, ReadAt: start,
		Identifiers: []contact.Identifier{{Key: key(email), Email: true, Public: "k:" + email}}, Facts: f}
}

func put(t *testing.T, s *Store, generation int64, os ...contact.Observation) {
	t.Helper()
	if err := s.Write(ctx, func(tx *Tx) error { _, err := tx.PutObservations(generation, os); return err }); err != nil {
		t.Fatal(err)
	}
}

// The state is its owner's alone, with the files that SQLite keeps beside it: they
// hold what was written last.
func TestTheFileIsItsOwnersAlone(t *testing.T) {
	path := filepath.Join(t.TempDir(), "lapsed.db")
	put(t, opened(t, "sqlite:"+path), 1, observed("1", "a", contact.Facts{}))
	for _, beside := range []string{"", "-wal", "-shm"} {
		info, err := os.Stat(path + beside)
		if err != nil {
			t.Fatal(err)
		}
		if info.Mode().Perm() != 0o600 {
			t.Errorf("lapsed.db%s has mode %v", beside, info.Mode())
		}
	}
}

func TestAFailedWriteLeavesNothing(t *testing.T) {
	both(t, func(t *testing.T, s *Store, _ string) {
		boom := errors.New("boom")
		err := s.Write(ctx, func(tx *Tx) error {
			if err := tx.SetMeta("a", "1"); err != nil {
				return err
			}
			return boom
		})
		if !errors.Is(err, boom) {
			t.Fatal(err)
		}
		_ = s.Read(ctx, func(tx *Tx) error {
			if v, err := tx.Meta("a"); v != "" || err != nil {
				t.Errorf("left behind: %q, %v", v, err)
			}
			return nil
		})
	})
}

func TestANoOutlivesTheRecordThatShowedIt(t *testing.T) {
	both(t, func(t *testing.T, s *Store, _ string) {
		no := contact.Refusal{Rule: 1, Extent: contact.ExtentEmail}
		put(t, s, 1, observed("1", "a", contact.Facts{Refusals: []contact.Refusal{no}}))
		later := observed("1", "a", contact.Facts{})
		later.ReadAt = start.Add(48 * time.Hour)
		put(t, s, 2, later)
		again := observed("1", "a", contact.Facts{Refusals: []contact.Refusal{no}})
		again.ReadAt = start.Add(96 * time.Hour)
		put(t, s, 3, again)
		err := s.Read(ctx, func(tx *Tx) error {
			rows, err := tx.PersonsAfter(0, 10)
			if err != nil || len(rows) != 1 {
				return errors.Join(err, errors.New("no row"))
			}
			got := rows[0].Facts.Refusals
			if len(got) != 1 || got[0].At != start.Unix() {
				t.Errorf("an undated no of the first read became %+v", got)
			}
			return nil
		})
		if err != nil {
			t.Fatal(err)
		}
	})
}

func TestWhatWeWithdrewStaysOurs(t *testing.T) {
	both(t, func(t *testing.T, s *Store, _ string) {
		put(t, s, 1, observed("1", "a", contact.Facts{Refusals: []contact.Refusal{{Rule: 1, Extent: contact.ExtentEmail, Ours: true}}}))
		put(t, s, 2, observed("1", "a", contact.Facts{Refusals: []contact.Refusal{{Rule: 1, Extent: contact.ExtentEmail}}}))
		_ = s.Read(ctx, func(tx *Tx) error {
			rows, err := tx.PersonsAfter(0, 10)
			if err != nil || !rows[0].Facts.Refusals[0].Ours {
				t.Errorf("%v, %+v", err, rows)
			}
			return nil
		})
	})
}

func TestPersonsAreVisitedWhole(t *testing.T) {
	both(t, func(t *testing.T, s *Store, _ string) {
		for i := range 9 {
			put(t, s, 1, observed(string(rune('a'+i)), string(rune('x'+i/3)), contact.Facts{}))
		}
		if n := resolve(t, s, true); n != 6 {
			t.Errorf("%d contacts changed their person, want 6", n)
		}
		seen, after := 0, int64(0)
		for {
			var rows []Row
			if err := s.Read(ctx, func(tx *Tx) (err error) { rows, err = tx.PersonsAfter(after, 2); return err }); err != nil {
				t.Fatal(err)
			}
			if len(rows) == 0 {
				break
			}
			if len(rows)%3 != 0 || len(rows) > 6 {
				t.Errorf("a slice of %d rows: a person of 3 was cut", len(rows))
			}
			seen += len(rows)
			after = rows[len(rows)-1].Person
		}
		if seen != 9 {
			t.Errorf("%d of 9 contacts were visited", seen)
		}
	})
}

func TestUnseenIsWhatAWholeReadDidNotShow(t *testing.T) {
	both(t, func(t *testing.T, s *Store, _ string) {
		put(t, s, 1, observed("1", "a", contact.Facts{}), observed("2", "b", contact.Facts{}))
		put(t, s, 2, observed("2", "b", contact.Facts{}))
		err := s.Read(ctx, func(tx *Tx) error {
			gone, err := tx.Unseen("hubspot", 2)
			if len(gone) != 1 || gone[0].ID != "1" {
				t.Errorf("unseen %v", gone)
			}
			return err
		})
		if err != nil {
			t.Fatal(err)
		}
	})
}

func TestADutyKeepsItsBeginning(t *testing.T) {
	both(t, func(t *testing.T, s *Store, _ string) {
		d := duty.Duty{ID: "d1", Person: 3, Ref: contact.Ref{Processor: "hubspot", Object: "contact", ID: "1"}, Verb: policy.Delete, Ground: policy.GroundRetention,
			State: duty.Waiting, Opened: start, Due: start.AddDate(0, 0, 30), Changed: start}
		err := s.Write(ctx, func(tx *Tx) error {
			if err := tx.PutDuty(d, 100, "decision-1"); err != nil {
				return err
			}
			d.State, d.Attempt, d.Due, d.Changed = duty.Acting, 1, start, start.Add(time.Hour)
			return tx.PutDuty(d, 200, "decision-2")
		})
		if err != nil {
			t.Fatal(err)
		}
		_ = s.Read(ctx, func(tx *Tx) error {
			by, err := tx.DutiesOf([]int64{3})
			if err != nil || len(by[3]) != 1 {
				t.Fatalf("%v, %v", by, err)
			}
			got := by[3][0]
			if got.State != duty.Acting || got.Attempt != 1 || !got.Due.Equal(start.AddDate(0, 0, 30)) || !got.Opened.Equal(start) {
				t.Errorf("%+v", got)
			}
			if dec, err := tx.DecisionOf("d1"); dec != "decision-1" || err != nil {
				t.Errorf("decision %q, %v", dec, err)
			}
			h, err := tx.History(0)
			if err != nil || h["retention.delete"][100] != 1 || len(h["retention.delete"]) != 1 {
				t.Errorf("history %v, %v", h, err)
			}
			return nil
		})
	})
}

func TestAnExpiredBatchIsFrozenAnewWithoutItsApprovals(t *testing.T) {
	both(t, func(t *testing.T, s *Store, _ string) {
		b := duty.Batch{Digest: "sha256:x", Duties: []string{"d1", "d2"}, Count: 2, Persons: 2, Why: duty.OverLimit, Expires: start.Add(time.Hour), Verbs: map[policy.Verb]int{policy.Delete: 2}}
		freeze := func(now time.Time, want bool) {
			t.Helper()
			if err := s.Write(ctx, func(tx *Tx) error {
				isNew, err := tx.PutBatch(b, 10, now)
				if isNew != want {
					t.Errorf("frozen anew: %v", isNew)
				}
				return err
			}); err != nil {
				t.Fatal(err)
			}
		}
		live := func(now time.Time) (out []Frozen) {
			_ = s.Read(ctx, func(tx *Tx) (err error) { out, err = tx.Batches(now); return err })
			return out
		}
		freeze(start, true)
		freeze(start, false)
		if err := s.Write(ctx, func(tx *Tx) error { return tx.Approve(b.Digest, "somebody", start) }); err != nil {
			t.Fatal(err)
		}
		if l := live(start); len(l) != 1 || len(l[0].Approvers) != 1 || len(l[0].Duties) != 2 {
			t.Fatalf("%+v", l)
		}
		if l := live(start.Add(2 * time.Hour)); len(l) != 0 {
			t.Errorf("an expired batch lives: %+v", l)
		}
		b.Expires = start.Add(10 * time.Hour)
		freeze(start.Add(2*time.Hour), true)
		if l := live(start.Add(2 * time.Hour)); len(l) != 1 || len(l[0].Approvers) != 0 {
			t.Errorf("an old approval counts again: %+v", l)
		}
	})
}

func TestHoldsMeetPersonsByAnyIdentifier(t *testing.T) {
	both(t, func(t *testing.T, s *Store, _ string) {
		put(t, s, 1, observed("1", "a", contact.Facts{}))
		err := s.Write(ctx, func(tx *Tx) error {
			return tx.AddHold(Hold{ID: "h1", Basis: "court", Until: 30000, Added: start, Keys: []HoldKey{{Key: key("a")}, {Key: key("z")}}})
		})
		if err != nil {
			t.Fatal(err)
		}
		_ = s.Read(ctx, func(tx *Tx) error {
			hs, err := tx.HoldsOf([]int64{1, 2, 3})
			if err != nil || len(hs[1]) != 1 || hs[1][0].ID != "h1" {
				t.Errorf("%v, %v", hs, err)
			}
			return nil
		})
		_ = s.Write(ctx, func(tx *Tx) error {
			if ok, err := tx.ReleaseHold("h1", start); !ok || err != nil {
				t.Errorf("release: %v, %v", ok, err)
			}
			if ok, _ := tx.ReleaseHold("h1", start); ok {
				t.Error("released twice")
			}
			hs, err := tx.HoldsOf([]int64{1, 2, 3})
			if err != nil || len(hs) != 0 {
				t.Errorf("a released hold holds: %v, %v", hs, err)
			}
			return nil
		})
	})
}

func TestSuppressionExpires(t *testing.T) {
	both(t, func(t *testing.T, s *Store, _ string) {
		put(t, s, 1, observed("1", "a", contact.Facts{}))
		err := s.Write(ctx, func(tx *Tx) error {
			return errors.Join(tx.Suppress(Suppression{Key: key("a"), Kind: "refused", Extent: contact.ExtentEmail, Since: 5}),
				tx.Suppress(Suppression{Key: key("a"), Kind: "lapsed", Since: 6, Until: 100, Public: "p1"}))
		})
		if err != nil {
			t.Fatal(err)
		}
		_ = s.Write(ctx, func(tx *Tx) error {
			if gone, err := tx.ExpireSuppressions(101); len(gone) != 1 || gone[0] != "p1" || err != nil {
				t.Errorf("%v expired, %v", gone, err)
			}
			by, err := tx.SuppressedOf([]int64{1, 2, 3})
			if err != nil || len(by[1]) != 1 || by[1][0].Since != 5 {
				t.Errorf("a refusal does not outlive its record: %v, %v", by, err)
			}
			return nil
		})
		// That somebody was a minor decides on who comes later, and on nobody once it is over.
		_ = s.Write(ctx, func(tx *Tx) error {
			if err := tx.Suppress(Suppression{Key: key("a"), Kind: "minor", Since: 7, Until: 200, Public: "p1"}); err != nil {
				t.Error(err)
			}
			us, _ := tx.Undecided(9)
			if by, err := tx.SuppressedOf([]int64{1}); err != nil || len(by[1]) != 2 || len(us) != 1 {
				t.Errorf("%v, %v decide on %v", by, err, us)
			}
			if err := tx.WereDecided(us); err != nil {
				t.Error(err)
			}
			_, err := tx.ExpireSuppressions(201)
			if us, _ := tx.Undecided(9); err != nil || len(us) != 1 {
				t.Errorf("a suspicion that is over is decided on %v, %v", us, err)
			}
			return nil
		})
	})
}
