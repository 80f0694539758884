package pseudonym

import (
	"slices"
	"strings"
	"testing"
)

var addresses = []string{
	"Kari@Example.com", "kari.nordmann+news@example.com", " kari@example.com", "kari@xn--blbr-roah.example", "kari@XN--blbr-roah.example",
	"kari@sub.xn--blbr-roah.example", "kari@BLÅBÆR.example", "KÅRI@example.com", "kari@\u212aelvin.example", "\u212a@example.com", "e\u0301@example.com",
	"a..b@example.com", ".a@example.com", "a.@example.com", "a@.example.com", "a@example.com.", "a@b@c.example", "@example.com", "a@", "@", "",
	"\"a b\"@example.com", "a@[192.0.2.1]", "a\x00b@example.com", "a_b-c@EXAMPLE", strings.Repeat("a", 310) + "@example.com", strings.Repeat("a", 307) + "@example.com",
}

// What is done in the common case alone gives what is done in every case.
func FuzzAddress(f *testing.F) {
	for _, s := range addresses {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, s string) {
		got, ok := Address(s)
		want, wantOK := anyAddress(s)
		if got != want || ok != wantOK {
			t.Errorf("%q: %q, %v; want %q, %v", s, got, ok, want, wantOK)
		}
	})
}

func FuzzName(f *testing.F) {
	for _, n := range [][2]string{{"Kari", "Nordmann"}, {" Kari  Anne", "\tNord\vmann\n"}, {"", ""}, {"", "N"}, {"K", ""}, {" ", "\r"}, {"Bjørn", "ÅSE"}, {"\u212a", "\u0130"}, {"e", "\u0301"}, {"a\u00a0b", "c\u0085d"}, {"\xff", "\x1c"}} {
		f.Add(n[0], n[1])
	}
	f.Fuzz(func(t *testing.T, first, last string) {
		if got, want := Name(first, last), anyName(first, last); got != want {
			t.Errorf("%q, %q: %q, want %q", first, last, got, want)
		}
	})
}

// The common case has a way of its own, or the tests above compare a thing with itself.
func TestMostAddressesNeedNoMemory(t *testing.T) {
	address := strings.Clone("kari.nordmann+news@example.com")
	if n := testing.AllocsPerRun(100, func() { Address(address) }); n != 0 {
		t.Errorf("%v allocations", n)
	}
	room := slices.Grow([]byte(nil), 100)
	if n := testing.AllocsPerRun(100, func() { appendName(room, "Kari", "Nordmann") }); n != 0 {
		t.Errorf("a name: %v allocations", n)
	}
}
