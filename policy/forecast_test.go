package policy_test

import (
	"testing"

	"pgregory.net/rapid"

	"github.com/lapsed/lapsed/internal/contact"
	"github.com/lapsed/lapsed/policy"
)

// A forecast finds the day that looking at every single day would find.
func TestForeseeIsEachDaysDecision(t *testing.T) {
	p := compile(t, "reference.yaml", policy.Reference)
	lapsed := 0
	rapid.Check(t, func(t *rapid.T) {
		w, _ := newWorld(t, p)
		var seen []contact.Observation
		for _, c := range w.cs {
			seen = append(seen, p.Observe(c, testKeys()))
		}
		persons, err := policy.Join(seen, true)
		if err != nil {
			t.Fatal(err)
		}
		end := w.now.AddDate(1, 0, 0)
		for _, x := range persons {
			with := policy.Circumstances{Holds: w.holds}
			d, at, ok := p.Foresee(x, with, w.now, end)
			want, gone := w.now, false // gone: by another clause, or not looked at
			for !want.After(end) {
				v := p.Decide(x, with, want).Verdict
				if gone = v != policy.Kept && v != policy.Undetermined; gone {
					break
				}
				want = (p.Today(want) + 1).Start(p.Zone())
			}
			if lapses := gone && p.Decide(x, with, want).Verdict == policy.Lapsed; lapses != ok || ok && (!at.Equal(want) || d.Verdict != policy.Lapsed) {
				t.Fatalf("foreseen %v at %v (%s), found %v at %v", ok, at, d.Verdict, lapses, want)
			}
			if ok && at.After(w.now) {
				lapsed++
			}
		}
	})
	if lapsed == 0 {
		t.Error("nobody lapsed in the year: nothing was tried")
	}
}
