package app

import (
	"context"
	"os"
	"sync"
	"testing"

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
