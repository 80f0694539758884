package policy

import (
	"fmt"
	"slices"
	"strings"
	"time"
)

// Words for readers stand in this file and nowhere else, so that another
// language is another file.

// longDay is the form of a day in sentences: "14 March 2027".
func longDay(d Day) string { return d.utc().Format("2 January 2006") }

// Words is the signal for readers.
func (r signalRule) Words() string {
	if r.given {
		return "consent was given"
	}
	return r.words
}

// last says what keeps the person, and since when.
func (p *Policy) last(c Clock) string {
	switch {
	case c.NoEnd:
		return "something of theirs goes on without an end that can be told"
	case c.Last == NoDay:
		return "no date is known, not even of collection"
	case c.Rule < 0:
		return fmt.Sprintf("no act is known since the data was collected on %s", longDay(c.Last))
	case c.Ongoing:
		return fmt.Sprintf("%s (%s), which counts until %s", p.signals[c.Rule].kind, p.signals[c.Rule].words, longDay(c.Last))
	default:
		return fmt.Sprintf("last %s on %s (%s)", p.signals[c.Rule].kind, longDay(c.Last), p.signals[c.Rule].Words())
	}
}

// Reason is a decision in one sentence.
func (p *Policy) Reason(d Decision) string {
	switch d.Verdict {
	case LeftAlone:
		return "out of the policy's scope: counted, and left alone"
	case Conflict:
		return "more contacts are joined here than one person can have: nobody is deleted, a human looks"
	case Forgotten:
		s := "the request was checked: to be deleted without grace"
		if len(d.Saved) > 0 {
			s += "; " + p.saved(d)
		}
		return s
	case Minor:
		return fmt.Sprintf("under %d by the date of birth: to be deleted without grace", p.Minors.Under)
	case NoBasis:
		return "consent was withdrawn, and nothing else carries the data: to be deleted after grace"
	case Undetermined:
		return "would have to go, but something that decides could not be read, is not told or lies in the future: kept until that is known"
	case Lapsed:
		s := fmt.Sprintf("%s; %s ended with %s", p.last(d.Clock), d.Clock.Period.Words(), longDay(d.Clock.Lapses-1))
		if len(d.Saved) > 0 {
			s += "; " + p.saved(d)
		}
		return s
	}
	s := p.last(d.Clock)
	if d.Clock.Lapses != NoDay {
		s += fmt.Sprintf("; lapses on %s unless something happens", longDay(d.Clock.Lapses))
	}
	if why := p.stopped(d); why != "" {
		s += "; " + why
	}
	return s
}

func (p *Policy) saved(d Decision) string {
	var laws []string
	for _, i := range d.Saved {
		laws = append(laws, fmt.Sprintf("%s at %s", p.keeps[i].Keep.Law, strings.Join(p.keeps[i].at, ", ")))
	}
	return "kept, without marketing, by " + strings.Join(laws, " and ")
}

// stopped says why marketing has to stop, if it has.
func (p *Policy) stopped(d Decision) string {
	for _, m := range d.Demands {
		if m.Verb == Unsubscribe {
			what := "all e-mail"
			if m.Topic != "" {
				what = m.Topic
			}
			return fmt.Sprintf("%s stops: %s", what, m.Ground.Words())
		}
	}
	return ""
}

// Words is the ground for readers.
func (g Ground) Words() string {
	switch g {
	case GroundRetention:
		return "no sign of life for the whole period"
	case GroundMinor:
		return "too young"
	case GroundNoBasis:
		return "nothing carries the data any more"
	case GroundRefusal:
		return "the person said no"
	case GroundConsent:
		return "there is no proof of consent"
	case GroundChannel:
		return "the way the data came permits no mailing"
	case GroundSuspected:
		return "may be too young"
	case GroundRequest:
		return "the person asked to be forgotten"
	default:
		return "came back after deletion"
	}
}

// Words is the verb for readers.
func (v Verb) Words() string {
	return map[Verb]string{Delete: "delete", Unsubscribe: "stop mailing", Instruct: "instruct"}[v]
}

