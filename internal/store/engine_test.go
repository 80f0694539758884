package store

import (
	"context"
	"errors"
	"slices"
	"sync"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/google/go-cmp/cmp/cmpopts"

	"github.com/lapsed/lapsed/internal/contact"
	"github.com/lapsed/lapsed/internal/duty"
	"github.com/lapsed/lapsed/policy"
)

// What is read in a writing transaction is still so when it writes.
func TestOneTransactionWritesAtATime(t *testing.T) {
	both(t, func(t *testing.T, s *Store, _ string) {
		var all sync.WaitGroup
		for range 8 {
			all.Go(func() {
				for range 5 {
					if err := s.Write(ctx, func(tx *Tx) error {
						v, err := tx.Meta("count")
						if err != nil {
							return err
						}
						return tx.SetMeta("count", v+"|")
					}); err != nil {
						t.Error(err)
					}
				}
			})
		}
		all.Wait()
		_ = s.Read(ctx, func(tx *Tx) error {
			if v, err := tx.Meta("count"); len(v) != 40 || err != nil {
				t.Errorf("%d of 40 increments, %v", len(v), err)
			}
			return nil
		})
	})
}

// A reader sees what was there when it began, and keeps nobody from writing.
func TestAReaderSeesOneSnapshot(t *testing.T) {
	both(t, func(t *testing.T, s *Store, _ string) {
		set := func(v string) error {
			return s.Write(ctx, func(tx *Tx) error { return tx.SetMeta("a", v) })
		}
		if err := set("old"); err != nil {
			t.Fatal(err)
		}
		err := s.Read(ctx, func(tx *Tx) error {
			before, err := tx.Meta("a")
			if err := errors.Join(err, set("new")); err != nil {
				return err
			}
			after, err := tx.Meta("a")
			if before != "old" || after != "old" {
				t.Errorf("read %q, then %q", before, after)
			}
			return err
		})
		if err != nil {
			t.Fatal(err)
		}
	})
}

func TestAReaderCantWrite(t *testing.T) {
	both(t, func(t *testing.T, s *Store, _ string) {
		if s.engine.lock == "" {
			return // SQLite has no such transactions; the type of a reader's caller is all there is
		}
		if err := s.Read(ctx, func(tx *Tx) error { return tx.SetMeta("a", "1") }); err == nil {
			t.Error("a reader wrote")
		}
	})
}

// The driver binds by number, not by the order of appearance.
func TestParametersAreNumbered(t *testing.T) {
	both(t, func(t *testing.T, s *Store, _ string) {
		var a, b string
		if err := s.db.QueryRow(`SELECT CAST($2 AS text), CAST($1 AS text)`, "1", "2").Scan(&a, &b); err != nil || a != "2" || b != "1" {
			t.Errorf("%q %q %v", a, b, err)
		}
	})
}

// A writer whose context ends leaves nothing, and the connection is usable.
func TestAWriterMayBeStopped(t *testing.T) {
	both(t, func(t *testing.T, s *Store, _ string) {
		stop, cancel := context.WithCancel(ctx)
		if err := s.Write(stop, func(tx *Tx) error {
			err := tx.SetMeta("a", "1")
			cancel()
			return err
		}); err == nil {
			t.Error("committed after it was stopped")
		}
		if err := s.Write(ctx, func(tx *Tx) error {
			v, err := tx.Meta("a")
			if v != "" {
				t.Errorf("left %q", v)
			}
			return err
		}); err != nil {
			t.Error(err)
		}
	})
}

func TestListsOfAnyLength(t *testing.T) {
	both(t, func(t *testing.T, s *Store, _ string) {
		put(t, s, 1, observed("1", "a", contact.Facts{}), observed("2", "b", contact.Facts{}))
		ids := make([]int64, 100_000)
		for i := range ids {
			ids[i] = int64(i + 1)
		}
		_ = s.Read(ctx, func(tx *Tx) error {
			for n, list := range map[int][]int64{0: nil, 1: ids[1:2], 2: ids} {
				persons, err := tx.PersonsOf(list)
				if len(persons) != n || err != nil {
					t.Errorf("%d persons of %d, %v", len(persons), n, err)
				}
				rows, err := tx.ObservationsOf(list)
				if len(rows) != n || err != nil {
					t.Errorf("%d observations of %d, %v", len(rows), n, err)
				}
			}
			return nil
		})
	})
}

func TestDutiesByStateAndProcessor(t *testing.T) {
	both(t, func(t *testing.T, s *Store, _ string) {
		d := func(id, processor string, state duty.State) duty.Duty {
			return duty.Duty{ID: id, Ref: contact.Ref{Processor: processor, Object: "contact", ID: id}, Verb: policy.Delete, State: state, Opened: start, Due: start, Changed: start}
		}
		if err := s.Write(ctx, func(tx *Tx) error {
			return errors.Join(tx.PutDuty(d("Z", "hubspot", duty.Due), 1, "x"), tx.PutDuty(d("a", "hubspot", duty.Due), 1, "x"),
				tx.PutDuty(d("b", "salesforce", duty.Due), 1, "x"), tx.PutDuty(d("c", "hubspot", duty.Gone), 1, "x"))
		}); err != nil {
			t.Fatal(err)
		}
		ids := func(processor string, states ...duty.State) (out []string) {
			_ = s.Read(ctx, func(tx *Tx) error {
				ds, err := tx.DutiesIn(processor, states...)
				if err != nil {
					t.Error(err)
				}
				for _, d := range ds {
					out = append(out, d.ID)
				}
				return nil
			})
			return out
		}
		// by bytes: capitals before small letters, in any language
		if got := ids("", duty.Due, duty.Gone); !slices.Equal(got, []string{"Z", "a", "b", "c"}) {
			t.Errorf("all: %v", got)
		}
		if got := ids("hubspot", duty.Due); !slices.Equal(got, []string{"Z", "a"}) {
			t.Errorf("due at one: %v", got)
		}
		if got := ids("hubspot"); len(got) != 0 {
			t.Errorf("of no state: %v", got)
		}
	})
}

