package salesforce

import (
	"cmp"
	"slices"
	"strings"
)

// view reads rows for one statement at one instant.
type view struct {
	o   *Org
	t   *table
	now int64
	all bool // queryAll: with deleted and archived rows
}

// open returns the row in slot as the query may see it, nil if it may not.
func (w view) open(slot int) *row {
	r := w.t.seen(slot, w.now)
	if r == nil || r.marks&Unshared != 0 || w.o.private(w.t, r) {
		return nil
	}
	if !w.all && (r.deleted != 0 || w.o.archived(w.t, r, w.now)) {
		return nil
	}
	return r
}

// parent returns the record that field via of r refers to.
func (w view) parent(r *row, via *field) (*table, *row) {
	id := w.o.get(w.t, r, via).s
	if id == "" {
		return nil, nil
	}
	for _, name := range via.targets {
		if t := w.o.table(name); t != nil {
			if slot, ok := t.slot(id); ok {
				return t, t.seen(slot, w.now)
			}
		}
	}
	return nil, nil
}

func (w view) get(r *row, c column) value {
	if c.via == nil {
		return w.o.get(w.t, r, c.f)
	}
	t, p := w.parent(r, c.via)
	if p == nil {
		return value{}
	}
	f := c.f
	if len(c.via.targets) > 1 {
		if f = t.field(c.f.name); f == nil {
			return value{}
		}
	}
	return w.o.get(t, p, f)
}

// holds evaluates a condition on r; nil holds for every row.
func (w view) holds(n *bound, r *row) bool {
	if n == nil {
		return true
	}
	switch n.op {
	case and:
		return !slices.ContainsFunc(n.kids, func(k *bound) bool { return !w.holds(k, r) })
	case or:
		return slices.ContainsFunc(n.kids, func(k *bound) bool { return w.holds(k, r) })
	case not:
		return !w.holds(n.kids[0], r)
	}
	v := w.get(r, n.col)
	switch n.op {
	case like:
		return v.k == text && n.pattern.MatchString(v.s)
	case in:
		return n.set[fold(n.col.f, v)]
	case notIn:
		return !n.set[fold(n.col.f, v)]
	}
	return compares(n, fold(n.col.f, v))
}

// compares judges = != < <= > >=. Null is equal to null and in no order to anything.
func compares(n *bound, v value) bool {
	switch n.op {
	case eq:
		return v == n.v
	case ne:
		return v != n.v
	}
	if v.k == null || n.v.k == null {
		return false
	}
	c := order(v, n.v)
	switch n.op {
	case lt:
		return c < 0
	case le:
		return c <= 0
	case gt:
		return c > 0
	}
	return c >= 0
}

// order compares two values of one kind; null is below all.
func order(a, b value) int {
	switch {
	case a.k == null || b.k == null:
		return cmp.Compare(a.k, b.k)
	case a.k == text:
		return cmp.Compare(strings.ToLower(a.s), strings.ToLower(b.s))
	case a.k == ident:
		return cmp.Compare(a.s, b.s)
	case a.k == number64:
		return cmp.Compare(a.float(), b.float())
	}
	return cmp.Compare(a.n, b.n)
}

// run returns the slots of the rows that match, in order and within the limit.
func (o *Org) run(s *statement, all bool) []uint32 {
	w := view{o: o, t: s.t, now: o.now(), all: all}
	byID := len(s.order) == 0 || s.order[0].col.via == nil && s.order[0].col.f.read == idRead && !s.order[0].desc
	best := &selection{w: w, keys: s.order, limit: s.limit, sorted: byID}
	for slot := range o.candidates(s.t, s.where) {
		if r := w.open(slot); r != nil && w.holds(s.where, r) {
			if !best.take(uint32(slot), r) {
				break
			}
		}
	}
	return best.finish()
}

// selection keeps the first rows of an order. With a limit it never holds more
// than twice that many.
type selection struct {
	w      view
	keys   []sortKey
	limit  int
	sorted bool // rows come in the wanted order
	slots  []uint32
	rows   []*row
}

// take adds a row and tells whether more are wanted.
func (s *selection) take(slot uint32, r *row) bool {
	if s.sorted {
		if s.limit >= 0 && len(s.slots) >= s.limit {
			return false
		}
		s.slots = append(s.slots, slot)
		return true
	}
	s.slots, s.rows = append(s.slots, slot), append(s.rows, r)
	if s.limit >= 0 && len(s.slots) >= 2*s.limit+1000 {
		s.arrange()
	}
	return true
}

// arrange sorts what is held and cuts it to the limit.
func (s *selection) arrange() {
	type entry struct {
		slot uint32
		r    *row
		keys []value
	}
	list := make([]entry, len(s.slots))
	for i := range list {
		list[i] = entry{slot: s.slots[i], r: s.rows[i], keys: make([]value, len(s.keys))}
		for j, k := range s.keys {
			list[i].keys[j] = s.w.get(s.rows[i], k.col)
		}
	}
	slices.SortFunc(list, func(a, b entry) int {
		for j, k := range s.keys {
			if c := k.compare(a.keys[j], b.keys[j]); c != 0 {
				return c
			}
		}
		return cmp.Compare(a.slot, b.slot)
	})
	if s.limit >= 0 && len(list) > s.limit {
		list = list[:s.limit]
	}
	s.slots, s.rows = s.slots[:0], s.rows[:0]
	for _, e := range list {
		s.slots, s.rows = append(s.slots, e.slot), append(s.rows, e.r)
	}
}

// compare puts nulls first, unless the key says last, whatever the direction.
func (k sortKey) compare(a, b value) int {
	c := order(a, b)
	if a.k == null || b.k == null {
		if k.nullsLast {
			return -c
		}
		return c
	}
	if k.desc {
		return -c
	}
	return c
}

func (s *selection) finish() []uint32 {
	if !s.sorted {
		s.arrange()
	}
	return s.slots
}
