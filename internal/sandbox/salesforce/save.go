package salesforce

import (
	"fmt"
	"maps"
	"slices"
	"time"
)

// change is a new content for one field.
type change struct {
	f *field
	v value
}

// Insert adds a record as the company's staff would and returns its 18-character
// id. Fields are given by API name: strings, bools, numbers, time.Time; read-only
// ones too. CreatedDate, LastModifiedDate and SystemModstamp may be given as
// time.Time, otherwise they are now. An account with IsPersonAccount gets its
// contact beside it. A field that doesn't exist is a bug of the caller: it panics.
func (o *Org) Insert(object string, fields map[string]any) string {
	o.mu.Lock()
	defer o.mu.Unlock()
	t := o.table(object)
	if t == nil {
		panic(fmt.Sprintf("sandbox: Salesforce has no object %s", object))
	}
	return o.insert(t, o.parse(t, fields), o.users.staff)
}

func (o *Org) insert(t *table, changes []change, by string) string {
	now, slot := o.now(), len(t.rows)
	r := &row{id: t.idAt(slot), created: now, modified: now, stamp: now, createdBy: by, modifiedBy: by}
	if f := t.field("OwnerId"); f != nil {
		r.set(f.col, idValue(o.users.staff))
	}
	for _, f := range t.fields {
		if f.name == t.name+"Number" {
			r.set(f.col, textValue(fmt.Sprintf("%08d", slot+1001)))
		}
	}
	apply(r, changes)
	o.settle(t, r, changes)
	o.delay(r, nil)
	t.put(slot, r)
	if t.name == "Account" && r.cell(t.field("IsPersonAccount").col).isTrue() {
		o.pair(t, slot)
	}
	return r.id
}

// pair gives a new Person Account the contact that Salesforce keeps beside it.
func (o *Org) pair(accounts *table, slot int) {
	contacts, a := o.table("Contact"), accounts.rows[slot]
	c := &row{id: contacts.idAt(len(contacts.rows)), created: a.created, modified: a.modified, stamp: a.stamp, createdBy: a.createdBy, modifiedBy: a.modifiedBy}
	c.set(contacts.field("AccountId").col, idValue(a.id))
	c.set(contacts.field("IsPersonAccount").col, boolValue(true))
	c.set(contacts.field("OwnerId").col, a.cell(accounts.field("OwnerId").col))
	for _, f := range accounts.fields {
		if f.mirror != "" {
			c.set(contacts.field(f.mirror).col, a.cell(f.col))
		}
	}
	contacts.put(len(contacts.rows), c)
	paired := a.next()
	paired.set(accounts.field("PersonContactId").col, idValue(c.id))
	accounts.put(slot, paired)
}

// Update is staff's act: it changes fields and moves LastModifiedDate and
// SystemModstamp, to now or to what fields say.
func (o *Org) Update(object, id string, fields map[string]any) {
	o.mu.Lock()
	defer o.mu.Unlock()
	t, slot := o.must(object, id)
	o.save(t, slot, o.parse(t, fields), o.users.staff)
}

// parse reads fields given in process, in the order of their names.
func (o *Org) parse(t *table, fields map[string]any) []change {
	var list []change
	for _, name := range slices.Sorted(maps.Keys(fields)) {
		f := t.field(name)
		if f == nil {
			panic(fmt.Sprintf("sandbox: Salesforce's %s has no field %s", t.name, name))
		}
		v, err := toValue(f.kind, fields[name])
		if err != nil {
			panic(fmt.Sprintf("sandbox: Salesforce's %s.%s is a %s, not a %T of that content", t.name, name, f.typ, fields[name]))
		}
		list = append(list, change{f, v})
	}
	return list
}

// save puts a changed version of a row in its place, stamps it, and carries the
// change over to the other side of a Person Account.
func (o *Org) save(t *table, slot int, changes []change, by string) {
	now, old := o.now(), t.rows[slot]
	r := old.next()
	r.modified, r.stamp, r.modifiedBy = now, now, by
	apply(r, changes)
	o.settle(t, r, changes)
	o.delay(r, old)
	t.put(slot, r)
	o.reflect(t, r)
}

