package pseudonym

import (
	"crypto/rand"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
)

const keyFile = "pseudonyms.json"

// ErrNoKeys tells that a directory holds no pseudonym keys.
var ErrNoKeys = errors.New("there are no pseudonym keys")

type keyFileForm struct {
	State  string      `json:"state"`
	Epochs []epochForm `json:"epochs"`
}

type epochForm struct {
	Use  Use    `json:"use"`
	Year int    `json:"year"`
	Key  string `json:"key"`
}

// Open reads the keys of a directory. ErrNoKeys if there are none. The newest
// epoch of each use is current.
func Open(dir string) (*Ring, error) {
	b, err := os.ReadFile(filepath.Join(dir, keyFile))
	if errors.Is(err, fs.ErrNotExist) {
		return nil, ErrNoKeys
	}
	if err != nil {
		return nil, fmt.Errorf("read the pseudonym keys: %w", err)
	}
	var f keyFileForm
	if err := json.Unmarshal(b, &f); err != nil {
		return nil, fmt.Errorf("%s is damaged: restore it from its backup", filepath.Join(dir, keyFile))
	}
	state, err := parseKey(f.State)
	if err != nil {
		return nil, err
	}
	current := map[Use]EpochKey{}
	for _, e := range f.Epochs {
		k, err := parseKey(e.Key)
		if err != nil {
			return nil, err
		}
		if e.Year >= current[e.Use].Year {
			current[e.Use] = EpochKey{e.Use, e.Year, k}
		}
	}
	if current[Subject].Year == 0 || current[Signer].Year == 0 {
		return nil, fmt.Errorf("%s lacks a key: restore it from its backup", filepath.Join(dir, keyFile))
	}
	return NewRing(state, current[Subject], current[Signer]), nil
}

func parseKey(s string) (k [32]byte, err error) {
	b, err := hex.DecodeString(s)
	if err != nil || len(b) != 32 {
		return k, errors.New("a pseudonym key is damaged: restore the key file from its backup")
	}
	copy(k[:], b)
	return k, nil
}

// Create makes new keys for the epoch of a calendar year, in a directory that
// has none. The file is readable by its owner alone and is on disk when Create returns.
func Create(dir string, year int) (*Ring, error) {
	if err := os.MkdirAll(dir, 0o700); err != nil {
		return nil, fmt.Errorf("make the key directory: %w", err)
	}
	form := keyFileForm{State: newKey()}
	for _, u := range []Use{Subject, Signer} {
		form.Epochs = append(form.Epochs, epochForm{u, year, newKey()})
	}
	b, err := json.MarshalIndent(form, "", "  ")
	if err != nil {
		return nil, err
	}
	if err := writeOnce(filepath.Join(dir, keyFile), append(b, '\n')); err != nil {
		return nil, fmt.Errorf("write the pseudonym keys: %w", err)
	}
	return Open(dir)
}

func newKey() string {
	var k [32]byte
	_, _ = rand.Read(k[:]) // never fails (crypto/rand)
	return hex.EncodeToString(k[:])
}

// writeOnce writes a file that must not be there yet (fs.ErrExist), durably. It
// appears whole: nobody ever reads half of it, whenever we are killed.
func writeOnce(path string, b []byte) error {
	f, err := os.CreateTemp(filepath.Dir(path), filepath.Base(path)+".*") // its owner's alone
	if err != nil {
		return err
	}
	_, err = f.Write(b)
	if err = errors.Join(err, f.Sync(), f.Close()); err == nil {
		err = os.Link(f.Name(), path) // a rename would replace another's
	}
	return errors.Join(err, os.Remove(f.Name()), syncDir(filepath.Dir(path)))
}

func syncDir(dir string) error {
	d, err := os.Open(dir)
	if err != nil {
		return err
	}
	return errors.Join(d.Sync(), d.Close())
}
