package population

import "fmt"

// identityRecipes are people who are hard to tell apart, or together.
func identityRecipes() []recipe {
	return []recipe{
		{name: "shared-mailbox", row: 9, share: 2, size: 2, make: sharedMailbox,
			why: "A school's shared mailbox joins nobody: each record has its own clock."},
		{name: "shared-mailbox-refusal", row: 9, share: 2, size: 2, make: sharedMailboxRefusal,
			why: "A refusal at a shared mailbox counts for the address, at whichever record it was made."},
		{name: "one-mailbox-two-people", row: 10, share: 2, size: 2, make: oneMailbox,
			why: "Two people use one address: they are not joined, and the act of one keeps both."},
		{name: "one-mailbox-refusal", row: 10, share: 2, size: 2, make: oneMailboxRefusal,
			why: "Two people use one address: the refusal of one counts for both."},
		{name: "two-addresses", row: 11, share: 1, make: twoAddresses,
			why: "One HubSpot contact with two addresses; the refusal came at the other one, in Salesforce: it counts at all."},
		{name: "converted-lead", row: 11, share: 1, make: convertedLead,
			why: "A lead became a contact with another address; the lead's refusal counts at all records."},
		{name: "converted-and-lapsed", row: 11, share: 1, make: convertedAndLapsed,
			why: "Lead and contact of one person, and no sign of life for two years: both go."},
		{name: "merged", row: 12, share: 1, make: merged,
			why: "Two contacts were merged: the survivor has the latest act of both."},
		{name: "merged-refusal", row: 12, share: 1, make: mergedRefusal,
			why: "Two contacts were merged; one had refused all e-mail, which HubSpot keeps at the other address only: it counts for the survivor."},
		{name: "cluster", row: 13, share: 1, make: cluster,
			why: "Twelve records are joined, which is more than one person can be: nobody is deleted, the refusal still counts."},
	}
}

// mailbox is an address of a school that several people use.
func (s *subject) mailbox(local string) string {
	return fmt.Sprintf("%s@desk-%d.school-%03d.example", local, s.n, s.school+1)
}

func sharedMailbox(m *maker) {
	a, b := m.subject(), m.subject()
	a.email = a.mailbox("post")
	b.email = a.email
	a.hubspot(m.long()).visit(m.recent()).put()
	at := m.long()
	b.mail(b.lead(m.before(at), "Directory").put(), at)
	b.lapses()
}

func sharedMailboxRefusal(m *maker) {
	a, b := m.subject(), m.subject()
	a.email = a.mailbox("info")
	b.email = a.email
	at := m.recent()
	a.hubspot(m.before(at)).set("hs_analytics_source", socialMedia).visit(at).put().optOut()
	b.lead(m.recent(), "Sales").optedOut().put()
}

// socialMedia is a channel on legitimate interest that carries data without e-mail.
const socialMedia = "SOCIAL_MEDIA"

// pair is two people with different names and one address.
func (m *maker) pair() (a, b *subject) {
	a, b = m.subject(), m.subject()
	a.first, b.first = firstNames[a.n%len(firstNames)], firstNames[(a.n+7)%len(firstNames)]
	a.last, b.last = lastNames[a.n%len(lastNames)], lastNames[(a.n+5)%len(lastNames)]
	a.email = a.address(a.domain())
	b.email = a.email
	return a, b
}

func oneMailbox(m *maker) {
	a, b := m.pair()
	a.hubspot(m.long()).send(demoForm, m.recent()).put()
	at := m.long()
	b.mail(b.lead(m.before(at), "Sales").put(), at)
	b.acted = latest(a.acted, b.acted)
}

func oneMailboxRefusal(m *maker) {
	a, b := m.pair()
	at := m.recent()
	a.hubspot(m.before(at)).set("hs_analytics_source", socialMedia).tick(newsletterForm, at).put().optOut()
	b.lead(m.recent(), "Sales").optedOut().put()
}

func twoAddresses(m *maker) {
	s, at := m.subject(), m.recent()
	other := s.address("home." + pick(m, privateDomains))
	s.hubspot(m.before(at)).set("hs_additional_emails", other).tick(newsletterForm, at).put().optOut()
	s.lead(m.before(at), "Sales").set("Email", other).optedOut().put()
}

// converted makes a contact and the lead that it was, under another address.
func (s *subject) converted(r, l *row) *Record {
	contact := r.put()
	l.set("Email", s.address("former."+s.domain())).set("Status", "Closed - Converted").set("IsConverted", true).
		set("ConvertedContactId", contact.ID).set("ConvertedAccountId", r.fields["AccountId"]).set("ConvertedDate", r.created)
	l.put()
	return contact
}

func convertedLead(m *maker) {
	s, at := m.subject(), m.recent()
	contact := s.converted(s.contact(at, "Sales"), s.lead(m.before(at), "Sales").optedOut())
	contact.optOut()
	s.hubspot(at).tick(newsletterForm, at).put().optOut()
}

func convertedAndLapsed(m *maker) {
	s, at := m.subject(), m.long()
	contact := s.converted(s.contact(at, "Sales"), s.lead(m.before(at), "Sales"))
	s.call(contact, at, connected)
	s.lapses()
}

// merged keeps the winner's own dates: the loser's act is in another property.
func merged(m *maker) {
	s := m.subject()
	old := m.long()
	winner := s.hubspot(m.before(old)).send(demoForm, old)
	loser := s.hubspot(m.before(old)).set("email", s.address("former."+s.domain())).click(m.recent())
	id := loser.insert()
	r := winner.put()
	m.hs.Merge(r.ID, id)
}

func mergedRefusal(m *maker) {
	s := m.subject()
	no := m.ago(m.between(100, recently))
	loser := s.hubspot(m.before(no)).set("email", s.address("former."+s.domain())).refuse(no)
	winner := s.hubspot(m.before(no)).set("hs_analytics_source", socialMedia).subscribe(m.before(no), "newsletter").visit(m.recent())
	id := loser.insert()
	r := winner.put()
	r.optOut()
	m.hs.Merge(r.ID, id)
}

// cluster is under one name, so that the address joins them.
func cluster(m *maker) {
	s := m.subject()
	at := m.long()
	s.lead(m.before(at), "Sales").optedOut().put()
	for range 11 {
		s.lead(m.before(at), "Sales").put().optOut()
	}
}
