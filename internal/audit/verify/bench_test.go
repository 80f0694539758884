package verify_test

import (
	"fmt"
	"testing"

	"github.com/lapsed/lapsed/internal/audit/entry"
	"github.com/lapsed/lapsed/internal/audit/verify"
)

// busy is a log of full-length writes: decision, duty, intent, three outcomes.
func busy(t testing.TB, entries int) *story {
	s := newStory(t)
	s.begin()
	for cycle := 0; len(s.entries) < entries; cycle++ {
		s.start(fmt.Sprint("cycle", cycle), "enforce")
		for i := range 200 {
			p := fmt.Sprint("person", cycle, "-", i)
			s.demand(p, "unsubscribe", "email", "refusal")
			o := s.entries[len(s.entries)-1].Body.(entry.Opened)
			s.add(entry.DutyIntent, entry.Intent{Duty: o.Duty, Attempt: 1, Verb: o.Verb, Extent: o.Extent, Ground: o.Ground, Person: o.Person, Aka: aka(p), Contact: o.Contact,
				Processor: o.Processor, Decision: o.Decision, Authority: "routine", Refreshed: entry.Time(s.now), Before: commit(p)})
			for _, state := range []string{"accepted", "gone", "final"} {
				s.add(entry.DutyOutcome, entry.Outcome{Duty: o.Duty, Attempt: 1, State: state, Reason: "ok", Reread: entry.Time(s.now)})
			}
		}
		s.add(entry.CycleFinished, entry.Finished{Result: "done", Persons: 1000, Verdicts: map[string]int{"keep": 999}, Outcomes: map[string]int{"accepted": 200, "gone": 200, "final": 200}, Decisions: entry.Digest(nil)})
		s.cycle = ""
	}
	s.entries = s.entries[:entries]
	return s
}

// BenchmarkRun is the speed note of the package: 100,000 entries.
func BenchmarkRun(b *testing.B) {
	s := busy(b, 100_000)
	m := s.build()
	total := 0
	for _, e := range m.entries {
		total += len(e)
	}
	b.SetBytes(int64(total))
	for b.Loop() {
		r := check(b, s, m, verify.Options{Pins: [][]byte{m.checkpoint}})
		if r.Checked.Entries != 100_000 || len(r.Problems) > 0 && r.Problems[0].Code != "R13" {
			b.Fatalf("%+v", r.Problems[:min(3, len(r.Problems))])
		}
	}
	b.ReportMetric(float64(total)/100_000, "B/entry")
}
