package salesforce

import (
	"context"
	"fmt"
	"hash/maphash"
	"time"

	"github.com/lapsed/lapsed/connectors"
	"github.com/lapsed/lapsed/connectors/salesforce/internal/api"
	"github.com/lapsed/lapsed/internal/contact"
	"github.com/lapsed/lapsed/internal/fault"
)

// reader is one whole read.
type reader struct {
	c      *Connector
	plan   plan
	join   joiner
	counts map[string]int // by object
	began  time.Time
}

// Read streams every lead and contact: first what other objects say of them,
// into tables, then the records page by page with their rows joined. If an
// asked field can't be read, the records come without it, each saying so, and
// then the error: their refusals count nevertheless.
func (c *Connector) Read(ctx context.Context, each func([]contact.Contact) error) (connectors.Reading, error) {
	var reading connectors.Reading
	err := c.planned(ctx, func(p plan) error {
		r := &reader{c: c, plan: p, join: joiner{c: c}, counts: map[string]int{}}
		defer r.join.close()
		if err := r.count(ctx); err != nil {
			return err
		}
		reading = connectors.Reading{AsOf: r.began, Mark: c.mark(r.began)}
		for _, rel := range p.relations {
			if err := r.load(ctx, rel); err != nil {
				return err
			}
		}
		for _, rec := range p.records {
			n, err := r.stream(ctx, rec, each)
			if err != nil {
				return err
			}
			reading.Contacts += n
		}
		return c.complete(p)
	})
	if err != nil {
		return connectors.Reading{}, err
	}
	return reading, nil
}

// load reads a relation into a table.
func (r *reader) load(ctx context.Context, rel relationPlan) error {
	t := newTable(rel, r.c.opt)
	r.join.tables = append(r.join.tables, t)
	s, fill := r.c.fill(t)
	if err := r.rows(ctx, s, func(rows []api.Row, _ time.Time) (int, error) { return len(rows), fill(rows) }); err != nil {
		return err
	}
	if rel.link == byMessage && r.counts[rel.object] > 0 {
		s, link := r.c.senders(t)
		if err := r.rows(ctx, s, func(rows []api.Row, _ time.Time) (int, error) { return len(rows), link(rows) }); err != nil {
			return err
		}
	}
	return t.done()
}

// stream reads an object's records and hands them over. It returns how many.
func (r *reader) stream(ctx context.Context, p recordPlan, each func([]contact.Contact) error) (int, error) {
	s := api.Select{Object: p.object, Columns: paths(p.columns)}
	// Eight bytes a record: two that share them would only make a read not whole.
	seen, seed, handed := map[uint64]struct{}{}, maphash.MakeSeed(), 0
	err := r.rows(ctx, s, func(rows []api.Row, at time.Time) (int, error) {
		before := len(seen)
		page := make([]contact.Contact, 0, len(rows))
		for _, row := range rows {
			rec, err := r.join.record(p, row, at)
			if err != nil {
				return 0, err
			}
			seen[maphash.String(seed, rec.contact.Ref.ID)] = struct{}{}
			if !rec.deleted {
				page = append(page, rec.contact)
			}
		}
		handed += len(page)
		if len(page) == 0 {
			return len(seen) - before, nil
		}
		return len(seen) - before, each(page)
	})
	return handed, err
}

// rows reads all rows of s by the way that takes the fewest calls for their
// number, and checks that as many came as there are. take says how many of a
// page were new.
func (r *reader) rows(ctx context.Context, s api.Select, take func([]api.Row, time.Time) (int, error)) error {
	counted, came := r.counts[s.Object], 0
	if counted == 0 {
		return nil
	}
	if err := r.c.api.Budget(api.ForWhole); err != nil {
		return err
	}
	counting := func(rows []api.Row, at time.Time) error {
		n, err := take(rows, at)
		came += n
		return err
	}
	var err error
	if counted > r.c.opt.BulkAbove {
		_, err = r.c.api.Bulk(ctx, s, counting)
	} else {
		err = r.keyset(ctx, s, counting)
	}
	if err != nil {
		return err
	}
	return r.agree(ctx, s, counted, came)
}

// keyset reads rows in order of Id, page by page, until one is not full.
func (r *reader) keyset(ctx context.Context, s api.Select, take func([]api.Row, time.Time) error) error {
	last := ""
	for {
		res, err := r.c.api.After(ctx, s, last)
		if err != nil {
			return err
		}
		if len(res.Rows) > 0 {
			if err := take(res.Rows, res.At); err != nil {
				return err
			}
		}
		if len(res.Rows) < api.PageSize {
			return nil
		}
		next, ok := api.ID18(res.Rows[len(res.Rows)-1][0])
		if !ok || next == last {
			return &fault.Error{Kind: fault.Invalid, Op: r.c.opt.Name + " read " + s.Object, Hint: "the pages don't move on"}
		}
		last = next
		if err := r.c.api.Budget(api.ForWhole); err != nil {
			return err
		}
	}
}

// agree checks the number of rows that came against the count before, and, as
// people work in the org meanwhile, against a second one. Rows that came
// beyond both, or fell short of both, prove that the read was not whole, and a
// second count of zero proves nothing: there were some a moment ago.
func (r *reader) agree(ctx context.Context, s api.Select, counted, came int) error {
	if came == counted {
		return nil
	}
	again, err := r.c.api.Query(ctx, s.Count())
	if err != nil {
		return err
	}
	if again.Total > 0 && came >= min(counted, again.Total) && came <= max(counted, again.Total) {
		return nil
	}
	return &fault.Error{
		Kind: fault.Transient, Op: r.c.opt.Name + " read " + s.Object,
		Hint: fmt.Sprintf("%d rows came where the org counts %d", came, again.Total),
	}
}
