package salesforce

import (
	"context"
	"slices"
	"strings"
	"time"

	"github.com/lapsed/lapsed/connectors/salesforce/internal/api"
	"github.com/lapsed/lapsed/internal/contact"
)

// lookup is one re-read by ids: a queue of questions, a few of which fit into a
// call. Some answers name what the next questions are about (a contact's
// account, who sent which e-mail), so these are asked first.
type lookup struct {
	c     *Connector
	plan  plan
	join  joiner
	into  map[string]string // merges
	got   []gotRows
	first []question // whose answers name ids
	rest  []question
	// ids that were found, for the questions that need them
	accounts, individuals, mails []string
	people                       []string // contacts that were asked for
	late                         []func() error
	seen                         map[*table]map[key]struct{} // rows, as two questions may find the same one
}

type gotRows struct {
	plan recordPlan
	rows []api.Row
	at   time.Time
}

type question struct {
	api.Select
	take func(api.Result) error
}

// start queues what can be asked of a batch of records at once.
func (l *lookup) start(refs []contact.Ref) {
	ids := map[string][]string{}
	for _, r := range refs {
		ids[r.Object] = append(ids[r.Object], r.ID)
	}
	leads, people := ids[leadObject], ids[contactObject]
	l.people = append(l.people, people...)
	for _, p := range l.plan.records {
		if len(ids[p.object]) == 0 {
			continue
		}
		l.first = append(l.first, l.records(p, ids[p.object]))
		if l.plan.whole {
			l.rest = append(l.rest, l.merged(p.object, ids[p.object]))
		}
	}
	for i, rel := range l.plan.relations {
		switch rel.link {
		case byMessage:
			l.first = append(l.first, l.mailLinks(slices.Concat(leads, people)))
		case byRecord:
			l.ask(&l.rest, l.join.tables[i], named{"WhoId": slices.Concat(leads, people), "LeadId": leads, "ContactId": people})
		}
	}
}

func (l *lookup) records(p recordPlan, ids []string) question {
	s := api.Select{Object: p.object, Columns: paths(p.columns), Where: api.In("Id", ids), All: true}
	account, individual := p.index("AccountId"), p.index("IndividualId")
	return question{s, func(r api.Result) error {
		l.got = append(l.got, gotRows{p, r.Rows, r.At})
		for _, row := range r.Rows {
			l.accounts = appendID(l.accounts, row, account)
			l.individuals = appendID(l.individuals, row, individual)
		}
		return nil
	}}
}

func appendID(ids []string, row api.Row, i int) []string {
	if i < 0 {
		return ids
	}
	if id, ok := api.ID18(row[i]); ok {
		return append(ids, id)
	}
	return ids
}

// merged asks which records were merged into ids, and then into those.
func (l *lookup) merged(object string, ids []string) question {
	s := mergeSelect(object).With(api.In("MasterRecordId", ids))
	return question{s, func(r api.Result) error {
		before := len(l.into)
		if err := l.join.addMerges(l.into, r.Rows); err != nil || len(l.into) == before {
			return err
		}
		losers := make([]string, 0, len(r.Rows))
		for _, row := range r.Rows {
			losers = appendID(losers, row, 0)
		}
		for part := range slices.Chunk(losers, idsAtOnce) {
			l.rest = append(l.rest, l.merged(object, part))
		}
		return nil
	}}
}

// mailLinks asks which e-mails the records sent.
func (l *lookup) mailLinks(ids []string) question {
	table := l.join.tables[slices.IndexFunc(l.plan.relations, func(r relationPlan) bool { return r.link == byMessage })]
	s, link := l.c.senders(table)
	return question{s.With(api.In("RelationId", ids)), func(r api.Result) error {
		for _, row := range r.Rows {
			l.mails = appendID(l.mails, row, 1)
		}
		// The links can be tied only when the mails are there.
		l.late = append(l.late, func() error { return link(r.Rows) })
		return nil
	}}
}

// named are ids by the column that may name them.
type named map[string][]string

// ask queues the question for the rows of a relation that name any of ids.
func (l *lookup) ask(queue *[]question, t *table, ids named) {
	var conds []string
	for _, o := range t.plan.owners {
		if len(ids[o]) > 0 {
			conds = append(conds, api.In(o, ids[o]))
		}
	}
	if len(conds) == 0 {
		return
	}
	cond := strings.Join(conds, " OR ")
	if len(conds) > 1 {
		cond = "(" + cond + ")"
	}
	s, fill := l.c.fill(t)
	*queue = append(*queue, question{s.With(cond), func(r api.Result) error { return fill(l.unseen(t, r.Rows)) }})
}

// unseen are the rows that no earlier answer held.
func (l *lookup) unseen(t *table, rows []api.Row) []api.Row {
	seen := l.seen[t]
	if seen == nil {
		seen = map[key]struct{}{}
		l.seen[t] = seen
	}
	return slices.DeleteFunc(rows, func(row api.Row) bool {
		k, _ := keyOf(row[0])
		_, known := seen[k]
		seen[k] = struct{}{}
		return known
	})
}

// askNamed queues what the first answers made it possible to ask.
func (l *lookup) askNamed() {
	accounts, individuals, mails := unique(l.accounts), unique(l.individuals), unique(l.mails)
	for i, rel := range l.plan.relations {
		switch t := l.join.tables[i]; rel.link {
		case byAccount:
			l.askParts(t, map[string][]string{"AccountId": accounts, "CustomerSignedId": l.people, "BillToContactId": l.people})
		case byIndividual:
			l.askParts(t, map[string][]string{"PartyId": individuals})
		case byMessage:
			l.askParts(t, map[string][]string{"Id": mails})
		}
	}
}

// askParts queues the questions for long lists of ids, a part of each list a question.
func (l *lookup) askParts(t *table, ids named) {
	for more := true; more; {
		part := named{}
		more = false
		for column, list := range ids {
			n := min(idsAtOnce, len(list))
			part[column], ids[column] = list[:n], list[n:]
			more = more || len(list) > n
		}
		l.ask(&l.rest, t, part)
	}
}

func unique(ids []string) []string {
	slices.Sort(ids)
	return slices.Compact(ids)
}

// run asks everything, as many questions a call as one holds.
func (l *lookup) run(ctx context.Context) error {
	for named := false; ; {
		if len(l.first) == 0 && !named {
			named = true
			l.askNamed()
		}
		n := min(api.QueriesAtOnce, len(l.first))
		m := min(api.QueriesAtOnce-n, len(l.rest))
		batch := slices.Concat(l.first[:n], l.rest[:m])
		if len(batch) == 0 {
			break
		}
		l.first, l.rest = l.first[n:], l.rest[m:]
		selects := make([]api.Select, len(batch))
		for i, q := range batch {
			selects[i] = q.Select
		}
		results, err := l.c.api.Queries(ctx, selects)
		if err != nil {
			return err
		}
		for i, q := range batch {
			if err := q.take(results[i]); err != nil {
				return err
			}
		}
	}
	for _, tie := range l.late {
		if err := tie(); err != nil {
			return err
		}
	}
	return l.join.done()
}
