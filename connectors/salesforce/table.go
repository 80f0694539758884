package salesforce

import (
	"encoding/binary"
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
// made for millions of rows: a flag or one of a few texts takes a byte, a time
// five, and finding a row eight more. It grows in blocks, since a list that is
// moved to a longer one needs room for both.
type table struct {
	plan   relationPlan
	to     layout
	blocks [][]byte // rows, value by value
	row    []byte   // in the making
	texts  []string
	known  map[string]uint64 // text → its number
	heads  map[key]int32     // owner → its latest entry in chain
	chain  [][]entry
	links  int32 // entries in chain
}

// entry is one of an owner's rows, and the entry of the one before it.
type entry struct {
	row  uint32 // number of its block << 16 | where it begins there
	next int32
}

const (
	blockSize = 1 << 16
	chainSize = 1 << 12
)

func newTable(p relationPlan) *table {
	return &table{plan: p, to: layoutOf(p.columns), known: map[string]uint64{}, heads: map[key]int32{}}
}

// add keeps a row's values for its owners. A row without an owner is not kept.
func (t *table) add(c *Connector, owners []key, values []string) error {
	if len(owners) == 0 {
		return nil
	}
	t.row = t.row[:0]
	for i, col := range t.plan.columns {
		v, err := c.valueOf(col, values[i])
		if err != nil {
			return err
		}
		t.row = binary.AppendUvarint(t.row, t.pack(v))
	}
	last := len(t.blocks) - 1
	if last < 0 || len(t.blocks[last])+len(t.row) > blockSize {
		t.blocks = append(t.blocks, nil)
		last++
	}
	row := uint32(last<<16 | len(t.blocks[last]))
	t.blocks[last] = append(t.blocks[last], t.row...)
	for _, k := range owners {
		t.own(k, row)
	}
	return nil
}

// Times are kept in the coarsest of these units that tells them.
const (
	inDays = iota // a whole day; an instant is never kept so
	inSeconds
	inMilliseconds
)

// pack makes a number of a value: 0 for an empty one, a small one for most.
func (t *table) pack(v contact.Value) uint64 {
	switch v.Kind() {
	case contact.Empty:
		return 0
	case contact.Bool:
		if b, _ := v.Bool(); b {
			return 2
		}
		return 1
	case contact.Date:
		at, _ := v.Time()
		return packTime(at.Unix()/secondsADay, inDays)
	case contact.Instant:
		at, _ := v.Time()
		if ms := at.UnixMilli(); ms%1000 != 0 {
			return packTime(ms, inMilliseconds)
		}
		return packTime(at.Unix(), inSeconds)
	}
	s := v.Text()
	n, ok := t.known[s]
	if !ok {
		s = strings.Clone(s) // or it would hold the whole page
		n = uint64(len(t.texts))
		t.texts = append(t.texts, s)
		t.known[s] = n
	}
	return n + 1
}

const secondsADay = 24 * 60 * 60

// packTime keeps the sign in the last bit but two: times before 1970 are short, too.
func packTime(n int64, unit uint64) uint64 {
	return (uint64(n<<1)^uint64(n>>63))<<2 + unit + 1
}

func unpackTime(packed uint64) contact.Value {
	unit, u := (packed-1)&3, (packed-1)>>2
	switch n := int64(u>>1) ^ -int64(u&1); unit {
	case inDays:
		return contact.DateValue(time.Unix(n*secondsADay, 0).UTC())
	case inSeconds:
		return contact.InstantValue(time.Unix(n, 0).UTC())
	default:
		return contact.InstantValue(time.UnixMilli(n).UTC())
	}
}

func (t *table) unpack(kind contact.Kind, packed uint64) contact.Value {
	switch {
	case packed == 0:
		return contact.Value{}
	case kind == contact.Bool:
		return contact.BoolValue(packed == 2)
	case kind == contact.Date, kind == contact.Instant:
		return unpackTime(packed)
	case kind == contact.List:
		return contact.ListValue(strings.Split(t.texts[packed-1], ";"))
	}
	return contact.TextValue(t.texts[packed-1])
}

// of returns the rows of any of the owners in the order in which they came,
// each once.
func (t *table) of(owners []key) []uint32 {
	var rows []uint32
	for _, k := range owners {
		at, ok := t.heads[k]
		for ok && at >= 0 {
			e := t.chain[at/chainSize][at%chainSize]
			rows = append(rows, e.row)
			at = e.next
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
		packed := t.blocks[row>>16][row%blockSize:]
		for i, col := range t.plan.columns {
			n, size := binary.Uvarint(packed)
			packed = packed[size:]
			t.to.put(rows, i, t.unpack(col.kind, n))
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

func (t *table) own(k key, row uint32) {
	next, ok := t.heads[k]
	if !ok {
		next = -1
	}
	t.heads[k] = t.links
	if t.links%chainSize == 0 {
		t.chain = append(t.chain, nil)
	}
	last := &t.chain[len(t.chain)-1]
	*last = append(*last, entry{row, next})
	t.links++
}
