package policy

import (
	"slices"
	"strings"
	"time"

	"github.com/lapsed/lapsed/internal/contact"
)

// Pseudonymiser turns identifiers into keyed pseudonyms.
type Pseudonymiser interface {
	// Email returns the key of a normalised address and its pseudonym in the log,
	// and whether it is a role address. ok is false for what is no address.
	Email(address string) (key contact.Key, public string, role, ok bool)
	// Link returns the key that stands for a record.
	Link(r contact.Ref) contact.Key
	// Name returns the key of a normalised name, zero for an empty one.
	Name(first, last string) contact.Key
	// Text returns the key of any other text, zero for "".
	Text(s string) contact.Key
}

// Observe keeps of a contact what the policy's rules see in it, and nothing
// else. A date later than the day of reading is no act (C5); it makes the facts
// undetermined until the record is read again.
func (p *Policy) Observe(c contact.Contact, keys Pseudonymiser) contact.Observation {
	o := draft{Observation: contact.Observation{Ref: c.Ref, ReadAt: c.ReadAt}}
	o.Facts.Collected = contact.NoDay
	l := p.lenses[lensKey{c.Ref.Processor, c.Ref.Object}]
	if l == nil {
		o.Facts.Unread, o.Facts.ScopeUnread, o.Facts.LinkUnread = true, true, true
		return o.Observation
	}
	var few [16][]contact.Row
	x := l.look(&c, few[:0])
	for i := range l.leaveAlone {
		if l.leaveAlone[i].match(&x) {
			o.Facts.LeftAlone = true
		}
	}
	o.room = new(room)
	o.Identifiers = o.room.identifiers[:0]
	l.identify(&x, &o.Observation, keys)
	see := sight{p: p, l: l, c: &c, look: x, o: &o, f: &o.Facts, today: p.Today(c.ReadAt)}
	if c.Unreadable != nil {
		see.losses()
	}
	if o.Facts.LeftAlone { // read no further (C18)
		o.Facts = contact.Facts{LeftAlone: true, LinkUnread: o.Facts.LinkUnread, Collected: contact.NoDay}
		return o.Observation
	}
	see.record(keys)
	see.signals()
	see.consent()
	see.keeps()
	return o.Observation
}

// identify makes the pseudonyms by which contacts are joined.
func (l *lens) identify(x *look, o *contact.Observation, keys Pseudonymiser) {
	c := x.c
	add := func(id contact.Identifier) {
		if !slices.ContainsFunc(o.Identifiers, func(x contact.Identifier) bool { return x.Key == id.Key }) {
			o.Identifiers = append(o.Identifiers, id)
		}
	}
	for _, n := range l.emails {
		v := x.own.Value(n)
		if v.IsEmpty() {
			continue
		}
		if v.Kind() != contact.List {
			l.address(v.Text(), keys, add)
			continue
		}
		for _, a := range v.Texts() {
			l.address(a, keys, add)
		}
	}
	add(contact.Identifier{Key: keys.Link(c.Ref)})
	for _, a := range c.Aliases {
		add(contact.Identifier{Key: keys.Link(a)})
	}
	for _, k := range l.links {
		for _, id := range x.own.Value(k.field).Texts() {
			add(contact.Identifier{Key: keys.Link(contact.Ref{Processor: c.Ref.Processor, Object: k.to, ID: id})})
		}
	}
	for _, u := range c.Unreadable {
		if x := l.losses[u]; x != nil && x.name {
			// A name that can't be read differs from every other. Joined on doubt, one
			// person's age would delete another's record; told apart on doubt, either
			// one's act still keeps both, and LinkUnread keeps them from any deletion.
			o.Name = keys.Text("unread name of " + c.Ref.String())
			return
		}
	}
	o.Name = keys.Name(x.own.Value(l.first).Text(), x.own.Value(l.last).Text())
}

func (l *lens) address(a string, keys Pseudonymiser, add func(contact.Identifier)) {
	if key, public, role, ok := keys.Email(a); ok {
		add(contact.Identifier{Key: key, Alone: role && l.rolesAlone, Email: true, Public: public})
	}
}

// sight is one look at one contact.
type sight struct {
	p *Policy
	l *lens
	c *contact.Contact
	look
	o     *draft
	f     *contact.Facts // of o
	today Day
}

// day returns the day of a value; a bare date is that whole day.
func (s *sight) day(v contact.Value) (Day, bool) {
	t, ok := v.Time()
	switch {
	case !ok:
		return NoDay, false
	case v.Kind() == contact.Date:
		return DayOf(t, time.UTC), true
	default:
		return DayOf(t, s.p.zone), true
	}
}

