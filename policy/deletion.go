package policy

import "github.com/lapsed/lapsed/internal/contact"

// deletion demands what must go, ground by ground in the order of their force.
func (j *judge) deletion() {
	asked := j.asked()
	if j.crowded() {
		j.d.Verdict = Conflict
		j.find(FindIdentityConflict, "", -1, contact.Key{})
		return
	}
	ground := j.ground()
	switch {
	case len(asked) > 0:
		j.d.Verdict = Forgotten
	case ground == "" && j.blocked:
		j.d.Verdict = Undetermined
	}
	for i := range j.person.Observations {
		o, g := &j.person.Observations[i], ground
		if mine := asked[i]; mine != "" {
			g = mine
		}
		if g == "" {
			continue
		}
		held := j.held()
		if keeps := j.savedAt(o.Ref.Processor); len(keeps) > 0 {
			j.keep(o, g, keeps)
			continue
		}
		j.d.Demands = append(j.d.Demands, Demand{Ref: o.Ref, Verb: Delete, Ground: g, Held: held})
	}
}

// ground is why all of the person's records must go, whatever they asked for, ""
// if nothing says so or something that decides is not known.
func (j *judge) ground() Ground {
	ground := Ground("")
	switch {
	case j.minor:
		ground, j.d.Verdict = GroundMinor, Minor
	case j.noBasisLeft():
		ground, j.d.Verdict = GroundNoBasis, NoBasis
	case j.d.Clock.Last == NoDay && !j.d.Clock.NoEnd:
		j.d.Verdict = Undetermined
		j.find(FindNoDates, "", -1, contact.Key{})
		return ""
	case j.d.Clock.Lapses != NoDay && j.d.Clock.Lapses <= j.today && !j.collected:
		// Old acts say when a person was heard of, not when their data was collected
		// last: that starts the clock, and nobody tells it.
		if j.d.Verdict = Undetermined; !j.unread && !j.future {
			j.find(FindNoDates, "", -1, contact.Key{})
		}
		return ""
	case j.d.Clock.Lapses != NoDay && j.d.Clock.Lapses <= j.today:
		ground, j.d.Verdict = GroundRetention, Lapsed
	default:
		return ""
	}
	if j.blind || ground != GroundMinor && (j.unread || j.future) {
		j.d.Verdict = Undetermined
		return ""
	}
	return ground
}

func (p *Policy) atMost() int {
	if n := p.Identity.AtMost; n != nil {
		return *n
	}
	return 10
}

// held tells whether a hold forbids deletion today.
func (j *judge) held() bool {
	held := false
	for _, h := range j.with.Holds {
		if h.Until >= j.today {
			held = true
			j.changes(h.Until + 1)
		}
	}
	return held
}

// savedAt lists the keeps that save the person's records at a processor today.
func (j *judge) savedAt(processor string) []int {
	var out []int
	for i := range j.p.keeps {
		k := &j.p.keeps[i]
		for _, at := range k.at {
			if at == processor && j.claimed(i, k) {
				out = append(out, i)
			}
		}
	}
	return out
}

// claimed tells whether a keep claims the person's data today. It does so before
// its start too, and for as long as its start can't be told.
func (j *judge) claimed(i int, k *keepRule) bool {
	for n := range j.person.Observations {
		for _, f := range j.person.Observations[n].Facts.Keeps {
			if int(f.Rule) != i {
				continue
			}
			switch {
			case f.While:
				return true
			case f.Unread:
				j.find(FindKeepWithoutStart, "", i, contact.Key{})
				return true
			case f.Start != contact.NoDay:
				start := Day(f.Start)
				if k.yearEnd {
					start = start.YearEnd()
				}
				if end := k.period.After(start); end >= j.today {
					j.changes(end + 1)
					return true
				}
			}
		}
	}
	return false
}

// keep saves a record: unmarketed, and what the law doesn't ask for goes (C6).
func (j *judge) keep(o *contact.Observation, ground Ground, keeps []int) {
	kept := uint32(0)
	for _, i := range keeps {
		kept |= j.p.keeps[i].keepBits
		j.saved(i)
	}
	if o.Facts.Mailable && !j.demanded(o.Ref, Unsubscribe) {
		j.d.Demands = append(j.d.Demands, Demand{Ref: o.Ref, Verb: Unsubscribe, Extent: contact.ExtentEmail, Ground: ground})
	}
	if o.Facts.Filled&^kept != 0 {
		j.d.Demands = append(j.d.Demands, Demand{Ref: o.Ref, Verb: Instruct, Ground: ground, Held: j.held()})
	}
}

func (j *judge) saved(i int) {
	for _, x := range j.d.Saved {
		if x == i {
			return
		}
	}
	j.d.Saved = append(j.d.Saved, i)
}

func (j *judge) demanded(r contact.Ref, v Verb) bool {
	for _, d := range j.d.Demands {
		if d.Ref == r && d.Verb == v && d.Extent != contact.ExtentTopic {
			return true
		}
	}
	return false
}

// noBasisLeft tells whether an explicit refusal has taken the last ground that
// carried the data (C23). What we don't know carries it.
func (j *judge) noBasisLeft() bool {
	if j.p.Retention.NoBasisLeft != "delete" || !j.refused || j.lifted != 0 || j.unknown || j.channels == 0 {
		return false
	}
	for i, e := range j.p.Channels.Rows {
		if j.channels&(1<<i) == 0 {
			continue
		}
		marketing := e.Value.Permits == PermitsConsentedTopics || e.Value.Permits == PermitsOneMessage
		switch {
		case e.Value.Basis == BasisConsent && marketing:
		case e.Value.Basis == BasisLegitimateInterest && e.Value.Permits == PermitsOneMessage:
		default:
			return false
		}
	}
	for i := range j.person.Observations {
		for _, s := range j.person.Observations[i].Facts.Signals {
			if s.Ongoing && (s.NoEnd || Day(s.Day) >= j.today) {
				j.changes(Day(s.Day) + 1)
				return false
			}
		}
	}
	return true
}
