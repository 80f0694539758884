package store

import (
	"database/sql"
	"encoding/json"
	"time"

	"github.com/lapsed/lapsed/internal/contact"
	"github.com/lapsed/lapsed/internal/duty"
	"github.com/lapsed/lapsed/policy"
)

const dutyColumns = `id, person, processor, object, record, verb, extent, topic, ground, episode, state, opened, due, changed, not_before, attempt, reason, restorable, batch`

func scanDuty(r *sql.Rows) (d duty.Duty, err error) {
	var opened, due, changed, notBefore, restorable int64
	err = r.Scan(&d.ID, &d.Person, &d.Ref.Processor, &d.Ref.Object, &d.Ref.ID, &d.Verb, &d.Extent, &d.Topic, &d.Ground, &d.Episode, &d.State,
		&opened, &due, &changed, &notBefore, &d.Attempt, &d.Reason, &restorable, &d.Batch)
	d.Opened, d.Due, d.Changed = fromMillis(opened), fromMillis(due), fromMillis(changed)
	d.NotBefore, d.RestorableUntil = fromMillis(notBefore), fromMillis(restorable)
	return d, err
}

// PutDuty stores a duty. A new one names the decision that opened it and the
// controller's day; both stay as they were on later changes.
func (tx *Tx) PutDuty(d duty.Duty, day policy.Day, decision string) error {
	_, err := tx.Exec(`INSERT INTO duty (`+dutyColumns+`, opened_day, decision) VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15, $16, $17, $18, $19, $20, $21)
		ON CONFLICT (id) DO UPDATE SET person = excluded.person, state = excluded.state, changed = excluded.changed, not_before = excluded.not_before,
		attempt = excluded.attempt, reason = excluded.reason, restorable = excluded.restorable, batch = excluded.batch`,
		d.ID, d.Person, d.Ref.Processor, d.Ref.Object, d.Ref.ID, string(d.Verb), int(d.Extent), d.Topic, string(d.Ground), d.Episode, string(d.State),
		millis(d.Opened), millis(d.Due), millis(d.Changed), millis(d.NotBefore), d.Attempt, d.Reason, millis(d.RestorableUntil), d.Batch, int(day), decision)
	return err
}

// DutiesOf returns all duties of some persons, by person.
func (tx *Tx) DutiesOf(persons []int64) (map[int64][]duty.Duty, error) {
	ids, err := listed(persons)
	if err != nil {
		return nil, err
	}
	rows, err := tx.Query(`SELECT `+dutyColumns+` FROM duty WHERE person IN (`+tx.engine.numbers+`) ORDER BY person, id`, ids)
	list, err := scan(rows, err, scanDuty)
	out := map[int64][]duty.Duty{}
	for _, d := range list {
		out[d.Person] = append(out[d.Person], d)
	}
	return out, err
}

// DutiesIn returns the duties in some states, of one processor or, with "", of all.
func (tx *Tx) DutiesIn(processor string, states ...duty.State) ([]duty.Duty, error) {
	names := make([]string, len(states))
	for i, s := range states {
		names[i] = string(s)
	}
	list, err := listed(names)
	if err != nil {
		return nil, err
	}
	rows, err := tx.Query(`SELECT `+dutyColumns+` FROM duty WHERE state IN (`+tx.engine.texts+`) AND ($2 = '' OR processor = $2) ORDER BY due, opened, id`, list, processor)
	return scan(rows, err, scanDuty)
}

// DutiesByID returns duties by their ids, in the order of these.
func (tx *Tx) DutiesByID(ids []string) ([]duty.Duty, error) {
	list, err := listed(ids)
	if err != nil {
		return nil, err
	}
	rows, err := tx.Query(`SELECT `+dutyColumns+` FROM duty WHERE id IN (`+tx.engine.texts+`) ORDER BY id`, list)
	return scan(rows, err, scanDuty)
}

