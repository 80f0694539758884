package verify

import (
	"encoding/hex"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"iter"
	"os"
	"slices"
	"strconv"
	"strings"

	"github.com/go-json-experiment/json"
	"github.com/go-json-experiment/json/jsontext"
	"github.com/transparency-dev/formats/log"
)

// Dir is a log that was published as a directory (C2SP tlog-tiles, and what is beside them). Evidence, which is
// never published, is read from evidence/<commitment>.json if somebody puts it there.
func Dir(path string) Log { return dir{os.DirFS(path)} }

type dir struct{ files fs.FS }

// The largest files that are read. A policy's is the limit of its parser.
const (
	maxNote   = 1 << 20
	maxBundle = tileWidth * (2 + 1<<16)
	maxPolicy = 1 << 20
	maxList   = 64 << 20
)

// read returns a file, nil if it is not there.
func (d dir) read(name string, limit int64) ([]byte, error) {
	f, err := d.files.Open(name)
	if errors.Is(err, fs.ErrNotExist) || errors.Is(err, fs.ErrInvalid) {
		return nil, nil
	}
	if err != nil {
		return nil, fmt.Errorf("read the log: %w", err)
	}
	defer func() { _ = f.Close() }()
	b, err := io.ReadAll(io.LimitReader(f, limit+1))
	if err != nil {
		return nil, fmt.Errorf("read the log: %w", err)
	}
	if b == nil {
		b = []byte{}
	}
	if int64(len(b)) > limit {
		return nil, Damage(fmt.Sprintf("%s is longer than any such file", name))
	}
	return b, nil
}

func (d dir) Checkpoint() ([]byte, error) {
	b, err := d.read("checkpoint", maxNote)
	if err == nil && b == nil {
		return nil, errors.New("there is no checkpoint file: this is no published log")
	}
	return b, err
}

func (d dir) Checkpoints() iter.Seq2[[]byte, error] {
	return func(yield func([]byte, error) bool) {
		list, err := fs.ReadDir(d.files, "checkpoints")
		if err != nil && !errors.Is(err, fs.ErrNotExist) {
			yield(nil, fmt.Errorf("read the log: %w", err))
			return
		}
		var sizes []uint64
		for _, e := range list {
			n, err := strconv.ParseUint(e.Name(), 10, 63)
			if err != nil || strconv.FormatUint(n, 10) != e.Name() {
				if !yield(nil, Damage(fmt.Sprintf("checkpoints/%q is not named by a size", e.Name()))) {
					return
				}
				continue
			}
			sizes = append(sizes, n)
		}
		slices.Sort(sizes)
		for _, n := range sizes {
			if !yield(d.read("checkpoints/"+strconv.FormatUint(n, 10), maxNote)) {
				return
			}
		}
	}
}

// size is what the checkpoint file says, signed or not.
func (d dir) size() int64 {
	b, err := d.read("checkpoint", maxNote)
	var c log.Checkpoint
	if err != nil {
		return 0
	}
	if _, err := c.Unmarshal(b); err != nil || c.Size > 1<<62 {
		return 0
	}
	return int64(c.Size)
}

// gap is how many bundles in a row may be missing before the rest is given up: a
// checkpoint can claim any size.
const gap = 16

func (d dir) Entries(from int64) iter.Seq2[[]byte, error] {
	return func(yield func([]byte, error) bool) {
		size, missing := d.size(), 0
		for n := from / tileWidth; n*tileWidth < size && missing < gap; n++ {
			entries, err := d.bundle(n, int(min(size-n*tileWidth, tileWidth)))
			var damage Damage
			if err != nil && !errors.As(err, &damage) {
				yield(nil, err)
				return
			}
			missing++
			if len(entries) > 0 {
				missing = 0
			}
			width := int(min(size-n*tileWidth, tileWidth))
			for i := int(max(from-n*tileWidth, 0)); i < width; i++ {
				var b []byte
				var e error
				if i < len(entries) {
					b = entries[i]
				}
				if i >= len(entries) || i == width-1 { // what is wrong is told with the first entry that it hits
					e = err
				}
				if !yield(b, e) {
					return
				}
			}
		}
	}
}

// bundle reads the first width entries of a bundle. The full one is taken where
// a partial one has been removed.
func (d dir) bundle(n int64, width int) ([][]byte, error) {
	name := "tile/entries/" + tileName(n, width)
	b, err := d.read(name, maxBundle)
	if err != nil {
		return nil, err
	}
	if b != nil || width == tileWidth {
		if b == nil {
			return nil, Damage(fmt.Sprintf("the bundle %s is missing", name))
		}
		return bundle(name, b, width)
	}
	full := "tile/entries/" + tileName(n, tileWidth)
	if b, err = d.read(full, maxBundle); err != nil || b == nil {
		return nil, errors.Join(err, Damage(fmt.Sprintf("the bundle %s is missing", name)))
	}
	entries, err := bundle(full, b, tileWidth)
	return entries[:min(width, len(entries))], err
}

func (d dir) Tile(level int, n int64, width int) ([]byte, error) {
	for _, w := range []int{width, tileWidth} {
		b, err := d.read(fmt.Sprintf("tile/%d/%s", level, tileName(n, w)), tileWidth*32)
		if err != nil {
			return nil, err
		}
		if b != nil {
			if len(b) != w*32 {
				return b, nil // a wrong length is a wrong tile
			}
			return b[:width*32], nil
		}
	}
	return nil, nil
}

func (d dir) Policy(revision string) ([]byte, error) {
	return d.read("policies/"+revision+".yaml", maxPolicy)
}

func (d dir) Batch(digest string) ([]string, error) {
	b, err := d.read("batches/"+digest+".json", maxList)
	if err != nil || b == nil {
		return nil, err
	}
	ids := []string{}
	if err := json.Unmarshal(b, &ids); err != nil {
		return nil, Damage(fmt.Sprintf("batches/%s.json is no list of duties", digest))
	}
	return ids, nil
}

func (d dir) Evidence(commitment string) (salt [32]byte, data []byte, ok bool, err error) {
	b, err := d.read("evidence/"+strings.ReplaceAll(commitment, "/", "_")+".json", maxList)
	if err != nil || b == nil {
		return salt, nil, false, err
	}
	var f evidenceFile
	if err := json.Unmarshal(b, &f); err != nil {
		return salt, nil, false, Damage("a file of evidence is not of its form")
	}
	s, err := hex.DecodeString(f.Salt)
	if err != nil || len(s) != len(salt) {
		return salt, nil, false, Damage("a salt of evidence has not 64 hex digits")
	}
	return [32]byte(s), []byte(f.Data), true, nil
}

// evidenceFile is a piece of evidence as an auditor is given it.
type evidenceFile struct {
	Salt string         `json:"salt"` // 64 hex digits
	Data jsontext.Value `json:"data"`
}
