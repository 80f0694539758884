package verify_test

import (
	"crypto/ed25519"
	"crypto/sha256"
	"encoding/base64"
	"encoding/binary"
	"fmt"
	"strings"
	"testing"
	"time"

	"golang.org/x/mod/sumdb/note"

	"github.com/lapsed/lapsed/internal/audit/verify"
)

// witness cosigns with a clock of its own. It is written after C2SP
// tlog-cosignature, not with the verifier's library.
type witness struct {
	name string
	hash uint32
	key  ed25519.PrivateKey
	at   time.Time
}

func newWitness(t *testing.T, name string) (w *witness, vkey string) {
	skey, vkey := newKey(t, name)
	parts := strings.SplitN(skey, "+", 5)
	seed, err := base64.StdEncoding.DecodeString(parts[4])
	if err != nil {
		t.Fatal(err)
	}
	w = &witness{name: name, key: ed25519.NewKeyFromSeed(seed[1:])}
	w.hash = keyHash(name, append([]byte{4}, w.key.Public().(ed25519.PublicKey)...))
	return w, vkey
}

func keyHash(name string, key []byte) uint32 {
	sum := sha256.Sum256(append([]byte(name+"\n"), key...))
	return binary.BigEndian.Uint32(sum[:])
}

func (w *witness) Name() string    { return w.name }
func (w *witness) KeyHash() uint32 { return w.hash }

func (w *witness) Sign(msg []byte) ([]byte, error) {
	text := fmt.Sprintf("cosignature/v1\ntime %d\n%s", w.at.Unix(), msg)
	return append(binary.BigEndian.AppendUint64(nil, uint64(w.at.Unix())), ed25519.Sign(w.key, []byte(text))...), nil
}

var _ note.Signer = (*witness)(nil)

// cosigned is the honest log with all its checkpoints cosigned; shift moves the
// witness's clock against the log's at each.
func cosigned(t *testing.T, shift ...time.Duration) (*story, *memory, string) {
	s := honest(t)
	m := s.build()
	w, vkey := newWitness(t, "witness.example/w1")
	for i, n := range []int64{s.signed[0], s.signed[1], int64(len(m.entries))} {
		w.at = s.entries[n-1].At.Add(shift[i])
		m.checkpoints[i] = signNote(t, s.skey, origin, n, treeOf(t, m.entries[:n]), w)
		m.checkpoint = m.checkpoints[i]
	}
	return s, m, vkey
}

func TestWitnessesBracketTheEntries(t *testing.T) {
	s, m, vkey := cosigned(t, time.Second, time.Second, time.Second)
	r := check(t, s, m, verify.Options{Witnesses: []string{vkey}, Quorum: 1})
	if !r.OK || r.Checked.Cosignatures != 1 || len(r.Brackets) != 3 {
		t.Fatalf("problems %+v, checked %+v, brackets %+v", r.Problems, r.Checked, r.Brackets)
	}
	if b := r.Brackets[1]; b.From != s.signed[0] || b.To != s.signed[1] || b.NotBefore == "" || b.NotBefore >= b.NotAfter {
		t.Errorf("the second bracket is %+v", b)
	}
	for _, n := range r.NotChecked {
		if strings.Contains(n, "cosignature") {
			t.Errorf("cosigned, and yet: %s", n)
		}
	}
	if strings.HasPrefix(r.Text(), "WARNING") {
		t.Error("a cosigned log is warned about")
	}
}

func TestTimesOutsideTheBracketsAreFound(t *testing.T) {
	for title, shift := range map[string][]time.Duration{
		"the log's clock runs ahead": {time.Second, time.Second, -6 * time.Minute},
		"the log's clock is behind":  {time.Second, 6 * time.Minute, time.Second},
	} {
		t.Run(title, func(t *testing.T) {
			s, m, vkey := cosigned(t, shift...)
			named(t, check(t, s, m, verify.Options{Witnesses: []string{vkey}}), "S2")
		})
	}
}

func TestACosignatureByAnotherIsNone(t *testing.T) {
	s, m, _ := cosigned(t, time.Second, time.Second, time.Second)
	_, other := newWitness(t, "witness.example/w1")
	named(t, check(t, s, m, verify.Options{Witnesses: []string{other}, Quorum: 1}), "S4")
}
