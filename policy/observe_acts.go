package policy

import (
	"slices"

	"github.com/lapsed/lapsed/internal/contact"
)

// rows yields the rows that a group's tests are made on.
func (s *sight) rows(group string) []contact.Row {
	if group == "" {
		return []contact.Row{s.c.Fields}
	}
	return s.c.Rows[group]
}

// signals keeps the latest act that each rule sees.
func (s *sight) signals() {
	var found8 [8]contact.Signal // most records show fewer acts than that
	acts := found8[:0]
	for i := range s.l.signals {
		sl := &s.l.signals[i]
		if !sl.when.match(s.c) {
			continue
		}
		rule := &s.p.signals[sl.rule]
		best := contact.Signal{Rule: sl.rule, Day: contact.NoDay, Ongoing: rule.ongoing()}
		found := false
		for _, row := range s.rows(sl.date.group) {
			if !all(sl.row, row) {
				continue
			}
			d, ok := s.day(row[sl.date.name])
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
		if rule.ongoing() && !found && sl.row == nil && len(s.rows(sl.date.group)) == 0 {
			found, best.NoEnd = true, true // it goes on, and nothing tells until when
		}
		if found {
			acts = append(acts, best)
		}
	}
	if len(acts) > 0 {
		s.f.Signals = slices.Clone(acts)
	}
}

// keeps notes what laws claim.
func (s *sight) keeps() {
	for i := range s.l.keeps {
		kl := &s.l.keeps[i]
		k := contact.Keep{Rule: kl.rule, Start: contact.NoDay}
		claims := false
		if kl.asks && kl.while.match(s.c) {
			k.While, claims = true, true
		}
		if kl.has {
			for _, row := range s.rows(kl.start.group) {
				d, ok := s.day(row[kl.start.name])
				switch {
				case ok:
					k.Start, claims = max(k.Start, contact.Day(d)), true
				case kl.start.group != "":
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
		for _, row := range s.rows(fl.group) {
			s.filled(fl, row)
		}
	}
}

// filled notes the categories that a row holds something of. A flag that is false
// says nothing.
func (s *sight) filled(fl *filledLens, row contact.Row) {
	for n, v := range row {
		if s.f.Filled&fl.all == fl.all {
			return
		}
		if b, flag := v.Bool(); b || !flag {
			s.f.Filled |= fl.bits[n]
		}
	}
}
