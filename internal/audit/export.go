package audit

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"

	"github.com/transparency-dev/formats/log"
	"golang.org/x/mod/sumdb/tlog"
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
