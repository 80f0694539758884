package store

import (
	"context"
	"database/sql"
	"embed"
	"errors"
	"fmt"
	"io/fs"
	"net/url"
	"os"
	"path/filepath"
	"strings"
	"time"

	"github.com/pressly/goose/v3"
	"modernc.org/sqlite"
)

//go:embed migrations
var migrations embed.FS

// Store is an open state. It is safe for concurrent use.
type Store struct {
	db   *sql.DB
	path string
}

// Open opens the state that a config names ("sqlite:./lapsed.db"), making and
// migrating it as needed.
func Open(ctx context.Context, name string) (*Store, error) {
	path, ok := strings.CutPrefix(name, "sqlite:")
	if !ok {
		return nil, fmt.Errorf("the state %q is not of a kind that this build opens: write sqlite:PATH", scheme(name))
	}
	if err := os.MkdirAll(filepath.Dir(path), 0o700); err != nil {
		return nil, fmt.Errorf("make the state's directory: %w", err)
	}
	db, err := openSQLite(path)
	if err != nil {
		return nil, err
	}
	s := &Store{db: db, path: path}
	if err := errors.Join(s.checkPragmas(ctx), s.migrate(ctx)); err != nil {
		return nil, errors.Join(err, db.Close())
	}
	return s, os.Chmod(path, 0o600)
}

// scheme is the part of a name that can't hold a password.
func scheme(name string) string {
	s, _, _ := strings.Cut(name, ":")
	return s + ":…"
}

func openSQLite(path string) (*sql.DB, error) {
	sqlite.StrictPragmas(true)
	u := url.URL{Scheme: "file", Opaque: (&url.URL{Path: path}).EscapedPath()}
	q := "_busy_timeout=10000&_journal_mode=WAL&_synchronous=FULL&_foreign_keys=1&_txlock=immediate&_dqs=0&_defensive=1"
	db, err := sql.Open("sqlite", u.String()+"?"+q)
	if err != nil {
		return nil, fmt.Errorf("open the state: %w", err)
	}
	db.SetMaxOpenConns(8)
	return db, nil
}

// checkPragmas reads back what durability rests on: the driver ignores a key
// that it doesn't know.
func (s *Store) checkPragmas(ctx context.Context) error {
	for pragma, want := range map[string]string{"journal_mode": "wal", "synchronous": "2", "foreign_keys": "1"} {
		var got string
		if err := s.db.QueryRowContext(ctx, "PRAGMA "+pragma).Scan(&got); err != nil {
			return fmt.Errorf("open the state %s: %w", s.path, err)
		}
		if got != want {
			return fmt.Errorf("the state %s can't be written safely: %s is %s, not %s", s.path, pragma, got, want)
		}
	}
	return nil
}

// migrate brings the database to this program's version, and refuses a newer one.
func (s *Store) migrate(ctx context.Context) error {
	dir, err := fs.Sub(migrations, "migrations/sqlite")
	if err != nil {
		return err
	}
	p, err := goose.NewProvider(goose.DialectSQLite3, s.db, dir, goose.WithLogger(goose.NopLogger()))
	if err != nil {
		return fmt.Errorf("read the migrations: %w", err)
	}
	have, err := p.GetDBVersion(ctx)
	if err != nil {
		return fmt.Errorf("read the state's version: %w", err)
	}
	list := p.ListSources()
	newest := list[len(list)-1].Version
	if have > newest {
		return fmt.Errorf("the state is of version %d, newer than this program's %d: run the program that wrote it, or a later one", have, newest)
	}
	if _, err := p.Up(ctx); err != nil {
		return fmt.Errorf("migrate the state from version %d: %w", have, err)
	}
	return nil
}

// Close closes the state.
func (s *Store) Close() error { return s.db.Close() }

// Tx is one transaction. Its methods are valid until it ends.
type Tx struct{ *sql.Tx }

// Write runs f in a transaction that holds the write lock. It commits if f
// returns nil, durably, and leaves nothing behind otherwise.
func (s *Store) Write(ctx context.Context, f func(*Tx) error) error {
	return s.in(ctx, nil, f)
}

// Read runs f on one snapshot.
func (s *Store) Read(ctx context.Context, f func(*Tx) error) error {
	return s.in(ctx, &sql.TxOptions{ReadOnly: true}, f)
}

func (s *Store) in(ctx context.Context, o *sql.TxOptions, f func(*Tx) error) (err error) {
	tx, err := s.db.BeginTx(ctx, o)
	if err != nil {
		return fmt.Errorf("begin: %w", err)
	}
	defer func() {
		if err != nil {
			_ = tx.Rollback()
		}
	}()
	if err := f(&Tx{tx}); err != nil {
		return err
	}
	if err := tx.Commit(); err != nil {
		return fmt.Errorf("commit: %w", err)
	}
	return nil
}

// Meta returns a remembered value, "" if there is none.
func (tx *Tx) Meta(key string) (string, error) {
	var v string
	err := tx.QueryRow(`SELECT value FROM meta WHERE key = $1`, key).Scan(&v)
	if errors.Is(err, sql.ErrNoRows) {
		return "", nil
	}
	return v, err
}

// SetMeta remembers a value.
func (tx *Tx) SetMeta(key, value string) error {
	_, err := tx.Exec(`INSERT INTO meta (key, value) VALUES ($1, $2) ON CONFLICT (key) DO UPDATE SET value = excluded.value`, key, value)
	return err
}

// LogSize is the number of entries in the audit log.
func (tx *Tx) LogSize() (n int64, err error) {
	err = tx.QueryRow(`SELECT size FROM audit_head WHERE id = 1`).Scan(&n)
	return n, err
}

// LogAt is the time of the audit log's newest entry, zero if it is empty.
func (tx *Tx) LogAt() (time.Time, error) {
	var at string
	if err := tx.QueryRow(`SELECT at FROM audit_head WHERE id = 1`).Scan(&at); err != nil || at == "" {
		return time.Time{}, err
	}
	return time.Parse(time.RFC3339, at)
}

// scan collects a query's rows.
func scan[T any](rows *sql.Rows, err error, one func(*sql.Rows) (T, error)) ([]T, error) {
	if err != nil {
		return nil, err
	}
	defer func() { _ = rows.Close() }()
	var out []T
	for rows.Next() {
		v, err := one(rows)
		if err != nil {
			return nil, err
		}
		out = append(out, v)
	}
	return out, rows.Err()
}

// millis and its reverse: the zero time is 0.
func millis(t time.Time) int64 {
	if t.IsZero() {
		return 0
	}
	return t.UnixMilli()
}

func fromMillis(ms int64) time.Time {
	if ms == 0 {
		return time.Time{}
	}
	return time.UnixMilli(ms).UTC()
}

func flag(b bool) int {
	if b {
		return 1
	}
	return 0
}
