package verify

import (
	"bytes"
	"encoding/base64"
	"errors"
	"fmt"

	"github.com/transparency-dev/merkle/compact"
	"github.com/transparency-dev/merkle/rfc6962"
)

// tree grows with the entries. It compares each tile with the medium's as soon
// as it is known, and the root at each size at which somebody claims one.
type tree struct {
	log      Log
	problems *problems
	nodes    *compact.Range
	rows     [][]byte // hashes of the tile that is being filled, per level of tiles
	tiles    int64    // compared so far
	absent   int64    // not in the medium
	torn     bool     // an entry is not there, so the hashes above it can't be made

	claims map[int64][]claim
	passed map[int64]string // root at each claimed size, base64
}

// claim is a root that somebody says the log has at a size.
type claim struct {
	root []byte
	code string
	who  string // "the pin 1", "a stored checkpoint"
}

func newTree(l Log, p *problems) *tree {
	return &tree{log: l, problems: p, claims: map[int64][]claim{}, passed: map[int64]string{},
		nodes: (&compact.RangeFactory{Hash: rfc6962.DefaultHasher.HashChildren}).NewEmptyRange(0)}
}

func (t *tree) size() int64 { return int64(t.nodes.End()) }

// expect notes a claim; it is settled when the tree has that size.
func (t *tree) expect(size int64, c claim) { t.claims[size] = append(t.claims[size], c) }

// add appends an entry. One that is not there keeps its place.
func (t *tree) add(b []byte) {
	if b == nil {
		t.torn = true
	}
	if err := t.nodes.Append(rfc6962.DefaultHasher.HashLeaf(b), t.grown); err != nil {
		t.problems.fail(err) // the library's own check of its invariants
	}
	t.settle()
}

// grown gets each new node; those of every eighth level are the hashes of tiles.
func (t *tree) grown(id compact.NodeID, hash []byte) {
	if id.Level%8 != 0 {
		return
	}
	level := int(id.Level / 8)
	if level == len(t.rows) {
		t.rows = append(t.rows, make([]byte, 0, tileWidth*32))
	}
	t.rows[level] = append(t.rows[level], hash...)
	if len(t.rows[level]) == tileWidth*32 {
		t.compare(level, int64(id.Index)/tileWidth)
		t.rows[level] = t.rows[level][:0]
	}
}

// end compares the tiles that are not full at the size that was signed.
func (t *tree) end() {
	size := t.size()
	for level := range t.rows {
		if len(t.rows[level]) > 0 {
			t.compare(level, size>>(8*level)/tileWidth)
		}
	}
}

// compare holds the hashes of a tile against the medium's.
func (t *tree) compare(level int, n int64) {
	want := t.rows[level]
	got, err := t.log.Tile(level, n, len(want)/32)
	var damage Damage
	switch {
	case errors.As(err, &damage):
		t.problems.add("S1", -1, "", "%s", damage)
	case err != nil:
		t.problems.fail(err)
	case got == nil && len(want) < tileWidth*32:
		// some media keep full tiles only: the root speaks for the rest
	case got == nil:
		t.absent++
	default:
		t.tiles++
		t.differ(level, n, want, got)
	}
}

// differ names the first hash of a tile that is another than the entries give.
func (t *tree) differ(level int, n int64, want, got []byte) {
	if bytes.Equal(want, got) {
		return
	}
	name := fmt.Sprintf("tile/%d/%s", level, tileName(n, len(want)/32))
	if len(got) != len(want) {
		t.problems.add("S1", -1, name, "the tile has %d bytes instead of %d", len(got), len(want))
		return
	}
	if t.torn && level > 0 {
		return // nothing above a missing entry can be right; the entry is reported
	}
	for i := 0; i < len(want); i += 32 {
		if bytes.Equal(want[i:i+32], got[i:i+32]) {
			continue
		}
		at, index := n*tileWidth+int64(i/32), int64(-1)
		if level == 0 {
			index = at
		}
		t.problems.add("S1", index, name, "the tile is not what the entries give, first at hash %d", i/32)
		return
	}
}

func (t *tree) root() []byte {
	if t.nodes.End() == 0 {
		return rfc6962.DefaultHasher.EmptyRoot()
	}
	root, err := t.nodes.GetRootHash(nil)
	if err != nil {
		t.problems.fail(err)
	}
	return root
}

// settle compares the root with those that are claimed at this size.
func (t *tree) settle() {
	size := t.size()
	claims := t.claims[size]
	if len(claims) == 0 {
		return
	}
	root := t.root()
	t.passed[size] = base64.StdEncoding.EncodeToString(root)
	for _, c := range claims {
		switch {
		case bytes.Equal(c.root, root):
		case t.torn:
			t.problems.add(c.code, -1, "", "the root at size %d can't be made, as entries before it are missing; %s can't be confirmed", size, c.who)
		default:
			t.problems.add(c.code, -1, "", "%s says another root at size %d than these entries give", c.who, size)
		}
	}
	delete(t.claims, size)
}

// unsettled reports the claims of a larger log than this one.
func (t *tree) unsettled() {
	for _, size := range sortedKeys(t.claims) {
		for _, c := range t.claims[size] {
			t.problems.add(c.code, -1, "", "%s is of %d entries, and there are %d: the log was cut off", c.who, size, t.size())
		}
	}
}
