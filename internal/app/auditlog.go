package app

import (
	"context"
	"database/sql"
	"encoding/json"
	"errors"
	"fmt"
	"iter"
	"math"
	"os"
	"path/filepath"
	"time"

	"github.com/lapsed/lapsed/config"
	"github.com/lapsed/lapsed/internal/audit"
	"github.com/lapsed/lapsed/internal/audit/entry"
	"github.com/lapsed/lapsed/internal/audit/verify"
	"github.com/lapsed/lapsed/internal/store"
)

// VerifyOptions say what a log is held against.
type VerifyOptions struct {
	Config string   // the log of this installation …
	Dir    string   // … or a published directory
	Keys   []string // the log's keys, in note form
	Pins   []string // files with signed checkpoints
	Clock  func() time.Time
}

// Verify checks a log with code that shares nothing with its writer. An
// installation's log is held against its own pin, too.
func Verify(ctx context.Context, o VerifyOptions) (verify.Report, error) {
	opt := verify.Options{Keys: o.Keys, Clock: o.Clock, Evidence: true}
	for _, p := range o.Pins {
		b, err := os.ReadFile(p)
		if err != nil {
			return verify.Report{}, fmt.Errorf("read the pin: %w", err)
		}
		opt.Pins = append(opt.Pins, b)
	}
	if o.Dir != "" {
		return verify.Run(ctx, verify.Dir(o.Dir), opt)
	}
	c, problems := config.Load(o.Config)
	if len(problems) > 0 {
		return verify.Report{}, problems
	}
	if l, err := audit.OpenKey(c.Keys); err == nil && len(opt.Keys) == 0 {
		opt.Keys = []string{l.VKey()}
	}
	if b, err := os.ReadFile(filepath.Join(c.Keys, "pin")); err == nil {
		opt.Pins = append(opt.Pins, b)
	}
	st, err := store.Open(ctx, string(c.State))
	if err != nil {
		return verify.Report{}, err
	}
	defer func() { _ = st.Close() }()
	var r verify.Report
	err = st.Read(ctx, func(tx *store.Tx) (err error) {
		r, err = verify.Run(ctx, rows{ctx, tx.Tx}, opt)
		return err
	})
	return r, err
}

// rows is the log as it lies in the state, for the verifier.
type rows struct {
	ctx context.Context
	tx  *sql.Tx
}

func (l rows) Checkpoint() ([]byte, error) {
	var b []byte
	err := l.tx.QueryRowContext(l.ctx, `SELECT note FROM audit_checkpoint ORDER BY size DESC LIMIT 1`).Scan(&b)
	if errors.Is(err, sql.ErrNoRows) {
		return nil, errors.New("no checkpoint has been signed yet: a cycle signs one at its end")
	}
	return b, err
}

func (l rows) Checkpoints() iter.Seq2[[]byte, error] {
	return func(yield func([]byte, error) bool) {
		for c, err := range l.each(`SELECT size, note FROM audit_checkpoint WHERE size >= $1 ORDER BY size LIMIT $2`, 0) {
			if !yield(c.bytes, err) {
				return
			}
		}
	}
}

func (l rows) Entries(from int64) iter.Seq2[[]byte, error] {
	return func(yield func([]byte, error) bool) {
		next := from
		for e, err := range l.each(`SELECT idx, bytes FROM audit_entry WHERE idx >= $1 ORDER BY idx LIMIT $2`, from) {
			for ; err == nil && next < e.number; next++ {
				if !yield(nil, verify.Damage(fmt.Sprintf("entry %d is not in the state", next))) {
					return
				}
			}
			if next++; !yield(e.bytes, err) {
				return
			}
		}
	}
}

// numbered is a row of the log: an entry by its index, or a checkpoint by its size.
type numbered struct {
	number int64
	bytes  []byte
}

// each yields rows in the order of their numbers, from one on, and holds no query
// open meanwhile: PostgreSQL answers one at a time, and the verifier asks for
// other things in between.
func (l rows) each(query string, from int64) iter.Seq2[numbered, error] {
	return func(yield func(numbered, error) bool) {
		for {
			page, err := l.page(query, from)
			if err != nil {
				yield(numbered{}, err)
				return
			}
			for _, n := range page {
				if from = n.number + 1; !yield(n, nil) {
					return
				}
			}
			if len(page) < pageRows {
				return
			}
		}
	}
}

