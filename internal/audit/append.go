package audit

import (
	"crypto/rand"
	"database/sql"
	"encoding/hex"
	"errors"
	"fmt"
	"math/bits"
	"time"

	"golang.org/x/mod/sumdb/tlog"

	"github.com/lapsed/lapsed/internal/audit/entry"
)

// stepTolerance is how far a clock may be behind the newest entry before that is
// worth an entry of its own.
const stepTolerance = 2 * time.Second

// Append adds entries in the caller's transaction and returns the index of the
// first. The times of entries never decrease: one that would lie before the
// newest entry takes that one's time.
func Append(tx *sql.Tx, now time.Time, entries ...entry.Entry) (int64, error) {
	if len(entries) == 0 {
		return 0, nil
	}
	h, err := head(tx)
	if err != nil {
		return 0, err
	}
	first := h.size
	at := now.UTC().Truncate(time.Millisecond)
	if at.Before(h.at.Add(-stepTolerance)) {
		entries = append([]entry.Entry{{Kind: entry.ClockStepped, By: entry.Daemon, Cycle: entries[0].Cycle,
			Body: entry.Stepped{Was: entry.Time(h.at), Now: entry.Time(at)}}}, entries...)
		first++
	}
	if at.Before(h.at) {
		at = h.at
	}
	insert, err := tx.Prepare(`INSERT INTO audit_entry (idx, kind, person, cycle, bytes) VALUES ($1, $2, $3, $4, $5)`)
	if err != nil {
		return 0, err
	}
	defer func() { _ = insert.Close() }()
	for _, e := range entries {
		e.At = at
		if err := h.add(tx, insert, e); err != nil {
			return 0, err
		}
	}
	h.at = at
	return first, h.save(tx)
}

// state is the head as it grows: the size and the roots of the perfect subtrees,
// largest first.
type state struct {
	size  int64
	was   int64
	roots []tlog.Hash
	at    time.Time
	tile  []byte // hashes of the tile of level 0 that is being filled, from its beginning
}

// head reads the head. In a writing transaction its row's lock orders all appends.
func head(tx *sql.Tx) (*state, error) {
	var h state
	var roots []byte
	var at string
	if err := tx.QueryRow(`SELECT size, roots, at FROM audit_head WHERE id = 1`).Scan(&h.size, &roots, &at); err != nil {
		return nil, fmt.Errorf("read the log's head: %w", err)
	}
	h.was = h.size
	for len(roots) >= 32 {
		h.roots = append(h.roots, tlog.Hash(roots[:32]))
		roots = roots[32:]
	}
	if len(h.roots) != bits.OnesCount64(uint64(h.size)) {
		return nil, fmt.Errorf("the log's head is damaged: %d roots for size %d", len(h.roots), h.size)
	}
	if at != "" {
		t, err := time.Parse(entry.TimeLayout, at)
		if err != nil {
			return nil, fmt.Errorf("the log's head is damaged: its time is unreadable")
		}
		h.at = t
	}
	return &h, nil
}

func (h *state) add(tx *sql.Tx, insert *sql.Stmt, e entry.Entry) error {
	b, err := entry.Bytes(e)
	if err != nil {
		return err
	}
	if _, err := insert.Exec(h.size, string(e.Kind), personOf(e.Body), e.Cycle, b); err != nil {
		return fmt.Errorf("append to the log: %w", err)
	}
	if h.tile == nil {
		if err := h.loadTile(tx); err != nil {
			return err
		}
	}
	hash := tlog.RecordHash(b)
	h.tile = append(h.tile, hash[:]...)
	for n := h.size; n&1 == 1; n >>= 1 { // as many merges as the size has trailing ones
		hash = tlog.NodeHash(h.roots[len(h.roots)-1], hash)
		h.roots = h.roots[:len(h.roots)-1]
	}
	h.roots = append(h.roots, hash)
	h.size++
	if h.size%tileWidth == 0 {
		return h.closeTile(tx)
	}
	return nil
}

// tileWidth is the number of hashes in a full tile (C2SP tlog-tiles).
const tileWidth = 256

// loadTile hashes the entries since the last full tile.
func (h *state) loadTile(tx *sql.Tx) error {
	h.tile = make([]byte, 0, tileWidth*32)
	rows, err := tx.Query(`SELECT bytes FROM audit_entry WHERE idx >= $1 AND idx < $2 ORDER BY idx`, h.size/tileWidth*tileWidth, h.size)
	if err != nil {
		return err
	}
	defer func() { _ = rows.Close() }()
	for rows.Next() {
		var b sql.RawBytes
		if err := rows.Scan(&b); err != nil {
			return err
		}
		hash := tlog.RecordHash(b)
		h.tile = append(h.tile, hash[:]...)
	}
	return rows.Err()
}

