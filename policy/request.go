package policy

import (
	"time"

	"github.com/lapsed/lapsed/internal/contact"
)

// RequestType is what a data subject asks for; the words are the audit log's.
type RequestType string

// What people may ask for (C26), with the article of the GDPR.
const (
	AsksAccess        RequestType = "access"        // Art. 15
	AsksErasure       RequestType = "erasure"       // Art. 17
	AsksObjection     RequestType = "objection"     // Art. 21(2): to marketing
	AsksRectification RequestType = "rectification" // Art. 16
	AsksPortability   RequestType = "portability"   // Art. 20
)

// Request is what a person has asked for, for Circumstances. One that was
// answered is still one of theirs: erasure goes on to demand what a law has kept,
// and what comes back without them.
type Request struct {
	ID       string
	Type     RequestType
	Received int64 // Unix seconds
	Due      Day   // last day for the answer
	// Confirmed tells that a human has checked who asks.
	Confirmed bool
	Answered  bool
	Refused   bool // the answer was no: it demands nothing
	// Doubtful tells that only an address ties the request to this person, and
	// somebody else may have it too: it stops their mail and deletes nothing.
	Doubtful bool
}

// aMonth is how long an answer may take where the policy says nothing
// (GDPR Art. 12(3)).
var aMonth = Period{Months: 1}

// AnswerBy is the last day for the answer to a request that came on a day.
func (p *Policy) AnswerBy(received Day) Day {
	if p.Requests == nil {
		return aMonth.After(received)
	}
	return p.Requests.AnswerWithin.After(received)
}

// Standing is where a request stands, for the humans who answer it.
type Standing string

// Where a request stands. The words are in RequestWords.
const (
	StandsWithHuman   Standing = "with-a-human"   // only a human can answer it
	StandsUnconfirmed Standing = "unconfirmed"    // who asks is not checked yet
	StandsStopped     Standing = "mail-stopped"   // what an objection asks for is done
	StandsDeleting    Standing = "deleting"       // their records are to be deleted now
	StandsHeld        Standing = "held"           // a hold forbids it
	StandsKept        Standing = "kept"           // what is left a law keeps, unmarketed
	StandsAnew        Standing = "came-anew"      // what is left came by their own act after they asked
	StandsOvertaken   Standing = "said-yes-later" // a proven yes is newer than the request
	StandsUnread      Standing = "unread"         // a newer yes or act may be in what could not be read
	StandsBlind       Standing = "not-told-apart" // whose the records are could not be read
	StandsCrowded     Standing = "too-many"       // more contacts than one person can have
	StandsDoubtful    Standing = "somebody-else"  // only a shared address ties it to them
	StandsDone        Standing = "nothing-left"   // all that was theirs is gone
	StandsUnknown     Standing = "not-known"      // nobody here is known by it
	StandsOutOfScope  Standing = "out-of-scope"   // the policy is not about them (C18)
	StandsAnswered    Standing = "answered"       // it is over
)

// Blocked tells whether what is asked for can't be done without a human.
func (s Standing) Blocked() bool {
	switch s {
	case StandsHeld, StandsOvertaken, StandsUnread, StandsBlind, StandsCrowded, StandsDoubtful, StandsAnew:
		return true
	}
	return false
}

// FindingsOf are the findings about a request that is not answered: what it waits
// for, and that its day has passed.
func FindingsOf(r Request, s Standing, today Day) []Finding {
	if r.Answered {
		return nil
	}
	one := func(c FindingCode) Finding {
		return Finding{Code: c, Rule: -1, Due: r.Due, Request: r.ID, Type: r.Type, Standing: s}
	}
	var out []Finding
	switch {
	case !r.Confirmed:
		out = append(out, one(FindRequestUnconfirmed))
	case s.Blocked():
		out = append(out, one(FindRequestBlocked))
	case today <= r.Due:
		out = append(out, one(FindRequestOpen))
	}
	if today > r.Due {
		out = append(out, one(FindRequestOverdue))
	}
	return out
}

