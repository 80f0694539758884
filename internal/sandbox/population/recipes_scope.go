package population

// scopeRecipes are people whom the policy is not about: users of the product,
// employees, colleagues. Whatever else is known of them, nobody writes to them.
func scopeRecipes() []recipe {
	return []recipe{
		{name: "platform-user", share: 1, make: platformUserLapsed,
			why: "A user of the product, whom another notice is for: left alone, though lapsed and on a list without proof."},
		{name: "employee", share: 1, make: employeeRefused,
			why: "An employee: left alone, though opted out in one place and not in the other."},
		{name: "colleague", share: 1, make: colleague,
			why: "An address of the controller's own: left alone, though lapsed."},
	}
}

func platformUserLapsed(m *maker) {
	s, at := m.subject(), m.long()
	s.contact(m.before(at), "Web").set("RecordTypeId", m.types["Contact"+platformUser]).put()
	s.hubspot(m.before(at)).subscribe(at, "newsletter").put()
}

func employeeRefused(m *maker) {
	s, at := m.subject(), m.recent()
	s.lead(at, "Web").set("RecordTypeId", m.types["Lead"+employee]).optedOut().put()
	s.hubspot(at).tick(newsletterForm, at).put()
}

func colleague(m *maker) {
	s := m.subject()
	s.email = s.address("controller.example")
	s.hubspot(m.long()).imported().put()
}
