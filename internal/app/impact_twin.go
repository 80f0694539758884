package app

import (
	"context"
	"errors"
	"maps"
	"slices"
	"sync"

	"github.com/lapsed/lapsed/connectors"
	"github.com/lapsed/lapsed/internal/contact"
	"github.com/lapsed/lapsed/internal/document"
	"github.com/lapsed/lapsed/internal/reconcile"
	"github.com/lapsed/lapsed/policy"
)

// twin is one processor that two readers read by one read: what it shows to the
// one it shows to the other. Contacts are in memory for that moment only.
type twin struct {
	reconcile.Reader
	mu     sync.Mutex
	second func([]contact.Contact) error // waits for pages
	came   chan struct{}                 // closed: second is set
	gone   [2]chan struct{}              // closed: that reader's cycle is over
	done   chan struct{}                 // closed: the read is over
	result connectors.Reading
	err    error
	left   [2]sync.Once
}

// errAlone ends a read whose other reader is gone.
var errAlone = errors.New("the other reading ended before this one began")

func newTwin(r reconcile.Reader) *twin {
	return &twin{Reader: r, came: make(chan struct{}), gone: [2]chan struct{}{make(chan struct{}), make(chan struct{})}, done: make(chan struct{})}
}

// leave tells that a reader reads no more.
func (t *twin) leave(i int) { t.left[i].Do(func() { close(t.gone[i]) }) }

// of is the processor for one of the readers.
func (t *twin) of(i int) reconcile.Reader {
	if i == 0 {
		return leading{t}
	}
	return following{t}
}

// leading reads, once the other one is ready.
type leading struct{ *twin }

func (t leading) Read(ctx context.Context, each func([]contact.Contact) error) (connectors.Reading, error) {
	select {
	case <-t.came:
	case <-t.gone[1]:
		return connectors.Reading{}, errAlone
	case <-ctx.Done():
		return connectors.Reading{}, ctx.Err()
	}
	r, err := t.Reader.Read(ctx, func(cs []contact.Contact) error {
		if err := each(cs); err != nil {
			return err
		}
		return t.second(cs)
	})
	t.result, t.err = r, err
	close(t.done)
	return r, err
}

// following is shown what leading reads.
type following struct{ *twin }

func (t following) Read(ctx context.Context, each func([]contact.Contact) error) (connectors.Reading, error) {
	t.mu.Lock()
	t.second = each
	t.mu.Unlock()
	close(t.came)
	select {
	case <-t.done:
	case <-t.gone[0]:
		select {
		case <-t.done: // it read to the end, and then its cycle ended
		default:
			return connectors.Reading{}, errAlone
		}
	case <-ctx.Done():
		return connectors.Reading{}, ctx.Err()
	}
	return t.result, t.err
}

// twins connects to each processor for what either policy has to be told.
func (a *App) twins(old, next *policy.Policy) (map[string]*twin, error) {
	binding := Binding(a.Config)
	out := map[string]*twin{}
	var problems document.Problems
	for _, e := range a.Config.Processors {
		p, listed := next.Processors.Get(e.Name)
		if !listed {
			if p, listed = old.Processors.Get(e.Name); !listed {
				continue
			}
		}
		fields, topics := map[string]bool{}, map[string]bool{}
		for _, d := range []*policy.Policy{old, next} {
			fs, ts := d.Needs(e.Name, binding[e.Name])
			for _, f := range fs {
				fields[f] = true
			}
			for _, t := range ts {
				topics[t] = true
			}
		}
		c, err := connector(e.Name, e.Value, p, slices.Sorted(maps.Keys(fields)), slices.Sorted(maps.Keys(topics)), a.tuning(e.Name))
		if err != nil {
			problems = append(problems, a.Config.Problem(e.Name, "%s", err.Error()))
			continue
		}
		out[e.Name] = newTwin(c)
	}
	return out, problems.Err()
}
