package hubspot

import (
	"strconv"
	"strings"
)

// SubmitForm is the person sending a form, with the boxes of some topics ticked:
// it moves the person's own properties and subscribes with CONSENT_WITH_NOTICE,
// which lifts an opt-out. An archived contact comes back with its id; an erased
// or unknown address makes a new contact. It returns the contact's id.
func (p *Portal) SubmitForm(email, guid, name string, subscribe ...int64) string {
	defer p.act()()
	r := p.owner(email)
	if r == nil {
		r = p.revive(email)
	}
	if r == nil {
		r = p.insert(Contact{Properties: map[string]string{
			"email": email, "hs_object_source_label": "FORM", "hs_object_source": "FORM", "hs_object_source_detail_1": name,
		}}, byForm)
	}
	p.submit(r, guid, name)
	for _, id := range subscribe {
		p.change(p.address(email), p.mustTopic(id), status{id, p.now, subscribed, consentBasis, name, sourceForm})
	}
	return itoa(r.id)
}

// revive restores the archived contact that had the address.
func (p *Portal) revive(email string) *record {
	for _, r := range p.bin {
		if fold(r.get(colEmail)) == fold(email) && p.restore(r) {
			return r
		}
	}
	return nil
}

// maxSubmissions is how many form submissions HubSpot lists in the contact.
const maxSubmissions = 800

func (p *Portal) submit(r *record, guid, name string) {
	list := p.columns["hs_calculated_form_submissions"]
	var all []string
	if text := r.get(list); text != "" {
		all = strings.Split(text, ";")
	}
	all = append(all, guid+":0:"+itoa(p.now))
	all = all[max(0, len(all)-maxSubmissions):]
	forms := map[string]bool{}
	for _, s := range all {
		form, _, _ := strings.Cut(s, ":")
		forms[form] = true
	}
	now := stamp(p.now)
	before, _ := strconv.Atoi(r.get(p.columns["num_conversion_events"]))
	moved := map[string]string{
		"recent_conversion_date": now, "recent_conversion_event_name": name,
		"num_conversion_events":            strconv.Itoa(before + 1),
		"num_unique_conversion_events":     strconv.Itoa(len(forms)),
		"hs_calculated_form_submissions":   strings.Join(all, ";"),
		"hs_last_sales_activity_timestamp": now, "hs_last_sales_activity_type": "FORM_SUBMITTED",
		"hs_analytics_last_timestamp": now, "hs_analytics_last_visit_timestamp": now,
	}
	if before == 0 {
		moved["first_conversion_date"], moved["first_conversion_event_name"] = now, name
	}
	p.move(r, moved, byForm)
}

func (p *Portal) move(r *record, props map[string]string, by source) {
	p.assign(r, props, p.now, by)
	r.touch(p.now)
}

// The acts that Act and StaffAct simulate.
const (
	Visit   = "visit"
	Open    = "open" // a proxy or scanner may have done it
	Click   = "click"
	Reply   = "reply"
	Booking = "booking"

	Outreach = "outreach" // a call, meeting or 1:1 mail that staff logged
	Note     = "note"
)

// moves says which properties an act moves to its time: the person's acts only
// rows marked p in section 4, the staff's only notes_*.
var moves = map[string][]string{
	Visit:    {"hs_analytics_last_timestamp", "hs_analytics_last_visit_timestamp", "hs_last_sales_activity_timestamp"},
	Open:     {"hs_email_last_open_date"},
	Click:    {"hs_email_last_click_date"},
	Reply:    {"hs_email_last_reply_date", "hs_sales_email_last_replied", "hs_last_sales_activity_timestamp"},
	Booking:  {"engagements_last_meeting_booked", "hs_latest_meeting_activity", "hs_last_sales_activity_timestamp"},
	Outreach: {"notes_last_contacted", "notes_last_updated"},
	Note:     {"notes_last_updated"},
}

// salesTypes is what hs_last_sales_activity_type says after an act.
var salesTypes = map[string]string{Visit: "HUBSPOT_REVISIT", Reply: "EMAIL_REPLY", Booking: "MEETING_BOOKED"}

// Act is an act of the person: Visit, Open, Click, Reply or Booking.
func (p *Portal) Act(id, act string) { p.moved(id, act, byPerson) }

// StaffAct is an act of the company's people: Outreach or Note.
func (p *Portal) StaffAct(id, act string) { p.moved(id, act, byStaff) }

func (p *Portal) moved(id, act string, by source) {
	defer p.act()()
	r := p.byText(id)
	if r == nil {
		return
	}
	props := map[string]string{}
	for _, name := range moves[act] {
		props[name] = stamp(p.now)
	}
	if typ := salesTypes[act]; typ != "" {
		props["hs_last_sales_activity_type"] = typ
	}
	p.move(r, props, by)
}

// OptOut is the person unsubscribing an address from topics, or from everything
// of every brand when none is named.
func (p *Portal) OptOut(email string, topics ...int64) {
	defer p.act()()
	a := p.address(email)
	for _, id := range topics {
		p.change(a, p.mustTopic(id), status{topic: id, at: p.now, state: unsubscribed, source: sourcePerson})
	}
	if len(topics) == 0 {
		for _, brand := range p.brands() {
			p.leaveAll(a, brand, p.now, sourcePerson)
		}
	}
}

// Subscribe is another integration subscribing an address, which lifts an
// opt-out as the dated API does.
func (p *Portal) Subscribe(email string, topic int64, legalBasis string) {
	defer p.act()()
	p.change(p.address(email), p.mustTopic(topic), status{topic: topic, at: p.now, state: subscribed, basis: legalBasis, source: sourceAPI})
}

// brands lists the brands that have topics; the default one always exists.
func (p *Portal) brands() []int64 {
	out := []int64{0}
	seen := map[int64]bool{0: true}
	for _, t := range p.topics {
		if !seen[t.brand] {
			seen[t.brand] = true
			out = append(out, t.brand)
		}
	}
	return out
}
