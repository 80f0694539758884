package policy

import (
	"fmt"
	"slices"
	"time"

	"github.com/lapsed/lapsed/internal/contact"
	"github.com/lapsed/lapsed/internal/document"
)

// EarlierRequest is a request of a case (C26).
type EarlierRequest struct {
	Pos       document.Pos
	Of        []string      `yaml:"of,optional"` // names of records whose person asked; everybody's, if it isn't given
	Type      RequestType   `yaml:"type"`
	Received  Moment        `yaml:"received"`
	Confirmed *Moment       `yaml:"confirmed,optional"` // when it was checked who asks
	Answer    RequestAnswer `yaml:"answer,optional"`
}

// RequestAnswer is how a request was answered, "" if it wasn't.
type RequestAnswer string

// The answers to a request; the words are the audit log's.
const (
	AnswerGranted RequestAnswer = "granted"
	AnswerRefused RequestAnswer = "refused"
	AnswerPartly  RequestAnswer = "partly" // as far as no law stands against it
)

// ParseScalar reads the word.
func (a *RequestAnswer) ParseScalar(s string) error {
	return oneOf(a, s, AnswerGranted, AnswerRefused, AnswerPartly)
}

// ParseScalar reads the word.
func (t *RequestType) ParseScalar(s string) error {
	return oneOf(t, s, AsksAccess, AsksErasure, AsksObjection, AsksRectification, AsksPortability)
}

// requestsOf are the case's requests as they reach one of its persons: who asked
// themselves, and who only has an address in common with somebody who did.
func (c *Case) requestsOf(p *Policy, names []string, x contact.Person, all []contact.Observation, at time.Time) []Request {
	var out []Request
	for i, r := range c.Requests {
		received := r.Received.In(p.zone)
		q := Request{ID: fmt.Sprint(i + 1), Type: r.Type, Received: received.Unix(), Due: p.AnswerBy(p.Today(received)),
			Confirmed: r.Confirmed != nil && !r.Confirmed.In(p.zone).After(at), Answered: r.Answer != "", Refused: r.Answer == AnswerRefused}
		if len(r.Of) > 0 && !slices.ContainsFunc(names, func(n string) bool { return slices.Contains(r.Of, n) }) {
			if q.Doubtful = sharesAddress(x, all, r.Of); !q.Doubtful {
				continue
			}
		}
		out = append(out, q)
	}
	return out
}

// sharesAddress tells whether a person has an address in common with one of some
// records.
func sharesAddress(x contact.Person, all []contact.Observation, of []string) bool {
	addresses := map[contact.Key]bool{}
	for _, o := range all {
		if slices.Contains(of, o.Ref.ID) {
			for _, id := range o.Identifiers {
				addresses[id.Key] = addresses[id.Key] || id.Email
			}
		}
	}
	return slices.ContainsFunc(x.Observations, func(o contact.Observation) bool {
		return slices.ContainsFunc(o.Identifiers, func(id contact.Identifier) bool { return addresses[id.Key] })
	})
}

// asking checks that a case's requests are of records that it has.
func (r *casesReader) asking(c Case, names map[string]bool) {
	for _, q := range c.Requests {
		for _, n := range q.Of {
			if !names[n] {
				r.problem(q.Pos, "no record of this case is called %q: name it with as: %s, or count from 1", n, n)
			}
		}
	}
}
