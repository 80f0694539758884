package store

import (
	"context"
	"database/sql"
	"encoding/json"
	"errors"
	"fmt"
	"iter"
	"slices"

	"github.com/lapsed/lapsed/internal/contact"
	"github.com/lapsed/lapsed/internal/person"
)

// PutObservations stores what was observed in one read. A no outlives the record
// that showed it: refusals seen before stay until the person's own newer proof
// lifts them, and one without a date dates from the first read that showed it.
//
// It returns the addresses that a record had and has no longer.
func (tx *Tx) PutObservations(generation int64, os []contact.Observation) ([]Lost, error) {
	known, err := tx.prepare(`SELECT id, facts FROM observation WHERE processor = $1 AND object = $2 AND record = $3`)
	if err != nil {
		return nil, err
	}
	defer known.close()
	var out []Lost
	for i := range os {
		lost, err := tx.put(known, generation, os[i])
		if err != nil {
			return nil, fmt.Errorf("store an observation: %w", err)
		}
		out = append(out, lost...)
	}
	return out, nil
}

// Lost is an address that a record had and has no longer.
type Lost struct {
	Ref contact.Ref
	Key contact.Key
}

type statement struct{ *sql.Stmt }

func (tx *Tx) prepare(q string) (statement, error) {
	s, err := tx.Prepare(q)
	return statement{s}, err
}

func (s statement) close() { _ = s.Close() }

func (tx *Tx) put(known statement, generation int64, o contact.Observation) ([]Lost, error) {
	var id int64
	var facts string
	err := known.QueryRow(o.Ref.Processor, o.Ref.Object, o.Ref.ID).Scan(&id, &facts)
	switch {
	case errors.Is(err, sql.ErrNoRows):
	case err != nil:
		return nil, err
	}
	o.Facts.Refusals, err = united(o, facts)
	if err != nil {
		return nil, err
	}
	text, err := json.Marshal(o.Facts)
	if err != nil {
		return nil, err
	}
	if id == 0 {
		err := tx.QueryRow(`INSERT INTO observation (processor, object, record, person, generation, read_at, name, facts) VALUES ($1, $2, $3, 0, $4, $5, $6, $7) RETURNING id`,
			o.Ref.Processor, o.Ref.Object, o.Ref.ID, generation, millis(o.ReadAt), o.Name[:], string(text)).Scan(&id)
		if err != nil {
			return nil, err
		}
		if _, err := tx.Exec(`UPDATE observation SET person = id WHERE id = $1`, id); err != nil {
			return nil, err
		}
	} else if _, err := tx.Exec(`UPDATE observation SET generation = $2, read_at = $3, name = $4, facts = $5 WHERE id = $1`,
		id, generation, millis(o.ReadAt), o.Name[:], string(text)); err != nil {
		return nil, err
	}
	return tx.putIdentifiers(id, facts == "", o)
}

// united adds the refusals that were seen before to those seen now.
func united(o contact.Observation, old string) ([]contact.Refusal, error) {
	var before contact.Facts
	if old != "" {
		if err := json.Unmarshal([]byte(old), &before); err != nil {
			return nil, err
		}
	}
	same := func(a contact.Refusal) func(contact.Refusal) bool {
		return func(b contact.Refusal) bool {
			return a.Rule == b.Rule && a.Extent == b.Extent && a.Topic == b.Topic
		}
	}
	out := slices.Clone(o.Facts.Refusals)
	for i := range out {
		if j := slices.IndexFunc(before.Refusals, same(out[i])); j >= 0 {
			out[i].Ours = before.Refusals[j].Ours
			if out[i].At == 0 {
				out[i].At = before.Refusals[j].At
			}
		}
		if out[i].At == 0 {
			out[i].At = o.ReadAt.Unix()
		}
	}
	for _, r := range before.Refusals {
		if !slices.ContainsFunc(out, same(r)) {
			out = append(out, r)
		}
	}
	return out, nil
}

func (tx *Tx) putIdentifiers(id int64, isNew bool, o contact.Observation) (lost []Lost, err error) {
	if !isNew {
		rows, err := tx.Query(`DELETE FROM identifier WHERE observation = $1 RETURNING `+identifierColumns, id)
		old, err := scan(rows, err, scanIdentifier)
		if err != nil {
			return nil, err
		}
		for _, x := range old {
			if x.Email && !x.Alone && !slices.ContainsFunc(o.Identifiers, func(y contact.Identifier) bool { return y.Key == x.Key }) {
				lost = append(lost, Lost{o.Ref, x.Key})
			}
		}
	}
	for _, x := range o.Identifiers {
		if _, err := tx.Exec(`INSERT INTO identifier (key, observation, alone, email, public) VALUES ($1, $2, $3, $4, $5)`,
			x.Key[:], id, flag(x.Alone), flag(x.Email), x.Public); err != nil {
			return nil, err
		}
	}
	return lost, nil
}

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

// Forget removes the observation of one record that is gone.
func (tx *Tx) Forget(ref contact.Ref) error {
	_, err := tx.Exec(`DELETE FROM observation WHERE processor = $1 AND object = $2 AND record = $3`, ref.Processor, ref.Object, ref.ID)
	return err
}

