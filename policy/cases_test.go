package policy_test

import (
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/lapsed/lapsed/connectors/hubspot"
	"github.com/lapsed/lapsed/connectors/salesforce"
	"github.com/lapsed/lapsed/internal/pseudonym"
	"github.com/lapsed/lapsed/policy"
)

// bound is what the reference policy's connectors know.
var bound = policy.Binding{"hubspot": hubspot.Catalogue(), "salesforce": salesforce.Catalogue()}

// testKeys join records as the daemon's keys do, with keys that are no secret.
func testKeys() *pseudonym.Ring {
	return pseudonym.NewRing([32]byte{}, pseudonym.EpochKey{Use: pseudonym.Subject}, pseudonym.EpochKey{Use: pseudonym.Signer})
}

func compile(t testing.TB, file string, text []byte) *policy.Policy {
	t.Helper()
	p, problems := policy.Compile(file, text, bound)
	if err := problems.Err(); err != nil {
		t.Fatal(err)
	}
	return p
}

// policyOf is the policy of a file of cases: one of its own, NAME.policy.yaml
// beside NAME.yaml, or the reference.
func policyOf(t *testing.T, file string) *policy.Policy {
	own := strings.TrimSuffix(file, ".yaml") + ".policy.yaml"
	text, err := os.ReadFile(own)
	if os.IsNotExist(err) {
		return compile(t, "reference.yaml", policy.Reference)
	}
	if err != nil {
		t.Fatal(err)
	}
	return compile(t, own, text)
}

func TestCases(t *testing.T) {
	files, _ := filepath.Glob("testdata/clauses/*.yaml")
	n := 0
	for _, file := range files {
		if strings.HasSuffix(file, ".policy.yaml") {
			continue
		}
		text, err := os.ReadFile(file)
		if err != nil {
			t.Fatal(err)
		}
		cases, problems := policy.ParseCases(file, text, bound)
		if err := problems.Err(); err != nil {
			t.Error(err)
			continue
		}
		n += len(cases.List)
		for _, r := range cases.Run(policyOf(t, file), testKeys()) {
			if !r.Passed() {
				t.Error(r)
			}
		}
	}
	if n < 120 {
		t.Errorf("%d cases were found: some are missing", n)
	}
}

// What an author of cases reads when something is wrong with them.
func TestWhatIsSaidOfCases(t *testing.T) {
	p := compile(t, "reference.yaml", policy.Reference)
	for _, name := range []string{"wrong", "unreadable", "ungrammatical"} {
		text, err := os.ReadFile("testdata/cases/" + name + ".yaml")
		if err != nil {
			t.Fatal(err)
		}
		cases, problems := policy.ParseCases(name+".yaml", text, bound)
		said := problems.Error() + "\n"
		if len(problems) == 0 {
			said = ""
			for _, r := range cases.Run(p, testKeys()) {
				if r.Passed() {
					t.Errorf("%s passed", r.Title)
				}
				said += r.String() + "\n"
			}
		}
		golden(t, "testdata/cases/"+name+".golden", said)
	}
}
