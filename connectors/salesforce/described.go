package salesforce

import (
	"context"
	"errors"
	"net/http"
	"strings"
	"time"

	"github.com/lapsed/lapsed/internal/fault"
)

// described is what the org's describes said, and when by its own clock.
type described struct {
	schema schema
	at     time.Time
}

// describedFor is how long describes are used again. A field that is hidden
// meanwhile fails the question that names it; one that appears is seen later.
const describedFor = time.Hour

// describe asks for the describe of each object that the asked fields need.
func (c *Connector) describe(ctx context.Context) (*described, error) {
	d := &described{schema: schema{}}
	for _, object := range askedBy(c.opt).objects() {
		if _, done := d.schema[object]; done {
			continue
		}
		o, at, err := c.api.Describe(ctx, object)
		if notThere(err) {
			continue
		}
		if err != nil {
			return nil, err
		}
		d.schema[object] = o
		d.at = at
	}
	c.cached.Store(d)
	return d, nil
}

// notThere tells an object that doesn't exist in the org or not for our user
// from a version of the API that the org doesn't serve.
func notThere(err error) bool {
	var e *fault.Error
	if !errors.As(err, &e) || e.Status == http.StatusGone {
		return false
	}
	return e.Kind == fault.NotFound || e.Kind == fault.Unsupported
}

// planned calls do with a plan in which every asked field is readable. If not
// all are, or one was hidden since the describe, the error names them.
func (c *Connector) planned(ctx context.Context, do func(plan) error) error {
	d := c.cached.Load()
	recent := d != nil && !d.at.IsZero() && c.api.Clock().Sub(d.at) < describedFor
	if recent {
		if p := newPlan(c.opt, d.schema); len(p.unreadable) == 0 {
			err := do(p)
			if hidden(err) {
				if _, gone := c.freshPlan(ctx); gone != nil {
					return gone
				}
			}
			return err
		}
	}
	p, err := c.freshPlan(ctx)
	if err != nil {
		return err
	}
	return do(p)
}

func (c *Connector) freshPlan(ctx context.Context) (plan, error) {
	d, err := c.describe(ctx)
	if err != nil {
		return plan{}, err
	}
	p := newPlan(c.opt, d.schema)
	if len(p.unreadable) > 0 {
		return plan{}, &fault.Error{
			Kind: fault.Unsupported, Op: c.opt.Name + " read",
			Hint: "not there, or hidden from our user by field-level security: " + strings.Join(p.unreadable, ", "),
		}
	}
	return p, nil
}

// hidden tells whether a question named a field or object that our user can't
// see any more.
func hidden(err error) bool {
	var e *fault.Error
	return errors.As(err, &e) && (e.Code == "INVALID_FIELD" || e.Code == "INVALID_TYPE")
}
