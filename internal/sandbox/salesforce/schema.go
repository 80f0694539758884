package salesforce

import (
	"fmt"
	"strconv"
	"strings"
)

// field is one column of an object, as describe tells of it.
type field struct {
	name, typ  string // typ is describe's word
	kind       kind
	length     int
	read       reading
	col        uint16 // cell number, for read == cellRead
	custom     bool
	readOnly   bool
	required   bool
	noFilter   bool
	noSort     bool
	targets    []string // objects that a reference may point to
	relation   string   // its name in a parent path, e.g. Account
	rule       rule     // what happens to this row when the referenced one is deleted
	indexed    bool
	ignoreYear bool   // filters compare month and day only
	mirror     string // the same field of the contact beside a Person Account
}

// reading says where a field's content comes from.
type reading uint8

const (
	cellRead reading = iota
	idRead
	deletedRead
	createdRead
	createdByRead
	modifiedRead
	modifiedByRead
	stampRead
	masterRead
	nameRead     // first and last name joined, or what was stored
	archivedRead // closed and old
	activityRead // latest event or closed task
	bouncedRead  // an address that bounced
	addressRead  // street, city, … as one object
)

// rule is what the deletion of a record does to the rows that point to it.
type rule uint8

const (
	keep     rule = iota // nothing
	cascade              // they go along
	restrict             // they forbid it
	guarded              // they go along, unless their own state forbids it
	portal               // they forbid it while they are active users
	unlink               // their reference is emptied
)

// object is one kind of record.
type object struct {
	name, prefix, plural string
	fields               []*field
	byName               map[string]*field // by lower-case name
	byRelation           map[string]*field // by lower-case relation
	cells                uint16
	recyclable           bool // has IsDeleted and a bin
	writable             bool
	consent              bool // exists only in an org with the consent objects
	setup                bool // only for users with View Setup and Configuration
}

// readingOf tells where a field of this name comes from, in every object.
func readingOf(name string) reading {
	switch name {
	case "Id":
		return idRead
	case "IsDeleted":
		return deletedRead
	case "CreatedDate":
		return createdRead
	case "CreatedById":
		return createdByRead
	case "LastModifiedDate":
		return modifiedRead
	case "LastModifiedById":
		return modifiedByRead
	case "SystemModstamp":
		return stampRead
	case "MasterRecordId":
		return masterRead
	case "IsArchived":
		return archivedRead
	case "LastActivityDate":
		return activityRead
	case "IsEmailBounced":
		return bouncedRead
	}
	return cellRead
}

// parseObject reads one block of the table in objects.go: a head line
// "Name prefix Plural [flags]" and one line a field, "Name type[:length] [flags]".
// Lines flagged consent are left out unless consent is set.
func parseObject(block string, consent bool) (*object, error) {
	lines := strings.Split(strings.TrimSpace(block), "\n")
	head := strings.Fields(lines[0])
	if len(head) < 3 {
		return nil, fmt.Errorf("object head %q", lines[0])
	}
	o := &object{name: head[0], prefix: head[1], plural: head[2], byName: map[string]*field{}, byRelation: map[string]*field{}, recyclable: true, writable: true}
	own := "Id id\nIsDeleted boolean ro"
	for _, flag := range head[3:] {
		switch flag {
		case "nobin":
			o.recyclable, own = false, "Id id"
		case "consent":
			o.consent = true
		case "readonly":
			o.writable = false
		case "setup":
			o.setup = true
		case "owner":
			own += "\nOwnerId reference rel=Owner ->User"
		case "master":
			own += "\nMasterRecordId reference ro ->" + o.name
		default:
			return nil, fmt.Errorf("object %s: flag %q", o.name, flag)
		}
	}
	own += "\nCreatedDate datetime ro\nCreatedById reference ro ->User\nLastModifiedDate datetime ro\nLastModifiedById reference ro ->User\nSystemModstamp datetime ro"
	for _, line := range append(strings.Split(own, "\n"), lines[1:]...) {
		words := strings.Fields(line)
		if len(words) == 0 || !consent && words[len(words)-1] == "consent" {
			continue
		}
		f, err := parseField(words)
		if err != nil {
			return nil, fmt.Errorf("object %s: %w", o.name, err)
		}
		o.add(f)
	}
	return o, nil
}

