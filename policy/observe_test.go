package policy_test

import (
	"testing"
	"time"

	"github.com/lapsed/lapsed/internal/contact"
	"github.com/lapsed/lapsed/policy"
)

var noon = time.Date(2026, 11, 24, 11, 0, 0, 0, time.UTC)

func salesforceContact(fields contact.Named, rows map[string][]contact.Row) contact.Contact {
	return contact.Contact{Ref: contact.Ref{Processor: "salesforce", Object: "Contact", ID: "1"}, Fields: fields.Row(), Rows: rows, ReadAt: noon}
}

func TestWhatALossMeans(t *testing.T) {
	p := compile(t, "reference.yaml", policy.Reference)
	for _, c := range []struct {
		lost                string
		unread, scope, link bool
		births, keeps       int
	}{
		{"Phone", false, false, false, 0, 0},
		{"Title", false, false, false, 0, 0},
		{"Task.ActivityDate", false, false, false, 0, 0},
		{"Task.CompletedDateTime", true, false, false, 0, 0},
		{"Task", true, false, false, 0, 0},
		{"LeadSource", true, false, false, 0, 0},
		{"HasOptedOutOfEmail", true, false, false, 0, 0},
		{"CreatedDate", true, false, false, 0, 0},
		{"RecordType", true, true, false, 0, 0},
		{"Email", true, true, true, 0, 0},
		{"LastName", true, false, true, 0, 0},
		{"Birthdate", true, false, false, 1, 0},
		{"Order", true, false, false, 0, 1},
		{"Contract.Status", true, false, false, 0, 1},
		{"Contract", true, false, false, 0, 2},
	} {
		x := salesforceContact(contact.Named{}, nil)
		x.Unreadable = []string{c.lost}
		f := p.Observe(x, testKeys()).Facts
		if f.Unread != c.unread || f.ScopeUnread != c.scope || f.LinkUnread != c.link || len(f.Births) != c.births || len(f.Keeps) != c.keeps {
			t.Errorf("%s lost: %+v", c.lost, f)
		}
	}
}

func TestExtentOfARefusal(t *testing.T) {
	p := compile(t, "reference.yaml", policy.Reference)
	yes := contact.BoolValue(true)
	for _, c := range []struct {
		x    contact.Contact
		want contact.Extent
	}{
		{salesforceContact(contact.Named{"HasOptedOutOfEmail": yes}, nil), contact.ExtentEmail},
		{salesforceContact(nil, map[string][]contact.Row{"Individual": {contact.Named{"HasOptedOutSolicit": yes}.Row()}}), contact.ExtentMarketing},
		{contact.Contact{Ref: contact.Ref{Processor: "hubspot", Object: "contact", ID: "1"}, ReadAt: noon,
			Rows: map[string][]contact.Row{"subscription": {contact.Named{"subscriptionId": contact.TextValue("101"), "status": contact.TextValue("UNSUBSCRIBED")}.Row()}}}, contact.ExtentTopic},
	} {
		rs := p.Observe(c.x, testKeys()).Facts.Refusals
		if len(rs) != 1 || rs[0].Extent != c.want || rs[0].At != 0 {
			t.Errorf("%v: refusals %+v, want one undated of %v", c.x.Ref, rs, c.want)
		}
	}
}

// Nothing lifts a no whose day isn't known, should one ever reach a decision.
func TestUndatedRefusalIsNotLifted(t *testing.T) {
	p := compile(t, "reference.yaml", policy.Reference)
	person := contact.Person{Observations: []contact.Observation{{Ref: contact.Ref{Processor: "hubspot", Object: "contact", ID: "1"}, Facts: contact.Facts{
		Collected: contact.Day(p.Today(noon)), Mailable: true, Channels: []uint16{0}, Topics: []uint16{0},
		Refusals: []contact.Refusal{{Extent: contact.ExtentEmail}}, Proofs: []contact.Proof{{At: noon.Unix()}},
	}}}}
	d := p.Decide(person, policy.Circumstances{}, noon)
	if d.Topics != 0 || len(d.Demands) == 0 || d.Demands[0].Ground != policy.GroundRefusal {
		t.Errorf("decision %+v: the refusal was lifted", d)
	}
}

// A record of an object that the connector doesn't call a person is never deleted.
func TestUnknownObjectIsNotDeleted(t *testing.T) {
	p := compile(t, "reference.yaml", policy.Reference)
	x := contact.Contact{Ref: contact.Ref{Processor: "salesforce", Object: "Account", ID: "1"}, ReadAt: noon}
	d := p.Decide(contact.Person{Observations: []contact.Observation{p.Observe(x, testKeys())}}, policy.Circumstances{}, noon)
	if d.Verdict != policy.Undetermined || len(d.Demands) != 0 {
		t.Errorf("decision %+v", d)
	}
}
