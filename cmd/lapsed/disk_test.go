package main

import (
	"context"
	"errors"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"

	"github.com/lapsed/lapsed/internal/app"
	"github.com/lapsed/lapsed/internal/store"
)

// small is a file system of its own with room for a state and little more. Only
// root may mount one.
func small(t *testing.T) string {
	t.Helper()
	if os.Geteuid() != 0 {
		t.Skip("NOT RUN: only root may mount a file system that is full or read-only")
	}
	dir := t.TempDir()
	if out, err := exec.Command("mount", "-t", "tmpfs", "-o", "size=4m", "lapsed-test", dir).CombinedOutput(); err != nil {
		t.Skipf("NOT RUN: no file system can be mounted here: %s", out)
	}
	t.Cleanup(func() { _ = exec.Command("umount", "-l", dir).Run() })
	return dir
}

// refuses runs a cycle that must fail before anything is written to anybody, and
// returns what it said.
func (s *site) refuses(t *testing.T, code int) string {
	t.Helper()
	before := len(s.stage.Book.Changes())
	out, got := lapsed(t, "", "run", "--once", "--config", s.config)
	if got != code {
		t.Errorf("exit %d, want %d", got, code)
	}
	if n := len(s.stage.Book.Changes()) - before; n != 0 {
		t.Errorf("%d writes to the processors", n)
	}
	return out
}

// recovers runs a cycle that must do all that is to be done.
func (s *site) recovers(t *testing.T) {
	t.Helper()
	s.run(t, "", "run", "--once")
	s.run(t, "", "audit", "verify")
	s.judge(t)
}

func says(t *testing.T, out string, words ...string) {
	t.Helper()
	for _, w := range words {
		if !strings.Contains(out, w) {
			t.Errorf("it doesn't say %q:\n%s", w, out)
		}
	}
}

// No space for the state, or no permission: nothing is written to anybody whose
// intent can't be kept, and the first cycle with space goes on.
func TestStateOnABadDisk(t *testing.T) {
	for name, c := range map[string]struct {
		harm, mend func(t *testing.T, dir string)
		words      []string
	}{
		"full": {
			func(t *testing.T, dir string) {
				f, err := os.Create(filepath.Join(dir, "filler"))
				if err != nil {
					t.Fatal(err)
				}
				for chunk := make([]byte, 4096); err == nil; {
					_, err = f.Write(chunk) // until there is no room left
				}
				_ = f.Close()
			},
			func(t *testing.T, dir string) {
				if err := os.Remove(filepath.Join(dir, "filler")); err != nil {
					t.Fatal(err)
				}
			}, []string{"is there space left where the state is"},
		},
		"read-only": {remount("ro"), remount("rw"), []string{"writable for the account"}},
	} {
		t.Run(name, func(t *testing.T) {
			dir := small(t)
			s := newSite(t, "sqlite:"+filepath.Join(dir, "lapsed.db"))
			s.run(t, "", "run", "--once")
			s.minor()
			c.harm(t, dir)
			out := s.refuses(t, app.Failed)
			says(t, out, c.words...)
			c.mend(t, dir)
			s.recovers(t)
		})
	}
}

func remount(how string) func(*testing.T, string) {
	return func(t *testing.T, dir string) {
		if out, err := exec.Command("mount", "-o", "remount,"+how, dir).CombinedOutput(); err != nil {
			t.Fatalf("%s", out)
		}
	}
}

// A state that another program keeps locked fails the cycle in a bounded time.
func TestStateIsLocked(t *testing.T) {
	s := newSite(t, "sqlite:./lapsed.db")
	s.run(t, "", "run", "--once")
	s.minor()
	st, err := store.Open(context.Background(), "sqlite:"+s.path("lapsed.db"))
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = st.Close() }()
	held, release, done := make(chan struct{}), make(chan struct{}), make(chan error, 1)
	go func() {
		done <- st.Write(context.Background(), func(*store.Tx) error {
			close(held)
			<-release
			return nil
		})
	}()
	<-held
	out := s.refuses(t, app.Failed)
	close(release)
	if err := <-done; err != nil {
		t.Fatal(err)
	}
	says(t, out, "locked", "another program keeps the state")
	s.recovers(t)
}

// A state that was restored from a backup with its pin, while the published log
// has gone on, writes to nobody and says what to do. So does one whose log was
// changed.
func TestStateIsOlderThanThePublishedLog(t *testing.T) {
	s := newSite(t, "sqlite:./lapsed.db")
	s.run(t, "", "run", "--once")
	backup := map[string][]byte{}
	for _, name := range []string{"lapsed.db", "keys/pin"} {
		b, err := os.ReadFile(s.path(name))
		if err != nil {
			t.Fatal(err)
		}
		backup[name] = b
	}
	s.run(t, "", "run", "--once")
	for _, name := range []string{"lapsed.db-wal", "lapsed.db-shm"} {
		if err := os.Remove(s.path(name)); err != nil && !errors.Is(err, os.ErrNotExist) {
			t.Fatal(err)
		}
	}
	for name, b := range backup {
		s.write(t, name, string(b))
	}
	s.minor()
	out := s.refuses(t, app.Tampered)
	says(t, out, "backup", "newest")
}
