package verify_test

import (
	"bytes"
	"context"
	"errors"
	"os"
	"path/filepath"
	"testing"

	"github.com/lapsed/lapsed/internal/audit/verify"
)

// FuzzRun hands anything to the verifier: as the entries of a log, a line each,
// under a checkpoint that may be anything too. It must end with a report, and
// never call a log sound that is not signed by the key.
func FuzzRun(f *testing.F) {
	s := honest(f)
	m := s.build()
	f.Add(m.checkpoint, bytes.Join(m.entries, []byte("\n")))
	f.Add([]byte(origin+"\n3\nAAAA\n\n"), []byte("{}\n\n[]"))
	short := newStory(f) // a few entries go through more changes a second than many
	short.begin()
	short.start("routine", "enforce")
	short.open("anna")
	short.done("anna", 1, "routine")
	f.Add(m.checkpoint, bytes.Join(short.bytes(), []byte("\n")))
	f.Fuzz(func(t *testing.T, checkpoint, lines []byte) {
		log := &memory{entries: bytes.Split(lines, []byte("\n")), checkpoint: checkpoint, checkpoints: [][]byte{checkpoint}, policies: m.policies, batches: m.batches}
		r, err := verify.Run(context.Background(), log, verify.Options{Keys: []string{s.vkey}, Pins: [][]byte{checkpoint}, Evidence: true})
		if err != nil {
			t.Fatal(err)
		}
		if r.OK && !bytes.Equal(checkpoint, m.checkpoint) {
			t.Errorf("an unsigned log is sound: %q", checkpoint)
		}
		_ = r.Text()
	})
}

// FuzzDir puts anything where a published log has its checkpoint, a bundle and a tile.
func FuzzDir(f *testing.F) {
	f.Add([]byte(origin+"\n2\nAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA=\n\n— x AAAAAAAA\n"), []byte("\x00\x02{}\x00\x01x"), []byte("0123"))
	f.Add([]byte(origin+"\n4611686018427387904\nAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA=\n\n— x AAAAAAAA\n"), []byte("\x00\x02{}"), []byte(""))
	f.Fuzz(func(t *testing.T, checkpoint, bundle, tile []byte) {
		dir := t.TempDir()
		for name, b := range map[string][]byte{"checkpoint": checkpoint, "checkpoints/2": checkpoint, "tile/entries/000": bundle, "tile/entries/000.p/2": bundle, "tile/0/000.p/2": tile} {
			path := filepath.Join(dir, name)
			if err := errors.Join(os.MkdirAll(filepath.Dir(path), 0o700), os.WriteFile(path, b, 0o600)); err != nil {
				t.Fatal(err)
			}
		}
		r, err := verify.Run(context.Background(), verify.Dir(dir), verify.Options{})
		if err != nil || r.OK {
			t.Errorf("ok %v, %v", r.OK, err)
		}
	})
}
