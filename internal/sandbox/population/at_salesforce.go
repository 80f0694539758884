package population

import (
	"fmt"
	"strings"
	"time"
)

// The record types that the policy leaves alone.
const (
	platformUser = "Platform_User"
	employee     = "Employee"
)

// insert adds a row whose stamps are its creation: a row without them would be
// from the moment of seeding.
func (m *maker) insert(object string, created time.Time, fields map[string]any) string {
	fields["CreatedDate"] = created
	if _, given := fields["LastModifiedDate"]; !given {
		fields["LastModifiedDate"] = created
	}
	return m.sf.Insert(object, fields)
}

// account makes an account that may be shared.
func (m *maker) account(name string) string {
	return m.insert("Account", m.now.AddDate(-8, 0, 0), map[string]any{"Name": name, "Type": "Customer"})
}

// row is a lead or contact in the making.
type row struct {
	s       *subject
	object  string
	created time.Time
	fields  map[string]any
}

// lead begins a lead; being collected starts the clock. Source is LeadSource.
func (s *subject) lead(created time.Time, source string) *row {
	return s.row("Lead", created, map[string]any{
		"Company": fmt.Sprintf("School %03d", s.school+1), "Country": s.country, "CountryCode": codes[s.country], "Status": "Open", "LeadSource": source,
	})
}

// contact begins a contact of the person's school.
func (s *subject) contact(created time.Time, source string) *row {
	return s.row("Contact", created, map[string]any{
		"AccountId": s.m.schools[s.school], "MailingCountry": s.country, "MailingCountryCode": codes[s.country], "LeadSource": source,
	})
}

func (s *subject) row(object string, created time.Time, fields map[string]any) *row {
	s.signal(created)
	fields["FirstName"], fields["LastName"], fields["Email"], fields["Title"] = s.first, s.last, s.email, s.title
	if s.n%5 == 0 { // as people type it: the same address all the same
		fields["Email"] = strings.ToUpper(s.email[:1]) + s.email[1:]
	}
	return &row{s, object, created, fields}
}

// set writes a field; nil leaves it empty.
func (r *row) set(name string, v any) *row {
	if r.fields[name] = v; v == nil {
		delete(r.fields, name)
	}
	return r
}

func (r *row) optedOut() *row   { return r.set("HasOptedOutOfEmail", true) }
func (r *row) newsletter() *row { return r.set(NewsletterFlag, true) }

func (r *row) put() *Record {
	var before Standing
	before.OptedOut = r.fields["HasOptedOutOfEmail"] == true
	if r.fields[NewsletterFlag] == true {
		before.Topics = []string{"newsletter"}
	}
	return r.s.add("salesforce", r.object, r.s.m.insert(r.object, r.created, r.fields), before)
}

// whoField is the column by which other rows point to a record.
func whoField(r *Record) string { return r.Object + "Id" }

// mail is an e-mail from the person.
func (s *subject) mail(r *Record, at time.Time) {
	s.signal(at)
	id := s.m.insert("EmailMessage", at, map[string]any{
		"Incoming": true, "MessageDate": at, "FromAddress": s.email, "ToAddress": "desk@controller.example", "Subject": "A question", "Status": "0",
	})
	s.m.insert("EmailMessageRelation", at, map[string]any{
		"EmailMessageId": id, "RelationId": r.ID, "RelationType": "FromAddress", "RelationAddress": s.email, "RelationObjectType": r.Object,
	})
}

// call is a call that staff logged. Only what the person took part in is theirs.
func (s *subject) call(r *Record, at time.Time, disposition string) {
	if disposition == connected || disposition == meetingHeld {
		s.signal(at)
	}
	s.m.insert("Task", at, map[string]any{
		"WhoId": r.ID, "Subject": "Call", "Status": "Completed", "TaskSubtype": "Call", "CallType": "Outbound", "CallDisposition": disposition,
		"ActivityDate": at, "CompletedDateTime": at,
	})
}

// What staff log of a call.
const (
	connected   = "Connected"
	meetingHeld = "Meeting held"
	noAnswer    = "No answer"
)

// answer is a campaign that the person answered, on a date without a time.
func (s *subject) answer(r *Record, campaign string, day time.Time) {
	s.signalDay(day)
	s.member(r, campaign, day, map[string]any{"Status": "Responded", "HasResponded": true, "FirstRespondedDate": day})
}

// member puts a record into a campaign.
func (s *subject) member(r *Record, campaign string, day time.Time, fields map[string]any) {
	fields["CampaignId"], fields[whoField(r)] = campaign, r.ID
	s.m.insert("CampaignMember", day, fields)
}

// deal is an open opportunity of the contact, expected to close on a day. It
// counts as an act until a year after that.
func (s *subject) deal(r *Record, opened, closes time.Time) {
	s.signalDay(yearsAfter(closes, 1))
	id := s.m.insert("Opportunity", opened, map[string]any{
		"Name": "Licences", "AccountId": s.m.schools[s.school], "StageName": "Negotiation", "CloseDate": closes,
	})
	s.m.insert("OpportunityContactRole", opened, map[string]any{"OpportunityId": id, "ContactId": r.ID, "Role": "Decision Maker", "IsPrimary": true})
}

// contracted gives a contact an account of its own, under a contract. While it
// is activated it counts as an act until a day after its end.
func (r *row) contracted(status string, start, end time.Time) *row {
	if status == activated {
		r.s.signalDay(end.AddDate(0, 0, 1))
	}
	account := r.s.m.account(fmt.Sprintf("School of p-%04d", r.s.n))
	r.s.m.insert("Contract", start, map[string]any{"AccountId": account, "Status": status, "StartDate": start, "EndDate": end, "ContractTerm": 24})
	return r.set("AccountId", account)
}

// The states of a contract.
const (
	activated = "Activated"
	expired   = "Expired"
)

// invoiced adds a bill to the contact's own account.
func (r *row) invoiced(day time.Time) *row {
	r.s.m.insert("Order", day, map[string]any{"AccountId": r.fields["AccountId"], "Status": "Activated", "EffectiveDate": day})
	return r
}

// help is a case of the contact: open until closed, "" = it still is.
func (s *subject) help(r *Record, opened time.Time, status string) {
	if status != "Closed" {
		s.signalDay(yearsAfter(dayOf(opened, s.m.zone), 1))
	}
	s.m.insert("Case", opened, map[string]any{"ContactId": r.ID, "Subject": "A question about access", "Origin": "Email", "Status": status})
}
