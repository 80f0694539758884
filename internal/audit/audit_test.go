package audit

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"math/rand/v2"
	"os"
	"path/filepath"
	"testing"
	"time"

	"github.com/pressly/goose/v3"
	"github.com/transparency-dev/merkle/compact"
	"github.com/transparency-dev/merkle/rfc6962"
	_ "modernc.org/sqlite"

	"github.com/lapsed/lapsed/internal/audit/entry"
)

var start = time.Date(2026, 5, 4, 10, 0, 0, 0, time.UTC)

func open(t *testing.T) *sql.DB {
	t.Helper()
	db, err := sql.Open("sqlite", "file:"+filepath.Join(t.TempDir(), "log.db")+"?_txlock=immediate")
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = db.Close() })
	p, err := goose.NewProvider(goose.DialectSQLite3, db, os.DirFS("../store/migrations/sqlite"))
	if err != nil {
		t.Fatal(err)
	}
	if _, err := p.Up(context.Background()); err != nil {
		t.Fatal(err)
	}
	return db
}

func in(t *testing.T, db *sql.DB, f func(*sql.Tx) error) error {
	t.Helper()
	tx, err := db.Begin()
	if err != nil {
		t.Fatal(err)
	}
	if err := f(tx); err != nil {
		_ = tx.Rollback()
		return err
	}
	return tx.Commit()
}

func withdrawn(i int) entry.Entry {
	return entry.Entry{Kind: entry.DutyWithdrawn, By: entry.Daemon, Body: entry.Withdrawn{Duty: fmt.Sprint("d", i), Cause: "x"}}
}

// Another implementation of the tree is the oracle, over enough entries for two
// levels of tiles and in appends of any size.
func TestTreeAgreesWithAnother(t *testing.T) { agrees(t, open(t), 70000) }

func agrees(t *testing.T, db *sql.DB, total int) {
	t.Helper()
	r := rand.New(rand.NewPCG(1, 2))
	for n := 0; n < total; {
		k := min(1+r.IntN(900), total-n)
		var es []entry.Entry
		for i := range k {
			es = append(es, withdrawn(n+i))
		}
		if err := in(t, db, func(tx *sql.Tx) error { _, err := Append(tx, start, es...); return err }); err != nil {
			t.Fatal(err)
		}
		n += k
	}
	cr := (&compact.RangeFactory{Hash: rfc6962.DefaultHasher.HashChildren}).NewEmptyRange(0)
	rows, err := db.Query(`SELECT bytes FROM audit_entry ORDER BY idx`)
	if err != nil {
		t.Fatal(err)
	}
	for rows.Next() {
		var b []byte
		if err := rows.Scan(&b); err != nil {
			t.Fatal(err)
		}
		if err := cr.Append(rfc6962.DefaultHasher.HashLeaf(b), nil); err != nil {
			t.Fatal(err)
		}
	}
	want, _ := cr.GetRootHash(nil)
	l := key(t)
	err = in(t, db, func(tx *sql.Tx) error {
		c, err := l.Sign(context.Background(), tx)
		if err != nil {
			return err
		}
		if h, _ := head(tx); c.Size != int64(total) || string(hashBytes(h.root())) != string(want) {
			t.Errorf("size %d, root %x; the other says %x", c.Size, h.root(), want)
		}
		return l.Pin(c)
	})
	if err != nil {
		t.Fatal(err)
	}
	if err := in(t, db, func(tx *sql.Tx) error {
		_, err := Append(tx, start, withdrawn(1))
		return errors.Join(err, l.Check(context.Background(), tx))
	}); err != nil {
		t.Errorf("a grown log does not extend its pin: %v", err)
	}
}

func key(t *testing.T) *Log {
	t.Helper()
	l, err := CreateKey(t.TempDir(), "privacy.example.org/lapsed/1")
	if err != nil {
		t.Fatal(err)
	}
	return l
}

func TestABrokenLogIsNotSigned(t *testing.T) {
	for title, harm := range map[string][]string{
		"truncated":      {`DROP TRIGGER audit_entry_delete`, `DELETE FROM audit_entry WHERE idx >= 5`, `UPDATE audit_head SET size = 5, roots = (SELECT substr(roots, 1, 64) FROM audit_head)`},
		"entry changed":  {`DROP TRIGGER audit_entry_update`, `UPDATE audit_entry SET bytes = (SELECT bytes FROM audit_entry WHERE idx = 3) WHERE idx = 4`},
		"head rewritten": {`UPDATE audit_head SET roots = zeroblob(length(roots))`},
	} {
		db, l := open(t), key(t)
		err := in(t, db, func(tx *sql.Tx) error {
			for i := range 10 {
				if _, err := Append(tx, start, withdrawn(i)); err != nil {
					return err
				}
			}
			c, err := l.Sign(context.Background(), tx)
			return errors.Join(err, l.Pin(c))
		})
		if err != nil {
			t.Fatal(err)
		}
		for _, q := range harm {
			if _, err := db.Exec(q); err != nil {
				t.Fatal(title, err)
			}
		}
		err = in(t, db, func(tx *sql.Tx) error { _, err := l.Sign(context.Background(), tx); return err })
		if !errors.Is(err, ErrBroken) {
			t.Errorf("%s: signed all the same (%v)", title, err)
		}
	}
}

func TestTimesNeverDecrease(t *testing.T) {
	db := open(t)
	err := in(t, db, func(tx *sql.Tx) error {
		for _, at := range []time.Time{start, start.Add(-time.Second), start.Add(-time.Hour), start.Add(time.Second)} {
			if _, err := Append(tx, at, withdrawn(1)); err != nil {
				return err
			}
		}
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
	rows, _ := db.Query(`SELECT kind, bytes FROM audit_entry ORDER BY idx`)
	var last time.Time
	stepped := 0
	for rows.Next() {
		var kind string
		var b []byte
		if err := rows.Scan(&kind, &b); err != nil {
			t.Fatal(err)
		}
		e, err := entry.Parse(b)
		if err != nil || e.At.Before(last) {
			t.Errorf("%s: %v", b, err)
		}
		last = e.At
		if e.Kind == entry.ClockStepped {
			stepped++
		}
	}
	if stepped != 1 {
		t.Errorf("%d entries about the clock's step of an hour, want 1", stepped)
	}
}

func TestRowsCantBeChanged(t *testing.T) {
	db := open(t)
	if err := in(t, db, func(tx *sql.Tx) error { _, err := Append(tx, start, withdrawn(1), withdrawn(2)); return err }); err != nil {
		t.Fatal(err)
	}
	for _, q := range []string{`UPDATE audit_entry SET kind = 'x'`, `DELETE FROM audit_entry`, `INSERT INTO audit_entry (idx, kind, person, cycle, bytes) VALUES (7, 'x', '', '', x'00')`} {
		if _, err := db.Exec(q); err == nil {
			t.Errorf("%s went through", q)
		}
	}
}
