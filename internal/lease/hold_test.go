package lease_test

import (
	"context"
	"errors"
	"path/filepath"
	"testing"
	"testing/synctest"
	"time"

	"github.com/lapsed/lapsed/internal/lease"
	"github.com/lapsed/lapsed/internal/store"
)

// inTime runs a test in which time passes as soon as everybody waits for it.
func inTime(t *testing.T, f func(t *testing.T, st *store.Store, a, b *lease.Leases)) {
	t.Helper()
	path := filepath.Join(t.TempDir(), "lapsed.db")
	synctest.Test(t, func(t *testing.T) {
		st, err := store.Open(t.Context(), "sqlite:"+path)
		if err != nil {
			t.Fatal(err)
		}
		defer func() { _ = st.Close() }()
		f(t, st, lease.New(st.Leases(), "a", ttl, time.Now), lease.New(st.Leases(), "b", ttl, time.Now))
	})
}

func pass(ctx context.Context, d time.Duration) {
	select {
	case <-ctx.Done():
	case <-time.After(d):
	}
}

func TestALeaseIsKeptWhileItsWorkGoesOn(t *testing.T) {
	inTime(t, func(t *testing.T, _ *store.Store, a, b *lease.Leases) {
		l, _, err := a.Claim(t.Context(), "x")
		if err != nil {
			t.Fatal(err)
		}
		err = l.Hold(t.Context(), func(ctx context.Context) error {
			for range 100 {
				pass(ctx, time.Second)
				if _, ok, err := b.Claim(ctx, "x"); ok || err != nil || !l.Held() {
					t.Errorf("claimed by another: %v, %v", ok, err)
				}
			}
			return ctx.Err()
		})
		if err != nil {
			t.Error(err)
		}
		if _, ok, err := b.Claim(t.Context(), "x"); !ok {
			t.Errorf("not released: %v", err)
		}
	})
}

// Whoever can't renew is told to stop before another may take over.
func TestWorkEndsBeforeItsLeaseRunsOut(t *testing.T) {
	for title, harm := range map[string]func(*store.Store, lease.Row) error{
		"the state is away": func(st *store.Store, _ lease.Row) error { return st.Close() },
		"it was taken":      func(st *store.Store, r lease.Row) error { return st.Leases().Release(context.Background(), r) },
	} {
		t.Run(title, func(t *testing.T) {
			inTime(t, func(t *testing.T, st *store.Store, a, _ *lease.Leases) {
				l, _, err := a.Claim(t.Context(), "x")
				if err != nil {
					t.Fatal(err)
				}
				rows, _ := a.List(t.Context())
				pass(t.Context(), 3*time.Second) // a holder may be slow to begin
				err = l.Hold(t.Context(), func(ctx context.Context) error {
					if err := harm(st, rows[0]); err != nil {
						t.Fatal(err)
					}
					pass(ctx, time.Hour)
					if !time.Now().Before(rows[0].Until) {
						t.Errorf("told at %s, and the lease ran out at %s", time.Now(), rows[0].Until)
					}
					return ctx.Err()
				})
				if !errors.Is(err, lease.ErrLost) {
					t.Errorf("%v", err)
				}
			})
		})
	}
}
