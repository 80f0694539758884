package policy

import (
	"fmt"

	"github.com/lapsed/lapsed/internal/document"
)

// head compares who and what the policy is (C15, C17).
func (d *differ) head() {
	a, b := d.old, d.next
	d.put("C15", "policy", "", "name", a.Name, b.Name, nobody)
	d.put("C15", "policy", "", "version", a.Version, b.Version, nobody)
	d.put("C15", "policy", "", "effective", a.Effective.String(), b.Effective.String(), nobody)
	d.put("C15", "policy", "", "supersedes", a.Supersedes, b.Supersedes, nobody)
	d.put("C17", "controller", "", "name", a.Controller.Name, b.Controller.Name, nobody)
	d.put("C17", "controller", "", "country", string(a.Controller.Country), string(b.Controller.Country), nobody)
	d.put("C5", "controller", "", "timezone", a.Controller.Timezone.String(), b.Controller.Timezone.String(), effects{Unclear, None})
	d.put("C17", "controller", "", "contact", a.Controller.Contact, b.Controller.Contact, nobody)
}

// scope compares whom the policy is not about (C18).
func (d *differ) scope() {
	d.set("C18", "scope", "", "leave-alone", blocks(d.old.Scope.LeaveAlone), blocks(d.next.Scope.LeaveAlone), effects{Fewer, Unclear}, effects{More, Unclear})
}

// identity compares who is one person (C12).
func (d *differ) identity() {
	a, b := d.old.Identity, d.next.Identity
	d.set("C12", "identity", "", "joined-by", fieldTexts(a.JoinedBy), fieldTexts(b.JoinedBy), unclear, unclear)
	d.set("C12", "identity", "", "not-by", asStrings(a.NotBy), asStrings(b.NotBy), unclear, unclear)
	was, is := (&Policy{Document: *d.old}).atMost(), (&Policy{Document: *d.next}).atMost()
	d.put("C12", "identity", "", "at-most", fmt.Sprint(was), fmt.Sprint(is), bySize(was, is, effects{More, None}, effects{Fewer, None}))
}

// vocabulary compares purposes, categories and topics (C1, C10, C11).
func (d *differ) vocabulary() {
	entries(d.old.Purposes, d.next.Purposes, func(name string, was, is *string) {
		d.put("C1", "purpose", name, "", deref(was), deref(is), nobody)
	})
	entries(d.old.Categories, d.next.Categories, func(name string, was, is *[]string) {
		d.put("C10", "category", name, "", sortedWords(deref(was)), sortedWords(deref(is)), nobody)
	})
	entries(d.old.Topics, d.next.Topics, func(name string, was, is *Topic) {
		text := func(t *Topic) string {
			if t == nil {
				return ""
			}
			return topicText(*t)
		}
		e := unclear
		switch {
		case was == nil:
			e = effects{Unclear, More}
		case is == nil:
			e = effects{Unclear, Fewer}
		}
		d.put("C11", "topic", name, "", text(was), text(is), e)
	})
}

func deref[T any](p *T) (v T) {
	if p != nil {
		v = *p
	}
	return v
}

func topicText(t document.Map[string]) string {
	var out []string
	for _, e := range t {
		out = append(out, e.Name+" "+e.Value)
	}
	return sortedWords(out)
}

// channels compares the rows of the notice's table (C1, C11, C25).
func (d *differ) channels() {
	entries(d.old.Channels.Rows, d.next.Channels.Rows, func(name string, was, is *Channel) {
		switch {
		case was == nil:
			d.put("C1", "channel", name, "", "", channelText(is), effects{Unclear, mailedBy(is, More)})
		case is == nil:
			d.put("C1", "channel", name, "", channelText(was), "", effects{Unclear, mailedBy(was, Fewer)})
		default:
			d.channel(name, was, is)
		}
	})
	text := func(o *Otherwise) string {
		if o == nil {
			return ""
		}
		return "permits " + string(o.Permits) + ", then " + string(o.Then)
	}
	d.put("C1", "channel", "otherwise", "", text(d.old.Channels.Otherwise), text(d.next.Channels.Otherwise), nobody)
}

