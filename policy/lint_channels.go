package policy

import (
	"fmt"
	"slices"
	"strings"
)

// channels finds rows of the notice's table that say nothing, or the same twice.
func (l *linter) channels() {
	rows := l.d.Channels.Rows
	for i, a := range rows {
		if !slices.ContainsFunc(a.Value.When, l.matchable) {
			l.add(LintWarning, "channel-unreachable", a.Pos, fmt.Sprintf("no contact can carry channel %s: none of its conditions is on a field that is read.", a.Name),
				"Set up the processor that it names, or give the row another condition.")
		}
		for _, b := range rows[i+1:] {
			switch ab, ba := implies(a.Value.When, b.Value.When), implies(b.Value.When, a.Value.When); {
			case a.Value.Basis == b.Value.Basis:
			case ab && ba:
				l.add(LintWarning, "channels-alike", b.Pos, fmt.Sprintf("channels %s (%s) and %s (%s) always match together: which basis carries the data can't be told.", a.Name, a.Value.Basis, b.Name, b.Value.Basis),
					"Give one of them a condition of its own.")
			case ab:
				l.add(LintNote, "channel-within-another", a.Pos, fmt.Sprintf("whoever came by %s (%s) also came by %s (%s).", a.Name, a.Value.Basis, b.Name, b.Value.Basis),
					"Nothing, if that is meant: a person may have come by several ways.")
			case ba:
				l.add(LintNote, "channel-within-another", b.Pos, fmt.Sprintf("whoever came by %s (%s) also came by %s (%s).", b.Name, b.Value.Basis, a.Name, a.Value.Basis),
					"Nothing, if that is meant: a person may have come by several ways.")
			}
		}
	}
	if l.d.Channels.Otherwise == nil && len(rows) > 0 {
		l.add(LintWarning, "no-otherwise", l.d.Channels.Pos, "channels has no otherwise: people of unknown origin get no marketing, and nobody is told of them.",
			"Add otherwise: {permits: nothing, then: finding}.")
	}
}

// matchable tells whether some contact could pass a block.
func (l *linter) matchable(b Block) bool {
	return !slices.ContainsFunc(b.Lines, func(x Line) bool { return x.Field.Processor != "" && l.reach(x.Field.Processor) != connected })
}

// implies tells whether a record that passes one of as passes one of bs.
func implies(as, bs []Block) bool {
	for _, a := range as {
		if !slices.ContainsFunc(bs, a.implies) {
			return false
		}
	}
	return true
}

func (b Block) implies(o Block) bool {
	for _, want := range o.Lines {
		if !slices.ContainsFunc(b.Lines, func(x Line) bool { return x.implies(want) }) {
			return false
		}
	}
	return true
}

// implies tells whether whatever passes l passes o. A pattern with its stars taken
// literally stands for everything that matches it.
func (l Line) implies(o Line) bool {
	if l.Field.Text != o.Field.Text {
		return false
	}
	texts := append(slices.Clone(l.Any), l.Like...)
	switch {
	case o.Present != nil && !*o.Present:
		return l.Present != nil && !*l.Present
	case o.Present != nil:
		return l.Present == nil || *l.Present
	case len(texts) == 0:
		return false
	}
	for _, t := range texts {
		equal := func(s string) bool { return strings.EqualFold(s, t) }
		wider := func(p string) bool { return patterns([]string{p})[0].match(strings.ToLower(t)) }
		if !slices.ContainsFunc(o.Any, equal) && !slices.ContainsFunc(o.Like, wider) {
			return false
		}
	}
	return true
}

// assessments finds balancing tests that carry nothing, or soon won't (C3).
func (l *linter) assessments() {
	for _, e := range l.d.Assessments {
		a := e.Value
		var channels []string
		for _, c := range l.d.Channels.Rows {
			if c.Value.Assessment == e.Name {
				channels = append(channels, c.Name)
			}
		}
		what := "its channels permit nothing"
		if len(channels) > 0 {
			what = strings.Join(channels, ", ") + " permit nothing"
		}
		switch last := a.ReviewBy + overdueDays; {
		case a.Outcome != OutcomePassed:
			l.add(LintWarning, "assessment-failed", e.Pos, fmt.Sprintf("assessment %s failed: %s. Nobody is deleted for it.", e.Name, what), "Find another basis for these channels, or end them.")
		case l.today > last:
			l.add(LintWarning, "assessment-overdue", e.Pos, fmt.Sprintf("assessment %s was due for review on %s, more than %d days ago: %s.", e.Name, a.ReviewBy, overdueDays, what), "Review it, and write down the new dates.")
		case l.today > a.ReviewBy:
			l.add(LintWarning, "assessment-overdue", e.Pos, fmt.Sprintf("assessment %s was due for review on %s: from %s on, %s.", e.Name, a.ReviewBy, last+1, what), "Review it, and write down the new dates.")
		case len(channels) == 0:
			l.add(LintNote, "assessment-unused", e.Pos, fmt.Sprintf("no channel rests on assessment %s.", e.Name), "Take it out, or name it at a channel.")
		}
	}
}

// keeps finds laws that would keep too much, or nothing (C6).
func (l *linter) keeps() {
	for _, e := range l.d.Retention.Longer {
		k := e.Value
		if n := len(l.d.Categories); n > 0 && len(k.Keeps) == n {
			l.add(LintWarning, "keep-without-scope", e.Pos, fmt.Sprintf("keep %s keeps every category of data: %s asks for all of it?", e.Name, k.Law), "Name the categories that the law asks for.")
		}
		if n := len(l.d.Processors); n > 1 && len(k.At) == n {
			l.add(LintWarning, "keep-without-scope", e.Pos, fmt.Sprintf("keep %s keeps data at every processor.", e.Name), "Name the processors that hold what the law asks for.")
		}
		if !slices.ContainsFunc(k.At, func(at string) bool { r := l.reach(at); return r == connected || r == byHand }) {
			l.add(LintWarning, "keep-nowhere", e.Pos, fmt.Sprintf("keep %s is at %s, where nothing is ever deleted by a duty.", e.Name, strings.Join(k.At, ", ")), "Name the processors that hold what the law asks for.")
		}
	}
}

// topics finds a no that can't be carried out where it is heard of (C12).
func (l *linter) topics() {
	for _, t := range l.d.Topics {
		if !slices.ContainsFunc(t.Value.Names(), func(at string) bool { return l.reach(at) == connected }) {
			l.add(LintWarning, "topic-nowhere", t.Pos, fmt.Sprintf("%s has no id at any processor that is set up: no yes or no to it can be seen.", t.Name), "Give its id at one, or take it out.")
			continue
		}
		for _, e := range l.d.Processors {
			if _, mapped := t.Value.Get(e.Name); !mapped && l.reach(e.Name) == connected {
				l.add(LintNote, "topic-not-at-processor", t.Pos, fmt.Sprintf("%s has no id at %s: a no to it alone changes nothing there.", t.Name, e.Name),
					fmt.Sprintf("Nothing, if %s never sends it; otherwise give its id.", e.Name))
			}
		}
	}
}
