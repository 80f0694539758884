package verify

import (
	"cmp"
	"maps"
	"slices"
	"time"

	"github.com/lapsed/lapsed/internal/audit/entry"
)

// event is one entry on its way through the rules.
type event struct {
	index int64
	at    time.Time
	kind  entry.Kind
	by    entry.By
	cycle string
	body  any // pointer to the struct of the kind
}

// book is what the rules remember of the entries so far: what is open.
type book struct {
	*problems
	log      Log
	evidence bool // open commitments
	fields   fields
	tree     *tree
	last     time.Time
	origin   string // of the checkpoint
	gaps     map[string]int

	keys     keys
	cycles   map[string]*cycle
	paused   bool
	active   activation
	duties   map[string]*duty
	persons  map[string]*person
	decided  map[string]*decision
	holds    map[string]*hold
	holdings int // hold.added and hold.released so far
	batches  map[string]*batch
	terms    map[string]*terms
	day      day
	findings map[string]matter
	requests map[string]matter
}

func newBook(l Log, t *tree, p *problems, evidence bool) *book {
	return &book{problems: p, log: l, evidence: evidence, fields: newFields(), tree: t, gaps: map[string]int{}, keys: newKeys(),
		cycles: map[string]*cycle{}, duties: map[string]*duty{}, persons: map[string]*person{}, decided: map[string]*decision{},
		holds: map[string]*hold{}, batches: map[string]*batch{}, terms: map[string]*terms{}, findings: map[string]matter{}, requests: map[string]matter{}}
}

// fault reports a broken rule at an entry.
func (b *book) fault(e event, code, ref, format string, args ...any) {
	b.add(code, e.index, ref, format, args...)
}

// gap counts something that could not be checked.
func (b *book) gap(what string) { b.gaps[what]++ }

// read takes the next entry's bytes.
func (b *book) read(index int64, raw []byte) {
	r, err := entry.Parse(raw)
	if err != nil {
		b.add("S1", index, "", "%v", err)
		return
	}
	e := event{index, r.At, r.Kind, r.By, r.Cycle, entry.NewBody(r.Kind)}
	if err := r.Into(e.body); err != nil {
		b.add("S1", index, "", "%v", err)
		return
	}
	if e.at.Before(b.last) {
		b.fault(e, "S2", "", "its time lies %s before that of an earlier entry", b.last.Sub(e.at))
	}
	b.last = later(b.last, e.at)
	if e.kind != entry.LogCreated && e.index == 0 {
		b.fault(e, "S3", "", "the first entry is not log.created")
	}
	b.key(e) // before the forms, which look for keys that are not known
	b.check(e)
	b.apply(e)
}

func later(a, b time.Time) time.Time {
	if b.After(a) {
		return b
	}
	return a
}

// check holds every value against the form of its field.
func (b *book) check(e event) {
	wrong := func(name, why string) { b.fault(e, "S1", "", "%s %s", name, why) }
	switch {
	case e.by.Role == "daemon" && e.by.Who == "":
	case !slices.Contains(lists["role"], e.by.Role):
		wrong("by", "has a role that is not known")
	case !pseudonym(e.by.Who):
		wrong("by", "does not say who")
	default:
		b.kid(e, e.by.Who, "signer", "reader")
	}
	if e.cycle != "" && !id(e.cycle) {
		wrong("cycle", "is not of its form")
	}
	b.fields.walk(e.kind, e.body, func(name, value string, is form) {
		if is == nil || !is(value) {
			wrong(name, "is not of its form")
			return
		}
		switch {
		case len(value) == 52 && value[8] == ':' && pseudonym(value):
			b.kid(e, value, "subject")
		case b.evidence && commitment(value):
			b.open(e, value)
		}
	}, wrong)
}

// apply hands the entry to the rules that it concerns.
func (b *book) apply(e event) {
	switch x := e.body.(type) {
	case *entry.Started:
		b.start(e, x)
	case *entry.Finished:
		b.finish(e, x)
	case *entry.SourceWasRead:
		b.sourceRead(e, x)
	case *entry.PolicyWasActivated:
		b.active = activation{x.Revision, e.by.Who}
	case *entry.Proposed:
		b.proposed(e, x)
	case *entry.Paused:
		b.paused = e.kind == entry.WritesPaused
	case *entry.Decision:
		b.decide(e, x)
	case *entry.Opened:
		b.opened(e, x)
	case *entry.Withdrawn:
		b.withdrawn(x)
	case *entry.Intent:
		b.intent(e, x)
	case *entry.Outcome:
		b.outcome(e, x)
	case *entry.Frozen:
		b.batches[x.Batch] = &batch{frozen: *x, revision: b.active.revision}
	case *entry.Approved:
		b.answer(e, x)
	case *entry.HoldWasAdded:
		b.holdAdded(e, x)
	case *entry.HoldWasReleased:
		b.holdReleased(e, x)
	default:
		b.matters(e)
	}
}

// activation is the revision that decides, and who made it so.
type activation struct{ revision, by string }

func sortedKeys[K cmp.Ordered, V any](m map[K]V) []K { return slices.Sorted(maps.Keys(m)) }
