package app

import (
	"errors"
	"os"
	"path/filepath"
	"slices"
	"strings"

	"github.com/lapsed/lapsed/config"
	"github.com/lapsed/lapsed/internal/document"
	"github.com/lapsed/lapsed/internal/pseudonym"
	"github.com/lapsed/lapsed/policy"
)

// TestRun is what a policy's cases came to.
type TestRun struct {
	Passed int          `json:"passed"`
	Failed int          `json:"failed"`
	Cases  []CaseResult `json:"cases"`
	// Mutants is how many changed policies the cases were tried on, and Unproven
	// those that none of them told from the policy.
	Mutants  int             `json:"mutants,omitzero"`
	Unproven []policy.Mutant `json:"unproven,omitempty"`
}

// CaseResult is one case's.
type CaseResult struct {
	File   string `json:"file"`
	Title  string `json:"title"`
	Passed bool   `json:"passed"`
	Text   string `json:"text,omitzero"` // what differs
}

var (
	errCases    = errors.New("some cases of the policy don't hold")
	errUnproven = errors.New("some rules of the policy are proven by no case")
)

// Err is nil if all cases passed and, if it is strict, every rule is proven.
func (r TestRun) Err(strict bool) error {
	switch {
	case r.Failed > 0:
		return errCases
	case strict && len(r.Unproven) > 0:
		return errUnproven
	}
	return nil
}

// TestOptions say what is tested.
type TestOptions struct {
	// Files hold cases; without any, those beside the policy are taken. Cases of a
	// file NAME.yaml beside which NAME.policy.yaml stands are that policy's.
	Files []string
	// Mutate runs the cases on policies with one rule changed as well.
	Mutate bool
}

// ownPolicy ends the name of a policy that a file of cases brings along.
const ownPolicy = ".policy.yaml"

// Test runs acceptance cases through the same code as the daemon's contacts go.
func (f PolicyFile) Test(o TestOptions) (out TestRun, err error) {
	p, bound, problems := f.Compile()
	if len(problems) > 0 {
		return out, problems
	}
	if len(o.Files) == 0 {
		if o.Files, err = f.casesBeside(); err != nil {
			return out, err
		}
	}
	var all document.Problems
	var its []policy.Cases // the cases of the policy itself
	keys := caseKeys()
	for _, file := range o.Files {
		if strings.HasSuffix(file, ownPolicy) {
			continue
		}
		cs, of, problems := readCases(file, p, bound)
		if all = append(all, problems...); len(all) > 0 {
			continue
		}
		if of == p {
			its = append(its, cs)
		}
		out.add(file, cs.Run(of, keys))
	}
	if o.Mutate && len(all) == 0 {
		out.mutate(p, bound, its, keys)
	}
	return out, all.Err()
}

// readCases reads a file of cases, and the policy that they are of.
func readCases(file string, p *policy.Policy, bound policy.Binding) (policy.Cases, *policy.Policy, document.Problems) {
	text, err := os.ReadFile(file)
	if err != nil {
		return policy.Cases{}, nil, document.Problems{{File: file, Message: "the cases can't be read"}}
	}
	own := strings.TrimSuffix(file, ".yaml") + ownPolicy
	if text, err := os.ReadFile(own); err == nil {
		var problems document.Problems
		if p, problems = policy.Compile(own, text, bound); len(problems) > 0 {
			return policy.Cases{}, nil, problems
		}
	}
	cs, problems := policy.ParseCases(file, text, bound)
	return cs, p, problems
}

func (r *TestRun) add(file string, results []policy.CaseResult) {
	for _, x := range results {
		c := CaseResult{File: file, Title: x.Title, Passed: x.Passed()}
		if c.Passed {
			r.Passed++
		} else {
			r.Failed++
			c.Text = x.String()
		}
		r.Cases = append(r.Cases, c)
	}
}

// mutate tries the cases on each changed policy.
func (r *TestRun) mutate(p *policy.Policy, bound policy.Binding, all []policy.Cases, keys policy.Pseudonymiser) {
	for _, m := range p.Mutate(bound, all, keys) {
		r.Mutants++
		if m.Unproven() {
			r.Unproven = append(r.Unproven, m)
		}
	}
}

// casesBeside are the files of cases that belong to a policy: NAME.cases.yaml
// beside NAME.yaml, and those in the folder `cases`.
func (f PolicyFile) casesBeside() ([]string, error) {
	path := f.Path
	if path == "" && f.Config != "" {
		c, problems := config.Load(f.Config)
		if len(problems) > 0 {
			return nil, problems
		}
		path = c.Policy
	}
	if path == "" {
		return nil, usage("name files with cases, or a policy that has a folder `cases` beside it")
	}
	own := strings.TrimSuffix(path, filepath.Ext(path)) + ".cases.yaml"
	dir := filepath.Join(filepath.Dir(path), "cases", "*.yaml")
	files, err := filepath.Glob(dir)
	if err != nil {
		return nil, err
	}
	if _, err := os.Stat(own); err == nil {
		files = append(files, own)
	}
	if len(files) == 0 {
		return nil, usage("there are no cases: write some to %s or %s, or name the files", own, dir)
	}
	slices.Sort(files)
	return files, nil
}

// caseKeys make pseudonyms for cases: they are nobody's, and are not kept.
func caseKeys() *pseudonym.Ring {
	return pseudonym.NewRing([32]byte{1}, pseudonym.EpochKey{Use: pseudonym.Subject, Year: 2026, Key: [32]byte{2}}, pseudonym.EpochKey{Use: pseudonym.Signer, Year: 2026, Key: [32]byte{3}})
}
