package policy

import (
	"time"

	"github.com/lapsed/lapsed/internal/contact"
)

// overdueDays is how long an assessment may be overdue before its channels
// permit nothing (C3).
const overdueDays = 90

// Decide says what the policy demands of a person at an instant. It is pure: the
// same facts, revision and instant give the same decision, and so does every
// later instant before Decision.Until.
//
// Doubt stops marketing and never deletes: what could not be read, a date in the
// future, or too many contacts in one person leave everybody where they are.
// Whether all sources were read whole and fresh is not asked here but before
// each write: a person doesn't cease to have lapsed because a source is down.
func (p *Policy) Decide(person contact.Person, with Circumstances, at time.Time) Decision {
	j := judge{p: p, person: person, with: with, at: at, today: p.Today(at), until: NoDay}
	j.d.Verdict = Kept
	for i := range person.Observations {
		if person.Observations[i].Facts.LeftAlone {
			return Decision{Verdict: LeftAlone, Clock: Clock{Last: NoDay, Lapses: NoDay, Rule: -1}}
		}
	}
	j.gather()
	j.clock()
	j.age()
	j.marketing()
	j.deletion()
	j.answers()
	j.residency()
	j.telling()
	if j.until != NoDay {
		j.d.Until = j.until.Start(p.zone)
	}
	return j.d
}

// judge is one decision in the making.
type judge struct {
	p      *Policy
	person contact.Person
	with   Circumstances
	at     time.Time
	today  Day
	until  Day // the first day on which time alone changes the decision
	d      Decision

	channels  uint64 // a bit each, over all observations
	unknown   bool   // some observation has no channel that we know
	unread    bool
	future    bool
	erasure   bool
	suspected bool
	collected bool // when the data was collected is known of some record
	blind     bool // it could not be read whether the policy is about the person, or who that is
	minor     bool
	flagged   bool   // a record's flag that the policy names says that they asked to be forgotten
	flaggedAt string // where it, or the connector's own, was seen
	refused   bool
	lifted    uint64     // topics that a newer proof lifts from a wider refusal
	stopAll   Ground     // why all marketing stops, "" if it doesn't
	stands    []Standing // where each request stands
	blocked   bool       // a confirmed request can't be carried out
}

// changes notes that time alone changes the decision at the start of a day.
func (j *judge) changes(d Day) {
	if d > j.today && (j.until == NoDay || d < j.until) {
		j.until = d
	}
}

func (j *judge) find(code FindingCode, processor string, rule int, origin contact.Key) {
	f := Finding{Code: code, Processor: processor, Rule: rule, Origin: origin}
	for _, x := range j.d.Findings {
		if x == f {
			return
		}
	}
	j.d.Findings = append(j.d.Findings, f)
}

// gather unites what the observations say.
func (j *judge) gather() {
	for i := range j.person.Observations {
		o := &j.person.Observations[i]
		f := &o.Facts
		for _, c := range f.Channels {
			j.channels |= 1 << c
		}
		if len(f.Channels) == 0 {
			j.unknown = true
			if j.p.Channels.Otherwise != nil {
				j.find(FindUnknownChannel, o.Ref.Processor, -1, f.Origin)
			}
		}
		if f.Unread {
			j.unread = true
			j.find(FindUnreadRecord, o.Ref.Processor, -1, contact.Key{})
		}
		if f.Future {
			j.future = true
			j.find(FindFutureDate, o.Ref.Processor, -1, contact.Key{})
		}
		if f.Requested && !j.flagged || f.Erasure && j.flaggedAt == "" {
			j.flaggedAt = o.Ref.Processor
		}
		j.flagged, j.erasure = j.flagged || f.Requested, j.erasure || f.Erasure
		j.suspected = j.suspected || f.Suspected
		j.blind = j.blind || f.ScopeUnread || f.LinkUnread
	}
	for i := range j.person.Shared {
		if f := &j.person.Shared[i]; j.person.SharedSignals {
			j.unread, j.future, j.blind = j.unread || f.Unread, j.future || f.Future, j.blind || f.LinkUnread
		}
	}
}

