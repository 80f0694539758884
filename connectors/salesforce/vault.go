package salesforce

import (
	"cmp"
	"crypto/aes"
	"crypto/cipher"
	"crypto/rand"
	"encoding/binary"
	"os"

	"github.com/lapsed/lapsed/internal/fault"
)

// vault is a file that holds blocks for as long as one read takes.
// They are sealed under a key that only this process knows: nothing that an org
// says lies open on a disk, and what the disk gives back is what was put there.
type vault struct {
	file   *os.File
	named  bool // the system keeps names of open files
	seal   cipher.AEAD
	blocks []block
	size   int64
}

// block is where a block lies, and the owner of its first row.
type block struct {
	first key
	at    int64
	size  int
}

// newVault returns an empty vault in a folder, "" = the system's for temporary files.
func newVault(folder string) (*vault, error) {
	var secret [32]byte
	if _, err := rand.Read(secret[:]); err != nil {
		return nil, err
	}
	c, err := aes.NewCipher(secret[:])
	if err != nil {
		return nil, err
	}
	seal, err := cipher.NewGCM(c)
	if err != nil {
		return nil, err
	}
	f, err := os.CreateTemp(folder, "lapsed-rows-*")
	if err != nil {
		return nil, err
	}
	// What has no name is gone with the process, however that ends.
	return &vault{file: f, named: os.Remove(f.Name()) != nil, seal: seal}, nil
}

// nonce is a block's own number: no two blocks of a vault's key share one.
func (v *vault) nonce(n int) []byte {
	return binary.BigEndian.AppendUint64(make([]byte, 4, 12), uint64(n))
}

// put appends a block.
func (v *vault) put(first key, plain []byte) error {
	sealed := v.seal.Seal(nil, v.nonce(len(v.blocks)), plain, nil)
	if _, err := v.file.WriteAt(sealed, v.size); err != nil {
		return scratchFault("write")
	}
	v.blocks = append(v.blocks, block{first, v.size, len(sealed)})
	v.size += int64(len(sealed))
	return nil
}

// get reads a block.
func (v *vault) get(n int) ([]byte, error) {
	b := v.blocks[n]
	sealed := make([]byte, b.size)
	if _, err := v.file.ReadAt(sealed, b.at); err != nil {
		return nil, scratchFault("read")
	}
	plain, err := v.seal.Open(sealed[:0], v.nonce(n), sealed, nil)
	if err != nil {
		return nil, scratchFault("read")
	}
	return plain, nil
}

// close gives the space back.
func (v *vault) close() {
	if v == nil {
		return
	}
	_ = v.file.Close() // nothing in it is needed any more
	if v.named {
		_ = os.Remove(v.file.Name())
	}
}

// scratchFault says that a temporary file failed. Its path is of no use to anybody.
func scratchFault(op string) error {
	return &fault.Error{Kind: fault.Transient, Op: "salesforce " + op + " of a temporary file", Hint: "the folder for temporary files (TMPDIR) is full or broken"}
}

func compareKeys(a, b key) int { return cmp.Compare(string(a[:]), string(b[:])) }
