package policy_test

import (
	"os"
	"path/filepath"
	"reflect"
	"strings"
	"testing"

	"github.com/lapsed/lapsed/internal/contact"
	"github.com/lapsed/lapsed/internal/document"
	"github.com/lapsed/lapsed/policy"
)

func seeds(f *testing.F, patterns ...string) {
	for _, p := range patterns {
		files, _ := filepath.Glob(p)
		for _, file := range files {
			text, err := os.ReadFile(file)
			if err != nil {
				f.Fatal(err)
			}
			f.Add(text)
		}
	}
}

// placed checks that problems say where they are.
func placed(t *testing.T, text []byte, problems document.Problems) {
	lines := strings.Count(string(text), "\n") + 1
	for _, p := range problems {
		if p.Line > lines+1 || p.Column < 0 || p.Message == "" {
			t.Errorf("a problem in a file of %d lines is nowhere: %+v", lines, p)
		}
		_ = p.Long()
	}
}

// Whatever a policy file holds, it is refused with its place, or decides and is
// the same policy when it is read again.
func FuzzCompile(f *testing.F) {
	seeds(f, "reference.yaml", "testdata/lint/*.yaml", "testdata/bad/*.yaml", "testdata/clauses/*.policy.yaml")
	person := crowd(1, noon)[0]
	f.Fuzz(func(t *testing.T, text []byte) {
		p, problems := policy.Compile("policy.yaml", text, bound)
		placed(t, text, problems)
		if (p == nil) == (len(problems) == 0) {
			t.Fatal("neither a policy nor a problem, or both")
		}
		if p == nil {
			return
		}
		again, _ := policy.Compile("policy.yaml", text, bound)
		if again.Signature != p.Signature || again.Revision != p.Revision {
			t.Error("the same bytes are two policies")
		}
		p.Lint(bound, p.Today(noon))
		x := contact.Person{Observations: []contact.Observation{p.Observe(person[0], freeKeys{}), p.Observe(person[1], freeKeys{})}}
		d := p.Decide(x, policy.Circumstances{}, noon)
		if !d.Until.IsZero() && !d.Until.After(noon) {
			t.Errorf("a decision of %v holds until %v", noon, d.Until)
		}
		if p.Reason(d) == "" || len(p.Explain(x, d)) == 0 {
			t.Error("a decision without words")
		}
		if !reflect.DeepEqual(d, again.Decide(x, policy.Circumstances{}, noon)) {
			t.Error("the same facts are decided in two ways")
		}
	})
}

// Whatever a file of cases holds, it is refused with its place, or runs.
func FuzzParseCases(f *testing.F) {
	seeds(f, "testdata/clauses/C*.yaml")
	p, problems := policy.Compile("reference.yaml", policy.Reference, bound)
	if err := problems.Err(); err != nil {
		f.Fatal(err)
	}
	f.Fuzz(func(t *testing.T, text []byte) {
		cases, problems := policy.ParseCases("cases.yaml", text, bound)
		placed(t, text, problems)
		if len(problems) > 0 {
			return
		}
		for _, r := range cases.Run(p, testKeys()) {
			if !r.Passed() && !strings.Contains(r.String(), "expected") {
				t.Errorf("a difference without words: %q", r)
			}
		}
	})
}
