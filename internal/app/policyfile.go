package app

import (
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"time"

	"github.com/lapsed/lapsed/config"
	"github.com/lapsed/lapsed/internal/document"
	"github.com/lapsed/lapsed/internal/pseudonym"
	"github.com/lapsed/lapsed/policy"
)

// PolicyFile says which policy is looked at: a file, or a config's. With
// neither it is the reference policy.
type PolicyFile struct {
	Path   string
	Config string
}

// read returns the policy's text and name, and what its processors are bound to.
func (f PolicyFile) read() (name string, text []byte, bound policy.Binding, problems document.Problems) {
	name, text = "reference policy", policy.Reference
	if f.Config != "" {
		c, problems := config.Load(f.Config)
		if len(problems) > 0 {
			return "", nil, nil, problems
		}
		bound = Binding(c)
		if f.Path == "" {
			f.Path = c.Policy
		}
	}
	if f.Path != "" {
		var err error
		name = f.Path
		if text, err = os.ReadFile(f.Path); err != nil {
			return name, nil, nil, document.Problems{{File: f.Path, Message: "the policy can't be read"}}
		}
	}
	if bound == nil {
		d, _, problems := policy.Parse(name, text)
		if len(problems) > 0 {
			return name, text, nil, problems
		}
		bound = DefaultBinding(d)
	}
	return name, text, bound, nil
}

// Compile reads the policy and binds it: to the config's processors, or to the
// connectors whose names it uses.
func (f PolicyFile) Compile() (*policy.Policy, policy.Binding, document.Problems) {
	name, text, bound, problems := f.read()
	if len(problems) > 0 {
		return nil, nil, problems
	}
	p, problems := policy.Compile(name, text, bound)
	return p, bound, problems
}

// Lint looks at a policy as it would run: what is wrong with it, unwise, or not
// enforced yet.
func (f PolicyFile) Lint(now time.Time) ([]policy.Note, error) {
	name, text, bound, problems := f.read()
	if len(problems) > 0 {
		return nil, problems
	}
	d, src, problems := policy.Parse(name, text)
	if len(problems) > 0 {
		return nil, problems
	}
	return policy.Lint(d, src, bound, policy.DayOf(now, d.Controller.Timezone.Location)), nil
}

// LintErr is nil if no note forbids the start.
func LintErr(notes []policy.Note) error {
	if policy.Worst(notes) == policy.LintError {
		return usage("the policy must not start as it is")
	}
	return nil
}

// LintSARIF is notes in SARIF, and LintGitHub as annotations. What failed to be
// read as a policy is reported like a note; version is the program's.
func LintSARIF(notes []policy.Note, failed error, version string) policy.SARIFLog {
	return policy.SARIF(append(problemNotes(failed), notes...), version)
}

// LintGitHub is notes as annotations of GitHub's workflow commands.
func LintGitHub(notes []policy.Note, failed error) string {
	return policy.GitHub(append(problemNotes(failed), notes...))
}

func problemNotes(failed error) []policy.Note {
	var problems document.Problems
	errors.As(failed, &problems)
	return policy.ProblemNotes(problems)
}

// ExplainLint says what a code of a note means.
func ExplainLint(code string) (policy.Explanation, error) {
	e, err := policy.ExplainLint(code)
	if err != nil {
		return e, usage("%s", err)
	}
	return e, nil
}

// lintProblems are the notes that forbid the start, as problems.
func lintProblems(notes []policy.Note) document.Problems {
	var out document.Problems
	for _, n := range notes {
		if n.Level == policy.LintError {
			out = append(out, document.Problem{File: n.File, Line: n.Line, Column: n.Column, Message: n.Code + ": " + n.Says + ": " + n.Do})
		}
	}
	return out
}

// TestRun is what a policy's cases came to.
type TestRun struct {
	Passed int          `json:"passed"`
	Failed int          `json:"failed"`
	Cases  []CaseResult `json:"cases"`
}

