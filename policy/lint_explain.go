package policy

import (
	_ "embed"
	"fmt"
	"strings"

	"github.com/lapsed/lapsed/internal/document"
)

//go:embed lint_codes.yaml
var lintCodes []byte

// LintInvalid is the code of what Parse refuses, where problems are told as notes.
const LintInvalid = "invalid"

// Explanation says what a code of a note means, for somebody who meets it.
type Explanation struct {
	Code    string `json:"code"`
	Level   string `json:"level" yaml:"level"`
	RestsOn string `json:"rests_on" yaml:"rests-on"` // clauses of the design, articles of law
	Means   string `json:"means" yaml:"means"`
	Matters string `json:"matters" yaml:"matters"` // why
	Instead string `json:"instead" yaml:"instead"` // what to write
	Bad     string `json:"bad" yaml:"bad"`         // part of a policy that has it
	Good    string `json:"good" yaml:"good"`       // and of one that hasn't
}

// Explanations are those of all codes, in the order in which a reader of a policy
// meets what they are about.
func Explanations() []Explanation {
	var file struct {
		Codes document.Map[Explanation] `yaml:"codes"`
	}
	if _, problems := document.Decode("lint_codes.yaml", lintCodes, &file); len(problems) > 0 {
		panic(problems.Error()) // the file is part of the program: a test reads it
	}
	var out []Explanation
	for _, e := range file.Codes {
		e.Value.Code = e.Name
		out = append(out, e.Value)
	}
	return out
}

// ExplainLint returns a code's explanation. The error names the nearest code.
func ExplainLint(code string) (Explanation, error) {
	var known []string
	for _, e := range Explanations() {
		if e.Code == code {
			return e, nil
		}
		known = append(known, e.Code)
	}
	return Explanation{}, fmt.Errorf("there is no code %q%s; known: %s", code, document.Nearest(code, known), strings.Join(known, ", "))
}

// String is the explanation for a terminal.
func (e Explanation) String() string {
	var b strings.Builder
	fmt.Fprintf(&b, "%s (%s; %s)\n\n%s\n\nWhy it matters\n    %s\n\nWhat to write instead\n    %s\n", e.Code, e.Level, e.RestsOn, e.Means, e.Matters, e.Instead)
	fmt.Fprintf(&b, "\nThis has it\n%s\nThis doesn't\n%s", indented(e.Bad), indented(e.Good))
	return b.String()
}

func indented(s string) string {
	return "    " + strings.ReplaceAll(strings.TrimRight(s, "\n"), "\n", "\n    ") + "\n"
}
