package store

import (
	"database/sql"
	"iter"
	"slices"

	"github.com/lapsed/lapsed/internal/person"
)

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