// DutiesOfRecord returns all duties on one record.
func (tx *Tx) DutiesOfRecord(r contact.Ref) ([]duty.Duty, error) {
	rows, err := tx.Query(`SELECT `+dutyColumns+` FROM duty WHERE processor = $1 AND object = $2 AND record = $3 ORDER BY opened, id`, r.Processor, r.Object, r.ID)
	return scan(rows, err, scanDuty)
}

// GoneAndBack names the duties whose record was seen gone and has been read since.
func (tx *Tx) GoneAndBack() (map[string]bool, error) {
	rows, err := tx.Query(`SELECT d.id FROM duty d JOIN observation o ON o.processor = d.processor AND o.object = d.object AND o.record = d.record WHERE d.state = 'gone'`)
	out := map[string]bool{}
	_, err = scan(rows, err, func(r *sql.Rows) (struct{}, error) {
		var id string
		err := r.Scan(&id)
		out[id] = true
		return struct{}{}, err
	})
	return out, err
}

// StateOf returns a duty's state and attempt as they are now.
func (tx *Tx) StateOf(id string) (s duty.State, attempt int, err error) {
	err = tx.QueryRow(`SELECT state, attempt FROM duty WHERE id = $1`, id).Scan(&s, &attempt)
	return s, attempt, err
}

// DecisionOf returns the id of the decision that opened a duty.
func (tx *Tx) DecisionOf(id string) (decision string, err error) {
	err = tx.QueryRow(`SELECT decision FROM duty WHERE id = $1`, id).Scan(&decision)
	return decision, err
}

// NextDue returns when the next waiting duty has served its grace, and since when
// the oldest one is due that a connector carries out; zero if there is none.
func (tx *Tx) NextDue() (next, oldest time.Time, err error) {
	var ms [2]sql.NullInt64
	err = tx.QueryRow(`SELECT (SELECT MIN(due) FROM duty WHERE state = 'waiting'), (SELECT MIN(due) FROM duty WHERE state = 'due' AND verb <> 'instruct')`).Scan(&ms[0], &ms[1])
	return fromMillis(ms[0].Int64), fromMillis(ms[1].Int64), err
}

// CountDuties counts duties by state.
func (tx *Tx) CountDuties() (map[duty.State]int, error) {
	rows, err := tx.Query(`SELECT state, COUNT(*) FROM duty GROUP BY state`)
	out := map[duty.State]int{}
	_, err = scan(rows, err, func(r *sql.Rows) (struct{}, error) {
		var s duty.State
		var n int
		err := r.Scan(&s, &n)
		out[s] = n
		return struct{}{}, err
	})
	return out, err
}

// History counts the duties that each rule opened a day, from a day on.
func (tx *Tx) History(from policy.Day) (duty.History, error) {
	rows, err := tx.Query(`SELECT ground || '.' || verb, opened_day, COUNT(*) FROM duty WHERE opened_day >= $1 GROUP BY 1, 2`, int(from))
	out := duty.History{}
	_, err = scan(rows, err, func(r *sql.Rows) (struct{}, error) {
		var rule string
		var day, n int
		err := r.Scan(&rule, &day, &n)
		if out[rule] == nil {
			out[rule] = map[policy.Day]int{}
		}
		out[rule][policy.Day(day)] = n
		return struct{}{}, err
	})
	return out, err
}

// Spend notes that a person was acted on, for the day's limit.
func (tx *Tx) Spend(day policy.Day, v policy.Verb, person int64) error {
	_, err := tx.Exec(`INSERT INTO spent (day, verb, person) VALUES ($1, $2, $3) ON CONFLICT DO NOTHING`, int(day), string(v), person)
	return err
}

// Spent lists the persons that were acted on routinely in a day.
func (tx *Tx) Spent(day policy.Day) (map[policy.Verb]map[int64]bool, error) {
	rows, err := tx.Query(`SELECT verb, person FROM spent WHERE day = $1`, int(day))
	out := map[policy.Verb]map[int64]bool{}
	_, err = scan(rows, err, func(r *sql.Rows) (struct{}, error) {
		var v policy.Verb
		var p int64
		err := r.Scan(&v, &p)
		if out[v] == nil {
			out[v] = map[int64]bool{}
		}
		out[v][p] = true
		return struct{}{}, err
	})
	return out, err
}

