package verify_test

import (
	"encoding/json"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"

	"github.com/lapsed/lapsed/internal/audit/entry"
	"github.com/lapsed/lapsed/internal/audit/verify"
)

// The verifier is worth something only as long as it can't share a bug with what
// it checks.
func TestTheWriterAndTheStoresAreNotImported(t *testing.T) {
	out, err := exec.Command("go", "list", "-deps", ".").Output()
	if err != nil {
		t.Fatal(err)
	}
	const own = "github.com/lapsed/lapsed/"
	seen := map[string]bool{}
	for path := range strings.FieldsSeq(string(out)) {
		seen[path] = true
		for _, never := range []string{own + "internal/store", own + "connectors", own + "internal/app", "database/sql", "net/http", "golang.org/x/mod/sumdb/tlog"} {
			if path == own+"internal/audit" || path == never || strings.HasPrefix(path, never+"/") {
				t.Errorf("the verifier depends on %s", path)
			}
		}
	}
	if !seen[own+"internal/audit/entry"] {
		t.Error("go list has not named what the verifier depends on")
	}
}

// What people and programs read, as files. UPDATE=1 writes them anew.
func TestReportsReadAsTheyShould(t *testing.T) {
	s := honest(t)
	// The key and the tree change at each run: what is compared doesn't hold them.
	s.remove(at(s, 0, outcomeOf("frida", "accepted")))
	s.hold("hold 2", "anna")
	s.start("running", "enforce")
	s.open("hans")
	s.intend("hans", 1, "routine")
	m := s.build()
	m.batches = nil
	r := check(t, s, m, verify.Options{})
	r.Log.Root = "ROOT"
	golden(t, "report.txt", r.Text())
	j, err := json.MarshalIndent(r, "", "  ")
	if err != nil {
		t.Fatal(err)
	}
	golden(t, "report.json", string(j)+"\n")
}

func golden(t *testing.T, name, got string) {
	t.Helper()
	path := filepath.Join("testdata", name)
	if os.Getenv("UPDATE") != "" {
		if err := os.WriteFile(path, []byte(got), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	want, err := os.ReadFile(path)
	if err != nil || got != string(want) {
		t.Errorf("%s has changed (%v):\n%s", path, err, got)
	}
}

func TestWithoutAPinTheFirstLineWarns(t *testing.T) {
	s := honest(t)
	m := s.build()
	without, with := check(t, s, m, verify.Options{}), check(t, s, m, verify.Options{Pins: [][]byte{m.checkpoint}})
	if !strings.HasPrefix(without.Text(), "WARNING: there is no pin") || !strings.HasPrefix(without.NotChecked[0], "S4: no pin") {
		t.Errorf("without a pin the text begins %.60q, not_checked %.60q", without.Text(), without.NotChecked[0])
	}
	if strings.HasPrefix(with.Text(), "WARNING") || strings.HasPrefix(with.NotChecked[0], "S4: no pin") {
		t.Errorf("with a pin the text begins %.60q", with.Text())
	}
}

// A rewritten log can break a rule at each entry; the report stays readable.
func TestManyProblemsAreCounted(t *testing.T) {
	s := honest(t)
	for i := range 300 {
		s.add(entry.FindingResolved, entry.FindingWasResolved{Finding: id(string(rune('a' + i))), Resolution: "none"})
	}
	r := check(t, s, s.build(), verify.Options{})
	if len(r.Problems) != 200 || r.NotChecked[len(r.NotChecked)-1] != "R14: 100 more problems are not listed" {
		t.Errorf("%d problems, %q", len(r.Problems), r.NotChecked)
	}
}

// Entries that no checkpoint covers yet are checked, and said to be unsigned.
func TestUnsignedEntriesAreToldApart(t *testing.T) {
	s := honest(t)
	m := s.build()
	i := s.add(entry.FindingResolved, entry.FindingWasResolved{Finding: id("none"), Resolution: "x"})
	m.entries = append(m.entries, s.bytes()[i])
	r := check(t, s, m, verify.Options{})
	named(t, r, "R14")
	if !strings.Contains(strings.Join(r.NotChecked, "\n"), "newest 1 entries are not under a checkpoint") {
		t.Errorf("%q", r.NotChecked)
	}
}

// With evidence each commitment that is held is opened, others are counted.
func TestEvidenceIsOpened(t *testing.T) {
	s := honest(t)
	i := at(s, 0, intentOf("anna", 1))
	edit(s, i, func(x *entry.Intent) { x.Before = entry.Commit([32]byte{1}, []byte(`{"a":1}`)) })
	m := s.build()
	m.evidence[s.entries[i].Body.(entry.Intent).Before] = []byte(`{ "a": 1 }`)
	r := check(t, s, m, verify.Options{Evidence: true})
	if !r.OK || !strings.Contains(strings.Join(r.NotChecked, "\n"), "R15: a commitment whose evidence is not held") {
		t.Errorf("%+v %q", r.Problems, r.NotChecked)
	}
}