// clock finds the latest act and the day on which the person lapses (C5).
func (j *judge) clock() {
	c := Clock{Last: NoDay, Rule: -1, Lapses: NoDay, Period: j.p.period}
	collected := NoDay
	for i := range j.person.Observations {
		f := &j.person.Observations[i].Facts
		collected = max(collected, Day(f.Collected))
		j.acts(f, &c)
	}
	if j.person.SharedSignals {
		for i := range j.person.Shared {
			j.acts(&j.person.Shared[i], &c)
		}
	}
	j.given(&c)
	j.collected = collected != NoDay
	for _, e := range j.p.Retention.Shorter {
		if j.onlyChannel(e.Name) {
			c.Period = e.Value
		}
	}
	if collected > c.Last {
		c.Last, c.Rule, c.Ongoing = collected, -1, false
	}
	if c.Last != NoDay && !c.NoEnd {
		c.Lapses = c.Period.After(c.Last) + 1
	}
	j.changes(c.Lapses)
	j.d.Clock = c
}

// acts counts the signals of one contact. An ongoing one counts as an act on its
// last day, and while it lasts nothing lapses: a period after its end is later.
func (j *judge) acts(f *contact.Facts, c *Clock) {
	for _, s := range f.Signals {
		if s.NoEnd {
			c.NoEnd = true
			j.find(FindEndlessSignal, "", int(s.Rule), contact.Key{})
		}
		if Day(s.Day) > c.Last && s.Day != contact.NoDay {
			c.Last, c.Rule, c.Ongoing = Day(s.Day), int(s.Rule), s.Ongoing
		}
	}
}

// given counts proven consent as an act on the day it was given.
func (j *judge) given(c *Clock) {
	rule := j.p.given
	if rule < 0 {
		return
	}
	count := func(f *contact.Facts) {
		for k := range f.Proofs {
			switch d := DayOf(time.Unix(f.Proofs[k].At, 0), j.p.zone); {
			case d > j.today:
				j.changes(d)
			case d > c.Last:
				c.Last, c.Rule, c.Ongoing = d, rule, false
			}
		}
	}
	for i := range j.person.Observations {
		count(&j.person.Observations[i].Facts)
	}
	if j.person.SharedSignals {
		for i := range j.person.Shared {
			count(&j.person.Shared[i])
		}
	}
}

// onlyChannel tells whether the person came by this channel and no other.
func (j *judge) onlyChannel(name string) bool {
	if j.unknown {
		return false
	}
	for i, e := range j.p.Channels.Rows {
		if e.Name == name {
			return j.channels == 1<<i
		}
	}
	return false
}

// age finds minors. Sources that disagree make a suspicion, not a deletion (C4).
func (j *judge) age() {
	m := j.p.Minors
	if m == nil {
		return
	}
	young, old, unclear := j.with.Minor, false, false
	j.suspected = j.suspected || j.with.WasMinor
	for i := range j.person.Observations {
		o := &j.person.Observations[i]
		for _, b := range o.Facts.Births {
			if b.Unclear {
				j.find(FindUnclearAge, o.Ref.Processor, -1, contact.Key{})
			}
			if b.Unclear || b.Unread {
				unclear = true
				continue
			}
			adult := Day(b.Day).Birthday(m.Under)
			if adult > j.today {
				young = true
				j.changes(adult)
			} else {
				old = true
			}
		}
	}
	switch {
	case young && old:
		j.suspected = true
		j.find(FindConflictingAge, "", -1, contact.Key{})
	case young && unclear:
		j.suspected = true // what can't be told might show an adult
		j.find(FindSuspectedMinor, "", -1, contact.Key{})
	case young:
		j.minor = true
	case old:
		j.suspected = false // a known age ends a suspicion
	case j.suspected:
		j.find(FindSuspectedMinor, "", -1, contact.Key{})
	}
}
