package pseudonym

import (
	"errors"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
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
