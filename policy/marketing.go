package policy

import (
	"time"

	"github.com/lapsed/lapsed/internal/contact"
)

// marketing decides who may be mailed about what: refusal > minor or suspected >
// no proof > channel. One source is enough to stop it.
func (j *judge) marketing() {
	refused, asked := j.refusals(), j.asksToStop()
	switch {
	case refused.all:
		j.stopAll = GroundRefusal
	case j.minor:
		j.stopAll = GroundMinor
	case asked.all:
		j.stopAll = GroundRequest
	case j.suspected:
		j.stopAll = GroundSuspected
	}
	refused.topics |= asked.topics
	permitted := j.permitting()
	if j.stopAll == "" {
		for t := range j.p.Topics {
			if permitted && refused.topics&(1<<t) == 0 && j.proven(t) {
				j.d.Topics |= 1 << t
			}
		}
	}
	for i := range j.person.Observations {
		o := &j.person.Observations[i]
		if o.Facts.Mailable {
			j.stop(o, refused.topics, permitted)
		}
	}
	if j.bounced() {
		j.d.Topics = 0 // not mailed, and nothing more: a bounce is no act and no refusal (C24)
	}
}

// bounced tells whether mail to all of the person's addresses fails for good.
func (j *judge) bounced() bool {
	some := false
	for i := range j.person.Observations {
		f := &j.person.Observations[i].Facts
		if f.Mailable && !f.Bounced {
			return false
		}
		some = some || f.Bounced
	}
	return some
}

// stop demands the end of what one record is mailed without permission.
func (j *judge) stop(o *contact.Observation, refused uint64, permitted bool) {
	if j.stopAll != "" {
		j.d.Demands = append(j.d.Demands, Demand{Ref: o.Ref, Verb: Unsubscribe, Extent: contact.ExtentEmail, Ground: j.stopAll})
		return
	}
	for _, t := range o.Facts.Topics {
		if j.d.Topics&(1<<t) != 0 {
			continue
		}
		ground := GroundConsent
		switch {
		case refused&(1<<t) != 0:
			ground = GroundRefusal
		case j.p.Consent == nil && permitted:
			continue
		case j.proven(int(t)):
			ground = GroundChannel
		}
		j.d.Demands = append(j.d.Demands, Demand{Ref: o.Ref, Verb: Unsubscribe, Topic: j.p.Topics[t].Name, Ground: ground})
	}
}

// permitting tells whether any channel of the person permits topics that were
// consented to. A legitimate interest needs its current, passed assessment (C3).
func (j *judge) permitting() bool {
	ok := false
	for i, e := range j.p.Channels.Rows {
		if j.channels&(1<<i) == 0 || e.Value.Permits != PermitsConsentedTopics {
			continue
		}
		if e.Value.Basis == BasisLegitimateInterest && !j.assessed(e.Value.Assessment) {
			continue
		}
		ok = true
	}
	return ok
}

// assessed tells whether a balancing test is passed and not long overdue.
func (j *judge) assessed(name string) bool {
	a, ok := j.p.Assessments.Get(name)
	if !ok || a.Outcome != OutcomePassed {
		return false
	}
	end := a.ReviewBy + overdueDays
	j.changes(end + 1)
	return j.today <= end
}

// proven tells whether the person has proof for a topic that counts today.
func (j *judge) proven(topic int) bool {
	ok := false
	for i := range j.person.Observations {
		proofs := j.person.Observations[i].Facts.Proofs
		for k := range proofs {
			ok = j.counts(&proofs[k], topic) || ok
		}
	}
	return ok
}

// counts tells whether a proof is for a topic, and in force. It counts from the
// beginning of its day, so that two clocks a minute apart stop nobody's mail.
func (j *judge) counts(pr *contact.Proof, topic int) bool {
	if pr.At > j.at.Unix() {
		if d := DayOf(time.Unix(pr.At, 0), j.p.zone); d > j.today {
			j.changes(d)
			return false
		}
	}
	if pr.Until != 0 {
		if Day(pr.Until) < j.today {
			return false
		}
		j.changes(Day(pr.Until) + 1)
	}
	if pr.Topics == nil {
		return true
	}
	for _, t := range pr.Topics {
		if int(t) == topic {
			return true
		}
	}
	return false
}

// no is what a person has refused, as far as nothing newer lifts it.
type no struct {
	all    bool   // all e-mail or all marketing, no topic being lifted from it
	topics uint64 // a bit for each topic that is refused
}

// refusals unites every no that reaches the person: their own, those of contacts
// that share an address, and those that outlive deleted records (C12, C19).
func (j *judge) refusals() no {
	var out no
	wide, wideLifted := false, uint64(0)
	each := func(r contact.Refusal, own bool) {
		if r.Ours {
			return
		}
		if r.Extent == contact.ExtentTopic {
			if !j.lifts(r, int(r.Topic)) {
				out.topics |= 1 << r.Topic
			}
			return
		}
		wide = true
		lifted := uint64(0)
		for t := range j.p.Topics {
			if j.lifts(r, t) {
				lifted |= 1 << t
			} else {
				out.topics |= 1 << t
			}
		}
		if lifted != 0 {
			j.find(FindOldRefusal, "", -1, contact.Key{})
		}
		wideLifted |= lifted
		if own {
			j.refused = true
		}
	}
	for i := range j.person.Observations {
		for _, r := range j.person.Observations[i].Facts.Refusals {
			each(r, true)
		}
	}
	for _, r := range j.with.Refused {
		each(r, true)
	}
	for _, r := range j.with.Requests {
		if r.Type == AsksObjection && !r.Refused {
			// Whoever objected, the mail stops; the basis is gone once it is checked who did.
			each(contact.Refusal{Extent: contact.ExtentMarketing, At: r.Received}, r.Confirmed && !r.Doubtful)
		}
	}
	for i := range j.person.Shared {
		for _, r := range j.person.Shared[i].Refusals {
			each(r, false)
		}
	}
	j.lifted = wideLifted &^ out.topics
	out.all = wide && j.lifted == 0
	j.everyTopic(out)
	return out
}

// everyTopic counts refusals of each single topic as the withdrawal of all consent.
func (j *judge) everyTopic(n no) {
	if c := len(j.p.Topics); c > 0 && !j.refused && n.topics == 1<<c-1 {
		own := uint64(0)
		for i := range j.person.Observations {
			for _, r := range j.person.Observations[i].Facts.Refusals {
				if r.Extent == contact.ExtentTopic && !r.Ours {
					own |= 1 << r.Topic
				}
			}
		}
		j.refused = own == n.topics
	}
}

// lifts tells whether the person's own newer proof lifts a refusal for a topic.
// One whose date is not known is lifted by nothing.
func (j *judge) lifts(r contact.Refusal, topic int) bool {
	if r.At == 0 {
		return false
	}
	for i := range j.person.Observations {
		proofs := j.person.Observations[i].Facts.Proofs
		for k := range proofs {
			if proofs[k].At > r.At && j.counts(&proofs[k], topic) {
				return true
			}
		}
	}
	return false
}

// Refusal is a no that outlives its record, for Circumstances; ok is false if
// the policy has no such topic any more.
func (p *Policy) Refusal(e contact.Extent, topic string, since int64) (contact.Refusal, bool) {
	r := contact.Refusal{Extent: e, At: since}
	if e != contact.ExtentTopic {
		return r, true
	}
	for i, t := range p.Topics {
		if t.Name == topic {
			r.Topic = uint16(i)
			return r, true
		}
	}
	return r, false
}
