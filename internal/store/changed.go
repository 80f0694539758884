package store

import (
	"database/sql"
	"fmt"
	"time"

	"github.com/lapsed/lapsed/internal/contact"
)

// What has changed is remembered until it has been worked off: records whose
// links have (touched) are joined to persons again, and persons about whom
// something has (undecided) are decided on again. So a cycle costs what changed
// and what came due, and one that is killed leaves nothing out.

// touch has a record's links resolved again, and those of the records that an
// address of it joins: without it they may fall apart, or come together.
func (tx *Tx) touch(observation int64) error {
	err := tx.again(`INSERT INTO touched SELECT DISTINCT j.observation FROM identifier i JOIN identifier j ON j.key = i.key WHERE i.observation = $1 AND i.alone = 0
		UNION SELECT id FROM observation WHERE id = $1 ON CONFLICT DO NOTHING`, observation)
	if err != nil {
		return fmt.Errorf("touch a record: %w", err)
	}
	return nil
}

const called = ` ON CONFLICT (person) DO UPDATE SET calls = undecided.calls + 1`

// call has everybody decided again who has an identifier in common with a record:
// what is refused at an address is refused for all who have it.
func (tx *Tx) call(observation int64) error {
	err := tx.again(`INSERT INTO undecided (person, calls) SELECT DISTINCT o.person, 1 FROM identifier i JOIN identifier j ON j.key = i.key
		JOIN observation o ON o.id = j.observation WHERE i.observation = $1`+called, observation)
	return err
}

// callKey has everybody decided again who has an identifier.
func (tx *Tx) callKey(key contact.Key) error {
	_, err := tx.Exec(`INSERT INTO undecided (person, calls) SELECT DISTINCT o.person, 1 FROM identifier i JOIN observation o ON o.id = i.observation WHERE i.key = $1`+called, key[:])
	return err
}

// CallAll has everybody decided again.
func (tx *Tx) CallAll() error {
	_, err := tx.Exec(`INSERT INTO undecided (person, calls) SELECT DISTINCT person, 1 FROM observation WHERE true` + called)
	return err
}

// CallDue has those decided again for whom time has come: a decision that holds
// no longer, a grace that is over, a rest after a refusal. It returns how many
// persons are to be decided on in all.
func (tx *Tx) CallDue(now time.Time) (n int, err error) {
	for _, q := range []string{
		`SELECT id, 1 FROM person WHERE until > 0 AND until <= $1`,
		`SELECT DISTINCT person, 1 FROM duty WHERE state = 'waiting' AND due <= $1 AND not_before <= $1`,
		`SELECT DISTINCT person, 1 FROM duty WHERE state IN ('refused', 'disputed') AND due <= $1 AND not_before <= $1`,
	} {
		if _, err := tx.Exec(`INSERT INTO undecided (person, calls) `+q+called, millis(now)); err != nil {
			return 0, err
		}
	}
	err = tx.QueryRow(`SELECT COUNT(*) FROM undecided`).Scan(&n)
	return n, err
}

// Moving returns those of some persons of whom a record's links are still to be
// resolved: who is one person with them may change.
func (tx *Tx) Moving(persons []int64) (map[int64]bool, error) {
	list, err := listed(persons)
	if err != nil {
		return nil, err
	}
	rows, err := tx.Query(`SELECT DISTINCT o.person FROM touched t JOIN observation o ON o.id = t.observation WHERE o.person IN (`+tx.engine.numbers+`)`, list)
	ids, err := scan(rows, err, scanID)
	out := map[int64]bool{}
	for _, id := range ids {
		out[id] = true
	}
	return out, err
}

// Undecided is a person to be decided on.
type Undecided struct{ Person, calls int64 }

// Undecided returns the next n persons to be decided on, by id.
func (tx *Tx) Undecided(n int) ([]Undecided, error) {
	rows, err := tx.Query(`SELECT person, calls FROM undecided ORDER BY person LIMIT $1`, n)
	return scan(rows, err, func(r *sql.Rows) (u Undecided, err error) { return u, r.Scan(&u.Person, &u.calls) })
}

