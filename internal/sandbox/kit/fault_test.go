package kit

import (
	"fmt"
	"math"
	"slices"
	"testing"

	"pgregory.net/rapid"
)

// luck is which of n requests to a route meet a fault.
func luck(f *Faults, route string, n int) []int {
	var met []int
	for i := range n {
		if _, hit := f.Next("hubspot", route); hit {
			met = append(met, i)
		}
	}
	return met
}

func armedWith(list ...Fault) *Faults {
	f := &Faults{}
	for _, x := range list {
		f.Arm(x)
	}
	return f
}

func TestTimesAndSkipCountMatchingRequests(t *testing.T) {
	f := armedWith(Fault{Processor: "hubspot", Route: "search", Kind: "477", Skip: 2, Times: 3})
	for range 5 {
		if _, hit := f.Next("salesforce", "search"); hit {
			t.Error("another processor's request met it")
		}
		if _, hit := f.Next("hubspot", "list"); hit {
			t.Error("another route's request met it")
		}
	}
	if got := luck(f, "POST search", 9); !slices.Equal(got, []int{2, 3, 4}) {
		t.Errorf("met by %v", got)
	}
	if f.Clear(); luck(f, "search", 9) != nil {
		t.Error("met after all were cleared")
	}
}

func TestTheFirstFaultThatFitsIsMet(t *testing.T) {
	f := armedWith(Fault{Kind: "one", Times: 1}, Fault{Kind: "two"})
	for _, want := range []string{"one", "two", "two"} {
		if got, _ := f.Next("hubspot", "list"); got.Kind != want {
			t.Errorf("met %q, want %q", got.Kind, want)
		}
	}
}

func TestARateIsTheShareThatMeetsIt(t *testing.T) {
	for _, rate := range []float64{0.01, 0.1, 0.5, 1} {
		const n = 20_000
		got := float64(len(luck(armedWith(Fault{Kind: "x", Rate: rate, Seed: 3}), "list", n))) / n
		if math.Abs(got-rate) > 0.2*rate {
			t.Errorf("rate %v: %v of the requests", rate, got)
		}
	}
	if n := len(luck(armedWith(Fault{Kind: "x", Rate: 0.5, Times: 3}), "list", 100)); n != 3 {
		t.Errorf("%d times, want 3", n)
	}
}

// The same requests meet the same faults, in whatever order those of other
// routes come between them.
func TestLuckIsTheSeeds(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		seed := rapid.Uint64().Draw(t, "seed")
		between := rapid.SliceOfN(rapid.IntRange(0, 3), 200, 200).Draw(t, "between")
		alone := luck(armedWith(Fault{Kind: "x", Rate: 0.2, Seed: seed}), "list", len(between))
		f := armedWith(Fault{Kind: "x", Rate: 0.2, Seed: seed})
		var mixed []int
		for i, n := range between {
			luck(f, fmt.Sprint("other ", n), n)
			if _, hit := f.Next("hubspot", "list"); hit {
				mixed = append(mixed, i)
			}
		}
		if !slices.Equal(alone, mixed) {
			t.Fatalf("%v alone, %v among others", alone, mixed)
		}
	})
	one, other := luck(armedWith(Fault{Kind: "x", Rate: 0.2, Seed: 1}), "list", 500), luck(armedWith(Fault{Kind: "x", Rate: 0.2, Seed: 2}), "list", 500)
	if slices.Equal(one, other) {
		t.Error("two seeds draw the same")
	}
}
