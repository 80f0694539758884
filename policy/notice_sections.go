package policy

import (
	"fmt"
	"slices"
	"strings"
)

// who says who answers for the data, and whom this is about (Art. 13(1)(a), C18).
func (w *noticeWriter) who() {
	c := w.d.Controller
	w.section("who", "Who we are")
	w.say("%s, %s, decides why and how the personal data in this notice is processed: it is the controller. Write to %s with anything about your data.", c.Name, regionWords(string(c.Country)), c.Contact)
	if len(w.d.Scope.LeaveAlone) > 0 {
		var out []string
		for _, b := range w.d.Scope.LeaveAlone {
			out = append(out, capital(outsideWords(b)))
		}
		w.say("This notice (%s) is not about:", oneReadable(w.d.Name))
		w.list(out...)
	}
}

// data says what is collected (C10).
func (w *noticeWriter) data() {
	if len(w.d.Categories) == 0 {
		return
	}
	w.section("data", "What data we hold")
	var out []string
	for _, e := range w.d.Categories {
		out = append(out, capital(oneReadable(e.Name))+": "+joinWords(readable(e.Value)))
	}
	w.list(out...)
}

// purposes says what for (Art. 13(1)(c)).
func (w *noticeWriter) purposes() {
	if len(w.d.Purposes) == 0 {
		return
	}
	w.section("purposes", "What we use it for")
	var out []string
	for _, e := range w.d.Purposes {
		out = append(out, e.Value)
	}
	w.list(out...)
}

// channels is the table of how data comes, why, for what use, on what basis, and
// for how long (C1).
func (w *noticeWriter) channels() {
	if len(w.d.Channels.Rows) == 0 && w.d.Channels.Otherwise == nil {
		return
	}
	w.section("channels", "How your data comes to us, and what we do with it")
	var rows [][]string
	for _, e := range w.d.Channels.Rows {
		c := e.Value
		var why []string
		for _, p := range c.Purposes {
			says, _ := w.d.Purposes.Get(p)
			why = append(why, says)
		}
		use := w.d.permitsWords(c.Permits)
		if c.TellPersonWithin != nil {
			use += " As you did not give it to us yourself, we tell you within " + c.TellPersonWithin.Words() + " that we have it."
		}
		basis := basisWords(c.Basis)
		if a, ok := w.d.Assessments.Get(c.Assessment); ok {
			basis += ": " + a.Interest
		}
		rows = append(rows, []string{c.Row, strings.Join(why, ". "), use, basis, w.kept(e.Name)})
	}
	if w.d.Channels.Otherwise != nil {
		rows = append(rows, []string{"In a way that is not listed here", "None until we know how it came", w.d.permitsWords(PermitsNothing) + " Somebody looks into it.", "None until we know how it came", w.kept("")})
	}
	w.table("Ways in which data comes to us", []string{"How it comes", "Why", "How we use it", "Legal basis", "How long"}, rows)
}

// kept is how long a channel's data stays without a sign of life.
func (w *noticeWriter) kept(channel string) string {
	if p, ok := w.d.Retention.Shorter.Get(channel); ok {
		return p.Words() + ", if you came to us in no other way"
	}
	return w.d.Retention.Period.Words() + " after the last sign of life"
}

// interests tells the balancing tests (Art. 13(1)(d), C3).
func (w *noticeWriter) interests() {
	if len(w.d.Assessments) == 0 {
		return
	}
	w.section("interests", "Our legitimate interests, weighed against yours")
	w.say("Where we rely on a legitimate interest we have weighed it against your right to privacy, in writing. A channel whose test is not passed, or long due for review, sends nobody anything.")
	var rows [][]string
	for _, e := range w.d.Assessments {
		a := e.Value
		result := "Passed"
		if a.Outcome != OutcomePassed {
			result = "Not passed: we do not rely on it"
		}
		rows = append(rows, []string{a.Interest, a.Necessity, a.Expectation, a.Impact, result})
	}
	w.table("Balancing tests", []string{"Our interest", "Why it takes your data", "What you can expect", "What it means for you", "Result"}, rows)
}

// consent says what we take for a yes and for a no (C2, C12).
func (w *noticeWriter) consent() {
	c := w.d.Consent
	if c == nil {
		return
	}
	w.section("consent", "Your consent, and your no")
	w.say("Consent must be clear, unambiguous and freely given. We count only what we can prove: %s. Where the proof is missing, we stop mailing you.", joinWords(proofWords(c.Proof)))
	if len(c.Forms) > 0 {
		var rows [][]string
		for _, e := range c.Forms {
			tick := "no"
			if e.Value.OwnTickBox {
				tick = "yes"
			}
			rows = append(rows, []string{e.Value.Name, joinWords(readable(e.Value.Topics)), tick})
		}
		w.table("Forms on which you can consent", []string{"Form", "Subjects", "Tick box of its own"}, rows)
	}
	w.say("Your no counts in all our systems, whichever one you say it in, and for what you said it of: one subject, all e-mail, or all marketing and audiences. It lasts until you yourself give a newer consent that we can prove. Taking consent back is as easy as giving it, and does not make unlawful what was done before.")
}

