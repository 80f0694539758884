package app

import (
	"context"
	"net/http"
	"strings"
	"testing"
	"time"

	"github.com/lapsed/lapsed/connectors"
	"github.com/lapsed/lapsed/internal/contact"
	"github.com/lapsed/lapsed/internal/sandbox/kit"
	"github.com/lapsed/lapsed/policy"
)

// stalling is how long processors may hang in these tests; a simulator that hangs
// does so for a minute.
const stalling = 3 * time.Second

func stalls(a *App) { a.opt.Stall = stalling }

// goesOn checks that the others' refusals were written although a processor hung,
// within its bound, and that somebody hears of it.
func (w *work) goesOn(t *testing.T, broken string, began time.Time, r Report) {
	t.Helper()
	ids := map[string][]string{"hubspot": w.flagged, "salesforce": w.mailing}[broken]
	for _, id := range ids {
		w.exactly(t, other(broken), "unsubscribe", id)
	}
	for _, c := range w.stage.Book.Changes() {
		if after := c.At.Sub(began); c.Verb == "unsubscribe" && after > 10*stalling {
			t.Errorf("written %s after the cycle began: somebody waited for the one that hangs", after)
		}
	}
	if w.deletions() != 0 {
		t.Errorf("%d deletions although a source is unread", w.deletions())
	}
	if has(r, policy.FindSourceUnread, broken) == 0 {
		t.Errorf("no finding at %s: %v", broken, r.Findings)
	}
}

// A processor that hangs keeps nobody else's refusals waiting for longer than it
// may, wherever in the cycle it does so, and is then left alone.
func TestAProcessorThatHangs(t *testing.T) {
	for _, broken := range []string{"hubspot", "salesforce"} {
		t.Run(broken+" in everything", func(t *testing.T) {
			t.Parallel()
			w := newWork(t)
			w.plan(t) // what is to be written at it is due, too
			w.stage.Faults.Arm(kit.Fault{Processor: broken, Kind: "hang-before"})
			began := w.stage.Clock.Now()
			w.goesOn(t, broken, began, w.run(t, stalls))
			w.stage.Faults.Clear()
			w.advance(day)
			w.run(t)
			w.settled(t)
		})
		t.Run(broken+" after a long silence", func(t *testing.T) {
			t.Parallel()
			w := newWork(t)
			w.plan(t)
			w.advance(2 * day) // the clocks are compared before anything else
			w.stage.Faults.Arm(kit.Fault{Processor: broken, Kind: "hang-before"})
			began := w.stage.Clock.Now()
			w.goesOn(t, broken, began, w.run(t, stalls))
		})
		t.Run(broken+" in re-reads", func(t *testing.T) {
			t.Parallel()
			w := newWork(t)
			w.plan(t)
			m := &mute{}
			began := w.stage.Clock.Now()
			w.goesOn(t, broken, began, w.run(t, stalls, func(a *App) {
				m.Connector = a.connectors[broken]
				a.connectors[broken] = m
			}))
			if m.asked != 2 { // with all, and when all others were done
				t.Errorf("asked %d times for re-reads", m.asked)
			}
			w.advance(day)
			w.run(t)
			w.settled(t)
		})
	}
}

// mute is a connector that hangs when it is to re-read.
type mute struct {
	connectors.Connector
	asked int
}

func (m *mute) Refresh(ctx context.Context, _ []contact.Ref) ([]connectors.Reread, error) {
	m.asked++
	<-ctx.Done()
	return nil, ctx.Err()
}

// tardy lets each request to a processor take a while by the sandbox's clock, and
// nothing by the machine's.
type tardy struct {
	http.RoundTripper
	world *world
	host  string
	by    time.Duration
	from  chan struct{} // once it is closed
}

func (s tardy) RoundTrip(r *http.Request) (*http.Response, error) {
	if strings.Contains(s.host, r.URL.Host) {
		<-s.from
		s.world.advance(s.by)
	}
	return s.RoundTripper.RoundTrip(r)
}

// late makes every request to a processor so late. The two share a clock: the
// other's read comes first, or it would seem as late.
func (w *work) late(t *testing.T, processor string, by time.Duration) func(*App) {
	return func(a *App) {
		read := make(chan struct{})
		a.opt.HTTP.Transport = tardy{a.opt.HTTP.Transport, w.world, w.url[processor], by, read}
		if err := a.connect(Binding(a.Config)); err != nil {
			t.Fatal(err)
		}
		done := once("read", func() { close(read) })
		hook(other(processor), &hooked{after: done})(a)
	}
}

// A processor that answers each request late, or none well, does not make others'
// re-reads too old to write on, day after day.
func TestABrokenProcessorSlowsNobodyElse(t *testing.T) {
	for _, broken := range []string{"hubspot", "salesforce"} {
		t.Run(broken+" is late", func(t *testing.T) {
			t.Parallel()
			w := newWork(t)
			for _, n := range []string{"ann", "ben"} {
				w.listed(n)
				w.customer(n+"s", map[string]any{"Newsletter__c": true})
			}
			w.plan(t)
			w.run(t, w.late(t, broken, 5*time.Second))
			ids := map[string][]string{"hubspot": w.flagged, "salesforce": w.mailing}[broken]
			for _, id := range ids {
				w.exactly(t, other(broken), "unsubscribe", id)
			}
			w.first(t, other(broken))
		})
		t.Run(broken+" fails", func(t *testing.T) {
			t.Parallel()
			w := newWork(t)
			w.plan(t)
			w.stage.Faults.Arm(kit.Fault{Processor: broken, Kind: "status", Status: 500})
			began := w.stage.Clock.Now()
			w.goesOn(t, broken, began, w.run(t))
		})
	}
}

// first checks that a processor's writes came before the other's.
func (w *work) first(t *testing.T, processor string) {
	t.Helper()
	seen := false
	for _, c := range w.stage.Book.Changes() {
		if c.Verb != "unsubscribe" {
			continue
		}
		if seen = seen || c.Processor != processor; seen && c.Processor == processor {
			t.Errorf("%s was written after the other", processor)
			return
		}
	}
}

// dawdling is a connector that gets to its deletions only when it is told to stop,
// and whose re-reads have taken nearly all the time that they are good for.
type dawdling struct {
	connectors.Connector
	world *world
}

func (d dawdling) Refresh(ctx context.Context, refs []contact.Ref) ([]connectors.Reread, error) {
	d.world.advance(58 * time.Second)
	return d.Connector.Refresh(ctx, refs)
}

func (d dawdling) Delete(ctx context.Context, refs []contact.Ref) []error {
	select {
	case <-ctx.Done():
	case <-time.After(30 * time.Second): // nobody tells it
	}
	return d.Connector.Delete(ctx, refs)
}

// Invariant 1: what a slow processor could not be sent while the re-read was fresh
// is not sent on it, but on a new one.
func TestInvariant01NothingIsSentOnAnOldReRead(t *testing.T) {
	t.Parallel()
	w := newWork(t)
	w.mailing, w.flagged = nil, nil // only deletions are looked at
	r := w.run(t, func(a *App) { a.connectors["salesforce"] = dawdling{a.connectors["salesforce"], w.world} })
	for _, id := range w.leads {
		if n := w.count("salesforce", "delete", id); n != 0 {
			t.Errorf("%d deletions on an old re-read", n)
		}
	}
	if r.Outcomes["failed"] == 0 {
		t.Errorf("outcomes %v: nothing was tested", r.Outcomes)
	}
	for range 2 {
		w.advance(day)
		w.run(t)
	}
	for _, id := range w.leads {
		w.exactly(t, "salesforce", "delete", id)
	}
}
