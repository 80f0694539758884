package lease_test

import (
	"context"
	"database/sql"
	"errors"
	"path/filepath"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/lapsed/lapsed/internal/lease"
	"github.com/lapsed/lapsed/internal/store"
	"github.com/lapsed/lapsed/internal/store/pgtest"
)

const ttl = 15 * time.Second

var ctx = context.Background()

// world is one state and two processes that share it, with a clock that is set.
type world struct {
	t    *testing.T
	name string
	st   *store.Store
	a, b *lease.Leases

	mu  sync.Mutex
	now time.Time
}

func (w *world) clock() time.Time { w.mu.Lock(); defer w.mu.Unlock(); return w.now }

func (w *world) advance(d time.Duration) { w.mu.Lock(); defer w.mu.Unlock(); w.now = w.now.Add(d) }

func (w *world) claim(l *lease.Leases, want bool) *lease.Lease {
	w.t.Helper()
	got, ok, err := l.Claim(ctx, "processor/hubspot")
	if err != nil || ok != want {
		w.t.Fatalf("claimed: %v, %v; want %v", ok, err, want)
	}
	return got
}

func (w *world) row() lease.Row {
	w.t.Helper()
	rows, err := w.a.List(ctx)
	if err != nil || len(rows) != 1 {
		w.t.Fatalf("%d rows, %v", len(rows), err)
	}
	return rows[0]
}

// both runs a test on each engine.
func both(t *testing.T, f func(t *testing.T, w *world)) {
	t.Helper()
	for engine, name := range map[string]func(t *testing.T) string{
		"sqlite":   func(t *testing.T) string { return "sqlite:" + filepath.Join(t.TempDir(), "lapsed.db") },
		"postgres": func(t *testing.T) string { return pgtest.New(t) },
	} {
		t.Run(engine, func(t *testing.T) { f(t, open(t, name(t))) })
	}
}

func open(t *testing.T, name string) *world {
	t.Helper()
	st, err := store.Open(ctx, name)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = st.Close() })
	w := &world{t: t, name: name, st: st, now: time.Date(2026, 11, 24, 12, 0, 0, 0, time.UTC)}
	w.a, w.b = lease.New(st.Leases(), "a", ttl, w.clock), lease.New(st.Leases(), "b", ttl, w.clock)
	return w
}

func TestOneHolderAtATime(t *testing.T) {
	both(t, func(t *testing.T, w *world) {
		w.claim(w.a, true)
		w.claim(w.b, false)
		w.claim(w.a, false) // nor the same process twice
		if _, ok, err := w.b.Claim(ctx, "processor/salesforce"); !ok || err != nil {
			t.Errorf("another lease is not free: %v", err)
		}
	})
}

func TestManyWantOne(t *testing.T) {
	both(t, func(t *testing.T, w *world) {
		for round := range 3 {
			var got sync.Map
			var all sync.WaitGroup
			for i := range 8 {
				all.Go(func() {
					_, ok, err := lease.New(w.st.Leases(), string(rune('a'+i)), ttl, w.clock).Claim(ctx, "processor/hubspot")
					if err != nil {
						t.Error(err)
					}
					if ok {
						got.Store(i, true)
					}
				})
			}
			all.Wait()
			n := 0
			got.Range(func(any, any) bool { n++; return true })
			if n != 1 {
				t.Errorf("round %d: %d holders", round, n)
			}
			w.advance(2 * ttl)
		}
	})
}

func TestALeaseThatRanOutIsTakenOver(t *testing.T) {
	both(t, func(t *testing.T, w *world) {
		w.claim(w.a, true)
		w.advance(ttl)
		w.claim(w.b, false) // to the millisecond
		w.advance(time.Millisecond)
		w.claim(w.b, true)
		if r := w.row(); r.Holder != "b" || r.Epoch != 2 {
			t.Errorf("%+v", r)
		}
	})
}

// A process is stopped in the midst of its work, and goes on when another has
// taken over, as if nothing had happened.
func TestAZombieWritesNothing(t *testing.T) {
	both(t, func(t *testing.T, w *world) {
		set := func(l *lease.Lease, value string) error {
			return w.st.Fenced(l).Write(ctx, func(tx *store.Tx) error { return tx.SetMeta("who", value) })
		}
		zombie := w.claim(w.a, true)
		if err := set(zombie, "a"); err != nil || !zombie.Held() {
			t.Fatalf("the holder can't write: %v", err)
		}
		w.advance(ttl + time.Second)
		if zombie.Held() {
			t.Error("a lease that ran out counts as held")
		}
		successor := w.claim(w.b, true)
		if err := set(zombie, "zombie"); !errors.Is(err, lease.ErrLost) {
			t.Errorf("the zombie's write: %v", err)
		}
		who := ""
		if err := w.st.Read(ctx, func(tx *store.Tx) (err error) { who, err = tx.Meta("who"); return err }); err != nil || who != "a" {
			t.Errorf("the state says %q, %v", who, err)
		}
		if err := set(successor, "b"); err != nil {
			t.Errorf("the successor can't write: %v", err)
		}
		if err := zombie.Hold(ctx, func(context.Context) error { return nil }); err != nil { // releases what it has not
			t.Error(err)
		}
		if r := w.row(); r.Holder != "b" {
			t.Errorf("the zombie released its successor's lease: %+v", r)
		}
	})
}

