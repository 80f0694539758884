package person

import (
	"cmp"
	"iter"
	"slices"
	"testing"

	"pgregory.net/rapid"

	"github.com/lapsed/lapsed/internal/contact"
)

func key(s string) (k contact.Key) { copy(k[:], s); return k }

func seq(links []Link) iter.Seq2[Link, error] {
	sorted := slices.Clone(links)
	slices.SortStableFunc(sorted, func(a, b Link) int { return slices.Compare(a.Key[:], b.Key[:]) })
	return func(yield func(Link, error) bool) {
		for _, l := range sorted {
			if !yield(l, nil) {
				return
			}
		}
	}
}

func TestResolve(t *testing.T) {
	kari, ola := key("kari"), key("ola")
	for _, c := range []struct {
		title   string
		links   []Link
		persons []int32
		shared  int
		signals bool
	}{
		{"the same address joins", []Link{{Key: key("a"), Contact: 0, Email: true}, {Key: key("a"), Contact: 2, Email: true}}, []int32{0, 1, 0}, 0, false},
		{"a chain of addresses joins", []Link{{Key: key("a"), Contact: 0}, {Key: key("a"), Contact: 1}, {Key: key("b"), Contact: 1}, {Key: key("b"), Contact: 2}}, []int32{0, 0, 0}, 0, false},
		{"a role address joins nobody", []Link{{Key: key("post"), Contact: 0, Alone: true, Email: true}, {Key: key("post"), Contact: 1, Alone: true, Email: true}}, []int32{0, 1, 2}, 1, false},
		{"two names on one address join nobody", []Link{{Key: key("a"), Contact: 0, Email: true, Name: kari}, {Key: key("a"), Contact: 1, Email: true, Name: ola}}, []int32{0, 1, 2}, 1, true},
		{"no name differs from none", []Link{{Key: key("a"), Contact: 0, Email: true, Name: kari}, {Key: key("a"), Contact: 1, Email: true}}, []int32{0, 0, 2}, 0, false},
		{"the vendor's link joins in spite of names", []Link{{Key: key("l"), Contact: 0, Name: kari}, {Key: key("l"), Contact: 1, Name: ola}}, []int32{0, 0, 2}, 0, false},
	} {
		p, err := Resolve(3, seq(c.links), true)
		if err != nil {
			t.Fatal(err)
		}
		for i, want := range c.persons {
			if got := p.Of(int32(i)); got != want {
				t.Errorf("%s: contact %d is of person %d, want %d", c.title, i, got, want)
			}
		}
		if len(p.Shared) != c.shared || c.shared > 0 && p.Shared[0].Signals != c.signals {
			t.Errorf("%s: shared %+v", c.title, p.Shared)
		}
	}
}

func TestOrderDoesNotMatter(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		n := rapid.IntRange(1, 12).Draw(t, "n")
		links := rapid.SliceOf(rapid.Custom(func(t *rapid.T) Link {
			return Link{Key: key(rapid.StringMatching("[a-f]").Draw(t, "key")), Contact: int32(rapid.IntRange(0, n-1).Draw(t, "contact")), Email: true,
				Name: key(rapid.SampledFrom([]string{"", "x", "y"}).Draw(t, "name"))}
		})).Draw(t, "links")
		a, _ := Resolve(n, seq(links), true)
		shuffled := rapid.Permutation(links).Draw(t, "shuffled")
		b, _ := Resolve(n, seq(shuffled), true)
		for i := range int32(n) {
			if cmp.Compare(a.Of(i), b.Of(i)) != 0 {
				t.Fatalf("contact %d: %d and %d", i, a.Of(i), b.Of(i))
			}
		}
	})
}
