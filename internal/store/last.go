package store

import (
	"database/sql"
	"errors"
	"time"

	"github.com/lapsed/lapsed/internal/duty"
)

// EndedCycle is a cycle that has ended.
type EndedCycle struct {
	Started, Finished time.Time
	Summary           []byte // what it told of itself, as JSON
}

// LastCycle returns the newest cycle that has ended and told of itself; ok is
// false if none has.
func (tx *Tx) LastCycle() (c EndedCycle, ok bool, err error) {
	var started, finished int64
	err = tx.QueryRow(`SELECT started, finished, summary FROM cycle WHERE finished > 0 AND summary <> '' ORDER BY started DESC, id DESC LIMIT 1`).Scan(&started, &finished, &c.Summary)
	if errors.Is(err, sql.ErrNoRows) {
		return c, false, nil
	}
	c.Started, c.Finished = fromMillis(started), fromMillis(finished)
	return c, err == nil, err
}

// LastDone returns when the newest duty of each rule was last seen done.
func (tx *Tx) LastDone() (map[string]time.Time, error) {
	rows, err := tx.Query(`SELECT ground, verb, MAX(changed) FROM duty WHERE state IN ('accepted', 'gone', 'final') GROUP BY ground, verb`)
	out := map[string]time.Time{}
	_, err = scan(rows, err, func(r *sql.Rows) (struct{}, error) {
		var d duty.Duty
		var at int64
		err := r.Scan(&d.Ground, &d.Verb, &at)
		out[d.Rule()] = fromMillis(at)
		return struct{}{}, err
	})
	return out, err
}

// LastSigned returns how many entries the newest checkpoint of the log covers, 0
// if none was signed.
func (tx *Tx) LastSigned() (size int64, err error) {
	var n sql.NullInt64
	err = tx.QueryRow(`SELECT MAX(size) FROM audit_checkpoint`).Scan(&n)
	return n.Int64, err
}
