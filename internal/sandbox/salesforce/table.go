package salesforce

import (
	"slices"
	"sort"
)

// cell is one stored, non-default field: null and false are not stored, so a row
// costs what is filled, not what its object could hold.
type cell struct {
	s   string
	n   int64
	col uint16
	k   kind
}

// row is one version of a record. A version never changes once it is in its
// table: a save puts a new one in its place, so that a Bulk job that holds the
// old one keeps what it saw.
type row struct {
	id                    string
	cells                 []cell
	created, modified     int64 // Unix seconds
	stamp                 int64
	createdBy, modifiedBy string
	deleted               int64  // when it went to the bin, 0 = live
	leaves                int64  // when it leaves the bin
	event                 uint64 // the deletion that took it, with all that went along
	hard                  bool   // deleted past the bin: no undelete
	master                string // the winner that it was merged into
	visible               int64  // a late commit: unseen before
	prev                  *row   // the version that is seen until then
	marks                 Mark
}

// cell returns the stored value of column col.
func (r *row) cell(col uint16) value {
	for i := range r.cells {
		if r.cells[i].col == col {
			return value{s: r.cells[i].s, n: r.cells[i].n, k: r.cells[i].k}
		}
	}
	return value{}
}

// set makes column col hold v.
func (r *row) set(col uint16, v value) {
	r.cells = slices.DeleteFunc(r.cells, func(c cell) bool { return c.col == col })
	if v.k != null && (v.k != boolean || v.n == 1) {
		r.cells = append(r.cells, cell{s: v.s, n: v.n, col: col, k: v.k})
	}
}

// next returns a version to be changed and put in r's place.
func (r *row) next() *row {
	n := *r
	n.cells = slices.Clone(r.cells)
	n.prev, n.visible = nil, 0
	return &n
}

// table holds the rows of one object in the order of their ids. A slot is never
// used twice; a purged row leaves nil.
type table struct {
	*object
	pod          string
	base, stride uint64
	rows         []*row
	index        map[uint16]map[string][]uint32 // by column and id referenced: slots, ascending
}

func newTable(o *object, seed uint64) *table {
	t := &table{
		object: o,
		pod:    podOf(seed),
		base:   mix(seed, "base", o.name) % (62 * 62 * 62 * 62 * 62),
		stride: 1 + mix(seed, "stride", o.name)%6,
		index:  map[uint16]map[string][]uint32{},
	}
	for _, f := range o.fields {
		if f.indexed {
			t.index[f.col] = map[string][]uint32{}
		}
	}
	return t
}

// podOf is the part of an id that names the org's server.
func podOf(seed uint64) string {
	n := mix(seed, "pod")
	return string([]byte{digits[n%62], digits[n/62%62]})
}

func (t *table) idAt(slot int) string { return newID(t.prefix, t.pod, t.base+uint64(slot)*t.stride) }

// slot returns where the record of this canonical id is or was.
func (t *table) slot(id string) (int, bool) {
	n, ok := number(id, t.prefix, t.pod)
	if !ok || n < t.base || (n-t.base)%t.stride != 0 || (n-t.base)/t.stride >= uint64(len(t.rows)) {
		return 0, false
	}
	return int((n - t.base) / t.stride), true
}

// firstAfter returns the first slot whose id is greater than id, or with orEqual not less.
func (t *table) firstAfter(id string, orEqual bool) int {
	return sort.Search(len(t.rows), func(slot int) bool {
		other := t.idAt(slot)
		return other > id || orEqual && other == id
	})
}

// put places a version in its slot and keeps the indexes; r == nil purges.
func (t *table) put(slot int, r *row) {
	if slot == len(t.rows) {
		t.rows = append(t.rows, nil)
	}
	old := t.rows[slot]
	for col, ids := range t.index {
		var before, after string
		if old != nil {
			before = old.cell(col).s
		}
		if r != nil {
			after = r.cell(col).s
		}
		if before != after {
			move(ids, before, after, uint32(slot))
		}
	}
	t.rows[slot] = r
}

func move(ids map[string][]uint32, before, after string, slot uint32) {
	if list := ids[before]; before != "" {
		if at, ok := slices.BinarySearch(list, slot); ok {
			list = slices.Delete(list, at, at+1)
		}
		if len(list) == 0 {
			delete(ids, before)
		} else {
			ids[before] = list
		}
	}
	if after != "" {
		list := ids[after]
		at, found := slices.BinarySearch(list, slot)
		if !found {
			ids[after] = slices.Insert(list, at, slot)
		}
	}
}

// pointing returns the slots of the rows whose field f refers to id.
func (t *table) pointing(f *field, id string) []uint32 { return t.index[f.col][id] }

// seen returns the version of the row in slot that a reader sees at now, nil if none.
func (t *table) seen(slot int, now int64) *row {
	r := t.rows[slot]
	for r != nil && r.visible > now {
		r = r.prev
	}
	return r
}
