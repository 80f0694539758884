package store

import "context"

// queue lets one writer of this process in at a time, in the order in which they
// came. SQLite has one writer, too, and lets in whoever asks at the right moment:
// beside a read that writes page after page a lease could not be renewed in time.
// Nil lets everybody in.
type queue chan struct{}

func newQueue() queue { return make(queue, 1) }

// enter waits for its turn; leave MUST follow unless it fails.
func (q queue) enter(ctx context.Context) error {
	if q == nil {
		return nil
	}
	select {
	case q <- struct{}{}:
		return nil
	case <-ctx.Done():
		return ctx.Err()
	}
}

func (q queue) leave() {
	if q != nil {
		<-q
	}
}