func TestTheLatestStands(t *testing.T) {
	both(t, func(t *testing.T, s *Store, _ string) {
		put(t, s, 1, observed("1", "a", contact.Facts{}), observed("2", "b", contact.Facts{}))
		no := Suppression{Key: key("a"), Kind: "refused", Extent: contact.ExtentEmail, Since: 9}
		older := no
		older.Since = 5
		err := s.Write(ctx, func(tx *Tx) error {
			return errors.Join(tx.Suppress(no), tx.Suppress(older),
				tx.AddHold(Hold{ID: "h", Basis: "court", Added: start, Keys: []HoldKey{{Key: key("a")}}}),
				tx.Inherit(key("a"), key("b")), tx.Inherit(key("a"), key("b")),
				tx.PutPolicy(PolicyRow{Revision: "r", Version: "1", Activated: start}), tx.PutPolicy(PolicyRow{Revision: "r", Version: "1", Activated: start.Add(-time.Hour)}))
		})
		if err != nil {
			t.Fatal(err)
		}
		_ = s.Read(ctx, func(tx *Tx) error {
			by, err := tx.SuppressedOf([]int64{1, 2})
			if err != nil || len(by[1]) != 1 || by[1][0].Since != 9 || len(by[2]) != 1 || by[2][0].Since != 9 {
				t.Errorf("refusals: %+v, %v", by, err)
			}
			holds, err := tx.HoldsOf([]int64{1, 2})
			if err != nil || len(holds[1]) != 1 || len(holds[2]) != 1 {
				t.Errorf("holds: %+v, %v", holds, err)
			}
			p, ok, err := tx.ActivePolicy()
			if err != nil || !ok || !p.Activated.Equal(start) {
				t.Errorf("policy: %+v, %v", p, err)
			}
			return nil
		})
	})
}

func TestCyclesFindingsAndSources(t *testing.T) {
	both(t, func(t *testing.T, s *Store, _ string) {
		f := Finding{ID: "f", Code: "drift", Clause: "C9", Processor: "hubspot", Count: 1, Due: 20800, Opened: start}
		source := SourceState{Processor: "hubspot", Generation: 2, ReadAt: start, Whole: true, WholeAt: start, Wholes: 2, FirstAt: start, Contacts: 3, Signature: "s",
			Account: `{"users":1}`, AccountAt: start, AccountFault: "auth"}
		err := s.Write(ctx, func(tx *Tx) error {
			if _, _, err := tx.BeginCycle("c1", "enforce", false, start); err != nil {
				return err
			}
			_, unfinished, err := tx.BeginCycle("c2", "enforce", true, start)
			if !slices.Equal(unfinished, []string{"c1"}) {
				t.Errorf("unfinished %v", unfinished)
			}
			keep := Decided{Person: 1, Verdict: "keep", Until: start}
			again := f
			again.Count = 7
			return errors.Join(err, tx.FinishCycle("c2", start, []byte(`{}`)), tx.PutFinding(f), tx.PutFinding(again), tx.PutSource(SourceState{Processor: "hubspot"}), tx.PutSource(source),
				tx.Spend(5, policy.Delete, 1), tx.Spend(5, policy.Delete, 1), tx.PutDecided(Decided{}, keep), tx.PutDecided(keep, Decided{Person: 1, Verdict: "delete", Until: start}))
		})
		if err != nil {
			t.Fatal(err)
		}
		_ = s.Read(ctx, func(tx *Tx) error {
			first, err := tx.FirstCycle()
			if err != nil || !first.Equal(start) {
				t.Errorf("first cycle %s, %v", first, err)
			}
			fs, err := tx.OpenFindings()
			if err != nil || len(fs) != 1 || fs[0].Count != 7 || fs[0].Due != 20800 {
				t.Errorf("findings %+v, %v", fs, err)
			}
			all, err := tx.Sources()
			if err != nil || !cmp.Equal(all["hubspot"], source, cmpopts.EquateEmpty()) {
				t.Errorf("sources %+v, %v", all, err)
			}
			spent, err := tx.Spent(5)
			if err != nil || len(spent[policy.Delete]) != 1 {
				t.Errorf("spent %v, %v", spent, err)
			}
			d, err := tx.DecidedOf([]int64{1})
			if err != nil || d[1].Verdict != "delete" || !d[1].Until.Equal(start) {
				t.Errorf("decided %+v, %v", d, err)
			}
			return nil
		})
	})
}
