package policy_test

import (
	"go/ast"
	"go/parser"
	"go/token"
	"strconv"
	"strings"
	"testing"

	"github.com/lapsed/lapsed/internal/contact"
	"github.com/lapsed/lapsed/internal/fault"
	"github.com/lapsed/lapsed/policy"
)

// No word of the program reaches a reader: each value of each closed list has
// words of its own. The lists are read from the source, so that a new value
// without words fails.
func TestEveryWordHasWords(t *testing.T) {
	words := map[string]func(string) string{
		"Verdict": func(s string) string { return policy.Verdict(s).Words() }, "Verb": func(s string) string { return policy.Verb(s).Words() },
		"Ground": func(s string) string { return policy.Ground(s).Words() }, "Basis": func(s string) string { return policy.Basis(s).Words() },
		"Permits":     func(s string) string { return policy.Permits(s).Words() },
		"RequestType": func(s string) string { return policy.RequestType(s).Words() }, "Standing": func(s string) string { return policy.Standing(s).Words() },
	}
	found := map[string]int{}
	for _, file := range []string{"decision.go", "request.go", "terms.go"} {
		for kind, values := range constants(t, file) {
			of := words[kind]
			if of == nil {
				continue
			}
			for _, v := range values {
				found[kind]++
				w := of(v)
				if w == "" || strings.Contains(w, "-") {
					t.Errorf("%s %s is told as %q", kind, v, w)
				}
			}
		}
	}
	for kind := range words {
		if found[kind] < 3 {
			t.Errorf("only %d values of %s were found", found[kind], kind)
		}
	}
}

// constants are the values of a file's typed string constants, by type.
func constants(t *testing.T, file string) map[string][]string {
	t.Helper()
	f, err := parser.ParseFile(token.NewFileSet(), file, nil, parser.SkipObjectResolution)
	if err != nil {
		t.Fatal(err)
	}
	out := map[string][]string{}
	ast.Inspect(f, func(n ast.Node) bool {
		if s, ok := n.(*ast.ValueSpec); ok {
			kind, typed := s.Type.(*ast.Ident)
			lit, literal := "", false
			if len(s.Values) == 1 {
				if l, ok := s.Values[0].(*ast.BasicLit); ok && l.Kind == token.STRING {
					lit, _ = strconv.Unquote(l.Value)
					literal = true
				}
			}
			if typed && literal {
				out[kind.Name] = append(out[kind.Name], lit)
			}
		}
		return true
	})
	return out
}

// So has each finding about persons, and each kind of fault.
func TestEveryFindingAndFaultHasWords(t *testing.T) {
	p := compile(t, "reference.yaml", policy.Reference)
	for _, code := range []policy.FindingCode{policy.FindUnknownChannel, policy.FindUnclearAge, policy.FindSuspectedMinor, policy.FindConflictingAge, policy.FindIdentityConflict, policy.FindFutureDate,
		policy.FindUnreadRecord, policy.FindNoDates, policy.FindEndlessSignal, policy.FindKeepWithoutStart, policy.FindBeyondKeep, policy.FindOldRefusal, policy.FindErasureAsked,
		policy.FindCountryDiffers, policy.FindNoSafeguard, policy.FindOutsideZone, policy.FindUserOutsideZone, policy.FindToBeTold, policy.FindToldTooLate,
		policy.FindRequestUnconfirmed, policy.FindRequestOpen, policy.FindRequestBlocked, policy.FindRequestOverdue} {
		w := p.FindingWords(policy.Finding{Code: code, Processor: "hubspot", Origin: contact.Key{}})
		if w == string(code) || len(w) < 20 {
			t.Errorf("%s is told as %q", code, w)
		}
	}
	for _, part := range []policy.AccountPart{policy.AccountFields, policy.AccountUser, policy.AccountApps} {
		if w := policy.AccountUnreadWords("hubspot", part); strings.HasPrefix(w, " ") {
			t.Errorf("%s has no words: %q", part, w)
		}
	}
	if got, want := policy.UnlistedAppWords("hubspot", "Survey tool", 3), "program holds access to hubspot that access.apps doesn't list: Survey tool, by leave of 3 users. List it, or take its access"; got != want {
		t.Errorf("got  %s\nwant %s", got, want)
	}
	for k := fault.Unknown; k <= fault.Invalid; k++ {
		w := policy.FaultWords(k.String())
		if w == k.String() || w == "" {
			t.Errorf("%s is told as %q", k, w)
		}
		if with := policy.FaultWords(k.String() + ":SOME_CODE"); with != w+" (SOME_CODE)" {
			t.Errorf("with the processor's own code: %q", with)
		}
	}
	if got, want := policy.RefusedWords("salesforce", "conflict:DELETE_FAILED"), "salesforce refuses: the record's state forbids it (DELETE_FAILED). The owner of the record must act"; got != want {
		t.Errorf("got  %s\nwant %s", got, want)
	}
	for state, want := range map[string]string{"waiting": "serves its grace, due on 1 May 2026", "final": "done for good"} {
		if got := policy.StateWords(state, "1 May 2026"); got != want {
			t.Errorf("%s is told as %q", state, got)
		}
	}
}
