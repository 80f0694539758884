package policy

import (
	"time"

	"github.com/lapsed/lapsed/internal/contact"
)

// Foresee says when a person lapses from one instant up to another, if nothing
// happens but time (C5): the first instant at which Decide says so, and its
// decision there. Where ok is false, the decision is the last one that was looked
// at: the person goes by another clause first, or stays.
func (p *Policy) Foresee(person contact.Person, with Circumstances, from, to time.Time) (d Decision, at time.Time, ok bool) {
	for at = from; !at.After(to); at = d.Until {
		d = p.Decide(person, with, at)
		switch d.Verdict {
		case Lapsed:
			return d, at, true
		case Forgotten, Minor, NoBasis, LeftAlone, Conflict:
			return d, at, false
		}
		if d.Until.IsZero() {
			break
		}
	}
	return d, at, false
}
