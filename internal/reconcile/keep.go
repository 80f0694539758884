package reconcile

import (
	"encoding/json"
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

// keep stores one person's decision and duties.
func (r *run) keep(tx *store.Tx, b *bench, j judged) ([]entry.Entry, error) {
	name, aka := r.publicOf(b, j)
	was, known := b.decided[j.id]
	now := r.decided(j, name)
	if err := tx.PutDecided(was, now); err != nil {
		return nil, err
	}
	backs := slices.ContainsFunc(j.changes, func(c duty.Change) bool { return c.Event == duty.Opened }) || len(j.decision.Findings) > 0 && !known
	changed := known && (was.Verdict != now.Verdict || was.Rules != now.Rules || was.Revision != now.Revision)
	var out []entry.Entry
	decision := ""
	if backs || changed {
		e, err := r.decisionEntry(tx, j, b.requests[j.id], name, aka)
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
	es, err := r.flagged(tx, j, b.requests[j.id], name, aka)
	return append(out, es...), err
}

func (e *Engine) publicOf(b *bench, j judged) (string, []string) {
	return e.public(b.ids[j.id], j.rows)
}

// decided is what is stored of a decision: the latest of each person, and what it
// adds to the figures.
func (r *run) decided(j judged, name string) store.Decided {
	d := store.Decided{Person: j.id, Verdict: j.decision.Verdict, Rules: strings.Join(rules(j.decision), ","), Revision: r.Policy.Revision,
		Lapses: j.decision.Clock.Lapses, Until: j.decision.Until.UTC().Truncate(time.Millisecond), Public: name, Cycle: r.number, Demands: map[string]int{}}
	for _, m := range j.decision.Demands {
		d.Demands[string(m.Ground)+"."+string(m.Verb)]++
		if m.Verb == policy.Instruct {
			d.Find(store.PersonFinding{Code: string(policy.FindBeyondKeep), Processor: m.Ref.Processor, Record: m.Ref.String(), Count: 1,
				Words: policy.BeyondKeepWords(m.Ref.Processor)})
		}
	}
	for _, f := range j.decision.Findings {
		if f.Request != "" {
			continue // it is the request's, whomever that reaches
		}
		d.Find(store.PersonFinding{Code: string(f.Code), Processor: f.Processor, Subject: r.Policy.Subject(f), Record: j.record(f.Processor), Count: 1,
			Words: r.Policy.FindingWords(f), Due: f.Due})
	}
	return d
}

// decisionEntry logs a decision; the facts that it rests on become evidence.
func (r *run) decisionEntry(tx *store.Tx, j judged, requests []store.Reached, name string, aka []string) (entry.Entry, error) {
	facts, err := json.Marshal(evidenceOf(j, requests))
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
	At       time.Time        `json:"at"`
	Facts    []factsAt        `json:"facts"`
	Other    []contact.Facts  `json:"shared,omitzero"`
	Requests []policy.Request `json:"requests,omitzero"`
}

type factsAt struct {
	Processor string        `json:"processor"`
	Object    string        `json:"object"`
	Facts     contact.Facts `json:"facts"`
}

func evidenceOf(j judged, requests []store.Reached) evidence {
	e := evidence{Other: j.person.Shared, Requests: Asked(requests)}
	for _, o := range j.rows {
		e.Facts = append(e.Facts, factsAt{o.Ref.Processor, o.Ref.Object, o.Facts})
		if o.ReadAt.After(e.At) {
			e.At = o.ReadAt
		}
	}
	return e
}

// dutyEntry is the log's word for a duty's change, if it has one.
func (e *Engine) dutyEntry(c duty.Change, name, decision string, holds []policy.Hold) (entry.Entry, bool) {
	d := c.Duty
	switch c.Event {
	case duty.Opened:
		return entry.Entry{Kind: entry.DutyOpened, Body: entry.Opened{Duty: d.ID, Person: name, Contact: e.Keys.Contact(d.Ref), Processor: d.Ref.Processor,
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
