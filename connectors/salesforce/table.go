package salesforce

import (
	"math"
	"slices"
	"strings"
	"time"

	"github.com/lapsed/lapsed/connectors/salesforce/internal/api"
	"github.com/lapsed/lapsed/internal/contact"
)

// key is a record id without its checksum: what an index needs of it.
type key [15]byte

// keyOf returns the key of a 15- or 18-character id; ok is false for anything else.
func keyOf(id string) (k key, ok bool) {
	if _, ok := api.ID18(id); !ok {
		return key{}, false
	}
	copy(k[:], id)
	return k, true
}

// table holds a relation's rows while the records that own them are read. It is
// made for millions of rows: eight bytes a value, twenty a row for finding it.
type table struct {
	plan  relationPlan
	to    layout
	cells []int64 // row by row: a flag, a day or instant in milliseconds, or a number of texts
	texts []string
	known map[string]int64 // text → its number
	heads map[key]int32    // owner → its latest entry in chain
	chain []entry
}

type entry struct{ row, next int32 }

const nothing = math.MinInt64

func newTable(p relationPlan) *table {
	return &table{plan: p, to: layoutOf(p.columns), known: map[string]int64{}, heads: map[key]int32{}}
}

// add keeps a row's values for its owners. A row without an owner is not kept.
func (t *table) add(c *Connector, owners []key, values []string) error {
	if len(owners) == 0 {
		return nil
	}
	row := int32(len(t.cells) / len(t.plan.columns))
	for i, col := range t.plan.columns {
		v, err := c.valueOf(col, values[i])
		if err != nil {
			return err
		}
		t.cells = append(t.cells, t.pack(v))
	}
	for _, k := range owners {
		t.own(k, row)
	}
	return nil
}

// pack makes a number of a value. A day and an instant of midnight differ in
// their last bit, which no other instant uses.
func (t *table) pack(v contact.Value) int64 {
	switch v.Kind() {
	case contact.Bool:
		if b, _ := v.Bool(); b {
			return 1
		}
		return 0
	case contact.Date:
		at, _ := v.Time()
		return at.UnixMilli()<<1 | 1
	case contact.Instant:
		at, _ := v.Time()
		return at.UnixMilli() << 1
	case contact.Empty:
		return nothing
	}
	s := v.Text()
	n, ok := t.known[s]
	if !ok {
		s = strings.Clone(s) // or it would hold the whole page
		n = int64(len(t.texts))
		t.texts = append(t.texts, s)
		t.known[s] = n
	}
	return n
}

func (t *table) unpack(kind contact.Kind, n int64) contact.Value {
	switch {
	case n == nothing:
		return contact.Value{}
	case kind == contact.Bool:
		return contact.BoolValue(n == 1)
	case kind == contact.Date, kind == contact.Instant:
		at := time.UnixMilli(n >> 1).UTC()
		if n&1 == 1 {
			return contact.DateValue(at)
		}
		return contact.InstantValue(at)
	case kind == contact.List:
		return contact.ListValue(strings.Split(t.texts[n], ";"))
	}
	return contact.TextValue(t.texts[n])
}

// of returns the rows of any of the owners in the order in which they came,
// each once.
func (t *table) of(owners []key) []int32 {
	var rows []int32
	for _, k := range owners {
		at, ok := t.heads[k]
		for ok && at >= 0 {
			rows = append(rows, t.chain[at].row)
			at = t.chain[at].next
		}
	}
	slices.Sort(rows)
	return slices.Compact(rows)
}

// join gives a contact its owners' rows, group by group. A row that holds
// nothing of what was asked is handed over too: that it is there may count.
func (t *table) join(into map[string][]contact.Row, owners []key) {
	for _, row := range t.of(owners) {
		rows := t.to.rows()
		cells := t.cells[int(row)*len(t.plan.columns):]
		for i, col := range t.plan.columns {
			t.to.put(rows, i, t.unpack(col.kind, cells[i]))
		}
		for i, g := range t.to.groups {
			into[g] = append(into[g], rows[i])
		}
	}
}

// link gives the rows of one owner to another too.
func (t *table) link(from, to key) {
	for _, row := range t.of([]key{from}) {
		t.own(to, row)
	}
}

func (t *table) own(k key, row int32) {
	next, ok := t.heads[k]
	if !ok {
		next = -1
	}
	t.heads[k] = int32(len(t.chain))
	t.chain = append(t.chain, entry{row, next})
}
