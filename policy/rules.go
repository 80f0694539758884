package policy

import (
	"fmt"
	"strings"
)

// Rule is one rule of the policy in words.
type Rule struct{ Part, Name, Says string }

// Rules says in words what the policy does, part by part, in the order of the file.
func (p *Policy) Rules() []Rule {
	var out []Rule
	say := func(part, name, format string, args ...any) {
		out = append(out, Rule{part, name, fmt.Sprintf(format, args...)})
	}
	for _, b := range p.Scope.LeaveAlone {
		say("Left alone", "", "where %s", b)
	}
	for i := range p.Channels.Rows {
		e := &p.Channels.Rows[i]
		var when []string
		for _, b := range e.Value.When {
			when = append(when, b.String())
		}
		say("Channels", e.Name, "on %s, permits %s; known by %s", e.Value.Basis.Words(), e.Value.Permits.Words(), strings.Join(when, ", or "))
		if within := e.Value.TellPersonWithin; within != nil {
			say("Channels", e.Name, "the person is told within %s%s", within.Words(), shownBy(e.Value.ToldBy))
		}
	}
	p.retentionRules(say)
	if m := p.Minors; m != nil {
		say("Minors", "", "under %d: deleted without grace", m.Under)
		for _, b := range m.SuspectedBy {
			say("Minors", "suspected", "%s: marketing stops, a human looks", b)
		}
	}
	if c := p.Consent; c != nil {
		for _, e := range c.Forms {
			say("Consent", e.Name, "form %q: proof for %s, wording of notice %s", e.Value.Name, strings.Join(e.Value.Topics, ", "), e.Value.Notice)
		}
		for _, b := range c.Accepted {
			say("Consent", "accepted", "%s", b)
		}
		for _, r := range p.refusals {
			say("Refusals", "", "%s", r.words)
		}
	}
	if r := p.Residency; r != nil {
		say("Residency", "", "the %s: of users %s, of everybody else %s; an unknown country counts as inside", r.Zone, r.Users, r.EveryoneElse)
		for _, b := range r.UsersAre {
			say("Residency", "a user", "%s", b)
		}
	}
	if a := p.Access; a != nil {
		for _, e := range a.Roles {
			say("Access", e.Name, "people known as %s", strings.Join(e.Value, ", "))
		}
		for _, e := range a.Apps {
			say("Access", e.Name, "programs: %s, and lapsed", strings.Join(e.Value, ", "))
		}
	}
	for i := range p.Processors {
		e := &p.Processors[i]
		say("Processors", e.Name, "%s, in %s%s", e.Value.For, e.Value.Region, p.reach(e.Name, &e.Value))
	}
	return out
}

// shownBy says how one sees that somebody was told.
func shownBy(told []Block) string {
	if len(told) == 0 {
		return ""
	}
	var by []string
	for _, b := range told {
		by = append(by, b.String())
	}
	return "; that shows where " + strings.Join(by, ", or ")
}

func (p *Policy) retentionRules(say func(string, string, string, ...any)) {
	say("Retention", "period", "%s without a sign of life, and %s of grace", p.period.Words(), p.grace.Words())
	for i := range p.signals {
		s := &p.signals[i]
		switch {
		case s.given:
			say("Signs of life", s.kind, "proven consent")
		case s.ongoing():
			say("Signs of life", s.kind, "while %s, at most %s after %s", s.words, s.atMost.Words(), s.after)
		default:
			say("Signs of life", s.kind, "%s", s.words)
		}
	}
	for _, e := range p.Retention.Shorter {
		say("Retention", "shorter", "%s for who came by %s alone", e.Value.Words(), e.Name)
	}
	for i := range p.keeps {
		k := &p.keeps[i]
		what := "while " + fmt.Sprint(k.while)
		if k.start != nil {
			from := "after"
			if k.yearEnd {
				from = "after the year of"
			}
			what = fmt.Sprintf("%s %s %s", k.period.Words(), from, k.start)
		}
		say("Kept longer", k.name, "%s: %s, at %s, only %s", k.Keep.Law, what, strings.Join(k.at, ", "), strings.Join(k.Keep.Keeps, ", "))
	}
}

// reach says how lapsed reaches a processor.
func (p *Policy) reach(name string, x *Processor) string {
	switch _, bound := p.kinds[name]; {
	case bound:
		return ", read and written by lapsed"
	case x.ByHand != nil:
		return ", by hand: " + x.ByHand.Who
	case x.Aggregated.Is:
		return ", aggregated data only"
	default:
		return ", reached by nothing"
	}
}
