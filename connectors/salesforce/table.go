package salesforce

import (
	"cmp"
	"encoding/binary"
	"slices"

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

// table holds a relation's rows while the records that own them are read: a flag
// or one of a few texts takes a byte, a time five, and an owner twenty more, and
// most of that is not in memory (see pile).
type table struct {
	plan  relationPlan
	to    layout
	codec codec
	rows  *pile  // by owner
	links *pile  // by a row's owner, further ones of its
	count uint64 // rows so far
	row   []byte // in the making
}

func newTable(p relationPlan, o Options) *table {
	return &table{plan: p, to: layoutOf(p.columns), codec: codec{known: map[string]uint64{}},
		rows: newPile(o.Scratch, o.Room), links: newPile(o.Scratch, o.Room)}
}

// add keeps a row's values for its owners. A row without an owner is not kept.
func (t *table) add(c *Connector, owners []key, values []string) error {
	if len(owners) == 0 {
		return nil
	}
	t.count++
	t.row = binary.AppendUvarint(t.row[:0], t.count)
	for i, col := range t.plan.columns {
		v, err := c.valueOf(col, values[i])
		if err != nil {
			return err
		}
		t.row = t.codec.pack(t.row, v)
	}
	for _, k := range owners {
		if err := t.rows.add(k, t.row); err != nil {
			return err
		}
	}
	return nil
}

// link gives the rows of one owner to another too, once the table is done.
func (t *table) link(from, to key) error { return t.links.add(from, to[:]) }

// done ends the adding: from here on rows can be found.
func (t *table) done() error {
	if err := t.rows.sort(); err != nil {
		return err
	}
	if t.plan.link != byMessage {
		return nil
	}
	if err := t.links.sort(); err != nil {
		return err
	}
	linked := newPile(t.rows.scratch, t.rows.room)
	err := t.links.all(func(from key, to []byte) (err error) {
		none := t.rows.of(from, func(row []byte) {
			if err == nil {
				err = linked.add(key(to), row)
			}
		})
		return cmp.Or(none, err)
	})
	t.close()
	t.rows = linked
	if err != nil {
		return err
	}
	return t.rows.sort()
}

// close gives the table's space back.
func (t *table) close() {
	t.rows.close()
	t.links.close()
}

// numbered is a row by its number in the table.
type numbered struct {
	number uint64
	values []byte
}

// of returns the rows of any of the owners in the order in which they came,
// each once.
func (t *table) of(owners []key) ([]numbered, error) {
	var rows []numbered
	for _, k := range owners {
		if err := t.rows.of(k, func(row []byte) {
			number, size := binary.Uvarint(row)
			rows = append(rows, numbered{number, row[size:]})
		}); err != nil {
			return nil, err
		}
	}
	slices.SortFunc(rows, func(a, b numbered) int { return cmp.Compare(a.number, b.number) })
	return slices.CompactFunc(rows, func(a, b numbered) bool { return a.number == b.number }), nil
}

// join gives a contact its owners' rows, group by group. A row that holds
// nothing of what was asked is handed over too: that it is there may count.
func (t *table) join(into map[string][]contact.Row, owners []key) error {
	found, err := t.of(owners)
	if err != nil {
		return err
	}
	for _, row := range found {
		rows, packed := t.to.rows(), row.values
		for i, col := range t.plan.columns {
			var v contact.Value
			v, packed = t.codec.unpack(col.kind, packed)
			t.to.put(rows, i, v)
		}
		for i, g := range t.to.groups {
			into[g] = append(into[g], rows[i])
		}
	}
	return nil
}
