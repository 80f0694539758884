package policy_test

import (
	"fmt"
	"go/ast"
	"go/parser"
	"go/token"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/lapsed/lapsed/policy"
)

// clause is one promise of the published notice: where it stands there, which
// rules of the reference policy keep it, and what proves them beside cases.
type clause struct {
	id, says, section string
	rules             []string // paths in reference.yaml; what begins with one belongs to it
	bad               []string // testdata/bad: policies that may not start
	lint              []string // codes that tell of it
	tests             []string // FILE TestName: where a processor has to play along
}

const chart, processorsSection = "How we use the data, the chart", "Data Processors"

var clauses = []clause{
	{"C1", "data comes by declared channels", chart, []string{"channels"}, []string{"otherwise-permits"}, []string{"channel-unreachable", "channels-alike"}, nil},
	{"C2", "consent is clear, unambiguous, freely given", "How we use the data", []string{"consent", "consent.accepted"}, []string{"proof-without-wording"}, []string{"consent-missing"}, nil},
	{"C3", "a legitimate interest needs a passed balancing test", "Why we collect personal data", []string{"assessments"}, []string{"interest-without-assessment"}, []string{"assessment-failed", "assessment-overdue"}, nil},
	{"C4", "nobody under 18", "How we collect data", []string{"minors"}, []string{"minors-under-100"}, []string{"minors-missing"}, []string{"../internal/app/hold_test.go TestInvariant03MinorUnderAHold"}},
	{"C5", "two years without activity, interest, intent or need", "How long do we keep your personal data?", []string{"retention.period", "retention.signals", "retention.shorter"},
		[]string{"signal-moved-by-staff", "period-in-m"}, []string{"signal-not-the-persons"}, []string{"../internal/app/signal_test.go TestInvariant12OnlyThePersonsActsKeep"}},
	{"C6", "longer only where the law requires or allows it", "How long do we keep your personal data?", []string{"retention.longer", "processors.*.fields"}, []string{"keep-without-a-period"}, []string{"keep-without-scope"}, nil},
	{"C7", "processors act on instruction, under a safeguard", processorsSection, []string{"processors.*.safeguard", "residency.refused-safeguards"}, []string{"safeguard-privacy-shield", "safeguard-clauses-of-2010"}, []string{"safeguard-overdue", "safeguard-before-clauses"}, nil},
	{"C8", "processors keep data for the period that is specified", processorsSection, []string{"processors.*.after-delete"}, []string{"horizon-twice"}, []string{"horizon-unknown", "longer-than-promised"}, []string{"../internal/app/answer_test.go TestInvariant10YesAndStillThere"}},
	{"C9", "no data of users leaves the EU/EEA", "Additional information", []string{"processors.*.region", "processors.*.safeguard", "residency"}, []string{"region-in-words"}, []string{"users-outside-zone", "transfer-without-safeguard"}, []string{"../internal/app/telling_test.go TestCase24SafeguardRunsOut"}},
	{"C10", "only declared kinds of data", "Type of data we collect", []string{"categories", "processors.*.fields"}, []string{"keep-of-a-category-that-is-nowhere"}, nil, []string{"../internal/app/account_test.go TestAccountIsWeighed"}},
	{"C11", "a channel permits no more than its row says", chart, []string{"channels.*.permits"}, []string{"otherwise-permits"}, []string{"no-otherwise"}, nil},
	{"C12", "a no counts everywhere for what was refused", "How we use the data", []string{"consent.refusal", "topics", "identity"}, []string{"refusal-lifted-by-an-import", "topics-with-one-id"}, []string{"topic-not-at-processor"}, []string{"../internal/app/refusal_test.go TestInvariant15FlippedBackIsUndone"}},
	{"C13", "remarketing can be refused", "How we collect data", []string{"consent.refusal.read-from"}, nil, []string{"processor-not-configured"}, nil},
	{"C14", "only people with a relevant role have access", "Who can access your personal data", []string{"access.roles"}, []string{"roles-of-a-processor-that-is-nowhere"}, []string{"roles-not-told"}, []string{"../internal/app/account_test.go TestAccountIsWeighed"}},
	{"C15", "versions, dates, predecessors", "Previous version(s)", []string{"version", "effective", "supersedes"}, []string{"key-missing"}, nil, []string{"../internal/app/start_test.go TestChangedPolicyIsOnlyProposed"}},
	{"C16", "consultants have signed agreements", processorsSection, []string{"processors.*.nda", "processors.*.dpa"}, nil, []string{"consultant-without-agreement", "agreement-ahead", "not-enforced"}, []string{"../internal/app/account_test.go TestRegisterHasItsDays"}},
	{"C17", "the notice tells people what is done", processorsSection, []string{"notice", "processors.*.published"}, nil, []string{"processor-not-published", "location-not-published"}, nil},
	{"C18", "the policy is about marketing and sales", "the introduction", []string{"scope.leave-alone"}, nil, nil, []string{"../internal/app/refusal_test.go TestInvariant13OutOfScopeIsNeverWritten"}},
	{"C19", "what was deleted stays deleted", "How long do we keep your personal data?", []string{"suppression", "processors.*.system-of-record"}, nil, []string{"no-system-of-record"}, []string{"../internal/app/answer_test.go TestInvariant10RestoredFromTheBin"}},
	{"C20", "a form says what is asked and why", "How we use the data", []string{"consent.forms"}, []string{"form-for-an-unknown-topic"}, nil, nil},
	{"C21", "no sharing with other organisations", processorsSection, []string{"access.apps", "access.unlisted-app"}, []string{"apps-of-a-processor-that-is-nowhere"}, []string{"apps-not-told"}, []string{"../internal/app/account_test.go TestAccountOfSalesforceIsWeighed"}},
	{"C22", "own systems; analytics are aggregated", "Additional information", []string{"processors.*.aggregated", "processors.*.own-system"}, []string{"aggregated-reviewed-before-it-was-checked"}, []string{"aggregated-with-contacts", "aggregated-unchecked", "aggregated-overdue", "own-system-unreached"}, []string{"../internal/app/account_test.go TestRegisterHasItsDays"}},
	{"C23", "no basis left: deleted", "How we use the data", []string{"retention.no-basis-left", "channels.*.basis"}, nil, []string{"no-basis-left-missing"}, []string{"../internal/app/case_test.go TestCase52NoBasisLeft"}},
	{"C24", "data is accurate", "How we use the data, the chart", nil, nil, nil, nil},
	{"C25", "people are told whose data came from elsewhere", "none: GDPR Art. 14(3)", []string{"channels.*.tell-person-within", "channels.*.told-by"}, nil, []string{"told-too-late", "telling-not-shown"}, []string{"../internal/app/telling_test.go TestTellingHasADay"}},
	{"C26", "requests are answered in a month", "none: GDPR Art. 12(3)", []string{"requests"}, nil, []string{"answered-too-late"}, nil},
}