// PutBatch freezes a batch. Freezing the same duties again changes nothing.
func (tx *Tx) PutBatch(b duty.Batch, population int, now time.Time) (isNew bool, err error) {
	verbs, err := json.Marshal(b.Verbs)
	if err != nil {
		return false, err
	}
	r, err := tx.Exec(`INSERT INTO batch (digest, why, duties, persons, population, verbs, frozen, expires) VALUES ($1, $2, $3, $4, $5, $6, $7, $8) ON CONFLICT (digest) DO NOTHING`,
		b.Digest, string(b.Why), b.Count, b.Persons, population, string(verbs), millis(now), millis(b.Expires))
	if err != nil {
		return false, err
	}
	if n, err := r.RowsAffected(); err != nil || n == 0 {
		if err != nil {
			return false, err
		}
		return tx.freezeAgain(b, now)
	}
	for _, id := range b.Duties {
		if _, err := tx.Exec(`INSERT INTO batch_duty (batch, duty) VALUES ($1, $2)`, b.Digest, id); err != nil {
			return false, err
		}
	}
	return true, nil
}

// freezeAgain revives a batch that had expired. What was approved then is not now.
func (tx *Tx) freezeAgain(b duty.Batch, now time.Time) (bool, error) {
	r, err := tx.Exec(`UPDATE batch SET expires = $2, frozen = $3 WHERE digest = $1 AND expires <= $3`, b.Digest, millis(b.Expires), millis(now))
	if err != nil {
		return false, err
	}
	n, err := r.RowsAffected()
	if err != nil || n == 0 {
		return false, err
	}
	_, err = tx.Exec(`DELETE FROM approval WHERE batch = $1`, b.Digest)
	return true, err
}

// Frozen is a batch with its approvals.
type Frozen struct {
	duty.Batch
	Population int
	FrozenAt   time.Time
	Approvers  []string // pseudonyms
}

// Batches returns the batches that have not expired.
func (tx *Tx) Batches(now time.Time) ([]Frozen, error) {
	rows, err := tx.Query(`SELECT digest, why, duties, persons, population, verbs, frozen, expires FROM batch WHERE expires > $1 ORDER BY frozen, digest`, millis(now))
	out, err := scan(rows, err, func(r *sql.Rows) (f Frozen, err error) {
		var verbs string
		var frozen, expires int64
		if err := r.Scan(&f.Digest, &f.Why, &f.Count, &f.Persons, &f.Population, &verbs, &frozen, &expires); err != nil {
			return f, err
		}
		f.FrozenAt, f.Expires = fromMillis(frozen), fromMillis(expires)
		return f, json.Unmarshal([]byte(verbs), &f.Verbs)
	})
	if err != nil {
		return nil, err
	}
	for i := range out {
		rows, err := tx.Query(`SELECT who FROM approval WHERE batch = $1 AND sample = 0 ORDER BY who`, out[i].Digest)
		if out[i].Approvers, err = scan(rows, err, func(r *sql.Rows) (w string, err error) { return w, r.Scan(&w) }); err != nil {
			return nil, err
		}
		rows, err = tx.Query(`SELECT duty FROM batch_duty WHERE batch = $1 ORDER BY duty`, out[i].Digest)
		if out[i].Duties, err = scan(rows, err, func(r *sql.Rows) (w string, err error) { return w, r.Scan(&w) }); err != nil {
			return nil, err
		}
	}
	return out, nil
}

// Approve notes that somebody approved a batch.
func (tx *Tx) Approve(digest, who string, now time.Time) error {
	_, err := tx.Exec(`INSERT INTO approval (batch, who, at, sample) VALUES ($1, $2, $3, 0) ON CONFLICT DO NOTHING`, digest, who, millis(now))
	return err
}
