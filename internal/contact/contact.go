package contact

import (
	"fmt"
	"time"
)

// Contact is one record of a person at one processor, as read, in memory only.
type Contact struct {
	Ref Ref
	// Fields holds the record's own filled fields, by the vendor's name
	// ("Email", "hs_email_optout").
	Fields Row
	// Rows holds what other objects say about this record, by the group's name:
	// the vendor's object ("Task", "RecordType", "Campaign") or a name from the
	// connector's doc.go ("subscription"). A policy field "salesforce.Task.CallType"
	// is the field CallType of each row of group Task.
	Rows map[string][]Row
	// Unreadable names the fields ("Birthdate") and groups ("subscription") of
	// this record that could not be read. It is nil when all could.
	Unreadable []string
	// Aliases are records that the vendor has merged into this one.
	Aliases []Ref
	// ReadAt is when the processor answered, by its own clock when it told one.
	ReadAt time.Time
}

// Field returns the values of a policy field of this record: one of its own
// ("Email"), with group "", or one a row of a group.
func (c Contact) Field(group, name string) []Value {
	if group == "" {
		if v := c.Fields.Value(name); !v.IsEmpty() {
			return []Value{v}
		}
		return nil
	}
	var vs []Value
	for _, r := range c.Rows[group] {
		if v := r.Value(name); !v.IsEmpty() {
			vs = append(vs, v)
		}
	}
	return vs
}

// Format never shows what c holds: its ref and how many fields are filled.
func (c Contact) Format(s fmt.State, _ rune) {
	_, _ = fmt.Fprintf(s, "%s(%d fields)", c.Ref, c.Fields.Len())
}
