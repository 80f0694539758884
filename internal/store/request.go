package store

import (
	"database/sql"
	"slices"
	"time"

	"github.com/lapsed/lapsed/internal/contact"
	"github.com/lapsed/lapsed/policy"
)

// Request is a stored request of a data subject (C26). It names the person by
// keys alone: those of what they were named by when they asked, and those of the
// records that were deleted for it since.
type Request struct {
	ID        string
	Type      policy.RequestType
	Reference string // commitment; what was typed is evidence. "" = a processor's flag asked
	Received  time.Time
	Due       policy.Day
	Confirmed time.Time // when it was checked who asks, zero = not yet
	By        string    // pseudonym of who checked it
	Answered  time.Time // zero = not yet
	Result    policy.RequestAnswer
	Flagged   bool // a flag at a processor says so, and has since the request came
	Keys      []HoldKey
	Names     []contact.Key // of the person, where an address may have several
}

// Policy is the request as decisions take it.
func (r Request) Policy() policy.Request {
	return policy.Request{ID: r.ID, Type: r.Type, Received: r.Received.Unix(), Due: r.Due, Confirmed: !r.Confirmed.IsZero(),
		Answered: !r.Answered.IsZero(), Refused: r.Result == policy.AnswerRefused}
}

// AddRequest stores a request.
func (tx *Tx) AddRequest(r Request) error {
	if _, err := tx.Exec(`INSERT INTO request (id, type, reference, received, due, confirmed, confirmed_by, answered, result, flagged) VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10)`,
		r.ID, string(r.Type), r.Reference, millis(r.Received), int(r.Due), millis(r.Confirmed), r.By, millis(r.Answered), string(r.Result), flag(r.Flagged)); err != nil {
		return err
	}
	return tx.WidenRequest(r.ID, r.Keys, r.Names)
}

// WidenRequest lets a request be known by more keys and names.
func (tx *Tx) WidenRequest(id string, keys []HoldKey, names []contact.Key) error {
	for _, k := range keys {
		if _, err := tx.Exec(`INSERT INTO request_key (request, key, public) VALUES ($1, $2, $3) ON CONFLICT DO NOTHING`, id, k.Key[:], k.Public); err != nil {
			return err
		}
	}
	for _, n := range names {
		if n.IsZero() {
			continue
		}
		if _, err := tx.Exec(`INSERT INTO request_name (request, name) VALUES ($1, $2) ON CONFLICT DO NOTHING`, id, n[:]); err != nil {
			return err
		}
	}
	return tx.callRequest(id)
}

// callRequest has everybody decided again whom a request may be of.
func (tx *Tx) callRequest(id string) error {
	_, err := tx.Exec(`INSERT INTO undecided (person, calls) SELECT DISTINCT o.person, 1 FROM request_key k JOIN identifier i ON i.key = k.key
		JOIN observation o ON o.id = i.observation WHERE k.request = $1`+called, id)
	return err
}

// ConfirmRequest stores that it was checked who asks; false if there is no such
// request that waits for it.
func (tx *Tx) ConfirmRequest(id, who string, now time.Time) (bool, error) {
	return tx.changeRequest(id, `UPDATE request SET confirmed = $2, confirmed_by = $3 WHERE id = $1 AND confirmed = 0 AND answered = 0`, millis(now), who)
}

// AnswerRequest stores how a request was answered; false if there is no such one
// that waits for an answer.
func (tx *Tx) AnswerRequest(id string, result policy.RequestAnswer, now time.Time) (bool, error) {
	return tx.changeRequest(id, `UPDATE request SET answered = $2, result = $3 WHERE id = $1 AND answered = 0`, millis(now), string(result))
}

// FlagRequest stores whether a flag at a processor says what the request says.
func (tx *Tx) FlagRequest(id string, is bool) error {
	_, err := tx.changeRequest(id, `UPDATE request SET flagged = $2 WHERE id = $1`, flag(is))
	return err
}

func (tx *Tx) changeRequest(id, q string, args ...any) (bool, error) {
	res, err := tx.Exec(q, append([]any{id}, args...)...)
	if err != nil {
		return false, err
	}
	if n, err := res.RowsAffected(); err != nil || n == 0 {
		return false, err
	}
	return true, tx.callRequest(id)
}

const requestColumns = `r.id, r.type, r.reference, r.received, r.due, r.confirmed, r.confirmed_by, r.answered, r.result, r.flagged`

// scanRequest reads requestColumns, and what a query has behind them.
func scanRequest(r *sql.Rows, more ...any) (q Request, err error) {
	var received, confirmed, answered int64
	err = r.Scan(append([]any{&q.ID, &q.Type, &q.Reference, &received, &q.Due, &confirmed, &q.By, &answered, &q.Result, &q.Flagged}, more...)...)
	q.Received, q.Confirmed, q.Answered = fromMillis(received), fromMillis(confirmed), fromMillis(answered)
	return q, err
}

// Requests lists all requests without their keys, the oldest first; open ones
// only, if that is asked for.
func (tx *Tx) Requests(open bool) ([]Request, error) {
	rows, err := tx.Query(`SELECT `+requestColumns+` FROM request r WHERE answered = 0 OR $1 = 0 ORDER BY received, id`, flag(open))
	return scan(rows, err, func(r *sql.Rows) (Request, error) { return scanRequest(r) })
}

