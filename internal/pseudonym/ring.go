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

const openingContext = "lapsed/opening/v1\x00"

// opened is the pseudonym that an opening gives.
func opened(kid string, opening [32]byte, identifier string) string {
	m := mac(opening[:], "lapsed/pseudonym/v1\x00", identifier)
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
	state   *keyed
	subject EpochKey
	opens   *keyed // with the subject's key
	kid     string
	signer  EpochKey
}

// NewRing returns a ring of a state key and the current epoch's keys.
func NewRing(state [32]byte, subject, signer EpochKey) *Ring {
	return &Ring{state: newKeyed(state), subject: subject, opens: newKeyed(subject.Key), kid: subject.KID(), signer: signer}
}

// keyed makes many authentication codes under one key without setting it up anew
// for each: every contact that is read takes several.
type keyed struct{ idle sync.Pool }

func newKeyed(key [32]byte) *keyed {
	return &keyed{sync.Pool{New: func() any { return hmac.New(sha256.New, key[:]) }}}
}

func (k *keyed) mac(context, text string) (sum [32]byte) {
	h := k.idle.Get().(hash.Hash)
	h.Reset()
	var room [256]byte
	h.Write(append(append(room[:0], context...), text...))
	h.Sum(sum[:0])
	k.idle.Put(h)
	return sum
}

// key is the state key of a text of one kind.
func (r *Ring) key(kind, text string) (k contact.Key) {
	sum := r.state.mac(kind, text)
	copy(k[:], sum[:])
	return k
}

// Email implements policy.Pseudonymiser.
func (r *Ring) Email(address string) (key contact.Key, public string, role, ok bool) {
	a, ok := Address(address)
	if !ok {
		return contact.Key{}, "", false, false
	}
	return r.key("e\x00", a), r.Public("email:" + a), IsRole(a), true
}

// Link implements policy.Pseudonymiser.
func (r *Ring) Link(ref contact.Ref) contact.Key { return r.key("l\x00", ref.String()) }

// Name implements policy.Pseudonymiser.
func (r *Ring) Name(first, last string) contact.Key {
	n := Name(first, last)
	if n == "" {
		return contact.Key{}
	}
	return r.key("n\x00", n)
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
	return opened(r.kid, r.opens.mac(openingContext, identifier), identifier)
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
