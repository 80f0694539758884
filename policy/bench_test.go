package policy_test

import (
	"fmt"
	"slices"
	"testing"
	"time"

	"github.com/lapsed/lapsed/internal/contact"
	"github.com/lapsed/lapsed/internal/pseudonym"
	"github.com/lapsed/lapsed/policy"
)

// shapes are the columns of each group's rows, which an account's records share.
type shapes map[string]*contact.Columns

// row makes a row of a group. Its columns are those of the group's first row.
func (s *shapes) row(group string, n contact.Named) contact.Row {
	if *s == nil {
		*s = shapes{}
	}
	if (*s)[group] == nil {
		(*s)[group] = contact.NewColumns(slices.Sorted(keysOf(n))...)
	}
	r := (*s)[group].Row()
	for name, v := range n {
		r.Set(name, v)
	}
	return r
}

// crowd makes n persons with one record at each processor, as an account of
// middling tidiness holds them.
func crowd(n int, now time.Time) [][2]contact.Contact {
	text, flag := contact.TextValue, contact.BoolValue
	out := make([][2]contact.Contact, n)
	type named = contact.Named
	var hub, crm shapes
	for i := range out {
		mail := text(fmt.Sprintf("person%d@school%d.example", i, i%97))
		at := func(days int) contact.Value { return contact.InstantValue(now.AddDate(0, 0, -days)) }
		hubFields := named{"email": mail, "firstname": text("Kari"), "lastname": text(fmt.Sprint("Nordmann ", i)), "jobtitle": text("Teacher"), "country": text("Norway"),
			"createdate": at(900 + i%500), "first_conversion_event_name": text("Demo"), "recent_conversion_event_name": text("Newsletter"), "recent_conversion_date": at(i % 700),
			"hs_email_last_click_date": at(i % 650), "hs_analytics_last_visit_timestamp": at(i % 600), "hs_analytics_source": text("ORGANIC_SEARCH"), "hs_email_optout": flag(i%20 == 0)}
		out[i][0] = contact.Contact{Ref: contact.Ref{Processor: "hubspot", Object: "contact", ID: fmt.Sprint(i)}, Fields: hub.row("", hubFields), ReadAt: now, Rows: map[string][]contact.Row{
			"subscription": {hub.row("subscription", named{"subscriptionId": text("101"), "status": text("SUBSCRIBED"), "legalBasis": text("CONSENT_WITH_NOTICE"), "source": text("Form"), "timestamp": at(i % 700)}),
				hub.row("subscription", named{"subscriptionId": text("103"), "status": text("UNSUBSCRIBED"), "timestamp": at(i % 300)})},
			"form": {hub.row("form", named{"guid": text("f-22bb"), "submittedAt": at(i % 700)})}}}
		crmFields := named{"Email": mail, "FirstName": text("Kari"), "LastName": text(fmt.Sprint("Nordmann ", i)), "Title": text("Teacher"), "LeadSource": text("Web"), "CreatedDate": at(900),
			"HasOptedOutOfEmail": flag(false), "Newsletter__c": flag(true), "MailingCountry": text("Norway")}
		out[i][1] = contact.Contact{Ref: contact.Ref{Processor: "salesforce", Object: "Contact", ID: fmt.Sprintf("003%015d", i)}, Fields: crm.row("", crmFields), ReadAt: now, Rows: map[string][]contact.Row{
			"Task": {crm.row("Task", named{"CompletedDateTime": at(i % 800), "CallDisposition": text("Connected")}),
				crm.row("Task", named{"CompletedDateTime": at(i % 400), "CallDisposition": text("No answer")})},
			"Opportunity": {crm.row("Opportunity", named{"IsClosed": flag(i%3 > 0), "CloseDate": contact.DateValue(now.AddDate(0, 0, i%200))})},
			"RecordType":  {crm.row("RecordType", named{"DeveloperName": text("Customer")})}}}
	}
	return out
}

func benchRing() *pseudonym.Ring {
	return pseudonym.NewRing([32]byte{1}, pseudonym.EpochKey{Use: pseudonym.Subject, Year: 2026, Key: [32]byte{2}}, pseudonym.EpochKey{Use: pseudonym.Signer, Year: 2026, Key: [32]byte{3}})
}

func perSecond(b *testing.B) { b.ReportMetric(float64(b.N)/b.Elapsed().Seconds(), "persons/s") }

// BenchmarkObserveDecide takes a person from what two processors hold of them to
// a decision, with the real keys; and one whom a single processor holds.
func BenchmarkObserveDecide(b *testing.B) {
	p, ring := compile(b, "reference.yaml", policy.Reference), benchRing()
	persons := crowd(5000, noon)
	for _, records := range []int{2, 1} {
		one := func(i int) policy.Verdict {
			seen := make([]contact.Observation, records)
			for n := range seen {
				seen[n] = p.Observe(persons[i%len(persons)][(i+n)%2], ring)
			}
			return p.Decide(contact.Person{Observations: seen}, policy.Circumstances{}, noon).Verdict
		}
		b.Run(fmt.Sprintf("records=%d/cores=1", records), func(b *testing.B) {
			b.ReportAllocs()
			for i := range b.N {
				one(i)
			}
			perSecond(b)
		})
		b.Run(fmt.Sprintf("records=%d/cores=all", records), func(b *testing.B) {
			b.ReportAllocs()
			b.RunParallel(func(pb *testing.PB) {
				for i := 0; pb.Next(); i++ {
					one(i)
				}
			})
			perSecond(b)
		})
	}
}

// BenchmarkObserve is one contact, with keys that cost nothing.
func BenchmarkObserve(b *testing.B) {
	p := compile(b, "reference.yaml", policy.Reference)
	persons := crowd(5000, noon)
	b.ReportAllocs()
	for i := range b.N {
		p.Observe(persons[i/2%len(persons)][i%2], freeKeys{})
	}
}

// freeKeys are pseudonyms that cost nothing, to tell our own time from the hashes'.
type freeKeys struct{}

func (freeKeys) Email(a string) (contact.Key, string, bool, bool) {
	return contact.Key{byte(len(a))}, "p", false, true
}
func (freeKeys) Link(contact.Ref) contact.Key     { return contact.Key{1} }
func (freeKeys) Name(first, _ string) contact.Key { return contact.Key{byte(len(first))} }
func (freeKeys) Text(string) contact.Key          { return contact.Key{2} }

// BenchmarkDecide is one person whose facts are known: what a quiet cycle costs.
func BenchmarkDecide(b *testing.B) {
	p, ring := compile(b, "reference.yaml", policy.Reference), benchRing()
	var persons []contact.Person
	for _, x := range crowd(5000, noon) {
		persons = append(persons, contact.Person{Observations: []contact.Observation{p.Observe(x[0], ring), p.Observe(x[1], ring)}})
	}
	b.ReportAllocs()
	for i := range b.N {
		p.Decide(persons[i%len(persons)], policy.Circumstances{}, noon)
	}
	perSecond(b)
}
