package store

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"strings"
	"time"
)

// Store is an open state. It is safe for concurrent use.
type Store struct {
	db     *sql.DB
	engine engine
	fence  Fence
	queue  queue // of this process' writers
}

// Open opens the state that a config names ("sqlite:./lapsed.db", or
// "postgres://…"), making the file and migrating it as needed. Its errors never
// hold the name's password.
func Open(ctx context.Context, name string) (*Store, error) {
	if path, ok := strings.CutPrefix(name, "sqlite:"); ok {
		return openSQLite(ctx, path)
	}
	if strings.HasPrefix(name, "postgres://") || strings.HasPrefix(name, "postgresql://") {
		return openPostgres(ctx, name)
	}
	return nil, errors.New("the state is not of a kind that this build opens: write sqlite:PATH or postgres://USER@HOST/NAME")
}

// Close closes the state, and all views of it.
func (s *Store) Close() error { return s.db.Close() }

// Fence proves, as the first statement of a transaction, that its holder may
// still write. An error ends the transaction.
type Fence interface{ Fence(tx *sql.Tx) error }

// Fenced is a view of the state whose every Write begins with a fence: whoever
// has lost what the fence stands for writes nothing more through it.
func (s *Store) Fenced(f Fence) *Store {
	view := *s
	view.fence = f
	return &view
}

// Tx is one transaction. Its methods are valid until it ends. On PostgreSQL a
// query's rows have to be read or closed before the next statement.
type Tx struct {
	*sql.Tx
	engine   engine
	figures  map[figure]delta // what it changes of them
	prepared map[string]statement
}

// Write runs f in the only transaction that writes at this time, on any machine:
// what f reads is still so when it writes. It commits if f returns nil, durably,
// and leaves nothing behind otherwise.
func (s *Store) Write(ctx context.Context, f func(*Tx) error) error {
	if err := s.queue.enter(ctx); err != nil {
		return fmt.Errorf("wait for other writers: %w", err)
	}
	defer s.queue.leave()
	return s.in(ctx, nil, func(tx *Tx) error {
		if s.fence != nil {
			if err := s.fence.Fence(tx.Tx); err != nil {
				return err
			}
		}
		if s.engine.lock != "" {
			if _, err := tx.ExecContext(ctx, s.engine.lock); err != nil {
				return fmt.Errorf("wait for other writers: %w", err)
			}
		}
		if err := f(tx); err != nil {
			return err
		}
		return tx.flush()
	})
}

// Read runs f on one snapshot.
func (s *Store) Read(ctx context.Context, f func(*Tx) error) error {
	return s.in(ctx, &sql.TxOptions{Isolation: s.engine.snapshot, ReadOnly: true}, f)
}

func (s *Store) in(ctx context.Context, o *sql.TxOptions, f func(*Tx) error) (err error) {
	defer func() { err = advised(err) }()
	tx, err := s.db.BeginTx(ctx, o)
	if err != nil {
		return fmt.Errorf("begin: %w", err)
	}
	defer func() {
		if err != nil {
			_ = tx.Rollback()
		}
	}()
	if err := f(&Tx{Tx: tx, engine: s.engine}); err != nil {
		return err
	}
	if err := tx.Commit(); err != nil {
		return fmt.Errorf("commit: %w", err)
	}
	return nil
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

// again runs a statement that a transaction runs often: it is prepared once, and
// ends with the transaction.
func (tx *Tx) again(q string, args ...any) error {
	s, err := tx.stmt(q)
	if err != nil {
		return err
	}
	_, err = s.Exec(args...)
	return err
}

// rowAgain reads one row as again runs a statement.
func (tx *Tx) rowAgain(q string, args []any, into ...any) error {
	s, err := tx.stmt(q)
	if err != nil {
		return err
	}
	return s.QueryRow(args...).Scan(into...)
}

// rowsAgain reads rows as again runs a statement.
func (tx *Tx) rowsAgain(q string, args ...any) (*sql.Rows, error) {
	s, err := tx.stmt(q)
	if err != nil {
		return nil, err
	}
	return s.Query(args...)
}

// statement is one that its transaction closes.
type statement struct{ *sql.Stmt }

func (tx *Tx) stmt(q string) (statement, error) {
	if s, ok := tx.prepared[q]; ok {
		return s, nil
	}
	p, err := tx.Prepare(q)
	if err != nil {
		return statement{}, err
	}
	if tx.prepared == nil {
		tx.prepared = map[string]statement{}
	}
	tx.prepared[q] = statement{p}
	return statement{p}, nil
}
