package store

import (
	"database/sql"
	"slices"
	"time"

	"github.com/lapsed/lapsed/internal/contact"
	"github.com/lapsed/lapsed/policy"
)

// Hold is a stored hold.
type Hold struct {
	ID, Basis, Reference string
	Until                policy.Day
	Added, Released      time.Time
	Keys                 []HoldKey
}

// HoldKey is one identifier of the person that is held.
type HoldKey struct {
	Key    contact.Key
	Public string
}

// AddHold stores a hold.
func (tx *Tx) AddHold(h Hold) error {
	if _, err := tx.Exec(`INSERT INTO hold (id, basis, reference, until_day, added, released) VALUES ($1, $2, $3, $4, $5, 0)`,
		h.ID, h.Basis, h.Reference, int(h.Until), millis(h.Added)); err != nil {
		return err
	}
	for _, k := range h.Keys {
		if _, err := tx.Exec(`INSERT INTO hold_key (hold, key, public) VALUES ($1, $2, $3)`, h.ID, k.Key[:], k.Public); err != nil {
			return err
		}
		if err := tx.callKey(k.Key); err != nil {
			return err
		}
	}
	return nil
}

// ReleaseHold ends a hold; false if there is no such one in force.
func (tx *Tx) ReleaseHold(id string, now time.Time) (bool, error) {
	r, err := tx.Exec(`UPDATE hold SET released = $2 WHERE id = $1 AND released = 0`, id, millis(now))
	if err != nil {
		return false, err
	}
	n, err := r.RowsAffected()
	if err != nil || n == 0 {
		return false, err
	}
	_, err = tx.Exec(`INSERT INTO undecided (person, calls) SELECT DISTINCT o.person, 1 FROM hold_key k JOIN identifier i ON i.key = k.key
		JOIN observation o ON o.id = i.observation WHERE k.hold = $1`+called, id)
	return true, err
}

// Holds lists all holds, released ones included.
func (tx *Tx) Holds() ([]Hold, error) {
	rows, err := tx.Query(`SELECT id, basis, reference, until_day, added, released FROM hold ORDER BY added, id`)
	return scan(rows, err, func(r *sql.Rows) (h Hold, err error) {
		var added, released int64
		err = r.Scan(&h.ID, &h.Basis, &h.Reference, &h.Until, &added, &released)
		h.Added, h.Released = fromMillis(added), fromMillis(released)
		return h, err
	})
}

// HoldsOf returns the holds in force that meet some persons.
func (tx *Tx) HoldsOf(persons []int64) (map[int64][]policy.Hold, error) {
	list, err := listed(persons)
	if err != nil {
		return nil, err
	}
	rows, err := tx.Query(`SELECT DISTINCT o.person, h.id, h.until_day FROM hold h JOIN hold_key k ON k.hold = h.id
		JOIN identifier i ON i.key = k.key JOIN observation o ON o.id = i.observation WHERE h.released = 0 AND o.person IN (`+tx.engine.numbers+`) ORDER BY 1, 2`, list)
	out := map[int64][]policy.Hold{}
	_, err = scan(rows, err, func(r *sql.Rows) (struct{}, error) {
		var p int64
		var h policy.Hold
		err := r.Scan(&p, &h.ID, &h.Until)
		out[p] = append(out[p], h)
		return struct{}{}, err
	})
	return out, err
}

// Suppression is what remains of a person under one identifier.
type Suppression struct {
	Key    contact.Key
	Kind   string // refused, erased, lapsed, minor (deleted for their age)
	Extent contact.Extent
	Topic  string
	Since  int64 // Unix seconds
	Until  policy.Day
	Public string // the person's pseudonym in the log
}

// Suppress stores what remains of a person. The latest refusal and the latest end
// stand.
func (tx *Tx) Suppress(s Suppression) error {
	_, err := tx.Exec(`INSERT INTO suppression (key, kind, extent, topic, since, until_day, public) VALUES ($1, $2, $3, $4, $5, $6, $7)
		ON CONFLICT (key, kind, extent, topic) DO UPDATE SET since = `+tx.engine.larger+`(suppression.since, excluded.since), until_day = `+tx.engine.larger+`(suppression.until_day, excluded.until_day)`,
		s.Key[:], s.Kind, int(s.Extent), s.Topic, s.Since, int(s.Until), s.Public)
	if err != nil {
		return err
	}
	return tx.callKey(s.Key)
}

// Inherit lets the holds and refusals under one identifier count under another, too.
func (tx *Tx) Inherit(from, to contact.Key) error {
	if _, err := tx.Exec(`INSERT INTO hold_key (hold, key, public) SELECT hold, $2, '' FROM hold_key WHERE key = $1 ON CONFLICT DO NOTHING`, from[:], to[:]); err != nil {
		return err
	}
	_, err := tx.Exec(`INSERT INTO suppression (key, kind, extent, topic, since, until_day, public)
		SELECT $2, kind, extent, topic, since, until_day, public FROM suppression WHERE key = $1 AND kind IN ('refused', 'minor')
		ON CONFLICT (key, kind, extent, topic) DO UPDATE SET since = `+tx.engine.larger+`(suppression.since, excluded.since)`, from[:], to[:])
	if err != nil {
		return err
	}
	return tx.callKey(to)
}

// ExpireSuppressions removes what has run out by a day, and returns the
// pseudonyms of the persons that it was of. Whom it decided on is decided again.
func (tx *Tx) ExpireSuppressions(today policy.Day) ([]string, error) {
	rows, err := tx.Query(`DELETE FROM suppression WHERE until_day <> 0 AND until_day < $1 RETURNING public, key`, int(today))
	var public []string
	keys, err := scan(rows, err, func(r *sql.Rows) (k contact.Key, err error) {
		var s string
		var key sql.RawBytes
		err = r.Scan(&s, &key)
		copy(k[:], key)
		public = append(public, s)
		return k, err
	})
	for _, k := range keys {
		if err == nil {
			err = tx.callKey(k)
		}
	}
	slices.Sort(public)
	return slices.Compact(public), err
}

// SuppressedOf returns what decides on some persons of what outlived deleted
// records: refusals, and that somebody was too young.
func (tx *Tx) SuppressedOf(persons []int64) (map[int64][]Suppression, error) {
	list, err := listed(persons)
	if err != nil {
		return nil, err
	}
	rows, err := tx.Query(`SELECT DISTINCT o.person, s.kind, s.extent, s.topic, s.since, s.until_day FROM suppression s JOIN identifier i ON i.key = s.key
		JOIN observation o ON o.id = i.observation WHERE s.kind IN ('refused', 'minor') AND o.person IN (`+tx.engine.numbers+`)`, list)
	out := map[int64][]Suppression{}
	_, err = scan(rows, err, func(r *sql.Rows) (struct{}, error) {
		var p int64
		var s Suppression
		err := r.Scan(&p, &s.Kind, &s.Extent, &s.Topic, &s.Since, &s.Until)
		out[p] = append(out[p], s)
		return struct{}{}, err
	})
	return out, err
}

// Line is the hold in one line for a reader.
func (h Hold) Line() string {
	state := "in force until " + h.Until.String()
	if !h.Released.IsZero() {
		state = "released " + h.Released.Format(time.DateOnly)
	}
	return h.ID + "  " + h.Basis + "  added " + h.Added.Format(time.DateOnly) + "  " + state
}
