package store

import (
	"cmp"
	"database/sql"
	"maps"
	"slices"

	"github.com/lapsed/lapsed/policy"
)

// figure names one of the figures that are kept rather than counted.
type figure struct{ kind, name, processor, subject string }

// The kinds of figures.
const (
	byVerdict = "verdict"
	byDemand  = "demand" // records
	byPeople  = "people"
	byFinding = "finding"
)

// delta is what a transaction changes of a figure.
type delta struct {
	by    int
	words string
}

// count adds a decision to the figures, or takes it out. It is written when the
// transaction ends: a slice of persons changes a few figures often.
func (tx *Tx) count(d Decided, by int) error {
	if d.Person == 0 {
		return nil
	}
	if tx.figures == nil {
		tx.figures = map[figure]delta{}
	}
	add := func(f figure, n int, words string) {
		x := tx.figures[f]
		tx.figures[f] = delta{x.by + n, cmp.Or(words, x.words)}
	}
	add(figure{byVerdict, string(d.Verdict), "", ""}, by, "")
	for name, n := range d.Demands {
		add(figure{byDemand, name, "", ""}, by*n, "")
		add(figure{byPeople, name, "", ""}, by, "")
	}
	for _, f := range d.Findings {
		add(figure{byFinding, f.Code, f.Processor, f.Subject}, by*f.Count, f.Words)
	}
	return nil
}

// flush writes what the transaction changed of the figures.
func (tx *Tx) flush() error {
	keys := slices.SortedFunc(maps.Keys(tx.figures), func(a, b figure) int {
		return cmp.Or(cmp.Compare(a.kind, b.kind), cmp.Compare(a.name, b.name), cmp.Compare(a.processor, b.processor), cmp.Compare(a.subject, b.subject))
	})
	for _, f := range keys {
		d := tx.figures[f]
		if d.by == 0 {
			continue
		}
		if _, err := tx.Exec(`INSERT INTO tally (kind, name, processor, subject, count, words) VALUES ($1, $2, $3, $4, $5, $6)
			ON CONFLICT (kind, name, processor, subject) DO UPDATE SET count = tally.count + excluded.count,
			words = CASE WHEN excluded.words = '' THEN tally.words ELSE excluded.words END`, f.kind, f.name, f.processor, f.subject, d.by, d.words); err != nil {
			return err
		}
	}
	if len(keys) > 0 {
		if _, err := tx.Exec(`DELETE FROM tally WHERE count = 0`); err != nil {
			return err
		}
	}
	tx.figures = nil
	return nil
}

// Figures are how many persons and records the decisions that stand are about.
type Figures struct {
	Verdicts map[string]int // persons
	Demands  map[string]int // ground.verb → records
	People   map[string]int // ground.verb → persons
}

// Figures returns the figures as they were at the beginning of the transaction.
func (tx *Tx) Figures() (Figures, error) {
	f := Figures{map[string]int{}, map[string]int{}, map[string]int{}}
	by := map[string]map[string]int{byVerdict: f.Verdicts, byDemand: f.Demands, byPeople: f.People}
	rows, err := tx.Query(`SELECT kind, name, count FROM tally WHERE kind <> 'finding'`)
	_, err = scan(rows, err, func(r *sql.Rows) (struct{}, error) {
		var kind, name string
		var n int
		err := r.Scan(&kind, &name, &n)
		by[kind][name] = n
		return struct{}{}, err
	})
	return f, err
}

// Note is a finding with its count.
type Note struct {
	Code      string     `json:"code"`
	Processor string     `json:"processor"`
	Subject   string     `json:"subject"`
	Count     int        `json:"count"`
	Words     string     `json:"words"`
	Sample    []string   `json:"sample,omitzero"` // records, the most urgent first
	Due       policy.Day `json:"due,omitzero"`    // by which somebody must act, of the most urgent one; 0 = none
}

// PersonFindings returns what the decisions that stand found, with n records each.
func (tx *Tx) PersonFindings(n int) ([]Note, error) {
	rows, err := tx.Query(`SELECT name, processor, subject, count, words FROM tally WHERE kind = 'finding' ORDER BY name, processor, subject`)
	out, err := scan(rows, err, func(r *sql.Rows) (x Note, err error) {
		return x, r.Scan(&x.Code, &x.Processor, &x.Subject, &x.Count, &x.Words)
	})
	if err != nil {
		return nil, err
	}
	for i := range out {
		if err := tx.sample(&out[i], n); err != nil {
			return nil, err
		}
	}
	return out, nil
}

// sample names n records of a finding: those that are due first, if any are.
func (tx *Tx) sample(x *Note, n int) error {
	const of = `SELECT record, due FROM person_finding WHERE code = $1 AND processor = $2 AND subject = $3`
	for _, q := range []string{of + ` AND due > 0 ORDER BY due, person LIMIT $4`, of + ` ORDER BY person LIMIT $4`} {
		rows, err := tx.Query(q, x.Code, x.Processor, x.Subject, n)
		x.Sample, err = scan(rows, err, func(r *sql.Rows) (s string, err error) {
			var due policy.Day
			if err = r.Scan(&s, &due); x.Due == 0 {
				x.Due = due
			}
			return s, err
		})
		if err != nil || len(x.Sample) > 0 {
			return err
		}
	}
	return nil
}
