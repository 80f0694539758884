package notify

import (
	"context"
	"log/slog"
	"time"
)

// Channel carries events to people.
type Channel interface {
	// Name is a word for logs and metrics: "webhook".
	Name() string
	// Send hands one event over and returns nil once the other side took it. It
	// MUST end with ctx. Its error MUST NOT hold an address, a URL or what the
	// other side said. Sending the same event again MUST be harmless.
	Send(ctx context.Context, e Event) error
}

// Memory remembers what was sent, beyond a restart and on all replicas.
type Memory interface {
	// Sent tells whether MarkSent was called with the key.
	Sent(ctx context.Context, key string) (bool, error)
	// MarkSent remembers the key. The time is for forgetting it one day.
	MarkSent(ctx context.Context, key string, at time.Time) error
}

// patience is how long one event may hold up the others on one channel.
const patience = 30 * time.Second

// Notifier sends events on all its channels, each event once a channel.
type Notifier struct {
	Channels []Channel
	Memory   Memory
	Logger   *slog.Logger                 // nil = no lines
	Counted  func(channel, result string) // "sent" or "failed"; nil = nobody counts
	Bound    time.Duration                // for one event on one channel; 0 = 30 s
}

// Send tells what wasn't told yet. It returns how many messages were sent, and
// never fails: what could not be sent is logged and tried with the next call. A
// channel that failed is left alone for the rest of this one.
func (n *Notifier) Send(ctx context.Context, events ...Event) (sent int) {
	for _, c := range n.Channels {
		for _, e := range events {
			done, err := n.once(ctx, c, e)
			if err != nil {
				n.failed(c, e, err)
				break
			}
			if done {
				sent++
			}
		}
	}
	return sent
}

// once sends e on c unless that was done before.
func (n *Notifier) once(ctx context.Context, c Channel, e Event) (bool, error) {
	key := c.Name() + "/" + e.Key
	if before, err := n.Memory.Sent(ctx, key); before || err != nil {
		return false, err
	}
	bound := n.Bound
	if bound == 0 {
		bound = patience
	}
	within, cancel := context.WithTimeout(ctx, bound)
	defer cancel()
	if err := c.Send(within, e); err != nil {
		return false, err
	}
	n.count(c, "sent")
	if n.Logger != nil {
		n.Logger.Info("notified", "channel", c.Name(), "kind", string(e.Kind), "event", e.Key, "cycle", e.Cycle)
	}
	// It was sent whether or not we are being stopped.
	return true, n.Memory.MarkSent(context.WithoutCancel(ctx), key, e.At)
}

func (n *Notifier) failed(c Channel, e Event, err error) {
	n.count(c, "failed")
	if n.Logger != nil {
		n.Logger.Warn("not notified: it is tried again after the next cycle", "channel", c.Name(), "kind", string(e.Kind), "event", e.Key, "cycle", e.Cycle, "error", err.Error())
	}
}

func (n *Notifier) count(c Channel, result string) {
	if n.Counted != nil {
		n.Counted(c.Name(), result)
	}
}
