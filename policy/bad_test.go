package policy_test

import (
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/lapsed/lapsed/policy"
)

// Each file in testdata/bad is a good policy with the one fault that its name
// says; beside it stands what a person is told.
func TestBadPolicies(t *testing.T) {
	files, _ := filepath.Glob("testdata/bad/*.yaml")
	if len(files) < 25 {
		t.Errorf("%d files of bad policies: some are missing", len(files))
	}
	for _, file := range files {
		t.Run(filepath.Base(file), func(t *testing.T) {
			text, err := os.ReadFile(file)
			if err != nil {
				t.Fatal(err)
			}
			golden(t, strings.TrimSuffix(file, ".yaml")+".golden", told(t, filepath.Base(file), text))
		})
	}
}

// told is what a person is told of a policy that must not start.
func told(t *testing.T, file string, text []byte) string {
	_, problems := policy.Compile(file, text, bound)
	if len(problems) > 0 {
		return problems.Error() + "\n"
	}
	notes, _ := lint(t, file, text, bound)
	var b strings.Builder
	for _, n := range notes {
		if n.Level == policy.LintError {
			b.WriteString(n.String() + "\n")
		}
	}
	if b.Len() == 0 {
		t.Errorf("%s may start", file)
	}
	return b.String()
}

// The policy that the bad ones are made from is good: nothing but notes.
func TestSmallPolicyIsGood(t *testing.T) {
	text, err := os.ReadFile("testdata/lint/small.yaml")
	if err != nil {
		t.Fatal(err)
	}
	if notes, said := lint(t, "small.yaml", text, bound); policy.Worst(notes) != policy.LintNote {
		t.Errorf("at worst %q:\n%s", policy.Worst(notes), said)
	}
}
