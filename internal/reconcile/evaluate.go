package reconcile

import (
	"context"
	"encoding/json"
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/lapsed/lapsed/internal/audit"
	"github.com/lapsed/lapsed/internal/audit/entry"
	"github.com/lapsed/lapsed/internal/contact"
	"github.com/lapsed/lapsed/internal/duty"
	"github.com/lapsed/lapsed/internal/store"
	"github.com/lapsed/lapsed/policy"
)

// slice is how many persons are decided on between two transactions.
const slice = 1000

// evaluate decides on every person, a slice at a time, and moves their duties. By
// a clock that can't be right it decides on nobody: a grace would seem served.
func (r *run) evaluate(ctx context.Context) error {
	if r.clockWhy != "" {
		return nil
	}
	total := 0
	if err := r.read(ctx, func(tx *store.Tx) (err error) { total, err = tx.CountPersons(); return err }); err != nil {
		return err
	}
	for after := int64(0); ; {
		var b *bench
		if err := r.read(ctx, func(tx *store.Tx) (err error) {
			rows, err := tx.PersonsAfter(after, slice)
			if err != nil || len(rows) == 0 {
				return err
			}
			b, err = r.bench(tx, rows)
			return err
		}); err != nil {
			return err
		}
		if b == nil {
			return nil
		}
		r.decideAll(b)
		if err := r.keepAll(ctx, b); err != nil {
			return err
		}
		after = b.hi
		r.progress().Deciding(r.report.Persons+r.report.LeftAlone, total)
	}
}

// bench is a slice of persons with all that decides on them.
type bench struct {
	lo, hi     int64
	persons    [][]store.Row // a person's observations
	ids        map[int64][]contact.Identifier
	duties     map[int64][]duty.Duty
	decided    map[int64]store.Decided
	holds      map[int64][]policy.Hold
	suppressed map[int64][]store.Suppression
	judged     []judged
}

// judged is a person with their decision.
type judged struct {
	id       int64
	rows     []store.Row
	person   contact.Person
	decision policy.Decision
	changes  []duty.Change
}

func (r *run) bench(tx *store.Tx, rows []store.Row) (*bench, error) {
	b := &bench{lo: rows[0].Person, hi: rows[len(rows)-1].Person}
	for i, o := range rows {
		if i == 0 || rows[i-1].Person != o.Person {
			b.persons = append(b.persons, nil)
		}
		last := len(b.persons) - 1
		b.persons[last] = append(b.persons[last], o)
	}
	var err error
	load := func(f func() error) {
		if err == nil {
			err = f()
		}
	}
	load(func() (e error) { b.ids, e = tx.IdentifiersOf(b.lo, b.hi); return e })
	load(func() (e error) { b.duties, e = tx.DutiesBetween(b.lo, b.hi); return e })
	load(func() (e error) { b.decided, e = tx.DecidedBetween(b.lo, b.hi); return e })
	load(func() (e error) { b.holds, e = tx.HoldsBetween(b.lo, b.hi); return e })
	load(func() (e error) { b.suppressed, e = tx.SuppressedBetween(b.lo, b.hi); return e })
	return b, err
}

// decide decides on one person of the bench.
func (r *run) decide(b *bench, rows []store.Row, now time.Time) judged {
	j := judged{id: rows[0].Person, rows: rows, person: r.person(rows)}
	with := policy.Circumstances{Holds: b.holds[j.id]}
	for _, s := range b.suppressed[j.id] {
		if t, ok := r.Policy.Refusal(s.Extent, s.Topic, s.Since); ok {
			with.Refused = append(with.Refused, t)
		}
	}
	j.decision = r.Policy.Decide(j.person, with, now)
	j.changes = duty.Sync(j.id, b.duties[j.id], j.decision.Demands, duty.Terms{Now: now, Grace: r.Policy.Grace(), Zone: r.Policy.Zone(), NewID: r.dutyID})
	return j
}

func (r *run) dutyID(n duty.Name, episode int) string {
	return r.Keys.ID(string(n.Ground), string(n.Verb), n.Ref.String(), n.Extent.String(), n.Topic, fmt.Sprint(episode))
}

