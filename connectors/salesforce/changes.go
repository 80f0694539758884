package salesforce

import (
	"context"
	"slices"
	"strings"
	"time"

	"github.com/lapsed/lapsed/connectors"
	"github.com/lapsed/lapsed/connectors/salesforce/internal/api"
	"github.com/lapsed/lapsed/internal/contact"
)

const (
	// overlap is read again at each mark: rows become visible minutes after the
	// stamp that they bear, so ten minutes of lag and half an hour to be sure.
	overlap = 40 * time.Minute
	// mostChanges is how many rows of one object may have changed: beyond it a
	// Bulk job for all costs less than re-reading some.
	mostChanges = 50_000
	// rereadAtOnce is how many records are re-read and handed over together.
	rereadAtOnce = 5 * idsAtOnce
)

// Changes streams the leads and contacts that were saved, deleted or merged since
// a mark, and those of rows that were. What bears no stamp is told of in the
// package's comment.
func (c *Connector) Changes(ctx context.Context, since string, each func(connectors.Page) error) (connectors.Reading, error) {
	var reading connectors.Reading
	err := c.planned(ctx, func(p plan) error {
		mark, err := connectors.ParseMark(c.opt.Name+" changes", since, c.marks(), c.api.Clock())
		if err != nil {
			return err
		}
		f := &finder{c: c, plan: p, since: mark.At.Add(-overlap), records: map[contact.Ref]bool{}, gone: map[contact.Ref]bool{}}
		if err := f.find(ctx); err != nil {
			return err
		}
		// The clock that was known may have been an old one.
		if _, err := connectors.ParseMark(c.opt.Name+" changes", since, c.marks(), f.began); err != nil {
			return err
		}
		n, err := f.handOver(ctx, each)
		if err != nil {
			return err
		}
		reading = connectors.Reading{Contacts: n, AsOf: f.began, Mark: c.mark(f.began)}
		return c.complete(p)
	})
	if err != nil {
		return connectors.Reading{}, err
	}
	return reading, nil
}

// marks digests what is asked of each record.
func (c *Connector) marks() string { return connectors.Asked(c.opt.Fields, c.opt.Topics) }

func (c *Connector) mark(at time.Time) string {
	return connectors.Mark{At: at, Asked: c.marks()}.String()
}

// finder looks for the records that changed, by their own stamps and by those of
// the rows that belong to them.
type finder struct {
	c       *Connector
	plan    plan
	since   time.Time
	began   time.Time
	records map[contact.Ref]bool // to be re-read
	gone    map[contact.Ref]bool
	// what changed rows name, where that is no record
	accounts, individuals []string
}

// find asks for everything that bears a new stamp, then for the records of the
// accounts and individuals among it.
func (f *finder) find(ctx context.Context) error {
	var qs []question
	for _, rec := range f.plan.records {
		qs = append(qs, f.own(rec))
	}
	if f.plan.shows("Individual") {
		qs = append(qs, f.rows(api.Select{Object: "Individual", Columns: []string{"Id"}, All: true}, nil, []string{"Id"}))
	}
	for _, rel := range f.plan.relations {
		qs = append(qs, f.related(rel))
	}
	if err := f.ask(ctx, qs); err != nil {
		return err
	}
	qs = nil
	for part := range slices.Chunk(unique(f.accounts), idsAtOnce) {
		qs = append(qs, f.linked(contactObject, "AccountId", part))
	}
	for part := range slices.Chunk(unique(f.individuals), idsAtOnce) {
		qs = append(qs, f.linked(leadObject, "IndividualId", part), f.linked(contactObject, "IndividualId", part))
	}
	return f.ask(ctx, qs)
}