func proofWords(ps []Proof) []string {
	var out []string
	for _, p := range ps {
		out = append(out, map[Proof]string{"given": "when it was given", "how": "how", "wording": "to which words"}[p])
	}
	return out
}

// processors is the register (Art. 13(1)(e), (f); C7, C8, C16).
func (w *noticeWriter) processors() {
	w.section("processors", "Who processes data for us")
	w.say("These process personal data for us, only as we instruct them, and keep it for as long as we say.")
	var rows [][]string
	for _, e := range w.d.Processors {
		p := e.Value
		rows = append(rows, []string{displayName(e.Name), w.forWords(&p), regionWords(p.Region), w.protection(&p), afterDelete(&p)})
	}
	w.table("Processors", []string{"Who", "What for", "Where", "Safeguard or agreement", "After we delete"}, rows)
}

func (w *noticeWriter) forWords(p *Processor) string {
	if p.Aggregated.Is {
		return p.For + "; aggregated, about nobody in particular"
	}
	return p.For
}

func (w *noticeWriter) protection(p *Processor) string {
	var out []string
	if p.Safeguard != nil {
		out = append(out, safeguardWords(p.Safeguard))
	}
	if p.OwnSystem {
		out = append(out, "Our own software")
	}
	switch {
	case p.NDA != nil && p.DPA != nil:
		out = append(out, "Confidentiality and data processing agreements")
	case p.NDA != nil:
		out = append(out, "Confidentiality agreement")
	case p.DPA != nil:
		out = append(out, "Data processing agreement")
	}
	switch {
	case len(out) > 0:
		return strings.Join(out, "; ")
	case w.d.inside(p.Region):
		return "Stays inside the " + w.zone()
	default:
		return "None named"
	}
}

// zone is the protected zone in words.
func (w *noticeWriter) zone() string {
	if w.d.Residency != nil {
		return regionNamed(w.d.Residency.Zone)
	}
	return regionNamed("EEA")
}

func regionNamed(code string) string {
	if n := regionNames[code]; n != "" {
		return n
	}
	return code
}

func afterDelete(p *Processor) string {
	switch a := p.AfterDelete; {
	case a == nil:
		return ""
	case a.Restorable != nil:
		return "can be restored there for " + a.Restorable.Words()
	default:
		return "removed from copies there within " + a.Purged.Words()
	}
}

// places says where data may lie (Art. 13(1)(f), C9).
func (w *noticeWriter) places() {
	r := w.d.Residency
	if r == nil {
		return
	}
	w.section("places", "Where your data is")
	zone := regionWords(r.Zone)
	var out []string
	if r.Users == "inside-only" {
		out = append(out, fmt.Sprintf("Data of users inside the %s is neither processed nor stored outside it.", zone))
	}
	if r.EveryoneElse == "inside-or-safeguard" {
		out = append(out, fmt.Sprintf("Everybody else's data stays inside the %s, or goes where one of the safeguards above protects it. Ask us for a copy of them.", regionNamed(r.Zone)))
	}
	if r.UnknownCountry == "as-if-inside" {
		out = append(out, "Where we do not know your country, we act as if you were inside.")
	}
	var dead []string
	for _, s := range r.RefusedSafeguards {
		dead = append(dead, map[string]string{"privacy-shield": "the Privacy Shield", "scc-2010-87": "the standard contractual clauses of 2010"}[s])
	}
	if dead = slices.DeleteFunc(dead, func(s string) bool { return s == "" }); len(dead) > 0 {
		out = append(out, "We rely on none of these: "+joinWords(dead)+".")
	}
	w.list(out...)
}

// access says who may see the data (C14, C21).
func (w *noticeWriter) access() {
	a := w.d.Access
	if a == nil {
		return
	}
	w.section("access", "Who of us sees it")
	w.say("Only people whose work needs it have access. We share it with no other organisation than those named above, and look for users and programs that should not have it.")
	var rows [][]string
	for _, e := range a.Roles {
		rows = append(rows, []string{displayName(e.Name), joinWords(e.Value)})
	}
	w.table("Roles with access", []string{"Where", "Roles"}, rows)
}
