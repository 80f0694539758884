package reconcile

import (
	"slices"
	"time"

	"github.com/lapsed/lapsed/internal/audit"
	"github.com/lapsed/lapsed/internal/audit/entry"
	"github.com/lapsed/lapsed/internal/contact"
	"github.com/lapsed/lapsed/internal/duty"
	"github.com/lapsed/lapsed/internal/store"
	"github.com/lapsed/lapsed/policy"
)

// Asked are requests as decisions take them.
func Asked(reached []store.Reached) []policy.Request {
	var out []policy.Request
	for _, x := range reached {
		q := x.Policy()
		q.Doubtful = x.Doubtful
		out = append(out, q)
	}
	return out
}

// flagged makes a request of a flag by which a processor tells of one (C26). It
// came with the first read that showed it. One flag is one request for as long as
// it stands, also when that is answered.
func (r *run) flagged(tx *store.Tx, j judged, reached []store.Reached, name string, aka []string) ([]entry.Entry, error) {
	var by []store.Row
	for _, o := range j.rows {
		if o.Facts.Requested {
			by = append(by, o)
		}
	}
	unread := slices.ContainsFunc(j.rows, func(o store.Row) bool { return o.Facts.Unread })
	covered := false
	for _, x := range reached {
		switch {
		case x.Type != policy.AsksErasure || x.Doubtful:
		case len(by) == 0 && x.Flagged && !unread:
			if err := tx.FlagRequest(x.ID, false); err != nil { // set again, it is another request
				return nil, err
			}
		case len(by) > 0 && (x.Flagged || x.Answered.IsZero()):
			covered = true
			if x.Flagged {
				continue
			}
			if err := tx.FlagRequest(x.ID, true); err != nil {
				return nil, err
			}
		}
	}
	if len(by) == 0 || covered {
		return nil, nil
	}
	q := store.Request{ID: audit.NewID(), Type: policy.AsksErasure, Received: r.now, Due: r.Policy.AnswerBy(r.today), Flagged: true}
	for _, o := range by {
		known, _, err := tx.Observation(o.Ref)
		if err != nil {
			return nil, err
		}
		keys, names := KnownBy(known)
		q.Keys, q.Names = append(q.Keys, keys...), append(q.Names, names...)
	}
	return []entry.Entry{RequestReceived(q, name, aka)}, tx.AddRequest(q)
}

// KnownBy are the keys and the name by which a record tells whose a request is.
func KnownBy(o contact.Observation) (keys []store.HoldKey, names []contact.Key) {
	for _, x := range o.Identifiers {
		if !x.Alone {
			keys = append(keys, store.HoldKey{Key: x.Key, Public: x.Public})
		}
	}
	return keys, []contact.Key{o.Name}
}

// RequestReceived is the log's word for a request.
func RequestReceived(q store.Request, person string, aka []string) entry.Entry {
	return entry.Entry{Kind: entry.RequestReceived, Body: entry.RequestWasReceived{Request: q.ID, Type: string(q.Type), Person: person, Aka: aka, Due: q.Due.String()}}
}

// serves tells whether a duty may still be begun as far as requests go: one that
// carries out requests only while one of them demands it. Those are tied to the
// duty and to all that was known of the person: what is left of them, or comes
// back, is known by it when this record is gone.
func (a *acting) serves(tx *store.Tx, o order) (bool, error) {
	if o.duty.Verb != policy.Delete || o.duty.Ground != policy.GroundRequest && o.duty.Ground != policy.GroundReappearance {
		return true, nil
	}
	reached, err := tx.RequestsOf([]int64{o.duty.Person}, a.twoNames())
	if err != nil {
		return false, err
	}
	var keys []store.HoldKey
	for _, x := range o.keys {
		if !x.Alone {
			keys = append(keys, store.HoldKey{Key: x.Key, Public: x.Public})
		}
	}
	serves := false
	for _, x := range reached[o.duty.Person] {
		if q := x.Policy(); x.Doubtful || q.Type != policy.AsksErasure || !q.Confirmed || q.Refused {
			continue
		}
		serves = true
		if err := tx.ServeRequest(x.ID, o.duty.ID); err != nil {
			return false, err
		}
		if err := tx.WidenRequest(x.ID, keys, o.names); err != nil {
			return false, err
		}
	}
	return serves, nil
}

