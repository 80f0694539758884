package population

// recipes is the table of all kinds of people. Shares add up to 500; common
// kinds come first. `why` is told of each person that the row makes.
func recipes() []recipe {
	var all []recipe
	for _, part := range [][]recipe{ordinary(), businessRecipes(), clockRecipes(), refusalRecipes(), proofRecipes(), identityRecipes(), ageRecipes(), scopeRecipes()} {
		all = append(all, part...)
	}
	for i := range all {
		all[i].size = max(all[i].size, 1)
	}
	return all
}

// ordinary are the people that most of a CRM consists of.
func ordinary() []recipe {
	return []recipe{
		{name: "subscriber", share: 79, make: subscriber,
			why: "Ticked a registered form within two years and may be mailed what it names."},
		{name: "lead-who-wrote", share: 50, make: leadWhoWrote,
			why: "Wrote to us within two years."},
		{name: "known-everywhere", share: 58, make: knownEverywhere,
			why: "Asked for a demonstration and talked to us on the phone within two years."},
		{name: "customer", share: 35, make: customer,
			why: "Has a contract that runs."},
		{name: "campaign-answerer", share: 25, make: campaignAnswerer,
			why: "Answered a campaign within two years."},
		{name: "just-collected", row: 25, share: 20, make: justCollected,
			why: "Was collected lately and has done nothing since: collection starts the clock."},

		{name: "lapsed-subscriber", share: 40, make: lapsedSubscriber,
			why: "Subscribed once, with proof, and has given no sign of life for two years."},
		{name: "lapsed-lead", share: 30, make: lapsedLead,
			why: "Wrote once and has given no sign of life for two years."},
		{name: "lapsed-everywhere", share: 20, make: lapsedEverywhere,
			why: "Has given no sign of life at any processor for two years."},
		{name: "never-active", row: 26, share: 15, make: neverActive,
			why: "Was collected more than two years ago and has never done anything."},

		{name: "refused-in-salesforce", row: 6, share: 14, make: refusedInSalesforce,
			why: "Refused all e-mail in Salesforce: that counts in HubSpot, too."},
		{name: "refused-in-hubspot", row: 6, share: 12, make: refusedInHubSpot,
			why: "Refused all e-mail in HubSpot: that counts in Salesforce, too."},
		{name: "refused-a-topic", row: 5, share: 10, make: refusedTopic,
			why: "Refused the newsletter in HubSpot: it ends in Salesforce, and the other topic stays."},

		{name: "unregistered-form", row: 49, share: 9, make: unregisteredForm,
			why: "Subscribed through a form that is not in the register: no proof, so the newsletter ends; nobody is deleted for it."},
		{name: "imported-list", row: 49, share: 9, make: importedList,
			why: "Was put on lists by an import: no proof, so they end; nobody is deleted for it."},
		{name: "talk-at-a-fair", row: 49, share: 5, make: talkAtFair,
			why: "Talked to us at a fair and was subscribed afterwards: the talk is not the consent."},
		{name: "flag-without-proof", row: 49, share: 5, make: flagWithoutProof,
			why: "Salesforce says newsletter and nothing proves it."},
	}
}

func subscriber(m *maker) {
	s, at := m.subject(), m.recent()
	h := s.hubspot(m.before(at)).tick(newsletterForm, at)
	if s.n%2 == 0 {
		h.click(latest(at, m.recent()))
	}
	h.put()
}

func leadWhoWrote(m *maker) {
	s, at := m.subject(), m.recent()
	s.mail(s.lead(m.before(at), pick(m, []string{"Referral", "Sales", "Event"})).put(), at)
}

func knownEverywhere(m *maker) {
	s, at := m.subject(), m.recent()
	s.hubspot(m.before(at)).tick(demoForm, at).put()
	r := s.contact(m.before(at), "Sales").put()
	s.call(r, m.recent(), connected)
	s.call(r, m.long(), noAnswer)
}

func customer(m *maker) {
	s, start := m.subject(), m.ago(m.between(30, 5*365))
	s.hubspot(m.before(start)).visit(m.ago(m.between(3, 900))).put()
	s.contact(m.before(start), "Sales").contracted(activated, start, m.today.AddDate(0, 0, m.between(horizon+60, 900))).put()
}

func campaignAnswerer(m *maker) {
	s, at := m.subject(), m.recent()
	r := s.lead(m.before(at), "Web").put()
	s.answer(r, m.mailing, dayOf(at, m.zone))
}

func justCollected(m *maker) {
	s := m.subject()
	s.lead(m.ago(m.between(1, 60)), pick(m, []string{"Directory", "Website research", "Partner"})).put()
}

func lapsedSubscriber(m *maker) {
	s, at := m.subject(), m.long()
	s.hubspot(m.before(at)).tick(newsletterForm, at).put()
	s.lapses()
}

func lapsedLead(m *maker) {
	s, at := m.subject(), m.long()
	s.mail(s.lead(m.before(at), pick(m, []string{"Web", "Referral", "Sales"})).put(), at)
	s.lapses()
}

func lapsedEverywhere(m *maker) {
	s, at := m.subject(), m.long()
	s.hubspot(m.before(at)).send(demoForm, at).put()
	r := s.contact(m.before(at), "Sales").put()
	s.call(r, m.long(), meetingHeld)
	s.lapses()
}

func neverActive(m *maker) {
	s := m.subject()
	s.hubspot(m.long()).imported().put()
	if s.n%2 == 0 {
		s.lead(m.long(), "Directory").put()
	}
	s.lapses()
}

func refusedInSalesforce(m *maker) {
	s, at := m.subject(), m.recent()
	s.hubspot(m.before(at)).subscribe(m.before(at), "newsletter", "events").visit(at).put().optOut()
	s.lead(m.before(at), pick(m, []string{"Sales", "Event", "Referral"})).optedOut().put()
}

func refusedInHubSpot(m *maker) {
	s, at := m.subject(), m.recent()
	s.hubspot(m.before(at)).visit(at).refuse(at).put()
	s.contact(m.before(at), "Sales").put().optOut()
}

func refusedTopic(m *maker) {
	s, at := m.subject(), m.recent()
	s.hubspot(m.before(at)).tick(demoForm, at).refuse(at, "newsletter").put()
	s.lead(m.before(at), "Sales").newsletter().put().leave("newsletter")
}

func unregisteredForm(m *maker) {
	s := m.subject()
	at := m.recent()
	s.hubspot(m.before(at)).tick(brochureForm, at).put().leave("newsletter")
}

func importedList(m *maker) {
	s, at := m.subject(), m.recent()
	s.hubspot(at).imported().subscribe(at, "newsletter", "product-news").put().leave("newsletter", "product-news")
}

func talkAtFair(m *maker) {
	s, at := m.subject(), m.recent()
	r := s.lead(m.before(at), "Tradeshow").put()
	s.answer(r, m.fair, dayOf(at, m.zone))
	s.hubspot(m.before(at)).imported().subscribe(at, "events").put().leave("events")
}

func flagWithoutProof(m *maker) {
	s, at := m.subject(), m.recent()
	r := s.lead(m.before(at), pick(m, []string{"Web", "Partner", "Purchased list"})).newsletter().put()
	r.leave("newsletter")
	s.mail(r, at)
}
