package store

import (
	"database/sql"
	"errors"
	"slices"
	"time"

	"github.com/lapsed/lapsed/policy"
)

// BeginCycle stores that a cycle has begun, and returns its number. One that
// settles what earlier ones left open gets the cycles that began and never ended,
// and ends them.
func (tx *Tx) BeginCycle(id, mode string, settles bool, now time.Time) (number int64, unfinished []string, err error) {
	if settles {
		rows, err := tx.Query(`UPDATE cycle SET finished = $1 WHERE finished = 0 RETURNING id`, millis(now))
		if unfinished, err = scan(rows, err, func(r *sql.Rows) (s string, err error) { return s, r.Scan(&s) }); err != nil {
			return 0, nil, err
		}
		slices.Sort(unfinished)
	}
	err = tx.QueryRow(`INSERT INTO cycle (id, started, finished, mode, summary, number) VALUES ($1, $2, 0, $3, '', (SELECT COALESCE(MAX(number), 0) + 1 FROM cycle)) RETURNING number`,
		id, millis(now), mode).Scan(&number)
	return number, unfinished, err
}

// LatestCycle returns when the newest cycle of a mode began, zero if there was
// none, and whether it has ended.
func (tx *Tx) LatestCycle(mode string) (began time.Time, finished bool, err error) {
	var started, ended int64
	err = tx.QueryRow(`SELECT started, finished FROM cycle WHERE mode = $1 ORDER BY number DESC LIMIT 1`, mode).Scan(&started, &ended)
	if errors.Is(err, sql.ErrNoRows) {
		err = nil
	}
	return fromMillis(started), ended > 0, err
}

// FinishCycle stores what a cycle told of itself, as JSON.
func (tx *Tx) FinishCycle(id string, now time.Time, summary []byte) error {
	_, err := tx.Exec(`UPDATE cycle SET finished = $2, summary = $3 WHERE id = $1`, id, millis(now), string(summary))
	return err
}

// FirstCycle returns when the first cycle began that has ended, zero if none did.
func (tx *Tx) FirstCycle() (time.Time, error) {
	var ms sql.NullInt64
	err := tx.QueryRow(`SELECT MIN(started) FROM cycle WHERE finished > 0`).Scan(&ms)
	return fromMillis(ms.Int64), err
}

// Finding is something for a human, as stored.
type Finding struct {
	ID, Code, Clause, Processor, Subject string
	Count                                int
	Sample                               string
	Due                                  policy.Day // by which somebody must act; 0 = none
	Opened                               time.Time
}

// OpenFindings lists what is not resolved.
func (tx *Tx) OpenFindings() ([]Finding, error) {
	rows, err := tx.Query(`SELECT id, code, clause, processor, subject, count, sample, due, opened FROM finding WHERE resolved = 0 ORDER BY clause, code, processor, subject`)
	return scan(rows, err, func(r *sql.Rows) (f Finding, err error) {
		var opened int64
		err = r.Scan(&f.ID, &f.Code, &f.Clause, &f.Processor, &f.Subject, &f.Count, &f.Sample, &f.Due, &opened)
		f.Opened = fromMillis(opened)
		return f, err
	})
}

// PutFinding stores an open finding, or its new count.
func (tx *Tx) PutFinding(f Finding) error {
	_, err := tx.Exec(`INSERT INTO finding (id, code, clause, processor, subject, count, sample, due, opened, resolved) VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, 0)
		ON CONFLICT (id) DO UPDATE SET count = excluded.count, sample = excluded.sample`, f.ID, f.Code, f.Clause, f.Processor, f.Subject, f.Count, f.Sample, int(f.Due), millis(f.Opened))
	return err
}

// ResolveFinding closes a finding.
func (tx *Tx) ResolveFinding(id string, now time.Time) error {
	_, err := tx.Exec(`UPDATE finding SET resolved = $2 WHERE id = $1`, id, millis(now))
	return err
}

// PolicyRow is a revision that was ever active.
type PolicyRow struct {
	Revision, Version, Text string
	Activated               time.Time
	Who                     string // pseudonym of who activated it, "" = the first run
}

// Policies returns all revisions that were ever active, the latest first.
func (tx *Tx) Policies() ([]PolicyRow, error) {
	rows, err := tx.Query(`SELECT revision, version, text, activated, who FROM policy ORDER BY activated DESC, revision`)
	return scan(rows, err, func(r *sql.Rows) (p PolicyRow, err error) {
		var at int64
		err = r.Scan(&p.Revision, &p.Version, &p.Text, &at, &p.Who)
		p.Activated = fromMillis(at)
		return p, err
	})
}

// ActivePolicy returns the revision that was activated last; ok is false if none was.
func (tx *Tx) ActivePolicy() (p PolicyRow, ok bool, err error) {
	list, err := tx.Policies()
	if err != nil || len(list) == 0 {
		return PolicyRow{}, false, err
	}
	return list[0], true, nil
}

// PolicyText returns the text of a revision that was once active, "" if it is not
// known.
func (tx *Tx) PolicyText(revision string) (text string, err error) {
	err = tx.QueryRow(`SELECT text FROM policy WHERE revision = $1`, revision).Scan(&text)
	if errors.Is(err, sql.ErrNoRows) {
		return "", nil
	}
	return text, err
}

// PutPolicy stores that a revision was activated.
func (tx *Tx) PutPolicy(p PolicyRow) error {
	_, err := tx.Exec(`INSERT INTO policy (revision, version, text, activated, who) VALUES ($1, $2, $3, $4, $5)
		ON CONFLICT (revision) DO UPDATE SET activated = `+tx.engine.larger+`(policy.activated, excluded.activated)`, p.Revision, p.Version, p.Text, millis(p.Activated), p.Who)
	return err
}
