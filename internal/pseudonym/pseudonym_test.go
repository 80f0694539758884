package pseudonym

import (
	"encoding/hex"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"testing"

	"github.com/lapsed/lapsed/internal/contact"
)

func TestAddress(t *testing.T) {
	for _, c := range []struct {
		in, want string
		ok       bool
	}{
		{"Kari@Example.com", "kari@example.com", true},
		{" kari@example.com ", "kari@example.com", true},
		{"kari.nordmann+news@example.com", "kari.nordmann+news@example.com", true},
		{"kari@BLÅBÆR.example", "kari@xn--blbr-roah.example", true},
		{"kari@xn--blbr-roah.example", "kari@xn--blbr-roah.example", true},
		{"Kari <kari@example.com>", "", false},
		{"kari@example.com, ola@example.com", "", false},
		{"kari@", "", false}, {"@example.com", "", false}, {"kari", "", false}, {"", "", false},
		{"kari..n@example.com", "", false}, {"a@b@example.com", "", false}, {"kari@exa mple.com", "", false},
	} {
		got, ok := Address(c.in)
		if got != c.want || ok != c.ok {
			t.Errorf("Address(%q) = %q, %v; want %q, %v", c.in, got, ok, c.want, c.ok)
		}
	}
}

func TestRoleAddressesMatchWholeLocalParts(t *testing.T) {
	for a, want := range map[string]bool{"post@example.com": true, "info@example.com": true, "postman@example.com": false, "kari.post@example.com": false} {
		if IsRole(a) != want {
			t.Errorf("IsRole(%q) = %v", a, !want)
		}
	}
}

func TestKeysAreMadeOnceAndReadBack(t *testing.T) {
	dir := filepath.Join(t.TempDir(), "keys")
	if _, err := Open(dir); !errors.Is(err, ErrNoKeys) {
		t.Fatalf("Open of nothing: %v", err)
	}
	a, err := Create(dir, 2026)
	if err != nil {
		t.Fatal(err)
	}
	if _, err := Create(dir, 2026); err == nil {
		t.Fatal("keys were made a second time over existing ones")
	}
	b, err := Open(dir)
	if err != nil {
		t.Fatal(err)
	}
	ka, pa, _, _ := a.Email("Kari@example.com")
	kb, pb, _, _ := b.Email("kari@EXAMPLE.com")
	if ka != kb || pa != pb || ka.IsZero() {
		t.Error("the same address has another pseudonym after reading the keys back")
	}
	info, _ := os.Stat(filepath.Join(dir, keyFile))
	if info.Mode().Perm() != 0o600 {
		t.Errorf("the key file has mode %v", info.Mode().Perm())
	}
}

// Anyone with an opening can check a pseudonym with openssl alone (audit log, section 4).
func TestPseudonymOpensWithOpenssl(t *testing.T) {
	if _, err := exec.LookPath("openssl"); err != nil {
		if os.Getenv("CI") == "true" {
			t.Fatal("openssl is not on this machine")
		}
		t.Log("NOT RUN: openssl is not on this machine, so nobody but our own code was asked")
		return
	}
	k := EpochKey{Use: Subject, Year: 2026, Key: [32]byte{1, 2, 3}}
	o := k.Opening("email:kari@example.com")
	const hexDigits = "0123456789abcdef"
	var h strings.Builder
	for _, b := range o {
		h.WriteByte(hexDigits[b>>4])
		h.WriteByte(hexDigits[b&15])
	}
	out, err := exec.Command("sh", "-c", `printf 'lapsed/pseudonym/v1\0email:kari@example.com' | openssl dgst -sha256 -mac HMAC -macopt hexkey:`+h.String()+` -binary | base64 | tr '+/' '-_' | tr -d '=\n'`).Output()
	if err != nil {
		t.Fatal(err)
	}
	if got := k.Pseudonym("email:kari@example.com"); got != k.KID()+":"+string(out) {
		t.Errorf("pseudonym %s, openssl says %s", got, out)
	}
	if got := NewRing([32]byte{9}, k, k).Public("email:kari@example.com"); got != k.Pseudonym("email:kari@example.com") {
		t.Errorf("the ring says %s, its key %s", got, k.Pseudonym("email:kari@example.com"))
	}
}

// These are in databases and logs: they must never change.
func TestKeysAndPseudonymsStayWhatTheyAre(t *testing.T) {
	subject, signer := EpochKey{Use: Subject, Year: 2026, Key: [32]byte{2}}, EpochKey{Use: Signer, Year: 2026, Key: [32]byte{3}}
	r := NewRing([32]byte{1}, subject, signer)
	ref := contact.Ref{Processor: "hubspot", Object: "contact", ID: "33451"}
	var got []string
	add := func(k contact.Key) { got = append(got, hex.EncodeToString(k[:])) }
	key, public, role, ok := r.Email(" Kari@EXAMPLE.com")
	if role || !ok || public != subject.Pseudonym("email:kari@example.com") {
		t.Errorf("Email: %s, %v, %v", public, role, ok)
	}
	add(key)
	add(r.Link(ref))
	add(r.Name("Kari", " Nordmann"))
	add(r.Name("Bjørn", "Å"))
	add(r.Text("origin hubspot x"))
	got = append(got, r.ID("a", "bc"), public, r.Contact(ref), r.Staff("ola"))
	want := []string{
		"643047a6acf9341eb894a795076c6c8c", "a2175d1cf6b779703d361c7a9effee00", "c5eb5fbe0ed10667a082f3c247af1894", "99f3b811243b3ac1a5cd4791cea7cbfe",
		"bfa83ba51ff475066566866764c2fdeb", "ebdec5871a42597eabf7cbecc7508be0", "a1e7e928:bufXpClCryXjxbFjdQLMJI2xRPOOsWuC7l0C1-P6ml4",
		"a1e7e928:IN-jdNozDujnyVza3DGo79QR5Tv7Ixu3iQbcHG5os_g", "359b1ef0:w6PJ2UcrsjUWrtRW1XybCKmG96j4cdix7fM9jQ7-nck",
	}
	if !slices.Equal(got, want) {
		t.Errorf("got  %q\nwant %q", got, want)
	}
	if !r.Name("", " ").IsZero() || !r.Text("").IsZero() || r.Contact(ref) != subject.Pseudonym("contact:hubspot/contact/33451") {
		t.Error("an empty name or text has a key, or a record's pseudonym isn't its own")
	}
}

// Many goroutines take from one ring.
func TestARingIsShared(t *testing.T) {
	subject := EpochKey{Use: Subject, Year: 2026, Key: [32]byte{2}}
	r := NewRing([32]byte{1}, subject, subject)
	var all sync.WaitGroup
	for g := range 4 {
		all.Go(func() {
			a := fmt.Sprintf("kari%d@example.com", g)
			first, want := r.Name("Kari", a), subject.Pseudonym("email:"+a)
			for range 500 {
				if _, public, _, _ := r.Email(a); public != want || r.Name("Kari", a) != first || r.Link(contact.Ref{ID: a}).IsZero() {
					t.Error("one goroutine's pseudonym came out of another's room")
				}
			}
		})
	}
	all.Wait()
}
