package verify

import (
	"errors"
	"fmt"
	"slices"
	"time"

	"github.com/transparency-dev/formats/log"
	cosignature "github.com/transparency-dev/formats/note"
	"golang.org/x/mod/sumdb/note"
)

// signed is a checkpoint with those of its signatures that a known key made.
type signed struct {
	log.Checkpoint
	sigs []note.Signature
}

// known says which keys count: those of the log, and those of witnesses. A
// signature by any other key is ignored, as the note format demands.
type known struct {
	logs      []note.Verifier
	witnesses []note.Verifier
}

// newKnown reads keys in the note format. An error names the key that is none.
func newKnown(keys, witnesses []string) (known, error) {
	var k known
	for _, s := range keys {
		if err := k.add(s); err != nil {
			return k, err
		}
	}
	for _, s := range witnesses {
		v, err := cosignature.NewVerifierForCosignatureV1(s)
		if err != nil {
			return k, fmt.Errorf("%q is no key of a witness: %w", s, err)
		}
		k.witnesses = append(k.witnesses, v)
	}
	return k, nil
}

// add takes one more key of the log.
func (k *known) add(key string) error {
	v, err := note.NewVerifier(key)
	if err != nil {
		return fmt.Errorf("%q is no key of a log: %w", key, err)
	}
	if !slices.ContainsFunc(k.logs, func(x note.Verifier) bool { return same(x, v.Name(), v.KeyHash()) }) {
		k.logs = append(k.logs, v)
	}
	return nil
}

func same(v note.Verifier, name string, hash uint32) bool {
	return v.Name() == name && v.KeyHash() == hash
}

// open reads a checkpoint. why tells, in words, what is wrong with it; if it
// could be read at all, the checkpoint is returned all the same.
func (k known) open(b []byte) (c signed, readable bool, why string) {
	n, err := note.Open(b, note.VerifierList(append(slices.Clone(k.logs), k.witnesses...)...))
	var unverified *note.UnverifiedNoteError
	var invalid *note.InvalidSignatureError
	switch {
	case errors.As(err, &unverified):
		n = unverified.Note
	case errors.As(err, &invalid):
		why = "a signature in the name of " + invalid.Name + " is not by its key"
		if n, readable = unsigned(b); !readable {
			return c, false, why
		}
	case err != nil:
		return c, false, "it is no signed note"
	}
	if _, err := c.Unmarshal([]byte(n.Text)); err != nil || len(c.Hash) != 32 || c.Size > 1<<62 || string(c.Marshal()) != n.Text {
		return c, false, "its text is not origin, size and root"
	}
	c.sigs = n.Sigs
	if why == "" && !c.by(k.logs) {
		why = "no key of this log that is known has signed it"
	}
	return c, true, why
}

// unsigned reads a note's text, believing none of its signatures.
func unsigned(b []byte) (*note.Note, bool) {
	_, err := note.Open(b, note.VerifierList())
	var unverified *note.UnverifiedNoteError
	if !errors.As(err, &unverified) {
		return nil, false
	}
	return unverified.Note, true
}

// by tells whether one of the keys has signed.
func (c signed) by(vs []note.Verifier) bool {
	return slices.ContainsFunc(vs, func(v note.Verifier) bool {
		return v.Name() == c.Origin && slices.ContainsFunc(c.sigs, func(s note.Signature) bool { return same(v, s.Name, s.Hash) })
	})
}

// cosigned is when a witness saw a checkpoint.
type cosigned struct {
	by   string
	size int64
	at   time.Time
}

// cosignatures lists those of known witnesses, one for each.
func (k known) cosignatures(c signed) (out []cosigned) {
	for _, v := range k.witnesses {
		for _, s := range c.sigs {
			if !same(v, s.Name, s.Hash) {
				continue
			}
			if at, err := cosignature.CoSigV1Timestamp(s); err == nil {
				out = append(out, cosigned{v.Name(), int64(c.Size), at.UTC()})
				break
			}
		}
	}
	return out
}