// ask asks all questions, as many a call as one holds.
func (f *finder) ask(ctx context.Context, qs []question) error {
	for part := range slices.Chunk(qs, api.QueriesAtOnce) {
		selects := make([]api.Select, len(part))
		for i, q := range part {
			selects[i] = q.Select
			selects[i].Most = mostChanges
		}
		results, err := f.c.api.Queries(ctx, selects)
		if err != nil {
			return err
		}
		if f.began.IsZero() {
			f.began = results[0].At
			if err := f.c.api.Budget(api.ForChanges); err != nil {
				return err
			}
		}
		for i, q := range part {
			if err := q.take(results[i]); err != nil {
				return err
			}
		}
	}
	return nil
}

// stamped is s of rows that were saved, or whose parents were, since the mark.
func (f *finder) stamped(s api.Select, others ...string) api.Select {
	at := " >= " + f.since.UTC().Format("2006-01-02T15:04:05Z")
	conds := []string{"SystemModstamp" + at}
	for _, o := range others {
		conds = append(conds, o+at)
	}
	if len(conds) == 1 {
		return s.With(conds[0])
	}
	return s.With("(" + strings.Join(conds, " OR ") + ")")
}

// own asks for the records themselves. A deleted one is gone, but for one that
// was merged: a re-read tells into which.
func (f *finder) own(p recordPlan) question {
	s := api.Select{Object: p.object, Columns: paths(system()), All: true}
	return question{f.stamped(s), func(r api.Result) error {
		for _, row := range r.Rows {
			id, ok := api.ID18(row[0])
			if !ok || row[1] == "" {
				return f.c.malformed(column{path: "Id"})
			}
			ref := f.c.ref(p.object, id)
			if row[1] == "true" && row[2] == "" {
				f.gone[ref] = true
			} else {
				f.records[ref] = true
			}
		}
		return nil
	}}
}

// related asks for a relation's rows, deleted ones too: they were somebody's.
func (f *finder) related(rel relationPlan) question {
	s := api.Select{Object: rel.object, Columns: []string{"Id"}, Where: rel.where, All: true}
	if rel.link == byMessage {
		// The link is made with the e-mail, and neither changes after that.
		s = api.Select{Object: mailLink, Columns: []string{"Id", "RelationId"}, Where: mailLinkWhere, All: true}
		return f.rows(s, []string{"RelationId"}, nil)
	}
	var records, others []string
	for _, o := range rel.owners {
		s.Columns = append(s.Columns, o)
		if o == "AccountId" || o == "PartyId" {
			others = append(others, o)
		} else {
			records = append(records, o)
		}
	}
	return f.rows(s, records, others, rel.moved()...)
}

// rows asks for rows with new stamps and takes the ids in their columns: of
// records, and of what others are linked by.
func (f *finder) rows(s api.Select, records, others []string, moved ...string) question {
	return question{f.stamped(s, moved...), func(r api.Result) error {
		for _, row := range r.Rows {
			for i, col := range s.Columns {
				id, ok := api.ID18(row[i])
				switch {
				case row[i] == "":
				case !ok:
					return f.c.malformed(column{path: s.Object + "." + col})
				case slices.Contains(records, col):
					f.add(id)
				case slices.Contains(others, col) && col == "AccountId":
					f.accounts = append(f.accounts, id)
				case slices.Contains(others, col):
					f.individuals = append(f.individuals, id)
				}
			}
		}
		return nil
	}}
}

// linked asks which records name an account or individual.
func (f *finder) linked(object, column string, ids []string) question {
	s := api.Select{Object: object, Columns: []string{"Id"}, Where: api.In(column, ids)}
	return question{s, func(r api.Result) error {
		for _, row := range r.Rows {
			if id, ok := api.ID18(row[0]); ok {
				f.add(id)
			}
		}
		return nil
	}}
}

// add takes the id of a lead or contact, and no other: a sender may be a user.
func (f *finder) add(id string) {
	switch {
	case strings.HasPrefix(id, leadPrefix):
		f.records[f.c.ref(leadObject, id)] = true
	case strings.HasPrefix(id, contactPrefix):
		f.records[f.c.ref(contactObject, id)] = true
	}
}
