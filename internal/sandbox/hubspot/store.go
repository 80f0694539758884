package hubspot

import (
	"fmt"
	"slices"
	"strings"
	"time"
)

// binDays is how long an archived contact can be restored (section 6).
const binDays = 90 * 24 * time.Hour

// purgeDays is how long the copies of an erased contact's engagements may last.
const purgeDays = 30 * 24 * time.Hour

// Contact is a contact to insert. Created may lie in the past: the record then
// has its properties since that time, and the search index knows it.
// "hs_email_optout": "true" and "hs_email_optout_<id>": "true" opt its address out.
type Contact struct {
	Properties    map[string]string
	Created       time.Time // zero = now
	Subscriptions []Subscription
}

// Subscription is a status of the contact's address. ID 0 with UNSUBSCRIBED is
// the opt-out from everything.
type Subscription struct {
	ID                                      int64
	Status, LegalBasis, Explanation, Source string
	At                                      time.Time // zero = the contact's creation
}

// moment is a record's id and when something befell it.
type moment struct{ id, at int64 }

// Insert makes a contact by a person's or the staff's act at the vendor's side,
// and returns its record id. It panics on a property that the account lacks, on
// an unknown topic, and on an address that another contact has: the account
// could not be in such a state.
func (p *Portal) Insert(c Contact) string {
	defer p.act()()
	return itoa(p.insert(c, byStaff).id)
}

// Import is Insert by a file import, which the blocklist of erased addresses
// stops: then it returns false.
func (p *Portal) Import(c Contact) (id string, ok bool) {
	defer p.act()()
	if _, blocked := p.blocked[fold(c.Properties["email"])]; blocked {
		return "", false
	}
	return itoa(p.insert(c, byImport).id), true
}

func (p *Portal) insert(c Contact, by source) *record {
	at := p.now
	if !c.Created.IsZero() {
		at = min(at, c.Created.UnixMilli())
	}
	r := &record{id: p.mint(), created: at, modified: at, touched: at}
	p.live = append(p.live, r) // ids grow, so the index stays sorted
	p.byID[r.id] = r
	p.assign(r, c.Properties, at, by)
	for _, s := range c.Subscriptions {
		p.seedStatus(r, s)
	}
	// An opt-out from everything wins over the statuses beside it.
	if c.Properties["hs_email_optout"] == "true" {
		p.leaveAll(p.address(r.get(colEmail)), 0, at, sourcePerson)
	}
	for _, s := range c.Subscriptions {
		if s.ID == 0 && s.Status == unsubscribed {
			p.leaveAll(p.address(r.get(colEmail)), 0, p.atOr(s.At, at), s.Source)
		}
	}
	if r.get(colEmail) != "" {
		p.syncOptOut(r, at)
	}
	p.pin(r, c.Properties)
	return r
}

func (p *Portal) seedStatus(r *record, s Subscription) {
	if s.ID != 0 {
		p.change(p.address(r.get(colEmail)), p.mustTopic(s.ID),
			status{s.ID, p.atOr(s.At, r.created), s.Status, s.LegalBasis, s.Explanation, s.Source})
	}
}

// atOr is a time in ms, never after now; zero means the other one.
func (p *Portal) atOr(t time.Time, otherwise int64) int64 {
	if t.IsZero() {
		return otherwise
	}
	return min(t.UnixMilli(), p.now)
}

func (p *Portal) mustTopic(id int64) topic {
	t, ok := p.topic(id)
	if !ok {
		panic(fmt.Sprintf("hubspot: no topic %d: call Define first", id))
	}
	return t
}

// assign writes properties in the order of their columns, so that the address
// is there before what hangs on it.
func (p *Portal) assign(r *record, props map[string]string, at int64, by source) {
	cols := make([]column, 0, len(props))
	for name := range props {
		cols = append(cols, p.known(name))
	}
	slices.Sort(cols)
	for _, c := range cols {
		p.assignOne(r, c, props[p.properties[c].name], at, by)
	}
}

func (p *Portal) assignOne(r *record, c column, text string, at int64, by source) {
	switch c {
	case colID, colModified, colModifiedToo:
	case colCreated, colCreatedToo:
		if ms, ok := instant(text); ok {
			r.created = ms
		}
	case colEmail, colAdditional:
		p.readdress(r, c, text, at, by)
	case colOptOut:
		a := p.address(r.get(colEmail))
		if text == "true" {
			p.leaveAll(a, 0, at, sourcePerson)
		} else {
			a.wide = nil
			p.schedule(a, at)
		}
	default:
		if id := p.properties[c].topic; id != 0 {
			state := map[bool]string{true: unsubscribed, false: notSpecified}[text == "true"]
			p.change(p.address(r.get(colEmail)), p.mustTopic(id), status{topic: id, at: at, state: state, source: sourcePerson})
			return
		}
		r.set(c, text, at, by)
	}
}

// readdress gives a record another address. Opt-outs stay with the old one, and
// what is known of mail to the current address goes with it (section 4).
func (p *Portal) readdress(r *record, c column, text string, at int64, by source) {
	for m := range strings.SplitSeq(text, ";") {
		if o := p.owner(m); o != nil && o != r {
			panic(fmt.Sprintf("hubspot: contact %d has that address already", o.id))
		}
	}
	p.release(r)
	had := r.get(colEmail)
	r.set(c, text, at, by)
	p.claim(r)
	if c != colEmail || had == "" || fold(had) == fold(text) {
		return
	}
	for _, name := range []string{"hs_email_last_open_date", "hs_email_last_click_date", "hs_email_last_reply_date"} {
		r.set(p.columns[name], "", at, bySystem)
	}
	p.syncOptOut(r, at)
}

// pin lets a caller choose lastmodifieddate, as the vendor's own bulk jobs do.
func (p *Portal) pin(r *record, props map[string]string) {
	for _, name := range []string{"hs_lastmodifieddate", "lastmodifieddate"} {
		if ms, ok := instant(props[name]); ok {
			r.modified = ms
			r.touched = max(r.touched, min(ms, p.now))
		}
	}
}

// Set changes properties by an act at the vendor's side and moves
// lastmodifieddate. A record that is gone stays gone.
func (p *Portal) Set(id string, props map[string]string) {
	defer p.act()()
	if r := p.byText(id); r != nil {
		p.assign(r, props, p.now, byStaff)
		r.touch(p.now)
		p.pin(r, props)
	}
}

// Get returns the properties that have a value, and the record's state: "live",
// "archived", "erased" or "absent". It is the truth; the API may trail it.
func (p *Portal) Get(id string) (props map[string]string, state string) {
	defer p.act()()
	n, _ := atoi(id)
	r := p.byID[n]
	if r == nil {
		if _, ok := p.erased[n]; ok {
			return nil, "erased"
		}
		return nil, "absent"
	}
	props = map[string]string{}
	for c, d := range p.properties {
		if text := r.text(column(c), latest); text != "" && !d.removed {
			props[d.name] = text
		}
	}
	if r.archived != 0 {
		return props, "archived"
	}
	return props, "live"
}

// byText returns a live or archived record by its id as written.
func (p *Portal) byText(id string) *record {
	n, _ := atoi(id)
	return p.byID[n]
}