// covers tells whether a rule is one of a clause's.
func (c clause) covers(rule string) bool {
	return slices.ContainsFunc(c.rules, func(pattern string) bool {
		want, have := strings.Split(pattern, "."), strings.Split(rule, ".")
		if len(have) < len(want) {
			return false
		}
		for i, w := range want {
			if w != "*" && w != have[i] {
				return false
			}
		}
		return true
	})
}

// TestClauses writes the way from each sentence of the notice to what proves it,
// and fails where it ends: a clause that nothing proves, a rule or a test that is
// gone, a case that no longer hangs on the rule it did.
func TestClauses(t *testing.T) {
	p := compile(t, "reference.yaml", policy.Reference)
	all := referenceCases(t)
	mutants := p.Mutate(bound, all, testKeys())
	for _, m := range mutants {
		if !slices.ContainsFunc(clauses, func(c clause) bool { return c.id == m.Clause && c.covers(m.Rule) }) {
			t.Errorf("%s is not in the table of %s", m.Rule, m.Clause)
		}
	}
	var b strings.Builder
	b.WriteString("# From the notice to the test\n\nWritten by `go test ./policy -run TestClauses -update`. The notice is the published one; [reference.yaml](reference.yaml) is its policy.\n" +
		"Each rule was dropped or weakened in turn. A change that no case notices would be an unproven rule, a case that notices none hangs on no rule of this file.\n\n" +
		"| clause | the notice, section | rules | cases | besides |\n|---|---|---|---|---|\n")
	for _, c := range clauses {
		b.WriteString(c.row(t, all, mutants))
	}
	b.WriteString("\n## Rules\n\n| rule | clause | changes | missed by | for example |\n|---|---|---|---|---|\n")
	writeRules(&b, all, mutants)
	writeFree(&b, all, mutants)
	golden(t, "CLAUSES.md", b.String())
}

