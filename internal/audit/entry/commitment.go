package entry

import (
	"crypto/hmac"
	"crypto/sha256"
	"encoding/base64"
	"encoding/hex"

	"github.com/go-json-experiment/json/jsontext"
)

// Commit ties canonical data to an entry without showing it: whoever holds salt
// and data can prove that these were meant, nobody can find others that fit.
func Commit(salt [32]byte, canonical []byte) string {
	h := hmac.New(sha256.New, salt[:])
	h.Write([]byte("lapsed/commit/v1\x00"))
	h.Write(canonical)
	return "c1:" + base64.RawURLEncoding.EncodeToString(h.Sum(nil))
}

// Canonical returns the RFC 8785 form of JSON data.
func Canonical(data []byte) ([]byte, error) {
	v := append(jsontext.Value(nil), data...)
	if err := v.Canonicalize(); err != nil {
		return nil, err
	}
	return v, nil
}

// Digest is how larger matter goes in: sha256: and 64 hex digits.
func Digest(b []byte) string {
	s := sha256.Sum256(b)
	return "sha256:" + hex.EncodeToString(s[:])
}
