package salesforce

import (
	"context"
	"fmt"
	"testing"

	"github.com/lapsed/lapsed/connectors"
	"github.com/lapsed/lapsed/internal/contact"
	"github.com/lapsed/lapsed/internal/fault"
)

// shownErrors shows what became of each item.
func shownErrors(t *testing.T, errs []error) string {
	t.Helper()
	out := ""
	for i, err := range errs {
		out += fmt.Sprintf("%d: %v: %v\n", i, fault.KindOf(err), err)
	}
	noCanary(t, out)
	return out
}

func lead(n int, fields contact.Named) contact.Contact {
	return contact.Contact{Ref: ref("Lead", "00Q", n), Fields: fields.Row()}
}

// ref names the nth record of an object, as the fixtures number them.
func ref(object, prefix string, n int) contact.Ref {
	return contact.Ref{Processor: "salesforce", Object: object, ID: fmt.Sprintf("%s5g0000%06d", prefix, n) + map[string]string{"00Q": "EAA", "003": "AAA"}[prefix]}
}

func TestUnsubscribeSendsWhatIsLeft(t *testing.T) {
	yes, no := contact.BoolValue(true), contact.BoolValue(false)
	all := func(k contact.Contact) connectors.Unsubscription {
		return connectors.Unsubscription{Contact: k, All: true}
	}
	topic := func(k contact.Contact, t string) connectors.Unsubscription {
		return connectors.Unsubscription{Contact: k, Topics: []string{t}}
	}
	person := contact.Contact{Ref: ref("Contact", "003", 5), Fields: contact.Named{
		"IsPersonAccount": yes, "AccountId": contact.TextValue("0015g0000000005"), "Newsletter__c": yes}.Row()}
	items := []connectors.Unsubscription{
		all(lead(1, contact.Named{"HasOptedOutOfEmail": no})),
		all(lead(9, contact.Named{"HasOptedOutOfEmail": yes})),              // says so already
		topic(lead(8, contact.Named{"Newsletter__c": no}), "Newsletter__c"), // says so already
		topic(lead(8, contact.Named{}), "Newsletter__c"),                    // is on no list
		topic(lead(1, contact.Named{"Newsletter__c": yes}), "Newsletter__c"),
		all(lead(2, nil)), // opt-out not known: set it
		all(lead(3, nil)),
		all(lead(4, nil)),
		all(lead(6, nil)),
		all(lead(7, nil)),
		topic(person, "Newsletter__c"),
		topic(lead(8, nil), "HasOptedOutOfEmail"), // would widen a permission
		topic(contact.Contact{Ref: ref("Lead", "00Q", 8), Unreadable: []string{"Newsletter__c"}}, "Newsletter__c"), // nobody knows
		all(contact.Contact{Ref: contact.Ref{Processor: "hubspot", Object: "contact", ID: "1"}}),
		all(contact.Contact{Ref: contact.Ref{Processor: "salesforce", Object: "Account", ID: "0015g0000000005"}}),
	}
	converse(t, "unsubscribe", Options{Topics: []string{"Newsletter__c"}}, func(c *Connector) string {
		return shownErrors(t, c.Unsubscribe(context.Background(), items))
	})
}

func TestDeleteTellsWhatBecameOfEach(t *testing.T) {
	refs := []contact.Ref{
		ref("Lead", "00Q", 1), ref("Lead", "00Q", 2), ref("Contact", "003", 2), ref("Contact", "003", 3),
		ref("Contact", "003", 4), ref("Contact", "003", 5), ref("Contact", "003", 6), ref("Lead", "00Q", 1),
		{Processor: "salesforce", Object: "Lead", ID: "00Q' OR Id != '"},
	}
	converse(t, "delete", Options{}, func(c *Connector) string {
		return shownErrors(t, c.Delete(context.Background(), refs))
	})
}

func TestATopicIsACustomField(t *testing.T) {
	for _, topic := range []string{"HasOptedOutOfEmail", "DoNotCall", "Newsletter", "x__c OR", ""} {
		if _, err := New(Options{Name: "s", LoginURL: "https://a.my.salesforce.com", ClientID: secretOf("a"), ClientSecret: secretOf("b"), Topics: []string{topic}}); err == nil {
			t.Errorf("topic %q was taken; setting it to false could widen a permission", topic)
		}
	}
}

func TestExpiredSessionBeforeAWrite(t *testing.T) {
	converse(t, "expiry_write", Options{}, func(c *Connector) string {
		return shownErrors(t, c.Unsubscribe(context.Background(), []connectors.Unsubscription{{Contact: lead(1, nil), All: true}}))
	})
}
