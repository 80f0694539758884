package verify

import (
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"slices"
	"time"

	"github.com/lapsed/lapsed/internal/audit/entry"
	plan "github.com/lapsed/lapsed/internal/duty"
	"github.com/lapsed/lapsed/policy"
)

// terms are what a revision says of limits and approvals.
type terms struct {
	doc    *policy.Document // nil if the text is not held, or is none
	limits plan.Limits
}

// termsOf reads a revision's text, once.
func (b *book) termsOf(e event, revision string) *terms {
	if t := b.terms[revision]; t != nil {
		return t
	}
	t := &terms{}
	b.terms[revision] = t
	if !hexOf(64)(revision) {
		return t
	}
	text, err := b.log.Policy(revision)
	var damage Damage
	switch {
	case errors.As(err, &damage):
		b.fault(e, "R13", revision, "%s", damage)
	case err != nil:
		b.fail(err)
	case text == nil:
	case revisionOf(text) != revision:
		b.fault(e, "R13", revision, "the policy that is held under this revision is another")
	default:
		doc, _, problems := policy.Parse(revision, text)
		if len(problems) > 0 {
			b.fault(e, "R13", revision, "the policy of this revision can't be read: %s", problems[0].Message)
			return t
		}
		t.doc, t.limits = doc, plan.LimitsOf(&policy.Policy{Document: *doc})
	}
	return t
}

func revisionOf(text []byte) string {
	s := sha256.Sum256(text)
	return hex.EncodeToString(s[:])
}

// zone is the controller's, as far as it is known; days are days of it.
func (b *book) zone() *time.Location {
	if t := b.terms[b.active.revision]; t != nil && t.doc != nil {
		return t.doc.Controller.Timezone.Location
	}
	return time.UTC
}

// day counts who was acted on routinely in one day.
type day struct {
	day        policy.Day
	population int // of the latest plan; 0 = none was logged
	verbs      map[string]*spent
}

type spent struct {
	names   map[string]bool // all pseudonyms of the persons counted
	persons int
	told    bool
}

func (b *book) proposed(_ event, x *entry.Proposed) { b.day.population = x.Population }

// spend judges R13: a person counts once a day and verb, by whichever pseudonym.
func (b *book) spend(e event, x *entry.Intent, c *cycle) {
	if c == nil {
		return // R6 has told
	}
	t := b.termsOf(e, c.Revision)
	if t.doc == nil {
		b.gap("R13: the limits, as the text of the revision is not held")
		return
	}
	if today := policy.DayOf(e.at, t.doc.Controller.Timezone.Location); b.day.verbs == nil || today != b.day.day {
		b.day.day, b.day.verbs = today, map[string]*spent{}
	}
	s := b.day.verbs[x.Verb]
	if s == nil {
		s = &spent{names: map[string]bool{}}
		b.day.verbs[x.Verb] = s
	}
	names := append(slices.Clone(x.Aka), x.Person)
	if !slices.ContainsFunc(names, func(n string) bool { return s.names[n] }) {
		s.persons++
	}
	for _, n := range names {
		s.names[n] = true
	}
	if b.day.population == 0 {
		b.gap("R13: the limits, as no plan says how many persons there are")
		return
	}
	if most := t.limits.Verbs[policy.Verb(x.Verb)].Of(b.day.population); s.persons > most && !s.told {
		s.told = true
		b.fault(e, "R13", x.Duty, "it is for person %d of the day by routine; %s is limited to %d of %d persons", s.persons, x.Verb, most, b.day.population)
	}
}
