package salesforce

import (
	"strings"
	"time"
)

// archiveAfter is the age at which events and closed tasks leave plain queries.
const archiveAfter = 365 * 24 * time.Hour

// get returns the content of field f in row r as it is at this moment: some
// fields follow from others, from other rows or from the time.
func (o *Org) get(t *table, r *row, f *field) value {
	switch f.read {
	case idRead:
		if t.name == "OauthToken" { // "reserved for future use"
			return value{}
		}
		return idValue(r.id)
	case deletedRead:
		return boolValue(r.deleted != 0)
	case createdRead:
		return secondsValue(r.created)
	case createdByRead:
		return idValue(r.createdBy)
	case modifiedRead:
		return secondsValue(r.modified)
	case modifiedByRead:
		return idValue(r.modifiedBy)
	case stampRead:
		return secondsValue(r.stamp)
	case masterRead:
		return idValue(r.master)
	case nameRead:
		return nameOf(t, r)
	case archivedRead:
		return boolValue(o.archived(t, r, o.now()))
	case activityRead:
		return o.lastActivity(t, r, f)
	case bouncedRead:
		return boolValue(r.cell(t.field("EmailBouncedDate").col).k != null)
	case addressRead:
		return address(t, r, strings.TrimSuffix(f.name, "Address"))
	}
	v := r.cell(f.col)
	if v.k == null && f.kind == boolean {
		return boolValue(false)
	}
	return v
}

// nameOf joins first and last name; a record without them has a name of its own.
func nameOf(t *table, r *row) value {
	var parts []string
	for _, n := range []string{"FirstName", "LastName"} {
		if f := t.field(n); f != nil {
			if s := r.cell(f.col).s; s != "" {
				parts = append(parts, s)
			}
		}
	}
	if f := t.field("Name"); len(parts) == 0 && f != nil {
		return r.cell(f.col)
	}
	return textValue(strings.Join(parts, " "))
}

// archived tells whether plain queries leave r out: events and closed tasks of
// 365 days and more. A task without a due date goes by its creation.
func (o *Org) archived(t *table, r *row, now int64) bool {
	if t.name != "Task" && t.name != "Event" {
		return false
	}
	if t.name == "Task" && !r.cell(t.field("IsClosed").col).isTrue() {
		return false
	}
	at := activityDate(t, r)
	if at.k == null {
		at = value{k: date, n: r.created}
	}
	return now-at.n >= int64(archiveAfter/time.Second)
}

// activityDate returns the day of a task or event.
func activityDate(t *table, r *row) value {
	for _, name := range []string{"ActivityDate", "ActivityDateTime", "StartDateTime"} {
		if f := t.field(name); f != nil {
			if v := r.cell(f.col); v.k != null {
				return dateValue(v.time())
			}
		}
	}
	return value{}
}

// lastActivity is the latest day of an event or a closed task with the record,
// or a later one that Insert gave. Saving an activity doesn't touch the record,
// so this moves without its stamp.
func (o *Org) lastActivity(t *table, r *row, f *field) value {
	best, id, link := r.cell(f.col), r.id, "WhoId"
	switch t.name {
	case "Account":
		id = r.cell(t.field("PersonContactId").col).s
	case "Opportunity":
		link = "WhatId"
	}
	if id == "" {
		return best
	}
	for _, name := range []string{"Task", "Event"} {
		at := o.table(name)
		for _, slot := range at.pointing(at.field(link), id) {
			a := at.seen(int(slot), o.now())
			if a == nil || a.deleted != 0 || name == "Task" && !a.cell(at.field("IsClosed").col).isTrue() {
				continue
			}
			if day := activityDate(at, a); day.k != null && (best.k == null || day.n > best.n) {
				best = day
			}
		}
	}
	return best
}

// address returns a compound address as JSON, null if all parts are empty.
func address(t *table, r *row, prefix string) value {
	b, filled := []byte("{"), false
	for i, part := range []string{"City", "Country", "CountryCode", "PostalCode", "State", "Street"} {
		if i > 0 {
			b = append(b, ',')
		}
		v := value{}
		if f := t.field(prefix + part); f != nil {
			v = r.cell(f.col)
		}
		filled = filled || v.k != null
		b = append(appendQuoted(b, strings.ToLower(part[:1])+part[1:]), ':')
		b = v.appendJSON(b)
	}
	if !filled {
		return value{}
	}
	return value{k: compound, s: string(append(b, '}'))}
}
