package verify

import (
	"maps"
	"slices"

	"github.com/lapsed/lapsed/internal/audit/entry"
)

// cycle is one that has not ended.
type cycle struct {
	entry.Started
	index    int64
	then     string                     // revision that was active when it began
	reads    map[string]map[string]bool // processor → object → whole and fresh
	open     map[string]bool            // duties with an intent and no outcome
	outcomes map[string]int
}

func (b *book) start(e event, x *entry.Started) {
	if e.cycle == "" || b.cycles[e.cycle] != nil {
		b.fault(e, "R6", e.cycle, "a cycle begins that is already running, or has no name")
	}
	c := &cycle{*x, e.index, b.active.revision, map[string]map[string]bool{}, map[string]bool{}, map[string]int{}}
	for _, id := range x.Recovers {
		old := b.cycles[id]
		if old == nil {
			b.fault(e, "R1", id, "a cycle is recovered that has not been left unfinished")
			continue
		}
		for name := range old.open {
			c.open[name] = true
			if d := b.duties[name]; d != nil {
				d.cycle = e.cycle
			}
		}
		delete(b.cycles, id)
	}
	// One instance runs one cycle at a time: an older one has been left behind.
	for _, id := range sortedKeys(b.cycles) {
		if old := b.cycles[id]; old.Instance == x.Instance {
			b.leftOpen(e, old, id, "was left unfinished and is not recovered by the next of its instance")
			delete(b.cycles, id)
		}
	}
	b.cycles[e.cycle] = c
	b.expire(e.at)
}

func (b *book) finish(e event, x *entry.Finished) {
	c := b.cycles[e.cycle]
	if c == nil {
		b.fault(e, "R13", e.cycle, "a cycle ends that is not running")
		return
	}
	b.leftOpen(e, c, e.cycle, "has ended")
	for _, state := range sortedKeys(union(c.outcomes, x.Outcomes)) {
		if c.outcomes[state] != x.Outcomes[state] {
			b.fault(e, "R13", e.cycle, "it counts %d outcomes %s, and the log has %d", x.Outcomes[state], state, c.outcomes[state])
		}
	}
	delete(b.cycles, e.cycle)
}

func union(a, b map[string]int) map[string]int {
	out := maps.Clone(a)
	maps.Copy(out, b)
	return out
}

// leftOpen reports the intents without outcome of a cycle that is over (R1).
func (b *book) leftOpen(e event, c *cycle, id, why string) {
	for _, name := range slices.Sorted(maps.Keys(c.open)) {
		index := e.index
		if d := b.duties[name]; d != nil {
			index = d.index
		}
		b.add("R1", index, name, "the intent has no outcome, and its cycle %s %s (entry %d)", id, why, e.index)
	}
}

func (b *book) sourceRead(e event, x *entry.SourceWasRead) {
	c := b.cycles[e.cycle]
	if c == nil {
		return
	}
	if c.reads[x.Processor] == nil {
		c.reads[x.Processor] = map[string]bool{}
	}
	c.reads[x.Processor][x.Object] = x.Whole && x.StalenessS <= x.MaxStalenessS
}

// inCycle judges the cycle that an intent is in (R6) and what that cycle has
// read (R8). It returns nil if there is none.
func (b *book) inCycle(e event, x *entry.Intent) *cycle {
	c := b.cycles[e.cycle]
	switch {
	case c == nil:
		b.fault(e, "R6", x.Duty, "the intent is in no running cycle")
		return nil
	case c.Mode != "enforce":
		b.fault(e, "R6", x.Duty, "the intent is in a cycle of mode %s", c.Mode)
	}
	if b.paused {
		b.fault(e, "R6", x.Duty, "writes were paused")
	}
	if x.Verb != "delete" || x.Ground != "retention" && x.Ground != "no-basis" {
		return c
	}
	if len(c.Processors) == 0 {
		b.fault(e, "R8", x.Duty, "the cycle has no processors, so nothing was read")
	}
	for _, p := range c.Processors {
		switch reads := slices.Collect(maps.Values(c.reads[p])); {
		case len(reads) == 0:
			b.fault(e, "R8", x.Duty, "%s was not read in this cycle", p)
		case slices.Contains(reads, false):
			b.fault(e, "R8", x.Duty, "%s was not read whole and fresh", p)
		}
	}
	return c
}
