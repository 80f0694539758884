package reconcile

import (
	"cmp"
	"context"
	"errors"
	"slices"
	"time"

	"github.com/lapsed/lapsed/connectors"
	"github.com/lapsed/lapsed/internal/contact"
	"github.com/lapsed/lapsed/internal/fault"
)

// errHung tells that a processor gave no answer for so long that it is left alone
// for the rest of the cycle.
var errHung = errors.New("no answer came for too long")

func hung(name string) error {
	return &fault.Error{Kind: fault.Transient, Op: name, Hint: "it hung", Err: errHung}
}

// stall is how long a processor may go without an answer.
func (e *Engine) stall() time.Duration { return cmp.Or(e.Stall, 3*time.Minute) }

// pace is what a cycle learns of how fast the processors are. A re-read is worth
// nothing once it is a minute old, whoever it waited for: so those who answer are
// not made to wait for those who don't.
type pace struct {
	took map[string]time.Duration // by their last read
	late map[string]bool          // didn't re-read in time: asked again when all others are done
	hung map[string]bool          // not asked any more
	last bool                     // all others are done
	left map[int64]bool           // persons who have records at one that was late
}

func newPace() pace {
	return pace{took: map[string]time.Duration{}, late: map[string]bool{}, hung: map[string]bool{}, left: map[int64]bool{}}
}

// read notes what a read took. One that failed comes after all that didn't.
func (p *pace) read(name string, took time.Duration, failed error) {
	p.hung[name] = errors.Is(failed, errHung)
	if p.took[name] = took; failed != nil {
		p.took[name] += 24 * time.Hour
	}
}

// fastest sorts processors by how long they took, and then by name.
func (p *pace) fastest(names []string) {
	slices.SortFunc(names, func(x, y string) int { return cmp.Or(cmp.Compare(p.took[x], p.took[y]), cmp.Compare(x, y)) })
}

// ask asks a processor something, for no longer than it may go without an answer.
func (r *run) ask(ctx context.Context, name string, what func(context.Context) error) error {
	if r.pace.hung[name] {
		return hung(name)
	}
	err := within(ctx, name, r.stall(), what)
	r.pace.hung[name] = errors.Is(err, errHung)
	return err
}

// within asks something of a processor and gives up after a time.
func within(ctx context.Context, name string, limit time.Duration, what func(context.Context) error) error {
	ctx, cancel := context.WithTimeoutCause(ctx, limit, errHung)
	defer cancel()
	err := what(ctx)
	if err != nil && errors.Is(context.Cause(ctx), errHung) {
		return hung(name)
	}
	return err
}

// refresh re-reads records in time for writes: the first time in half of what a
// re-read is good for, and if all others are done in more.
func (r *run) refresh(ctx context.Context, name string, refs []contact.Ref) (answers []connectors.Reread, err error) {
	s, ok := r.Sources[name]
	limit := r.stall() / 6
	switch {
	case !ok:
		return nil, nil
	case r.pace.hung[name], r.pace.late[name] && !r.pace.last:
		return nil, hung(name)
	case r.pace.last:
		limit = r.stall() / 4
	}
	err = within(ctx, name, limit, func(ctx context.Context) (err error) { answers, err = twice(ctx, s, refs); return err })
	r.doubt(name, answers)
	return answers, err
}

// tooLate notes that records of persons could not be re-read in time, and tells
// whether they will be tried again.
func (p *pace) tooLate(name string, persons []int64) bool {
	if p.last || p.hung[name] {
		p.hung[name] = true
		return false
	}
	p.late[name] = true
	for _, id := range persons {
		p.left[id] = true
	}
	return true
}
