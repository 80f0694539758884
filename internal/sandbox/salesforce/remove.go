package salesforce

import (
	"fmt"
	"net/http"
	"slices"
	"strings"
	"time"
)

// place is where a row is.
type place struct {
	t    *table
	slot int
}

// binned is a row on its way out.
type binned struct {
	place
	at, leaves int64 // deleted, purged: Unix seconds
	hard       bool
}

// doom lists what deleting the row in p takes along, children first, or why it is
// refused; with force nothing is.
func (o *Org) doom(p place, list []place, force bool) ([]place, *apiError) {
	r := p.t.rows[p.slot]
	if slices.Contains(list, p) {
		return list, nil
	}
	if r.marks&Locked != 0 && !force {
		return nil, fail(http.StatusBadRequest, "ENTITY_IS_LOCKED", "entity is locked for editing")
	}
	for _, c := range o.children[p.t.name] {
		for _, slot := range c.t.pointing(c.f, r.id) {
			kid := place{c.t, int(slot)}
			row := c.t.rows[slot]
			if row.deleted != 0 || c.f.rule == keep || c.f.rule == unlink {
				continue
			}
			if !force && o.blocks(c, row, r, p.t) {
				return nil, blocked(p.t, r, c.t, row)
			}
			if c.f.rule == cascade || c.f.rule == guarded {
				var err *apiError
				if list, err = o.doom(kid, list, force); err != nil {
					return nil, err
				}
			}
		}
	}
	return append(list, p), nil
}

// blocks tells whether the child row k forbids the deletion of its parent r.
func (o *Org) blocks(c child, k, r *row, parents *table) bool {
	is := func(name string) value { return k.cell(c.t.field(name).col) }
	switch c.f.rule {
	case restrict:
		return true
	case portal:
		return is("IsActive").isTrue()
	case guarded:
		if c.t.name == "Opportunity" {
			return is("IsWon").isTrue() || is("OwnerId").s != r.cell(parents.field("OwnerId").col).s
		}
		return is("Status").s == "Activated"
	}
	return false
}

// blocked is Salesforce's refusal. It names the person: clients must not log it.
func blocked(t *table, r *row, kids *table, k *row) *apiError {
	label := k.id
	if f := kids.field(kids.name + "Number"); f != nil {
		label = k.cell(f.col).s
	}
	return fail(http.StatusBadRequest, "DELETE_FAILED", fmt.Sprintf(
		"Your attempt to delete %s could not be completed because it is associated with the following %s.: %s",
		nameOf(t, r).s, strings.ToLower(kids.plural), label))
}

// bury sends rows to the bin as one deletion, or with hard past it.
func (o *Org) bury(list []place, by string, hard bool) {
	now := o.now()
	o.events++
	for _, p := range list {
		r := p.t.rows[p.slot].next()
		o.unlink(p.t.name, r.id)
		if !p.t.recyclable {
			p.t.put(p.slot, nil)
			continue
		}
		r.deleted, r.modified, r.stamp, r.modifiedBy, r.event, r.hard = now, now, now, by, o.events, hard
		r.leaves = now + int64(o.opt.BinDays)*24*3600
		if hard {
			r.leaves = now + int64(mix(o.opt.Seed, "sweep", r.id)%(24*3600))
		}
		p.t.put(p.slot, r)
		o.bin = append(o.bin, binned{p, now, r.leaves, hard})
	}
	o.cap()
}

// unlink empties the references that a deletion clears, without a stamp.
func (o *Org) unlink(object, id string) {
	for _, c := range o.children[object] {
		if c.f.rule != unlink {
			continue
		}
		for _, slot := range slices.Clone(c.t.pointing(c.f, id)) {
			r := c.t.rows[slot].next()
			r.set(c.f.col, value{})
			c.t.put(int(slot), r)
		}
	}
}

// cap lets the oldest rows leave a full bin early, but not before two hours.
func (o *Org) cap() {
	if o.conduct.BinCap <= 0 {
		return
	}
	for i := range len(o.bin) - o.conduct.BinCap {
		o.bin[i].leaves = min(o.bin[i].leaves, o.bin[i].at+2*3600)
	}
}

// sweep purges what is due.
func (o *Org) sweep() {
	now := o.now()
	o.bin = slices.DeleteFunc(o.bin, func(b binned) bool {
		if b.leaves > now {
			return false
		}
		b.t.put(b.slot, nil)
		return true
	})
}

// Remove is a user's delete: to the bin, with all that goes along. What forbids
// it to the API doesn't forbid it here: an administrator clears the way first.
func (o *Org) Remove(object, id string) {
	o.mu.Lock()
	defer o.mu.Unlock()
	t, slot := o.must(object, id)
	if t.rows[slot].deleted != 0 {
		return
	}
	list, _ := o.doom(place{t, slot}, nil, true)
	o.bury(list, o.users.staff, false)
}

// Undelete restores a record from the bin with all that went along. A purged
// or hard-deleted one stays away.
func (o *Org) Undelete(object, id string) {
	o.mu.Lock()
	defer o.mu.Unlock()
	o.sweep()
	t, slot := o.must(object, id)
	event := t.rows[slot].event
	if t.rows[slot].deleted == 0 || t.rows[slot].hard {
		return
	}
	now := o.now()
	o.bin = slices.DeleteFunc(o.bin, func(b binned) bool {
		if b.t.rows[b.slot].event != event {
			return false
		}
		r := b.t.rows[b.slot].next()
		r.deleted, r.leaves, r.event, r.master = 0, 0, 0, ""
		r.modified, r.stamp, r.modifiedBy = now, now, o.users.staff
		b.t.put(b.slot, r)
		return true
	})
}

// Purge empties one record from the bin, or removes it at once.
func (o *Org) Purge(object, id string) {
	o.mu.Lock()
	defer o.mu.Unlock()
	t, slot := o.must(object, id)
	t.put(slot, nil)
	o.bin = slices.DeleteFunc(o.bin, func(b binned) bool { return b.place == place{t, slot} })
}

// Merge merges loser into winner as staff do: the loser goes to the bin with
// MasterRecordId set, its children move without a stamp of their own, the winner
// is stamped and keeps *its* values: an opt-out of the loser is lost.
func (o *Org) Merge(object, winner, loser string) {
	o.mu.Lock()
	defer o.mu.Unlock()
	t, to := o.must(object, winner)
	_, from := o.must(object, loser)
	winner, loser = t.rows[to].id, t.rows[from].id
	for _, c := range o.children[t.name] {
		for _, slot := range slices.Clone(c.t.pointing(c.f, loser)) {
			r := c.t.rows[slot].next()
			r.set(c.f.col, idValue(winner))
			c.t.put(int(slot), r)
		}
	}
	o.bury([]place{{t, from}}, o.users.staff, false)
	r := t.rows[from].next()
	r.master = winner
	t.put(from, r)
	o.save(t, to, nil, o.users.staff)
}

// binWindow is how far back /deleted reaches.
func (o *Org) binWindow() time.Time { return o.clock().AddDate(0, 0, -min(o.opt.BinDays, 15)) }
