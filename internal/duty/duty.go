package duty

import (
	"cmp"
	"time"

	"github.com/lapsed/lapsed/internal/contact"
	"github.com/lapsed/lapsed/policy"
)

// State is where a duty is in its life.
type State string

// The states. Final and Withdrawn end a duty.
const (
	Waiting   State = "waiting"   // serves its grace
	Due       State = "due"       // may be done
	Acting    State = "acting"    // an intent is logged and its outcome is not known
	Accepted  State = "accepted"  // the processor said yes
	Gone      State = "gone"      // re-read: it is so
	Final     State = "final"     // past the processor's own horizon, and re-read again
	Withdrawn State = "withdrawn" // no longer demanded
	Held      State = "held"      // a hold forbids it
	Refused   State = "refused"   // the processor said no
	Disputed  State = "disputed"  // said yes, and is still there after its horizon
)

// Open tells whether the duty may still be carried out or withdrawn.
func (s State) Open() bool {
	return s == Waiting || s == Due || s == Held || s == Refused || s == Disputed
}

// Duty is one verb on one record, by one rule.
type Duty struct {
	ID      string
	Person  int64
	Ref     contact.Ref
	Verb    policy.Verb
	Extent  contact.Extent
	Topic   string
	Ground  policy.Ground
	Episode int
	State   State
	Opened  time.Time
	Due     time.Time // end of grace
	// Changed is when the state last changed; NotBefore keeps a failed attempt
	// from being repeated too soon.
	Changed, NotBefore time.Time
	Attempt            int
	Reason             string // code of a refusal or failure
	RestorableUntil    time.Time
	Batch              string // approved batch that permitted it, "" = routine
}

// Name is what a duty is of, apart from its episode.
type Name struct {
	Ref    contact.Ref
	Verb   policy.Verb
	Extent contact.Extent
	Topic  string
	Ground policy.Ground
}

// Name returns the duty's name.
func (d Duty) Name() Name { return Name{d.Ref, d.Verb, d.Extent, d.Topic, d.Ground} }

// NameOf returns the name of the duty that a demand calls for.
func NameOf(m policy.Demand) Name { return Name{m.Ref, m.Verb, m.Extent, m.Topic, m.Ground} }

// Rule is what surges are counted by: the ground and the verb.
func (d Duty) Rule() string { return string(d.Ground) + "." + string(d.Verb) }

// Compare orders duties oldest first: by due date, then by when they were
// opened, then by id.
func Compare(a, b Duty) int {
	return cmp.Or(a.Due.Compare(b.Due), a.Opened.Compare(b.Opened), cmp.Compare(a.ID, b.ID))
}

// HasGrace tells whether duties on a ground wait before they are due.
func HasGrace(g policy.Ground) bool {
	return g == policy.GroundRetention || g == policy.GroundNoBasis
}
