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

// planned calls do with a plan. If a field was hidden since the describe that
// the plan was made from, it describes and calls again.
func (c *Connector) planned(ctx context.Context, do func(plan) error) error {
	d := c.cached.Load()
	if d != nil && !d.at.IsZero() && c.api.Clock().Sub(d.at) < describedFor {
		if err := do(newPlan(c.opt, d.schema)); !hidden(err) {
			return err
		}
	}
	d, err := c.describe(ctx)
	if err != nil {
		return err
	}
	return do(newPlan(c.opt, d.schema))
}

// complete is the error of a read that could not ask for everything.
func (c *Connector) complete(p plan) error {
	if len(p.unreadable) == 0 {
		return nil
	}
	return &fault.Error{
		Kind: fault.Unsupported, Op: c.opt.Name + " read",
		Hint: "not there, or hidden from our user by field-level security: " + strings.Join(p.unreadable, ", "),
	}
}

// hidden tells whether a question named a field or object that our user can't
// see any more.
func hidden(err error) bool {
	var e *fault.Error
	return errors.As(err, &e) && (e.Code == "INVALID_FIELD" || e.Code == "INVALID_TYPE")
}
