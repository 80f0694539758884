package policy

import (
	"regexp"
	"slices"
	"strings"

	"github.com/lapsed/lapsed/internal/document"
)

// check finds what is wrong with a document's meaning, without any catalogue:
// references to nothing, parts that exclude or need each other.
func (d *Document) check(src document.Source) document.Problems {
	k := &checker{d: d, src: src}
	k.categories()
	k.topics()
	k.channels()
	k.processors()
	k.retention()
	k.consent()
	k.minors()
	k.words()
	return k.problems.Sorted()
}

type checker struct {
	d        *Document
	src      document.Source
	problems document.Problems
}

func (k *checker) problem(pos document.Pos, format string, args ...any) {
	k.problems = append(k.problems, k.src.Problem(pos, "", format, args...))
}

// known reports a name that is not one of the list's.
func (k *checker) known(pos document.Pos, what, name string, names []string) {
	if !slices.Contains(names, name) {
		k.problem(pos, "there is no %s %q%s", what, name, document.Nearest(name, names))
	}
}

func (k *checker) field(f FieldRef) {
	if f.Text == consentGiven {
		return
	}
	if f.Processor == "" {
		if _, ok := roles[f.Path]; !ok {
			k.problem(f.Pos, "%q is no field of every processor%s: write email, jobtitle, country, firstname or lastname, or the processor's name before it", f.Path, document.Nearest(f.Path, []string{"email", "jobtitle", "country", "firstname", "lastname"}))
		}
		return
	}
	k.known(f.Pos, "processor", f.Processor, k.d.Processors.Names())
}

// block checks a condition: all its lines must be of one processor, since they
// speak of one record.
func (k *checker) block(b Block) {
	at := ""
	for _, l := range b.Lines {
		k.field(l.Field)
		switch p := l.Field.Processor; {
		case p == "" || p == at:
		case at == "":
			at = p
		default:
			k.problem(l.Field.Pos, "a condition speaks of one record: %s and %s are of different processors; make them two entries of the list", b.Lines[0].Field, l.Field)
		}
	}
}

func (k *checker) blocks(bs []Block) {
	for _, b := range bs {
		k.block(b)
	}
}

func (k *checker) categories() {
	if n := len(k.d.Categories); n > 32 {
		k.problem(k.d.Categories[32].Pos, "%d categories are more than the 32 that a policy may have", n)
	}
	k.blocks(k.d.Scope.LeaveAlone)
	for _, f := range k.d.Identity.JoinedBy {
		k.field(f)
	}
	if n := k.d.Identity.AtMost; n != nil && *n < 2 {
		k.problem(k.d.Identity.Pos, "identity.at-most is %d: a person may have at least 2 contacts", *n)
	}
}

// most is how many topics, and how many channels, a decision can hold: a bit each.
const most = 64

func (k *checker) topics() {
	if n := len(k.d.Topics); n > most {
		k.problem(k.d.Topics[most].Pos, "%d topics are more than the %d that a policy may have", n, most)
	}
	taken := map[string]string{} // processor and id → topic
	for _, t := range k.d.Topics {
		for _, e := range t.Value {
			k.known(e.Pos, "processor", e.Name, k.d.Processors.Names())
			id := e.Name + " " + strings.ToLower(e.Value)
			if other, twice := taken[id]; twice {
				k.problem(e.Pos, "topics %s and %s have the same id at %s: a no to one could not be told from a no to the other", other, t.Name, e.Name)
			}
			taken[id] = t.Name
		}
	}
}