// asksToStop is what erasure requests refuse: all mail from the hour on in which
// they came, confirmed or not. A proven yes that is newer lifts it for its topics.
func (j *judge) asksToStop() (n no) {
	known := false
	for i := range j.with.Requests {
		r := &j.with.Requests[i]
		if r.Type != AsksErasure {
			continue
		}
		known = known || !r.Doubtful
		if r.Refused {
			continue
		}
		lifted := false
		for t := range j.p.Topics {
			if j.lifts(contact.Refusal{At: r.Received}, t) {
				lifted = true
			} else {
				n.topics |= 1 << t
			}
		}
		n.all = n.all || !lifted
	}
	if known || !j.flagged && !j.erasure {
		return n
	}
	// A flag asks before it has become a request of its own.
	if j.flagged {
		j.find(FindRequestUnconfirmed, j.flaggedAt, -1, contact.Key{})
	} else {
		j.find(FindErasureAsked, j.flaggedAt, -1, contact.Key{})
	}
	n.all = true
	return n
}

// asked says which records have to go because the person asked for it, by their
// number, and where each request stands. It demands nothing by doubt: who asks
// has been checked, the records are theirs, and no newer act of their own could
// have been missed.
func (j *judge) asked() map[int]Ground {
	if len(j.with.Requests) == 0 {
		return nil
	}
	grounds := map[int]Ground{}
	j.stands = make([]Standing, len(j.with.Requests))
	for i := range j.with.Requests {
		r, s := &j.with.Requests[i], StandsWithHuman
		switch {
		case r.Refused:
			s = StandsAnswered
		case r.Type == AsksErasure:
			s = j.erases(r, grounds)
		case r.Type == AsksObjection:
			s = StandsStopped
		case !r.Confirmed:
			s = StandsUnconfirmed
		}
		j.stands[i] = s
		j.blocked = j.blocked || s == StandsBlind || s == StandsUnread
	}
	return grounds
}

// erases adds what one erasure request demands.
func (j *judge) erases(r *Request, grounds map[int]Ground) Standing {
	switch {
	case r.Doubtful:
		return StandsDoubtful
	case !r.Confirmed:
		return StandsUnconfirmed
	case j.crowded():
		return StandsCrowded
	case j.blind:
		return StandsBlind
	case j.saidYesSince(r.Received):
		return StandsOvertaken
	case j.proofUnread():
		return StandsUnread
	}
	received := DayOf(time.Unix(r.Received, 0), j.p.zone)
	s := StandsAnew
	for i := range j.person.Observations {
		f := &j.person.Observations[i].Facts
		collected := Day(f.Collected)
		switch {
		case collected != NoDay && collected <= received:
			grounds[i] = GroundRequest // it was there when they asked
		case acted(f, received):
			continue // it came, or may have come, by their own act
		case f.Unread || f.Future:
			if s == StandsAnew {
				s = StandsUnread
			}
			continue
		case collected == NoDay:
			grounds[i] = GroundRequest
		case grounds[i] == "":
			grounds[i] = GroundReappearance
		}
		s = StandsDeleting
	}
	return s
}

func (j *judge) crowded() bool { return len(j.person.Observations) > j.p.atMost() }

// saidYesSince tells whether the person has given a proven consent after an
// instant. That it has run out since takes nothing back.
func (j *judge) saidYesSince(at int64) bool {
	for i := range j.person.Observations {
		for _, pr := range j.person.Observations[i].Facts.Proofs {
			if pr.At > at {
				return true
			}
		}
	}
	return false
}

func (j *judge) proofUnread() bool {
	for i := range j.person.Observations {
		if j.person.Observations[i].Facts.ProofUnread {
			return true
		}
	}
	return false
}

// acted tells whether a record shows an act of the person after a day.
func acted(f *contact.Facts, since Day) bool {
	for _, s := range f.Signals {
		if s.NoEnd || Day(s.Day) > since {
			return true
		}
	}
	return false
}

// answers adds the findings about the requests, once it is known what becomes of
// the records.
func (j *judge) answers() {
	for i := range j.with.Requests {
		r, s := &j.with.Requests[i], j.stands[i]
		if r.Answered {
			continue
		}
		if s == StandsDeleting {
			s = j.carriedOut()
		}
		j.changes(r.Due + 1)
		j.d.Findings = append(j.d.Findings, FindingsOf(*r, s, j.today)...)
	}
}

// carriedOut tells what becomes of records that have to go by a request.
func (j *judge) carriedOut() Standing {
	s := StandsKept
	for _, m := range j.d.Demands {
		if m.Verb != Delete || m.Ground != GroundRequest && m.Ground != GroundReappearance {
			continue
		}
		if m.Held {
			return StandsHeld
		}
		s = StandsDeleting
	}
	return s
}
