package policy

import (
	"fmt"
	"slices"
)

// residency finds promises that the register contradicts (C9).
func (l *linter) residency() {
	r := l.d.Residency
	if r == nil {
		for _, e := range l.d.Processors {
			if !l.d.inside(e.Value.Region) {
				l.add(LintNote, "no-residency", e.Pos, fmt.Sprintf("%s is in %s, and the policy doesn't say where data may lie: the EEA is assumed.", e.Name, e.Value.Region), "Add residency.")
			}
		}
		return
	}
	for _, e := range l.d.Processors {
		if r.Users == insideOnly && len(r.UsersAre) == 0 && !l.d.inside(e.Value.Region) && !e.Value.Aggregated {
			l.add(LintWarning, "users-outside-zone", e.Pos, fmt.Sprintf("the policy promises that no data of users leaves the zone, and %s is in %s: whether a contact there is a user is not looked at.", e.Name, e.Value.Region),
				"Say under residency.users-are who uses the product, leave users alone by a condition under scope and keep them out of there, or correct the promise.")
		}
	}
	for _, dead := range []string{"privacy-shield", "scc-2010-87"} {
		if !slices.Contains(r.RefusedSafeguards, dead) {
			l.add(LintNote, "dead-safeguard-not-refused", r.Pos, fmt.Sprintf("refused-safeguards doesn't list %s; it is refused all the same.", dead), "Nothing, or list it for the reader.")
		}
	}
}

// telling finds channels of which nothing shows that people were told (C25).
func (l *linter) telling() {
	for _, e := range l.d.Channels.Rows {
		if e.Value.TellPersonWithin != nil && len(e.Value.ToldBy) == 0 {
			l.add(LintWarning, "telling-not-shown", e.Pos, fmt.Sprintf("people who came by %s must be told within %s, and nothing shows that they were: each of them stays a finding.", e.Name, e.Value.TellPersonWithin.Words()),
				"Add told-by, a condition that their record meets once they were told.")
		}
	}
}
