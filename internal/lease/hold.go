package lease

import (
	"context"
	"errors"
	"fmt"
	"time"
)

// Back-off after failures in a row: it doubles from the first to the longest.
const (
	firstWait   = 2 * time.Second
	longestWait = 5 * time.Minute
)

// After is err for a unit that knows how long to wait before it is tried again,
// from a processor's Retry-After for example.
func After(err error, d time.Duration) error { return &later{err, d} }

type later struct {
	error
	wait time.Duration
}

func (l *later) Unwrap() error { return l.error }

// Hold keeps the lease while work runs and releases it at its end. An error of
// work makes the unit wait before anybody can claim it again; the end of ctx, to
// which work answers with an error as well, does not. The context that work gets
// ends when ctx does, and before the lease runs out without having been renewed;
// work MUST end soon after. Hold returns work's error, as ErrLost if that is its
// cause.
func (l *Lease) Hold(ctx context.Context, work func(ctx context.Context) error) error {
	wctx, cancel := context.WithCancelCause(ctx)
	stopKeeping := l.keep(context.WithoutCancel(ctx), func() { cancel(ErrLost) })
	err := func() error {
		defer stopKeeping() // also if work panics: nobody holds on to what nobody does
		return work(wctx)
	}()
	lost := errors.Is(context.Cause(wctx), ErrLost)
	cancel(nil)
	if lost && err != nil && !errors.Is(err, ErrLost) {
		err = fmt.Errorf("%w: %s: %w", ErrLost, l.row.Name, err)
	}
	stopped := ctx.Err() != nil && !lost
	return errors.Join(err, l.release(context.WithoutCancel(ctx), err, stopped))
}

// keep renews the lease until the returned function is called, and calls lost if
// it can't, in time.
func (l *Lease) keep(ctx context.Context, lost func()) (stop func()) {
	ctx, cancel := context.WithCancel(ctx)
	last := time.AfterFunc(l.left(), lost) // whatever the renewal waits for
	done := make(chan struct{})
	go func() {
		defer close(done)
		next := time.NewTimer(l.of.ttl / 3)
		defer next.Stop()
		for {
			select {
			case <-ctx.Done():
				return
			case <-next.C:
			}
			switch held, err := l.renew(ctx, last); {
			case err != nil: // the state is away: there is time for some more tries
				next.Reset(l.of.ttl / 12)
			case !held:
				lost()
				return
			default:
				next.Reset(l.of.ttl / 3)
			}
		}
	}()
	return func() {
		last.Stop()
		cancel()
		<-done
	}
}

// left is how long its holder may still work: it stops a sixth of the time to
// live before the row runs out.
func (l *Lease) left() time.Duration {
	return time.UnixMilli(l.until.Load()).Sub(l.of.clock()) - l.of.ttl/6
}

func (l *Lease) renew(ctx context.Context, last *time.Timer) (bool, error) {
	until := l.of.clock().Add(l.of.ttl)
	ctx, cancel := context.WithTimeout(ctx, l.of.ttl/3)
	defer cancel()
	held, err := l.of.table.Renew(ctx, l.row, until)
	if held && err == nil && last.Stop() { // not if work was told to stop meanwhile
		l.until.Store(until.UnixMilli())
		last.Reset(l.left())
	}
	return held, err
}

// release frees the lease. One that can't be freed runs out.
func (l *Lease) release(ctx context.Context, failure error, stopped bool) error {
	ctx, cancel := context.WithTimeout(ctx, l.of.ttl/3)
	defer cancel()
	row := l.row
	switch {
	case failure == nil:
		row.Failures = 0
	case !stopped:
		row.Failures++
		row.NotBefore = l.of.clock().Add(wait(failure, row.Failures))
	}
	if err := l.of.table.Release(ctx, row); err != nil {
		return fmt.Errorf("release the lease %s: %w", row.Name, err)
	}
	return nil
}

func wait(failure error, failures int) time.Duration {
	var l *later
	if errors.As(failure, &l) {
		return l.wait
	}
	d := firstWait
	for ; failures > 1 && d < longestWait; failures-- {
		d *= 2
	}
	return min(d, longestWait)
}
