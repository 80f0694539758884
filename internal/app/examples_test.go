package app

import (
	"context"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/lapsed/lapsed/internal/sandbox"
	"github.com/lapsed/lapsed/policy"
)

// examples are the policies that people begin with.
func examples(t *testing.T) []string {
	t.Helper()
	files, _ := filepath.Glob("../../policy/examples/*.yaml")
	var out []string
	for _, f := range files {
		if !strings.HasSuffix(f, ".cases.yaml") {
			out = append(out, f)
		}
	}
	if len(out) < 4 {
		t.Fatalf("%d examples: some are missing", len(out))
	}
	return out
}

// An example may start as it is, its cases hold, and an editor finds the schema.
func TestExamplesAreGood(t *testing.T) {
	for _, file := range examples(t) {
		f := PolicyFile{Path: file}
		notes, err := f.Lint(now)
		if err != nil {
			t.Errorf("%s: %v", file, err)
			continue
		}
		for _, n := range notes {
			if n.Level == policy.LintError {
				t.Error(n)
			}
		}
		r, err := f.Test(TestOptions{})
		if err != nil {
			t.Errorf("%s: %v", file, err)
		}
		for _, c := range r.Cases {
			if !c.Passed {
				t.Error(c.Text)
			}
		}
		if r.Passed < 6 {
			t.Errorf("%s has %d cases", file, r.Passed)
		}
		text, err := os.ReadFile(file)
		if err != nil {
			t.Fatal(err)
		}
		if !strings.HasPrefix(string(text), "# yaml-language-server: $schema=../policy.schema.json\n") {
			t.Errorf("%s doesn't name its schema", file)
		}
	}
}

// The first example is the README's, and its cases prove every rule of it.
func TestFirstExample(t *testing.T) {
	const file = "../../policy/examples/first.yaml"
	text, err := os.ReadFile(file)
	if err != nil {
		t.Fatal(err)
	}
	readme, err := os.ReadFile("../../README.md")
	if err != nil {
		t.Fatal(err)
	}
	_, body, _ := strings.Cut(string(text), "\n")
	if !strings.Contains(string(readme), "```yaml\n"+body+"```") {
		t.Error("the README shows another first policy")
	}
	r, err := PolicyFile{Path: file}.Test(TestOptions{Mutate: true})
	if err != nil {
		t.Fatal(err)
	}
	for _, m := range r.Unproven {
		t.Errorf("no case notices %s: %s", m.Rule, m.Change)
	}
}

// Each example runs on simulated accounts: everybody is read, somebody is found,
// and nothing is written.
func TestExamplesRunOnTheSandbox(t *testing.T) {
	for _, file := range examples(t) {
		t.Run(filepath.Base(file), func(t *testing.T) {
			s, err := sandbox.Start(sandbox.Options{People: 40, Seed: 1, Now: now})
			if err != nil {
				t.Fatal(err)
			}
			t.Cleanup(func() { _ = s.Close() })
			text, err := os.ReadFile(file)
			if err != nil {
				t.Fatal(err)
			}
			path := filepath.Join(t.TempDir(), "lapsed.yaml")
			write(t, filepath.Join(filepath.Dir(path), "policy.yaml"), string(text))
			if err := s.WriteConfig(path); err != nil {
				t.Fatal(err)
			}
			onlyListed(t, path, string(text))
			a, err := Open(context.Background(), Options{Config: path, Clock: s.Stage().Clock.Now, Build: "test"})
			if err != nil {
				t.Fatal(err)
			}
			r, err := a.RunOnce(context.Background())
			if e := a.Close(); err != nil || e != nil {
				t.Fatal(err, e)
			}
			for _, x := range r.Sources {
				if !x.Whole {
					t.Errorf("%s was not read whole", x.Processor)
				}
			}
			if r.Persons < 20 || r.Verdicts["lapsed"] == 0 {
				t.Errorf("%d persons, verdicts %v", r.Persons, r.Verdicts)
			}
			if changes := s.Stage().Book.Changes(); len(changes) > 0 {
				t.Errorf("%d changes were made", len(changes))
			}
		})
	}
}

// onlyListed takes Salesforce, the last processor of a sandbox's config, out of it
// if the policy doesn't list it.
func onlyListed(t *testing.T, config, policy string) {
	t.Helper()
	if strings.Contains(policy, "\n  salesforce:") {
		return
	}
	text, err := os.ReadFile(config)
	if err != nil {
		t.Fatal(err)
	}
	before, _, found := strings.Cut(string(text), "  salesforce:\n")
	if !found {
		t.Fatal("the sandbox's config has no Salesforce")
	}
	write(t, config, before)
}
