package salesforce

import (
	"cmp"
	"encoding/binary"
	"slices"
	"sort"
)

// pile holds rows under their owners, and once it is sorted gives back those of
// one owner in the order in which they came. It is made for millions of rows, of
// whom only room many bytes stay in memory: when that is full, they go to a file,
// sorted, and in the end all such runs become one.
type pile struct {
	scratch string // folder of the file, "" = the system's
	room    int
	items   []item // by owner, once sorted
	bytes   []byte // of the items' rows
	runs    []run
	vault   *vault
	kinds   map[[3]byte]struct{} // of owners: an id begins with that of its object
	sorted  bool
	recent  [4]recent
	turn    int
}

// item is a row of an owner.
type item struct {
	owner    key
	from, to uint32 // in bytes
}

// run is a part of the vault that is sorted.
type run struct{ from, to int } // blocks

// recent is a block that was just looked at: records come in order of their ids.
type recent struct {
	number int // 1 + the block's
	plain  []byte
}

const (
	defaultRoom = 1 << 20
	blockRoom   = 8 << 10 // plain bytes of a block
	itemSize    = 24
	keySize     = 15
)

func newPile(scratch string, room int) *pile {
	return &pile{scratch: scratch, room: cmp.Or(room, defaultRoom), kinds: map[[3]byte]struct{}{}}
}

// add puts a row under an owner.
func (p *pile) add(owner key, row []byte) error {
	if len(p.items) > 0 && len(p.bytes)+len(row)+itemSize*(len(p.items)+1) > p.room {
		if err := p.spill(); err != nil {
			return err
		}
	}
	from := uint32(len(p.bytes))
	p.bytes = append(p.bytes, row...)
	p.items = append(p.items, item{owner, from, uint32(len(p.bytes))})
	p.kinds[[3]byte(owner[:])] = struct{}{}
	return nil
}

// order sorts what is in memory: by owner, and as the rows came.
func (p *pile) order() {
	slices.SortFunc(p.items, func(a, b item) int {
		return cmp.Or(compareKeys(a.owner, b.owner), cmp.Compare(a.from, b.from))
	})
}

// spill moves what is in memory to the file. Where there can be none, it stays.
func (p *pile) spill() error {
	if p.vault == nil {
		v, err := newVault(p.scratch)
		if err != nil {
			p.room = 1 << 31
			return nil //nolint:nilerr // memory is dearer than a disk, and better than no read
		}
		p.vault = v
	}
	p.order()
	w := &writer{vault: p.vault}
	from := len(p.vault.blocks)
	for _, it := range p.items {
		if err := w.row(it.owner, p.bytes[it.from:it.to]); err != nil {
			return err
		}
	}
	if err := w.flush(); err != nil {
		return err
	}
	p.runs = append(p.runs, run{from, len(p.vault.blocks)})
	p.items, p.bytes = p.items[:0], p.bytes[:0]
	return nil
}

// sort ends the adding.
func (p *pile) sort() error {
	p.sorted = true
	if len(p.runs) == 0 {
		p.order()
		return nil
	}
	if err := p.spill(); err != nil {
		return err
	}
	p.items, p.bytes = nil, nil
	if len(p.runs) == 1 {
		return nil
	}
	one, err := newVault(p.scratch)
	if err != nil {
		return scratchFault("write")
	}
	w := &writer{vault: one}
	err = merge(p.vault, p.runs, w.row)
	if err == nil {
		err = w.flush()
	}
	p.vault.close()
	p.vault, p.runs = one, []run{{0, len(one.blocks)}}
	return err
}

// of hands over the rows of an owner. They hold until the next call.
func (p *pile) of(owner key, each func(row []byte)) error {
	if _, known := p.kinds[[3]byte(owner[:])]; !known {
		return nil
	}
	if p.vault == nil {
		i := sort.Search(len(p.items), func(i int) bool { return compareKeys(p.items[i].owner, owner) >= 0 })
		for ; i < len(p.items) && p.items[i].owner == owner; i++ {
			each(p.bytes[p.items[i].from:p.items[i].to])
		}
		return nil
	}
	blocks := p.vault.blocks
	i := sort.Search(len(blocks), func(i int) bool { return compareKeys(blocks[i].first, owner) >= 0 })
	// Its rows may begin in the block before the first that begins with them.
	for i = max(i-1, 0); i < len(blocks) && compareKeys(blocks[i].first, owner) <= 0; i++ {
		plain, err := p.block(i)
		if err != nil {
			return err
		}
		for len(plain) > 0 {
			k, row, rest := cut(plain)
			if k == owner {
				each(row)
			}
			plain = rest
		}
	}
	return nil
}

// all hands over every row with its owner, by owner.
func (p *pile) all(each func(owner key, row []byte) error) error {
	if p.vault != nil {
		return merge(p.vault, p.runs, each)
	}
	for _, it := range p.items {
		if err := each(it.owner, p.bytes[it.from:it.to]); err != nil {
			return err
		}
	}
	return nil
}

func (p *pile) block(n int) ([]byte, error) {
	for _, r := range p.recent {
		if r.number == n+1 {
			return r.plain, nil
		}
	}
	plain, err := p.vault.get(n)
	if err != nil {
		return nil, err
	}
	p.recent[p.turn] = recent{n + 1, plain}
	p.turn = (p.turn + 1) % len(p.recent)
	return plain, nil
}

func (p *pile) close() {
	if p != nil {
		p.vault.close()
	}
}

// writer parts sorted rows into blocks.
type writer struct {
	vault *vault
	first key
	plain []byte
}

func (w *writer) row(owner key, row []byte) error {
	if len(w.plain) > 0 && len(w.plain)+len(row)+keySize > blockRoom {
		if err := w.flush(); err != nil {
			return err
		}
	}
	if len(w.plain) == 0 {
		w.first = owner
	}
	w.plain = binary.AppendUvarint(append(w.plain, owner[:]...), uint64(len(row)))
	w.plain = append(w.plain, row...)
	return nil
}

func (w *writer) flush() error {
	if len(w.plain) == 0 {
		return nil
	}
	err := w.vault.put(w.first, w.plain)
	w.plain = w.plain[:0]
	return err
}

// cut takes the first row off a block.
func cut(plain []byte) (owner key, row, rest []byte) {
	copy(owner[:], plain)
	n, size := binary.Uvarint(plain[keySize:])
	begin := keySize + size
	return owner, plain[begin : begin+int(n)], plain[begin+int(n):]
}
