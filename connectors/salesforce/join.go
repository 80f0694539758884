package salesforce

import (
	"fmt"
	"slices"
	"time"

	"github.com/lapsed/lapsed/connectors/salesforce/internal/api"
	"github.com/lapsed/lapsed/internal/contact"
)

// record is a lead or contact with what else is known of it.
type record struct {
	contact contact.Contact
	deleted bool
	master  string // the record that it was merged into, ""
}

// joiner makes records of rows: their own, those of other objects, and the
// merged records that are their aliases.
type joiner struct {
	c       *Connector
	tables  []*table
	aliases map[string][]string // winner → losers, transitively
}

func (j *joiner) record(p recordPlan, row api.Row, at time.Time) (record, error) {
	parts := p.layout.rows()
	for i, col := range p.columns {
		v, err := j.c.valueOf(col, row[i])
		if err != nil {
			return record{}, err
		}
		p.layout.put(parts, i, v)
	}
	fields, rows := contact.Row{}, map[string][]contact.Row{}
	for i, g := range p.layout.groups {
		if g == "" {
			fields = parts[i]
		} else if parts[i].Len() > 0 {
			rows[g] = []contact.Row{parts[i]}
		}
	}
	r := record{master: fields.Value("MasterRecordId").Text()}
	r.deleted, _ = fields.Value("IsDeleted").Bool()
	id := fields.Value("Id").Text()
	owners := ownersOf(fields)
	for _, t := range j.tables {
		if err := t.join(rows, owners); err != nil {
			return record{}, err
		}
	}
	fields.Set("IsDeleted", contact.Value{})
	fields.Set("MasterRecordId", contact.Value{})
	r.contact = contact.Contact{Ref: j.c.ref(p.object, id), Fields: fields, Rows: rows, Unreadable: slices.Clone(p.unseen), ReadAt: at}
	for _, loser := range j.aliases[id] {
		r.contact.Aliases = append(r.contact.Aliases, j.c.ref(p.object, loser))
	}
	return r, nil
}

// ownersOf are the ids under which other objects know a record.
func ownersOf(fields contact.Row) []key {
	var ks []key
	for _, name := range []string{"Id", "AccountId", "IndividualId"} {
		if k, ok := keyOf(fields.Value(name).Text()); ok {
			ks = append(ks, k)
		}
	}
	return ks
}

// done closes the tables for more rows; close gives their space back.
func (j *joiner) done() error {
	for _, t := range j.tables {
		if err := t.done(); err != nil {
			return err
		}
	}
	return nil
}

func (j *joiner) close() {
	for _, t := range j.tables {
		t.close()
	}
}

// merges turns "this record was merged into that one" into the aliases of each
// survivor: a record that was merged into a merged one is the last one's.
func merges(into map[string]string) map[string][]string {
	aliases := map[string][]string{}
	for loser, winner := range into {
		for range into { // as many steps as there are merges, in case of a ring
			next, merged := into[winner]
			if !merged {
				break
			}
			winner = next
		}
		aliases[winner] = append(aliases[winner], loser)
	}
	for _, losers := range aliases {
		slices.Sort(losers)
	}
	return aliases
}

// mergeSelect asks for an object's merged records.
func mergeSelect(object string) api.Select {
	return api.Select{Object: object, Columns: []string{"Id", "MasterRecordId"}, Where: "IsDeleted = true AND MasterRecordId != null", All: true}
}

// addMerges reads the answer to mergeSelect.
func (j *joiner) addMerges(into map[string]string, rows []api.Row) error {
	for _, r := range rows {
		loser, ok := api.ID18(r[0])
		winner, ok2 := api.ID18(r[1])
		if !ok || !ok2 {
			return j.c.malformed(column{path: "MasterRecordId"})
		}
		into[loser] = winner
	}
	return nil
}

// selectOf is the question for a relation's rows: Id, owners, and the asked
// columns, each once. at tells where each asked column is in a row.
func selectOf(r relationPlan) (s api.Select, at []int) {
	s = api.Select{Object: r.object, Columns: []string{"Id"}, Where: r.where, All: r.all}
	if r.all {
		s = s.With("IsDeleted = false")
	}
	place := func(path string) int {
		if i := slices.Index(s.Columns, path); i >= 0 {
			return i
		}
		s.Columns = append(s.Columns, path)
		return len(s.Columns) - 1
	}
	for _, o := range r.owners {
		place(o)
	}
	for _, col := range r.columns {
		at = append(at, place(col.path))
	}
	return s, at
}

// fill returns what puts a relation's rows into its table.
func (c *Connector) fill(t *table) (api.Select, func([]api.Row) error) {
	s, at := selectOf(t.plan)
	owners := make([]int, len(t.plan.owners))
	for i, o := range t.plan.owners {
		owners[i] = slices.Index(s.Columns, o)
	}
	values, ks := make([]string, len(at)), make([]key, 0, len(owners))
	return s, func(rows []api.Row) error {
		for _, row := range rows {
			ks = ks[:0]
			for i, o := range owners {
				if row[o] == "" {
					continue
				}
				k, ok := keyOf(row[o])
				if !ok {
					return c.malformed(column{path: fmt.Sprintf("%s.%s", t.plan.object, t.plan.owners[i])})
				}
				ks = append(ks, k)
			}
			for i, p := range at {
				values[i] = row[p]
			}
			if err := t.add(c, ks, values); err != nil {
				return err
			}
		}
		return nil
	}
}

// senders is the question who sent which e-mail, and what links the answers.
func (c *Connector) senders(t *table) (api.Select, func([]api.Row) error) {
	s := api.Select{Object: mailLink, Columns: []string{"Id", "EmailMessageId", "RelationId"}, Where: mailLinkWhere}
	return s, func(rows []api.Row) error {
		for _, row := range rows {
			mail, ok := keyOf(row[1])
			person, ok2 := keyOf(row[2])
			if !ok || !ok2 {
				return c.malformed(column{path: mailLink + ".RelationId"})
			}
			if err := t.link(mail, person); err != nil {
				return err
			}
		}
		return nil
	}
}
