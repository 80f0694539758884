package app

import (
	"errors"
	"fmt"
	"os"
	"strings"
	"time"

	"github.com/lapsed/lapsed/config"
	"github.com/lapsed/lapsed/internal/document"
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

// PolicySchema is the JSON Schema of a policy file.
func PolicySchema() []byte { return policy.Schema }

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
