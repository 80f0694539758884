package contact

import "sync/atomic"

// Pick is the fields that somebody looks at in the rows of one group. It finds
// their places once for all rows of the same columns, so that a look at a field
// costs no search for its name. It remembers one set of columns: what is read in
// one go has the same, and memory doesn't grow. It is safe for concurrent use
// once all its fields are added.
type Pick struct {
	names []string
	last  atomic.Pointer[fit]
}

// fit says where rows of some columns keep the fields of a pick.
type fit struct {
	columns *Columns
	places  []int // by number in the pick; -1 = not there
	numbers []int // of those that are there
}

// Add numbers a field. One that was added before keeps its number.
func (p *Pick) Add(name string) int {
	for i, n := range p.names {
		if n == name {
			return i
		}
	}
	p.names = append(p.names, name)
	p.last.Store(nil)
	return len(p.names) - 1
}

// Name is the field of a number.
func (p *Pick) Name(number int) string { return p.names[number] }

// Of looks at a row.
func (p *Pick) Of(r Row) Picked {
	f := p.last.Load()
	if f == nil || f.columns != r.columns {
		f = p.fit(r.columns)
		p.last.Store(f)
	}
	return Picked{f, r.values}
}

func (p *Pick) fit(c *Columns) *fit {
	f := &fit{columns: c, places: make([]int, len(p.names))}
	for i, n := range p.names {
		if f.places[i] = c.Place(n); f.places[i] >= 0 {
			f.numbers = append(f.numbers, i)
		}
	}
	return f
}

// Picked is a row as a pick looks at it. The zero Picked is an empty row.
type Picked struct {
	fit    *fit
	values []Value
}

// Value returns the field of a number, the empty Value if it is absent.
func (p Picked) Value(number int) Value {
	if p.fit == nil || number < 0 {
		return Value{}
	}
	if i := p.fit.places[number]; i >= 0 {
		return p.values[i]
	}
	return Value{}
}

// Columns are the numbers of the picked fields that the row's columns have,
// filled or not. The result must not be changed.
func (p Picked) Columns() []int {
	if p.fit == nil {
		return nil
	}
	return p.fit.numbers
}