// FindingWords is a finding about persons in one sentence, to be read after its count.
func (p *Policy) FindingWords(f Finding) string {
	at := ""
	if f.Processor != "" {
		at = " at " + f.Processor
	}
	switch f.Code {
	case FindUnknownChannel:
		return "contacts" + at + " came by a way that no channel of the policy knows: no marketing, their time runs"
	case FindUnclearAge:
		return "records" + at + " hold a date of birth that can't be read as one"
	case FindSuspectedMinor:
		return "people may be under age: marketing stops, a human looks"
	case FindConflictingAge:
		return "people are under age in one record and adult in another: marketing stops, a human looks"
	case FindIdentityConflict:
		return "people are joined from more contacts than one person can have: nobody in them is deleted"
	case FindFutureDate:
		return "records" + at + " hold an act that lies in the future: nobody is deleted by it"
	case FindUnreadRecord:
		return "records" + at + " could not be read in full: nobody is deleted by them"
	case FindNoDates:
		return "people have no day of collection and no newer act that is known: never deleted, to be reviewed"
	case FindEndlessSignal:
		return fmt.Sprintf("people are kept by something without an end: %s", p.signals[f.Rule].words)
	case FindKeepWithoutStart:
		return fmt.Sprintf("people are kept by %s, whose start can't be read: until a human ends it", p.keeps[f.Rule].Keep.Law)
	case FindOldRefusal:
		return "people said no and later gave a newer, proven yes to some topics: clear the old flag by hand, lapsed never does"
	case FindErasureAsked:
		return "people" + at + " bear a flag that asks to be forgotten, and the policy does not name it under requests.received-by: mail stops, a human looks"
	case FindRequestUnconfirmed, FindRequestOpen, FindRequestBlocked, FindRequestOverdue:
		return f.requestWords()
	case FindBeyondKeep:
		return BeyondKeepWords(f.Processor)
	case FindCountryDiffers:
		return "people are " + p.zoneWords() + " by one record and outside it by another: taken to be inside"
	case FindNoSafeguard:
		return fmt.Sprintf("people %s have data%s, %s, and no safeguard protects it today: renew it, or move the data. Nobody is deleted for it", p.zoneWords(), at, p.regionOf(f.Processor))
	case FindOutsideZone:
		return fmt.Sprintf("people %s have data%s, %s, and the policy promises that it stays inside", p.zoneWords(), at, p.regionOf(f.Processor))
	case FindUserOutsideZone:
		return fmt.Sprintf("users %s have data%s, %s, and the policy promises that it stays inside, whatever the safeguard", p.zoneWords(), at, p.regionOf(f.Processor))
	case FindToBeTold:
		return "people must be told that data of theirs is held" + at + ", which came by: " + p.Channels.Rows[f.Rule].Value.Row
	case FindToldTooLate:
		return "people should have been told by now that data of theirs is held" + at + ", which came by: " + p.Channels.Rows[f.Rule].Value.Row
	default:
		return string(f.Code)
	}
}

// Words is the basis for readers.
func (v Basis) Words() string {
	return map[Basis]string{BasisConsent: "consent", BasisContract: "a contract", BasisLegalObligation: "a legal obligation", BasisLegitimateInterest: "a legitimate interest"}[v]
}

// Words is what a channel permits, for readers.
func (v Permits) Words() string {
	return map[Permits]string{PermitsNothing: "nothing to be sent", PermitsOneMessage: "one message", PermitsPersonToPerson: "letters from person to person",
		PermitsConsentedTopics: "the topics that were agreed to"}[v]
}

// Words is the verdict for readers.
func (v Verdict) Words() string {
	return map[Verdict]string{LeftAlone: "left alone", Conflict: "joined from too many contacts", Forgotten: "asked to be forgotten", Minor: "too young", NoBasis: "no basis left", Lapsed: "lapsed",
		Undetermined: "undetermined", Kept: "kept"}[v]
}

// ReasonCodes are the decision's reasons in the audit log's form, sorted.
func (p *Policy) ReasonCodes(d Decision) []string {
	out := []string{"verdict:" + string(d.Verdict)}
	c := d.Clock
	switch {
	case c.NoEnd:
		out = append(out, "last:no-end")
	case c.Last == NoDay:
		out = append(out, "last:none")
	case c.Rule < 0:
		out = append(out, "collected:"+c.Last.String())
	default:
		out = append(out, fmt.Sprintf("%s:%s:rule-%d", p.signals[c.Rule].kind, c.Last, c.Rule))
	}
	if c.Lapses != NoDay {
		out = append(out, "lapses:"+c.Lapses.String())
	}
	for _, i := range d.Saved {
		out = append(out, "keep:"+p.keeps[i].name)
	}
	slices.Sort(out)
	return out
}

// Date is an instant's day for readers, in the controller's zone.
func (p *Policy) Date(t time.Time) string { return longDay(p.Today(t)) }

// zoneWords is where people are whom the zone protects, those included whose
// country nobody knows.
func (p *Policy) zoneWords() string {
	return "inside the " + regionNamed(p.Residency.Zone) + " (or of no known country)"
}

// regionOf is where a processor keeps its data.
func (p *Policy) regionOf(processor string) string {
	x, _ := p.Processors.Get(processor)
	return "in " + regionWords(x.Region)
}

// Subject tells findings of one code at one processor apart.
func (p *Policy) Subject(f Finding) string {
	switch {
	case !f.Origin.IsZero():
		return fmt.Sprintf("%x", f.Origin[:4])
	case f.Code == FindToBeTold || f.Code == FindToldTooLate:
		return p.Channels.Rows[f.Rule].Name
	case f.Rule >= 0:
		return fmt.Sprint(f.Rule)
	default:
		return ""
	}
}
