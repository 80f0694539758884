package reconcile

import (
	"crypto/sha256"
	"encoding/hex"

	"github.com/lapsed/lapsed/internal/store"
)

// decisionDigest is the digest of the cycle's decisions, a sorted line each, so
// that those without an entry of their own can't be changed afterwards.
func (r *run) decisionDigest(tx *store.Tx) (string, error) {
	h := sha256.New()
	first := true
	for line, err := range tx.DecisionsIn(r.number) {
		if err != nil {
			return "", err
		}
		if !first {
			line = "\n" + line
		}
		first = false
		_, _ = h.Write([]byte(line))
	}
	return "sha256:" + hex.EncodeToString(h.Sum(nil)), nil
}
