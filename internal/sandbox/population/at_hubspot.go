package population

import (
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/lapsed/lapsed/internal/sandbox/hubspot"
)

// The legal bases that the population uses (HubSpot's words).
const (
	withNotice = "CONSENT_WITH_NOTICE"
	interest   = "LEGITIMATE_INTEREST_PQL"
)

// form is a form on the company's pages.
type form struct {
	guid, name string
	topics     []string // that its box subscribes to
	basis      string
}

// The forms. Only the first two are in the policy's register.
var (
	demoForm       = form{"f-11aa", "Demo request", []string{"product-news"}, withNotice}
	newsletterForm = form{"f-22bb", "Newsletter sign-up", []string{"newsletter", "events"}, withNotice}
	brochureForm   = form{"f-99zz", "Brochure download", []string{"newsletter"}, interest}
)

// hub is a HubSpot contact in the making. Acts are told oldest first.
type hub struct {
	s        *subject
	created  time.Time
	moved    time.Time
	props    map[string]string
	statuses []hubspot.Subscription
	sent     []string
	wide     time.Time
}

// hubspot begins a contact; being collected starts the clock.
func (s *subject) hubspot(created time.Time) *hub {
	s.signal(created)
	h := &hub{s: s, created: created, moved: created, props: map[string]string{
		"email": s.email, "firstname": s.first, "lastname": s.last, "country": s.country, "jobtitle": s.title,
		"company": "School " + strconv.Itoa(s.school+1), "hs_analytics_source": "ORGANIC_SEARCH", "lifecyclestage": "lead", "hs_object_source_label": "FORM",
	}}
	if s.n%3 == 0 {
		h.props["pupil_count"] = strconv.Itoa(s.m.between(40, 1200))
	}
	if s.n%37 == 5 { // somebody's own idea of what to note
		h.props[UnlistedProperty] = strconv.Itoa(36 + s.n%10)
	}
	return h
}

// set writes a property that moves no clock of ours.
func (h *hub) set(name, value string) *hub {
	h.props[name] = value
	return h
}

// imported makes it a contact from a file: no form, no channel that we know.
func (h *hub) imported() *hub {
	return h.set("hs_object_source_label", "IMPORT").set("hs_analytics_source", "OFFLINE")
}

// act moves a property that only the person moves.
func (h *hub) act(name string, at time.Time) *hub {
	h.s.signal(at)
	h.moved = latest(h.moved, at)
	return h.set(name, wire(at))
}

func (h *hub) click(at time.Time) *hub { return h.act("hs_email_last_click_date", at) }
func (h *hub) visit(at time.Time) *hub { return h.act("hs_analytics_last_visit_timestamp", at) }
func (h *hub) reply(at time.Time) *hub { return h.act("hs_email_last_reply_date", at) }

// opened and contacted are dates that are nobody's act.
func (h *hub) opened(at time.Time) *hub {
	h.moved = latest(h.moved, at)
	return h.set("hs_email_last_open_date", wire(at))
}

func (h *hub) contacted(at time.Time) *hub {
	h.moved = latest(h.moved, at)
	return h.set("notes_last_contacted", wire(at)).set("notes_last_updated", wire(at)).set("hs_email_last_send_date", wire(at))
}

// send submits a form without a tick.
func (h *hub) send(f form, at time.Time) *hub {
	h.act("recent_conversion_date", at).set("recent_conversion_event_name", f.name)
	if len(h.sent) == 0 {
		h.set("first_conversion_date", wire(at)).set("first_conversion_event_name", f.name)
	}
	h.sent = append(h.sent, f.guid+":0:"+strconv.FormatInt(at.UnixMilli(), 10))
	return h.set("num_conversion_events", strconv.Itoa(len(h.sent))).set("hs_calculated_form_submissions", strings.Join(h.sent, ";"))
}

// tick submits a form and ticks its box.
func (h *hub) tick(f form, at time.Time) *hub {
	return h.send(f, at).status("SUBSCRIBED", f.basis, "FORM_SUBMISSION", at, f.topics)
}

// subscribe is a status that no act of the person made.
func (h *hub) subscribe(at time.Time, topics ...string) *hub {
	return h.status("SUBSCRIBED", interest, "PUBLIC_API", at, topics)
}

// refuse is the person's no to topics, or to all e-mail if none is named.
func (h *hub) refuse(at time.Time, topics ...string) *hub {
	if h.moved = latest(h.moved, at); len(topics) == 0 {
		h.wide = at
		return h
	}
	return h.status("UNSUBSCRIBED", "", "PREFERENCES_PAGE", at, topics)
}

func (h *hub) status(state, basis, source string, at time.Time, topics []string) *hub {
	for _, t := range Topics {
		if !slices.Contains(topics, t.Name) {
			continue
		}
		h.statuses = slices.DeleteFunc(h.statuses, func(x hubspot.Subscription) bool { return x.ID == t.ID })
		h.statuses = append(h.statuses, hubspot.Subscription{ID: t.ID, Status: state, LegalBasis: basis, Source: source, At: at})
	}
	return h
}

// standing is what the contact is mailed about.
func (h *hub) standing() Standing {
	if !h.wide.IsZero() {
		return Standing{OptedOut: true}
	}
	var s Standing
	for _, t := range Topics {
		for _, x := range h.statuses {
			if x.ID == t.ID && x.Status == "SUBSCRIBED" {
				s.Topics = append(s.Topics, t.Name)
			}
		}
	}
	return s
}

// put inserts the contact.
func (h *hub) put() *Record {
	return h.s.add("hubspot", "contact", h.insert(), h.standing())
}

// insert inserts a contact that will not be a record of its own.
func (h *hub) insert() string {
	if h.props["lastmodifieddate"] == "" {
		h.set("lastmodifieddate", wire(h.moved))
	}
	statuses := h.statuses
	if !h.wide.IsZero() {
		statuses = append(statuses, hubspot.Subscription{Status: "UNSUBSCRIBED", Source: "PREFERENCES_PAGE", At: h.wide})
	}
	return h.s.m.hs.Insert(hubspot.Contact{Properties: h.props, Created: h.created, Subscriptions: statuses})
}
