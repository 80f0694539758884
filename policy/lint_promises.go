package policy

import (
	"fmt"
	"strings"
)

// longer tells whether a period is longer than another, counted from one day.
func (p Period) longer(than Period) bool { return p.After(0) > than.After(0) }

var month = Period{Months: 1}

// promises finds periods that are longer than what the notice or the law says of
// them (C5, C8, C17, C25, C26).
func (l *linter) promises() {
	r := l.d.Retention
	for _, e := range r.Shorter {
		if !r.Period.longer(e.Value) {
			l.add(LintError, "shorter-is-longer", e.Pos, fmt.Sprintf("who came by %s alone would be kept for %s, and everybody else for %s.", e.Name, e.Value.Words(), r.Period.Words()),
				"Shorten it, or take it out: only a law keeps longer.")
		}
	}
	for _, s := range r.Signals.all() {
		if s.AtMost != nil && s.AtMost.longer(r.Period) {
			l.add(LintWarning, "at-most-beyond-period", s.Pos, fmt.Sprintf("what goes on where %s may keep people for %s after %s, and %s more: the period alone is shorter.", s.While, s.AtMost.Words(), s.After, r.Period.Words()),
				"Shorten at-most.")
		}
	}
	for _, e := range l.d.Channels.Rows {
		if within := e.Value.TellPersonWithin; within != nil && within.longer(month) {
			l.add(LintWarning, "told-too-late", e.Pos, fmt.Sprintf("people who came by %s are told within %s: the law gives a month (GDPR Art. 14(3)).", e.Name, within.Words()), "Write 1mo or less.")
		}
	}
	if q := l.d.Requests; q != nil && q.AnswerWithin.longer(month) {
		l.add(LintWarning, "answered-too-late", q.Pos, fmt.Sprintf("requests are answered within %s: the law gives a month (GDPR Art. 12(3)).", q.AnswerWithin.Words()), "Write 1mo or less.")
	}
	l.lastCopy()
}

// lastCopy tells how much later than promised nothing is left of somebody.
func (l *linter) lastCopy() {
	r := l.d.Retention
	var parts []string
	total := Day(0)
	if r.Grace != nil {
		parts, total = append(parts, r.Grace.Words()+" of grace"), r.Grace.After(0)
	}
	where, most := "", Period{}
	for _, e := range l.d.Processors {
		a := e.Value.AfterDelete
		if a == nil || l.reach(e.Name) != connected {
			continue
		}
		for _, p := range []*Period{a.Restorable, a.Purged} {
			if p != nil && p.longer(most) {
				where, most = e.Name, *p
			}
		}
	}
	if where != "" {
		parts, total = append(parts, most.Words()+" at "+where), total+most.After(0)
	}
	if where != "" && r.Grace != nil {
		l.add(LintNote, "longer-than-promised", r.Pos, fmt.Sprintf("the period is %s, and the last copy of somebody goes up to %d days later: %s.", r.Period.Words(), total, strings.Join(parts, " and ")),
			"Say in the notice how long deletion takes, or shorten grace.")
	}
}