func channelText(c *Channel) string {
	return fmt.Sprintf("%s (%s, permits %s)", c.Row, c.Basis, c.Permits)
}

// mailedBy is an effect on mail if the channel lets anybody be mailed.
func mailedBy(c *Channel, e Effect) Effect {
	if c.Permits == PermitsConsentedTopics {
		return e
	}
	return None
}

func (d *differ) channel(name string, was, is *Channel) {
	d.put("C17", "channel", name, "row", was.Row, is.Row, nobody)
	d.put("C1", "channel", name, "basis", string(was.Basis), string(is.Basis), effects{basisEffect(was, is), Unclear})
	d.put("C3", "channel", name, "assessment", was.Assessment, is.Assessment, effects{None, Unclear})
	d.put("C1", "channel", name, "purposes", sortedWords(was.Purposes), sortedWords(is.Purposes), nobody)
	mail := None
	switch {
	case was.Permits == PermitsConsentedTopics:
		mail = Fewer
	case is.Permits == PermitsConsentedTopics:
		mail = More
	}
	d.put("C11", "channel", name, "permits", string(was.Permits), string(is.Permits), effects{basisEffect(was, is), mail})
	d.period("C25", "channel", name, "tell-person-within", was.TellPersonWithin, is.TellPersonWithin, nobody, nobody)
	d.set("C25", "channel", name, "told-by", blocks(was.ToldBy), blocks(is.ToldBy), nobody, nobody)
	d.set("C1", "channel", name, "when", blocks(was.When), blocks(is.When), unclear, unclear)
}

// basisEffect is what a channel's change does to those whose consent is gone:
// some bases carry data on, and some don't (C23).
func basisEffect(was, is *Channel) Effect {
	switch a, b := carries(was), carries(is); {
	case a == b:
		return None
	case b:
		return Fewer
	default:
		return More
	}
}

// carries tells whether the channel carries data that its person refused to be mailed by.
func carries(c *Channel) bool {
	switch c.Basis {
	case BasisConsent:
		return c.Permits != PermitsConsentedTopics && c.Permits != PermitsOneMessage
	case BasisLegitimateInterest:
		return c.Permits != PermitsOneMessage
	default:
		return true
	}
}

// assessments compares the balancing tests (C3): they can stop mail, and delete nobody.
func (d *differ) assessments() {
	entries(d.old.Assessments, d.next.Assessments, func(name string, was, is *Assessment) {
		switch {
		case was == nil:
			d.put("C3", "assessment", name, "", "", is.Interest+" ("+string(is.Outcome)+")", effects{None, Unclear})
			return
		case is == nil:
			d.put("C3", "assessment", name, "", was.Interest+" ("+string(was.Outcome)+")", "", effects{None, Unclear})
			return
		}
		passes := effects{None, Fewer}
		if is.Outcome == OutcomePassed {
			passes.mailable = More
		}
		d.put("C3", "assessment", name, "outcome", string(was.Outcome), string(is.Outcome), passes)
		d.put("C3", "assessment", name, "review-by", was.ReviewBy.String(), is.ReviewBy.String(), bySize(int(was.ReviewBy), int(is.ReviewBy), effects{None, More}, effects{None, Fewer}))
		d.put("C3", "assessment", name, "reviewed", was.Reviewed.String(), is.Reviewed.String(), nobody)
		d.put("C3", "assessment", name, "owner", was.Owner, is.Owner, nobody)
		d.put("C3", "assessment", name, "interest", was.Interest, is.Interest, nobody)
		d.put("C3", "assessment", name, "necessity", was.Necessity, is.Necessity, nobody)
		d.put("C3", "assessment", name, "expectation", was.Expectation, is.Expectation, nobody)
		d.put("C3", "assessment", name, "impact", was.Impact, is.Impact, nobody)
	})
}

