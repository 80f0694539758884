package policy_test

import (
	"encoding/json"
	"strings"
	"testing"

	"github.com/lapsed/lapsed/policy"
)

// Reports for machines say what the text says: the same notes at the same places.
func TestReportsOfTheReference(t *testing.T) {
	notes, _ := lint(t, "policy/reference.yaml", policy.Reference, bound)
	text, err := json.MarshalIndent(policy.SARIF(notes, "test"), "", " ")
	if err != nil {
		t.Fatal(err)
	}
	var log struct {
		Version string
		Runs    []struct {
			Tool struct {
				Driver struct{ Rules []struct{ ID string } }
			}
			Results []struct {
				RuleID    string
				RuleIndex int
				Level     policy.Level
				Locations []struct {
					PhysicalLocation struct {
						ArtifactLocation struct{ URI string }
						Region           struct{ StartLine, StartColumn int }
					}
				}
			}
		}
	}
	if err := json.Unmarshal(text, &log); err != nil {
		t.Fatal(err)
	}
	if log.Version != "2.1.0" || len(log.Runs) != 1 || len(log.Runs[0].Results) != len(notes) {
		t.Fatalf("%d runs, version %s", len(log.Runs), log.Version)
	}
	for i, r := range log.Runs[0].Results {
		at := r.Locations[0].PhysicalLocation
		rule := log.Runs[0].Tool.Driver.Rules[r.RuleIndex].ID
		if n := notes[i]; rule != n.Code || r.RuleID != n.Code || r.Level != n.Level || at.Region.StartLine != n.Line || at.Region.StartColumn != n.Column || at.ArtifactLocation.URI != n.File {
			t.Errorf("result %d is %+v (rule %s), the note %+v", i, r, rule, n)
		}
	}
	if lines := strings.Count(policy.GitHub(notes), "\n"); lines != len(notes) {
		t.Errorf("%d annotations of %d notes", lines, len(notes))
	}
}

// What would end an annotation early or begin another is written out.
func TestAnnotationsAreEscaped(t *testing.T) {
	got := policy.GitHub([]policy.Note{{Level: policy.LintNote, Code: "x", File: "a,b:c%.yaml", Line: 3, Column: 7, Says: "50%\n::error::", Do: "Nothing."}})
	if want := "::notice file=a%2Cb%3Ac%25.yaml,line=3,col=7,title=x::50%25%0A::error:: Nothing.\n"; got != want {
		t.Errorf("got  %swant %s", got, want)
	}
}

// A file that doesn't parse is reported too: whoever reads only the report must
// not take its silence for a pass.
func TestProblemsAreReported(t *testing.T) {
	_, _, problems := policy.Parse("with space.yaml", []byte("policy: x\n"))
	notes := policy.ProblemNotes(problems)
	if len(notes) == 0 || notes[0].Code != policy.LintInvalid {
		t.Fatalf("%v", notes)
	}
	text, _ := json.Marshal(policy.SARIF(notes, "test"))
	if !strings.Contains(string(text), `"uri":"with%20space.yaml"`) {
		t.Errorf("%s", text)
	}
	if text, _ := json.Marshal(policy.SARIF(nil, "test")); !strings.Contains(string(text), `"results":[]`) {
		t.Errorf("a clean run: %s", text)
	}
}
