package salesforce

import (
	"bytes"
	"encoding/json"
	"fmt"
	"maps"
	"net/http"
	"net/mail"
	"slices"
	"strings"
	"time"

	"github.com/lapsed/lapsed/internal/sandbox/kit"
)

// decoder reads one field of a write: JSON is strict about types, CSV is all text.
type decoder func(*field, any) (value, error)

func decodeJSON(f *field, x any) (value, error) { return toValue(f.kind, x) }

// record reads a JSON object of fields.
func record(body []byte) (map[string]any, *apiError) {
	dec := json.NewDecoder(bytes.NewReader(body))
	dec.UseNumber()
	var m map[string]any
	if err := dec.Decode(&m); err != nil || m == nil {
		return nil, fail(http.StatusBadRequest, "JSON_PARSER_ERROR", "The HTTP entity body is required, but this request has no entity body of JSON.")
	}
	return m, nil
}

// writable is why no record can be written at all, if so.
func (o *Org) writable(c *call, t *table) *apiError {
	switch {
	case o.readOnly:
		return fail(http.StatusForbidden, "INSUFFICIENT_ACCESS_OR_READONLY", "the organization is in read-only mode")
	case !t.writable:
		return fail(http.StatusForbidden, "INSUFFICIENT_ACCESS", "insufficient access rights on "+t.name)
	}
	return c.refusal()
}

// write updates one row for a client, or says why not.
func (o *Org) write(c *call, p place, fields map[string]any, decode decoder) *apiError {
	r := p.t.rows[p.slot]
	if r.deleted != 0 {
		return isDeleted()
	}
	if err := o.writable(c, p.t); err != nil {
		return err
	}
	changes, err := o.changes(p.t, fields, decode)
	if err != nil {
		return err
	}
	switch {
	case r.marks&Locked != 0:
		return fail(http.StatusBadRequest, "ENTITY_IS_LOCKED", "entity is locked for editing").on()
	case p.t.name == "Lead" && r.cell(p.t.field("IsConverted").col).isTrue() && !o.conduct.EditConverted:
		return fail(http.StatusBadRequest, "CANNOT_UPDATE_CONVERTED_LEAD", "cannot reference converted lead").on()
	case o.personContact(p):
		return personOperation()
	case r.marks&FailsRule != 0:
		return invalid()
	case r.marks&IsDuplicate != 0 && !allowsDuplicates(c.r):
		return duplicates(p.t.name)
	}
	changes = append(changes, o.assignment(c, p)...)
	for _, ch := range changes {
		o.noteChange(p.t, r, ch)
	}
	o.save(p.t, p.slot, changes, o.users.api)
	return nil
}

func allowsDuplicates(r *http.Request) bool {
	h := strings.ReplaceAll(strings.ToLower(r.Header.Get("Sforce-Duplicate-Rule-Header")), " ", "")
	return strings.Contains(h, "allowsave=true")
}

// personContact tells whether p is the contact of a Person Account, which only
// its account may be written through.
func (o *Org) personContact(p place) bool {
	return p.t.name == "Contact" && p.t.rows[p.slot].cell(p.t.field("IsPersonAccount").col).isTrue()
}

func personOperation() *apiError {
	return fail(http.StatusBadRequest, "INVALID_PERSON_ACCOUNT_OPERATION", "can not operate on the contact of a person account").on()
}

// changes reads the fields of a write in the order of their names.
func (o *Org) changes(t *table, fields map[string]any, decode decoder) ([]change, *apiError) {
	var list []change
	for _, name := range slices.Sorted(maps.Keys(fields)) {
		if name == "attributes" {
			continue
		}
		f := t.field(name)
		switch {
		case f == nil:
			return nil, fail(http.StatusBadRequest, "INVALID_FIELD", fmt.Sprintf("No such column '%s' on sobject of type %s", name, t.name)).on()
		case f.readOnly || o.hidden[f]:
			return nil, fail(http.StatusBadRequest, "INVALID_FIELD_FOR_INSERT_UPDATE",
				"Unable to create/update fields: "+f.name+". Please check the security settings of this field and verify that it is read/write for your profile or permission set.").on(f.name)
		}
		v, err := decode(f, fields[name])
		if err != nil {
			return nil, fail(http.StatusBadRequest, "JSON_PARSER_ERROR", fmt.Sprintf("Cannot deserialize %s for field %s", f.typ, f.name))
		}
		if f.kind == boolean && v.k == null { // a flag is never null: it is cleared
			v = boolValue(false)
		}
		if err := f.accepts(v); err != nil {
			return nil, err
		}
		list = append(list, change{f, v})
	}
	return list, nil
}

