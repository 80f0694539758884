package app

import (
	"context"
	"fmt"
	"os"
	"sync"
	"testing"

	"github.com/lapsed/lapsed/internal/duty"
	"github.com/lapsed/lapsed/internal/store/pgtest"
)

// Processes that start at once on an empty database make one set of keys and
// begin one log, whoever is first with what.
func TestStartAtOnce(t *testing.T) {
	file := "sqlite:./lapsed.db"
	for _, state := range []string{pgtest.New(t), pgtest.New(t), file, file, file, file} {
		w := newWorld(t, "enforce")
		w.rewrite(t, "lapsed.yaml", "state: sqlite:./lapsed.db", "state: "+state)
		var apps [4]*App
		var all sync.WaitGroup
		for i := range apps {
			all.Go(func() {
				a, err := Open(context.Background(), Options{Config: w.config, Clock: w.stage.Clock.Now, Build: "test", HTTP: quick()})
				if err != nil {
					t.Errorf("it doesn't start beside others: %v", err)
					return
				}
				apps[i] = a
			})
		}
		all.Wait()
		for _, a := range apps {
			if a == nil {
				t.FailNow()
			}
			if a.Log.VKey() != apps[0].Log.VKey() || a.Keys.SubjectKey().KID() != apps[0].Keys.SubjectKey().KID() {
				t.Error("they have different keys")
			}
			if err := a.Close(); err != nil {
				t.Error(err)
			}
		}
		w.run(t)
		if n := w.kinds(t, "policy.activated"); n != 1 {
			t.Errorf("the policy was activated %d times", n)
		}
		left, err := os.ReadDir(w.path("keys"))
		if err != nil || len(left) != 3 { // the log's key, the pseudonyms', the pin
			t.Errorf("the keys' directory holds %v, %v", left, err)
		}
	}
}

// A daemon that was off for three weeks makes no burst when it is back: the day's
// limit holds, the oldest go first, and what is above waits for somebody.
func TestOffForThreeWeeks(t *testing.T) {
	t.Parallel()
	w := newWorld(t, "enforce")
	w.reword(t, "delete: {people: 100, share: 1%}", "delete: {people: 2, share: 100%}")
	w.crowd(2)
	var ids []string
	for i := range 20 { // a person a day lapses, from the first day on
		ids = append(ids, w.lapsed(fmt.Sprintf("p%02d", i), now.AddDate(-2, 0, i-1)))
	}
	w.run(t)
	for range 31 {
		w.advance(day)
		w.run(t)
	}
	before := w.deletions()
	w.advance(21 * day)
	r := w.run(t) // opens what has lapsed meanwhile; what was open is due
	if n := w.deletions() - before; n > 2 {
		t.Errorf("%d people were deleted on the first day, want the day's two at most", n)
	}
	if w.deletions() > 0 && r.Duties[duty.Due]+r.Duties[duty.Waiting] == 0 {
		t.Errorf("duties %v: nothing is left to do, and 20 people lapsed", r.Duties)
	}
	gone := 0
	for _, id := range ids { // the oldest first
		_, state := w.hs.Get(id)
		if state == "erased" {
			gone++
		} else {
			break
		}
	}
	if gone != w.deletions() {
		t.Errorf("%d are deleted, and %d of the oldest", w.deletions(), gone)
	}
}
