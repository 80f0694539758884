package contact

import (
	"fmt"
	"iter"
	"maps"
	"slices"
)

// Columns names the fields that the rows of one answer may hold. It is made once
// for many rows, which then keep a value's place and no name: a company has
// millions of rows and a handful of columns.
type Columns struct{ names []string }

// NewColumns names columns. Each name stands once.
func NewColumns(names ...string) *Columns {
	c := &Columns{}
	for _, n := range names {
		if c.Place(n) < 0 {
			c.names = append(c.names, n)
		}
	}
	return c
}

// Place is where a row keeps the field of that name, -1 if nowhere.
func (c *Columns) Place(name string) int {
	if c == nil {
		return -1
	}
	return slices.Index(c.names, name)
}

// Row returns a row in which nothing is filled yet.
func (c *Columns) Row() Row { return Row{columns: c, values: make([]Value, len(c.names))} }

// Row is the filled fields of one record. A field that was read and is empty is
// absent from it. The zero Row holds nothing. Copies of a row share what it
// holds, as copies of a slice do.
type Row struct {
	columns *Columns
	values  []Value // by place
}

// Put fills the field at a place of the row's columns.
func (r Row) Put(place int, v Value) { r.values[place] = v }

// Set fills the field of a name. Where the row has no such column it gets one of
// its own: for many rows, name the columns first.
func (r *Row) Set(name string, v Value) {
	if i := r.columns.Place(name); i >= 0 {
		r.values[i] = v
		return
	}
	var names []string
	if r.columns != nil {
		names = r.columns.names
	}
	r.columns = &Columns{append(slices.Clip(names), name)}
	r.values = append(slices.Clip(r.values), v)
}

// Value returns the field of a name, the empty Value if it is absent.
func (r Row) Value(name string) Value {
	if i := r.columns.Place(name); i >= 0 {
		return r.values[i]
	}
	return Value{}
}

// Has tells whether the field of a name is filled.
func (r Row) Has(name string) bool { return !r.Value(name).IsEmpty() }

// Len is the number of filled fields.
func (r Row) Len() int {
	n := 0
	for i := range r.values {
		if !r.values[i].IsEmpty() {
			n++
		}
	}
	return n
}

// All yields the filled fields in the order of their columns.
func (r Row) All() iter.Seq2[string, Value] {
	return func(yield func(string, Value) bool) {
		for i, v := range r.values {
			if !v.IsEmpty() && !yield(r.columns.names[i], v) {
				return
			}
		}
	}
}

// Format never shows what r holds: how many fields are filled.
func (r Row) Format(s fmt.State, _ rune) { _, _ = fmt.Fprintf(s, "row(%d fields)", r.Len()) }

// Named is fields by name, of which a single row is made.
type Named map[string]Value

// Row returns the row of these fields, in the order of their names.
func (n Named) Row() Row {
	names := slices.Sorted(maps.Keys(n))
	r := (&Columns{names}).Row()
	for i, name := range names {
		r.Put(i, n[name])
	}
	return r
}
