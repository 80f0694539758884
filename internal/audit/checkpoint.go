package audit

import (
	"context"
	"crypto/rand"
	"database/sql"
	"encoding/hex"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
	"time"

	"github.com/transparency-dev/formats/log"
	"golang.org/x/mod/sumdb/note"
	"golang.org/x/mod/sumdb/tlog"

	"github.com/lapsed/lapsed/internal/audit/entry"
)

// Files in the key directory.
const (
	keyFile = "log.key"
	pinFile = "pin"
)

// Log signs the checkpoints of one audit log.
type Log struct {
	origin string
	signer note.Signer
	vkey   string
	dir    string
}

// ErrNoKey tells that a key directory holds no log key.
var ErrNoKey = errors.New("there is no log key")

// ErrBroken tells that the log is not the one whose checkpoints were signed
// before: restored, truncated or rewritten. Nothing may be written any more.
var ErrBroken = errors.New("the log is not the one that was signed before")

// OpenKey reads the log's key from its directory; ErrNoKey if there is none.
func OpenKey(dir string) (*Log, error) {
	b, err := os.ReadFile(filepath.Join(dir, keyFile))
	if errors.Is(err, fs.ErrNotExist) {
		return nil, ErrNoKey
	}
	if err != nil {
		return nil, fmt.Errorf("read the log key: %w", err)
	}
	skey, vkey, ok := strings.Cut(strings.TrimSpace(string(b)), "\n")
	signer, err := note.NewSigner(skey)
	if err != nil || !ok {
		return nil, fmt.Errorf("%s is damaged: restore it from its backup", filepath.Join(dir, keyFile))
	}
	return &Log{signer.Name(), signer, vkey, dir}, nil
}

// CreateKey makes a log key in a directory that has none. The origin names the
// log for ever; "" picks one.
func CreateKey(dir, origin string) (*Log, error) {
	if origin == "" {
		var b [8]byte
		_, _ = rand.Read(b[:])
		origin = "lapsed.invalid/" + hex.EncodeToString(b[:]) + "/1"
	}
	skey, vkey, err := note.GenerateKey(rand.Reader, origin)
	if err != nil {
		return nil, fmt.Errorf("make the log key: %w", err)
	}
	f, err := os.CreateTemp(dir, keyFile+".*") // its owner's alone
	if err != nil {
		return nil, fmt.Errorf("write the log key: %w", err)
	}
	_, err = f.WriteString(skey + "\n" + vkey + "\n")
	if err = errors.Join(err, f.Sync(), f.Close()); err == nil {
		err = os.Link(f.Name(), filepath.Join(dir, keyFile)) // whole, or not at all; a rename would replace another's
	}
	if err := errors.Join(err, os.Remove(f.Name()), syncDir(dir)); err != nil {
		return nil, fmt.Errorf("write the log key: %w", err)
	}
	return OpenKey(dir)
}

// Origin is the log's name, VKey the key that verifies its checkpoints.
func (l *Log) Origin() string { return l.origin }

// VKey is the verifier key in note form.
func (l *Log) VKey() string { return l.vkey }

// Checkpoint is a signed tree head.
type Checkpoint struct {
	Size int64  `json:"size"`
	Root string `json:"root"`
	Note string `json:"note"`
}

// Begin writes the log's first entries if it is empty: its own creation and the
// keys that its pseudonyms are made with.
func (l *Log) Begin(tx *sql.Tx, now time.Time, keys ...entry.KeyWasRotated) error {
	h, err := head(tx)
	if err != nil || h.size > 0 {
		return err
	}
	es := []entry.Entry{{Kind: entry.LogCreated, By: entry.Daemon, Body: entry.Created{Origin: l.origin, VKey: l.vkey, Hash: "rfc6962-sha256"}}}
	for _, k := range keys {
		es = append(es, entry.Entry{Kind: entry.KeyRotated, By: entry.Daemon, Body: k})
	}
	_, err = Append(tx, now, es...)
	return err
}

// Check proves that the log extends the newest pin. ErrBroken if it doesn't.
func (l *Log) Check(ctx context.Context, tx *sql.Tx) error {
	pin, err := l.pin()
	if err != nil || pin == nil {
		return err
	}
	h, err := head(tx)
	if err != nil {
		return err
	}
	if int64(pin.Size) > h.size {
		return fmt.Errorf("%w: it has %d entries, and one of %d was signed (%s). A restored backup must not go on as if nothing had happened", ErrBroken, h.size, pin.Size, filepath.Join(l.dir, pinFile))
	}
	reader := hashes{ctx, tx, h.size}
	for size, want := range map[int64][]byte{int64(pin.Size): pin.Hash, h.size: hashBytes(h.root())} {
		got, err := tlog.TreeHash(size, reader)
		if err != nil {
			return fmt.Errorf("%w: its hashes can't be read: %w", ErrBroken, err)
		}
		if string(got[:]) != string(want) {
			return fmt.Errorf("%w: at size %d its root differs", ErrBroken, size)
		}
	}
	return nil
}

