package policy

import (
	"regexp"
	"slices"

	"github.com/lapsed/lapsed/internal/document"
)

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
	if r := k.d.Residency; r != nil {
		k.blocks(r.UsersAre)
	}
	if a := k.d.Access; a != nil {
		word(a.Pos, "access.unlisted-user", a.UnlistedUser, "finding")
		word(a.Pos, "access.unlisted-app", a.UnlistedApp, "finding")
		for _, e := range slices.Concat(a.Roles, a.Apps) {
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
		if c := p.Aggregated.Check; c != nil && c.ReviewBy <= c.Checked {
			k.problem(c.Pos, "the aggregated data of %s are due for review on %s, and were checked on %s: a review comes later", e.Name, c.ReviewBy, c.Checked)
		}
		for _, f := range p.Fields {
			k.known(f.Pos, "category", f.Value, categories)
		}
	}
}
