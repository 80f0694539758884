package salesforce

import (
	"slices"
	"strings"

	"github.com/lapsed/lapsed/connectors/salesforce/internal/api"
	"github.com/lapsed/lapsed/internal/contact"
)

// column is one value that is asked for.
type column struct {
	path  string // as SOQL names it: "Email", "Campaign.Type"
	group string // "" for the record's own
	name  string // the field's name in its group
	kind  contact.Kind
	id    bool // holds record ids, which are brought to 18 characters
	sure  bool // Salesforce never leaves it empty: an empty one was not really read
}

// recordPlan is what is asked of Lead or Contact.
type recordPlan struct {
	object  string
	columns []column // the first is Id
	layout  layout   // of the columns
	// unseen are the fields that are asked for, or of use to every policy, and
	// not readable here. Each record says so.
	unseen []string
}

// relationPlan is what is asked of a relation.
type relationPlan struct {
	relation
	columns []column
}

// plan is what one read asks for, built from describes, so that no question
// names a field that our user may not read.
type plan struct {
	records   []recordPlan
	relations []relationPlan
	// unreadable are the policy's paths that can't be asked, or an object: no
	// read is whole.
	unreadable []string
	whole      bool // false in a plan for what a write changes
}

// schema is the describe of each object that the asked fields need; an object
// that isn't there, or not for our user, is absent.
type schema map[string]api.Object

func (s schema) has(object, field string) bool { _, ok := s[object].Fields[field]; return ok }

// asked are the policy's paths by group, sorted.
type asked map[string][]string

func askedBy(o Options) asked {
	a := asked{}
	for _, p := range slices.Concat(o.Fields, o.Topics) {
		g, n := contact.Split(p)
		a[g] = append(a[g], n)
	}
	for g := range a {
		slices.Sort(a[g])
		a[g] = slices.Compact(a[g])
	}
	return a
}

// objects are those whose describe the asked fields need, each once.
func (a asked) objects() []string {
	objects := []string{leadObject, contactObject}
	need := func(object string) {
		if !slices.Contains(objects, object) {
			objects = append(objects, object)
		}
	}
	if len(a["Individual"]) > 0 {
		need("Individual")
	}
	for _, r := range relations() {
		for _, src := range r.groups {
			if len(a[src.group]) == 0 {
				continue
			}
			need(r.object)
			need(src.object(r))
			if r.link == byMessage {
				need(mailLink)
			}
		}
	}
	return objects
}

func (s source) object(r relation) string {
	if s.parent != "" {
		return s.parent
	}
	return r.object
}

// newPlan says what to ask for, and what can't be.
func newPlan(o Options, s schema) plan {
	b := builder{schema: s, asked: askedBy(o), topics: o.Topics, catalogue: Catalogue(), missing: map[string]bool{}}
	p := plan{whole: true}
	for _, object := range []string{leadObject, contactObject} {
		if _, there := s[object]; there {
			p.records = append(p.records, b.record(object))
		} else {
			b.missing[object] = true
		}
	}
	b.checkOwn()
	for _, r := range relations() {
		if rp, ok := b.relation(r); ok {
			p.relations = append(p.relations, rp)
		}
	}
	b.checkGroups()
	for path := range b.missing {
		p.unreadable = append(p.unreadable, path)
	}
	slices.Sort(p.unreadable)
	for i := range p.records {
		r := &p.records[i]
		for _, path := range p.unreadable {
			if b.concerns(path, *r) {
				r.unseen = append(r.unseen, path)
			}
		}
		r.layout = layoutOf(r.columns)
		slices.Sort(r.unseen)
		r.unseen = slices.Compact(r.unseen)
	}
	return p
}

// narrow keeps what a write changes: existence, the opt-out and the topics. The
// address stays, for a record without one isn't mailed whatever its flags say.
func (p plan) narrow(topics []string) plan {
	n := plan{}
	keep := append([]string{"Id", "IsDeleted", "MasterRecordId", "IsPersonAccount", "Email", "HasOptedOutOfEmail"}, topics...)
	for _, r := range p.records {
		r.columns = slices.DeleteFunc(slices.Clone(r.columns), func(c column) bool { return c.group != "" || !slices.Contains(keep, c.name) })
		r.layout = layoutOf(r.columns)
		r.unseen = slices.DeleteFunc(slices.Clone(r.unseen), func(name string) bool { return !slices.Contains(keep, name) })
		n.records = append(n.records, r)
	}
	return n
}

// shows tells whether records are asked for a parent's fields.
func (p plan) shows(group string) bool {
	return slices.ContainsFunc(p.records, func(r recordPlan) bool {
		return slices.ContainsFunc(r.columns, func(c column) bool { return c.group == group })
	})
}

// moved are the dates, beside a row's own stamp, with which what is asked of it
// moves: its parents' stamps, and a login.
func (p relationPlan) moved() []string {
	var dates []string
	for _, src := range p.groups {
		if src.parent != "" && slices.ContainsFunc(p.columns, func(c column) bool { return c.group == src.group }) {
			dates = append(dates, src.parent+".SystemModstamp")
		}
	}
	if slices.ContainsFunc(p.columns, func(c column) bool { return c.path == "LastLoginDate" }) {
		dates = append(dates, "LastLoginDate")
	}
	return dates
}

// paths are the names of columns as SOQL wants them.
func paths(columns []column) []string {
	ps := make([]string, len(columns))
	for i, c := range columns {
		ps[i] = c.path
	}
	return ps
}

func (p recordPlan) index(name string) int {
	return slices.IndexFunc(p.columns, func(c column) bool { return c.group == "" && c.name == name })
}

// isIDName tells a column that holds ids, where describe doesn't tell its type.
func isIDName(name string) bool { return strings.HasSuffix(name, "Id") }
