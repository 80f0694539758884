package population

import "time"

// ageRecipes are people who are, were or may be under 18. Minors are three in
// 500: more of them at once would be another case, the surge of row 37.
func ageRecipes() []recipe {
	return []recipe{
		{name: "minor", share: 1, make: minor,
			why: "Born less than 18 years ago, says Salesforce: deleted without grace, at every processor."},
		{name: "minor-in-hubspot", share: 1, make: minorInHubSpot,
			why: "Born less than 18 years ago, says HubSpot: deleted without grace."},
		{name: "minor-beside-placeholder", share: 1, make: minorBesidePlaceholder,
			why: "Born less than 18 years ago; the 1 January 1970 beside it is a placeholder and no birthday."},
		{name: "placeholder-birthday", share: 1, make: placeholderBirthday,
			why: "Born on 1 January 2000, which is a placeholder: nothing follows."},
		{name: "born-on-leap-day", row: 16, share: 1, make: bornOnLeapDay,
			why: "Born on 29 February and adult since a 1 March."},
		{name: "two-birthdays", row: 3, share: 1, make: twoBirthdays,
			why: "An adult at one processor, a child at the other: suspected; marketing stops, a human looks, nobody is deleted."},
		{name: "pupil-by-title", share: 1, make: pupilByTitle,
			why: "The job title is a pupil's: suspected; marketing stops, a human looks, nobody is deleted. That we stopped it is no refusal of theirs."},
		{name: "pupil-by-address", share: 1, make: pupilByAddress,
			why: "The address is one that schools give to pupils: suspected; marketing stops, a human looks, nobody is deleted."},
	}
}

// birth is a birthday of somebody who turns `years` in the middle of the year to come.
func (m *maker) birth(years int) time.Time {
	return m.today.AddDate(-years, 0, m.between(horizon+20, horizon+200))
}

func minor(m *maker) {
	s, at := m.subject(), m.recent()
	s.hubspot(m.before(at)).tick(newsletterForm, at).put()
	s.contact(m.before(at), "Sales").set("Birthdate", m.birth(m.between(13, 18))).put()
	s.minor()
}

func minorInHubSpot(m *maker) {
	s, at := m.subject(), m.recent()
	s.hubspot(at).send(demoForm, at).set("date_of_birth", m.birth(m.between(13, 18)).Format(time.DateOnly)).put()
	s.minor()
}

func minorBesidePlaceholder(m *maker) {
	s, at := m.subject(), m.recent()
	s.hubspot(m.before(at)).visit(at).set("date_of_birth", m.birth(16).Format(time.DateOnly)).put()
	s.contact(m.before(at), "Sales").set("Birthdate", time.Date(1970, 1, 1, 0, 0, 0, 0, time.UTC)).put()
	s.minor()
}

func placeholderBirthday(m *maker) {
	s, at := m.subject(), m.recent()
	s.mail(s.contact(m.before(at), "Sales").set("Birthdate", time.Date(2000, 1, 1, 0, 0, 0, 0, time.UTC)).put(), at)
}

func bornOnLeapDay(m *maker) {
	y := m.today.Year() - 18
	day := time.Date(y, 2, 29, 0, 0, 0, 0, time.UTC)
	for day.Month() != time.February || day.AddDate(18, 0, 0).After(m.today) {
		y--
		day = time.Date(y, 2, 29, 0, 0, 0, 0, time.UTC)
	}
	s, at := m.subject(), m.recent()
	s.hubspot(m.before(at)).tick(newsletterForm, at).set("date_of_birth", day.Format(time.DateOnly)).put()
}

func twoBirthdays(m *maker) {
	s, at := m.subject(), m.recent()
	s.hubspot(m.before(at)).tick(newsletterForm, at).set("date_of_birth", m.birth(17).Format(time.DateOnly)).put()
	s.contact(m.before(at), "Sales").set("Birthdate", m.birth(47)).put()
	s.optOuts()
}

func pupilByTitle(m *maker) {
	s, at := m.subject(), m.recent()
	s.title = "Elev"
	s.hubspot(m.before(at)).tick(newsletterForm, at).put()
	s.optOuts()
}

func pupilByAddress(m *maker) {
	s, at := m.subject(), m.recent()
	s.email = s.address("elev." + s.domain())
	s.mail(s.lead(m.before(at), "Web").newsletter().put(), at)
	s.optOuts()
}
