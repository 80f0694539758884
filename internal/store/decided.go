package store

import (
	"database/sql"
	"encoding/json"
	"fmt"
	"iter"
	"time"

	"github.com/lapsed/lapsed/policy"
)

// Decided is what the latest decision on a person was.
type Decided struct {
	Person   int64
	Verdict  policy.Verdict
	Rules    string // grounds and verbs of its demands, commas between
	Revision string
	Lapses   policy.Day
	Until    time.Time
	Public   string         // the person's pseudonym in the log
	Cycle    int64          // number of the cycle that decided
	Demands  map[string]int // ground.verb → records
	Findings []PersonFinding
}

// PersonFinding is something for a human that a decision found.
type PersonFinding struct {
	Code, Processor, Subject string
	Record                   string // the first record that it is about
	Count                    int
	Words                    string
	Due                      policy.Day // by which somebody must act; 0 = none
}

// Find adds a finding, or counts it once more.
func (d *Decided) Find(f PersonFinding) {
	for i := range d.Findings {
		if x := &d.Findings[i]; x.Code == f.Code && x.Processor == f.Processor && x.Subject == f.Subject {
			x.Count += f.Count
			if f.Due != 0 && (x.Due == 0 || f.Due < x.Due) {
				x.Due, x.Record = f.Due, f.Record
			}
			return
		}
	}
	d.Findings = append(d.Findings, f)
}

// DecidedOf returns the latest decisions on some persons.
func (tx *Tx) DecidedOf(persons []int64) (map[int64]Decided, error) {
	list, err := listed(persons)
	if err != nil {
		return nil, err
	}
	rows, err := tx.Query(`SELECT id, verdict, rules, revision, lapses, until, public, cycle, demands FROM person WHERE id IN (`+tx.engine.numbers+`)`, list)
	out := map[int64]Decided{}
	_, err = scan(rows, err, func(r *sql.Rows) (struct{}, error) {
		var d Decided
		var until int64
		var demands sql.RawBytes
		if err := r.Scan(&d.Person, &d.Verdict, &d.Rules, &d.Revision, &d.Lapses, &until, &d.Public, &d.Cycle, &demands); err != nil {
			return struct{}{}, err
		}
		d.Until = fromMillis(until)
		err := json.Unmarshal(demands, &d.Demands)
		out[d.Person] = d
		return struct{}{}, err
	})
	if err != nil || len(out) == 0 {
		return out, err
	}
	rows, err = tx.Query(`SELECT person, code, processor, subject, record, count, due FROM person_finding WHERE person IN (`+tx.engine.numbers+`) ORDER BY person, code, processor, subject`, list)
	_, err = scan(rows, err, func(r *sql.Rows) (struct{}, error) {
		var p int64
		var f PersonFinding
		err := r.Scan(&p, &f.Code, &f.Processor, &f.Subject, &f.Record, &f.Count, &f.Due)
		d := out[p]
		d.Findings = append(d.Findings, f)
		out[p] = d
		return struct{}{}, err
	})
	return out, err
}

// PutDecided stores a decision in the place of the one before, whose Person is 0
// if there was none, and brings the figures up to date.
func (tx *Tx) PutDecided(was, now Decided) error {
	demands, err := json.Marshal(now.Demands)
	if err != nil {
		return err
	}
	if err := tx.again(`INSERT INTO person (id, verdict, rules, revision, lapses, until, public, cycle, demands) VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9)
		ON CONFLICT (id) DO UPDATE SET verdict = excluded.verdict, rules = excluded.rules, revision = excluded.revision, lapses = excluded.lapses, until = excluded.until,
		public = excluded.public, cycle = excluded.cycle, demands = excluded.demands`,
		now.Person, string(now.Verdict), now.Rules, now.Revision, int(now.Lapses), millis(now.Until), now.Public, now.Cycle, string(demands)); err != nil {
		return fmt.Errorf("store a decision: %w", err)
	}
	if len(was.Findings) > 0 {
		if err := tx.again(`DELETE FROM person_finding WHERE person = $1`, now.Person); err != nil {
			return err
		}
	}
	for _, f := range now.Findings {
		if err := tx.again(`INSERT INTO person_finding (code, processor, subject, person, record, count, due) VALUES ($1, $2, $3, $4, $5, $6, $7)`,
			f.Code, f.Processor, f.Subject, now.Person, f.Record, f.Count, int(f.Due)); err != nil {
			return fmt.Errorf("store a finding: %w", err)
		}
	}
	if was.Person != 0 {
		if err := tx.count(was, -1); err != nil {
			return err
		}
	}
	return tx.count(now, 1)
}

// DecisionsIn yields the decisions that a cycle made, by its number: a line each,
// person, verdict and rules, in the order of the lines.
func (tx *Tx) DecisionsIn(cycle int64) iter.Seq2[string, error] {
	return func(yield func(string, error) bool) {
		rows, err := tx.Query(`SELECT public, verdict, rules FROM person WHERE cycle = $1 ORDER BY public, verdict, rules`, cycle)
		if err != nil {
			yield("", err)
			return
		}
		defer func() { _ = rows.Close() }()
		for rows.Next() {
			var public, verdict, rules string
			if err := rows.Scan(&public, &verdict, &rules); err != nil {
				yield("", err)
				return
			}
			if rules == "" {
				rules = "-"
			}
			if !yield(public+" "+verdict+" "+rules, nil) {
				return
			}
		}
		if err := rows.Err(); err != nil {
			yield("", err)
		}
	}
}

// OfVerdict returns the first n persons on whom a verdict stands, by id.
func (tx *Tx) OfVerdict(v policy.Verdict, n int) ([]int64, error) {
	rows, err := tx.Query(`SELECT id FROM person WHERE verdict = $1 ORDER BY id LIMIT $2`, string(v), n)
	return scan(rows, err, scanID)
}
