package store

import (
	"errors"
	"fmt"
	"syscall"

	"modernc.org/sqlite"
	sqlite3 "modernc.org/sqlite/lib"
)

const (
	looksFull = "is there space left where the state is, and is that disk sound?"
	looksShut = "the state's file and its directory must be there, and writable for the account that runs this"
)

// unopened is the error of a state whose file can't be opened or made.
func unopened(err error) error {
	what := looksShut
	if errors.Is(err, syscall.ENOSPC) {
		what = looksFull
	}
	return fmt.Errorf("open the state: %w (%s)", err, what)
}

// advised adds to an error of SQLite what somebody has to look at: its own words
// name a page or a lock.
func advised(err error) error {
	var e *sqlite.Error
	if !errors.As(err, &e) {
		return err
	}
	what := ""
	switch e.Code() & 0xff { // without what it was doing
	case sqlite3.SQLITE_FULL, sqlite3.SQLITE_IOERR:
		what = looksFull
	case sqlite3.SQLITE_READONLY, sqlite3.SQLITE_CANTOPEN, sqlite3.SQLITE_PERM:
		what = looksShut
	case sqlite3.SQLITE_BUSY, sqlite3.SQLITE_LOCKED:
		what = "another program keeps the state from being written: find it and end it"
	case sqlite3.SQLITE_CORRUPT, sqlite3.SQLITE_NOTADB:
		what = "the state is damaged: restore its newest backup"
	default:
		return err
	}
	return fmt.Errorf("%w (%s)", err, what)
}
