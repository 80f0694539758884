package salesforce

import (
	"slices"

	"github.com/lapsed/lapsed/internal/contact"
)

// builder makes a plan from what is asked and what is there.
type builder struct {
	schema    schema
	asked     asked
	topics    []string
	catalogue contact.Catalogue
	missing   map[string]bool // paths that can't be read
}

// vital are the fields without which no read may count: a hidden opt-out would
// make refusals of nobody.
func vital() []string { return []string{"Email", "CreatedDate", "HasOptedOutOfEmail"} }

// useful are the fields that every policy may use by role. A record says which
// of them it could not show.
func useful(object string) []string {
	shared := []string{"FirstName", "LastName", "Title", "LeadSource", "EmailBouncedDate"}
	if object == leadObject {
		return append(shared, "Country", "IsConverted", "ConvertedContactId")
	}
	return append(shared, "MailingCountry")
}

// optional are asked for where the org has them: they depend on its features.
func optional(object string) []string {
	shared := []string{"LastModifiedDate", "SystemModstamp", "IndividualId"}
	if object == leadObject {
		return append(shared, "CountryCode")
	}
	return append(shared, "MailingCountryCode", "AccountId", "IsPersonAccount")
}

// system are the columns that every object has and no security hides.
func system() []column {
	return []column{
		{path: "Id", name: "Id", kind: contact.Text, id: true, sure: true},
		{path: "IsDeleted", name: "IsDeleted", kind: contact.Bool, sure: true},
		{path: "MasterRecordId", name: "MasterRecordId", kind: contact.Text, id: true},
	}
}

// record plans the select of Lead or Contact.
func (b *builder) record(object string) recordPlan {
	p := recordPlan{object: object, columns: system()}
	add := func(names []string, otherwise func(name string)) {
		for _, n := range names {
			switch {
			case p.index(n) >= 0:
			case !b.askable(object, n):
				otherwise(n)
			default:
				p.columns = append(p.columns, b.column(object, n, n, ""))
			}
		}
	}
	add(vital(), func(n string) { b.missing[n] = true })
	add(useful(object), func(n string) { p.unseen = append(p.unseen, n) })
	add(optional(object), func(string) {})
	add(b.asked[""], func(n string) {
		// One object of two may lack a custom field, or hide it: no answer tells
		// these apart, so its records say that it was not seen, and whoever decides
		// by it decides nothing on them. A topic that is not there lists nobody.
		if len(b.standard(n)) == 0 && !slices.Contains(b.topics, n) {
			p.unseen = append(p.unseen, n)
		}
	})
	for _, group := range []string{"RecordType", "Individual"} {
		if key, _ := inline(group); b.schema.has(object, key) {
			for _, n := range b.asked[group] {
				if !b.schemaless(group) && !b.askable(group, n) {
					b.missing[group+"."+n] = true
					continue
				}
				p.columns = append(p.columns, b.column(group, n, group+"."+n, group))
			}
		}
	}
	return p
}

// schemaless tells a group whose object is not described: its few fields are
// readable wherever record types are.
func (b *builder) schemaless(group string) bool { return group == "RecordType" }

// standard are the catalogue's entries for a record's own field.
func (b *builder) standard(name string) []contact.Field { return b.catalogue.Lookup(name) }

// checkOwn finds the asked fields of the records that are not there: a standard
// one must be on each object that has it, a custom one on one at least.
func (b *builder) checkOwn() {
	for _, n := range b.asked[""] {
		fields := b.standard(n)
		for _, f := range fields {
			if !b.askable(f.Object, n) {
				b.missing[n] = true
			}
		}
		if len(fields) == 0 && !b.askable(leadObject, n) && !b.askable(contactObject, n) {
			b.missing[n] = true
		}
		if slices.Contains(b.topics, n) && !b.flag(leadObject, n) && !b.flag(contactObject, n) {
			b.missing[n] = true
		}
	}
}