func apply(r *row, changes []change) {
	for _, c := range changes {
		switch c.f.read {
		case createdRead:
			r.created = c.v.n
		case createdByRead:
			r.createdBy = c.v.s
		case modifiedRead:
			r.modified, r.stamp = c.v.n, c.v.n
		case modifiedByRead:
			r.modifiedBy = c.v.s
		case stampRead:
			r.stamp = c.v.n
		case masterRead:
			r.master = c.v.s
		case cellRead, nameRead, activityRead:
			r.set(c.f.col, c.v)
		}
	}
}

// delay makes a save visible late, as it happens where a long transaction
// commits after the stamp that it gave.
func (o *Org) delay(r, old *row) {
	most := o.conduct.LateCommit
	if o.now() < o.lateness.until {
		most = max(most, o.lateness.by)
	}
	if most <= 0 {
		return
	}
	n := mix(o.opt.Seed, "late", r.id, fmt.Sprint(r.stamp)) % uint64(most/time.Second+1)
	r.visible = o.now() + int64(n)
	for old != nil && old.visible > o.now() {
		old = old.prev
	}
	r.prev = old
}

// settle closes what its status says is closed.
func (o *Org) settle(t *table, r *row, changes []change) {
	given := func(name string) bool {
		return slices.ContainsFunc(changes, func(c change) bool { return c.f.name == name })
	}
	status := map[string]string{"Task": "Status", "Case": "Status", "Opportunity": "StageName"}[t.name]
	if status == "" {
		return
	}
	closed := t.field("IsClosed")
	if given(status) && !given(closed.name) {
		s := r.cell(t.field(status).col).s
		r.set(closed.col, boolValue(s == "Completed" || s == "Closed" || s == "Closed Won" || s == "Closed Lost"))
		if f := t.field("IsWon"); f != nil && !given(f.name) {
			r.set(f.col, boolValue(s == "Closed Won"))
		}
	}
	for _, name := range []string{"CompletedDateTime", "ClosedDate"} {
		if f := t.field(name); f != nil && !given(name) && r.cell(closed.col).isTrue() && r.cell(f.col).k == null {
			r.set(f.col, secondsValue(r.modified))
		}
	}
}

// reflect copies the shared fields of a Person Account to its contact, or of
// that contact to its account, with the same stamps: they are one record.
func (o *Org) reflect(t *table, r *row) {
	accounts, contacts := o.table("Account"), o.table("Contact")
	var id string
	var other *table
	switch {
	case t == accounts:
		id, other = r.cell(t.field("PersonContactId").col).s, contacts
	case t == contacts && r.cell(t.field("IsPersonAccount").col).isTrue():
		id, other = r.cell(t.field("AccountId").col).s, accounts
	}
	slot, ok := 0, false
	if other != nil {
		slot, ok = other.slot(id)
	}
	if !ok || other.rows[slot] == nil {
		return
	}
	n := other.rows[slot].next()
	n.modified, n.stamp, n.modifiedBy = r.modified, r.stamp, r.modifiedBy
	for _, f := range accounts.fields {
		switch {
		case f.mirror == "":
		case t == accounts:
			n.set(contacts.field(f.mirror).col, r.cell(f.col))
		default:
			n.set(f.col, r.cell(contacts.field(f.mirror).col))
		}
	}
	other.put(slot, n)
}

// Get returns a record as it truly is, whatever the token's user may see: every
// filled field, and "live", "binned" (also hard-deleted but not yet swept) or "gone".
func (o *Org) Get(object, id string) (fields map[string]any, state string) {
	o.mu.Lock()
	defer o.mu.Unlock()
	o.sweep()
	t := o.table(object)
	full, _ := canonical(id)
	if t == nil {
		return nil, "gone"
	}
	slot, ok := t.slot(full)
	if !ok || t.rows[slot] == nil {
		return nil, "gone"
	}
	r := t.rows[slot]
	fields, state = map[string]any{}, "live"
	if r.deleted != 0 {
		state = "binned"
	}
	for _, f := range t.fields {
		if v := o.get(t, r, f); v.k != null {
			fields[f.name] = v.plain()
		}
	}
	return fields, state
}
