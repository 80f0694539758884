package verify

import "iter"

// Log is what the verifier reads. An implementation MUST show the bytes of its
// medium unchanged, MUST NOT write, and may be read by one goroutine at a time.
type Log interface {
	// Checkpoint returns the newest signed note. An error means that there is none
	// or that the medium can't be read.
	Checkpoint() ([]byte, error)
	// Checkpoints yields all stored notes, smallest size first.
	Checkpoints() iter.Seq2[[]byte, error]
	// Entries yields the canonical bytes from an index on, a pair for each index. An
	// entry that is not there is nil with a [Damage]; bytes with a Damage are an
	// entry whose surroundings are wrong. Any other error ends the sequence.
	// Entries past the newest checkpoint may follow.
	Entries(from int64) iter.Seq2[[]byte, error]
	// Tile returns the first width hashes of a tile (C2SP tlog-tiles); nil, nil if
	// the medium holds none.
	Tile(level int, n int64, width int) ([]byte, error)
	// Policy returns the text of a revision, nil if it is not held.
	Policy(revision string) ([]byte, error)
	// Batch returns the sorted duty ids of a batch, nil if they are not held.
	Batch(digest string) ([]string, error)
	// Evidence returns what a commitment was made to; ok is false if it is not held.
	Evidence(commitment string) (salt [32]byte, data []byte, ok bool, err error)
}

// Damage tells what is wrong with a medium in a way that says something about
// the log, unlike a disk that can't be read.
type Damage string

func (d Damage) Error() string { return string(d) }

// tileWidth is the number of hashes in a full tile, and of entries in a full
// bundle (C2SP tlog-tiles).
const tileWidth = 256
