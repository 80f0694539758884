package population

import "time"

// clockRecipes are people for whom it matters what counts, and on which day.
func clockRecipes() []recipe {
	return []recipe{
		{name: "active-elsewhere", row: 1, share: 1, make: activeElsewhere,
			why: "Last act in HubSpot three years ago, in Salesforce within the last months: a person has one clock."},
		{name: "two-countries", row: 2, share: 1, make: twoCountries,
			why: "Norway at one processor, United States at the other: a finding, nothing worse."},
		{name: "no-country", row: 22, share: 1, make: noCountry,
			why: "No country is known: as inside the EEA, and never deleted for it."},
		{name: "leap-day", row: 17, share: 1, make: leapDay,
			why: "Last act on 29 February: two years end on 28 February, 24:00."},
		{name: "two-years-today", row: 18, share: 1, make: twoYearsToday,
			why: "Last act exactly two years ago: kept today, lapsed tomorrow, then grace."},
		{name: "lapsed-since-today", row: 18, share: 1, make: lapsedSinceToday,
			why: "Two years ended yesterday, 24:00: lapsed since today, then grace."},
		{name: "lapses-soon", row: 18, share: 1, make: lapsesSoon,
			why: "Two years end in twenty days: nobody goes before they and the grace are over."},
		{name: "late-in-the-evening", row: 19, share: 1, make: lateEvening,
			why: "Last act half past midnight two years ago, which is the day before in UTC: the day is the controller's, so kept today."},
		{name: "date-without-time", row: 19, share: 1, make: dateWithoutTime,
			why: "Answered a campaign on a date two years ago: a date is that whole day, so kept today."},
		{name: "future-date", row: 20, share: 1, make: futureDate,
			why: "A date in the future is no act and leaves the rest undetermined: never deleted, a finding."},
		{name: "only-our-own-acts", row: 29, share: 1, make: onlyOurActs,
			why: "Only staff's calls and mails, an enrichment and a new job title since: no sign of the person."},
		{name: "opens-only", row: 30, share: 1, make: opensOnly,
			why: "Only opens since, which mail software makes, too: no sign of the person."},
		{name: "click-only", row: 30, share: 1, make: clickOnly,
			why: "Clicked a link lately: kept."},
		{name: "call-unanswered", row: 31, share: 1, make: callUnanswered,
			why: "A representative called lately and nobody answered: no sign of the person."},
		{name: "call-answered", row: 31, share: 1, make: callAnswered,
			why: "Talked to a representative lately, which staff logged: kept."},
		{name: "collected-anew", row: 41, share: 1, make: collectedAnew,
			why: "Lapsed in HubSpot, then collected anew by a partner: a new collection starts the clock."},
		{name: "hard-bounce", row: 51, share: 1, make: hardBounce,
			why: "The address bounces: that is no act and no reason to delete."},
	}
}

func activeElsewhere(m *maker) {
	s := m.subject()
	old := m.ago(3*365 + m.between(0, 90))
	s.hubspot(m.before(old)).send(demoForm, old).put()
	s.mail(s.contact(m.before(old), "Sales").put(), m.ago(m.between(60, 120)))
}

func twoCountries(m *maker) {
	s, at := m.subject(), m.recent()
	s.country = "Norway"
	s.hubspot(m.before(at)).tick(demoForm, at).put()
	s.lead(at, "Sales").set("Country", "United States").set("CountryCode", "US").put()
}

func noCountry(m *maker) {
	s, at := m.subject(), m.recent()
	s.country = ""
	s.hubspot(m.before(at)).tick(newsletterForm, at).put()
}

func leapDay(m *maker) {
	y := m.today.Year()
	day := time.Time{}
	for ; day.Month() != time.February || !lapsesOn(day).Before(m.today); y-- {
		day = time.Date(y, 2, 29, 0, 0, 0, 0, time.UTC) // 1 March where there is none
	}
	s := m.subject()
	at := startOf(day, m.zone).Add(15 * time.Hour)
	s.hubspot(m.before(at)).visit(at).put()
	s.lapses()
}

// edge is a person whose last act was n days after the day two years ago.
func (m *maker) edge(n int) {
	s := m.subject()
	day := m.today.AddDate(-retentionYears, 0, n)
	at := startOf(day, m.zone).Add(time.Duration(m.between(2, 20)) * time.Hour)
	s.hubspot(m.before(at)).send(demoForm, at).put()
	s.lapses()
}

func twoYearsToday(m *maker)    { m.edge(0) }
func lapsedSinceToday(m *maker) { m.edge(-1) }
func lapsesSoon(m *maker)       { m.edge(20) }

func lateEvening(m *maker) {
	s := m.subject()
	at := startOf(m.today.AddDate(-retentionYears, 0, 0), m.zone).Add(30 * time.Minute)
	s.hubspot(m.before(at)).reply(at).put()
	s.lapses()
}

func dateWithoutTime(m *maker) {
	s := m.subject()
	day := m.today.AddDate(-retentionYears, 0, 0)
	s.answer(s.lead(m.before(day), "Web").put(), m.mailing, day)
	s.lapses()
}

func futureDate(m *maker) {
	s := m.subject()
	h := s.hubspot(m.long())
	h.set("hs_analytics_last_visit_timestamp", wire(m.now.AddDate(3, 0, 0))).put()
}

func onlyOurActs(m *maker) {
	s := m.subject()
	at, lately := m.long(), m.ago(m.between(2, 40))
	s.hubspot(m.before(at)).send(demoForm, at).contacted(lately).set("jobtitle", "Headteacher").put()
	r := s.lead(m.before(at), "Sales").set("LastModifiedDate", lately).set("LastActivityDate", lately).put()
	s.call(r, lately, "Left voicemail")
	s.lapses()
}

func opensOnly(m *maker) {
	s := m.subject()
	at := m.long()
	s.hubspot(m.before(at)).send(demoForm, at).opened(m.ago(m.between(2, 40))).put()
	s.lapses()
}

func clickOnly(m *maker) {
	s := m.subject()
	at := m.long()
	s.hubspot(m.before(at)).tick(newsletterForm, at).click(m.recent()).put()
}

func callUnanswered(m *maker) {
	s := m.subject()
	at := m.long()
	r := s.contact(m.before(at), "Sales").put()
	s.call(r, at, connected)
	s.call(r, m.ago(m.between(2, 40)), noAnswer)
	s.lapses()
}

func callAnswered(m *maker) {
	s := m.subject()
	s.call(s.contact(m.long(), "Sales").put(), m.recent(), connected)
}

func collectedAnew(m *maker) {
	s := m.subject()
	at := m.long()
	s.hubspot(m.before(at)).send(demoForm, at).put()
	s.lead(m.ago(m.between(5, 60)), "Partner").put()
}

func hardBounce(m *maker) {
	s := m.subject()
	at := m.recent()
	s.hubspot(m.before(at)).send(demoForm, at).set("hs_email_hard_bounce_reason_enum", "UNKNOWN_USER").set("hs_email_bad_address", "true").put()
}