// WereDecided notes that persons were decided on. Who was called again since they
// were read stays.
func (tx *Tx) WereDecided(us []Undecided) error {
	for _, u := range us {
		if err := tx.again(`DELETE FROM undecided WHERE person = $1 AND calls = $2`, u.Person, u.calls); err != nil {
			return err
		}
	}
	return nil
}

// Touched returns the next n records whose links are to be resolved again.
func (tx *Tx) Touched(n int) ([]int64, error) {
	rows, err := tx.Query(`SELECT observation FROM touched ORDER BY observation LIMIT $1`, n)
	return scan(rows, err, scanID)
}

func scanID(r *sql.Rows) (id int64, err error) { return id, r.Scan(&id) }

// SetPersons stores who is one person now, after some records were resolved among
// the persons around them, and has all of these decided again. Duties follow
// their record's person; those of a record that is gone, one whom it was.
func (tx *Tx) SetPersons(touched, persons []int64, changed []Joined) error {
	for _, j := range changed {
		if _, err := tx.Exec(`UPDATE observation SET person = $2 WHERE id = $1`, j.Observation, j.Person); err != nil {
			return err
		}
		if _, err := tx.Exec(`UPDATE duty SET person = $2 WHERE (processor, object, record) = (SELECT processor, object, record FROM observation WHERE id = $1)`, j.Observation, j.Person); err != nil {
			return err
		}
		if _, err := tx.Exec(`UPDATE duty SET person = $2 WHERE person = $1 AND NOT EXISTS (SELECT 1 FROM observation o
			WHERE (o.processor, o.object, o.record) = (duty.processor, duty.object, duty.record))`, j.Was, j.Person); err != nil {
			return err
		}
	}
	if err := tx.dropEmpty(persons); err != nil {
		return err
	}
	list, err := listed(touched)
	if err != nil {
		return err
	}
	if _, err := tx.Exec(`DELETE FROM touched WHERE observation IN (`+tx.engine.numbers+`)`, list); err != nil {
		return err
	}
	if _, err := tx.Exec(`INSERT INTO undecided (person, calls) SELECT DISTINCT o.person, 1 FROM identifier i JOIN identifier j ON j.key = i.key
		JOIN observation o ON o.id = j.observation WHERE i.observation IN (`+tx.engine.numbers+`)`+called, list); err != nil {
		return err
	}
	for _, j := range changed {
		persons = append(persons, j.Person)
	}
	if list, err = listed(persons); err != nil {
		return err
	}
	_, err = tx.Exec(`INSERT INTO undecided (person, calls) SELECT DISTINCT o.person, 1 FROM observation o WHERE o.person IN (`+tx.engine.numbers+`)`+called, list)
	return err
}

// dropEmpty removes the decisions on those of some persons that have no record
// left, and takes them out of the figures.
func (tx *Tx) dropEmpty(persons []int64) error {
	list, err := listed(persons)
	if err != nil {
		return err
	}
	rows, err := tx.Query(`SELECT id FROM person WHERE id IN (`+tx.engine.numbers+`) AND NOT EXISTS (SELECT 1 FROM observation o WHERE o.person = person.id)`, list)
	empty, err := scan(rows, err, scanID)
	if err != nil || len(empty) == 0 {
		return err
	}
	decided, err := tx.DecidedOf(empty)
	if err != nil {
		return err
	}
	for _, id := range empty {
		if err := tx.count(decided[id], -1); err != nil {
			return err
		}
		for _, q := range []string{`DELETE FROM person WHERE id = $1`, `DELETE FROM person_finding WHERE person = $1`, `DELETE FROM undecided WHERE person = $1`} {
			if _, err := tx.Exec(q, id); err != nil {
				return err
			}
		}
	}
	return nil
}
