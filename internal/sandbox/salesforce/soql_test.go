package salesforce

import (
	"fmt"
	"strings"
	"testing"

	"github.com/lapsed/lapsed/internal/sandbox/kit"
)

// String writes a query back in one canonical form.
func (q *query) String() string {
	var b strings.Builder
	b.WriteString("SELECT ")
	if q.count {
		b.WriteString("COUNT()")
	}
	b.WriteString(strings.Join(q.paths, ", ") + " FROM " + q.object)
	if q.where != nil {
		b.WriteString(" WHERE " + q.where.String())
	}
	for i, o := range q.order {
		b.WriteString([]string{", ", " ORDER BY "}[min(1, max(0, 1-i))] + o.path)
		if o.desc {
			b.WriteString(" DESC")
		}
		if o.nullsLast {
			b.WriteString(" NULLS LAST")
		}
	}
	if q.limit >= 0 {
		fmt.Fprintf(&b, " LIMIT %d", q.limit)
	}
	return b.String()
}

func (c *condition) String() string {
	var kids []string
	for _, k := range c.kids {
		kids = append(kids, "("+k.String()+")")
	}
	switch {
	case len(kids) > 0 && c.op == not:
		return "NOT " + kids[0]
	case len(kids) > 0:
		return strings.Join(kids, map[operator]string{and: " AND ", or: " OR "}[c.op])
	}
	var list []string
	for _, x := range c.operands {
		list = append(list, x.String())
	}
	sign := map[operator]string{eq: "=", ne: "!=", lt: "<", le: "<=", gt: ">", ge: ">=", like: "LIKE", in: "IN", notIn: "NOT IN"}[c.op]
	if c.op == in || c.op == notIn {
		return c.path + " " + sign + " (" + strings.Join(list, ", ") + ")"
	}
	return c.path + " " + sign + " " + list[0]
}

func (x operand) String() string {
	if !x.quoted {
		return x.text
	}
	// lexString keeps \\, \% and \_ for LIKE, so only the rest is escaped again.
	return "'" + strings.NewReplacer(`\\`, `\\`, `\%`, `\%`, `\_`, `\_`, "'", `\'`).Replace(x.text) + "'"
}

// What parses means the same when it is written back and parsed again, and
// nothing that is typed breaks parser, binder or evaluation.
func FuzzSOQL(f *testing.F) {
	for _, seed := range []string{
		"SELECT Id FROM Lead", "select count() from contact where email != null", "SELECT Id, Account.Name FROM Contact WHERE (Id > '003000000000000' AND Email LIKE 'a%') OR IsDeleted = true ORDER BY SystemModstamp DESC NULLS LAST, Id LIMIT 20",
		`SELECT Id FROM Lead WHERE Name IN ('a\'b', '\\', '\u00e9') AND (NOT LastName = '\%')`, "SELECT Id FROM Task WHERE ActivityDate >= 2020-01-01 AND WhoId NOT IN ('00Q000000000000')",
		"SELECT Id FROM Lead WHERE CreatedDate > 2026-11-24T08:55:47.000+01:00", "SELECT Id FROM Lead WHERE a = 1 OR b = 2 AND c = 3", "SELECT Id FROM Lead WHERE ((((Name = ''))))",
	} {
		f.Add(seed)
	}
	s := &site{Org: New(Options{Stage: kit.NewStage(start), Seed: 1, Consent: true}), t: &testing.T{}}
	s.contact("Row", "Email", "row@example.com", "Birthdate", "2000-02-29")
	s.lead("Row", "FirstName", "é")
	f.Fuzz(func(t *testing.T, src string) {
		q, err := parseSOQL(src)
		if err != nil {
			return
		}
		again, err := parseSOQL(q.String())
		if err != nil || again.String() != q.String() {
			t.Fatalf("%q became %q: %v", src, q, err)
		}
		st, wrong := s.compile(src)
		if wrong != nil {
			return
		}
		slots := s.run(st, true)
		if q.limit >= 0 && len(slots) > q.limit {
			t.Fatalf("%d rows beyond LIMIT %d", len(slots), q.limit)
		}
		st.where, st.limit = nil, -1
		if all := s.run(st, true); len(slots) > len(all) {
			t.Fatalf("%d rows of %d", len(slots), len(all))
		}
	})
}

// The index gives the same rows as a look at every row.
func TestPlanFindsWhatAScanFinds(t *testing.T) {
	s := newSite(t)
	var ids []string
	for i := range 60 {
		id := s.contact(fmt.Sprint("N", i%7))
		ids = append(ids, id)
		s.Insert("Task", map[string]any{"WhoId": id, "Subject": fmt.Sprint(i % 5)})
		if i%3 == 0 {
			s.Insert("Task", map[string]any{"Subject": "alone"})
			s.Update("Task", s.Insert("Task", map[string]any{"WhoId": id}), map[string]any{"WhoId": ids[i/2]})
		}
	}
	in := func(from, to int) string { return "('" + strings.Join(ids[from:to], "','") + "')" }
	for _, where := range []string{
		"WhoId IN " + in(3, 9), "WhoId = '" + ids[4] + "'", "WhoId = null", "WhoId != null", "WhoId IN " + in(0, 30) + " AND Subject = '2'",
		"WhoId IN " + in(0, 9) + " OR WhoId IN " + in(5, 20), "WhoId IN " + in(0, 9) + " OR Subject = '3'", "NOT WhoId IN " + in(0, 30), "WhoId IN " + in(0, 20) + " AND WhoId IN " + in(10, 30),
		"Who.Name = 'N3'", "Id > '" + s.table("Task").idAt(30) + "' AND Id <= '" + s.table("Task").idAt(50) + "'", "Id >= '" + s.table("Task").idAt(30) + "' AND WhoId IN " + in(10, 40),
		"(Id < '" + s.table("Task").idAt(9) + "' AND Id > '000000000000000') OR Id = '" + s.table("Task").idAt(70) + "'", "WhoId > '" + ids[40] + "'", "WhoId NOT IN " + in(0, 30),
	} {
		st, err := s.compile("SELECT Id FROM Task WHERE " + where)
		if err != nil {
			t.Fatalf("%s: %s", where, err.message)
		}
		w, want := view{o: s.Org, t: st.t, now: s.now()}, []uint32{}
		for slot := range st.t.rows {
			if r := w.open(slot); r != nil && w.holds(st.where, r) {
				want = append(want, uint32(slot))
			}
		}
		if len(want) == 0 {
			t.Fatalf("%s finds nothing", where)
		}
		equal(t, where, fmt.Sprint(s.run(st, false)), fmt.Sprint(want))
	}
}
