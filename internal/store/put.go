package store

import (
	"database/sql"
	"encoding/json"
	"errors"
	"fmt"
	"slices"

	"github.com/lapsed/lapsed/internal/contact"
)

// PutObservations stores what was observed in one read. A no outlives the record
// that showed it: refusals seen before stay until the person's own newer proof
// lifts them, and one without a date dates from the first read that showed it.
//
// It returns the addresses that a record had and has no longer.
func (tx *Tx) PutObservations(generation int64, os []contact.Observation) ([]Lost, error) {
	var out []Lost
	for i := range os {
		lost, err := tx.put(generation, os[i])
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

// put stores one observation. What changes by it is remembered: its links, and
// what is decided of it. One that was read before what is known changes nothing.
func (tx *Tx) put(generation int64, o contact.Observation) ([]Lost, error) {
	var id, readAt int64
	var facts, name string
	err := tx.rowAgain(`SELECT id, facts, name, read_at FROM observation WHERE processor = $1 AND object = $2 AND record = $3`,
		[]any{o.Ref.Processor, o.Ref.Object, o.Ref.ID}, &id, &facts, &name, &readAt)
	switch {
	case errors.Is(err, sql.ErrNoRows):
		return nil, tx.insert(generation, o)
	case err != nil:
		return nil, err
	case millis(o.ReadAt) < readAt:
		err := tx.again(`UPDATE observation SET generation = $2 WHERE id = $1`, id, generation)
		return nil, err
	}
	text, err := factsText(o, facts)
	if err != nil {
		return nil, err
	}
	if err := tx.again(`UPDATE observation SET generation = $2, read_at = $3, name = $4, facts = $5 WHERE id = $1`,
		id, generation, millis(o.ReadAt), o.Name[:], text); err != nil {
		return nil, err
	}
	lost, err := tx.putIdentifiers(id, string(o.Name[:]) != name, o)
	if err != nil || text == facts {
		return lost, err
	}
	return lost, tx.call(id)
}

func (tx *Tx) insert(generation int64, o contact.Observation) error {
	text, err := factsText(o, "")
	if err != nil {
		return err
	}
	var id int64
	if err := tx.rowAgain(`INSERT INTO observation (processor, object, record, person, generation, read_at, name, facts) VALUES ($1, $2, $3, 0, $4, $5, $6, $7) RETURNING id`,
		[]any{o.Ref.Processor, o.Ref.Object, o.Ref.ID, generation, millis(o.ReadAt), o.Name[:], text}, &id); err != nil {
		return err
	}
	if err := tx.again(`UPDATE observation SET person = id WHERE id = $1`, id); err != nil {
		return err
	}
	// One that comes back brings along what was done at it.
	if err := tx.again(`UPDATE duty SET person = $4 WHERE processor = $1 AND object = $2 AND record = $3`, o.Ref.Processor, o.Ref.Object, o.Ref.ID, id); err != nil {
		return err
	}
	if err := tx.addIdentifiers(id, o.Identifiers); err != nil {
		return err
	}
	return tx.touch(id)
}

// factsText is what is stored of an observation's facts, after those of before.
func factsText(o contact.Observation, before string) (text string, err error) {
	if o.Facts.Refusals, err = united(o, before); err != nil {
		return "", err
	}
	b, err := json.Marshal(o.Facts)
	return string(b), err
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

// putIdentifiers replaces a record's identifiers by those that it has now. Only
// what joins and what is shared is worth another look: a pseudonym of another
// year is the same person.
func (tx *Tx) putIdentifiers(id int64, renamed bool, o contact.Observation) (lost []Lost, err error) {
	rows, err := tx.rowsAgain(`SELECT `+identifierColumns+` FROM identifier WHERE observation = $1`, id)
	old, err := scan(rows, err, scanIdentifier)
	if err != nil {
		return nil, err
	}
	same := func(a, b []contact.Identifier, eq func(x, y contact.Identifier) bool) bool {
		return len(a) == len(b) && !slices.ContainsFunc(a, func(x contact.Identifier) bool {
			return !slices.ContainsFunc(b, func(y contact.Identifier) bool { return eq(x, y) })
		})
	}
	joins := renamed || !same(old, o.Identifiers, func(x, y contact.Identifier) bool { return x.Key == y.Key && x.Alone == y.Alone && x.Email == y.Email })
	if !joins && same(old, o.Identifiers, func(x, y contact.Identifier) bool { return x == y }) {
		return nil, nil
	}
	if joins {
		if err := errors.Join(tx.touch(id), tx.call(id)); err != nil { // by what it had
			return nil, err
		}
	}
	for _, x := range old {
		if x.Email && !x.Alone && !slices.ContainsFunc(o.Identifiers, func(y contact.Identifier) bool { return y.Key == x.Key }) {
			lost = append(lost, Lost{o.Ref, x.Key})
		}
	}
	if err := tx.again(`DELETE FROM identifier WHERE observation = $1`, id); err != nil {
		return nil, err
	}
	if err := tx.addIdentifiers(id, o.Identifiers); err != nil || !joins {
		return lost, err
	}
	return lost, tx.touch(id) // and by what it has
}

func (tx *Tx) addIdentifiers(id int64, list []contact.Identifier) error {
	for _, x := range list {
		if err := tx.again(`INSERT INTO identifier (key, observation, alone, email, public) VALUES ($1, $2, $3, $4, $5)`,
			x.Key[:], id, flag(x.Alone), flag(x.Email), x.Public); err != nil {
			return err
		}
	}
	return nil
}

// Forget removes the observation of one record that is gone. Those who shared an
// address with it are looked at again.
func (tx *Tx) Forget(ref contact.Ref) error {
	var id, person int64
	err := tx.QueryRow(`SELECT id, person FROM observation WHERE processor = $1 AND object = $2 AND record = $3`, ref.Processor, ref.Object, ref.ID).Scan(&id, &person)
	if errors.Is(err, sql.ErrNoRows) {
		return nil
	}
	if err != nil {
		return err
	}
	if err := errors.Join(tx.touch(id), tx.call(id)); err != nil {
		return err
	}
	for _, q := range []string{`DELETE FROM observation WHERE id = $1`, `DELETE FROM touched WHERE observation = $1`} {
		if err := tx.again(q, id); err != nil {
			return err
		}
	}
	return tx.dropEmpty([]int64{person})
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
	if err := tx.again(`UPDATE observation SET facts = $2 WHERE id = $1`, id, string(b)); err != nil {
		return err
	}
	return tx.call(id)
}