// add appends f and gives it a cell if its content is stored.
func (o *object) add(f *field) {
	if f.read == cellRead || f.read == nameRead || f.read == activityRead {
		f.col = o.cells
		o.cells++
	}
	o.fields = append(o.fields, f)
	o.byName[strings.ToLower(f.name)] = f
	if f.relation != "" {
		o.byRelation[strings.ToLower(f.relation)] = f
	}
}

func (o *object) field(name string) *field { return o.byName[strings.ToLower(name)] }

func parseField(words []string) (*field, error) {
	if len(words) < 2 {
		return nil, fmt.Errorf("field line %q", words)
	}
	typ, length, _ := strings.Cut(words[1], ":")
	f := &field{name: words[0], typ: typ, kind: kindOf(typ), read: readingOf(words[0]), custom: strings.HasSuffix(words[0], "__c") || strings.HasSuffix(words[0], "__s")}
	if f.kind == null {
		return nil, fmt.Errorf("field %s: type %q", f.name, typ)
	}
	if length != "" {
		n, err := strconv.Atoi(length)
		if err != nil {
			return nil, fmt.Errorf("field %s: length %q", f.name, length)
		}
		f.length = n
	}
	for _, w := range words[2:] {
		if err := f.flag(w); err != nil {
			return nil, fmt.Errorf("field %s: %w", f.name, err)
		}
	}
	f.settle()
	return f, nil
}

func (f *field) flag(w string) error {
	rules := map[string]rule{"on=cascade": cascade, "on=restrict": restrict, "on=guarded": guarded, "on=portal": portal, "on=unlink": unlink}
	switch r, isRule := rules[w]; {
	case isRule:
		f.rule = r
	case w == "ro":
		f.readOnly = true
	case w == "req":
		f.required = true
	case w == "name":
		f.read, f.readOnly = nameRead, true
	case w == "nosort":
		f.noSort = true
	case w == "monthday":
		f.ignoreYear = true
	case w == "consent":
	case strings.HasPrefix(w, "->"):
		f.targets = strings.Split(w[2:], ",")
	case strings.HasPrefix(w, "mirror="):
		f.mirror = w[7:]
	case strings.HasPrefix(w, "rel="):
		f.relation = w[4:]
	default:
		return fmt.Errorf("flag %q", w)
	}
	return nil
}

// settle fills in what follows from type and targets.
func (f *field) settle() {
	switch f.typ {
	case "id":
		f.length, f.readOnly = 18, true
	case "address":
		f.read, f.readOnly, f.noFilter, f.noSort = addressRead, true, true, true
	case "textarea":
		f.noFilter, f.noSort = !f.custom || f.length > 255, true
	case "multipicklist":
		f.noSort = true
	case "encryptedstring":
		f.noFilter, f.noSort = true, true
	case "reference":
		f.length = 18
		if f.relation == "" {
			f.relation = strings.TrimSuffix(f.name, "Id")
		}
		for _, t := range f.targets {
			f.indexed = f.indexed || f.read == cellRead && t != "User" && t != "RecordType"
		}
	}
	if f.kind == text && f.length == 0 {
		f.length = 255
	}
	if f.read == archivedRead || f.read == activityRead || f.read == bouncedRead {
		f.readOnly = true
	}
}

func kindOf(typ string) kind {
	switch typ {
	case "id", "reference":
		return ident
	case "boolean":
		return boolean
	case "date":
		return date
	case "datetime":
		return instant
	case "int", "double", "currency", "percent":
		return number64
	case "address":
		return compound
	case "string", "picklist", "multipicklist", "encryptedstring", "email", "phone", "url", "textarea":
		return text
	}
	return null
}
