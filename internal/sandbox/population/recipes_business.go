package population

// businessRecipes are people with contracts, bills, deals, cases and applications.
func businessRecipes() []recipe {
	return []recipe{
		{name: "contract-without-clicks", row: 33, share: 1, make: contractWithoutClicks,
			why: "Has a contract that runs, and has not clicked for four years: kept; the newsletter needs proof and has none."},
		{name: "invoiced", row: 32, share: 1, make: invoicedOnce,
			why: "The contract ended more than two years ago: HubSpot goes; bookkeeping keeps the Salesforce contact, unmarketed, and other fields are an instruction."},
		{name: "claims-period", row: 32, share: 1, make: claimsPeriod,
			why: "Lapsed, but claims from the contract may be made for three years after its end: Salesforce keeps what those need, unmarketed."},
		{name: "forgotten-deal", row: 34, share: 1, make: forgottenDeal,
			why: "A deal that should have closed years ago is still open: a forgotten deal keeps nobody."},
		{name: "open-deal", row: 34, share: 1, make: openDeal,
			why: "A deal is open and not overdue: it was opened on the person's wish."},
		{name: "open-case", share: 1, make: openCase,
			why: "Asked for help less than a year ago and waits for an answer."},
		{name: "closed-case", row: 53, share: 1, make: closedCase,
			why: "Lapsed, but Salesforce doesn't delete a contact that has a case: refused, and a human clears the way."},
		{name: "job-applicant", row: 35, share: 1, make: jobApplicant,
			why: "Applied for a job eight months ago and is known for nothing else: six months, then grace."},
		{name: "applicant-and-prospect", row: 35, share: 1, make: applicantAndProspect,
			why: "Applied for a job, but came by another way, too: the shorter period is for applicants alone."},
	}
}

func contractWithoutClicks(m *maker) {
	s := m.subject()
	old := m.ago(4*365 + m.between(1, 300))
	s.hubspot(m.before(old)).subscribe(old, "newsletter").click(old).put().leave("newsletter")
	s.contact(m.before(old), "Sales").contracted(activated, old, m.today.AddDate(0, 0, 400)).put()
}

// invoicedOnce's bill is three years old: year-end + 5 years is far.
func invoicedOnce(m *maker) {
	s := m.subject()
	ended, start := m.ago(3*365+m.between(40, 200)), m.ago(6*365)
	s.hubspot(m.before(start)).send(demoForm, start).put()
	r := s.contact(m.before(start), "Sales").contracted(expired, start, dayOf(ended, m.zone)).invoiced(dayOf(ended, m.zone)).put()
	s.lapses()
	r.save(Instructed, r.From)
}

// claimsPeriod's contract ended so that neither two years nor three are near.
func claimsPeriod(m *maker) {
	s := m.subject()
	start, ended := m.ago(5*365), m.ago(longSince+m.between(0, 100))
	s.hubspot(start).imported().put()
	r := s.contact(start, "").set("LeadSource", nil).set("MailingCountry", nil).set("MailingCountryCode", nil).set("Title", nil).
		contracted(expired, start, dayOf(ended, m.zone)).put()
	s.lapses()
	r.save(KeptUnmarketed, r.From)
}

func forgottenDeal(m *maker) {
	s := m.subject()
	opened := m.ago(7*365 + m.between(0, 60))
	s.deal(s.contact(m.before(opened), "Sales").put(), opened, dayOf(opened, m.zone).AddDate(0, 8, 0))
	s.lapses()
}

func openDeal(m *maker) {
	s := m.subject()
	opened := m.ago(3*365 + m.between(0, 60))
	s.deal(s.contact(m.before(opened), "Sales").put(), opened, m.today.AddDate(0, 0, m.between(20, 200)))
}

func openCase(m *maker) {
	s := m.subject()
	old := m.ago(4*365 + m.between(0, 60))
	s.help(s.contact(old, "Sales").put(), m.ago(m.between(5, 190)), "New")
}

func closedCase(m *maker) {
	s := m.subject()
	old := m.ago(5*365 + m.between(0, 60))
	r := s.contact(m.before(old), "Sales").put()
	s.help(r, old, "Closed")
	s.lapses()
	r.Fate = Refused
}

// applied is the name of the form for job applications.
const applied = "Job: Product designer"

// jobApplicant has no first conversion in HubSpot: with one, the policy would
// also see somebody who came by a web form.
func jobApplicant(m *maker) {
	s := m.subject()
	at := m.ago(240 + m.between(0, 60))
	s.hubspot(at).act("recent_conversion_date", at).set("recent_conversion_event_name", applied).put()
	s.goes()
}

func applicantAndProspect(m *maker) {
	s := m.subject()
	at := m.ago(240 + m.between(0, 60))
	s.hubspot(m.before(at)).send(demoForm, m.before(at)).act("recent_conversion_date", at).set("recent_conversion_event_name", applied).put()
}
