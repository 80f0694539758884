package policy

import (
	"iter"

	"github.com/lapsed/lapsed/internal/contact"
)

// ownGroup is the number of the record's own fields among a lens's groups.
const ownGroup = 0

// look is a contact as a lens finds its way in it: every rule names groups and
// fields by the lens's numbers, and nothing is searched by name again.
type look struct {
	c    *contact.Contact
	lens *lens
	own  contact.Picked
	rows [][]contact.Row // by group; of the own one nothing
}

// look finds the groups of a contact. room is where their rows are listed.
func (l *lens) look(c *contact.Contact, room [][]contact.Row) look {
	rows := room
	rows = append(rows, nil)
	for _, g := range l.groups[1:] {
		rows = append(rows, c.Rows[g.name])
	}
	return look{c, l, l.groups[ownGroup].pick.Of(c.Fields), rows}
}

// count is the number of rows that a group's tests are made on.
func (x *look) count(group int) int {
	if group == ownGroup {
		return 1
	}
	return len(x.rows[group])
}

// row is one of them.
func (x *look) row(group, i int) contact.Picked {
	if group == ownGroup {
		return x.own
	}
	return x.lens.groups[group].pick.Of(x.rows[group][i])
}

// values yields the filled fields of a place, one a row.
func (x *look) values(at spot) iter.Seq[contact.Value] {
	return func(yield func(contact.Value) bool) {
		for i := range x.count(at.group) {
			if v := x.row(at.group, i).Value(at.field); !v.IsEmpty() && !yield(v) {
				return
			}
		}
	}
}
