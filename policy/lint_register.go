package policy

import (
	"fmt"
	"time"

	"github.com/lapsed/lapsed/internal/document"
)

// register looks at the register of processors (C7, C16, C17).
func (l *linter) register() {
	for _, e := range l.d.Processors {
		p := e.Value
		if l.reach(e.Name) == unreached && !p.OwnSystem {
			l.add(LintWarning, "processor-not-configured", e.Pos, fmt.Sprintf("%s is neither set up, nor worked by hand, nor aggregated: nobody deletes there.", e.Name),
				"Set it up in the config, add by-hand: {who, within, proof}, or say aggregated: true if it holds no persons.")
		}
		if p.Published != nil && !*p.Published {
			l.add(LintWarning, "processor-not-published", e.Pos, fmt.Sprintf("%s is in use, and the published notice doesn't list it.", e.Name), "List it in the notice, or stop using it.")
		}
		if p.Published != nil && !*p.Published && !l.d.inside(p.Region) {
			l.add(LintWarning, "location-not-published", e.Pos, fmt.Sprintf("%s holds data in %s, and the published notice doesn't say so (GDPR Art. 13(1)(f)).", e.Name, p.Region), "Write the processor and its country into the notice.")
		}
		l.safeguard(e.Name, p.Safeguard, p.Region)
		if s := p.Safeguard; s != nil && s.ReviewBy < l.today {
			l.add(LintWarning, "safeguard-overdue", s.Pos, fmt.Sprintf("the safeguard of %s (%s) was due for review on %s.", e.Name, s.Reference, s.ReviewBy), "Review it, and write down the new date.")
		}
		if p.Safeguard == nil && !l.d.inside(p.Region) {
			l.add(LintWarning, "transfer-without-safeguard", e.Pos, fmt.Sprintf("%s is in %s, outside the zone, and no safeguard is named (GDPR Art. 46).", e.Name, p.Region), "Name the safeguard, or move the data.")
		}
		l.agreements(e.Name, e.Pos, &p)
		l.ownSystems(e.Name, e.Pos, &p)
		if r := l.reach(e.Name); r == connected && p.AfterDelete == nil {
			l.add(LintNote, "horizon-unknown", e.Pos, fmt.Sprintf("how long %s keeps what was deleted is not told: deletions count as final at once.", e.Name), "Add after-delete: {restorable: …} or {purged: …} (C8).")
		}
	}
	if n := len(l.d.SystemsOfRecord()); n == 0 && len(l.bound) > 1 {
		l.add(LintWarning, "no-system-of-record", l.d.Retention.Pos, "no processor is the system of record: a sync may bring back people that another one deleted first.", "Say system-of-record: true at the one that the others are fed from.")
	}
}

// newClauses is the day from which the standard clauses of today could be signed
// (Decision (EU) 2021/914, Art. 4(1)).
var newClauses = dayOf(2021, time.June, 27)

// safeguard finds safeguards that can't be what the register takes them for (C7).
func (l *linter) safeguard(processor string, s *Safeguard, region string) {
	if s != nil && l.d.inside(region) {
		l.add(LintNote, "safeguard-inside-zone", s.Pos, fmt.Sprintf("%s is in %s, inside the zone, and names a safeguard (%s) for data that leaves it.", processor, region, s.Reference), "Ask where the data is worked on, and write that down.")
	}
	if s != nil && s.Kind == "scc" && l.d.Effective < newClauses {
		l.add(LintWarning, "safeguard-before-clauses", s.Pos, fmt.Sprintf("the policy is of %s, when the standard clauses of today did not exist: those of %s (%s) may be older ones, void since 27 December 2022.", l.d.Effective, processor, s.Reference), "Make sure that the clauses of 2021 were signed, and say so in a new version.")
	}
}

// defaults names what holds where the policy says nothing.
func (l *linter) defaults() {
	missing := func(is bool, code, says, do string) {
		if is {
			l.add(LintWarning, code, l.d.Retention.Pos, says, do)
		}
	}
	lim := l.d.Limits
	missing(l.d.Retention.Grace == nil, "grace-missing", "retention.grace is not given: who has lapsed is due at once.", "Add grace: 30d under retention.")
	missing(l.d.Retention.NoBasisLeft == "", "no-basis-left-missing", "retention.no-basis-left is not given: people are kept whose consent was withdrawn and whom nothing else carries.", "Add no-basis-left: delete, or keep.")
	missing(lim.Delete == nil, "limit-missing", "limits.delete is not given: 100 people a day, or 1% if that is less.", "Add limits.delete: {people: 100, share: 1%}.")
	missing(lim.Unsubscribe == nil, "limit-missing", "limits.unsubscribe is not given: 500 people a day, or 2% if that is less.", "Add limits.unsubscribe: {people: 500, share: 2%}.")
	missing(lim.Surge == nil, "limit-missing", "limits.surge is not given: 3x of the median.", "Add limits.surge: 3x.")
	missing(lim.ShrunkSource == nil, "limit-missing", "limits.shrunk-source is not given: 10%.", "Add limits.shrunk-source: 10%.")
	missing(lim.StaleSource == nil, "limit-missing", "limits.stale-source is not given: 24h.", "Add limits.stale-source: 24h.")
	missing(lim.Approval == nil, "limit-missing", "limits.approval is not given: valid 7d, one person is enough.", "Add limits.approval: {valid: 7d, two-people-above: 5%}.")
	missing(l.d.Minors == nil, "minors-missing", "the policy has no minors: nobody is looked at for being too young.", "Add minors, if the notice speaks of them.")
	missing(l.d.Consent == nil, "consent-missing", "the policy has no consent: no refusal is read anywhere, and channels permit topics without proof.", "Add consent, with refusal.read-from.")
}

// unenforced tells of each part that is read and checked, and not yet carried out.
func (l *linter) unenforced() {
	note := func(pos document.Pos, what, instead string) {
		l.add(LintNote, "not-enforced", pos, "read and checked, but not yet enforced: "+what+".", instead)
	}
	for _, e := range l.d.Processors {
		if b := e.Value.ByHand; b != nil {
			note(b.Pos, "by-hand at "+e.Name+" (C16)", "Nobody is instructed yet: tell "+b.Who+" yourselves.")
		}
	}
}
