package pseudonym

import (
	"crypto/hmac"
	"crypto/sha256"
	"encoding/base64"
	"encoding/hex"
	"hash"
	"sync"

	"github.com/lapsed/lapsed/internal/contact"
)

// Use says what a key's pseudonyms stand for.
type Use string

// The uses of epoch keys.
const (
	Subject Use = "subject" // data subjects
	Signer  Use = "signer"  // staff who approved, held, released
)

// EpochKey makes the pseudonyms of one use for one epoch.
type EpochKey struct {
	Use  Use
	Year int
	Key  [32]byte
}

// KID is the first 8 hex digits of the key's commitment.
func (k EpochKey) KID() string { return k.Commitment()[:8] }

// Commitment ties the key before anybody knows it.
func (k EpochKey) Commitment() string {
	s := sha256.Sum256(append([]byte("lapsed/pseudonym-key/v1\x00"), k.Key[:]...))
	return hex.EncodeToString(s[:])
}

// Opening is what ties one identifier to its pseudonym and no other.
func (k EpochKey) Opening(identifier string) [32]byte {
	return mac(k.Key[:], openingContext, identifier)
}

// Pseudonym is the identifier's name in the audit log: kid, colon, base64url.
func (k EpochKey) Pseudonym(identifier string) string {
	return opened(k.KID(), k.Opening(identifier), identifier)
}

const (
	openingContext   = "lapsed/opening/v1\x00"
	pseudonymContext = "lapsed/pseudonym/v1\x00"
)

// opened is the pseudonym that an opening gives.
func opened(kid string, opening [32]byte, identifier string) string {
	m := mac(opening[:], pseudonymContext, identifier)
	return kid + ":" + base64.RawURLEncoding.EncodeToString(m[:])
}

func mac(key []byte, context, text string) (out [32]byte) {
	h := hmac.New(sha256.New, key)
	h.Write([]byte(context))
	h.Write([]byte(text))
	h.Sum(out[:0])
	return out
}

// Ring holds the living keys. It is safe for concurrent use.
type Ring struct {
	state   [32]byte
	subject EpochKey
	kid     string
	signer  EpochKey
	idle    *sync.Pool // of *hand
}

// NewRing returns a ring of a state key and the current epoch's keys.
func NewRing(state [32]byte, subject, signer EpochKey) *Ring {
	r := &Ring{state: state, subject: subject, kid: subject.KID(), signer: signer}
	r.idle = &sync.Pool{New: func() any {
		return &hand{state: hmac.New(sha256.New, r.state[:]), opens: hmac.New(sha256.New, r.subject.Key[:]), fresh: turns()}
	}}
	return r
}

// turns returns what gives two hashes by turns, as good as new ones for an HMAC
// that is done before the next one begins: the two that it takes differ.
func turns() func() hash.Hash {
	two, n := [2]hash.Hash{sha256.New(), sha256.New()}, 0
	return func() hash.Hash {
		n = 1 - n
		two[n].Reset()
		return two[n]
	}
}

// hand makes authentication codes under the ring's keys without setting them up
// anew, in room of its own: every contact that is read takes several. One
// goroutine at a time has it.
type hand struct {
	state, opens hash.Hash
	fresh        func() hash.Hash // for one HMAC at a time
	text         []byte           // what is hashed
	sum          [32]byte         // of the last hash
	public       []byte
}

func (r *Ring) hand() *hand { return r.idle.Get().(*hand) }

// mac hashes what stands in text. Its result holds until the next one.
func (h *hand) mac(under hash.Hash) []byte {
	under.Reset()
	under.Write(h.text)
	return under.Sum(h.sum[:0])
}

// key is the state key of what stands in text.
func (h *hand) key() (k contact.Key) {
	copy(k[:], h.mac(h.state))
	return k
}

// write sets text to some parts.
func (h *hand) write(parts ...string) {
	h.text = h.text[:0]
	for _, p := range parts {
		h.text = append(h.text, p...)
	}
}

// open is the pseudonym in the log of an identifier, in two parts. The second
// hash is under a key of this identifier alone, which is set up for it.
func (h *hand) open(kid, kind, name string) string {
	h.write(openingContext, kind, name)
	under := hmac.New(h.fresh, h.mac(h.opens))
	h.write(pseudonymContext, kind, name)
	under.Write(h.text)
	h.public = append(append(h.public[:0], kid...), ':')
	h.public = base64.RawURLEncoding.AppendEncode(h.public, under.Sum(h.sum[:0]))
	return string(h.public)
}

// key is the state key of a text of one kind.
func (r *Ring) key(kind, text string) contact.Key {
	h := r.hand()
	defer r.idle.Put(h)
	h.write(kind, text)
	return h.key()
}

// Email implements policy.Pseudonymiser.
func (r *Ring) Email(address string) (key contact.Key, public string, role, ok bool) {
	a, ok := Address(address)
	if !ok {
		return contact.Key{}, "", false, false
	}
	h := r.hand()
	defer r.idle.Put(h)
	h.write("e\x00", a)
	return h.key(), h.open(r.kid, "email:", a), IsRole(a), true
}

// Link implements policy.Pseudonymiser.
func (r *Ring) Link(ref contact.Ref) contact.Key {
	h := r.hand()
	defer r.idle.Put(h)
	h.text = ref.Append(append(h.text[:0], "l\x00"...))
	return h.key()
}

// Name implements policy.Pseudonymiser.
func (r *Ring) Name(first, last string) contact.Key {
	h := r.hand()
	defer r.idle.Put(h)
	const kind = "n\x00"
	h.text = appendName(append(h.text[:0], kind...), first, last)
	if len(h.text) == len(kind) {
		return contact.Key{}
	}
	return h.key()
}

// Text implements policy.Pseudonymiser.
func (r *Ring) Text(s string) contact.Key {
	if s == "" {
		return contact.Key{}
	}
	return r.key("t\x00", s)
}

// ID is a stable 128-bit id made of parts, for duties: 32 hex digits.
func (r *Ring) ID(parts ...string) string {
	text := ""
	for _, p := range parts {
		text += p + "\x00"
	}
	k := r.key("d\x00", text)
	return hex.EncodeToString(k[:])
}

// Public is an identifier's pseudonym in the log's current epoch. Identifiers
// are "email:" and a normalised address, or "contact:" and processor/object/id.
func (r *Ring) Public(identifier string) string {
	h := r.hand()
	defer r.idle.Put(h)
	return h.open(r.kid, "", identifier)
}

// Contact is a record's pseudonym in the log.
func (r *Ring) Contact(ref contact.Ref) string {
	return r.Public("contact:" + ref.Processor + "/" + ref.Object + "/" + ref.ID)
}

// Staff is an account's pseudonym in the log.
func (r *Ring) Staff(account string) string { return r.signer.Pseudonym("staff:" + account) }

// SubjectKey and SignerKey are the current epoch's keys, for the log's key entries.
func (r *Ring) SubjectKey() EpochKey { return r.subject }

// SignerKey is the key of staff pseudonyms.
func (r *Ring) SignerKey() EpochKey { return r.signer }
