package app

import (
	"context"
	"fmt"
	"io"
	"maps"
	"slices"
	"strings"
	"time"

	"github.com/lapsed/lapsed/internal/duty"
	"github.com/lapsed/lapsed/internal/store"
	"github.com/lapsed/lapsed/policy"
)

// Impact is what another policy would change today, counted over all persons of
// the state. Nobody is named but by a processor's own record id.
type Impact struct {
	From PolicyName `json:"from"`
	To   PolicyName `json:"to"`
	At   time.Time  `json:"at"`
	AsOf time.Time  `json:"as_of,omitzero"` // the oldest whole read that this rests on
	// Exact is false if the numbers can't be told from what is kept; Why says why.
	// They are then no measure of anything, and Number is what is known at least.
	Exact    bool          `json:"exact"`
	Why      string        `json:"why,omitzero"`
	Persons  int           `json:"persons"`   // in the scope of either policy
	Changed  int           `json:"changed"`   // persons whose verdict or demands change
	New      int           `json:"new"`       // persons for whom something new would be done
	Newly    VerbCount     `json:"newly"`     // persons, by what would newly be done
	NoLonger VerbCount     `json:"no_longer"` // persons, by what would no longer be done
	Verdicts []VerdictMove `json:"verdicts"`
	Lines    []ImpactLine  `json:"lines"`
	Limits   []ImpactLimit `json:"limits"`
}

// ImpactLimit is what waits for a human, once the policy is in force, of what
// would newly be done.
type ImpactLimit struct {
	Verb      policy.Verb `json:"verb"`
	People    int         `json:"people"`
	ADay      int         `json:"a_day"`     // without an approval
	Waits     bool        `json:"waits"`     // it is more than that
	Approvals int         `json:"approvals"` // needed, 0 = none
}

// PolicyName tells one policy from another.
type PolicyName struct {
	Version  string `json:"version"`
	Revision string `json:"revision"`
}

// VerbCount counts persons by verb.
type VerbCount map[policy.Verb]int

// VerdictMove is persons whose verdict changes from one word to another.
type VerdictMove struct {
	From    policy.Verdict `json:"from"`
	To      policy.Verdict `json:"to"`
	Persons int            `json:"persons"`
	Sample  []string       `json:"sample"` // records, PROCESSOR:OBJECT:ID
}

// ImpactLine is what changes by one clause, verb and processor, in persons.
type ImpactLine struct {
	Clause    string        `json:"clause"`
	Ground    policy.Ground `json:"ground"`
	Verb      policy.Verb   `json:"verb"`
	Processor string        `json:"processor"`
	Newly     int           `json:"newly"`
	NoLonger  int           `json:"no_longer"`
	Sample    []string      `json:"sample"` // records
}

// Number is how many persons something new would be done for: what an admin types
// to activate the policy.
func (i Impact) Number() int { return i.New }

// Impact counts what another policy, bound to the same processors, would change
// today by what the latest reads left in the state. It reads no processor and
// changes nothing.
func (a *App) Impact(ctx context.Context, next *policy.Policy) (Impact, error) {
	return a.impact(ctx, a.Policy, next)
}

// impact is Impact from any policy to any other.
func (a *App) impact(ctx context.Context, old, next *policy.Policy) (Impact, error) {
	out := newImpact(old, next, a.Clock())
	err := a.Store.Read(ctx, func(tx *store.Tx) (err error) {
		out.AsOf, out.Why, err = comparableBy(tx, old, next)
		return err
	})
	if err != nil || out.Why != "" {
		return out, err
	}
	parts, err := visitAll(ctx, a.Store, twoNames(old), newImpactCount, func(c *impactCount, s *subject) {
		c.person(s, old.Decide(s.person, s.under(old), out.At), next.Decide(s.person, s.under(next), out.At))
	})
	if err != nil {
		return out, fmt.Errorf("count what the policy would change: %w", err)
	}
	out.finish(next, parts)
	return out, nil
}

func newImpact(old, next *policy.Policy, at time.Time) Impact {
	return Impact{From: nameOf(old), To: nameOf(next), At: at, Newly: VerbCount{}, NoLonger: VerbCount{}, Verdicts: []VerdictMove{}, Lines: []ImpactLine{}, Limits: []ImpactLimit{}}
}

