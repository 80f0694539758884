package app

import (
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"

	"github.com/lapsed/lapsed/internal/audit"
	"github.com/lapsed/lapsed/internal/document"
	"github.com/lapsed/lapsed/internal/pseudonym"
	"github.com/lapsed/lapsed/policy"
)

// policyFile reads the policy as the daemon would.
func (x *examination) policyFile() {
	text, err := os.ReadFile(x.config.Policy)
	if err != nil {
		x.fail("policy", "put the policy there, or name its place in the config", "%s can't be read", x.config.Policy)
		return
	}
	binding := Binding(x.config)
	p, problems := policy.Compile(x.config.Policy, text, binding)
	if len(problems) == 0 {
		problems = lintProblems(p.Lint(binding, p.Today(x.clock())))
	}
	if len(problems) > 0 {
		x.fail("policy", "lapsed policy lint --config "+x.opt.Config+" shows all of it", "%s", first(problems))
		return
	}
	x.policy = p
	x.fine("policy", "%s, version %s, revision %.12s", p.Name, p.Version, p.Revision)
}

// first is the first of some problems and the number of the others.
func first(ps document.Problems) string {
	s := ps[0].String()
	if n := len(ps) - 1; n > 0 {
		s += fmt.Sprintf(" (and %d more)", n)
	}
	return s
}

// What free space warns and fails, in bytes: a cycle over 100,000 contacts writes
// some tens of megabytes, and a state that is full can't log what it does.
const (
	spaceWarns = 1 << 30
	spaceFails = 64 << 20
)

// disk looks at the directories that are written to.
func (x *examination) disk() {
	places := map[string][]string{x.config.Keys: {"keys"}}
	places[x.config.Log] = append(places[x.config.Log], "log")
	if path, ok := strings.CutPrefix(string(x.config.State), "sqlite:"); ok {
		places[filepath.Dir(path)] = append(places[filepath.Dir(path)], "state")
	}
	var dirs []string
	for dir := range places {
		dirs = append(dirs, dir)
	}
	slices.Sort(dirs)
	for _, dir := range dirs {
		name := "disk: " + strings.Join(places[dir], ", ")
		if err := writable(dir); err != nil {
			x.fail(name, "make it a directory that the account of the daemon owns, on a file system that is not read-only", "%v", err)
			continue
		}
		free, told := freeSpace(dir)
		switch {
		case !told:
			x.skip(name, "%s can be written to; how much space is left isn't told here", dir)
		case free < spaceFails:
			x.fail(name, "make space before the next cycle: without it nothing can be logged, and so nothing is done", "%s has %s left", dir, size(free))
		case free < spaceWarns:
			x.warn(name, "make space soon", "%s has %s left", dir, size(free))
		default:
			x.fine(name, "%s can be written to, %s left", dir, size(free))
		}
	}
}

func size(n uint64) string {
	if n < 10<<30 {
		return fmt.Sprintf("%d MB", n>>20)
	}
	return fmt.Sprintf("%d GB", n>>30)
}

// keys reads both files of keys. Whether missing ones are lost or not made yet
// is for the state to say.
func (x *examination) keys() {
	ring, ringErr := pseudonym.Open(x.config.Keys)
	log, logErr := audit.OpenKey(x.config.Keys)
	noRing, noLog := errors.Is(ringErr, pseudonym.ErrNoKeys), errors.Is(logErr, audit.ErrNoKey)
	if ringErr == nil {
		x.ring = ring
	}
	if logErr == nil {
		x.vkey = log.VKey()
	}
	const restore = "restore the directory of keys from its backup; never let new ones be made for an old state"
	switch {
	case noRing && noLog:
		x.noKeys = true
	case noRing || noLog:
		x.fail("keys", restore, "one of the two files of keys is not in %s", x.config.Keys)
	case ringErr != nil || logErr != nil:
		x.fail("keys", restore, "%v", errors.Join(ringErr, logErr))
	default:
		x.readers()
	}
}

// readers warns of keys that others than their owner can read.
func (x *examination) readers() {
	entries, err := os.ReadDir(x.config.Keys)
	if err != nil {
		x.fail("keys", "let the account of the daemon read the directory", "%s can't be listed", x.config.Keys)
		return
	}
	for _, e := range entries {
		info, err := e.Info()
		if err == nil && info.Mode().IsRegular() && info.Mode().Perm()&0o077 != 0 && e.Name() != "pin" {
			x.warn("keys", "chmod 600 "+filepath.Join(x.config.Keys, e.Name()), "others than its owner may read %s", e.Name())
			return
		}
	}
	x.fine("keys", "both are there and read well")
}
