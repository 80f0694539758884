package hubspot

import (
	"maps"
	"slices"
	"strconv"
	"strings"
	"time"
)

// Archive moves a contact into the recycle bin by an act of the staff.
func (p *Portal) Archive(id string) {
	defer p.act()()
	if r := p.byText(id); r != nil {
		p.archive(r)
	}
}

// archive moves only archivedAt: no modified time tells of it. False if it was there.
func (p *Portal) archive(r *record) bool {
	if r.archived != 0 {
		return false
	}
	r.archived = p.now
	p.live, p.bin = remove(p.live, r), place(p.bin, r)
	p.binned = append(p.binned, moment{r.id, p.now})
	p.release(r)
	return true
}

// Restore brings an archived contact back under its id. It does nothing when
// the ninety days are over or its address is in use again.
func (p *Portal) Restore(id string) {
	defer p.act()()
	if r := p.byText(id); r != nil {
		p.restore(r)
	}
}

func (p *Portal) restore(r *record) bool {
	if r.archived == 0 || slices.ContainsFunc(r.mails(), func(m string) bool { return p.owner(m) != nil }) {
		return false
	}
	r.archived = 0
	p.bin, p.live = remove(p.bin, r), place(p.live, r)
	p.claim(r)
	p.syncOptOut(r, p.now)
	return true
}

// emptyBin forgets what has been archived for ninety days.
func (p *Portal) emptyBin() {
	for len(p.binned) > 0 && p.binned[0].at <= p.now-binDays.Milliseconds() {
		m := p.binned[0]
		p.binned = p.binned[1:]
		if r := p.byID[m.id]; r != nil && r.archived == m.at {
			p.drop(r)
		}
	}
}

// drop takes a record out of everything; its deals stay.
func (p *Portal) drop(r *record) {
	p.release(r)
	p.live, p.bin = remove(p.live, r), remove(p.bin, r)
	delete(p.byID, r.id)
	delete(p.fading, r.id)
	for _, l := range p.lists {
		delete(l.members, r.id)
	}
}

// Erase is a gdpr-delete in the vendor's own screens.
func (p *Portal) Erase(id string) {
	defer p.act()()
	if r := p.byText(id); r != nil {
		p.purge(r, p.now)
	}
}

// purge erases a record and blocklists its addresses.
func (p *Portal) purge(r *record, at int64) {
	for _, m := range r.mails() {
		p.blocked[fold(m)] = at
	}
	mails := r.mails()
	p.drop(r)
	p.erased[r.id] = at
	if p.switches.OptOutSurvives {
		return
	}
	for _, m := range mails {
		delete(p.addresses, fold(m))
	}
}

// Blocklisted tells whether the account's administrators see the address on the
// blocklist of erased people.
func (p *Portal) Blocklisted(email string) bool {
	defer p.act()()
	_, ok := p.blocked[fold(email)]
	return ok
}

// Residue lists the ids of erased contacts of whose engagements copies may still
// exist: until thirty days after the erasure.
func (p *Portal) Residue() []string {
	defer p.act()()
	var out []string
	for _, id := range slices.Sorted(maps.Keys(p.erased)) {
		if p.now < p.erased[id]+purgeDays.Milliseconds() {
			out = append(out, itoa(id))
		}
	}
	return out
}

// Merge lets the winner absorb the loser and returns the survivor's id, which is
// the winner's or, by Switches.MergeMints, a new one. The loser leaves no
// archived record. Opt-outs stay with their addresses, so the primary's rules.
func (p *Portal) Merge(winner, loser string) string {
	defer p.act()()
	w, l := p.byText(winner), p.byText(loser)
	if w == nil || l == nil || w == l {
		return winner
	}
	mails := append(w.mails(), l.mails()...)
	merged := join(w.get(colMerged), itoa(l.id), l.get(colMerged))
	vids := join(w.get(colMergedVids), itoa(l.id)+":"+itoa(p.now))
	p.absorb(l, w)
	for _, v := range l.values {
		if w.get(v.col) == "" && v.col != colAdditional {
			w.set(v.col, v.text, p.now, bySystem)
		}
	}
	if p.switches.MergeMints {
		merged = join(merged, itoa(w.id))
		w = p.reborn(w)
	}
	if len(mails) > 1 {
		w.set(colAdditional, strings.Join(mails[1:], ";"), p.now, bySystem)
	}
	if n := len(w.deals); n > 0 {
		w.set(colDeals, strconv.Itoa(n), p.now, bySystem)
	}
	w.set(colMerged, merged, p.now, bySystem)
	w.set(colMergedVids, vids, p.now, bySystem)
	w.set(colAllVids, join(merged, itoa(w.id)), p.now, bySystem)
	p.claim(w)
	w.touch(p.now)
	p.syncOptOut(w, p.now)
	return itoa(w.id)
}

// absorb takes the loser out of the account and leaves a trace to the winner.
func (p *Portal) absorb(l, w *record) {
	for _, list := range p.lists {
		if at, ok := list.members[l.id]; ok {
			list.members[w.id] = at
		}
	}
	for _, d := range l.deals {
		if !slices.Contains(w.deals, d) {
			w.deals = append(w.deals, d)
		}
	}
	slices.Sort(w.deals)
	p.drop(l)
	p.absorbed[l.id] = w.id
}

// reborn gives a record a new id.
func (p *Portal) reborn(r *record) *record {
	twin := *r
	twin.id = p.mint()
	p.live = append(p.live, &twin)
	p.byID[twin.id] = &twin
	p.absorb(r, &twin)
	return &twin
}

// survivor follows an absorbed id to the record that has it now.
func (p *Portal) survivor(id int64) *record {
	for range len(p.absorbed) {
		next, ok := p.absorbed[id]
		if !ok {
			return nil
		}
		if r := p.byID[next]; r != nil {
			return r
		}
		id = next
	}
	return nil
}

// join puts ids together as multi-value enumerations are.
func join(parts ...string) string {
	return strings.Join(slices.DeleteFunc(parts, func(s string) bool { return s == "" }), ";")
}

// since is how long ago something was, in sandbox time.
func (p *Portal) since(ms int64) time.Duration { return time.Duration(p.now-ms) * time.Millisecond }
