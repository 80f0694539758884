package population

import "time"

// refusalRecipes are people who said no, and those who took it back.
func refusalRecipes() []recipe {
	return []recipe{
		{name: "returned-by-form", row: 39, share: 1, make: returnedByForm,
			why: "Refused everything, ticked a registered form a year later: that lifts the refusal for what the form names; the rest stays refused."},
		{name: "undated-flag", row: 7, share: 1, make: undatedFlag,
			why: "Ticked a registered form, but Salesforce's opt-out has no date: on a first run no older proof lifts it."},
		{name: "resubscribed-without-asking", row: 8, share: 1, make: resubscribed,
			why: "Opted out in Salesforce; a form on legitimate interest took HubSpot's opt-out away: unsubscribed again."},
		{name: "objection", row: 6, share: 1, make: objection,
			why: "Objected to all marketing, in Salesforce's Individual: that counts at every record."},
		{name: "no-basis", row: 52, share: 1, make: noBasisLeft,
			why: "Came by a web form only and refused all e-mail: nothing carries the data any more; deleted after grace."},
		{name: "no-basis-in-salesforce", row: 52, share: 1, make: noBasisInSalesforce,
			why: "Came by web forms only and refused all e-mail in Salesforce: nothing carries the data any more; deleted after grace."},
		{name: "no-basis-topic-by-topic", row: 52, share: 1, make: topicByTopic,
			why: "Came by a web form only and refused every topic, one by one: nothing carries the data any more; deleted after grace."},
		{name: "refusal-of-unknown-origin", row: 52, share: 1, make: unknownOrigin,
			why: "Refused all e-mail, and nobody knows how we came by the record: an unknown channel never makes a deletion."},
		{name: "refusal-under-contract", row: 52, share: 1, make: refusalUnderContract,
			why: "Refused all e-mail and has a contract that runs: the contract carries the data."},
	}
}

func returnedByForm(m *maker) {
	s := m.subject()
	no, yes := m.ago(900+m.between(0, 90)), m.ago(m.between(100, recently))
	s.hubspot(m.before(no)).refuse(no, "newsletter", "product-news", "events").tick(newsletterForm, yes).put()
	s.lead(m.before(no), "Sales").newsletter().put()
}

func undatedFlag(m *maker) {
	s, at := m.subject(), m.recent()
	s.hubspot(m.before(at)).tick(newsletterForm, at).put().optOut()
	s.lead(m.before(at), "Event").optedOut().put()
}

func resubscribed(m *maker) {
	s, at := m.subject(), m.recent()
	s.hubspot(m.before(at)).tick(brochureForm, at).put().optOut()
	s.contact(m.before(at), "Referral").optedOut().put()
}

func objection(m *maker) {
	s, at := m.subject(), m.recent()
	s.hubspot(m.before(at)).tick(newsletterForm, at).put()
	individual := m.insert("Individual", m.before(at), map[string]any{"FirstName": s.first, "LastName": s.last, "HasOptedOutSolicit": true})
	s.contact(m.before(at), "Sales").set("IndividualId", individual).put()
	s.optOuts()
}

func noBasisLeft(m *maker) {
	s, at := m.subject(), m.recent()
	s.hubspot(m.before(at)).tick(newsletterForm, at).refuse(at.Add(time.Hour)).put()
	s.goes()
}

func noBasisInSalesforce(m *maker) {
	s, at := m.subject(), m.recent()
	s.hubspot(m.before(at)).tick(newsletterForm, at).put().optOut()
	s.lead(at, "Web").optedOut().put()
	s.goes()
}

func topicByTopic(m *maker) {
	s, at := m.subject(), m.recent()
	s.hubspot(m.before(at)).tick(newsletterForm, m.before(at)).visit(at).refuse(at, "newsletter", "product-news", "events").put()
	s.lead(m.before(at), "Web").newsletter().put().leave("newsletter")
	s.goes()
}

func unknownOrigin(m *maker) {
	s, at := m.subject(), m.recent()
	s.hubspot(at).imported().refuse(at).put()
	s.lead(at, "Purchased list").put().optOut()
}

func refusalUnderContract(m *maker) {
	s, at := m.subject(), m.recent()
	s.hubspot(m.before(at)).tick(newsletterForm, at).refuse(at.Add(time.Hour)).put()
	s.contact(m.before(at), "Web").contracted(activated, m.before(at), m.today.AddDate(0, 0, 500)).put().optOut()
}