// closeTile stores a full tile of level 0 and hands its root up: the tiles above
// grow by one hash for each full one below.
func (h *state) closeTile(tx *sql.Tx) error {
	if _, err := tx.Exec(`INSERT INTO audit_tile (level, n, hashes) VALUES (0, $1, $2)`, h.size/tileWidth-1, h.tile); err != nil {
		return err
	}
	hashes := h.tile
	h.tile = make([]byte, 0, tileWidth*32)
	for level, n := 1, h.size/tileWidth-1; ; level, n = level+1, n/tileWidth {
		root := rootOf(hashes)
		var above []byte
		err := tx.QueryRow(`SELECT hashes FROM audit_tile WHERE level = $1 AND n = $2`, level, n/tileWidth).Scan(&above)
		if err != nil && !errors.Is(err, sql.ErrNoRows) {
			return err
		}
		above = append(above, root[:]...)
		if _, err := tx.Exec(`INSERT INTO audit_tile (level, n, hashes) VALUES ($1, $2, $3) ON CONFLICT (level, n) DO UPDATE SET hashes = excluded.hashes`, level, n/tileWidth, above); err != nil {
			return err
		}
		hashes = above
		if (n+1)%tileWidth != 0 {
			return nil
		}
	}
}

// rootOf is the root of a full, perfect range of hashes.
func rootOf(hashes []byte) tlog.Hash {
	if len(hashes) == 32 {
		return tlog.Hash(hashes)
	}
	mid := len(hashes) / 2
	return tlog.NodeHash(rootOf(hashes[:mid]), rootOf(hashes[mid:]))
}

func (h *state) save(tx *sql.Tx) error {
	roots := make([]byte, 0, 32*len(h.roots))
	for _, r := range h.roots {
		roots = append(roots, r[:]...)
	}
	r, err := tx.Exec(`UPDATE audit_head SET size = $1, roots = $2, at = $3 WHERE id = 1 AND size = $4`, h.size, roots, entry.Time(h.at), h.was)
	if err != nil {
		return err
	}
	if n, err := r.RowsAffected(); err != nil || n != 1 {
		return fmt.Errorf("the log's head has moved: another process appends without the lock")
	}
	return nil
}

// root is the tree head's hash.
func (h *state) root() tlog.Hash {
	if len(h.roots) == 0 {
		hash, _ := tlog.TreeHash(0, nil)
		return hash
	}
	hash := h.roots[len(h.roots)-1]
	for i := len(h.roots) - 2; i >= 0; i-- {
		hash = tlog.NodeHash(h.roots[i], hash)
	}
	return hash
}

// personOf is the pseudonym that an entry is found under, "" for none.
func personOf(body any) string {
	switch b := body.(type) {
	case entry.Decision:
		return b.Person
	case entry.Opened:
		return b.Person
	case entry.Intent:
		return b.Person
	case entry.Joined:
		return b.Person
	case entry.HoldWasAdded:
		return b.Person
	case entry.SuppressionWasAdded:
		return b.Person
	default:
		return ""
	}
}

// CountKinds counts the entries of some kinds.
func CountKinds(tx *sql.Tx, kinds ...entry.Kind) (n int, err error) {
	for _, k := range kinds {
		var c int
		if err := tx.QueryRow(`SELECT COUNT(*) FROM audit_entry WHERE kind = $1`, string(k)).Scan(&c); err != nil {
			return 0, err
		}
		n += c
	}
	return n, nil
}

// Keep stores evidence and returns the commitment that ties it to an entry.
// expires is when it may be deleted.
func Keep(tx *sql.Tx, data []byte, expires time.Time) (string, error) {
	canonical, err := entry.Canonical(data)
	if err != nil {
		return "", err
	}
	var salt [32]byte
	_, _ = rand.Read(salt[:]) // never fails (crypto/rand)
	c := entry.Commit(salt, canonical)
	_, err = tx.Exec(`INSERT INTO audit_evidence (commitment, salt, data, expires) VALUES ($1, $2, $3, $4)`, c, salt[:], canonical, expires.UnixMilli())
	return c, err
}

// NewID is a random id in the log's form.
func NewID() string {
	var b [16]byte
	_, _ = rand.Read(b[:])
	return hex.EncodeToString(b[:])
}
