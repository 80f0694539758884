package verify

import (
	"fmt"
	"iter"
	"testing"

	"golang.org/x/mod/sumdb/tlog"
)

// tlogTree holds hashes and tiles that another library made.
type tlogTree struct {
	hashes []tlog.Hash
	size   int64
}

func (h *tlogTree) ReadHashes(is []int64) ([]tlog.Hash, error) {
	out := make([]tlog.Hash, len(is))
	for i, x := range is {
		out[i] = h.hashes[x]
	}
	return out, nil
}

func (h *tlogTree) Tile(level int, n int64, width int) ([]byte, error) {
	return tlog.ReadTileData(tlog.Tile{H: 8, L: level, N: n, W: width}, h)
}

func (*tlogTree) Checkpoint() ([]byte, error)                                { return nil, nil }
func (*tlogTree) Checkpoints() iter.Seq2[[]byte, error]                      { return nil }
func (*tlogTree) Entries(int64) iter.Seq2[[]byte, error]                     { return nil }
func (*tlogTree) Policy(string) ([]byte, error)                              { return nil, nil }
func (*tlogTree) Batch(string) ([]string, error)                             { return nil, nil }
func (*tlogTree) Evidence(string) (s [32]byte, d []byte, ok bool, err error) { return }

// Tiles of three levels, and the roots at sizes of every kind, agree with tlog's.
func TestTreeAgreesWithTlog(t *testing.T) {
	const size = 66_000
	h := &tlogTree{size: size}
	var leaves [][]byte
	for i := range int64(size) {
		b := fmt.Append(nil, "entry ", i)
		more, err := tlog.StoredHashes(i, b, h)
		if err != nil {
			t.Fatal(err)
		}
		leaves, h.hashes = append(leaves, b), append(h.hashes, more...)
	}
	p := &problems{counts: map[string]int{}}
	tree := newTree(h, p)
	sizes := []int64{1, 2, 255, 256, 257, 511, 65_535, 65_536, 65_537, size}
	for _, n := range sizes {
		root, err := tlog.TreeHash(n, h)
		if err != nil {
			t.Fatal(err)
		}
		tree.expect(n, claim{root[:], "S4", "tlog"})
	}
	for _, b := range leaves {
		tree.add(b)
	}
	tree.end()
	tree.unsettled()
	if len(p.list) > 0 || p.failed != nil || len(tree.passed) != len(sizes) {
		t.Errorf("%+v %v, %d roots compared", p.list, p.failed, len(tree.passed))
	}
	if want := int64(257 + 1 + 1 + 1 + 1); tree.tiles != want { // 257 full and one partial of level 0; of level 1 one full, one partial; one of level 2
		t.Errorf("%d tiles were compared, want %d", tree.tiles, want)
	}
}
