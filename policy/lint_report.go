package policy

import (
	"fmt"
	"net/url"
	"path/filepath"
	"slices"
	"strings"

	"github.com/lapsed/lapsed/internal/document"
)

// ProblemNotes are problems of a file that doesn't parse as notes, for reports
// that know nothing else.
func ProblemNotes(problems document.Problems) []Note {
	out := make([]Note, len(problems))
	for i, p := range problems {
		out[i] = Note{LintError, LintInvalid, p.File, p.Line, p.Column, p.Message, "Correct the line."}
	}
	return out
}

// GitHub is the notes as annotations of GitHub's workflow commands, a line each:
// they show up beside the line of the policy in a pull request.
// https://docs.github.com/actions/reference/workflows-and-actions/workflow-commands
func GitHub(notes []Note) string {
	value := strings.NewReplacer("%", "%25", "\r", "%0D", "\n", "%0A")
	property := strings.NewReplacer("%", "%25", "\r", "%0D", "\n", "%0A", ":", "%3A", ",", "%2C")
	var b strings.Builder
	for _, n := range notes {
		command := map[Level]string{LintError: "error", LintWarning: "warning", LintNote: "notice"}[n.Level]
		fmt.Fprintf(&b, "::%s file=%s,line=%d,col=%d,title=%s::%s\n", command, property.Replace(n.File), n.Line, n.Column, property.Replace(n.Code), value.Replace(n.Says+" "+n.Do))
	}
	return b.String()
}

// SARIFLog is notes in the Static Analysis Results Interchange Format 2.1.0
// (OASIS), which code scanning services and editors read.
type SARIFLog struct {
	Schema  string     `json:"$schema"`
	Version string     `json:"version"`
	Runs    []sarifRun `json:"runs"`
}

type sarifRun struct {
	Tool struct {
		Driver sarifDriver `json:"driver"`
	} `json:"tool"`
	ColumnKind string        `json:"columnKind"`
	Results    []sarifResult `json:"results"` // an empty list says that all is well, none that nothing was looked at
}

type sarifDriver struct {
	Name    string      `json:"name"`
	Version string      `json:"version"`
	Rules   []sarifRule `json:"rules"`
}

type sarifRule struct {
	ID      string    `json:"id"`
	Short   sarifText `json:"shortDescription"`
	Full    sarifText `json:"fullDescription"`
	Help    sarifText `json:"help"`
	Default struct {
		Level Level `json:"level"`
	} `json:"defaultConfiguration"`
}

type sarifText struct {
	Text string `json:"text"`
}

type sarifResult struct {
	Rule      string          `json:"ruleId"`
	Index     int             `json:"ruleIndex"`
	Level     Level           `json:"level"`
	Message   sarifText       `json:"message"`
	Locations []sarifLocation `json:"locations"`
}

type sarifLocation struct {
	Physical struct {
		Artifact struct {
			URI string `json:"uri"`
		} `json:"artifactLocation"`
		Region *sarifRegion `json:"region,omitzero"`
	} `json:"physicalLocation"`
}

type sarifRegion struct {
	Line   int `json:"startLine"`
	Column int `json:"startColumn,omitzero"`
}

// SARIF reports notes with the rules that they are of. Levels have the same names
// in it, and columns count characters as ours do.
func SARIF(notes []Note, version string) SARIFLog {
	run := sarifRun{ColumnKind: "unicodeCodePoints", Results: []sarifResult{}}
	run.Tool.Driver = sarifDriver{Name: "lapsed policy lint", Version: version, Rules: []sarifRule{}}
	rules := &run.Tool.Driver.Rules
	for _, e := range Explanations() {
		if i := slices.IndexFunc(notes, func(n Note) bool { return n.Code == e.Code }); i >= 0 {
			r := sarifRule{ID: e.Code, Short: sarifText{e.Means}, Full: sarifText{e.Matters + " (" + e.RestsOn + ")"}, Help: sarifText{e.Instead}}
			r.Default.Level = notes[i].Level
			*rules = append(*rules, r)
		}
	}
	for _, n := range notes {
		index := slices.IndexFunc(*rules, func(r sarifRule) bool { return r.ID == n.Code })
		var at sarifLocation
		at.Physical.Artifact.URI = fileURI(n.File)
		if n.Line > 0 {
			at.Physical.Region = &sarifRegion{n.Line, n.Column}
		}
		run.Results = append(run.Results, sarifResult{n.Code, index, n.Level, sarifText{n.Says + " " + n.Do}, []sarifLocation{at}})
	}
	return SARIFLog{"https://json.schemastore.org/sarif-2.1.0.json", "2.1.0", []sarifRun{run}}
}

// fileURI names a file as SARIF does: relative to where the program was started,
// unless its name is absolute.
func fileURI(file string) string {
	u := url.URL{Path: filepath.ToSlash(file)}
	if filepath.IsAbs(file) {
		u.Scheme = "file"
	}
	return u.String()
}