// words checks the words of which each part knows only a few.
func (k *checker) words() {
	word := func(pos document.Pos, what, got string, known ...string) {
		if got != "" && !slices.Contains(known, got) {
			k.problem(pos, "%s: %q is not known here%s; write %s", what, got, document.Nearest(got, known), alternatives(known))
		}
	}
	word(k.d.Suppression.Pos, "suppression.refused", k.d.Suppression.Refused, "until-lifted")
	for _, n := range k.d.Holds.Needs {
		word(k.d.Holds.Pos, "holds.needs", n, "reference", "reason", "authority", "until")
	}
	if r := k.d.Requests; r != nil {
		word(r.Pos, "requests.identity", r.Identity, "checked")
	}
	if r := k.d.Residency; r != nil {
		word(r.Pos, "residency.zone", r.Zone, "EEA")
		word(r.Pos, "residency.users", r.Users, "inside-only", "inside-or-safeguard")
		word(r.Pos, "residency.everyone-else", r.EveryoneElse, "inside-only", "inside-or-safeguard")
		word(r.Pos, "residency.unknown-country", r.UnknownCountry, "as-if-inside")
	}
	if a := k.d.Access; a != nil {
		word(a.Pos, "access.unlisted-user", a.UnlistedUser, "finding")
		word(a.Pos, "access.unlisted-app", a.UnlistedApp, "finding")
		for _, e := range a.Roles {
			k.known(e.Pos, "processor", e.Name, k.d.Processors.Names())
		}
	}
	if a := k.d.Limits.Approval; a != nil {
		word(a.Pos, "limits.approval.not-by", a.NotBy, "author-of-the-policy-version")
	}
	for _, e := range k.d.Processors {
		if b := e.Value.ByHand; b != nil {
			word(b.Pos, "by-hand.proof", b.Proof, "required")
		}
		if !regionForm.MatchString(e.Value.Region) {
			k.problem(e.Pos, "the region of %s is %q: write EU, EEA or a country's two letters", e.Name, e.Value.Region)
		}
	}
}

var regionForm = regexp.MustCompile(`^([A-Z]{2}|EEA)$`)

func (k *checker) channels() {
	if n := len(k.d.Channels.Rows); n > most {
		k.problem(k.d.Channels.Rows[most].Pos, "%d channels are more than the %d that a policy may have", n, most)
	}
	for _, e := range k.d.Channels.Rows {
		c := e.Value
		for _, p := range c.Purposes {
			k.known(c.Pos, "purpose", p, k.d.Purposes.Names())
		}
		switch {
		case c.Basis == BasisLegitimateInterest && c.Assessment == "":
			k.problem(e.Pos, "channel %s rests on a legitimate interest and names no assessment: without a written balancing test it has no basis (C3)", e.Name)
		case c.Basis != BasisLegitimateInterest && c.Assessment != "":
			k.problem(e.Pos, "channel %s rests on %s: an assessment belongs to a legitimate interest only", e.Name, c.Basis)
		case c.Assessment != "":
			k.known(e.Pos, "assessment", c.Assessment, k.d.Assessments.Names())
		}
		k.blocks(c.When)
	}
	if o := k.d.Channels.Otherwise; o != nil && o.Permits != PermitsNothing {
		k.problem(o.Pos, "channels.otherwise may permit nothing but \"nothing\": doubt stops marketing")
	}
	for _, e := range k.d.Assessments {
		if e.Value.ReviewBy <= e.Value.Reviewed {
			k.problem(e.Pos, "assessment %s is due for review on %s, before it was reviewed on %s", e.Name, e.Value.ReviewBy, e.Value.Reviewed)
		}
	}
}

// deadSafeguards are the kinds that courts or time have ended (C7).
var deadSafeguards = map[string]string{
	"privacy-shield": "the Privacy Shield is void since 16 July 2020 (CJEU C-311/18)",
	"scc-2010-87":    "the clauses of 2010/87/EU ended on 27 December 2022 (Decision (EU) 2021/914, Art. 4)",
	"scc-2001-497":   "the clauses of 2001/497/EC ended on 27 December 2022 (Decision (EU) 2021/914, Art. 4)",
}

func (k *checker) processors() {
	categories := k.d.Categories.Names()
	for _, e := range k.d.Processors {
		p := e.Value
		if s := p.Safeguard; s != nil {
			if why, dead := deadSafeguards[s.Kind]; dead {
				k.problem(s.Pos, "the safeguard of %s is dead: %s", e.Name, why)
			}
			if r := k.d.Residency; r != nil && slices.Contains(r.RefusedSafeguards, s.Kind) && deadSafeguards[s.Kind] == "" {
				k.problem(s.Pos, "the safeguard of %s is %s, which residency.refused-safeguards refuses", e.Name, s.Kind)
			}
			if !slices.Contains([]string{"scc", "bcr", "adequacy", "code-of-conduct", "certification"}, s.Kind) && deadSafeguards[s.Kind] == "" {
				k.problem(s.Pos, "%q is no safeguard: write scc, bcr, adequacy, code-of-conduct or certification", s.Kind)
			}
		}
		if a := p.AfterDelete; a != nil && (a.Restorable == nil) == (a.Purged == nil) {
			k.problem(e.Pos, "after-delete of %s says either restorable or purged", e.Name)
		}
		for _, f := range p.Fields {
			k.known(f.Pos, "category", f.Value, categories)
		}
	}
}

