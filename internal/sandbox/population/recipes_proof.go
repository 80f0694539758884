package population

import "slices"

// proofRecipes are people who are mailed what they did not prove to want.
func proofRecipes() []recipe {
	return []recipe{
		{name: "consent-for-another-list", row: 4, share: 1, make: otherList,
			why: "Consented to product news and is on the events list, too: events end, product news stay."},
		{name: "named-employee", row: 21, share: 1, make: namedEmployee,
			why: "A named employee of a British school without consent: the law might let them be mailed, the notice doesn't."},
		{name: "every-list-unproven", row: 49, share: 1, make: everyListUnproven,
			why: "On every list without proof: all of them end; what we withdraw is no refusal of theirs, so nobody is deleted for it."},
		{name: "legacy-subscriber", row: 49, share: 1, make: legacySubscriber,
			why: "Subscribed without proof and lapsed: the list ends now, the record goes after grace."},
	}
}

func otherList(m *maker) {
	s, at := m.subject(), m.recent()
	s.hubspot(m.before(at)).tick(demoForm, at).subscribe(at, "events").put().leave("events")
}

func namedEmployee(m *maker) {
	s, at := m.subject(), m.recent()
	s.country, s.email = "United Kingdom", s.address(s.domain())
	s.hubspot(m.before(at)).subscribe(at, "product-news").visit(at).put().leave("product-news")
}

func everyListUnproven(m *maker) {
	s, at := m.subject(), m.recent()
	f := brochureForm
	f.topics = slices.Clone([]string{"newsletter", "product-news", "events"})
	s.hubspot(m.before(at)).tick(f, at).put().leave(f.topics...)
}

func legacySubscriber(m *maker) {
	s, at := m.subject(), m.long()
	s.hubspot(m.before(at)).tick(brochureForm, at).put().leave("newsletter")
	s.lapses()
}
