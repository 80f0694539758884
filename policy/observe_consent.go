package policy

import (
	"slices"
	"strings"

	"github.com/lapsed/lapsed/internal/contact"
)

// consent sees topics, refusals and proofs.
func (s *sight) consent() {
	s.topics()
	s.refusals()
	s.accepted()
	s.forms()
}

// topics notes what the record is subscribed to now.
func (s *sight) topics() {
	for i := range s.l.topics {
		if t := &s.l.topics[i]; s.own.Value(t.flag).Text() == "true" {
			s.f.Topics = put(s.f.Topics, s.o.room.topics[:], t.rule)
		}
	}
	if g := s.l.topicGroup; g != nil {
		for n := range s.count(g.group) {
			row := s.row(g.group, n)
			if row.Value(g.state).Text() != contact.StateSubscribed {
				continue
			}
			if t, known := s.topic(row.Value(g.topic).Text()); known && !slices.Contains(s.f.Topics, t) {
				s.f.Topics = put(s.f.Topics, s.o.room.topics[:], t)
			}
		}
	}
}

// topic numbers the policy's topic that a processor's id stands for here.
func (s *sight) topic(id string) (uint16, bool) {
	for i := range s.l.topics {
		if t := &s.l.topics[i]; t.id == id || strings.EqualFold(t.id, id) {
			return t.rule, true
		}
	}
	return 0, false
}

// refusals notes each no, with its date where the record tells one.
func (s *sight) refusals() {
	for i := range s.l.refusals {
		r := &s.l.refusals[i]
		if !r.cond.match(&s.look) {
			continue
		}
		if r.extent != contact.ExtentTopic {
			s.f.Refusals = put(s.f.Refusals, s.o.room.refusals[:], contact.Refusal{Rule: r.rule, Extent: r.extent})
			continue
		}
		for k := range s.count(r.group) {
			row := s.row(r.group, k)
			if !all(r.rows, row) {
				continue
			}
			n := contact.Refusal{Rule: r.rule, Extent: contact.ExtentEmail} // a row without a topic is of all
			if id := row.Value(r.topic); !id.IsEmpty() {
				t, known := s.topic(id.Text())
				if !known {
					continue
				}
				n.Extent, n.Topic = contact.ExtentTopic, t
			}
			if at, ok := s.stated(row.Value(r.stated)); ok {
				n.At = at
			}
			s.f.Refusals = put(s.f.Refusals, s.o.room.refusals[:], n)
		}
	}
}

// accepted notes the records of consent that the policy accepts as proof: given
// and how must be told, and its end must not have passed (C2).
func (s *sight) accepted() {
	for i := range s.l.accepted {
		a := &s.l.accepted[i]
		if !a.own.match(&s.look) {
			continue
		}
		for n := range s.count(a.group) {
			row := s.row(a.group, n)
			if !all(a.rows, row) {
				continue
			}
			if a.state >= 0 && row.Value(a.state).Text() != contact.StateSubscribed {
				continue // a no on the same terms is no yes
			}
			at, given := s.given(row.Value(a.stated))
			if !given || row.Value(a.source).IsEmpty() {
				continue
			}
			proof := contact.Proof{At: at}
			if end, ends := s.day(row.Value(a.until)); ends {
				proof.Until = contact.Day(end)
			}
			if a.topic >= 0 {
				t, known := s.topic(row.Value(a.topic).Text())
				if !known {
					continue
				}
				proof.Topics = s.l.alone[t]
			}
			s.f.Proofs = put(s.f.Proofs, s.o.room.proofs[:], proof)
		}
	}
}

// forms notes the submissions of registered forms that have a tick box of their
// own: time and form are the vendor's, the wording is the register's (C20).
func (s *sight) forms() {
	if s.l.forms == nil {
		return
	}
	for n := range s.count(s.l.forms.group) {
		row := s.row(s.l.forms.group, n)
		id := row.Value(s.l.forms.form).Text()
		topics, proves := s.l.forms.topics[id]
		if !proves {
			continue
		}
		if at, given := s.given(row.Value(s.l.forms.stated)); given {
			s.f.Proofs = put(s.f.Proofs, s.o.room.proofs[:], contact.Proof{At: at, Form: uint16(s.p.forms[id] + 1), Topics: topics})
		}
	}
}

// given is when a yes was said, in Unix seconds. A bare date is that day's first
// instant, so that a no of the same day outweighs it. One that lies on a later
// day than today is no yes, and a doubt (C5).
func (s *sight) given(v contact.Value) (int64, bool) {
	d, ok := s.day(v)
	switch {
	case !ok:
		return 0, false
	case d > s.today:
		s.f.Future = true
		return 0, false
	case v.Kind() == contact.Date:
		return d.Start(s.p.zone).Unix(), true
	}
	t, _ := v.Time()
	return t.Unix(), true
}

// stated is when a no was said: a bare date is that day's last instant. Without
// a date, or with one that lies ahead, ok is false: the no counts from the read
// that shows it.
func (s *sight) stated(v contact.Value) (int64, bool) {
	d, ok := s.day(v)
	if !ok || d > s.today {
		return 0, false
	}
	if v.Kind() == contact.Date {
		return (d + 1).Start(s.p.zone).Unix() - 1, true
	}
	t, _ := v.Time()
	return t.Unix(), true
}
