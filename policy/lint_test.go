package policy_test

import (
	"flag"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/lapsed/lapsed/policy"
)

var update = flag.Bool("update", false, "write what is said now into the golden files")

// golden compares what people read with the file that they last approved.
func golden(t *testing.T, file, got string) {
	t.Helper()
	if *update {
		if err := os.WriteFile(file, []byte(got), 0o644); err != nil {
			t.Fatal(err)
		}
		return
	}
	want, err := os.ReadFile(file)
	if err != nil {
		t.Fatal(err)
	}
	if string(want) != got {
		t.Errorf("%s differs; -update writes this:\n%s", file, got)
	}
}

func today(t *testing.T, s string) policy.Day {
	t.Helper()
	d, err := policy.ParseDay(s)
	if err != nil {
		t.Fatal(err)
	}
	return d
}

func lint(t *testing.T, file string, text []byte, bound policy.Binding) ([]policy.Note, string) {
	t.Helper()
	d, src, problems := policy.Parse(file, text)
	if err := problems.Err(); err != nil {
		t.Fatal(err)
	}
	notes := policy.Lint(d, src, bound, today(t, "2026-11-24"))
	var b strings.Builder
	for _, n := range notes {
		b.WriteString(n.String() + "\n")
	}
	return notes, b.String()
}

func TestLintOfTheReference(t *testing.T) {
	notes, text := lint(t, "reference.yaml", policy.Reference, bound)
	if policy.Worst(notes) != policy.LintWarning {
		t.Errorf("the reference policy has %q at worst:\n%s", policy.Worst(notes), text)
	}
	golden(t, filepath.Join("testdata", "lint", "reference.golden"), text)
}

