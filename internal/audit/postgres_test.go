package audit

import (
	"context"
	"database/sql"
	"errors"
	"path/filepath"
	"testing"

	"github.com/lapsed/lapsed/internal/audit/entry"
	"github.com/lapsed/lapsed/internal/audit/verify"
	"github.com/lapsed/lapsed/internal/store"
	"github.com/lapsed/lapsed/internal/store/pgtest"
)

// openPostgres is the log in PostgreSQL, with the tables that the store makes.
func openPostgres(t *testing.T) (*sql.DB, *store.Store) {
	t.Helper()
	address := pgtest.New(t)
	s, err := store.Open(context.Background(), address)
	if err != nil {
		t.Fatal(err)
	}
	db, err := sql.Open("pgx", address)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = errors.Join(db.Close(), s.Close()) })
	return db, s
}

// The same entries make the same tree, and a few full tiles.
func TestTreeAgreesWithAnotherOnPostgreSQL(t *testing.T) {
	db, _ := openPostgres(t)
	agrees(t, db, 1500)
}

// What is published from PostgreSQL is a log that its verifier takes.
func TestExportFromPostgreSQLVerifies(t *testing.T) {
	_, s := openPostgres(t)
	l, dir := key(t), filepath.Join(t.TempDir(), "published")
	looked := entry.Entry{Kind: entry.Access, By: entry.Daemon, Body: entry.Accessed{Route: "/log", Persons: 1}}
	for range 3 {
		err := s.Write(context.Background(), func(tx *store.Tx) error {
			if err := l.Begin(tx.Tx, start); err != nil {
				return err
			}
			for range 200 {
				if _, err := Append(tx.Tx, start, looked); err != nil {
					return err
				}
			}
			c, err := l.Sign(context.Background(), tx.Tx)
			return errors.Join(err, l.Pin(c), Export(context.Background(), tx.Tx, dir))
		})
		if err != nil {
			t.Fatal(err)
		}
	}
	r, err := verify.Run(context.Background(), verify.Dir(dir), verify.Options{Keys: []string{l.VKey()}})
	if err != nil || r.Log.Size != 601 {
		t.Errorf("%d entries, %v", r.Log.Size, err)
	}
	for _, p := range r.Problems {
		t.Errorf("%s at entry %d: %s", p.Code, p.Index, p.Detail)
	}
}

func TestRowsInPostgreSQLCantBeChanged(t *testing.T) {
	db, _ := openPostgres(t)
	if err := in(t, db, func(tx *sql.Tx) error { _, err := Append(tx, start, withdrawn(1), withdrawn(2)); return err }); err != nil {
		t.Fatal(err)
	}
	for _, q := range []string{`UPDATE audit_entry SET kind = 'x'`, `DELETE FROM audit_entry`, `TRUNCATE audit_entry`, `INSERT INTO audit_entry (idx, kind, person, cycle, bytes) VALUES (7, 'x', '', '', '\x00')`} {
		if _, err := db.Exec(q); err == nil {
			t.Errorf("%s went through", q)
		}
	}
}

// Two that append at once, and don't take turns as the store makes them, don't
// both get through.
func TestAppendsThatCrossAreRefused(t *testing.T) {
	db, _ := openPostgres(t)
	err := in(t, db, func(slow *sql.Tx) error {
		h, err := head(slow)
		if err != nil {
			return err
		}
		if err := in(t, db, func(quick *sql.Tx) error { _, err := Append(quick, start, withdrawn(1)); return err }); err != nil {
			t.Fatal(err)
		}
		return h.save(slow)
	})
	if err == nil {
		t.Error("the head went back")
	}
}