func (f *field) accepts(v value) *apiError {
	switch {
	case f.required && v.k == null:
		return fail(http.StatusBadRequest, "REQUIRED_FIELD_MISSING", "Required fields are missing: ["+f.name+"]").on(f.name)
	case f.kind == text && len(v.s) > f.length:
		return fail(http.StatusBadRequest, "STRING_TOO_LONG", fmt.Sprintf("%s: data value too large: (max length=%d)", f.name, f.length)).on(f.name)
	case f.typ == "email" && v.k == text:
		if a, err := mail.ParseAddress(v.s); err != nil || a.Address != v.s {
			return fail(http.StatusBadRequest, "INVALID_EMAIL_ADDRESS", f.name+": invalid email address: "+v.s).on(f.name)
		}
	}
	return nil
}

// assignment is what the assignment rule does to a save of a lead, case or
// account unless the client says Sforce-Auto-Assign: FALSE.
func (o *Org) assignment(c *call, p place) []change {
	f := p.t.field("OwnerId")
	if o.conduct.NoAssignment || strings.EqualFold(c.r.Header.Get("Sforce-Auto-Assign"), "FALSE") || f == nil {
		return nil
	}
	if p.t.name != "Lead" && p.t.name != "Case" && p.t.name != "Account" {
		return nil
	}
	return []change{{f, idValue(o.users.queue)}}
}

// noteChange files one field's change with the book, if it changes anything.
func (o *Org) noteChange(t *table, r *row, ch change) {
	before := o.get(t, r, ch.f)
	if before == ch.v {
		return
	}
	optOut := ch.f.name == "HasOptedOutOfEmail" || ch.f.name == "PersonHasOptedOutOfEmail"
	topic := ch.f.custom && ch.f.kind == boolean
	k := kit.Change{Verb: "update", Topic: ch.f.name, Forbidden: true}
	switch {
	case optOut && ch.v.isTrue():
		k = kit.Change{Verb: "unsubscribe"}
	case optOut:
		k = kit.Change{Verb: "resubscribe", Forbidden: true}
	case topic && !ch.v.isTrue():
		k = kit.Change{Verb: "unsubscribe", Topic: ch.f.name}
	case topic:
		k = kit.Change{Verb: "resubscribe", Topic: ch.f.name, Forbidden: true}
	}
	o.note(t, r.id, k)
}

func (o *Org) note(t *table, id string, k kit.Change) {
	k.Processor, k.Object, k.ID, k.At = processor, t.name, id, time.Unix(o.now(), 0).UTC()
	if o.held != nil {
		*o.held = append(*o.held, k)
		return
	}
	o.stage.Book.Changed(k)
}

// erase deletes one row for a client, or says why not.
func (o *Org) erase(c *call, p place, hard bool) *apiError {
	r := p.t.rows[p.slot]
	if r.deleted != 0 {
		return isDeleted()
	}
	if err := o.writable(c, p.t); err != nil {
		return err
	}
	if o.personContact(p) {
		return personOperation()
	}
	list, err := o.doom(p, nil, false)
	if err != nil {
		return err
	}
	o.bury(list, o.users.api, hard)
	o.note(p.t, r.id, kit.Change{Verb: "delete"})
	return nil
}

// add creates a row for a client: the book marks it as forbidden.
func (o *Org) add(c *call, t *table, fields map[string]any, decode decoder) (string, *apiError) {
	if err := o.writable(c, t); err != nil {
		return "", err
	}
	changes, err := o.changes(t, fields, decode)
	if err != nil {
		return "", err
	}
	var missing []string
	for _, f := range t.fields {
		if f.required && !slices.ContainsFunc(changes, func(ch change) bool { return ch.f == f }) {
			missing = append(missing, f.name)
		}
	}
	if missing != nil {
		return "", fail(http.StatusBadRequest, "REQUIRED_FIELD_MISSING", "Required fields are missing: ["+strings.Join(missing, ", ")+"]").on(missing...)
	}
	id := o.insert(t, changes, o.users.api)
	o.note(t, id, kit.Change{Verb: "create", Forbidden: true})
	return id, nil
}
