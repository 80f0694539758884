package verify

import (
	"slices"
	"time"

	"github.com/lapsed/lapsed/internal/audit/entry"
)

// The states of an attempt that the log has no word for.
const (
	idle   = ""       // no attempt yet
	acting = "acting" // intent without outcome
)

// duty is one that has not ended.
type duty struct {
	person     string
	opened     *entry.Opened // nil if the log doesn't tell
	state      string
	attempt    int
	index      int64 // of the latest intent
	at         time.Time
	cycle      string // that owes the outcome
	restorable time.Time
	decision   *decision
}

// arrows are the states that may follow each other within one attempt.
var arrows = map[string][]string{
	acting:     {"accepted", "gone", "refused", "failed", "unknown", "skipped"},
	"unknown":  {"accepted", "gone", "refused", "failed", "skipped"},
	"accepted": {"gone", "disputed"},
	"gone":     {"final", "disputed"},
}

// again are the states after which another attempt may be made.
var again = []string{idle, "failed", "skipped", "refused", "disputed"}

// verbs are all that the program may do to a record; none widens a permission.
var verbs = []string{"delete", "unsubscribe", "leave", "instruct"}

// fresh is how old the last re-read of a record may be at its intent.
const fresh = 60 * time.Second

// slack is how far two clocks of one machine's times may part before planning
// stops: times that were taken by another clock than the entry's are judged with it.
const slack = 5 * time.Minute

func (b *book) opened(e event, x *entry.Opened) {
	if !slices.Contains(verbs, x.Verb) {
		b.fault(e, "R11", x.Duty, "the verb %s is none that lapsed may do", x.Verb)
	}
	if b.duties[x.Duty] != nil {
		b.fault(e, "R10", x.Duty, "a duty is opened that is already open")
		return
	}
	d := &duty{person: x.Person, opened: x, decision: b.decided[x.Decision]}
	if d.decision == nil {
		b.fault(e, "R4", x.Duty, "the decision %s that opens it is not known", x.Decision)
	} else {
		d.decision.uses++
	}
	b.person(x.Person).duties++
	b.duties[x.Duty] = d
}

func (b *book) withdrawn(x *entry.Withdrawn) {
	if d := b.duties[x.Duty]; d != nil && slices.Contains(again, d.state) {
		b.end(x.Duty, d)
	}
}

// end forgets a duty, and what was kept for it alone.
func (b *book) end(name string, d *duty) {
	delete(b.duties, name)
	b.unuse(d.decision)
	if d.opened == nil {
		return
	}
	p := b.person(d.person)
	if p.duties--; p.duties == 0 {
		for _, l := range p.latest {
			b.unuse(l)
		}
		delete(b.persons, d.person)
	}
}

func (b *book) intent(e event, x *entry.Intent) {
	if !slices.Contains(verbs, x.Verb) {
		b.fault(e, "R11", x.Duty, "the verb %s is none that lapsed may do", x.Verb)
	}
	d := b.duties[x.Duty]
	switch {
	case d == nil:
		b.fault(e, "R10", x.Duty, "the duty is not open: it was never opened, or has ended")
		d = &duty{person: x.Person, attempt: x.Attempt - 1}
		b.duties[x.Duty] = d
	case !slices.Contains(again, d.state):
		b.fault(e, "R10", x.Duty, "attempt %d follows one that is %s", x.Attempt, d.state)
	case x.Attempt != d.attempt+1:
		b.fault(e, "R10", x.Duty, "attempt %d follows attempt %d", x.Attempt, d.attempt)
	}
	b.refreshed(e, x)
	b.held(e, x)
	c := b.inCycle(e, x)
	b.demanded(e, x, d, c)
	b.authority(e, x, c)
	*d = duty{person: d.person, opened: d.opened, decision: d.decision, state: acting, attempt: x.Attempt, index: e.index, at: e.at, cycle: e.cycle}
	if c != nil {
		c.open[x.Duty] = true
	}
}

// refreshed judges R7.
func (b *book) refreshed(e event, x *entry.Intent) {
	at, err := time.Parse(entry.TimeLayout, x.Refreshed)
	if err != nil {
		return // S1 has told
	}
	switch age := e.at.Sub(at); {
	case age > fresh:
		b.fault(e, "R7", x.Duty, "the record was re-read %s before the intent; 60s are allowed", age)
	case age < 0:
		b.fault(e, "R7", x.Duty, "the record was re-read %s after the intent", -age)
	}
}

func (b *book) outcome(e event, x *entry.Outcome) {
	if c := b.cycles[e.cycle]; c != nil {
		c.outcomes[x.State]++
	}
	d := b.duties[x.Duty]
	if d == nil || d.state == idle || d.attempt != x.Attempt {
		b.fault(e, "R2", x.Duty, "the outcome %s is of attempt %d, for which there is no intent", x.State, x.Attempt)
		return
	}
	if !slices.Contains(arrows[d.state], x.State) {
		b.fault(e, "R2", x.Duty, "%s can't follow %s", x.State, d.state)
	}
	b.reread(e, x, d)
	if until, err := time.Parse(entry.TimeLayout, x.RestorableUntil); err == nil {
		d.restorable = later(d.restorable, until)
	}
	if c := b.cycles[d.cycle]; c != nil {
		delete(c.open, x.Duty)
	}
	d.state = x.State
	if x.State == "final" {
		b.end(x.Duty, d)
	}
}

// reread judges R9: claimed is what was re-read.
func (b *book) reread(e event, x *entry.Outcome, d *duty) {
	if x.State != "gone" && x.State != "final" {
		return
	}
	at, err := time.Parse(entry.TimeLayout, x.Reread)
	switch {
	case err != nil:
		b.fault(e, "R9", x.Duty, "%s is claimed without a re-read", x.State)
	case at.Before(d.at.Add(-slack)):
		b.fault(e, "R9", x.Duty, "%s rests on a re-read before the write", x.State)
	case at.After(e.at.Add(slack)):
		b.fault(e, "R9", x.Duty, "%s rests on a re-read that lies in the future", x.State)
	}
	if x.State == "final" && e.at.Before(d.restorable) {
		b.fault(e, "R9", x.Duty, "final is claimed %s before the record can no longer be restored", d.restorable.Sub(e.at))
	}
}
