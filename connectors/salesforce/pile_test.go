package salesforce

import (
	"encoding/binary"
	"os"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"testing"
	"time"

	"pgregory.net/rapid"

	"github.com/lapsed/lapsed/internal/contact"
	"github.com/lapsed/lapsed/internal/fault"
)

// Whatever fits into memory, a pile gives back what a map of lists would.
func TestAPileGivesBackWhatWasPutThere(t *testing.T) {
	scratch := t.TempDir()
	rapid.Check(t, func(t *rapid.T) {
		p := newPile(scratch, rapid.SampledFrom([]int{0, 1, 100, 3000}).Draw(t, "room"))
		defer p.close()
		want, total := map[key][]string{}, rapid.IntRange(0, 200).Draw(t, "rows")
		for i := range total {
			k := key{'0', '0', byte(rapid.IntRange(0, 2).Draw(t, "kind")), byte(rapid.IntRange(0, 8).Draw(t, "owner"))}
			row := strconv.Itoa(i) + strings.Repeat("x", rapid.SampledFrom([]int{0, 5, 900, 9000}).Draw(t, "size"))
			want[k] = append(want[k], row)
			if err := p.add(k, []byte(row)); err != nil {
				t.Fatal(err)
			}
		}
		if err := p.sort(); err != nil {
			t.Fatal(err)
		}
		for n := range 50 {
			k := key{'0', '0', byte(n % 4), byte(n / 5)}
			var got []string
			if err := p.of(k, func(row []byte) { got = append(got, string(row)) }); err != nil {
				t.Fatal(err)
			}
			if !slices.Equal(got, want[k]) {
				t.Fatalf("%v: %d rows, want %d in their order", k, len(got), len(want[k]))
			}
		}
		last, n := key{}, 0
		if err := p.all(func(k key, row []byte) error {
			if compareKeys(k, last) < 0 || !slices.Contains(want[k], string(row)) {
				t.Errorf("%v after %v", k, last)
			}
			last, n = k, n+1
			return nil
		}); err != nil || n != total {
			t.Fatalf("%d rows of %d, %v", n, total, err)
		}
	})
}

// Who sent which e-mail is told apart from the e-mails, in any number of runs.
func TestRowsAreTiedToThoseWhoSentThem(t *testing.T) {
	for _, room := range []int{0, 1, 500} {
		tab := newTable(relationPlan{relation: relation{link: byMessage}, columns: []column{{path: "t", name: "t", group: "G", kind: contact.Text}}}, Options{Scratch: t.TempDir(), Room: room})
		defer tab.close()
		const mails = 2 * fewTexts // more texts than are kept
		for i := range mails {
			if err := tab.add(&Connector{}, []key{numberedKey('m', i)}, []string{"text " + strconv.Itoa(i)}); err != nil {
				t.Fatal(err)
			}
		}
		for i := mails - 1; i >= 0; i-- {
			if err := tab.link(numberedKey('m', i), numberedKey('p', i%7)); err != nil {
				t.Fatal(err)
			}
		}
		if err := tab.done(); err != nil {
			t.Fatal(err)
		}
		for person := range 8 {
			into, want := map[string][]contact.Row{}, []string(nil)
			if err := tab.join(into, []key{numberedKey('p', person)}); err != nil {
				t.Fatal(err)
			}
			for i := person; i < mails && person < 7; i += 7 {
				want = append(want, "text "+strconv.Itoa(i))
			}
			var got []string
			for _, r := range into["G"] {
				got = append(got, r.Value("t").Text())
			}
			if !slices.Equal(got, want) {
				t.Fatalf("room %d: person %d sent %d mails, want %d in their order", room, person, len(got), len(want))
			}
		}
	}
}

func numberedKey(kind byte, n int) key {
	k := key{kind}
	binary.BigEndian.PutUint64(k[3:], uint64(n))
	return k
}

// What lies on the disk can't be read there, has no name, and when the disk gives
// back something else, the read fails: a sign of life may be in it.
func TestWhatADiskHoldsIsSealed(t *testing.T) {
	scratch := t.TempDir()
	p := newPile(scratch, 1)
	defer p.close()
	for i := range 5 {
		if err := p.add(numberedKey('p', i), []byte("canary")); err != nil {
			t.Fatal(err)
		}
	}
	if err := p.sort(); err != nil {
		t.Fatal(err)
	}
	if left, _ := filepath.Glob(filepath.Join(scratch, "*")); len(left) > 0 {
		t.Errorf("%d files have names", len(left))
	}
	bytes := make([]byte, p.vault.size)
	if _, err := p.vault.file.ReadAt(bytes, 0); err != nil || strings.Contains(string(bytes), "canary") {
		t.Errorf("the disk shows what was put there, or can't be read: %v", err)
	}
	if _, err := p.vault.file.WriteAt([]byte{bytes[9] ^ 1}, 9); err != nil {
		t.Fatal(err)
	}
	if err := p.of(numberedKey('p', 3), func([]byte) {}); !fault.Is(err, fault.Transient) {
		t.Errorf("a disk that lies: %v", err)
	}
}

func TestWithoutAFolderRowsStayInMemory(t *testing.T) {
	p := newPile(filepath.Join(t.TempDir(), "nowhere"), 1)
	for i := range 9 {
		if err := p.add(numberedKey('p', i%2), []byte{byte(i)}); err != nil {
			t.Fatal(err)
		}
	}
	if err := p.sort(); err != nil {
		t.Fatal(err)
	}
	var got []byte
	if err := p.of(numberedKey('p', 1), func(row []byte) { got = append(got, row...) }); err != nil || string(got) != "\x01\x03\x05\x07" {
		t.Errorf("%v, %v", got, err)
	}
}

// A full disk ends the read: what was put there is lost.
func TestAFullDiskEndsTheRead(t *testing.T) {
	p := newPile(t.TempDir(), 1)
	if err := p.add(key{1}, []byte("a")); err != nil {
		t.Fatal(err)
	}
	if err := p.add(key{2}, []byte("b")); err != nil {
		t.Fatal(err)
	}
	name := filepath.Join(t.TempDir(), "shut")
	if err := os.WriteFile(name, nil, 0o600); err != nil {
		t.Fatal(err)
	}
	shut, err := os.Open(name) // no writing
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = shut.Close() }()
	p.vault.close()
	p.vault.file = shut
	if err := p.add(key{3}, []byte("c")); !fault.Is(err, fault.Transient) || strings.Contains(err.Error(), name) {
		t.Errorf("%v", err)
	}
}

// Times come back as they went in, of whatever unit.
func TestCodecKeepsTimes(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		c := codec{known: map[string]uint64{}}
		at := time.UnixMilli(rapid.Int64Range(-3e12, 4e12).Draw(t, "at")).UTC()
		b := c.pack(c.pack(nil, contact.InstantValue(at)), contact.DateValue(at.Truncate(24*time.Hour)))
		v, rest := c.unpack(contact.Instant, b)
		d, rest := c.unpack(contact.Date, rest)
		got, _ := v.Time()
		if day, _ := d.Time(); !got.Equal(at) || !day.Equal(at.Truncate(24*time.Hour)) || len(rest) > 0 {
			t.Fatalf("%v became %v and %v", at, got, day)
		}
	})
}