// CountObservations counts what is kept of a processor.
func (tx *Tx) CountObservations(processor string) (n int, err error) {
	err = tx.QueryRow(`SELECT COUNT(*) FROM observation WHERE processor = $1`, processor).Scan(&n)
	return n, err
}

// Numbers maps observation ids, ascending, to the numbers that person.Resolve takes.
type Numbers []int64

// Of returns an id's number.
func (n Numbers) Of(id int64) int32 {
	i, _ := slices.BinarySearch(n, id)
	return int32(i)
}

// Numbers lists all observations.
func (tx *Tx) Numbers() (Numbers, error) {
	rows, err := tx.Query(`SELECT id FROM observation ORDER BY id`)
	return scan(rows, err, func(r *sql.Rows) (id int64, err error) { return id, r.Scan(&id) })
}

// Links yields all identifiers in the order of their keys.
func (tx *Tx) Links(n Numbers) iter.Seq2[person.Link, error] {
	return func(yield func(person.Link, error) bool) {
		rows, err := tx.Query(`SELECT i.key, i.observation, i.alone, i.email, o.name FROM identifier i JOIN observation o ON o.id = i.observation ORDER BY i.key, i.observation`)
		if err != nil {
			yield(person.Link{}, err)
			return
		}
		defer func() { _ = rows.Close() }()
		for rows.Next() {
			var l person.Link
			var key, name sql.RawBytes
			var id int64
			if err := rows.Scan(&key, &id, &l.Alone, &l.Email, &name); err != nil {
				yield(person.Link{}, err)
				return
			}
			copy(l.Key[:], key)
			copy(l.Name[:], name)
			l.Contact = n.Of(id)
			if !yield(l, nil) {
				return
			}
		}
		if err := rows.Err(); err != nil {
			yield(person.Link{}, err)
		}
	}
}

// Joined is a contact whose person has changed.
type Joined struct{ Observation, Was, Person int64 }

// SetPersons stores who is one person now, and returns what changed. Duties
// follow their record's person.
func (tx *Tx) SetPersons(n Numbers, p *person.Persons) ([]Joined, error) {
	rows, err := tx.Query(`SELECT id, person FROM observation ORDER BY id`)
	changed, err := scan(rows, err, func(r *sql.Rows) (j Joined, err error) { return j, r.Scan(&j.Observation, &j.Was) })
	if err != nil {
		return nil, err
	}
	out := changed[:0]
	for _, j := range changed {
		if j.Person = n[p.Of(n.Of(j.Observation))]; j.Person != j.Was {
			out = append(out, j)
		}
	}
	for _, j := range out {
		if _, err := tx.Exec(`UPDATE observation SET person = $2 WHERE id = $1`, j.Observation, j.Person); err != nil {
			return nil, err
		}
		if _, err := tx.Exec(`UPDATE duty SET person = $2 WHERE (processor, object, record) = (SELECT processor, object, record FROM observation WHERE id = $1)`, j.Observation, j.Person); err != nil {
			return nil, err
		}
	}
	_, err = tx.Exec(`DELETE FROM person WHERE NOT EXISTS (SELECT 1 FROM observation o WHERE o.person = person.id)`)
	return out, err
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

// IdentifiersOf returns the identifiers of persons in a range of ids, a person a key.
func (tx *Tx) IdentifiersOf(lo, hi int64) (map[int64][]contact.Identifier, error) {
	rows, err := tx.Query(`SELECT o.person, i.key, i.alone, i.email, i.public FROM observation o JOIN identifier i ON i.observation = o.id
		WHERE o.person BETWEEN $1 AND $2 ORDER BY o.person, o.id, i.email DESC, i.key`, lo, hi)
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

// CountPersons counts the persons in scope.
func (tx *Tx) CountPersons() (n int, err error) {
	err = tx.QueryRow(`SELECT COUNT(DISTINCT person) FROM observation`).Scan(&n)
	return n, err
}

// Vacuum is for tests of what the file holds: it rewrites it without old pages.
func (s *Store) Vacuum(ctx context.Context) error {
	_, err := s.db.ExecContext(ctx, `VACUUM`)
	return err
}

// ChangeFacts changes the stored facts of one record; nothing happens if it isn't known.
func (tx *Tx) ChangeFacts(ref contact.Ref, change func(*contact.Facts)) error {
	var id int64
	var text string
	err := tx.QueryRow(`SELECT id, facts FROM observation WHERE processor = $1 AND object = $2 AND record = $3`, ref.Processor, ref.Object, ref.ID).Scan(&id, &text)
	if errors.Is(err, sql.ErrNoRows) {
		return nil
	}
	if err != nil {
		return err
	}
	var f contact.Facts
	if err := json.Unmarshal([]byte(text), &f); err != nil {
		return err
	}
	change(&f)
	b, err := json.Marshal(f)
	if err != nil {
		return err
	}
	_, err = tx.Exec(`UPDATE observation SET facts = $2 WHERE id = $1`, id, string(b))
	return err
}