func (k *checker) retention() {
	r := k.d.Retention
	if r.Period.Hours > 0 {
		k.problem(r.Pos, "retention.period is in whole years, months or days, not hours")
	}
	all := slices.Concat(r.Signals.Activity, r.Signals.Interest, r.Signals.Intent, r.Signals.Need)
	if len(all) == 0 {
		k.problem(r.Pos, "retention.signals names none: without any, everybody would lapse")
	}
	for _, s := range all {
		k.signal(s)
	}
	for _, f := range r.NeverSignals {
		k.field(f)
		for _, s := range all {
			for _, d := range s.Date {
				if d.Text == f.Text {
					k.problem(d.Pos, "%s is listed in never-signals on line %d", d, f.Pos.Line)
				}
			}
		}
	}
	for _, e := range r.Shorter {
		k.known(e.Pos, "channel", e.Name, k.d.Channels.Rows.Names())
	}
	for _, e := range r.Longer {
		k.keep(e)
	}
}

func (k *checker) signal(s Signal) {
	dated := len(s.Date) > 0
	switch {
	case dated && (s.While != nil || s.AtMost != nil || s.After != nil):
		k.problem(s.Pos, "a signal is either dated (date, when) or ongoing (while, at-most, after), not both")
	case !dated && (s.While == nil || s.AtMost == nil || s.After == nil || s.When != nil):
		k.problem(s.Pos, "an ongoing signal needs while, at-most and after: what is forgotten must not keep anybody for ever")
	}
	for _, f := range s.Date {
		k.field(f)
	}
	if s.When != nil {
		k.block(*s.When)
	}
	if s.While != nil {
		k.block(*s.While)
	}
	if s.After != nil {
		k.field(*s.After)
		if s.While != nil && len(s.While.Lines) > 0 && s.While.Lines[0].Field.Processor != s.After.Processor {
			k.problem(s.After.Pos, "after and while must be of one processor")
		}
	}
}

func (k *checker) keep(e document.Entry[Keep]) {
	r := e.Value
	n := 0
	for _, set := range []bool{r.After != nil, r.AfterYearOf != nil, r.While != nil} {
		if set {
			n++
		}
	}
	switch {
	case n != 1:
		k.problem(e.Pos, "keep %s says exactly one of after, after-year-of and while", e.Name)
	case r.While == nil && r.Period == nil:
		k.problem(e.Pos, "keep %s has a start and no period", e.Name)
	case r.While != nil && r.Period != nil:
		k.problem(e.Pos, "keep %s lasts while its condition holds: a period says something else", e.Name)
	}
	for _, at := range r.At {
		k.known(e.Pos, "processor", at, k.d.Processors.Names())
	}
	for _, c := range r.Keeps {
		k.known(e.Pos, "category", c, k.d.Categories.Names())
	}
	for _, f := range []*FieldRef{r.After, r.AfterYearOf} {
		if f != nil {
			k.field(*f)
		}
	}
	if r.While != nil {
		k.block(*r.While)
	}
}

func (k *checker) consent() {
	c := k.d.Consent
	if c == nil {
		return
	}
	if len(c.Proof) != 3 {
		k.problem(c.Pos, "consent.proof lists given, how and wording: all three, or it is no consent")
	}
	k.blocks(c.Accepted)
	for _, e := range c.Forms {
		for _, t := range e.Value.Topics {
			k.known(e.Pos, "topic", t, k.d.Topics.Names())
		}
	}
	for _, r := range c.Refusal.ReadFrom {
		k.block(r.Block)
	}
}

func (k *checker) minors() {
	m := k.d.Minors
	if m == nil {
		return
	}
	if m.Under < 13 || m.Under > 21 {
		k.problem(m.Pos, "minors.under is %d: write an age from 13 to 21", m.Under)
	}
	for _, f := range m.KnownBy {
		k.field(f)
	}
	k.blocks(m.SuspectedBy)
}
