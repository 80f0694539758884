package app

import (
	"context"
	"slices"
	"strings"
	"time"

	"github.com/lapsed/lapsed/internal/audit"
	"github.com/lapsed/lapsed/internal/audit/entry"
	"github.com/lapsed/lapsed/internal/contact"
	"github.com/lapsed/lapsed/internal/reconcile"
	"github.com/lapsed/lapsed/internal/store"
	"github.com/lapsed/lapsed/policy"
)

// Asking is a request of a data subject as a human records it (C26).
type Asking struct {
	Type      string // access, erasure, objection, rectification, portability
	Subject   string // PROCESSOR:OBJECT:ID, or an address
	Reference string // where the request itself is kept: a case number, never a name
	// Received is the day on which it came, 0 = now.
	Received policy.Day
	By       string
}

// AddRequest records a request. An erasure or an objection stops the person's
// marketing with the next cycle; nothing is deleted before it is confirmed.
func (a *App) AddRequest(ctx context.Context, r Asking) (out RequestLine, err error) {
	now := a.Clock()
	today := a.Policy.Today(now)
	if strings.TrimSpace(r.Reference) == "" {
		return out, usage("a request needs a reference: the case number under which it is kept")
	}
	q := store.Request{ID: audit.NewID(), Received: now}
	if err := q.Type.ParseScalar(r.Type); err != nil {
		return out, usage("%s", err.Error())
	}
	if r.Received != 0 && r.Received != today {
		if r.Received > today {
			return out, usage("a request can't have come on a day that is still to come")
		}
		// Whatever they did on that day was before they asked: a yes of that day lifts nothing.
		q.Received = (r.Received + 1).Start(a.Policy.Zone()).Add(-time.Second)
	}
	q.Due = a.Policy.AnswerBy(a.Policy.Today(q.Received))
	err = a.write(ctx, r.By, func(tx *store.Tx) ([]entry.Entry, error) {
		aka, err := a.asker(tx, &q, r.Subject)
		if err != nil {
			return nil, err
		}
		if q.Reference, err = a.evidence(tx, map[string]string{"request": q.ID, "reference": r.Reference}); err != nil {
			return nil, err
		}
		if err := tx.AddRequest(q); err != nil {
			return nil, err
		}
		s, err := a.engine().Stands(tx, q, now)
		if err != nil {
			return nil, err
		}
		out = a.requestLine(q, s)
		opened, err := a.openRequestFindings(tx, q, s)
		return append([]entry.Entry{reconcile.RequestReceived(q, aka[0], slices.Sorted(slices.Values(aka)))}, opened...), err
	})
	return out, err
}

// asker finds by what a request is known: by the record that is named, or by an
// address. An address that several people have tells nobody from the others.
func (a *App) asker(tx *store.Tx, q *store.Request, subject string) ([]string, error) {
	keys, aka, err := a.subject(tx, subject)
	if err != nil {
		return nil, err
	}
	if !strings.Contains(subject, "@") {
		ref, err := contact.ParseRef(subject)
		if err != nil {
			return nil, usage("%s", err.Error())
		}
		o, _, err := tx.Observation(ref)
		q.Keys, q.Names = reconcile.KnownBy(o)
		return aka, err
	}
	address := keys[0].Key
	q.Keys = keys[:1]
	persons, err := tx.PersonsByKey(address)
	if err != nil {
		return nil, err
	}
	_, _, mailbox, _ := a.Keys.Email(subject)
	if q.Type == policy.AsksErasure && (mailbox || len(persons) > 1) {
		return nil, usage("this address may be that of several people, and a deletion can't be undone: name a record of the person who asks, as PROCESSOR:OBJECT:ID (lapsed explain --address - lists them)")
	}
	rows, err := tx.PersonsOf(persons)
	if err != nil {
		return nil, err
	}
	for _, o := range rows {
		known, _, err := tx.Observation(o.Ref)
		if err != nil {
			return nil, err
		}
		if slices.ContainsFunc(known.Identifiers, func(x contact.Identifier) bool { return x.Key == address }) {
			q.Names = append(q.Names, known.Name)
		}
	}
	return aka, nil
}

// openRequestFindings opens the findings about a request at once: the log's words
// for what is checked and answered are that they are resolved.
func (a *App) openRequestFindings(tx *store.Tx, q store.Request, s policy.Standing) ([]entry.Entry, error) {
	var out []entry.Entry
	for _, f := range policy.FindingsOf(q.Policy(), s, a.Policy.Today(a.Clock())) {
		x := store.Finding{ID: audit.NewID(), Code: string(f.Code), Clause: f.Code.Clause(), Subject: q.ID, Count: 1, Due: f.Due, Opened: a.Clock()}
		if err := tx.PutFinding(x); err != nil {
			return nil, err
		}
		out = append(out, entry.Entry{Kind: entry.FindingOpened, Body: entry.FindingWasOpened{Finding: x.ID, Code: x.Code, Clause: x.Clause, Count: 1, Due: f.Due.String()}})
	}
	return out, nil
}

// resolve resolves the open findings about a request, of one code or "" = all,
// with evidence.
func (a *App) resolve(tx *store.Tx, request string, code policy.FindingCode, how, evidence string) ([]entry.Entry, error) {
	open, err := tx.OpenFindings()
	if err != nil {
		return nil, err
	}
	var out []entry.Entry
	for _, f := range open {
		if f.Subject != request || f.Clause != policy.FindRequestOpen.Clause() || code != "" && f.Code != string(code) {
			continue
		}
		if err := tx.ResolveFinding(f.ID, a.Clock()); err != nil {
			return nil, err
		}
		out = append(out, entry.Entry{Kind: entry.FindingResolved, Body: entry.FindingWasResolved{Finding: f.ID, Resolution: how, Evidence: evidence}})
	}
	return out, nil
}

// request finds a request that waits for its answer by the beginning of its id.
func (a *App) request(tx *store.Tx, id string) (store.Request, error) {
	if len(id) < 8 {
		return store.Request{}, usage("name a request by at least 8 characters of its id")
	}
	all, err := tx.Requests(true)
	if err != nil {
		return store.Request{}, err
	}
	all = slices.DeleteFunc(all, func(q store.Request) bool { return !strings.HasPrefix(q.ID, id) })
	switch len(all) {
	case 0:
		return store.Request{}, usage("no request %s waits for an answer (lapsed request list)", id)
	case 1:
		return tx.Keyed(all[0])
	}
	return store.Request{}, usage("%s names more than one request: write more of its id", id)
}
