package httpx

import (
	"context"
	"net/http"
	"time"

	"github.com/lapsed/lapsed/internal/fault"
)

// writeGrace is how long a write that is under way may go on after its caller
// was told to stop: an answer that comes is worth more than an early end. It is
// well below the ten seconds in which the program stops.
const writeGrace = 5 * time.Second

// finishing lets a write that was sent come to its answer, and sends none once
// its context has ended.
type finishing struct {
	next  http.RoundTripper
	grace time.Duration
}

func (t finishing) RoundTrip(r *http.Request) (*http.Response, error) {
	if r.Context().Err() != nil {
		return nil, &fault.Error{Kind: fault.Transient, Hint: "stopped before it was sent"}
	}
	ctx, cancel := context.WithCancel(context.WithoutCancel(r.Context()))
	settled := context.AfterFunc(r.Context(), func() { time.AfterFunc(t.grace, cancel) })
	end := func() { settled(); cancel() }
	resp, err := t.next.RoundTrip(r.WithContext(ctx))
	if err != nil {
		end()
		return nil, err
	}
	resp.Body = closing{resp.Body, end}
	return resp, nil
}
