package store

import "database/sql"

// PersonIDs returns the ids of up to n persons above one, in their order.
func (tx *Tx) PersonIDs(above int64, n int) ([]int64, error) {
	rows, err := tx.Query(`SELECT DISTINCT person FROM observation WHERE person > $1 ORDER BY person LIMIT $2`, above, n)
	return scan(rows, err, scanID)
}

// Sharers returns the persons who have an identifier in common with somebody else,
// among those from a key on and below another. Keys are pseudonyms, so that each
// first byte has its share of them.
func (tx *Tx) Sharers(from, below []byte) ([]int64, error) {
	rows, err := tx.Query(`SELECT DISTINCT o.person FROM identifier i JOIN observation o ON o.id = i.observation WHERE i.key IN (
		SELECT k.key FROM identifier k JOIN observation m ON m.id = k.observation WHERE k.key >= $1 AND k.key < $2 GROUP BY k.key HAVING MIN(m.person) <> MAX(m.person))`, from, below)
	return scan(rows, err, scanID)
}

// HalfGone returns the minors of whom a record is deleted and another is not yet.
func (tx *Tx) HalfGone() ([]int64, error) {
	rows, err := tx.Query(`SELECT DISTINCT g.person FROM duty g JOIN duty l ON l.person = g.person WHERE g.verb = 'delete' AND g.ground = 'minor' AND g.state IN ('accepted', 'gone', 'final')
		AND l.verb = 'delete' AND l.ground = 'minor' AND l.state IN ('waiting', 'due', 'acting', 'held', 'refused', 'disputed') AND l.opened <= g.changed`)
	return scan(rows, err, scanID)
}

// AnyCircumstances tells whether there is any hold in force, and anything that
// outlived a record and decides on others.
func (tx *Tx) AnyCircumstances() (holds, refusals bool, err error) {
	err = tx.QueryRow(`SELECT EXISTS (SELECT 1 FROM hold WHERE released = 0), EXISTS (SELECT 1 FROM suppression WHERE kind IN ('refused', 'minor'))`).Scan(&holds, &refusals)
	return holds, refusals, err
}

// Circumstances returns the holds in force, with their keys, and all that remains
// of people.
func (tx *Tx) Circumstances() (holds []Hold, remains []Suppression, err error) {
	all, err := tx.Holds()
	if err != nil {
		return nil, nil, err
	}
	for _, h := range all {
		if !h.Released.IsZero() {
			continue
		}
		rows, err := tx.Query(`SELECT key, public FROM hold_key WHERE hold = $1 ORDER BY key`, h.ID)
		if h.Keys, err = scan(rows, err, func(r *sql.Rows) (k HoldKey, err error) {
			var key sql.RawBytes
			err = r.Scan(&key, &k.Public)
			copy(k.Key[:], key)
			return k, err
		}); err != nil {
			return nil, nil, err
		}
		holds = append(holds, h)
	}
	rows, err := tx.Query(`SELECT key, kind, extent, topic, since, until_day, public FROM suppression ORDER BY key, kind, extent, topic`)
	remains, err = scan(rows, err, func(r *sql.Rows) (s Suppression, err error) {
		var key sql.RawBytes
		err = r.Scan(&key, &s.Kind, &s.Extent, &s.Topic, &s.Since, &s.Until, &s.Public)
		copy(s.Key[:], key)
		return s, err
	})
	return holds, remains, err
}
