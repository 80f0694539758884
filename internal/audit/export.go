package audit

import (
	"context"
	"database/sql"
	"encoding/binary"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"strconv"

	"github.com/go-json-experiment/json"
	"github.com/transparency-dev/formats/log"
	"golang.org/x/mod/sumdb/tlog"

	"github.com/lapsed/lapsed/internal/audit/entry"
)

// Export publishes the log up to its newest checkpoint as a C2SP tlog-tiles
// directory, with what the verifier needs beside it: vkey, checkpoints, the
// policies that were activated, and the duties of batches (C2SP tlog-tiles, and what is beside them).
//
// It goes on from what is there: full tiles and bundles never change and are not
// written again. Every file appears whole, by rename: `checkpoint` after all that
// it speaks of, and its copies after it, so that a reader never sees a checkpoint
// without its tiles, nor a copy that is newer than the newest, whenever Export ends.
// Two exports into one directory must not run at the same time.
func Export(ctx context.Context, tx *sql.Tx, dir string) error {
	var size int64
	var newest []byte
	err := tx.QueryRowContext(ctx, `SELECT size, note FROM audit_checkpoint ORDER BY size DESC LIMIT 1`).Scan(&size, &newest)
	if errors.Is(err, sql.ErrNoRows) {
		return errors.New("publish the log: it has no checkpoint yet")
	}
	if err != nil {
		return fmt.Errorf("publish the log: %w", err)
	}
	var ours log.Checkpoint
	if _, err := ours.Unmarshal(newest); err != nil {
		return fmt.Errorf("publish the log: its newest checkpoint: %w", err)
	}
	p := publication{ctx, tx, dir, size}
	for _, step := range []func() error{func() error { return p.extends(ours.Origin, size) }, p.clean, p.bundles, p.tiles, p.vkey, p.policies, p.batches,
		func() error { return p.put("checkpoint", newest) }, p.checkpoints} {
		if err := step(); err != nil {
			return fmt.Errorf("publish the log: %w", err)
		}
	}
	return nil
}

// publication is one export.
type publication struct {
	ctx  context.Context
	tx   *sql.Tx
	dir  string
	size int64
}

// extends refuses to publish over another log, or over more of this one than
// there is: a published log is a pin, and a restored database must not undo it.
func (p publication) extends(origin string, size int64) error {
	b, err := os.ReadFile(p.path("checkpoint"))
	if errors.Is(err, fs.ErrNotExist) {
		return nil
	}
	if err != nil {
		return err
	}
	var there log.Checkpoint
	if _, err := there.Unmarshal(b); err != nil {
		return fmt.Errorf("%s is damaged: move the directory away and publish anew", p.path("checkpoint"))
	}
	if there.Origin != origin {
		return fmt.Errorf("%s holds another log, %q, and this one is %q: publish into another directory", p.dir, there.Origin, origin)
	}
	if int64(there.Size) > size {
		return fmt.Errorf("%w: it holds %d entries, and the state has signed %d. Was the state restored from a backup? Restore the newest one, or name a new log (audit: origin) and publish into another directory", ErrBroken, there.Size, size)
	}
	root, err := tlog.TreeHash(int64(there.Size), hashes{p.ctx, p.tx, p.size})
	if err != nil {
		return err
	}
	if string(root[:]) != string(there.Hash) {
		return fmt.Errorf("%w: at size %d its root is another. One of the two was changed: stop, and let an auditor compare them with a checkpoint held elsewhere", ErrBroken, there.Size)
	}
	return nil
}

// unfinished is how a file is named until it is whole.
const unfinished = ".new.*"

// clean removes what an export left that was killed.
func (p publication) clean() error {
	left, err := fs.Glob(os.DirFS(p.dir), unfinished)
	for _, name := range left {
		err = errors.Join(err, os.Remove(p.path(name)))
	}
	return err
}

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