const pageRows = 500

func (l rows) page(query string, from int64) (out []numbered, err error) {
	r, err := l.tx.QueryContext(l.ctx, query, from, pageRows)
	if err != nil {
		return nil, err
	}
	defer func() { _ = r.Close() }()
	for r.Next() {
		var n numbered
		if err := r.Scan(&n.number, &n.bytes); err != nil {
			return nil, err
		}
		out = append(out, n)
	}
	return out, r.Err()
}

func (l rows) Tile(level int, n int64, width int) ([]byte, error) {
	var b []byte
	err := l.tx.QueryRowContext(l.ctx, `SELECT hashes FROM audit_tile WHERE level = $1 AND n = $2`, level, n).Scan(&b)
	if errors.Is(err, sql.ErrNoRows) || len(b) < width*32 {
		return nil, nil
	}
	return b[:width*32], err
}

func (l rows) Policy(revision string) ([]byte, error) {
	var text string
	err := l.tx.QueryRowContext(l.ctx, `SELECT text FROM policy WHERE revision = $1`, revision).Scan(&text)
	if errors.Is(err, sql.ErrNoRows) {
		return nil, nil
	}
	return []byte(text), err
}

func (l rows) Batch(digest string) ([]string, error) {
	r, err := l.tx.QueryContext(l.ctx, `SELECT duty FROM batch_duty WHERE batch = $1 ORDER BY duty`, digest)
	if err != nil {
		return nil, err
	}
	defer func() { _ = r.Close() }()
	var out []string
	for r.Next() {
		var id string
		if err := r.Scan(&id); err != nil {
			return nil, err
		}
		out = append(out, id)
	}
	return out, r.Err()
}

func (l rows) Evidence(commitment string) (salt [32]byte, data []byte, ok bool, err error) {
	var s []byte
	err = l.tx.QueryRowContext(l.ctx, `SELECT salt, data FROM audit_evidence WHERE commitment = $1`, commitment).Scan(&s, &data)
	if errors.Is(err, sql.ErrNoRows) {
		return salt, nil, false, nil
	}
	copy(salt[:], s)
	return salt, data, err == nil, err
}

// LogEntry is one entry of the log, for readers.
type LogEntry struct {
	Index int64           `json:"index"`
	At    time.Time       `json:"at"`
	Kind  string          `json:"kind"`
	By    string          `json:"by"`
	Cycle string          `json:"cycle,omitzero"`
	Body  json.RawMessage `json:"body"`
}

// ListFilter says which entries are listed.
type ListFilter struct {
	Kind, Cycle, Person string
	From                int64
	Limit               int // of the newest ones; 0 = all
}

// List reads entries of the log, oldest first.
func (a *App) List(ctx context.Context, f ListFilter) (out []LogEntry, err error) {
	limit := math.MaxInt64
	if f.Limit > 0 {
		limit = f.Limit
	}
	err = a.Store.Read(ctx, func(tx *store.Tx) error {
		r, err := tx.QueryContext(ctx, `SELECT idx, bytes FROM (SELECT idx, bytes FROM audit_entry WHERE ($1 = '' OR kind = $1) AND ($2 = '' OR cycle = $2) AND ($3 = '' OR person = $3) AND idx >= $4
			ORDER BY idx DESC LIMIT $5) AS newest ORDER BY idx`, f.Kind, f.Cycle, f.Person, f.From, limit)
		if err != nil {
			return err
		}
		defer func() { _ = r.Close() }()
		for r.Next() {
			var idx int64
			var b []byte
			if err := r.Scan(&idx, &b); err != nil {
				return err
			}
			e, err := entry.Parse(b)
			if err != nil {
				return fmt.Errorf("entry %d: %w", idx, err)
			}
			by := e.By.Role
			if e.By.Who != "" {
				by += " " + e.By.Who
			}
			out = append(out, LogEntry{idx, e.At, string(e.Kind), by, e.Cycle, json.RawMessage(e.Body)})
		}
		return r.Err()
	})
	return out, err
}

// Export publishes the log as a directory of static tiles (C2SP tlog-tiles).
func (a *App) Export(ctx context.Context, dir string) error {
	return a.Store.Write(ctx, func(tx *store.Tx) error {
		if _, err := a.Log.Sign(ctx, tx.Tx); err != nil {
			return err
		}
		return audit.Export(ctx, tx.Tx, dir)
	})
}