// losses notes what could not be read, as far as some rule would have looked at it.
func (s *sight) losses() {
	birth := false
	for _, u := range s.c.Unreadable {
		x := s.l.losses[u]
		if x == nil {
			continue
		}
		s.f.Unread = s.f.Unread || x.unread
		s.f.ProofUnread = s.f.ProofUnread || x.proof
		s.f.ScopeUnread = s.f.ScopeUnread || x.scope
		s.f.LinkUnread = s.f.LinkUnread || x.link
		birth = birth || x.birth
		for _, k := range x.keeps {
			if !slices.ContainsFunc(s.f.Keeps, func(y contact.Keep) bool { return y.Rule == k }) {
				s.f.Keeps = append(s.f.Keeps, contact.Keep{Rule: k, Start: contact.NoDay, Unread: true})
			}
		}
	}
	if birth {
		s.f.Births = append(s.f.Births, contact.Birth{Unread: true})
	}
}

// record sees what the record's own fields say.
func (s *sight) record(keys Pseudonymiser) {
	l, f := s.l, s.f
	if d, ok := s.day(s.own.Value(l.collected)); ok {
		if d > s.today {
			f.Future = true
		} else {
			f.Collected = contact.Day(d)
		}
	}
	for _, e := range l.erasure {
		for v := range s.values(e) {
			b, _ := v.Bool()
			f.Erasure = f.Erasure || b
		}
	}
	for _, e := range l.requested {
		for v := range s.values(e) {
			f.Requested = f.Requested || flagSet(v)
		}
	}
	for _, n := range l.bounced {
		if v := s.own.Value(n); !v.IsEmpty() && v.Text() != "false" {
			f.Bounced = true
		}
	}
	f.Mailable = s.mailable()
	for i := range l.suspected {
		f.Suspected = f.Suspected || l.suspected[i].match(&s.look)
	}
	for i := range l.channels {
		if ch := &l.channels[i]; ch.match(&s.look) {
			f.Channels = put(f.Channels, s.o.room.channels[:], ch.rule)
		}
	}
	if len(f.Channels) == 0 {
		s.origin(keys)
	}
	for i := range l.told {
		if t := &l.told[i]; t.match(&s.look) {
			f.Told = append(f.Told, t.rule)
		}
	}
	for i := range l.users {
		f.User = f.User || l.users[i].match(&s.look)
	}
	if v := s.own.Value(l.country); s.p.countries != nil && !v.IsEmpty() {
		f.Places = s.p.countries.of(v.Text())
	}
	s.births()
}

// flagSet tells whether a field by which requests come in says that one did. A
// flag of the company's own may be a text or a date: whatever is no "no" is one.
func flagSet(v contact.Value) bool {
	switch strings.ToLower(v.Text()) {
	case "", "false", "no", "0":
		return false
	}
	return true
}

// mailable tells whether mail could be sent to the record.
func (s *sight) mailable() bool {
	for _, n := range s.l.optOuts {
		if s.own.Value(n).Text() == "true" {
			return false
		}
	}
	for _, n := range s.l.mailed {
		if !s.own.Value(n).IsEmpty() || slices.Contains(s.c.Unreadable, s.l.groups[ownGroup].pick.Name(n)) {
			return true
		}
	}
	return false
}

// origin marks the value that no channel knows, for one finding a value (C1).
func (s *sight) origin(keys Pseudonymiser) {
	var room [128]byte
	text := append(append(append(room[:0], "origin "...), s.c.Ref.Processor...), ' ')
	for _, n := range s.l.origins {
		if v := s.own.Value(n); !v.IsEmpty() {
			text = append(append(text, s.l.groups[ownGroup].pick.Name(n)...), '=')
			text = append(append(text, v.Text()...), ';')
		}
	}
	s.f.Origin = keys.Text(string(text))
}

// births reads days of birth. What is written and can't be one is unclear (C4).
func (s *sight) births() {
	for _, r := range s.l.births {
		for v := range s.values(r) {
			d, ok := s.day(v)
			if !ok {
				parsed, err := ParseDay(v.Text())
				d, ok = parsed, err == nil
			}
			switch {
			case ok && slices.Contains(s.p.Minors.Placeholders, d):
			case !ok || d > s.today || d.Birthday(120) < s.today:
				s.f.Births = append(s.f.Births, contact.Birth{Unclear: true})
			default:
				s.f.Births = append(s.f.Births, contact.Birth{Day: contact.Day(d)})
			}
		}
	}
}
