package config

import (
	"errors"
	"net/url"
	"strings"
)

// State names the database: sqlite:PATH, or the address of one in PostgreSQL.
// Printing it never shows a password.
type State string

// ParseScalar reads the state's name.
func (v *State) ParseScalar(s string) error {
	switch kind, rest, _ := strings.Cut(s, ":"); kind {
	case "sqlite":
		if rest == "" {
			break
		}
		*v = State(s)
		return nil
	case "postgres", "postgresql":
		u, err := url.Parse(s)
		if err != nil || !strings.HasPrefix(rest, "//") || strings.Trim(u.Path, "/") == "" {
			return errors.New("this is no address of a database: write postgres://USER@HOST/NAME?sslmode=verify-full, with %XX for special characters; a password is better left to PGPASSFILE or PGPASSWORD")
		}
		*v = State(s)
		return nil
	}
	return errors.New("this is no state: write sqlite:PATH, for example sqlite:./lapsed.db, or postgres://USER@HOST/NAME")
}

// file is the path of a state that is one.
func (v State) file() (string, bool) { return strings.CutPrefix(string(v), "sqlite:") }

// String is the state's name without what may be a password.
func (v State) String() string {
	if _, ok := v.file(); ok {
		return string(v)
	}
	u, err := url.Parse(string(v))
	if err != nil {
		return "[state]"
	}
	return u.Scheme + "://" + u.Host + u.Path
}

// GoString is String.
func (v State) GoString() string { return v.String() }