// minors compares who is too young (C4).
func (d *differ) minors() {
	a, b := d.old.Minors, d.next.Minors
	switch {
	case a == nil && b == nil:
		return
	case a == nil:
		d.put("C4", "minors", "", "", "", fmt.Sprint("under ", b.Under), effects{More, Fewer})
		return
	case b == nil:
		d.put("C4", "minors", "", "", fmt.Sprint("under ", a.Under), "", effects{Fewer, More})
		return
	}
	d.put("C4", "minors", "", "under", fmt.Sprint(a.Under), fmt.Sprint(b.Under), bySize(a.Under, b.Under, effects{More, Fewer}, effects{Fewer, More}))
	d.put("C4", "minors", "", "then", string(a.Then), string(b.Then), effects{Unclear, None})
	d.set("C4", "minors", "", "known-by", fieldTexts(a.KnownBy), fieldTexts(b.KnownBy), unclear, unclear)
	text := func(ds []Day) (out []string) {
		for _, x := range ds {
			out = append(out, x.String())
		}
		return out
	}
	d.set("C4", "minors", "", "placeholders", text(a.Placeholders), text(b.Placeholders), effects{Fewer, More}, effects{More, Fewer})
	d.set("C4", "minors", "", "suspected-by", blocks(a.SuspectedBy), blocks(b.SuspectedBy), effects{None, Fewer}, effects{None, More})
}

// consent compares what proves a yes, and where a no is read (C2, C12, C20).
func (d *differ) consent() {
	a, b := d.old.Consent, d.next.Consent
	switch {
	case a == nil && b == nil:
		return
	case a == nil:
		d.put("C2", "consent", "", "", "", "asked for, and refusals are read", effects{Unclear, Fewer})
		a = &Consent{}
	case b == nil:
		d.put("C2", "consent", "", "", "asked for, and refusals are read", "", effects{Unclear, More})
		b = &Consent{}
	}
	d.set("C2", "consent", "", "accepted", blocks(a.Accepted), blocks(b.Accepted), effects{Unclear, More}, effects{Unclear, Fewer})
	entries(a.Forms, b.Forms, func(name string, was, is *Form) {
		switch {
		case was == nil:
			d.put("C20", "form", name, "", "", is.Name+" for "+sortedWords(is.Topics), effects{Unclear, More})
		case is == nil:
			d.put("C20", "form", name, "", was.Name+" for "+sortedWords(was.Topics), "", effects{Unclear, Fewer})
		default:
			d.put("C20", "form", name, "name", was.Name, is.Name, nobody)
			d.set("C20", "form", name, "topic", was.Topics, is.Topics, effects{Unclear, More}, effects{Unclear, Fewer})
			d.put("C20", "form", name, "notice", was.Notice, is.Notice, nobody)
			e := effects{Unclear, Fewer}
			if is.OwnTickBox {
				e.mailable = More
			}
			d.put("C20", "form", name, "own-tick-box", yes(was.OwnTickBox), yes(is.OwnTickBox), e)
		}
	})
	d.set("C2", "consent", "", "proof", asStrings(a.Proof), asStrings(b.Proof), effects{Unclear, Fewer}, effects{Unclear, More})
	d.put("C2", "consent", "", "without-proof", string(a.WithoutProof), string(b.WithoutProof), effects{None, Unclear})
	d.put("C12", "refusal", "", "counts-at", string(a.Refusal.CountsAt), string(b.Refusal.CountsAt), effects{None, Unclear})
	d.put("C12", "refusal", "", "lifted-by", string(a.Refusal.LiftedBy), string(b.Refusal.LiftedBy), effects{None, Unclear})
	reads := func(fs []FieldOrBlock) (out []string) {
		for _, f := range fs {
			out = append(out, f.String())
		}
		return out
	}
	d.set("C12", "refusal", "", "read-from", reads(a.Refusal.ReadFrom), reads(b.Refusal.ReadFrom), effects{Unclear, Fewer}, effects{Unclear, More})
}