func hashBytes(h tlog.Hash) []byte { return h[:] }

func (l *Log) pin() (*log.Checkpoint, error) {
	b, err := os.ReadFile(filepath.Join(l.dir, pinFile))
	if errors.Is(err, fs.ErrNotExist) {
		return nil, nil
	}
	if err != nil {
		return nil, fmt.Errorf("read the pin: %w", err)
	}
	v, err := note.NewVerifier(l.vkey)
	if err != nil {
		return nil, fmt.Errorf("the log key is damaged: %w", err)
	}
	cp, _, _, err := log.ParseCheckpoint(b, l.origin, v)
	if err != nil {
		return nil, fmt.Errorf("%w: the pin %s is not signed by this log's key", ErrBroken, filepath.Join(l.dir, pinFile))
	}
	return cp, nil
}

// Sign proves the log against the newest pin, signs its head, and stores the
// note. Pin moves the pin once the transaction is committed.
func (l *Log) Sign(ctx context.Context, tx *sql.Tx) (Checkpoint, error) {
	if err := l.Check(ctx, tx); err != nil {
		return Checkpoint{}, err
	}
	h, err := head(tx)
	if err != nil {
		return Checkpoint{}, err
	}
	root := h.root()
	cp := log.Checkpoint{Origin: l.origin, Size: uint64(h.size), Hash: root[:]}
	signed, err := note.Sign(&note.Note{Text: string(cp.Marshal())}, l.signer)
	if err != nil {
		return Checkpoint{}, fmt.Errorf("sign the checkpoint: %w", err)
	}
	if _, err := tx.Exec(`INSERT INTO audit_checkpoint (size, note) VALUES ($1, $2) ON CONFLICT (size) DO NOTHING`, h.size, signed); err != nil {
		return Checkpoint{}, err
	}
	return Checkpoint{h.size, root.String(), string(signed)}, nil
}

// Pin puts a signed checkpoint into the key directory, durably, in place of the older one.
func (l *Log) Pin(c Checkpoint) error {
	if old, err := l.pin(); err == nil && old != nil && int64(old.Size) > c.Size {
		return nil // another process has gone on meanwhile: a pin is never moved back
	}
	path := filepath.Join(l.dir, pinFile)
	f, err := os.CreateTemp(l.dir, pinFile+".*")
	if err != nil {
		return fmt.Errorf("write the pin: %w", err)
	}
	_, err = f.WriteString(c.Note)
	if err := errors.Join(err, f.Sync(), f.Close()); err != nil {
		return errors.Join(fmt.Errorf("write the pin: %w", err), os.Remove(f.Name()))
	}
	if err := os.Rename(f.Name(), path); err != nil {
		return fmt.Errorf("write the pin: %w", err)
	}
	return syncDir(l.dir)
}

func syncDir(dir string) error {
	d, err := os.Open(dir)
	if err != nil {
		return err
	}
	return errors.Join(d.Sync(), d.Close())
}

// hashes reads stored tree hashes for the proofs of tlog: from tiles, and for
// the last, unfilled tile from the entries themselves.
type hashes struct {
	ctx  context.Context
	tx   *sql.Tx
	size int64
}

// ReadHashes implements tlog.HashReader.
func (r hashes) ReadHashes(indexes []int64) ([]tlog.Hash, error) {
	out := make([]tlog.Hash, len(indexes))
	for i, x := range indexes {
		level, n := tlog.SplitStoredHashIndex(x)
		h, err := r.hash(level, n)
		if err != nil {
			return nil, err
		}
		out[i] = h
	}
	return out, nil
}

// hash is the root of the perfect subtree number n of 2^level leaves.
func (r hashes) hash(level int, n int64) (tlog.Hash, error) {
	row := level / 8 // tiles of this level hold hashes of 256^row leaves
	width := int64(1) << (level % 8)
	from := n * width
	tile, err := r.tile(row, from/tileWidth)
	if err != nil {
		return tlog.Hash{}, err
	}
	lo := from % tileWidth * 32
	hi := lo + width*32
	if hi > int64(len(tile)) {
		return tlog.Hash{}, fmt.Errorf("a tile of level %d is too short", row)
	}
	return rootOf(tile[lo:hi]), nil
}

func (r hashes) tile(row int, n int64) ([]byte, error) {
	var b []byte
	err := r.tx.QueryRowContext(r.ctx, `SELECT hashes FROM audit_tile WHERE level = $1 AND n = $2`, row, n).Scan(&b)
	if err == nil || !errors.Is(err, sql.ErrNoRows) || row > 0 {
		return b, err
	}
	partial := state{size: min((n+1)*tileWidth, r.size)}
	if partial.size%tileWidth == 0 {
		return nil, errors.New("a full tile is missing")
	}
	if err := partial.loadTile(r.tx); err != nil {
		return nil, err
	}
	return partial.tile, nil
}
