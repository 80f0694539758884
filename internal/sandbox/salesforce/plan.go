package salesforce

import (
	"iter"
	"slices"
)

// scope is where the rows that match a condition can be: in a list of slots, or
// in a range. It is a superset; each row is still judged.
type scope struct {
	listed bool
	list   []uint32 // ascending
	lo, hi int
}

func (s scope) size() int {
	if s.listed {
		return len(s.list)
	}
	return max(s.hi-s.lo, 0)
}

// candidates yields the slots to look at, ascending: by the ids and indexed
// references that the condition names, otherwise all.
func (o *Org) candidates(t *table, n *bound) iter.Seq[int] {
	s := scopeOf(t, n)
	return func(yield func(int) bool) {
		if s.listed {
			for _, slot := range s.list {
				if !yield(int(slot)) {
					return
				}
			}
			return
		}
		for slot := s.lo; slot < s.hi; slot++ {
			if !yield(slot) {
				return
			}
		}
	}
}

func scopeOf(t *table, n *bound) scope {
	all := scope{hi: len(t.rows)}
	switch {
	case n == nil || n.op == not:
		return all
	case n.op == and:
		return narrowest(t, n.kids)
	case n.op == or:
		return union(t, n.kids)
	case n.col.via != nil:
		return all
	case n.col.f.read == idRead:
		return byID(t, n)
	case n.col.f.indexed && (n.op == eq || n.op == in):
		return byReference(t, n)
	}
	return all
}

// narrowest takes the smallest of the kids' lists, or what their ranges share.
func narrowest(t *table, kids []*bound) scope {
	best := scope{hi: len(t.rows)}
	for _, k := range kids {
		s := scopeOf(t, k)
		switch {
		case !best.listed && !s.listed:
			best.lo, best.hi = max(best.lo, s.lo), min(best.hi, s.hi)
		case s.size() < best.size():
			best = s
		}
	}
	return best
}

func union(t *table, kids []*bound) scope {
	u := scope{listed: true}
	for _, k := range kids {
		s := scopeOf(t, k)
		if !s.listed {
			return scope{hi: len(t.rows)}
		}
		u.list = append(u.list, s.list...)
	}
	slices.Sort(u.list)
	u.list = slices.Compact(u.list)
	return u
}

func byID(t *table, n *bound) scope {
	s := scope{hi: len(t.rows)}
	switch n.op {
	case eq, in:
		s.listed = true
		for _, v := range n.list {
			if slot, ok := t.slot(v.s); ok {
				s.list = append(s.list, uint32(slot))
			}
		}
		slices.Sort(s.list)
		s.list = slices.Compact(s.list)
	case gt:
		s.lo = t.firstAfter(n.v.s, false)
	case ge:
		s.lo = t.firstAfter(n.v.s, true)
	case lt:
		s.hi = t.firstAfter(n.v.s, true)
	case le:
		s.hi = t.firstAfter(n.v.s, false)
	}
	return s
}

func byReference(t *table, n *bound) scope {
	s := scope{listed: true}
	for _, v := range n.list {
		if v.k == null { // the rows without one are not in the index
			return scope{hi: len(t.rows)}
		}
		s.list = append(s.list, t.pointing(n.col.f, v.s)...)
	}
	slices.Sort(s.list)
	s.list = slices.Compact(s.list)
	return s
}

// names tells whether a condition selects records by their ids or the ids they
// refer to: a re-read of known records, not a page of a listing.
func names(n *bound) bool {
	switch {
	case n == nil || n.op == not:
		return false
	case n.op == and:
		return slices.ContainsFunc(n.kids, names)
	case n.op == or:
		return !slices.ContainsFunc(n.kids, func(k *bound) bool { return !names(k) })
	}
	return (n.op == in || n.op == eq) && n.col.f.kind == ident && n.v.k == ident
}
