package store

import (
	"context"
	"testing"
	"time"

	"github.com/lapsed/lapsed/internal/contact"
)

// A lease is renewed beside a read that writes page after page.
func TestARenewalHasItsTurn(t *testing.T) {
	s, err := Open(ctx, "sqlite:"+t.TempDir()+"/state.db")
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = s.Close() }()
	row, ok, err := s.Leases().Claim(ctx, "cycle", "me", start, start.Add(time.Minute))
	if err != nil || !ok {
		t.Fatal(ok, err)
	}
	stop, written := make(chan struct{}), make(chan int)
	for range 3 {
		go func() {
			n := 0
			defer func() { written <- n }()
			for {
				select {
				case <-stop:
					return
				default:
				}
				err := s.Write(ctx, func(tx *Tx) error {
					_, err := tx.PutObservations(1, []contact.Observation{observed("1", "a", contact.Facts{})})
					return err
				})
				if err != nil {
					t.Error(err)
					return
				}
				n++
			}
		}()
	}
	for i := range 20 {
		within, cancel := context.WithTimeout(ctx, 5*time.Second)
		if held, err := s.Leases().Renew(within, row, start.Add(time.Duration(i)*time.Minute)); err != nil || !held {
			t.Errorf("renewal %d: %v, %v", i, held, err)
		}
		cancel()
	}
	close(stop)
	for range 3 {
		if n := <-written; n == 0 {
			t.Error("a writer had no turn")
		}
	}
}
