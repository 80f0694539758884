package app

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"errors"

	"github.com/lapsed/lapsed/internal/audit/entry"
	"github.com/lapsed/lapsed/internal/contact"
	"github.com/lapsed/lapsed/internal/store"
	"github.com/lapsed/lapsed/policy"
)

// ConfirmRequest records that a human has checked who asks. From then on an
// erasure is carried out, and an objection takes its basis away.
func (a *App) ConfirmRequest(ctx context.Context, id, by string) (out RequestLine, err error) {
	err = a.write(ctx, by, func(tx *store.Tx) ([]entry.Entry, error) {
		q, err := a.request(tx, id)
		if err != nil {
			return nil, err
		}
		ok, err := tx.ConfirmRequest(q.ID, a.Keys.Staff(by), a.Clock())
		if err != nil || !ok {
			return nil, errors.Join(err, when(err == nil, usage("it is recorded already who asks by request %s", q.ID)))
		}
		q.Confirmed = a.Clock()
		proof, err := a.evidence(tx, map[string]string{"request": q.ID, "identity": "checked", "reference": q.Reference})
		if err != nil {
			return nil, err
		}
		es, err := a.resolve(tx, q.ID, policy.FindRequestUnconfirmed, "identity-checked", proof)
		if err != nil {
			return nil, err
		}
		s, err := a.engine().Stands(tx, q, a.Clock())
		if err != nil {
			return nil, err
		}
		out = a.requestLine(q, s)
		if q.Type != policy.AsksObjection {
			return es, nil
		}
		more, err := a.refuse(tx, q)
		return append(es, more...), err
	})
	return out, err
}

// refuse keeps an objection as the refusal of all marketing that it is: it
// outlives the records, and only the person's own newer proof lifts it (C12, C19).
func (a *App) refuse(tx *store.Tx, q store.Request) ([]entry.Entry, error) {
	person := ""
	for _, k := range q.Keys {
		no := store.Suppression{Key: k.Key, Kind: "refused", Extent: contact.ExtentMarketing, Since: q.Received.Unix()}
		if err := tx.Suppress(no); err != nil {
			return nil, err
		}
		if person == "" {
			person = k.Public
		}
	}
	if person == "" { // it is known by a record without an address
		persons, err := tx.ReachedBy(q.ID)
		if err != nil {
			return nil, err
		}
		rows, err := tx.PersonsOf(persons)
		if err != nil || len(rows) == 0 {
			return nil, err
		}
		person = a.Keys.Contact(rows[0].Ref)
	}
	return []entry.Entry{{Kind: entry.RefusalRecorded, Body: entry.RefusalWasRecorded{Person: person, Extent: contact.ExtentMarketing.String(), Source: "request"}}}, nil
}

// Answer is how a request was answered.
type Answer struct {
	Request  string // the beginning of its id
	Result   string // granted, refused, partly
	Evidence []byte // the reply, of which the digest alone is kept: it names a person
	By       string
}

// AnswerRequest records that a request was answered. Nothing is told or deleted
// for somebody who wasn't checked, and no erasure is granted while something is
// left that no law keeps.
func (a *App) AnswerRequest(ctx context.Context, r Answer) (out RequestLine, err error) {
	if len(r.Evidence) == 0 {
		return out, usage("an answer needs its evidence: the reply itself, of which the digest alone is kept")
	}
	var result policy.RequestAnswer
	if err := result.ParseScalar(r.Result); err != nil {
		return out, usage("--result: %s", err.Error())
	}
	err = a.write(ctx, r.By, func(tx *store.Tx) ([]entry.Entry, error) {
		q, err := a.request(tx, r.Request)
		if err != nil {
			return nil, err
		}
		if err := a.mayAnswer(tx, q, result); err != nil {
			return nil, err
		}
		if ok, err := tx.AnswerRequest(q.ID, result, a.Clock()); err != nil || !ok {
			return nil, errors.Join(err, when(err == nil, usage("request %s is answered already", q.ID)))
		}
		q.Answered, q.Result = a.Clock(), result
		sum := sha256.Sum256(r.Evidence)
		proof, err := a.evidence(tx, map[string]string{"request": q.ID, "result": r.Result, "reply": "sha256:" + hex.EncodeToString(sum[:]), "reference": q.Reference})
		if err != nil {
			return nil, err
		}
		duties, err := tx.DutiesOfRequest(q.ID)
		if err != nil {
			return nil, err
		}
		es, err := a.resolve(tx, q.ID, "", "answered", proof)
		if err != nil {
			return nil, err
		}
		if len(es) == 0 { // none is open yet that could carry the evidence
			opened, err := a.openRequestFindings(tx, store.Request{ID: q.ID, Type: q.Type, Due: q.Due, Confirmed: a.Clock()}, policy.StandsWithHuman)
			if err != nil {
				return nil, err
			}
			if es, err = a.resolve(tx, q.ID, "", "answered", proof); err != nil {
				return nil, err
			}
			es = append(opened, es...)
		}
		out = a.requestLine(q, policy.StandsAnswered)
		return append(es, entry.Entry{Kind: entry.RequestAnswered, Body: entry.RequestWasAnswered{Request: q.ID, Result: r.Result, Duties: append([]string{}, duties...)}}), nil
	})
	return out, err
}

// mayAnswer tells why an answer would not be true, or not be lawful.
func (a *App) mayAnswer(tx *store.Tx, q store.Request, result policy.RequestAnswer) error {
	switch {
	case result == policy.AnswerRefused && q.Type == policy.AsksObjection && !q.Confirmed.IsZero():
		return usage("who objects to marketing, and was checked, can't be refused (GDPR Art. 21(3))")
	case result == policy.AnswerRefused:
		return nil
	case q.Confirmed.IsZero():
		return usage("nobody has checked yet who asks: lapsed request confirm %.12s", q.ID)
	case q.Type != policy.AsksErasure || result == policy.AnswerPartly:
		return nil
	}
	s, err := a.engine().Stands(tx, q, a.Clock())
	if err != nil || s == policy.StandsDone || s == policy.StandsUnknown {
		return err
	}
	return usage("not all of theirs is gone (%s): answer it when it is, or --result partly with what stays and why", s.Words())
}
