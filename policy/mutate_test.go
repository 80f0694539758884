package policy_test

import (
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/lapsed/lapsed/policy"
)

// referenceCases are the cases that speak of the reference policy.
func referenceCases(t testing.TB) []policy.Cases {
	t.Helper()
	files, _ := filepath.Glob("testdata/clauses/*.yaml")
	var out []policy.Cases
	for _, file := range files {
		if _, err := os.Stat(strings.TrimSuffix(file, ".yaml") + ".policy.yaml"); err == nil || strings.HasSuffix(file, ".policy.yaml") {
			continue
		}
		text, err := os.ReadFile(file)
		if err != nil {
			t.Fatal(err)
		}
		cs, problems := policy.ParseCases(file, text, bound)
		if err := problems.Err(); err != nil {
			t.Fatal(err)
		}
		out = append(out, cs)
	}
	return out
}

// A rule that is taken away is missed by the cases that hang on it, and by no
// other; without them it is unproven.
func TestMutateFindsWhatNoCaseProves(t *testing.T) {
	text, err := os.ReadFile("testdata/lint/small.yaml")
	if err != nil {
		t.Fatal(err)
	}
	p := compile(t, "small.yaml", text)
	const hub = "      - hubspot: {email: kari@example.com, createdate: 2020-01-01, "
	period := "  - title: The last day\n    contacts:\n" + hub + "recent_conversion_date: 2024-11-24}\n    expect: {verdict: keep, lapses: 2026-11-25, findings: unknown-channel hubspot}\n"
	minor := "  - title: Too young\n    contacts:\n" + hub + "recent_conversion_date: 2026-11-24}\n      - salesforce.Contact: {Email: kari@example.com, LeadSource: Web, CreatedDate: 2026-11-01, Birthdate: 2008-11-25}\n" +
		"    expect: {verdict: minor, findings: unknown-channel hubspot, demands: [unsubscribe hubspot from email for minor, unsubscribe salesforce from email for minor, delete hubspot for minor, delete salesforce for minor]}\n"
	for _, c := range []struct{ cases, rule, change, by string }{
		{period + minor, "retention.signals.activity", "without hubspot.recent_conversion_date", ""}, // the only signal: such a policy can't be
		{period + minor, "retention.period", "2 years and a day", "The last day"},
		{minor, "retention.period", "2 years and a day", ""},
		{period + minor, "minors.under", "under 17", "Too young"},
		{period + minor, "minors.under", "under 19", ""}, // 18 or 19, she is too young
		{period, "minors", "not there", ""},
		{period + minor, "identity.at-most", "11 at most", ""}, // the default is no rule of the file
	} {
		cs, problems := policy.ParseCases("cases.yaml", []byte("clause: C5\nnow: 2026-11-24\ncases:\n"+c.cases), bound)
		if err := problems.Err(); err != nil {
			t.Fatal(err)
		}
		for _, r := range cs.Run(p, testKeys()) {
			if !r.Passed() {
				t.Fatal(r)
			}
		}
		by := ""
		for _, m := range p.Mutate(bound, []policy.Cases{cs}, testKeys()) {
			if m.Rule == c.rule && m.Change == c.change {
				for _, n := range m.Noticed {
					by += n.Title
				}
			}
		}
		if by != c.by {
			t.Errorf("%s, %s: noticed by %q, want %q", c.rule, c.change, by, c.by)
		}
	}
}

// A mutant is made of a copy: the policy decides as before.
func TestMutateLeavesThePolicyAlone(t *testing.T) {
	p := compile(t, "reference.yaml", policy.Reference)
	before := len(p.Lint(bound, today(t, "2026-11-24")))
	all := referenceCases(t)
	p.Mutate(bound, all[:1], testKeys())
	for _, cs := range all {
		for _, r := range cs.Run(p, testKeys()) {
			if !r.Passed() {
				t.Error(r)
			}
		}
	}
	if after := len(p.Lint(bound, today(t, "2026-11-24"))); after != before {
		t.Errorf("%d notes before, %d after", before, after)
	}
}

// The reference policy's own cases prove every rule but two: whoever signs up to
// the list does so in a web form, so that this row of the notice's table adds
// nothing that the one above it doesn't.
func TestReferenceIsProven(t *testing.T) {
	p := compile(t, "reference.yaml", policy.Reference)
	var unproven []string
	n := 0
	for _, m := range p.Mutate(bound, referenceCases(t), testKeys()) {
		if n++; m.Unproven() {
			unproven = append(unproven, m.Rule+": "+m.Change)
		}
	}
	want := "channels.mailing-list: not there\nchannels.mailing-list.when: with whatever hubspot.first_conversion_event_name holds"
	if got := strings.Join(unproven, "\n"); got != want {
		t.Errorf("no case notices:\n%s", got)
	}
	if n < 160 {
		t.Errorf("only %d changes were tried", n)
	}
}
