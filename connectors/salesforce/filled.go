package salesforce

import (
	"context"
	"errors"
	"maps"
	"slices"
	"strings"

	"github.com/lapsed/lapsed/connectors"
	"github.com/lapsed/lapsed/connectors/salesforce/internal/api"
	"github.com/lapsed/lapsed/internal/fault"
)

// columnsAtOnce is how many columns one question counts. The guide tells no limit
// but that of a question's length.
const columnsAtOnce = 100

// fields finds the custom fields that live leads, contacts and person accounts fill.
func (v *surveyor) fields(ctx context.Context) error {
	b := ballot{records: map[string]map[string]int{}}
	persons := false
	for _, object := range []string{leadObject, contactObject, accountObject} {
		if object == accountObject && !persons {
			continue
		}
		o, _, err := v.c.api.Describe(ctx, object)
		if denied(err) {
			v.Lacks(connectors.PartFields, object+": Read", "give our user Read and View All on "+object)
			persons = true
			continue
		}
		if err != nil {
			return err
		}
		_, flag := o.Fields["IsPersonAccount"]
		persons = persons || flag
		if object != accountObject || flag {
			b.add(o)
		}
	}
	for part := range slices.Chunk(b.questions, api.QueriesAtOnce) {
		selects := make([]api.Select, len(part))
		for i, q := range part {
			selects[i] = q.Select
		}
		results, err := v.c.api.Queries(ctx, selects)
		if uncounted(err) {
			v.Lacks(connectors.PartFields, part[0].Object+": COUNT", "Salesforce can't count who fills the custom fields, because it takes too long or they were just hidden: look at them yourself")
			break
		}
		if err != nil {
			return err
		}
		for i, q := range part {
			for j, name := range q.fields {
				b.see(q.Object, name, results[i].Filled[j])
			}
		}
	}
	if len(b.uncountable) > 0 {
		v.Lacks(connectors.PartFields, strings.Join(b.uncountable, ", "), "Salesforce can't count who fills these (long and rich texts, encrypted fields): look at them yourself")
	}
	v.Fields = b.filled()
	return nil
}

// uncounted tells a count that can't be had from a failure that passes.
func uncounted(err error) bool {
	var e *fault.Error
	return denied(err) || errors.As(err, &e) && (e.Code == "QUERY_TIMEOUT" || e.Code == "QUERY_TOO_COMPLICATED" || e.Code == "MALFORMED_QUERY")
}

// census asks how many records fill fields of an object.
type census struct {
	api.Select
	fields []string // one for each count that it answers
}

// ballot is what is asked of custom fields, and the counts that came.
type ballot struct {
	questions   []census
	records     map[string]map[string]int // by field and object; 0 = there, and not filled
	uncountable []string
}

// add plans the questions about an object: many fields in one where COUNT() takes
// them, else each by itself. A tick box always holds something: a ticked one counts.
func (b *ballot) add(o api.Object) {
	all := api.Select{Object: o.Name}
	if o.Name == accountObject {
		all.Where = "IsPersonAccount = true"
	}
	one := func(name, filled string) {
		s := all.With(name + filled)
		s.Filled = []string{"Id"}
		b.questions = append(b.questions, census{s, []string{name}})
	}
	var many []string
	for _, name := range slices.Sorted(maps.Keys(o.Fields)) {
		switch f := o.Fields[name]; {
		case !f.Custom || f.Calculated || f.Type == "address" || f.Type == "location": // compounds are seen by their parts
			continue
		case strings.HasSuffix(name, "__pc"): // the contact's, as the account shows it
			continue
		case f.Aggregatable:
			many = append(many, name)
		case f.Filterable && f.Type == "boolean":
			one(name, " = true")
		case f.Filterable:
			one(name, " != null")
		default:
			b.uncountable = append(b.uncountable, o.Name+"."+name)
			continue
		}
		b.see(o.Name, name, 0)
	}
	for part := range slices.Chunk(many, columnsAtOnce) {
		all.Filled = part
		b.questions = append(b.questions, census{all, part})
	}
}

// see notes how many records fill a field. The parts of a compound (Home__City__s,
// Home__Latitude__s) are one field, filled as often as its fullest part.
func (b *ballot) see(object, name string, n int) {
	if part, ok := strings.CutSuffix(name, "__s"); ok {
		name = part[:strings.LastIndex(part, "__")+len("__")] + "c"
	}
	if b.records[name] == nil {
		b.records[name] = map[string]int{}
	}
	b.records[name][object] = max(b.records[name][object], n)
}

// filled lists what is filled, by the paths that a policy would use: a field that
// one object has is named with it.
func (b *ballot) filled() []connectors.FilledField {
	var fields []connectors.FilledField
	add := func(name string, n int) {
		if n > 0 {
			fields = append(fields, connectors.FilledField{Name: name, Records: n})
		}
	}
	for name, by := range b.records {
		lead, onLead := by[leadObject]
		person, onContact := by[contactObject]
		switch {
		case onLead && onContact:
			add(name, lead+person)
		case onLead:
			add(leadObject+"."+name, lead)
		case onContact:
			add(contactObject+"."+name, person)
		}
		add(accountObject+"."+name, by[accountObject])
	}
	return fields
}
