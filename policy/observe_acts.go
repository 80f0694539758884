package policy

import "github.com/lapsed/lapsed/internal/contact"

// signals keeps the latest act that each rule sees.
func (s *sight) signals() {
	for i := range s.l.signals {
		sl := &s.l.signals[i]
		if !sl.when.match(&s.look) {
			continue
		}
		rule := &s.p.signals[sl.rule]
		best := contact.Signal{Rule: sl.rule, Day: contact.NoDay, Ongoing: rule.ongoing()}
		found := false
		for n := range s.count(sl.date.group) {
			row := s.row(sl.date.group, n)
			if !all(sl.row, row) {
				continue
			}
			d, ok := s.day(row.Value(sl.date.field))
			switch {
			case rule.ongoing():
				found = true
				if !ok {
					best.NoEnd = true
				} else {
					best.Day = max(best.Day, contact.Day(rule.atMost.After(d)))
				}
			case ok && d > s.today:
				s.f.Future = true
			case ok:
				found = true
				best.Day = max(best.Day, contact.Day(d))
			}
		}
		if rule.ongoing() && !found && sl.row == nil && s.count(sl.date.group) == 0 {
			found, best.NoEnd = true, true // it goes on, and nothing tells until when
		}
		if found {
			s.f.Signals = put(s.f.Signals, s.o.room.signals[:], best)
		}
	}
}

// keeps notes what laws claim.
func (s *sight) keeps() {
	for i := range s.l.keeps {
		kl := &s.l.keeps[i]
		k := contact.Keep{Rule: kl.rule, Start: contact.NoDay}
		claims := false
		if kl.asks && kl.while.match(&s.look) {
			k.While, claims = true, true
		}
		if kl.has {
			for n := range s.count(kl.start.group) {
				d, ok := s.day(s.row(kl.start.group, n).Value(kl.start.field))
				switch {
				case ok:
					k.Start, claims = max(k.Start, contact.Day(d)), true
				case kl.start.group != ownGroup:
					k.Unread, claims = true, true // there is a row, and it doesn't tell
				}
			}
		}
		if claims {
			s.f.Keeps = append(s.f.Keeps, k)
		}
	}
	for i := range s.l.filled {
		fl := &s.l.filled[i]
		for n := range s.count(fl.group) {
			s.filled(fl, s.row(fl.group, n))
		}
	}
}

// filled notes the categories that a row holds something of. A flag that is false
// says nothing.
func (s *sight) filled(fl *filledLens, row contact.Picked) {
	for _, n := range row.Columns() {
		if s.f.Filled&fl.all == fl.all {
			return
		}
		if n >= len(fl.bits) || s.f.Filled&fl.bits[n] == fl.bits[n] {
			continue
		}
		v := row.Value(n)
		if b, flag := v.Bool(); !v.IsEmpty() && (b || !flag) {
			s.f.Filled |= fl.bits[n]
		}
	}
}