// finish puts together what the workers counted.
func (i *Impact) finish(next *policy.Policy, parts []*impactCount) {
	for _, c := range parts[1:] {
		parts[0].merge(c)
	}
	parts[0].into(i)
	i.Exact, i.Limits = true, limitsOn(next, *i)
}

// twoNames tells whether an address with two names joins nobody.
func twoNames(p *policy.Policy) bool {
	return slices.Contains(p.Identity.NotBy, policy.NotByTwoNames)
}

// limitsOn says what a day's limits of the new policy make of what is newly demanded.
func limitsOn(p *policy.Policy, i Impact) []ImpactLimit {
	out := []ImpactLimit{}
	limits := duty.LimitsOf(p)
	for _, v := range verbs {
		n := i.Newly[v]
		if n == 0 {
			continue
		}
		l := ImpactLimit{Verb: v, People: n, ADay: limits.Verbs[v].Of(i.Persons), Approvals: 0}
		if l.Waits = n > l.ADay; l.Waits {
			l.Approvals = 1
			if a := p.Limits.Approval; a != nil && a.TwoPeopleAbove != nil && n > a.TwoPeopleAbove.Of(i.Persons) {
				l.Approvals = 2
			}
		}
		out = append(out, l)
	}
	return out
}

// verbs in the order in which they are shown.
var verbs = []policy.Verb{policy.Delete, policy.Unsubscribe, policy.Instruct}

func nameOf(p *policy.Policy) PolicyName { return PolicyName{p.Version, p.Revision} }

// comparableBy tells since when the facts of the state are whole, and why they can't
// be decided upon by both policies, "" if they can.
func comparableBy(tx *store.Tx, old, next *policy.Policy) (asOf time.Time, why string, err error) {
	sources, err := tx.Sources()
	if err != nil {
		return asOf, "", err
	}
	read := 0
	for _, name := range slices.Sorted(maps.Keys(sources)) {
		s := sources[name]
		switch {
		case s.Wholes == 0:
			continue
		case s.Signature != old.Signature && why == "":
			why = "the records of " + name + " were read last under other rules than those in force: the next whole read mends that"
		}
		read++
		if asOf.IsZero() || s.WholeAt.Before(asOf) {
			asOf = s.WholeAt
		}
	}
	switch {
	case read == 0:
		return asOf, "no processor has been read whole yet", nil
	case why == "" && next.Signature != old.Signature:
		why = "the new policy looks at records by other rules than those that they were read by: what it would see there is not known until they are read anew"
	}
	return asOf, why, nil
}

// Text writes the impact for people.
func (i Impact) Text(w io.Writer) {
	line := func(format string, args ...any) { _, _ = fmt.Fprintf(w, format+"\n", args...) }
	line("From %s (%.12s) to %s (%.12s)", i.From.Version, i.From.Revision, i.To.Version, i.To.Revision)
	if !i.Exact {
		line("How many people this is about can't be told: %s.", i.Why)
		return
	}
	line("By what was read until %s, of %d people in scope:", i.AsOf.Format("2006-01-02 15:04 MST"), i.Persons)
	if i.Changed == 0 {
		line("  nothing changes for anybody today")
		return
	}
	line("  %7d  people for whom something new would be done", i.New)
	for _, v := range verbs {
		if n := i.Newly[v]; n > 0 {
			line("  %7d  newly: %s", n, v.Words())
		}
		if n := i.NoLonger[v]; n > 0 {
			line("  %7d  no longer: %s", n, v.Words())
		}
	}
	for _, m := range i.Verdicts {
		line("  %7d  from %s to %s, such as %s", m.Persons, m.From, m.To, strings.Join(m.Sample, ", "))
	}
	line("By clause, verb and processor:")
	for _, l := range i.Lines {
		line("  %-4s %-12s %-12s newly %d, no longer %d: %s; such as %s", l.Clause, l.Verb.Words(), l.Processor, l.Newly, l.NoLonger, l.Ground.Words(), strings.Join(l.Sample, ", "))
	}
	for _, l := range i.Limits {
		if l.Waits {
			line("A human must approve: %s, %d people, where %d a day go by themselves; approvals needed: %d", l.Verb.Words(), l.People, l.ADay, l.Approvals)
		}
	}
}