// Each code is seen once, on the good policy with one change.
func TestLintCodes(t *testing.T) {
	small, err := os.ReadFile("testdata/lint/small.yaml")
	if err != nil {
		t.Fatal(err)
	}
	for _, c := range []struct{ code, was, is string }{
		{"assessment-failed", "outcome: passed", "outcome: failed"},
		{"assessment-overdue", "reviewed: 2026-01-15, review-by: 2028-01-15", "reviewed: 2024-01-15, review-by: 2026-01-15"},
		{"assessment-overdue", "reviewed: 2026-01-15, review-by: 2028-01-15", "reviewed: 2024-01-15, review-by: 2026-11-23"},
		{"assessment-unused", "assessments:\n", "assessments:\n  other: {interest: Any, impact: Low, necessity: Some, expectation: Some, outcome: passed, owner: DPO, reviewed: 2026-01-15, review-by: 2028-01-15}\n"},
		{"channels-alike", "when: [{salesforce.LeadSource: Sales}]", "when: [{salesforce.LeadSource: web}]"},
		{"channel-within-another", "when: [{salesforce.LeadSource: Sales}]", "when: [{salesforce.LeadSource: {present: true}}]"},
		{"channel-within-another", "when: [{salesforce.LeadSource: Sales}]", "when: [{salesforce.LeadSource: {like: W*}}]"},
		{"channel-unreachable", "when: [{salesforce.LeadSource: Web}]", "when: [{archive.Source: Web}]"},
		{"no-otherwise", "  otherwise: {permits: nothing, then: finding}\n", ""},
		{"field-not-read", "[hubspot.hs_email_optout]", "[hubspot.hs_email_optout, archive.optout]"},
		{"source-not-configured", "when: [{salesforce.LeadSource: Web}]", "when: [{salesforce.LeadSource: Web}, {mailer.Source: Web}]"},
		{"never-signal-unknown", "  no-basis-left: delete", "  never-signals: [hubspot.last_modified]\n  no-basis-left: delete"},
		{"signal-of-unknown-mover", "{date: hubspot.recent_conversion_date}", "{date: [hubspot.recent_conversion_date, hubspot.last_visit]}"},
		{"keep-without-scope", "keeps: [contact]", "keeps: [contact, marketing]"},
		{"keep-without-scope", "at: [salesforce]", "at: [salesforce, hubspot, archive, mailer]"},
		{"keep-nowhere", "at: [salesforce]", "at: [mailer]"},
		{"topic-not-at-processor", "{hubspot: 101, salesforce: Newsletter__c}", "{hubspot: 101}"},
		{"processor-not-published", "{for: Marketing, region: EU", "{for: Marketing, published: false, region: EU"},
		{"safeguard-overdue", "{for: Marketing, region: EU", "{for: Marketing, region: US, safeguard: {kind: scc, reference: Annex, review-by: 2026-11-23}"},
		{"transfer-without-safeguard", "{for: Marketing, region: EU", "{for: Marketing, region: US"},
		{"users-outside-zone", "users: inside-or-safeguard", "users: inside-only"},
		{"consultant-without-agreement", "{for: Archive, ", "{for: Archive, consultant: true, nda: 2020-01-01, "},
		{"agreement-ahead", "{for: Archive, ", "{for: Archive, consultant: true, nda: 2020-01-01, dpa: 2026-11-25, "},
		{"own-system-unreached", "{for: Mail, region: US, ", "{for: Mail, own-system: true, region: US, "},
		{"aggregated-with-contacts", "{for: Marketing, region: EU", "{for: Marketing, aggregated: true, region: EU"},
		{"aggregated-unchecked", "{for: Mail, region: US, ", "{for: Mail, aggregated: true, region: US, "},
		{"aggregated-overdue", "{for: Mail, region: US, ", "{for: Mail, aggregated: {checked: 2025-11-23, review-by: 2026-11-23}, region: US, "},
		{"roles-not-told", "holds: {", "access: {roles: {salesforce: [Sales]}, unlisted-user: finding, unlisted-app: finding}\nholds: {"},
		{"apps-not-told", "holds: {", "access: {roles: {salesforce: [Sales]}, apps: {salesforce: [Survey tool]}, unlisted-user: finding, unlisted-app: finding}\nholds: {"},
		{"horizon-unknown", ", after-delete: {purged: 30d}", ""},
		{"no-system-of-record", "system-of-record: true, ", ""},
		{"no-residency", "residency: {", "suppression: {refused: until-lifted}\n#"},
		{"dead-safeguard-not-refused", "refused-safeguards: [privacy-shield, scc-2010-87]", "refused-safeguards: [privacy-shield]"},
		{"grace-missing", "  grace: 30d\n", ""},
		{"no-basis-left-missing", "  no-basis-left: delete\n", ""},
		{"limit-missing", "  surge: 3x\n", ""},
		{"limit-missing", "  delete: {people: 100, share: 1%}\n", ""},
		{"limit-missing", "  stale-source: 24h\n", ""},
		{"shorter-is-longer", "  no-basis-left: delete", "  shorter: {talk: 24mo}\n  no-basis-left: delete"},
		{"at-most-beyond-period", "    activity: [", "    need: [{while: {salesforce.Case.IsClosed: false}, at-most: 25mo, after: salesforce.Case.CreatedDate, because: Asked}]\n    activity: ["},
		{"told-too-late", "permits: person-to-person", "permits: person-to-person, tell-person-within: 32d"},
		{"answered-too-late", "holds: {", "requests: {answer-within: 2mo, identity: checked}\nholds: {"},
		{"telling-not-shown", "permits: person-to-person", "permits: person-to-person, tell-person-within: 1mo"},
		{"topic-nowhere", "{hubspot: 101, salesforce: Newsletter__c}", "{mailer: 7}"},
		{"location-not-published", "{for: Marketing, region: EU", "{for: Marketing, published: false, region: US"},
		{"safeguard-inside-zone", "{for: Marketing, region: EU", "{for: Marketing, region: DE, safeguard: {kind: scc, reference: Annex, review-by: 2027-01-01}"},
		{"safeguard-before-clauses", "{for: Marketing, region: EU", "{for: Marketing, region: US, safeguard: {kind: scc, reference: Annex, review-by: 2027-01-01}"},
		{"minors-missing", "minors: {", "suppression: {refused: until-lifted}\n#"},
	} {
		with := strings.Replace(string(small), "processors:\n", `processors:
  archive: {for: Archive, region: EU, by-hand: {who: Legal, within: 30d, proof: required}}
  mailer: {for: Mail, region: US, safeguard: {kind: scc, reference: Annex, review-by: 2027-01-01}}
`, 1)
		with = strings.Replace(with, "after-delete: {purged: 30d}}", "after-delete: {purged: 30d}, fields: {last_visit: marketing}}", 1)
		if c.code == "horizon-unknown" {
			with = strings.Replace(with, ", fields: {last_visit: marketing}", "", 1)
		}
		if c.code == "safeguard-before-clauses" {
			with = strings.Replace(with, "effective: 2026-01-01", "effective: 2021-06-26", 1)
		}
		changed := strings.Replace(with, c.was, c.is, 1)
		if changed == with {
			t.Errorf("%s: the change changes nothing", c.code)
			continue
		}
		before, _ := lint(t, "small.yaml", []byte(with), bound)
		after, said := lint(t, "small.yaml", []byte(changed), bound)
		if count(after, c.code) != count(before, c.code)+1 {
			t.Errorf("%s is not told of %q:\n%s", c.code, c.is, said)
		}
	}
}

func count(notes []policy.Note, code string) (n int) {
	for _, x := range notes {
		if x.Code == code {
			n++
		}
	}
	return n
}

// A signal, keep, refusal, date of birth or consent at a processor that nobody
// reads must not start.
func TestLintRefusesUnreadSources(t *testing.T) {
	without := policy.Binding{"salesforce": bound["salesforce"]}
	notes, _ := lint(t, "reference.yaml", policy.Reference, without)
	of := map[string]bool{}
	for _, n := range notes {
		if n.Code == "source-not-configured" && n.Level == policy.LintError {
			of[strings.SplitN(n.Says, " names ", 2)[0]] = true
		}
	}
	for _, what := range []string{"a signal", "a refusal", "the date of birth", "a proof of consent"} {
		if !of[what] {
			t.Errorf("%s at a processor that is not set up may start", what)
		}
	}
}