// remembered is how many years a request is remembered that asked for nothing that
// outlives its answer: as long as its evidence.
const remembered = 3

// keepRequests adds the findings about requests that wait for an answer, as they
// stand at the cycle's end, and forgets those whose time is over.
func (r *run) keepRequests(tx *store.Tx) error {
	if r.clockWhy != "" {
		return nil // by this clock no day is told
	}
	open, err := tx.Requests(true)
	if err != nil {
		return err
	}
	for _, q := range open {
		s := policy.StandsUnconfirmed
		if r.foreign() == "" { // else nobody can be decided on
			if s, err = r.Stands(tx, q, r.now); err != nil {
				return err
			}
		}
		for _, f := range policy.FindingsOf(q.Policy(), s, r.today) {
			r.findings.note(store.Note{Code: string(f.Code), Subject: q.ID, Count: 1, Words: r.Policy.FindingWords(f), Due: f.Due})
		}
	}
	if err := tx.ForgetRequests(false, r.now.AddDate(-remembered, 0, 0)); err != nil {
		return err
	}
	if p := r.Policy.Suppression.Erased; p != nil {
		return tx.ForgetRequests(true, r.now.AddDate(-p.Years, -p.Months, -p.Days-p.Hours/24))
	}
	return nil
}

// Stands tells where a request stands: by the decisions on whom it reaches or, if
// nobody of them is left, by what was done for it.
func (e *Engine) Stands(tx *store.Tx, q store.Request, now time.Time) (policy.Standing, error) {
	if !q.Answered.IsZero() {
		return policy.StandsAnswered, nil
	}
	persons, err := tx.ReachedBy(q.ID)
	if err != nil {
		return "", err
	}
	b, err := e.bench(tx, persons)
	if err != nil {
		return "", err
	}
	best := policy.Standing("")
	for _, rows := range b.persons {
		s := e.decide(b, rows, now).stands(q.ID)
		if best == "" || best == policy.StandsDoubtful {
			best = s
		}
	}
	if best != "" {
		return best, nil
	}
	switch done, err := e.carriedOut(tx, q); {
	case err != nil:
		return "", err
	case done:
		return policy.StandsDone, nil
	case q.Confirmed.IsZero():
		return policy.StandsUnconfirmed, nil
	case q.Type == policy.AsksErasure:
		return policy.StandsUnknown, nil
	case q.Type == policy.AsksObjection:
		return policy.StandsStopped, nil
	}
	return policy.StandsWithHuman, nil
}

// stands is where a request stands by a decision.
func (j judged) stands(request string) policy.Standing {
	for _, f := range j.decision.Findings {
		if f.Request == request {
			return f.Standing
		}
	}
	return policy.StandsOutOfScope
}

// carriedOut tells whether records were deleted for a request, and none is left
// to be.
func (e *Engine) carriedOut(tx *store.Tx, q store.Request) (bool, error) {
	ids, err := tx.DutiesOfRequest(q.ID)
	if err != nil || len(ids) == 0 {
		return false, err
	}
	duties, err := tx.DutiesByID(ids)
	if err != nil {
		return false, err
	}
	gone := slices.ContainsFunc(duties, func(d duty.Duty) bool { return d.State == duty.Gone || d.State == duty.Final })
	return gone && !slices.ContainsFunc(duties, func(d duty.Duty) bool {
		return d.State.Open() || d.State == duty.Acting || d.State == duty.Accepted
	}), nil
}