// concerns tells whether an object's records lack something with an unreadable
// path: not if they show it, and not if only the other object has such a field.
func (b *builder) concerns(path string, p recordPlan) bool {
	if p.index(path) >= 0 {
		return false
	}
	fields := b.catalogue.Lookup(path)
	return len(fields) == 0 || slices.ContainsFunc(fields, func(f contact.Field) bool { return f.Object == p.object })
}

// flag tells whether a field is there and a flag, or of a type that is not told.
func (b *builder) flag(object, name string) bool {
	f, ok := b.schema[object].Fields[name]
	return ok && (f.Type == "" || f.Type == "boolean")
}

// relation plans the select of a relation, if any of its groups is asked for.
func (b *builder) relation(r relation) (relationPlan, bool) {
	p := relationPlan{relation: r}
	p.owners = slices.Clone(r.owners)
	for _, src := range r.groups {
		for _, n := range b.asked[src.group] {
			if !b.askable(src.object(r), n) || !b.linked(r) {
				b.missing[src.group+"."+n] = true
				continue
			}
			path := n
			if src.parent != "" {
				path = src.parent + "." + n
			}
			p.columns = append(p.columns, b.column(src.object(r), n, path, src.group))
		}
	}
	if len(p.columns) > 0 {
		for _, n := range r.companions {
			if b.askable(r.object, n) && !slices.Contains(b.asked[r.object], n) {
				p.columns = append(p.columns, b.column(r.object, n, n, r.object))
			}
		}
	}
	for _, o := range r.optional {
		if b.schema.has(r.object, o) {
			p.owners = append(p.owners, o)
		}
	}
	return p, len(p.columns) > 0
}

// linked tells whether r's rows can be read, and the records show the id
// through which they find them.
func (b *builder) linked(r relation) bool {
	if _, there := b.schema[r.object]; !there {
		return false
	}
	switch r.link {
	case byMessage:
		_, there := b.schema[mailLink]
		return there
	case byAccount:
		return b.schema.has(contactObject, "AccountId")
	case byIndividual:
		return b.schema.has(leadObject, "IndividualId") && b.schema.has(contactObject, "IndividualId")
	default:
		return true
	}
}

// checkGroups finds the asked groups that don't exist, and parents that no
// record names. An org without record types for one object has none there; one
// that hides the individual from one object would lose refusals.
func (b *builder) checkGroups() {
	known := map[string]bool{"": true}
	for _, r := range relations() {
		for _, src := range r.groups {
			known[src.group] = true
		}
	}
	known["RecordType"] = b.schema.has(leadObject, "RecordTypeId") || b.schema.has(contactObject, "RecordTypeId")
	known["Individual"] = b.schema.has(leadObject, "IndividualId") && b.schema.has(contactObject, "IndividualId")
	for group, names := range b.asked {
		for _, n := range names {
			if !known[group] {
				b.missing[group+"."+n] = true
			}
		}
	}
}

// askable tells whether a select may name a field. Compound fields can't be
// asked for in bulk: a policy names their parts.
func (b *builder) askable(object, name string) bool {
	f, ok := b.schema[object].Fields[name]
	return ok && f.Type != "address" && f.Type != "location" && f.Type != "base64" && f.Type != "complexvalue"
}

// column describes a value: its kind from the org's describe, or else from the
// catalogue.
func (b *builder) column(object, name, path, group string) column {
	c := column{path: path, group: group, name: name, kind: contact.Text}
	f := b.schema[object].Fields[name]
	switch f.Type {
	case "boolean":
		c.kind = contact.Bool
	case "date":
		c.kind = contact.Date
	case "datetime":
		c.kind = contact.Instant
	case "multipicklist":
		c.kind = contact.List
	case "":
		lookup := name
		if group != "" {
			lookup = group + "." + name
		}
		if fs := b.catalogue.Lookup(lookup); len(fs) > 0 {
			c.kind = fs[0].Kind
		}
	}
	c.id = f.Type == "reference" || f.Type == "id" || (f.Type == "" && isIDName(name))
	// A parent may be missing as a whole, and its flags with it.
	c.sure = path == name && (c.kind == contact.Bool || name == "CreatedDate")
	return c
}
