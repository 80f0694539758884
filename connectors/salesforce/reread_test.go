package salesforce

import (
	"context"
	"fmt"
	"strings"
	"testing"

	"github.com/lapsed/lapsed/connectors"
	"github.com/lapsed/lapsed/internal/contact"
	"github.com/lapsed/lapsed/internal/fault"
	"github.com/lapsed/lapsed/internal/secret"
)

func secretOf(s string) secret.String { return secret.New(s) }

func TestRefreshTellsStatesApart(t *testing.T) {
	fields := []string{"EmailMessage.MessageDate", "Task.CompletedDateTime", "CampaignMember.FirstRespondedDate",
		"Contract.EndDate", "Order.EffectiveDate", "ContactPointTypeConsent.PrivacyConsentStatus"}
	refs := []contact.Ref{ref("Contact", "003", 1), ref("Lead", "00Q", 1), ref("Contact", "003", 3), ref("Lead", "00Q", 2), ref("Contact", "003", 6)}
	refs[1].ID = refs[1].ID[:15]
	converse(t, "refresh", Options{Fields: fields}, func(c *Connector) string {
		return shownRereads(c.Refresh(context.Background(), refs))
	})
}

func TestVerifyReadsWhatWritesChange(t *testing.T) {
	ks := []contact.Contact{lead(1, nil), lead(2, nil), {Ref: ref("Contact", "003", 1)}, {Ref: ref("Contact", "003", 2)}}
	converse(t, "verify", Options{Topics: []string{"Newsletter__c"}}, func(c *Connector) string {
		return shownRereads(c.Verify(context.Background(), ks))
	})
}

func TestMergeRingEnds(t *testing.T) {
	c := &Connector{opt: Options{Name: "s"}}
	a, b := c.ref("Lead", "00Q5g0000000001EAA"), c.ref("Lead", "00Q5g0000000002EAA")
	ring := map[contact.Ref]record{a: {deleted: true, master: b.ID}, b: {deleted: true, master: a.ID}}
	if got := c.stateOf(ring, a).State; got != connectors.Binned {
		t.Errorf("records merged into each other are %s, want binned: nobody answers for them", got)
	}
	merges(map[string]string{"a": "b", "b": "a"}) // ends
}

func TestDescribeNamesWhatLacks(t *testing.T) {
	converse(t, "describe", Options{Fields: []string{"Birthdate", "Task.CompletedDateTime", "Nothing.Here"}, Topics: []string{"Newsletter__c"}}, func(c *Connector) string {
		d, err := c.Describe(context.Background())
		var b strings.Builder
		fmt.Fprintf(&b, "account %s hosting %s region %s zone %s clock %s bin %s\nunreadable %q\n", d.Account, d.Hosting, d.Region, d.Zone, d.Clock.Format("15:04"), d.BinnedFor, d.Unreadable)
		for _, m := range d.Missing {
			fmt.Fprintf(&b, "missing %s (%d): %s\n", m.What, m.For, m.Hint)
		}
		shownError(&b, err)
		return b.String()
	})
}

func TestExpiredSessionIsRenewed(t *testing.T) {
	converse(t, "expiry", Options{}, readAll)
}

func TestRefreshOfForeignRecord(t *testing.T) {
	c := connect(t, "http://127.0.0.1:9", Options{})
	_, err := c.Refresh(context.Background(), []contact.Ref{{Processor: "salesforce", Object: "Lead", ID: "not an id"}})
	if err == nil || fault.KindOf(err) == fault.Unknown {
		t.Errorf("Refresh of no record: %v", err)
	}
}