// vkey writes the log's newest key.
func (p publication) vkey() error {
	rows, err := p.tx.QueryContext(p.ctx, `SELECT bytes FROM audit_entry WHERE idx < $1 AND (idx = 0 OR kind = $2) ORDER BY idx`, p.size, string(entry.KeyRotated))
	if err != nil {
		return err
	}
	defer func() { _ = rows.Close() }()
	var vkey string
	for rows.Next() {
		var b []byte
		if err := rows.Scan(&b); err != nil {
			return err
		}
		switch k, err := keyIn(b); {
		case err != nil:
			return err
		case k != "":
			vkey = k
		}
	}
	if err := rows.Err(); err != nil || vkey == "" {
		return err
	}
	return p.put("vkey", []byte(vkey+"\n"))
}

// keyIn is the log key that an entry names, "" if it names none.
func keyIn(b []byte) (string, error) {
	e, err := entry.Parse(b)
	if err != nil {
		return "", err
	}
	switch body := entry.NewBody(e.Kind).(type) {
	case *entry.Created:
		err = e.Into(body)
		return body.VKey, err
	case *entry.KeyWasRotated:
		err = e.Into(body)
		return body.VKey, err
	default:
		return "", nil
	}
}

// checkpoints writes every signed note. One that has got cosignatures since is
// longer, and written again.
func (p publication) checkpoints() error {
	return p.rows(`SELECT 'checkpoints/' || size, note FROM audit_checkpoint WHERE size <= $1 ORDER BY size`, p.size)
}

func (p publication) policies() error {
	return p.rows(`SELECT 'policies/' || revision || '.yaml', text FROM policy WHERE activated <> 0 ORDER BY revision`)
}

// rows writes the files that a query names, but for those that are there in the
// same length.
func (p publication) rows(query string, args ...any) error {
	rows, err := p.tx.QueryContext(p.ctx, query, args...)
	if err != nil {
		return err
	}
	defer func() { _ = rows.Close() }()
	for rows.Next() {
		var name string
		var content []byte
		if err := rows.Scan(&name, &content); err != nil {
			return err
		}
		if have, err := os.Stat(p.path(name)); err == nil && have.Size() == int64(len(content)) {
			continue
		}
		if err := p.put(name, content); err != nil {
			return err
		}
	}
	return rows.Err()
}

// batches writes the sorted duties of each batch; its digest is their name.
func (p publication) batches() error {
	rows, err := p.tx.QueryContext(p.ctx, `SELECT batch, duty FROM batch_duty ORDER BY batch, duty`)
	if err != nil {
		return err
	}
	defer func() { _ = rows.Close() }()
	var digest string
	var ids []string
	flush := func() error {
		name := "batches/" + digest + ".json"
		if _, err := os.Stat(p.path(name)); len(ids) == 0 || err == nil {
			return nil
		}
		b, err := json.Marshal(ids)
		if err != nil {
			return err
		}
		return p.put(name, b)
	}
	for rows.Next() {
		var batch, duty string
		if err := rows.Scan(&batch, &duty); err != nil {
			return err
		}
		if batch != digest {
			if err := flush(); err != nil {
				return err
			}
			digest, ids = batch, nil
		}
		ids = append(ids, duty)
	}
	return errors.Join(rows.Err(), flush())
}

func (p publication) path(name string) string { return filepath.Join(p.dir, filepath.FromSlash(name)) }

// put writes a file whole and durably, or not at all: a file that is there is
// not written again, so it must never be half of one.
func (p publication) put(name string, content []byte) error {
	if !filepath.IsLocal(filepath.FromSlash(name)) {
		return fmt.Errorf("%q is no name of a file", name)
	}
	path := p.path(name)
	if err := os.MkdirAll(filepath.Dir(path), 0o750); err != nil {
		return err
	}
	f, err := os.CreateTemp(p.dir, unfinished) // outside what a reader lists
	if err != nil {
		return err
	}
	_, err = f.Write(content)
	if err := errors.Join(err, f.Chmod(0o640), f.Sync(), f.Close()); err != nil {
		return errors.Join(err, os.Remove(f.Name()))
	}
	return os.Rename(f.Name(), path)
}
