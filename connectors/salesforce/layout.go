package salesforce

import (
	"slices"

	"github.com/lapsed/lapsed/internal/contact"
)

// layout says where the values of a select go: into a row of the record's own
// fields (group "") or of another group.
type layout struct {
	groups  []string
	columns []*contact.Columns // by group
	group   []int              // by column of the select
	place   []int              // in its group's row
}

func layoutOf(columns []column) layout {
	var l layout
	var names [][]string
	for _, c := range columns {
		g := slices.Index(l.groups, c.group)
		if g < 0 {
			g = len(l.groups)
			l.groups, names = append(l.groups, c.group), append(names, nil)
		}
		names[g] = append(names[g], c.name)
		l.group = append(l.group, g)
	}
	for _, n := range names {
		l.columns = append(l.columns, contact.NewColumns(n...))
	}
	for i, c := range columns {
		l.place = append(l.place, l.columns[l.group[i]].Place(c.name))
	}
	return l
}

// rows are one row a group, with nothing in them yet.
func (l *layout) rows() []contact.Row {
	rows := make([]contact.Row, len(l.columns))
	for i, c := range l.columns {
		rows[i] = c.Row()
	}
	return rows
}

// put fills the value of a column of the select.
func (l *layout) put(rows []contact.Row, column int, v contact.Value) {
	rows[l.group[column]].Put(l.place[column], v)
}
