package policy

import (
	"time"

	"github.com/lapsed/lapsed/internal/contact"
)

// Verdict is what the policy says of a person in one word.
type Verdict string

// The verdicts, in the order of their force.
const (
	LeftAlone    Verdict = "left-alone"   // out of scope (C18)
	Conflict     Verdict = "conflict"     // too many contacts for one person: nobody is deleted
	Forgotten    Verdict = "forgotten"    // asked to be forgotten, and it was checked who asks (C26)
	Minor        Verdict = "minor"        // known to be too young (C4)
	NoBasis      Verdict = "no-basis"     // nothing carries the data any more (C23)
	Lapsed       Verdict = "lapsed"       // no sign of life for the period (C5)
	Undetermined Verdict = "undetermined" // would lapse, but something that decides is not known
	Kept         Verdict = "keep"
)

// Verb is what is demanded of a record.
type Verb string

// The verbs. None of them can widen a permission.
const (
	Delete      Verb = "delete"
	Unsubscribe Verb = "unsubscribe"
	Instruct    Verb = "instruct"
)

// Ground is the rule that a demand rests on; the words are the audit log's.
type Ground string

// The grounds, with their clauses.
const (
	GroundRetention    Ground = "retention"    // C5
	GroundMinor        Ground = "minor"        // C4
	GroundNoBasis      Ground = "no-basis"     // C23
	GroundRefusal      Ground = "refusal"      // C12
	GroundConsent      Ground = "consent"      // C2: no proof
	GroundChannel      Ground = "channel"      // C11: no channel permits it
	GroundSuspected    Ground = "suspected"    // C4
	GroundRequest      Ground = "request"      // C26
	GroundReappearance Ground = "reappearance" // C19
)

// Clause is the clause of the design that the ground enforces.
func (g Ground) Clause() string {
	return map[Ground]string{GroundRetention: "C5", GroundMinor: "C4", GroundNoBasis: "C23", GroundRefusal: "C12", GroundConsent: "C2",
		GroundChannel: "C11", GroundSuspected: "C4", GroundRequest: "C26", GroundReappearance: "C19"}[g]
}

// Demand is one verb on one record.
type Demand struct {
	Ref    contact.Ref
	Verb   Verb
	Extent contact.Extent // for Unsubscribe
	Topic  string         // the policy's name of it, for ExtentTopic
	Ground Ground
	Held   bool // a hold forbids it for now
}

// Clock is where a person's time stands.
type Clock struct {
	Last    Day  // of the latest act or, if there is none, of collection; NoDay if neither
	Rule    int  // of the signal; -1 = collection
	Ongoing bool // Last is when an ongoing signal ends
	NoEnd   bool // an ongoing signal has no end that could be told
	Lapses  Day  // first day on which the person has lapsed; NoDay = never, as things are
	Period  Period
}

// Finding is something in a person's data that a human should look at.
type Finding struct {
	Code      FindingCode
	Processor string // where, "" = everywhere
	Rule      int    // of a signal, keep or channel, where the code says so
	Origin    contact.Key
	Due       Day // by which somebody must act; 0 = none
	// Of a request: its id, what is asked for, and where it stands.
	Request  string
	Type     RequestType
	Standing Standing
}

// Decision is what the policy says of one person at one instant.
type Decision struct {
	Verdict  Verdict
	Clock    Clock
	Demands  []Demand
	Findings []Finding
	Saved    []int // keeps that save something of what would be deleted
	// Topics is a bit for each topic that the person may be mailed about.
	Topics uint64
	// Until is the first instant at which time alone may change the decision;
	// zero = never.
	Until time.Time
}

// Hold is a legal reason that forbids the deletion of a person.
type Hold struct {
	ID    string
	Until Day // last day
}

// Circumstances are what decides beside the person's observations.
type Circumstances struct {
	Holds []Hold
	// Refused are the person's refusals that outlive deleted records (C19).
	Refused []contact.Refusal
	// Minor tells that the person's age was known by a record that we deleted for
	// it, while others of theirs still have to go (C4).
	Minor bool
	// WasMinor tells that somebody was deleted for their age who had an identifier of
	// this person's: perhaps they, whose age no record tells any more. They are
	// suspected (C4): whoever shares a child's address is not deleted for it.
	WasMinor bool
	// Requests are what the person has asked for, in the order in which it came (C26).
	Requests []Request
}