// CaseResult is one case's.
type CaseResult struct {
	File   string `json:"file"`
	Title  string `json:"title"`
	Passed bool   `json:"passed"`
	Text   string `json:"text,omitzero"` // what differs
}

// Test runs acceptance cases through the same code as the daemon's contacts go.
// Without files it takes the folder `cases` beside the policy.
func (f PolicyFile) Test(files []string) (out TestRun, err error) {
	p, bound, problems := f.Compile()
	if len(problems) > 0 {
		return out, problems
	}
	if len(files) == 0 {
		if files, err = f.casesBeside(); err != nil {
			return out, err
		}
	}
	var all document.Problems
	keys := caseKeys()
	for _, file := range files {
		text, err := os.ReadFile(file)
		if err != nil {
			all = append(all, document.Problem{File: file, Message: "the cases can't be read"})
			continue
		}
		cs, problems := policy.ParseCases(file, text, bound)
		all = append(all, problems...)
		if len(all) > 0 {
			continue
		}
		for _, r := range cs.Run(p, keys) {
			c := CaseResult{File: file, Title: r.Title, Passed: r.Passed()}
			if c.Passed {
				out.Passed++
			} else {
				out.Failed++
				c.Text = r.String()
			}
			out.Cases = append(out.Cases, c)
		}
	}
	return out, all.Err()
}

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
	dir := filepath.Join(filepath.Dir(path), "cases")
	files, err := filepath.Glob(filepath.Join(dir, "*.yaml"))
	if err == nil && len(files) == 0 {
		return nil, usage("there are no cases: write some to %s, or name the files", filepath.Join(dir, "*.yaml"))
	}
	slices.Sort(files)
	return files, err
}

// caseKeys make pseudonyms for cases: they are nobody's, and are not kept.
func caseKeys() *pseudonym.Ring {
	return pseudonym.NewRing([32]byte{1}, pseudonym.EpochKey{Use: pseudonym.Subject, Year: 2026, Key: [32]byte{2}}, pseudonym.EpochKey{Use: pseudonym.Signer, Year: 2026, Key: [32]byte{3}})
}

// Show is a policy as it decides, for readers.
type Show struct {
	Name       string     `json:"policy"`
	Version    string     `json:"version"`
	Revision   string     `json:"revision"`
	Controller string     `json:"controller"`
	Rules      []ShowRule `json:"rules"`
}

// ShowRule is one rule in words.
type ShowRule struct {
	Part string `json:"part"`
	Name string `json:"name"`
	Says string `json:"says"`
}

// Show says in words what a policy does.
func (f PolicyFile) Show() (Show, error) {
	p, _, problems := f.Compile()
	if len(problems) > 0 {
		return Show{}, problems
	}
	s := Show{Name: p.Name, Version: p.Version, Revision: p.Revision, Controller: fmt.Sprintf("%s, %s (days are those of %s)", p.Controller.Name, p.Controller.Country, p.Zone())}
	for _, r := range p.Rules() {
		s.Rules = append(s.Rules, ShowRule{r.Part, r.Name, r.Says})
	}
	return s, nil
}

// Text is the rules in columns.
func (s Show) Text() string {
	var b strings.Builder
	fmt.Fprintf(&b, "%s, version %s\nrevision %s\n%s\n", s.Name, s.Version, s.Revision, s.Controller)
	part := ""
	for _, r := range s.Rules {
		if r.Part != part {
			part = r.Part
			fmt.Fprintf(&b, "\n%s\n", part)
		}
		fmt.Fprintf(&b, "  %-20s %s\n", r.Name, r.Says)
	}
	return b.String()
}

// errCases tells that cases failed; they were printed.
var errCases = errors.New("some cases of the policy don't hold")

// Err is nil if all cases passed.
func (r TestRun) Err() error {
	if r.Failed > 0 {
		return errCases
	}
	return nil
}
