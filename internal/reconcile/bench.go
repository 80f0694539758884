package reconcile

import (
	"fmt"
	"slices"
	"time"

	"github.com/lapsed/lapsed/internal/contact"
	"github.com/lapsed/lapsed/internal/duty"
	"github.com/lapsed/lapsed/internal/store"
	"github.com/lapsed/lapsed/policy"
)

// bench is some persons with all that decides on them.
type bench struct {
	persons    [][]store.Row // a person's observations
	shared     store.Shared
	ids        map[int64][]contact.Identifier
	duties     map[int64][]duty.Duty
	decided    map[int64]store.Decided
	holds      map[int64][]policy.Hold
	suppressed map[int64][]store.Suppression
	requests   map[int64][]store.Reached
}

// judged is a person with their decision.
type judged struct {
	id       int64
	rows     []store.Row
	person   contact.Person
	decision policy.Decision
	changes  []duty.Change
}

// bench loads all that decides on some persons, whose ids are sorted.
func (e *Engine) bench(tx *store.Tx, persons []int64) (*bench, error) {
	b := &bench{}
	rows, err := tx.PersonsOf(persons)
	if err != nil {
		return nil, err
	}
	for i, o := range rows {
		if i == 0 || rows[i-1].Person != o.Person {
			b.persons = append(b.persons, nil)
		}
		last := len(b.persons) - 1
		b.persons[last] = append(b.persons[last], o)
	}
	load := func(f func() error) {
		if err == nil {
			err = f()
		}
	}
	load(func() (err error) { b.shared, err = tx.Shared(persons, e.twoNames()); return err })
	load(func() (err error) { b.ids, err = tx.IdentifiersOf(persons); return err })
	load(func() (err error) { b.duties, err = tx.DutiesOf(persons); return err })
	load(func() (err error) { b.decided, err = tx.DecidedOf(persons); return err })
	load(func() (err error) { b.holds, err = tx.HoldsOf(persons); return err })
	load(func() (err error) { b.suppressed, err = tx.SuppressedOf(persons); return err })
	load(func() (err error) { b.requests, err = tx.RequestsOf(persons, e.twoNames()); return err })
	return b, err
}

// decide decides on one person of the bench.
func (e *Engine) decide(b *bench, rows []store.Row, now time.Time) judged {
	j := judged{id: rows[0].Person, rows: rows, person: b.shared.Person(rows)}
	with := policy.Circumstances{Holds: b.holds[j.id], Minor: begun(b.duties[j.id])}
	Outlived(e.Policy, b.suppressed[j.id], &with)
	with.Requests = Asked(b.requests[j.id])
	j.decision = e.Policy.Decide(j.person, with, now)
	j.changes = duty.Sync(j.id, b.duties[j.id], j.decision.Demands, duty.Terms{Now: now, Grace: e.Policy.Grace(), Zone: e.Policy.Zone(), NewID: e.dutyID})
	return j
}

// Outlived adds what outlived its records to what decides on somebody.
func Outlived(p *policy.Policy, remains []store.Suppression, with *policy.Circumstances) {
	for _, s := range remains {
		if s.Kind == "minor" {
			with.WasMinor = true
		} else if t, ok := p.Refusal(s.Extent, s.Topic, s.Since); ok {
			with.Refused = append(with.Refused, t)
		}
	}
}

// begun tells whether a minor's deletion is done at one record and not at another:
// the record that went may have been the only one that knew their age.
func begun(ds []duty.Duty) bool {
	minors := slices.DeleteFunc(slices.Clone(ds), func(d duty.Duty) bool { return d.Verb != policy.Delete || d.Ground != policy.GroundMinor })
	for _, gone := range minors {
		if gone.State != duty.Accepted && gone.State != duty.Gone && gone.State != duty.Final {
			continue
		}
		for _, left := range minors {
			if (left.State.Open() || left.State == duty.Acting) && !left.Opened.After(gone.Changed) {
				return true
			}
		}
	}
	return false
}

func (e *Engine) dutyID(n duty.Name, episode int) string {
	return e.Keys.ID(string(n.Ground), string(n.Verb), n.Ref.String(), n.Extent.String(), n.Topic, fmt.Sprint(episode))
}

// record is the person's first record, of a processor if one is named.
func (j judged) record(processor string) string {
	for _, o := range j.rows {
		if processor == "" || o.Ref.Processor == processor {
			return o.Ref.String()
		}
	}
	return j.rows[0].Ref.String()
}
