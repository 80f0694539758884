package store

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"net/url"
	"os"
	"path/filepath"
	"time"

	"github.com/pressly/goose/v3"
	"modernc.org/sqlite"
)

func openSQLite(ctx context.Context, path string) (*Store, error) {
	if err := os.MkdirAll(filepath.Dir(path), 0o700); err != nil {
		return nil, fmt.Errorf("make the state's directory: %w", err)
	}
	if err := ownersAlone(path); err != nil {
		return nil, err
	}
	sqlite.StrictPragmas(true)
	u := url.URL{Scheme: "file", Opaque: (&url.URL{Path: path}).EscapedPath()}
	q := "_busy_timeout=10000&_journal_mode=WAL&_synchronous=FULL&_foreign_keys=1&_txlock=immediate&_dqs=0&_defensive=1"
	db, err := sql.Open("sqlite", u.String()+"?"+q)
	if err != nil {
		return nil, fmt.Errorf("open the state: %w", err)
	}
	db.SetMaxOpenConns(8)
	db.SetConnMaxLifetime(time.Minute) // each holds a cache of what it read, and an idle daemon needs none
	if err := checkPragmas(ctx, db, path); err != nil {
		return nil, errors.Join(advised(err), db.Close())
	}
	if err := migrate(ctx, db, goose.DialectSQLite3, "sqlite"); err != nil {
		return nil, errors.Join(advised(err), db.Close())
	}
	return &Store{db: db, engine: sqliteEngine, queue: newQueue()}, nil
}

// ownersAlone makes the file before SQLite does, or takes the others' rights to it
// away: what SQLite keeps beside it gets the rights that it has.
func ownersAlone(path string) error {
	f, err := os.OpenFile(path, os.O_RDWR|os.O_CREATE, 0o600)
	if err != nil {
		return unopened(err)
	}
	return errors.Join(f.Chmod(0o600), f.Close())
}

// checkPragmas reads back what durability rests on: the driver ignores a key
// that it doesn't know.
func checkPragmas(ctx context.Context, db *sql.DB, path string) error {
	for pragma, want := range map[string]string{"journal_mode": "wal", "synchronous": "2", "foreign_keys": "1"} {
		var got string
		if err := db.QueryRowContext(ctx, "PRAGMA "+pragma).Scan(&got); err != nil {
			return fmt.Errorf("open the state %s: %w", path, err)
		}
		if got != want {
			return fmt.Errorf("the state %s can't be written safely: %s is %s, not %s", path, pragma, got, want)
		}
	}
	return nil
}