func (r *run) decideAll(b *bench) {
	for _, rows := range b.persons {
		j := r.decide(b, rows, r.now)
		r.count(j)
		b.judged = append(b.judged, j)
	}
}

// count adds a decision to the report's figures and findings.
func (r *run) count(j judged) {
	d := j.decision
	if d.Verdict == policy.LeftAlone {
		r.report.LeftAlone++
		return
	}
	r.report.Persons++
	r.report.Verdicts[string(d.Verdict)]++
	seen := map[string]bool{}
	for _, m := range d.Demands {
		k := string(m.Ground) + "." + string(m.Verb)
		r.report.Demands[k]++
		if m.Verb == policy.Instruct {
			r.findings.add(policy.FindBeyondKeep, m.Ref.Processor, "", 1, m.Ref.String(), "records at "+m.Ref.Processor+" are kept by a law that does not ask for all that is filled in: somebody must empty the rest")
		}
		if !seen[k] {
			seen[k] = true
			r.report.People[k]++
		}
	}
	for _, f := range d.Findings {
		subject := ""
		if !f.Origin.IsZero() {
			subject = fmt.Sprintf("%x", f.Origin[:4])
		} else if f.Rule >= 0 {
			subject = fmt.Sprint(f.Rule)
		}
		r.findings.add(f.Code, f.Processor, subject, 1, j.record(f.Processor), r.Policy.FindingWords(f))
	}
	r.example(j)
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

// example keeps a handful of persons to show, one or two a verdict.
func (r *run) example(j judged) {
	n := 0
	for _, e := range r.report.Examples {
		if e.Verdict == j.decision.Verdict {
			n++
		}
	}
	if limit := map[policy.Verdict]int{policy.Lapsed: 2, policy.Kept: 1}[j.decision.Verdict]; n < max(limit, 1) {
		r.report.Examples = append(r.report.Examples, Example{j.record(""), j.decision.Verdict, r.Policy.Reason(j.decision)})
	}
}

// keepAll stores what changed in a slice, with its entries, in one transaction.
func (r *run) keepAll(ctx context.Context, b *bench) error {
	for _, j := range b.judged {
		name, _ := r.publicOf(b, j)
		r.digest.add(name, j.decision)
	}
	if !slices.ContainsFunc(b.judged, func(j judged) bool { return len(j.changes) > 0 || r.differs(b, j) }) {
		return nil
	}
	return r.write(ctx, func(tx *store.Tx) ([]entry.Entry, error) {
		var out []entry.Entry
		for _, j := range b.judged {
			if len(j.changes) == 0 && !r.differs(b, j) {
				continue
			}
			es, err := r.keep(tx, b, j)
			if err != nil {
				return nil, err
			}
			out = append(out, es...)
		}
		return out, nil
	})
}

// differs tells whether the decision is another than the person's last.
func (r *run) differs(b *bench, j judged) bool {
	was, known := b.decided[j.id]
	now := r.decided(j)
	return !known || was != now
}

func (r *run) decided(j judged) store.Decided {
	return store.Decided{Person: j.id, Verdict: j.decision.Verdict, Rules: strings.Join(rules(j.decision), " "), Revision: r.Policy.Revision,
		Lapses: j.decision.Clock.Lapses, Until: j.decision.Until.UTC().Truncate(time.Millisecond)}
}

func (r *run) publicOf(b *bench, j judged) (string, []string) { return r.public(b.ids[j.id], j.rows) }

// keep stores one person's decision and duties.
func (r *run) keep(tx *store.Tx, b *bench, j judged) ([]entry.Entry, error) {
	was, known := b.decided[j.id]
	now := r.decided(j)
	if err := tx.PutDecided(now); err != nil {
		return nil, err
	}
	name, aka := r.publicOf(b, j)
	backs := slices.ContainsFunc(j.changes, func(c duty.Change) bool { return c.Event == duty.Opened }) || len(j.decision.Findings) > 0 && !known
	changed := known && (was.Verdict != now.Verdict || was.Rules != now.Rules || was.Revision != now.Revision)
	var out []entry.Entry
	decision := ""
	if backs || changed {
		e, err := r.decisionEntry(tx, j, name, aka)
		if err != nil {
			return nil, err
		}
		decision = e.Body.(entry.Decision).ID
		out = append(out, e)
	}
	for _, c := range j.changes {
		if err := tx.PutDuty(c.Duty, r.today, decision); err != nil {
			return nil, err
		}
		if e, logged := r.dutyEntry(c, name, decision, b.holds[j.id]); logged {
			out = append(out, e)
		}
	}
	return out, nil
}

// decisionEntry logs a decision; the facts that it rests on become evidence.
func (r *run) decisionEntry(tx *store.Tx, j judged, name string, aka []string) (entry.Entry, error) {
	facts, err := json.Marshal(evidenceOf(j))
	if err != nil {
		return entry.Entry{}, err
	}
	commitment, err := audit.Keep(tx.Tx, facts, r.now.AddDate(3, 0, 0))
	if err != nil {
		return entry.Entry{}, err
	}
	d := entry.Decision{ID: audit.NewID(), Person: name, Aka: aka, Revision: r.Policy.Revision, Verdict: string(j.decision.Verdict),
		Demands: demands(j.decision), Rules: rules(j.decision), Reasons: r.Policy.ReasonCodes(j.decision), Facts: commitment}
	return entry.Entry{Kind: entry.DecisionMade, Body: d}, nil
}

// evidence is the facts of a decision, without refs and pseudonyms.
type evidence struct {
	At    time.Time       `json:"at"`
	Facts []factsAt       `json:"facts"`
	Other []contact.Facts `json:"shared,omitzero"`
}

type factsAt struct {
	Processor string        `json:"processor"`
	Object    string        `json:"object"`
	Facts     contact.Facts `json:"facts"`
}

func evidenceOf(j judged) evidence {
	e := evidence{Other: j.person.Shared}
	for _, o := range j.rows {
		e.Facts = append(e.Facts, factsAt{o.Ref.Processor, o.Ref.Object, o.Facts})
		if o.ReadAt.After(e.At) {
			e.At = o.ReadAt
		}
	}
	return e
}

// dutyEntry is the log's word for a duty's change, if it has one.
func (r *run) dutyEntry(c duty.Change, name, decision string, holds []policy.Hold) (entry.Entry, bool) {
	d := c.Duty
	switch c.Event {
	case duty.Opened:
		return entry.Entry{Kind: entry.DutyOpened, Body: entry.Opened{Duty: d.ID, Person: name, Contact: r.Keys.Contact(d.Ref), Processor: d.Ref.Processor,
			Verb: string(d.Verb), Extent: extent(d), Topic: d.Topic, Ground: string(d.Ground), Decision: decision, Due: entry.Time(d.Due)}}, true
	case duty.HeldBack:
		if len(holds) == 0 {
			return entry.Entry{}, false // holds are what held it back
		}
		return entry.Entry{Kind: entry.DutyHeld, Body: entry.Held{Duty: d.ID, Hold: holds[0].ID}}, true
	case duty.Dropped:
		return entry.Entry{Kind: entry.DutyWithdrawn, Body: entry.Withdrawn{Duty: d.ID, Cause: "not-demanded"}}, true
	default:
		return entry.Entry{}, false
	}
}

// extent is the log's word for how far an unsubscribe reaches, "" for other verbs.
func extent(d duty.Duty) string {
	if d.Verb != policy.Unsubscribe {
		return ""
	}
	return d.Extent.String()
}

// demands are the decision's demands in the log's form.
func demands(d policy.Decision) []string {
	out := []string{}
	for _, m := range d.Demands {
		s := string(m.Verb) + "." + m.Ref.Processor
		if m.Verb == policy.Unsubscribe {
			s += "." + m.Extent.String()
			if m.Topic != "" {
				s += "." + m.Topic
			}
		}
		out = append(out, s)
	}
	return sorted(out)
}

// rules are the grounds of the decision's demands.
func rules(d policy.Decision) []string {
	out := []string{}
	for _, m := range d.Demands {
		out = append(out, string(m.Ground)+"."+string(m.Verb))
	}
	return sorted(out)
}