// Keyed adds keys and names to a request.
func (tx *Tx) Keyed(q Request) (Request, error) {
	rows, err := tx.Query(`SELECT key, public FROM request_key WHERE request = $1 ORDER BY key`, q.ID)
	if q.Keys, err = scan(rows, err, func(r *sql.Rows) (k HoldKey, err error) {
		var key sql.RawBytes
		err = r.Scan(&key, &k.Public)
		copy(k.Key[:], key)
		return k, err
	}); err != nil {
		return q, err
	}
	rows, err = tx.Query(`SELECT name FROM request_name WHERE request = $1 ORDER BY name`, q.ID)
	q.Names, err = scan(rows, err, func(r *sql.Rows) (k contact.Key, err error) {
		var key sql.RawBytes
		err = r.Scan(&key)
		copy(k[:], key)
		return k, err
	})
	return q, err
}

// ReachedBy returns the persons whom a request may be of.
func (tx *Tx) ReachedBy(request string) ([]int64, error) {
	rows, err := tx.Query(`SELECT DISTINCT o.person FROM request_key k JOIN identifier i ON i.key = k.key
		JOIN observation o ON o.id = i.observation WHERE k.request = $1 ORDER BY 1`, request)
	return scan(rows, err, scanID)
}

// Reached is a request as it reaches one person.
type Reached struct {
	Request
	// Doubtful tells that only an address ties it to them that somebody else has
	// too, or that bears another name than theirs.
	Doubtful bool
}

// RequestsOf returns the requests that reach some persons, the oldest first.
// twoNames tells that an address with two names is that of two people: then it is
// the name that tells whose request it is.
func (tx *Tx) RequestsOf(persons []int64, twoNames bool) (map[int64][]Reached, error) {
	list, err := listed(persons)
	if err != nil {
		return nil, err
	}
	type match struct {
		Request
		person               int64
		email, alone, shared bool
		name                 contact.Key
	}
	rows, err := tx.Query(`SELECT `+requestColumns+`, o.person, i.email, i.alone, o.name,
		EXISTS (SELECT 1 FROM identifier x JOIN observation y ON y.id = x.observation WHERE x.key = k.key AND y.person <> o.person)
		FROM request r JOIN request_key k ON k.request = r.id JOIN identifier i ON i.key = k.key JOIN observation o ON o.id = i.observation
		WHERE o.person IN (`+tx.engine.numbers+`) ORDER BY o.person, r.received, r.id`, list)
	matches, err := scan(rows, err, func(r *sql.Rows) (m match, err error) {
		var name sql.RawBytes
		m.Request, err = scanRequest(r, &m.person, &m.email, &m.alone, &name, &m.shared)
		copy(m.name[:], name)
		return m, err
	})
	if err != nil || len(matches) == 0 {
		return nil, err
	}
	out := map[int64][]Reached{}
	names := map[string][]contact.Key{}
	for _, m := range matches {
		if _, known := names[m.ID]; !known {
			q, err := tx.Keyed(m.Request)
			if err != nil {
				return nil, err
			}
			names[m.ID] = q.Names
		}
		theirs := !m.email || !m.alone && (!twoNames || slices.Contains(names[m.ID], m.name) ||
			!m.shared && (m.name.IsZero() || len(names[m.ID]) == 0))
		list := out[m.person]
		if n := len(list); n > 0 && list[n-1].ID == m.ID {
			list[n-1].Doubtful = list[n-1].Doubtful && !theirs
			continue
		}
		out[m.person] = append(list, Reached{m.Request, !theirs})
	}
	return out, nil
}

// InheritRequests lets the requests under a record's key count under another, too.
func (tx *Tx) InheritRequests(from, to contact.Key) error {
	_, err := tx.Exec(`INSERT INTO request_key (request, key, public) SELECT request, $2, '' FROM request_key WHERE key = $1 ON CONFLICT DO NOTHING`, from[:], to[:])
	if err != nil {
		return err
	}
	return tx.callKey(to)
}

// ServeRequest ties a duty to the request that it carries out.
func (tx *Tx) ServeRequest(request, duty string) error {
	_, err := tx.Exec(`INSERT INTO request_duty (request, duty) VALUES ($1, $2) ON CONFLICT DO NOTHING`, request, duty)
	return err
}

// DutiesOfRequest returns the ids of the duties that carry a request out, sorted.
func (tx *Tx) DutiesOfRequest(request string) ([]string, error) {
	rows, err := tx.Query(`SELECT duty FROM request_duty WHERE request = $1 ORDER BY duty`, request)
	return scan(rows, err, func(r *sql.Rows) (s string, err error) { return s, r.Scan(&s) })
}

// ForgetRequests removes the requests of some types that were answered before a
// time and that no flag repeats.
func (tx *Tx) ForgetRequests(erasure bool, before time.Time) error {
	_, err := tx.Exec(`DELETE FROM request WHERE answered > 0 AND answered < $1 AND flagged = 0
		AND (CASE WHEN type = 'erasure' AND result <> 'refused' THEN 1 ELSE 0 END) = $2`, millis(before), flag(erasure))
	return err
}
