package hubspot

import (
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/lapsed/lapsed/connectors"
	"github.com/lapsed/lapsed/internal/contact"
	"github.com/lapsed/lapsed/internal/fault"
)

// person is a contact as just re-read.
func person(c *Connector, id, email string, change func(*contact.Contact)) contact.Contact {
	k := contact.Contact{Ref: c.ref(id), Fields: contact.Named{"email": contact.TextValue(email)}.Row(), Rows: map[string][]contact.Row{}}
	if change != nil {
		change(&k)
	}
	return k
}

func flag(name string) func(*contact.Contact) {
	return func(k *contact.Contact) { k.Fields.Set(name, contact.BoolValue(true)) }
}

func row(topic, status, basis string) func(*contact.Contact) {
	return func(k *contact.Contact) {
		k.Rows["subscription"] = append(k.Rows["subscription"], contact.Named{"subscriptionId": contact.TextValue(topic),
			"status": contact.TextValue(status), "legalBasis": contact.TextValue(basis)}.Row())
	}
}

func kindsOf(t *testing.T, errs []error) []string {
	t.Helper()
	var out []string
	for _, err := range errs {
		quiet(t, err)
		if err == nil {
			out = append(out, "done")
		} else {
			out = append(out, fault.KindOf(err).String())
		}
	}
	return out
}

func TestUnsubscribeOneByOneInEveryBrand(t *testing.T) {
	_, url := play(t, "unsubscribe_single")
	c := connect(t, url, nil)
	c.noBatchWrites.Store(false)
	if _, err := c.readBrands(t.Context()); err != nil {
		t.Fatal(err)
	}
	topic := []connectors.Unsubscription{{Contact: person(c, "1", "topic@example.com", row("101", "SUBSCRIBED", "CONSENT_WITH_NOTICE")), Topics: []string{"101"}}}
	if got := kindsOf(t, c.Unsubscribe(t.Context(), topic)); got[0] != "done" {
		t.Errorf("topic: %v", got)
	}
	all := []connectors.Unsubscription{{Contact: person(c, "2", "all@example.com", nil), All: true}, {Contact: person(c, "3", "all2@example.com", nil), All: true}}
	// HubSpot gave up on one brand's call and refused the other's: what matters is that it's unknown.
	if d := cmp.Diff([]string{"done", "ambiguous"}, kindsOf(t, c.Unsubscribe(t.Context(), all))); d != "" {
		t.Error(d)
	}
}

func TestUnsubscribeInBatches(t *testing.T) {
	_, url := play(t, "unsubscribe_batch")
	c := connect(t, url, nil)
	items := []connectors.Unsubscription{
		{Contact: person(c, "1", "a@example.com", func(k *contact.Contact) {
			k.Fields.Set("hs_additional_emails", contact.ListValue([]string{"a2@example.com", "A@example.com"}))
		}), All: true},
		{Contact: person(c, "2", "b@example.com", nil), All: true},
		{Contact: person(c, "3", "c@example.com", row("101", "SUBSCRIBED", "unheard of")), Topics: []string{"101", "102"}},
		{Contact: person(c, "4", "d@example.com", nil), Topics: []string{"101"}},
	}
	if d := cmp.Diff([]string{"done", "invalid", "done", "conflict"}, kindsOf(t, c.Unsubscribe(t.Context(), items))); d != "" {
		t.Error(d)
	}
}

func TestNothingIsSentForWhatIsAlreadyWithdrawn(t *testing.T) {
	s, url := play(t, "nothing")
	c := connect(t, url, nil)
	items := []connectors.Unsubscription{
		{Contact: person(c, "1", "a@example.com", flag("hs_email_optout")), All: true},
		{Contact: person(c, "2", "b@example.com", flag("hs_email_optout")), Topics: []string{"101"}},
		{Contact: person(c, "3", "c@example.com", flag("hs_email_optout_101")), Topics: []string{"101"}},
		{Contact: person(c, "4", "d@example.com", row("101", "UNSUBSCRIBED", "")), Topics: []string{"101"}},
		{Contact: contact.Contact{Ref: c.ref("5")}, All: true},
		{Contact: person(c, "6", "e@example.com", nil)},
	}
	if got := strings.Join(kindsOf(t, c.Unsubscribe(t.Context(), items)), " "); got != "done done done done done done" {
		t.Error(got)
	}
	if len(s.calls) > 0 {
		t.Errorf("sent %v", s.calls)
	}
}

func TestDeleteForGood(t *testing.T) {
	_, url := play(t, "delete")
	c := connect(t, url, nil)
	errs := c.Delete(t.Context(), refsOf(c, "1", "2", "3", "4", "5", "6"))
	if d := cmp.Diff([]string{"done", "done", "ambiguous", "ambiguous", "auth", "rate-limited"}, kindsOf(t, errs)); d != "" {
		t.Error(d)
	}
	if got := errs[4].Error(); !strings.HasSuffix(got, "MISSING_SCOPES: grant crm.objects.contacts.write") {
		t.Errorf("a missing scope is not named: %s", got)
	}
}

func TestArchiveInBatches(t *testing.T) {
	_, url := play(t, "archive")
	c := connect(t, url, func(o *Options) { o.Archive = true })
	if d := cmp.Diff([]string{"done", "done"}, kindsOf(t, c.Delete(t.Context(), refsOf(c, "1", "2")))); d != "" {
		t.Error(d)
	}
}

// With several brands hs_email_optout may be of one only.
func TestAnOptOutOfOneBrandLeavesTheOthersToDo(t *testing.T) {
	_, url := play(t, "brands")
	c := connect(t, url, nil)
	if _, err := c.readBrands(t.Context()); err != nil {
		t.Fatal(err)
	}
	items := []connectors.Unsubscription{{Contact: person(c, "1", "a@example.com", flag("hs_email_optout")), All: true}}
	if got := kindsOf(t, c.Unsubscribe(t.Context(), items)); got[0] != "done" {
		t.Error(got)
	}
}
