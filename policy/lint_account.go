package policy

import (
	"fmt"
	"slices"

	"github.com/lapsed/lapsed/internal/document"
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
		if r.Users == insideOnly && len(r.UsersAre) == 0 && !l.d.inside(e.Value.Region) && !e.Value.Aggregated.Is {
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

// agreements finds consultants who may not work yet (C16, GDPR Art. 28(3)).
func (l *linter) agreements(name string, pos document.Pos, p *Processor) {
	if !p.Consultant {
		return
	}
	if p.NDA == nil || p.DPA == nil {
		l.add(LintWarning, "consultant-without-agreement", pos, fmt.Sprintf("%s works for the controller, and the day of its nda or dpa is not told.", name), "Add nda and dpa, the days on which they were signed.")
	}
	for _, d := range []*Day{p.NDA, p.DPA} {
		if d != nil && *d > l.today {
			l.add(LintWarning, "agreement-ahead", pos, fmt.Sprintf("an agreement with %s is of %s, which lies ahead: until then it works without one.", name, *d), "Correct the day, or let nobody work there before it.")
		}
	}
}

// ownSystems finds data of the company's own that nothing reaches, and aggregated
// data that may be none (C22).
func (l *linter) ownSystems(name string, pos document.Pos, p *Processor) {
	r := l.reach(name)
	if p.OwnSystem && r != connected && r != byHand {
		l.add(LintWarning, "own-system-unreached", pos, fmt.Sprintf("%s is the controller's own, and neither a connector nor a person deletes there.", name), "Set it up in the config, or add by-hand: {who, within, proof}.")
	}
	switch c := p.Aggregated.Check; {
	case !p.Aggregated.Is:
	case r == connected:
		l.add(LintError, "aggregated-with-contacts", pos, fmt.Sprintf("%s is said to hold no persons, and contacts are read from it.", name), "Take out aggregated, or take it out of the config.")
	case c == nil:
		l.add(LintNote, "aggregated-unchecked", pos, fmt.Sprintf("%s is said to hold no persons, and nothing says when somebody looked at its settings.", name), "Look, and write aggregated: {checked: DAY, review-by: DAY}.")
	case c.ReviewBy < l.today:
		l.add(LintWarning, "aggregated-overdue", c.Pos, fmt.Sprintf("the settings that keep persons out of %s were due for a look on %s.", name, c.ReviewBy), "Look, and write down the new days.")
	}
}

// access finds processors of which the policy doesn't say who may see the data (C14, C21).
func (l *linter) access() {
	a := l.d.Access
	if a == nil {
		return
	}
	for _, e := range l.d.Processors {
		if l.reach(e.Name) != connected {
			continue
		}
		if _, told := a.Roles.Get(e.Name); !told {
			l.add(LintWarning, "roles-not-told", a.Pos, fmt.Sprintf("access.roles has no row for %s: all of its users are a finding.", e.Name), fmt.Sprintf("Add the roles whose work needs the data: roles: {%s: [NAME]}.", e.Name))
		}
		if _, told := a.Apps.Get(e.Name); !told {
			l.add(LintNote, "apps-not-told", a.Pos, fmt.Sprintf("access.apps has no row for %s: every program that holds access there is a finding, but lapsed.", e.Name), fmt.Sprintf("Add those that may: apps: {%s: [NAME]}.", e.Name))
		}
	}
}
