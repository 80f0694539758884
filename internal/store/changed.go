package store

import (
	"database/sql"
	"fmt"
	"iter"
	"slices"
	"time"

	"github.com/lapsed/lapsed/internal/contact"
	"github.com/lapsed/lapsed/internal/person"
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

// Resolve joins some records to persons, among the persons around them. It
// returns those persons, and the records that are another's now.
func (tx *Tx) Resolve(touched []int64, twoNames bool) (around []int64, changed []Joined, err error) {
	if around, err = tx.personsAround(touched); err != nil {
		return nil, nil, err
	}
	for {
		n, err := tx.around(around)
		if err != nil {
			return nil, nil, err
		}
		joined, err := person.Resolve(len(n.Observations), n.Links(), twoNames)
		if err != nil {
			return nil, nil, err
		}
		drawn := n.drawn(joined) // by somebody whose own turn has not come
		if len(drawn) == 0 {
			return around, n.changes(joined), nil
		}
		around = append(around, drawn...)
	}
}

// personsAround returns the persons of some records and of those that an
// identifier of them joins.
func (tx *Tx) personsAround(observations []int64) ([]int64, error) {
	list, err := listed(observations)
	if err != nil {
		return nil, err
	}
	rows, err := tx.Query(`SELECT o.person FROM observation o WHERE o.id IN (`+tx.engine.numbers+`)
		UNION SELECT o.person FROM identifier i JOIN identifier j ON j.key = i.key JOIN observation o ON o.id = j.observation
		WHERE i.alone = 0 AND i.observation IN (`+tx.engine.numbers+`) ORDER BY 1`, list)
	return scan(rows, err, scanID)
}

// Neighbourhood is records with all that might join them.
type Neighbourhood struct {
	Observations []int64 // ascending
	persons      []int64 // what each is part of now
	inside       []bool  // of the persons that were asked for
	links        []person.Link
}

// Links yields the links in the order of their keys, as person.Resolve takes them.
func (n *Neighbourhood) Links() iter.Seq2[person.Link, error] {
	return func(yield func(person.Link, error) bool) {
		for _, l := range n.links {
			if !yield(l, nil) {
				return
			}
		}
	}
}

// around returns all records of some persons with whatever has an identifier in
// common with them.
func (tx *Tx) around(persons []int64) (*Neighbourhood, error) {
	list, err := listed(persons)
	if err != nil {
		return nil, err
	}
	return tx.neighbourhood(`SELECT id, person FROM observation WHERE person IN (`+tx.engine.numbers+`)`,
		`SELECT k.key FROM identifier k JOIN observation m ON m.id = k.observation WHERE m.person IN (`+tx.engine.numbers+`)`, list)
}

// Sharing returns the records that have an identifier in common with some persons
// and are of others, and the persons' own at it.
func (tx *Tx) Sharing(persons []int64) (*Neighbourhood, error) {
	list, err := listed(persons)
	if err != nil {
		return nil, err
	}
	return tx.neighbourhood(`SELECT id, person FROM observation WHERE id < 0 AND person IN (`+tx.engine.numbers+`)`, // none but those at the shared identifiers
		`SELECT k.key FROM identifier k JOIN observation m ON m.id = k.observation WHERE m.person IN (`+tx.engine.numbers+`)
		AND EXISTS (SELECT 1 FROM identifier x JOIN observation y ON y.id = x.observation WHERE x.key = k.key AND y.person <> m.person)`, list)
}

func (tx *Tx) neighbourhood(inside, keys, list string) (*Neighbourhood, error) {
	type member struct {
		id, person int64
		inside     bool
	}
	rows, err := tx.Query(inside, list)
	members, err := scan(rows, err, func(r *sql.Rows) (m member, err error) { m.inside = true; return m, r.Scan(&m.id, &m.person) })
	if err != nil {
		return nil, err
	}
	var ids []int64 // of each link's record
	rows, err = tx.Query(`SELECT i.key, i.observation, i.alone, i.email, o.name, o.person FROM identifier i JOIN observation o ON o.id = i.observation
		WHERE i.key IN (`+keys+`) ORDER BY i.key, i.observation`, list)
	links, err := scan(rows, err, func(r *sql.Rows) (l person.Link, err error) {
		var m member
		var key, name sql.RawBytes
		err = r.Scan(&key, &m.id, &l.Alone, &l.Email, &name, &m.person)
		copy(l.Key[:], key)
		copy(l.Name[:], name)
		members, ids = append(members, m), append(ids, m.id)
		return l, err
	})
	if err != nil {
		return nil, err
	}
	slices.SortFunc(members, func(a, b member) int { return int(a.id-b.id)*2 + flag(b.inside) - flag(a.inside) })
	n := &Neighbourhood{links: links}
	for _, m := range slices.CompactFunc(members, func(a, b member) bool { return a.id == b.id }) {
		n.Observations, n.persons, n.inside = append(n.Observations, m.id), append(n.persons, m.person), append(n.inside, m.inside)
	}
	for i, id := range ids {
		at, _ := slices.BinarySearch(n.Observations, id)
		links[i].Contact = int32(at)
	}
	return n, nil
}

// drawn returns the persons that were not asked for and are joined with one that
// was.
func (n *Neighbourhood) drawn(p *person.Persons) []int64 {
	mine := map[int32]bool{}
	for i, inside := range n.inside {
		if inside {
			mine[p.Of(int32(i))] = true
		}
	}
	var out []int64
	for i, inside := range n.inside {
		if !inside && mine[p.Of(int32(i))] {
			out = append(out, n.persons[i])
		}
	}
	slices.Sort(out)
	return slices.Compact(out)
}

// Joined is a record whose person has changed.
type Joined struct{ Observation, Was, Person int64 }

// changes lists the records of the persons asked for that are another's now.
func (n *Neighbourhood) changes(p *person.Persons) (out []Joined) {
	for i, inside := range n.inside {
		if now := n.Observations[p.Of(int32(i))]; inside && now != n.persons[i] {
			out = append(out, Joined{n.Observations[i], n.persons[i], now})
		}
	}
	return out
}

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
