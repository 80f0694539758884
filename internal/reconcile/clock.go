package reconcile

import (
	"context"
	"errors"
	"fmt"
	"time"

	"github.com/lapsed/lapsed/connectors"
	"github.com/lapsed/lapsed/internal/store"
	"github.com/lapsed/lapsed/policy"
)

const (
	// skewLimit is how far our clock may be off a processor's, or behind the log,
	// before nothing is planned: a clock a year ahead makes everybody look inactive
	// (invariant 16).
	skewLimit = 5 * time.Minute
	// leap is how far our clock may be ahead of the newest entry before a processor
	// is asked about it, and before anything is logged: the log's times never
	// decrease, so that one entry from a wrong future would hold it up until then.
	leap = 24 * time.Hour
)

// ErrClock tells that our clock can't be right. Nothing was done and nothing logged.
var ErrClock = errors.New("our clock can't be right")

// checkLeap asks the processors for the time after a long silence. It fails if
// some tell it and none agrees with us.
func (e *Engine) checkLeap(ctx context.Context) error {
	at, err := e.newestEntry(ctx)
	if err != nil || at.IsZero() || e.Clock().Sub(at) < leap {
		return err
	}
	var off time.Duration
	for _, name := range sorted(keysOf(e.Sources)) {
		var d connectors.Description
		err := within(ctx, name, e.stall(), func(ctx context.Context) (err error) { d, err = e.Sources[name].Describe(ctx); return err })
		if err != nil || d.Clock.IsZero() {
			continue // the read tells of it
		}
		if off = e.Clock().Sub(d.Clock); off.Abs() <= skewLimit {
			return nil
		}
	}
	if off != 0 {
		return fmt.Errorf("%w: it is %s off the processors' and %s ahead of the log. Nothing was done; set it right", ErrClock, off.Round(time.Second), e.Clock().Sub(at).Round(time.Second))
	}
	return nil
}

func (e *Engine) newestEntry(ctx context.Context) (at time.Time, err error) {
	err = e.Store.Read(ctx, func(tx *store.Tx) (err error) { at, err = tx.LogAt(); return err })
	return at, err
}

// judgeClock decides whether our clock may be planned by. It may not if a
// processor's differs, if it is behind the log, or if nobody told the time.
func (r *run) judgeClock(reads []*pulling) {
	told := false
	for _, x := range reads {
		told = told || !x.about.Clock.IsZero()
		if x.skew.Abs() > skewLimit {
			r.clockWhy = "our clock and a processor's disagree"
		}
	}
	behind := r.headAt.Sub(r.now)
	switch {
	case r.clockWhy != "":
	case behind > skewLimit:
		r.clockWhy = "our clock is behind the log's newest entry"
		r.findings.add(policy.FindClockSkew, "", "", int(behind.Seconds()), "", policy.ClockBehindWords(behind))
	case !told && len(reads) > 0:
		r.clockWhy = "no processor told the time"
	}
}
