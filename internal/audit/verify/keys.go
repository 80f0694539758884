package verify

import (
	"slices"

	"github.com/lapsed/lapsed/internal/audit/entry"
)

// keys are what the log says of its own keys (S3).
type keys struct {
	logs      []string // vkeys, in the order in which they came
	uses      map[string]string
	destroyed map[string]bool
}

func newKeys() keys { return keys{uses: map[string]string{}, destroyed: map[string]bool{}} }

// key takes the entries that begin and end keys.
func (b *book) key(e event) {
	switch x := e.body.(type) {
	case *entry.Created:
		if e.index != 0 {
			b.fault(e, "S3", x.Origin, "log.created is not the first entry")
		} else if x.Origin != b.origin {
			b.fault(e, "S3", x.Origin, "the log names itself otherwise than its checkpoint, which says %q", b.origin)
		}
		b.keys.logs = append(b.keys.logs, x.VKey)
	case *entry.KeyWasRotated:
		b.rotated(e, x)
	case *entry.KeyWasDestroyed:
		if b.keys.uses[x.KID] != x.Use || b.keys.destroyed[x.KID] {
			b.fault(e, "S3", x.KID, "a key is destroyed that was no living one of this use")
		}
		b.keys.destroyed[x.KID] = true
	}
}

func (b *book) rotated(e event, x *entry.KeyWasRotated) {
	_, twice := b.keys.uses[x.KID]
	_, known := b.keys.uses[x.Replaces]
	switch {
	case x.Replaces != "" && !known && !slices.Contains(b.keys.logs, x.Replaces):
		b.fault(e, "S3", x.Replaces, "the key that is replaced is not known")
	case x.Use == "log" && x.VKey == "" || x.Use != "log" && x.KID == "":
		b.fault(e, "S3", "", "a key begins without its name")
	case x.Use == "log":
		b.keys.logs = append(b.keys.logs, x.VKey)
		return
	case twice:
		b.fault(e, "S3", x.KID, "a key begins for the second time")
	case len(x.Commitment) < 8 || x.Commitment[:8] != x.KID:
		b.fault(e, "S3", x.KID, "the key's name is not the beginning of its commitment")
	}
	if x.KID != "" {
		b.keys.uses[x.KID] = x.Use
	}
}

// kid tells whether a pseudonym was made with a living key of its use.
func (b *book) kid(e event, pseudonym string, uses ...string) {
	k := pseudonym[:8]
	use, known := b.keys.uses[k]
	switch {
	case !known:
		b.fault(e, "S3", k, "a pseudonym was made with a key that is not known")
	case b.keys.destroyed[k]:
		b.fault(e, "S3", k, "a pseudonym was made with a key that had been destroyed")
	case !slices.Contains(uses, use):
		b.fault(e, "S3", k, "a pseudonym was made with a key for %s", use)
	}
}
