package store

import (
	"database/sql"
	"errors"
	"time"
)

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
