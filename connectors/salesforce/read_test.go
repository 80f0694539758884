package salesforce

import (
	"context"
	"fmt"
	"strings"
	"testing"

	"github.com/lapsed/lapsed/internal/contact"
)

// every asks something of each group.
func every() []string {
	return []string{
		"Birthdate", "LeadSource", "RecordType.DeveloperName", "Individual.HasOptedOutSolicit", "Individual.ShouldForget",
		"Task.CompletedDateTime", "Task.CallDisposition", "EmailMessage.MessageDate", "EmailMessage.Incoming",
		"CampaignMember.FirstRespondedDate", "Campaign.Type", "Opportunity.IsClosed", "Opportunity.CloseDate",
		"Contract.Status", "Contract.EndDate", "Order.EffectiveDate", "Case.IsClosed", "Case.CreatedDate",
		"ContactPointTypeConsent.PrivacyConsentStatus", "HasOptedOutOfEmail",
	}
}

// readAll reads and shows all that came.
func readAll(c *Connector) string {
	var b strings.Builder
	r, err := c.Read(context.Background(), func(page []contact.Contact) error {
		for _, k := range page {
			shown(&b, k)
		}
		return nil
	})
	fmt.Fprintf(&b, "%d read as of %s\n", r.Contacts, r.AsOf.Format("2006-01-02T15:04:05Z07:00"))
	shownError(&b, err)
	return b.String()
}

func TestReadJoinsWhatOtherObjectsSay(t *testing.T) {
	converse(t, "read", Options{Fields: every(), Topics: []string{"Newsletter__c"}}, readAll)
}

func TestReadInBulk(t *testing.T) {
	converse(t, "bulk", Options{Fields: []string{"Task.CompletedDateTime"}, BulkAbove: 1}, readAll)
}
