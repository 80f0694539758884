package salesforce

import (
	"net/http"
	"strconv"
)

// What an org tells of its users, their rights and the programs that hold tokens.

// The limits on OauthToken (object reference): rows of a page, and rows that are
// shown at all, while COUNT() counts the others, too.
const (
	tokenPage = 500
	tokenMost = 2500
)

// shown returns an object if the token's user may know of it.
func (o *Org) shown(name string) *table {
	t := o.table(name)
	if t != nil && t.setup && o.conduct.NoViewSetup {
		return nil
	}
	return t
}

// permit keeps the row of UserPermissionAccess, which tells the user's own rights.
func (o *Org) permit() {
	t := o.table("UserPermissionAccess")
	r := t.rows[0].next()
	r.set(t.field("PermissionsViewSetup").col, boolValue(!o.conduct.NoViewSetup))
	r.set(t.field("PermissionsViewAllUsers").col, boolValue(!o.conduct.NoViewAllUsers))
	r.set(t.field("PermissionsCustomizeApplication").col, boolValue(!o.conduct.NoCustomize))
	t.put(0, r)
}

// private tells whether a row of users or tokens is kept from the token's user.
func (o *Org) private(t *table, r *row) bool {
	switch t.name {
	case "User":
		return o.conduct.NoViewAllUsers && r.id != o.users.api
	case "OauthToken":
		return o.conduct.NoCustomize && r.cell(t.field("UserId").col).s != o.users.api
	}
	return false
}

// Users are the ids of those who are there from the org's first day; the first is
// the user whom the app runs as.
func (o *Org) Users() []string { return []string{o.users.api, o.users.staff, o.users.queue} }

// tally answers a question for counts of filled columns: one row of numbers.
func (o *Org) tally(c *call, s *statement, slots []uint32, all bool) answer {
	row := map[string]any{"attributes": map[string]string{"type": "AggregateResult"}}
	w := view{o: o, t: s.t, now: o.now(), all: all}
	for i, col := range s.tallies {
		n := 0
		for _, slot := range slots {
			if r := w.open(int(slot)); r != nil && w.get(r, col).k != null {
				n++
			}
		}
		row["expr"+strconv.Itoa(i)] = n
	}
	rows := []any{row}
	if c.hit("empty-page") {
		rows = []any{}
	}
	return jsonAnswer(http.StatusOK, map[string]any{"totalSize": c.total(len(rows)), "done": true, "records": rows})
}

// aggregatable tells whether COUNT() can be asked for a field ("Support for Field
// Types in Aggregate Functions" of the SOQL reference; long texts can't either).
func (f *field) aggregatable() bool {
	switch f.typ {
	case "boolean", "multipicklist", "encryptedstring", "address":
		return false
	case "textarea":
		return f.length <= 255
	}
	return true
}
