package store

import (
	"context"
	"database/sql"
	"encoding/json"
	"errors"
	"slices"

	"github.com/lapsed/lapsed/internal/contact"
)

const identifierColumns = `key, alone, email, public`

func scanIdentifier(r *sql.Rows) (x contact.Identifier, err error) {
	var key sql.RawBytes
	err = r.Scan(&key, &x.Alone, &x.Email, &x.Public)
	copy(x.Key[:], key)
	return x, err
}

// Observation returns what is kept of one record; ok is false if it isn't known.
func (tx *Tx) Observation(ref contact.Ref) (o contact.Observation, ok bool, err error) {
	rows, err := tx.Query(`SELECT `+observationColumns+` FROM observation o WHERE processor = $1 AND object = $2 AND record = $3`, ref.Processor, ref.Object, ref.ID)
	found, err := scan(rows, err, scanRow)
	if err != nil || len(found) == 0 {
		return o, false, err
	}
	o = found[0].Observation
	rows, err = tx.Query(`SELECT `+identifierColumns+` FROM identifier WHERE observation = $1 ORDER BY email DESC, key`, found[0].ID)
	o.Identifiers, err = scan(rows, err, scanIdentifier)
	return o, true, err
}

// Unseen lists the records of a processor that the read of a generation did not show.
func (tx *Tx) Unseen(processor string, generation int64) ([]contact.Ref, error) {
	rows, err := tx.Query(`SELECT object, record FROM observation WHERE processor = $1 AND generation < $2 ORDER BY id`, processor, generation)
	return scan(rows, err, func(r *sql.Rows) (contact.Ref, error) {
		ref := contact.Ref{Processor: processor}
		return ref, r.Scan(&ref.Object, &ref.ID)
	})
}

// UnseenDeleted counts the records that a whole read did not show and whose
// deletion we have begun: of these nobody has seen yet that they are gone.
func (tx *Tx) UnseenDeleted(processor string, generation int64) (n int, err error) {
	err = tx.QueryRow(`SELECT COUNT(*) FROM observation o WHERE o.processor = $1 AND o.generation < $2 AND EXISTS (SELECT 1 FROM duty d
		WHERE d.processor = o.processor AND d.object = o.object AND d.record = o.record AND d.verb = 'delete' AND d.state IN ('acting', 'accepted'))`, processor, generation).Scan(&n)
	return n, err
}

// CountObservations counts what is kept of a processor.
func (tx *Tx) CountObservations(processor string) (n int, err error) {
	err = tx.QueryRow(`SELECT COUNT(*) FROM observation WHERE processor = $1`, processor).Scan(&n)
	return n, err
}

const observationColumns = `o.id, o.person, o.processor, o.object, o.record, o.read_at, o.name, o.facts`

// Row is an observation with its place in the state.
type Row struct {
	ID, Person int64
	contact.Observation
}

func scanRow(r *sql.Rows) (Row, error) {
	var o Row
	var readAt int64
	var name, facts sql.RawBytes
	if err := r.Scan(&o.ID, &o.Person, &o.Ref.Processor, &o.Ref.Object, &o.Ref.ID, &readAt, &name, &facts); err != nil {
		return o, err
	}
	o.ReadAt = fromMillis(readAt)
	copy(o.Name[:], name)
	return o, json.Unmarshal(facts, &o.Facts)
}

// PersonsAfter returns the observations of the next persons in the order of
// their ids: at most n persons, each whole. It is how all are visited in memory
// that doesn't grow with their number.
func (tx *Tx) PersonsAfter(after int64, n int) ([]Row, error) {
	rows, err := tx.Query(`SELECT `+observationColumns+` FROM observation o WHERE o.person > $1 AND o.person <= COALESCE(
		(SELECT MAX(person) FROM (SELECT DISTINCT person FROM observation WHERE person > $1 ORDER BY person LIMIT $2) AS next), $1) ORDER BY o.person, o.id`, after, n)
	return scan(rows, err, scanRow)
}

// PersonsOf returns the observations of the given persons, ordered as PersonsAfter's.
func (tx *Tx) PersonsOf(persons []int64) ([]Row, error) {
	ids, err := listed(persons)
	if err != nil {
		return nil, err
	}
	rows, err := tx.Query(`SELECT `+observationColumns+` FROM observation o WHERE o.person IN (`+tx.engine.numbers+`) ORDER BY o.person, o.id`, ids)
	return scan(rows, err, scanRow)
}

// ObservationsOf returns single observations by id, in any order.
func (tx *Tx) ObservationsOf(ids []int64) ([]Row, error) {
	list, err := listed(ids)
	if err != nil {
		return nil, err
	}
	rows, err := tx.Query(`SELECT `+observationColumns+` FROM observation o WHERE o.id IN (`+tx.engine.numbers+`)`, list)
	return scan(rows, err, scanRow)
}

// PersonByRef finds the person that a record is of; 0 if the record isn't known.
func (tx *Tx) PersonByRef(ref contact.Ref) (id int64, err error) {
	err = tx.QueryRow(`SELECT person FROM observation WHERE processor = $1 AND object = $2 AND record = $3`, ref.Processor, ref.Object, ref.ID).Scan(&id)
	if errors.Is(err, sql.ErrNoRows) {
		return 0, nil
	}
	return id, err
}

// PersonsByKey finds the persons that an identifier belongs to.
func (tx *Tx) PersonsByKey(key contact.Key) ([]int64, error) {
	rows, err := tx.Query(`SELECT DISTINCT o.person FROM identifier i JOIN observation o ON o.id = i.observation WHERE i.key = $1 ORDER BY 1`, key[:])
	return scan(rows, err, func(r *sql.Rows) (id int64, err error) { return id, r.Scan(&id) })
}

// IdentifiersOf returns the identifiers of some persons, a person a key.
func (tx *Tx) IdentifiersOf(persons []int64) (map[int64][]contact.Identifier, error) {
	list, err := listed(persons)
	if err != nil {
		return nil, err
	}
	rows, err := tx.Query(`SELECT o.person, i.key, i.alone, i.email, i.public FROM observation o JOIN identifier i ON i.observation = o.id
		WHERE o.person IN (`+tx.engine.numbers+`) ORDER BY o.person, o.id, i.email DESC, i.key`, list)
	out := map[int64][]contact.Identifier{}
	_, err = scan(rows, err, func(r *sql.Rows) (struct{}, error) {
		var p int64
		var x contact.Identifier
		var key sql.RawBytes
		if err := r.Scan(&p, &key, &x.Alone, &x.Email, &x.Public); err != nil {
			return struct{}{}, err
		}
		copy(x.Key[:], key)
		if !slices.ContainsFunc(out[p], func(y contact.Identifier) bool { return y.Key == x.Key }) {
			out[p] = append(out[p], x)
		}
		return struct{}{}, nil
	})
	return out, err
}

// Vacuum is for tests of what the file holds: it rewrites it without old pages.
func (s *Store) Vacuum(ctx context.Context) error {
	_, err := s.db.ExecContext(ctx, `VACUUM`)
	return err
}
