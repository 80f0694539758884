package policy_test

import (
	"go/ast"
	"go/parser"
	"go/token"
	"os"
	"slices"
	"strconv"
	"strings"
	"testing"

	"github.com/lapsed/lapsed/policy"
)

// Every code that the linter's source can say has an explanation, and no
// explanation is of a code that is gone.
func TestEveryCodeIsExplained(t *testing.T) {
	said := codesInSource(t)
	if len(said) < 40 {
		t.Fatalf("only %d codes were found in the linter's source: %v", len(said), said)
	}
	explained := []string{}
	for _, e := range policy.Explanations() {
		explained = append(explained, e.Code)
	}
	for _, code := range said {
		if !slices.Contains(explained, code) {
			t.Errorf("%s is not explained in lint_codes.yaml", code)
		}
	}
	for _, code := range explained {
		if code != policy.LintInvalid && !slices.Contains(said, code) {
			t.Errorf("%s is explained, and nothing says it", code)
		}
	}
}

// codesInSource finds the codes in calls that add a note.
func codesInSource(t *testing.T) []string {
	t.Helper()
	position := map[string]int{"add": 1, "missing": 1} // of the code among the arguments
	var out []string
	for _, file := range []string{"lint.go", "lint_account.go", "lint_channels.go", "lint_fields.go", "lint_promises.go", "lint_register.go"} {
		f, err := parser.ParseFile(token.NewFileSet(), file, nil, 0)
		if err != nil {
			t.Fatal(err)
		}
		ast.Inspect(f, func(n ast.Node) bool {
			call, ok := n.(*ast.CallExpr)
			if !ok {
				return true
			}
			name := ""
			switch fun := call.Fun.(type) {
			case *ast.SelectorExpr:
				name = fun.Sel.Name
			case *ast.Ident:
				name = fun.Name
			}
			if i, ok := position[name]; ok && i < len(call.Args) {
				if lit, ok := call.Args[i].(*ast.BasicLit); ok {
					code, _ := strconv.Unquote(lit.Value)
					if !slices.Contains(out, code) {
						out = append(out, code)
					}
				}
			}
			return true
		})
	}
	return out
}

// The examples of an explanation are true: put into a small policy, the bad one
// has the code and the good one hasn't.
func TestExamplesOfExplanations(t *testing.T) {
	small, err := os.ReadFile("testdata/lint/small.yaml")
	if err != nil {
		t.Fatal(err)
	}
	base := with(string(small), `processors:
  archive: {for: Archive, region: EU, by-hand: {who: Legal, within: 30d, proof: required}}
  mailer: {for: Mail, region: US, safeguard: {kind: scc, reference: Annex, review-by: 2027-01-01}}
  hubspot: {for: Marketing, region: EU, after-delete: {purged: 30d}, fields: {last_visit: marketing}}
`)
	plain := string(small)
	// What a code says is missing is taken out before the example goes in.
	without := map[string]string{
		"no-otherwise": "channels.otherwise", "grace-missing": "retention.grace", "no-basis-left-missing": "retention.no-basis-left", "limit-missing": "limits.surge",
		"minors-missing": "minors", "consent-missing": "consent", "no-residency": "residency", "not-enforced": "", "assessment-unused": "",
		"longer-than-promised": "", "processor-not-configured": "", "horizon-unknown": "", "no-system-of-record": "",
	}
	for _, e := range policy.Explanations() {
		start := base
		cut, special := without[e.Code]
		if special {
			start = cutOut(plain, cut)
		}
		if e.Code == "users-outside-zone" || e.Code == "no-residency" && special {
			start = with(start, "processors:\n  hubspot: {for: Marketing, region: US, safeguard: {kind: scc, reference: Annex, review-by: 2027-01-01}, after-delete: {purged: 30d}}\n")
		}
		bad, said := hears(t, with(start, e.Bad), e.Code)
		good, saidOfGood := hears(t, with(start, e.Good), e.Code)
		if e.Code == "not-enforced" { // it is told of other parts of any policy, too
			bad, good = bad-good, 0
		}
		if bad == 0 {
			t.Errorf("%s is not told of its bad example:\n%s", e.Code, said)
		}
		if good > 0 {
			t.Errorf("%s is told of its good example:\n%s", e.Code, saidOfGood)
		}
	}
}

// hears counts how often a policy is told a code.
func hears(t *testing.T, text, code string) (int, string) {
	_, _, problems := policy.Parse("example.yaml", []byte(text))
	if len(problems) > 0 {
		if code != policy.LintInvalid {
			t.Errorf("%s: %v\n%s", code, problems, text)
		}
		return len(problems), problems.Error()
	}
	notes, said := lint(t, "example.yaml", []byte(text), bound)
	return count(notes, code), said
}

// with puts a part of a policy into one: whole sections that are one line or have
// others inside, and those line by line.
func with(text, part string) string {
	out := sections(text)
	for _, p := range sections(part) {
		i := slices.IndexFunc(out, func(s section) bool { return s.name == p.name })
		switch {
		case i < 0:
			out = append(out, p)
		case len(p.inner) == 0 || len(out[i].inner) == 0:
			out[i] = p
		default:
			for _, line := range p.inner {
				if k := slices.IndexFunc(out[i].inner, func(s section) bool { return s.name == line.name }); k >= 0 {
					out[i].inner[k] = line
				} else {
					out[i].inner = append(out[i].inner, line)
				}
			}
		}
	}
	return join(out)
}

// cutOut takes a section, or a line of one ("retention.grace"), out of a policy.
func cutOut(text, path string) string {
	name, inner, _ := strings.Cut(path, ".")
	out := sections(text)
	for i := range out {
		if out[i].name == name && inner != "" {
			out[i].inner = slices.DeleteFunc(out[i].inner, func(s section) bool { return s.name == inner })
		}
	}
	if inner == "" {
		out = slices.DeleteFunc(out, func(s section) bool { return s.name == name })
	}
	return join(out)
}

type section struct {
	name, text string
	inner      []section
}

func sections(text string) []section {
	var out []section
	for _, line := range strings.SplitAfter(text, "\n") {
		trimmed := strings.TrimLeft(line, " ")
		name, _, _ := strings.Cut(trimmed, ":")
		switch depth := len(line) - len(trimmed); {
		case trimmed == "":
		case depth == 0:
			out = append(out, section{name: name, text: line})
		case depth == 2 && strings.HasSuffix(out[len(out)-1].text, ":\n"):
			last := &out[len(out)-1]
			last.inner = append(last.inner, section{name: name, text: line})
		case len(out[len(out)-1].inner) > 0:
			last := &out[len(out)-1]
			last.inner[len(last.inner)-1].text += line
		default:
			out[len(out)-1].text += line
		}
	}
	return out
}

func join(ss []section) string {
	var b strings.Builder
	for _, s := range ss {
		b.WriteString(s.text + join(s.inner))
	}
	return b.String()
}

// What a person reads who asks for a code.
func TestWhatIsSaidOfACode(t *testing.T) {
	e, err := policy.ExplainLint("signal-not-the-persons")
	if err != nil {
		t.Fatal(err)
	}
	golden(t, "testdata/lint/explained.golden", e.String())
	if _, err := policy.ExplainLint("signal-not-persons"); err == nil || !strings.Contains(err.Error(), `did you mean "signal-not-the-persons"?`) {
		t.Errorf("a misspelt code: %v", err)
	}
}
