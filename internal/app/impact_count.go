package app

import (
	"cmp"
	"slices"

	"github.com/lapsed/lapsed/internal/contact"
	"github.com/lapsed/lapsed/internal/duty"
	"github.com/lapsed/lapsed/policy"
)

// samples are how many records are shown of each number.
const samples = 3

// impactCount is what one worker has counted.
type impactCount struct {
	persons, changed, fresh int
	newly, noLonger         VerbCount
	verdicts                map[[2]policy.Verdict]*tally
	lines                   map[lineKey]*line
}

type lineKey struct {
	ground    policy.Ground
	verb      policy.Verb
	processor string
}

type line struct {
	newly, noLonger int
	tally
}

func newImpactCount() *impactCount {
	return &impactCount{newly: VerbCount{}, noLonger: VerbCount{}, verdicts: map[[2]policy.Verdict]*tally{}, lines: map[lineKey]*line{}}
}

// person counts one person.
func (c *impactCount) person(s *subject, old, next policy.Decision) {
	if old.Verdict == policy.LeftAlone && next.Verdict == policy.LeftAlone {
		return
	}
	c.persons++
	changed := old.Verdict != next.Verdict
	if changed {
		at(c.verdicts, [2]policy.Verdict{old.Verdict, next.Verdict}).add(s.id, s.rows[0].Ref)
	}
	fresh := c.demands(s, next.Demands, old.Demands, c.newly, func(l *line) { l.newly++ })
	gone := c.demands(s, old.Demands, next.Demands, c.noLonger, func(l *line) { l.noLonger++ })
	if fresh {
		c.fresh++
	}
	if changed || fresh || gone {
		c.changed++
	}
}

// demands counts, once a verb and once a line, the person's demands in a that b
// does not cover.
func (c *impactCount) demands(s *subject, a, b []policy.Demand, verbs VerbCount, one func(*line)) bool {
	seenVerb, seenLine := map[policy.Verb]bool(nil), map[lineKey]bool(nil)
	for _, m := range a {
		if covered(m, b) {
			continue
		}
		if seenVerb == nil {
			seenVerb, seenLine = map[policy.Verb]bool{}, map[lineKey]bool{}
		}
		if !seenVerb[m.Verb] {
			seenVerb[m.Verb] = true
			verbs[m.Verb]++
		}
		k := lineKey{m.Ground, m.Verb, m.Ref.Processor}
		if !seenLine[k] {
			seenLine[k] = true
			l := at(c.lines, k)
			one(l)
			l.add(s.id, m.Ref)
		}
	}
	return seenVerb != nil
}

// covered tells whether other demands already do what a demand does, to the same
// record, as far and as soon.
func covered(m policy.Demand, by []policy.Demand) bool {
	for _, x := range by {
		if x.Ref != m.Ref || x.Verb != m.Verb || duty.HasGrace(x.Ground) && !duty.HasGrace(m.Ground) {
			continue
		}
		if x.Extent > m.Extent || x.Extent == m.Extent && x.Topic == m.Topic {
			return true
		}
	}
	return false
}

func (c *impactCount) merge(o *impactCount) {
	c.persons, c.changed, c.fresh = c.persons+o.persons, c.changed+o.changed, c.fresh+o.fresh
	for v, n := range o.newly {
		c.newly[v] += n
	}
	for v, n := range o.noLonger {
		c.noLonger[v] += n
	}
	for k, t := range o.verdicts {
		at(c.verdicts, k).merge(t)
	}
	for k, l := range o.lines {
		mine := at(c.lines, k)
		mine.newly, mine.noLonger = mine.newly+l.newly, mine.noLonger+l.noLonger
		mine.merge(&l.tally)
	}
}

func (c *impactCount) into(out *Impact) {
	out.Persons, out.Changed, out.New, out.Newly, out.NoLonger = c.persons, c.changed, c.fresh, c.newly, c.noLonger
	for k, t := range c.verdicts {
		out.Verdicts = append(out.Verdicts, VerdictMove{k[0], k[1], t.persons, t.records()})
	}
	slices.SortFunc(out.Verdicts, func(x, y VerdictMove) int {
		return cmp.Or(cmp.Compare(y.Persons, x.Persons), cmp.Compare(x.From, y.From), cmp.Compare(x.To, y.To))
	})
	for k, l := range c.lines {
		out.Lines = append(out.Lines, ImpactLine{k.ground.Clause(), k.ground, k.verb, k.processor, l.newly, l.noLonger, l.records()})
	}
	slices.SortFunc(out.Lines, func(x, y ImpactLine) int {
		return cmp.Or(cmp.Compare(x.Verb, y.Verb), cmp.Compare(x.Clause, y.Clause), cmp.Compare(x.Ground, y.Ground), cmp.Compare(x.Processor, y.Processor))
	})
}

// tally counts persons, and keeps the records of the first few by their ids: the
// same ones in whatever order they come.
type tally struct {
	persons int
	first   []sample
}

type sample struct {
	id  int64
	ref contact.Ref
}

func (t *tally) add(id int64, ref contact.Ref) {
	t.persons++
	t.keep(sample{id, ref})
}

func (t *tally) keep(s sample) {
	if len(t.first) == samples && s.id >= t.first[samples-1].id {
		return
	}
	i, there := slices.BinarySearchFunc(t.first, s.id, func(x sample, id int64) int { return cmp.Compare(x.id, id) })
	if there {
		return
	}
	t.first = slices.Insert(t.first, i, s)
	t.first = t.first[:min(len(t.first), samples)]
}

func (t *tally) merge(o *tally) {
	t.persons += o.persons
	for _, s := range o.first {
		t.keep(s)
	}
}

func (t *tally) records() []string {
	out := make([]string, len(t.first))
	for i, s := range t.first {
		out[i] = s.ref.String()
	}
	return out
}

// at is the map's value of a key, made if it isn't there.
func at[K comparable, V any](m map[K]*V, k K) *V {
	v := m[k]
	if v == nil {
		v = new(V)
		m[k] = v
	}
	return v
}
