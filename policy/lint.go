package policy

import (
	"cmp"
	"fmt"
	"slices"

	"github.com/lapsed/lapsed/internal/document"
)

// Level says how bad a note is.
type Level string

// The levels. A policy with an error must not start: it would delete or keep
// people on what nothing can tell.
const (
	LintError   Level = "error"
	LintWarning Level = "warning" // somebody should act
	LintNote    Level = "note"    // somebody should know
)

// Note is one thing that a person should know of a policy that parses.
type Note struct {
	Level  Level  `json:"level"`
	Code   string `json:"code"`
	File   string `json:"file"`
	Line   int    `json:"line"`
	Column int    `json:"column"`
	Says   string `json:"says"` // what is so
	Do     string `json:"do"`   // what to do about it
}

// String is the note in two lines.
func (n Note) String() string {
	return fmt.Sprintf("%s:%d:%d: %s %s: %s\n    %s", n.File, n.Line, n.Column, n.Level, n.Code, n.Says, n.Do)
}

// Worst returns the highest level among notes, "" if there are none.
func Worst(notes []Note) Level {
	for _, l := range []Level{LintError, LintWarning, LintNote} {
		if slices.ContainsFunc(notes, func(n Note) bool { return n.Level == l }) {
			return l
		}
	}
	return ""
}

// Lint looks at a policy that Parse accepts, as it would run with these
// connectors on this day. Each code has one meaning for good; the notes come in
// the order of the file.
func Lint(d *Document, src document.Source, bound Binding, today Day) []Note {
	l := &linter{d: d, src: src, bound: bound, today: today}
	l.fields()
	l.signals()
	l.channels()
	l.assessments()
	l.keeps()
	l.topics()
	l.register()
	l.residency()
	l.telling()
	l.access()
	l.promises()
	l.defaults()
	l.unenforced()
	slices.SortStableFunc(l.notes, func(a, b Note) int {
		return cmp.Or(cmp.Compare(a.Line, b.Line), cmp.Compare(a.Column, b.Column), cmp.Compare(a.Code, b.Code))
	})
	return l.notes
}

// Lint is Lint of a compiled policy.
func (p *Policy) Lint(bound Binding, today Day) []Note {
	return Lint(&p.Document, p.source, bound, today)
}

type linter struct {
	d     *Document
	src   document.Source
	bound Binding
	today Day
	notes []Note
}

func (l *linter) add(level Level, code string, pos document.Pos, says, do string) {
	l.notes = append(l.notes, Note{level, code, l.src.File, pos.Line, pos.Col, says, do})
}

// reach is how a processor is reached.
type reach int

const (
	connected reach = iota
	byHand
	aggregated
	unreached
	unlisted
)

func (l *linter) reach(processor string) reach {
	p, listed := l.d.Processors.Get(processor)
	_, bound := l.bound[processor]
	switch {
	case !listed:
		return unlisted
	case bound:
		return connected
	case p.ByHand != nil:
		return byHand
	case p.Aggregated.Is:
		return aggregated
	default:
		return unreached
	}
}