// row is a clause's line, after a look at what it names.
func (c clause) row(t *testing.T, all []policy.Cases, mutants []policy.Mutant) string {
	t.Helper()
	for _, r := range c.rules {
		key := r[strings.LastIndex(r, ".")+1:]
		if !strings.Contains(string(policy.Reference), key+":") {
			t.Errorf("%s: reference.yaml has no %s", c.id, r)
		}
	}
	var besides []string
	for _, name := range c.bad {
		if _, err := os.Stat(filepath.Join("testdata", "bad", name+".yaml")); err != nil {
			t.Errorf("%s: %v", c.id, err)
		}
		besides = append(besides, "refused: ["+name+"](testdata/bad/"+name+".yaml)")
	}
	for _, code := range c.lint {
		if _, err := policy.ExplainLint(code); err != nil {
			t.Errorf("%s: %v", c.id, err)
		}
		besides = append(besides, "told: "+code)
	}
	for _, where := range c.tests {
		file, name, _ := strings.Cut(where, " ")
		if !hasTest(t, file, name) {
			t.Errorf("%s: there is no %s", c.id, where)
		}
		besides = append(besides, "["+name+"]("+file+")")
	}
	var cases []string
	for _, cs := range all {
		if cs.Clause == c.id {
			cases = append(cases, fmt.Sprintf("[%s](%s): %d", strings.TrimSuffix(filepath.Base(cs.File), ".yaml"), cs.File, len(cs.List)))
		}
	}
	noticing := map[policy.NoticedBy]bool{}
	for _, m := range mutants {
		if c.covers(m.Rule) {
			for _, n := range m.Noticed {
				noticing[n] = true
			}
		}
	}
	if len(noticing) > 0 {
		cases = append(cases, counted(len(noticing), "case")+" in all that miss a rule of it")
	}
	if len(cases) == 0 && len(besides) == 0 {
		t.Errorf("nothing proves clause %s", c.id)
	}
	return fmt.Sprintf("| %s %s | %s | %s | %s | %s |\n", c.id, c.says, c.section, code(c.rules), strings.Join(cases, "; "), strings.Join(besides, "; "))
}

func code(names []string) string {
	if len(names) == 0 {
		return "none: facts of the record decide"
	}
	return "`" + strings.Join(names, "`, `") + "`"
}

func counted(n int, what string) string {
	if n == 1 {
		return "1 " + what
	}
	return fmt.Sprintf("%d %ss", n, what)
}

func hasTest(t *testing.T, file, name string) bool {
	f, err := parser.ParseFile(token.NewFileSet(), file, nil, parser.SkipObjectResolution)
	if err != nil {
		t.Error(err)
		return false
	}
	return slices.ContainsFunc(f.Decls, func(d ast.Decl) bool { fn, ok := d.(*ast.FuncDecl); return ok && fn.Name.Name == name })
}

// writeRules lists each rule with the case that tells most of it: one of the
// clause, that notices little else.
func writeRules(b *strings.Builder, all []policy.Cases, mutants []policy.Mutant) {
	clauseOf := map[string]string{}
	for _, cs := range all {
		clauseOf[cs.File] = cs.Clause
	}
	weight := map[policy.NoticedBy]int{} // how many changes a case notices
	for _, m := range mutants {
		for _, n := range m.Noticed {
			weight[n]++
		}
	}
	var rules []string
	of := map[string][]policy.Mutant{}
	for _, m := range mutants {
		if of[m.Rule] == nil {
			rules = append(rules, m.Rule)
		}
		of[m.Rule] = append(of[m.Rule], m)
	}
	for _, r := range rules {
		by := map[policy.NoticedBy]bool{}
		best, least, unproven := policy.NoticedBy{}, 0, 0
		for _, m := range of[r] {
			if m.Unproven() {
				unproven++
			}
			for _, n := range m.Noticed {
				by[n] = true
				far := weight[n]
				if clauseOf[n.File] != m.Clause {
					far += len(mutants)
				}
				if best.Title == "" || far < least {
					best, least = n, far
				}
			}
		}
		said := counted(len(by), "case")
		if unproven > 0 {
			said += fmt.Sprintf("; **%d unproven**", unproven)
		}
		fmt.Fprintf(b, "| `%s` | %s | %d | %s | %s |\n", r, of[r][0].Clause, len(of[r]), said, best.Title)
	}
}

// writeFree lists the cases that hold whatever the rules of their clause say. A
// change that nearly every case notices tells nothing of one.
func writeFree(b *strings.Builder, all []policy.Cases, mutants []policy.Mutant) {
	n := 0
	for _, cs := range all {
		n += len(cs.List)
	}
	hangs := map[policy.NoticedBy]bool{}
	for _, m := range mutants {
		if len(m.Noticed) > n/2 {
			continue
		}
		for _, by := range m.Noticed {
			i := slices.IndexFunc(all, func(cs policy.Cases) bool { return cs.File == by.File })
			c := clauses[slices.IndexFunc(clauses, func(c clause) bool { return c.id == all[i].Clause })]
			hangs[by] = hangs[by] || c.covers(m.Rule)
		}
	}
	free, list := 0, ""
	for _, cs := range all {
		titles := ""
		for _, c := range cs.List {
			if !hangs[policy.NoticedBy{File: cs.File, Line: c.Pos.Line, Title: c.Title}] {
				free++
				titles += "  - " + c.Title + "\n"
			}
		}
		if titles != "" {
			list += fmt.Sprintf("- [%s](%s)\n%s", strings.TrimSuffix(filepath.Base(cs.File), ".yaml"), cs.File, titles)
		}
	}
	fmt.Fprintf(b, "\n## Cases that no rule of their clause decides\n\n%d of %d cases hold whatever the rules of their clause say: they show what is the same under any policy (holds, doubt, "+
		"what outlives a record), or that a rule does not reach further than it should.\n\n%s", free, n, list)
}
