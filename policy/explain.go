package policy

import (
	"fmt"
	"strings"
	"time"

	"github.com/lapsed/lapsed/internal/contact"
)

// Sentence is one line of an explanation: what it is of, and what it says.
type Sentence struct {
	Record string `json:"record,omitzero"` // PROCESSOR:OBJECT:ID, "" = the person
	What   string `json:"what"`
	Says   string `json:"says"`
}

// Explain says in words what a decision rests on, record by record, and what
// would change it.
func (p *Policy) Explain(person contact.Person, d Decision) []Sentence {
	out := []Sentence{{What: "verdict", Says: d.Verdict.Words() + ": " + p.Reason(d)}}
	for i := range person.Observations {
		out = append(out, p.explainRecord(&person.Observations[i])...)
	}
	for _, m := range d.Demands {
		out = append(out, Sentence{m.Ref.String(), "demand", p.demandWords(m)})
	}
	for _, f := range d.Findings {
		says := p.FindingWords(f)
		if f.Due != 0 {
			says += ", by " + longDay(f.Due)
		}
		out = append(out, Sentence{What: "finding", Says: says})
	}
	if topics := p.topicNames(d.Topics); topics != "" {
		out = append(out, Sentence{What: "may be mailed about", Says: topics})
	} else if d.Verdict != LeftAlone {
		out = append(out, Sentence{What: "may be mailed about", Says: "nothing"})
	}
	if !d.Until.IsZero() {
		out = append(out, Sentence{What: "time alone changes this", Says: "on " + p.Date(d.Until)})
	}
	return append(out, Sentence{What: "what would change it", Says: p.wouldChange(d)})
}

func (p *Policy) demandWords(m Demand) string {
	what := m.Verb.Words()
	if m.Verb == Unsubscribe && m.Topic != "" {
		what += " " + m.Topic
	}
	s := fmt.Sprintf("%s, by %s: %s", what, m.Ground.Clause(), m.Ground.Words())
	if m.Held {
		s += " (a hold forbids it for now)"
	}
	return s
}

func (p *Policy) topicNames(bits uint64) string {
	var names []string
	for i, t := range p.Topics {
		if bits&(1<<i) != 0 {
			names = append(names, t.Name)
		}
	}
	return strings.Join(names, ", ")
}

func (p *Policy) wouldChange(d Decision) string {
	switch d.Verdict {
	case LeftAlone:
		return "a change of the policy's scope"
	case Conflict:
		return "records that are told apart: other addresses, or fewer of them"
	case Forgotten:
		return "a proven yes of their own that is newer than the request, an answer that refuses it, or a hold"
	case Minor:
		return "a corrected date of birth, or a hold"
	case NoBasis:
		return "a newer, proven consent, another channel, or a hold"
	case Lapsed:
		return "an act of the person that some signal of the policy sees, or a hold"
	case Undetermined:
		return "reading what could not be read"
	default:
		return "an act of the person moves the date; a refusal stops mail; a request or a date of birth may delete"
	}
}

// explainRecord says what the policy's rules saw in one record.
func (p *Policy) explainRecord(o *contact.Observation) []Sentence {
	var out []Sentence
	say := func(what, format string, args ...any) {
		out = append(out, Sentence{o.Ref.String(), what, fmt.Sprintf(format, args...)})
	}
	f := &o.Facts
	say("read", "%s", o.ReadAt.UTC().Format(time.RFC3339))
	if f.LeftAlone {
		say("scope", "out of it: read no further")
		return out
	}
	if f.Collected != contact.NoDay {
		say("collected", "%s", longDay(Day(f.Collected)))
	}
	for _, s := range f.Signals {
		r := p.signals[s.Rule]
		switch {
		case s.NoEnd:
			say(r.kind, "%s, without an end", r.words)
		case s.Ongoing:
			say(r.kind, "%s, counts until %s", r.words, longDay(Day(s.Day)))
		default:
			say(r.kind, "%s on %s", r.words, longDay(Day(s.Day)))
		}
	}
	for _, c := range f.Channels {
		e := p.Channels.Rows[c]
		say("channel", "%s (on %s; permits %s)", e.Value.Row, e.Value.Basis.Words(), e.Value.Permits.Words())
	}
	if len(f.Channels) == 0 {
		say("channel", "none that the policy knows: permits nothing")
	}
	for _, c := range f.Told {
		say("told", "where the data came from: %s", p.Channels.Rows[c].Value.Row)
	}
	switch f.Places {
	case contact.Inside:
		say("country", "inside the zone")
	case contact.Outside:
		say("country", "outside the zone")
	}
	for _, t := range f.Topics {
		say("subscribed", "%s", p.Topics[t].Name)
	}
	p.explainConsent(f, say)
	for _, k := range f.Keeps {
		say("keep", "%s (%s)", p.keeps[k.Rule].name, p.keeps[k.Rule].Keep.Law)
	}
	for _, n := range []struct {
		is    bool
		words string
	}{
		{f.Suspected, "may be under age"}, {f.User, "uses the product"}, {f.Bounced, "mail fails for good"}, {f.Erasure || f.Requested, "a flag asks to be forgotten"},
		{f.Unread, "something could not be read"}, {f.ScopeUnread, "whether the policy is about it could not be read"},
		{f.LinkUnread, "whose record it is could not be read in full"}, {f.Future, "a date lies in the future"},
	} {
		if n.is {
			say("note", "%s", n.words)
		}
	}
	return out
}

func (p *Policy) explainConsent(f *contact.Facts, say func(string, string, ...any)) {
	for _, r := range f.Refusals {
		what := r.Extent.String()
		if r.Extent == contact.ExtentTopic {
			what = p.Topics[r.Topic].Name
		}
		if r.Ours {
			say("withdrawn", "%s, by lapsed: no refusal of the person's", what)
			continue
		}
		say("refusal", "of %s, since %s (%s)", what, p.Date(time.Unix(r.At, 0)), p.refusals[r.Rule].words)
	}
	for _, pr := range f.Proofs {
		how := "an accepted record of consent"
		if pr.Form > 0 {
			how = "the form " + p.Consent.Forms[pr.Form-1].Value.Name
		}
		bits := uint64(0)
		for _, t := range pr.Topics {
			bits |= 1 << t
		}
		topics := p.topicNames(bits)
		if pr.Topics == nil {
			topics = "all topics"
		}
		say("proof", "of consent to %s, given %s by %s", topics, p.Date(time.Unix(pr.At, 0)), how)
	}
	for _, b := range f.Births {
		switch {
		case b.Unread:
			say("birth", "could not be read")
		case b.Unclear:
			say("birth", "holds something that is no date of birth")
		default:
			say("birth", "known: of age on %s", longDay(Day(b.Day).Birthday(p.Minors.Under)))
		}
	}
}
