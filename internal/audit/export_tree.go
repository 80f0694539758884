package audit

import (
	"database/sql"
	"encoding/binary"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"strconv"

	"github.com/lapsed/lapsed/internal/audit/entry"
)

// bundles writes the entries: a uint16 length and the bytes, for each.
func (p publication) bundles() error {
	return p.each(0, func(n int64, width int) ([]byte, error) {
		rows, err := p.tx.QueryContext(p.ctx, `SELECT bytes FROM audit_entry WHERE idx >= $1 AND idx < $2 ORDER BY idx`, n*tileWidth, n*tileWidth+int64(width))
		if err != nil {
			return nil, err
		}
		defer func() { _ = rows.Close() }()
		var out []byte
		for rows.Next() {
			var b sql.RawBytes
			if err := rows.Scan(&b); err != nil {
				return nil, err
			}
			if len(b) > entry.MaxBytes {
				return nil, errors.New("an entry is longer than any may be")
			}
			out = append(binary.BigEndian.AppendUint16(out, uint16(len(b))), b...)
			width--
		}
		if width != 0 {
			return nil, errors.New("entries are missing that were signed")
		}
		return out, rows.Err()
	}, "tile/entries/")
}

// tiles writes the hashes, level by level.
func (p publication) tiles() error {
	reader := hashes{p.ctx, p.tx, p.size}
	for level := 0; p.size>>(8*level) > 0; level++ {
		err := p.each(level, func(n int64, width int) ([]byte, error) {
			b, err := reader.tile(level, n)
			if err != nil {
				return nil, err
			}
			if len(b) < width*32 {
				return nil, errors.New("hashes are missing that were signed")
			}
			return b[:width*32], nil
		}, fmt.Sprintf("tile/%d/", level))
		if err != nil {
			return err
		}
	}
	return nil
}

// each writes the tiles of a level that are not there: the full ones, and the
// one that the tree's size leaves partial.
func (p publication) each(level int, content func(n int64, width int) ([]byte, error), under string) error {
	hashes := p.size >> (8 * level)
	for n := int64(0); n*tileWidth < hashes; n++ {
		width := int(min(hashes-n*tileWidth, tileWidth))
		name := under + tilePath(n)
		if width < tileWidth {
			name += ".p/" + strconv.Itoa(width)
		}
		if _, err := os.Stat(p.path(name)); err == nil {
			continue
		} else if !errors.Is(err, fs.ErrNotExist) {
			return err
		}
		b, err := content(n, width)
		if err != nil {
			return err
		}
		if err := p.put(name, b); err != nil {
			return err
		}
		if width == tileWidth { // its partial forms are never needed again
			if err := os.RemoveAll(p.path(name + ".p")); err != nil {
				return err
			}
		}
	}
	return nil
}

// tilePath is a tile's number in groups of three digits.
func tilePath(n int64) string {
	s := fmt.Sprintf("%03d", n%1000)
	for n /= 1000; n > 0; n /= 1000 {
		s = fmt.Sprintf("x%03d/%s", n%1000, s)
	}
	return s
}
