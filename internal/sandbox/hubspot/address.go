package hubspot

import (
	"slices"
	"sort"
	"strings"
)

// The states of an address towards a topic.
const (
	subscribed   = "SUBSCRIBED"
	unsubscribed = "UNSUBSCRIBED"
	notSpecified = "NOT_SPECIFIED"
)

// What a status call says that it did.
const (
	changed      = "REQUESTED_CHANGE_OCCURRED"
	noChange     = "NO_STATUS_CHANGE"
	resubscribed = "RESUBSCRIBE_OCCURRED"
	outOfAll     = "UNSUBSCRIBE_FROM_ALL_OCCURRED"
)

// Where a status came from.
const (
	sourceForm   = "FORM_SUBMISSION"
	sourceAPI    = "PUBLIC_API"
	sourcePerson = "PREFERENCES_PAGE"
)

const consentBasis = "CONSENT_WITH_NOTICE"

// legalBases are what a status update may name (section 5).
var legalBases = []string{
	"LEGITIMATE_INTEREST_PQL", "LEGITIMATE_INTEREST_CLIENT", "LEGITIMATE_INTEREST_OTHER",
	"PERFORMANCE_OF_CONTRACT", consentBasis, "NON_GDPR", "PROCESS_AND_STORE",
}

// address is what the account knows of one e-mail address. Statuses belong to
// it, whether a contact has it or not.
type address struct {
	owner    *record // live contact that has it, as primary or additional address
	wide     []wide
	statuses []status
}

// wide is an opt-out of everything of one brand.
type wide struct {
	brand, at int64
}

type status struct {
	topic, at                         int64
	state, basis, explanation, source string
}

// effect is a change of hs_email_optout* to come: properties trail statuses.
type effect struct {
	due int64
	to  *address
}

// fold is how addresses are compared.
func fold(mail string) string { return strings.ToLower(strings.TrimSpace(mail)) }

// address returns what is known of an address, and begins to know it. No address
// has statuses of its own only for as long as the caller looks.
func (p *Portal) address(mail string) *address {
	k := fold(mail)
	if k == "" {
		return &address{}
	}
	a := p.addresses[k]
	if a == nil {
		a = &address{}
		p.addresses[k] = a
	}
	return a
}

// owner returns the live contact that has the address.
func (p *Portal) owner(mail string) *record {
	if a := p.addresses[fold(mail)]; a != nil {
		return a.owner
	}
	return nil
}

// mails lists a record's addresses, the primary one first.
func (r *record) mails() []string {
	var out []string
	if m := r.get(colEmail); m != "" {
		out = append(out, m)
	}
	for m := range strings.SplitSeq(r.get(colAdditional), ";") {
		if m != "" {
			out = append(out, m)
		}
	}
	return out
}

func (p *Portal) claim(r *record) {
	for _, m := range r.mails() {
		p.address(m).owner = r
	}
}

func (p *Portal) release(r *record) {
	for _, m := range r.mails() {
		if a := p.addresses[fold(m)]; a != nil && a.owner == r {
			a.owner = nil
		}
	}
}

func (a *address) wideAt(brand int64) (int64, bool) {
	for _, w := range a.wide {
		if w.brand == brand {
			return w.at, true
		}
	}
	return 0, false
}

// status returns the address's status towards a topic, as the status calls show it.
func (a *address) status(t topic) status {
	for _, s := range a.statuses {
		if s.topic == t.id {
			return s
		}
	}
	if at, out := a.wideAt(t.brand); out {
		return status{topic: t.id, at: at, state: unsubscribed, source: sourcePerson}
	}
	return status{topic: t.id, state: notSpecified}
}

func (a *address) put(s status) {
	i := slices.IndexFunc(a.statuses, func(x status) bool { return x.topic == s.topic })
	if i < 0 {
		a.statuses = append(a.statuses, s)
		return
	}
	a.statuses[i] = s
}

// change sets one status and says what happened, in the API's words. Any state
// but UNSUBSCRIBED lifts the opt-out from everything of the topic's brand, as
// the dated API does.
func (p *Portal) change(a *address, t topic, s status) string {
	before := a.status(t)
	if before.state == s.state {
		return noChange
	}
	a.put(s)
	p.schedule(a, s.at)
	if s.state == unsubscribed {
		return changed
	}
	a.wide = slices.DeleteFunc(a.wide, func(w wide) bool { return w.brand == t.brand })
	if before.state == unsubscribed {
		return resubscribed
	}
	return changed
}

// leaveAll opts an address out of everything of a brand; false if it was out.
func (p *Portal) leaveAll(a *address, brand, at int64, origin string) bool {
	if _, out := a.wideAt(brand); out {
		return false
	}
	for _, t := range p.topics {
		if t.brand == brand && a.status(t).state != unsubscribed {
			a.put(status{topic: t.id, at: at, state: unsubscribed, source: origin})
		}
	}
	a.wide = append(a.wide, wide{brand, at})
	p.schedule(a, at)
	return true
}

// schedule lets the opt-out properties follow a status that changed at an instant.
func (p *Portal) schedule(a *address, at int64) {
	e := effect{at + p.opt.OptOutDelay.Milliseconds(), a}
	i := sort.Search(len(p.pending), func(i int) bool { return p.pending[i].due > e.due })
	p.pending = slices.Insert(p.pending, i, e)
	if e.due <= p.now {
		p.settle()
	}
}

// settle lets come true what is due: opt-out properties, slow erasures, and the
// end of the ninety days in the recycle bin.
func (p *Portal) settle() {
	for len(p.pending) > 0 && p.pending[0].due <= p.now {
		e := p.pending[0]
		p.pending = p.pending[1:]
		if r := e.to.owner; r != nil {
			p.syncOptOut(r, e.due)
		}
	}
	for id, due := range p.fading {
		if r := p.byID[id]; due <= p.now && r != nil {
			p.purge(r, due)
		}
	}
	p.emptyBin()
}

// syncOptOut makes a contact's opt-out properties say what its primary address
// says, and moves lastmodifieddate if they did not.
func (p *Portal) syncOptOut(r *record, at int64) {
	a := p.addresses[fold(r.get(colEmail))]
	if a == nil {
		a = &address{}
	}
	_, out := a.wideAt(0)
	moved := r.flag(colOptOut, out, at)
	for _, t := range p.topics {
		moved = r.flag(t.col, a.status(t).state == unsubscribed, at) || moved
	}
	if moved {
		r.touch(at)
	}
}

// flag sets a yes-or-no column; what was never set stays empty rather than "false".
func (r *record) flag(c column, yes bool, at int64) bool {
	if yes {
		return r.set(c, "true", at, bySystem)
	}
	return r.get(c) != "" && r.set(c, "false", at, bySystem)
}
