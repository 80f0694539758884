package app

import (
	"encoding/xml"
	"fmt"
	"os"
)

// The elements of JUnit's XML that build servers read.
type junitSuites struct {
	XMLName xml.Name     `xml:"testsuites"`
	Suites  []junitSuite `xml:"testsuite"`
}

type junitSuite struct {
	Name     string      `xml:"name,attr"`
	Tests    int         `xml:"tests,attr"`
	Failures int         `xml:"failures,attr"`
	Skipped  int         `xml:"skipped,attr"`
	Cases    []junitCase `xml:"testcase"`
}

type junitCase struct {
	Class   string        `xml:"classname,attr"`
	Name    string        `xml:"name,attr"`
	Failure *junitMessage `xml:"failure"`
	Skipped *junitMessage `xml:"skipped"`
}

type junitMessage struct {
	Message string `xml:"message,attr"`
	Text    string `xml:",chardata"`
}

// WriteJUnit writes the run for build servers: a suite a file of cases, and one of
// unproven rules, which fail if the run is strict and are skipped if it isn't.
func (r TestRun) WriteJUnit(file string, strict bool) error {
	text, err := xml.MarshalIndent(r.junit(strict), "", "  ")
	if err == nil {
		err = os.WriteFile(file, append([]byte(xml.Header), append(text, '\n')...), 0o644)
	}
	if err != nil {
		return fmt.Errorf("write the JUnit report: %w", err)
	}
	return nil
}

func (r TestRun) junit(strict bool) junitSuites {
	var out junitSuites
	for _, c := range r.Cases {
		n := len(out.Suites)
		if n == 0 || out.Suites[n-1].Name != c.File {
			out.Suites = append(out.Suites, junitSuite{Name: c.File})
			n++
		}
		s := &out.Suites[n-1]
		x := junitCase{Class: c.File, Name: c.Title}
		if s.Tests++; !c.Passed {
			s.Failures++
			x.Failure = &junitMessage{"the policy decides otherwise", c.Text}
		}
		s.Cases = append(s.Cases, x)
	}
	if r.Mutants == 0 {
		return out
	}
	s := junitSuite{Name: "unproven rules", Tests: len(r.Unproven)}
	for _, m := range r.Unproven {
		x := junitCase{Class: m.Rule, Name: m.Change}
		why := &junitMessage{"no case notices the change", fmt.Sprintf("%s:%d:%d", m.File, m.Line, m.Column)}
		if strict {
			s.Failures++
			x.Failure = why
		} else {
			s.Skipped++
			x.Skipped = why
		}
		s.Cases = append(s.Cases, x)
	}
	out.Suites = append(out.Suites, s)
	return out
}