// A transaction that has passed its fence ends before anybody takes over.
func TestATakeoverWaitsForAFencedTransaction(t *testing.T) {
	both(t, func(t *testing.T, w *world) {
		old := w.claim(w.a, true)
		taken := make(chan bool, 1)
		err := w.st.Fenced(old).Write(ctx, func(tx *store.Tx) error {
			w.advance(ttl + time.Second)
			go func() {
				_, ok, err := w.b.Claim(ctx, "processor/hubspot")
				taken <- ok && err == nil
			}()
			select {
			case <-taken:
				t.Error("taken over in the midst of a fenced transaction")
				taken <- true
			case <-w.waits():
			}
			return tx.SetMeta("who", "a")
		})
		if err != nil {
			t.Error(err)
		}
		if !<-taken {
			t.Error("not taken over after it")
		}
	})
}

// waits is closed when somebody waits for a lock. SQLite doesn't tell; there a
// moment has to do.
func (w *world) waits() <-chan struct{} {
	seen := make(chan struct{})
	if strings.HasPrefix(w.name, "sqlite:") {
		time.AfterFunc(50*time.Millisecond, func() { close(seen) })
		return seen
	}
	db, err := sql.Open("pgx", w.name)
	if err != nil {
		w.t.Fatal(err)
	}
	w.t.Cleanup(func() { _ = db.Close() })
	go func() {
		for n := 0; n == 0; {
			if err := db.QueryRow(`SELECT COUNT(*) FROM pg_locks WHERE NOT granted`).Scan(&n); err != nil {
				return // the test is over
			}
		}
		close(seen)
	}()
	return seen
}

// On PostgreSQL a long transaction of the holder's own does not keep it from
// renewing its lease, though it keeps others from taking it.
func TestARenewalDoesNotWaitForItsFence(t *testing.T) {
	w := open(t, pgtest.New(t))
	l := w.claim(w.a, true)
	r := w.row()
	if err := w.st.Fenced(l).Write(ctx, func(*store.Tx) error {
		short, cancel := context.WithTimeout(ctx, 5*time.Second)
		defer cancel()
		ok, err := w.st.Leases().Renew(short, r, w.clock().Add(ttl))
		if !ok {
			t.Errorf("not renewed: %v", err)
		}
		return err
	}); err != nil {
		t.Error(err)
	}
}

func TestAFailureWaits(t *testing.T) {
	both(t, func(t *testing.T, w *world) {
		boom := errors.New("boom")
		fail := func(l *lease.Lease, err error) {
			t.Helper()
			if got := l.Hold(ctx, func(context.Context) error { return err }); !errors.Is(got, boom) {
				t.Errorf("%v", got)
			}
		}
		for _, want := range []time.Duration{2 * time.Second, 4 * time.Second, 8 * time.Second} {
			fail(w.claim(w.a, true), boom)
			w.advance(want - time.Millisecond)
			w.claim(w.b, false) // on no machine
			w.advance(time.Millisecond)
		}
		fail(w.claim(w.b, true), lease.After(boom, time.Hour))
		w.advance(time.Hour - time.Millisecond)
		w.claim(w.a, false)
		w.advance(time.Millisecond)
		if r := w.row(); r.Failures != 4 {
			t.Errorf("%+v", r)
		}
		if err := w.claim(w.a, true).Hold(ctx, func(context.Context) error { return nil }); err != nil {
			t.Error(err)
		}
		if r := w.row(); r.Failures != 0 || r.Holder != "" {
			t.Errorf("after a success: %+v", r)
		}
		w.claim(w.b, true)
	})
}

func TestBackOffHasAnEnd(t *testing.T) {
	w := open(t, "sqlite:"+filepath.Join(t.TempDir(), "lapsed.db"))
	for range 70 {
		_ = w.claim(w.a, true).Hold(ctx, func(context.Context) error { return errors.New("boom") })
		w.advance(5 * time.Minute)
	}
}

// A stop signal is no failure: another machine goes on at once.
func TestWhoIsToldToStopLeavesNoWait(t *testing.T) {
	both(t, func(t *testing.T, w *world) {
		stop, cancel := context.WithCancel(ctx)
		err := w.claim(w.a, true).Hold(stop, func(ctx context.Context) error {
			cancel()
			<-ctx.Done()
			return ctx.Err()
		})
		if !errors.Is(err, context.Canceled) {
			t.Error(err)
		}
		if r := w.row(); r.Failures != 0 {
			t.Errorf("%+v", r)
		}
		w.claim(w.b, true)
	})
}

func TestAClockThatIsOffIsRefused(t *testing.T) {
	w := open(t, pgtest.New(t))
	theirs, err := w.st.Leases().Clock(ctx)
	if err != nil || theirs.IsZero() {
		t.Fatal(theirs, err)
	}
	for off, ok := range map[time.Duration]bool{0: true, -4 * time.Second: true, -6 * time.Second: false, time.Hour: false} {
		w.now = theirs.Add(off)
		err := w.a.CheckClock(ctx)
		if (err == nil) != ok {
			t.Errorf("%s off: %v", off, err)
		}
		if err != nil && !strings.Contains(err.Error(), "NTP") {
			t.Errorf("the message doesn't say what to do: %v", err)
		}
	}
	if err := open(t, "sqlite:"+filepath.Join(t.TempDir(), "lapsed.db")).a.CheckClock(ctx); err != nil {
		t.Errorf("a file's clock is this machine's: %v", err)
	}
}
