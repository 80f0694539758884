package entry

import (
	"regexp"
	"strings"
	"testing"
	"time"

	"github.com/gowebpki/jcs"
	"pgregory.net/rapid"
)

var at = time.Date(2026, 5, 4, 10, 0, 0, 0, time.UTC)

func TestBytesAreCanonicalAndReadBack(t *testing.T) {
	e := Entry{At: at, Kind: DutyWithdrawn, By: Daemon, Cycle: "c1", Body: Withdrawn{Duty: "d1", Cause: "not-demanded"}}
	b, err := Bytes(e)
	if err != nil {
		t.Fatal(err)
	}
	want := `{"at":"2026-05-04T10:00:00.000Z","body":{"cause":"not-demanded","duty":"d1"},"by":{"role":"daemon"},"cycle":"c1","kind":"duty.withdrawn","v":1}`
	if string(b) != want {
		t.Errorf("bytes\n%s\nwant\n%s", b, want)
	}
	r, err := Parse(b)
	if err != nil || r.Kind != e.Kind || !r.At.Equal(at) {
		t.Errorf("read back %+v, %v", r, err)
	}
}

func TestWhatMayNotBeInALogIsRefused(t *testing.T) {
	for title, body := range map[string]Withdrawn{
		"an address":       {Duty: "kari@example.com", Cause: "x"},
		"prose":            {Duty: "d", Cause: "asked by phone"},
		"an empty string":  {Duty: "", Cause: "x"},
		"a foreign letter": {Duty: "d", Cause: "blåbær"},
		"a long text":      {Duty: strings.Repeat("a", 513), Cause: "x"},
	} {
		if b, err := Bytes(Entry{At: at, Kind: DutyWithdrawn, By: Daemon, Body: body}); err == nil {
			t.Errorf("%s went in: %s", title, b)
		}
	}
	if _, err := Bytes(Entry{At: at, Kind: "duty.invented", By: Daemon, Body: Withdrawn{"d", "x"}}); err == nil {
		t.Error("an unknown kind went in")
	}
}

func TestOnlyOneReadingIsAccepted(t *testing.T) {
	good := `{"at":"2026-05-04T10:00:00.000Z","body":{"cause":"x","duty":"d"},"by":{"role":"daemon"},"kind":"duty.withdrawn","v":1}`
	if _, err := Parse([]byte(good)); err != nil {
		t.Fatal(err)
	}
	for title, change := range map[string][2]string{
		"a space":         {`,"kind"`, `, "kind"`},
		"another order":   {`"cause":"x","duty":"d"`, `"duty":"d","cause":"x"`},
		"a twin":          {`"cause":"x"`, `"cause":"x","cause":"y"`},
		"an unknown key":  {`"duty":"d"`, `"duty":"d","extra":"e"`},
		"an unknown kind": {`duty.withdrawn`, `duty.vanished`},
		"a float":         {`"v":1`, `"v":1.0`},
		"a null":          {`"cause":"x"`, `"cause":null`},
		"a newer version": {`"v":1`, `"v":2`},
		"an escape":       {`"duty":"d"`, `"duty":"\u0064"`},
	} {
		bad := strings.Replace(good, change[0], change[1], 1)
		if bad == good {
			t.Fatalf("%s: nothing was changed", title)
		}
		if _, err := Parse([]byte(bad)); err == nil {
			t.Errorf("%s was accepted: %s", title, bad)
		}
	}
}

// Another implementation of RFC 8785 is the oracle.
func TestCanonicalAgreesWithJCS(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		word := rapid.StringMatching(`[A-Za-z0-9._:+/=-]{1,20}`)
		b, err := Bytes(Entry{At: at, Kind: PlanProposed, By: By{"admin", word.Draw(t, "who")}, Cycle: word.Draw(t, "cycle"), Body: Proposed{
			Plan: word.Draw(t, "plan"), Due: rapid.MapOf(word, rapid.IntRange(0, 1<<40)).Draw(t, "due"), Waiting: rapid.Int().Draw(t, "n") % (1 << 48)}})
		if err != nil {
			t.Fatal(err)
		}
		other, err := jcs.Transform(b)
		if err != nil || string(other) != string(b) {
			t.Fatalf("%s\n%s %v", b, other, err)
		}
	})
}

func FuzzParse(f *testing.F) {
	f.Add([]byte(`{"at":"2026-05-04T10:00:00.000Z","body":{"cause":"x","duty":"d"},"by":{"role":"daemon"},"kind":"duty.withdrawn","v":1}`))
	f.Fuzz(func(t *testing.T, b []byte) {
		if r, err := Parse(b); err == nil && r.Into(NewBody(r.Kind)) != nil {
			t.Errorf("accepted and not readable: %s", b)
		}
	})
}

// The alphabet is checked by hand, for speed; the pattern that defines it is the oracle.
func TestAlphabetIsThePattern(t *testing.T) {
	pattern := regexp.MustCompile(`^[A-Za-z0-9._:+/=-]{1,512}$`)
	number := regexp.MustCompile(`^-?(0|[1-9][0-9]{0,14})$`)
	for c := range 256 {
		s := string([]byte{byte(c)})
		if inAlphabet(s) != pattern.MatchString(s) {
			t.Errorf("byte %d: %v", c, inAlphabet(s))
		}
	}
	for _, s := range []string{"", "0", "-0", "00", "01", "-1", "123456789012345", "1234567890123456", "1.0", "1e3", "--1", "-"} {
		if whole(s) != number.MatchString(s) {
			t.Errorf("%q: %v", s, whole(s))
		}
	}
	for _, n := range []int{0, 1, 512, 513} {
		if s := strings.Repeat("a", n); inAlphabet(s) != pattern.MatchString(s) {
			t.Errorf("%d letters: %v", n, inAlphabet(s))
		}
	}
}
