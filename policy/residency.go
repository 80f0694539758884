package policy

import "github.com/lapsed/lapsed/internal/contact"

// residency finds people inside the zone whose data lies outside it (C9). Whose
// country isn't known, or differs from record to record, is taken to be inside.
// What it finds is for a human: nobody is deleted for where a processor keeps data.
func (j *judge) residency() {
	r := j.p.Residency
	if r == nil {
		return
	}
	var at contact.Place
	user := false
	for i := range j.person.Observations {
		f := &j.person.Observations[i].Facts
		at |= f.Places
		user = user || f.User
	}
	if at == contact.Inside|contact.Outside {
		j.find(FindCountryDiffers, "", -1, contact.Key{})
	}
	if at == contact.Outside {
		return
	}
	promise, code := r.EveryoneElse, FindOutsideZone
	if user {
		promise, code = r.Users, FindUserOutsideZone
	}
	for i := range j.person.Observations {
		name := j.person.Observations[i].Ref.Processor
		switch s, outside := j.p.outside[name]; {
		case !outside:
		case promise == insideOnly:
			j.find(code, name, -1, contact.Key{})
		case !j.safe(s):
			j.find(FindNoSafeguard, name, -1, contact.Key{})
		}
	}
}

// insideOnly is the promise that no safeguard replaces.
const insideOnly = "inside-only"

// safe tells whether a safeguard protects data outside the zone today. Dead kinds
// don't load; one whose review is overdue protects nothing until somebody looked.
func (j *judge) safe(s *Safeguard) bool {
	if s == nil {
		return false
	}
	j.changes(s.ReviewBy + 1)
	return j.today <= s.ReviewBy
}

// outside are the processors whose region lies outside the zone, with what protects
// data there.
func (d *Document) outside() map[string]*Safeguard {
	out := map[string]*Safeguard{}
	for i := range d.Processors {
		if p := &d.Processors[i].Value; !d.inside(p.Region) {
			out[d.Processors[i].Name] = p.Safeguard
		}
	}
	return out
}
