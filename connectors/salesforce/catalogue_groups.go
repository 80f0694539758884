package salesforce

import "github.com/lapsed/lapsed/internal/contact"

// inlineFields are those of the parents that Lead and Contact name themselves.
func inlineFields() []contact.Field {
	var fs []contact.Field
	for _, o := range []string{leadObject, contactObject} {
		flag := func(name string) contact.Field {
			return field(o, "Individual", name, contact.Bool, contact.CategoryMarketing, contact.ByPerson)
		}
		fs = append(fs,
			field(o, "RecordType", "DeveloperName", contact.Text, contact.CategoryNone, contact.ByCompany),
			field(o, "RecordType", "Name", contact.Text, contact.CategoryNone, contact.ByCompany),
			role(flag("HasOptedOutProcessing"), contact.RoleObjection),
			flag("HasOptedOutProfiling"),
			role(flag("HasOptedOutSolicit"), contact.RoleObjection),
			flag("HasOptedOutTracking"),
			flag("HasOptedOutGeoTracking"),
			role(flag("ShouldForget"), contact.RoleErasure),
			flag("SendIndividualData"),
			flag("CanStorePiiElsewhere"),
			field(o, "Individual", "BirthDate", contact.Date, contact.CategoryBehaviour, contact.ByCompany),
			field(o, "Individual", "IndividualsAge", contact.Text, contact.CategoryBehaviour, contact.ByCompany),
			field(o, "Individual", "LastName", contact.Text, contact.CategoryContact, contact.ByCompany),
		)
	}
	return fs
}

// activityFields are those of what happened between the person and the company.
func activityFields() []contact.Field {
	var fs []contact.Field
	for _, o := range []string{leadObject, contactObject} {
		behaviour := func(group, name string, k contact.Kind, m contact.Mover) contact.Field {
			return field(o, group, name, k, contact.CategoryBehaviour, m)
		}
		together := func(group, name string, k contact.Kind, m contact.Mover) contact.Field {
			return field(o, group, name, k, contact.CategoryCollaboration, m)
		}
		fs = append(fs,
			together("Task", "ActivityDate", contact.Date, contact.ByCompany),
			together("Task", "CompletedDateTime", contact.Instant, contact.ByCompany),
			together("Task", "CreatedDate", contact.Instant, contact.ByCompany),
			together("Task", "IsClosed", contact.Bool, contact.ByCompany),
			together("Task", "Status", contact.Text, contact.ByCompany),
			together("Task", "CallType", contact.Text, contact.ByCompany),
			together("Task", "CallDisposition", contact.Text, contact.ByCompany),
			together("Task", "TaskSubtype", contact.Text, contact.ByCompany),
			together("Task", "IsArchived", contact.Bool, contact.BySystem),
			together("Event", "ActivityDate", contact.Date, contact.ByCompany),
			together("Event", "StartDateTime", contact.Instant, contact.ByCompany),
			together("Event", "EndDateTime", contact.Instant, contact.ByCompany),
			together("Event", "CreatedDate", contact.Instant, contact.ByCompany),
			together("Event", "IsArchived", contact.Bool, contact.BySystem),
			// Only mail that came from the person is ever read.
			behaviour("EmailMessage", "MessageDate", contact.Instant, contact.ByPerson),
			behaviour("EmailMessage", "Incoming", contact.Bool, contact.ByPerson),
			behaviour("CampaignMember", "Status", contact.Text, contact.ByCompany),
			behaviour("CampaignMember", "HasResponded", contact.Bool, contact.ByCompany),
			behaviour("CampaignMember", "FirstRespondedDate", contact.Date, contact.ByCompany),
			behaviour("CampaignMember", "CreatedDate", contact.Instant, contact.ByCompany),
			field(o, "Campaign", "Type", contact.Text, contact.CategoryMarketing, contact.ByCompany),
			field(o, "Campaign", "Status", contact.Text, contact.CategoryMarketing, contact.ByCompany),
			field(o, "Campaign", "IsActive", contact.Bool, contact.CategoryMarketing, contact.ByCompany),
			field(o, "Campaign", "StartDate", contact.Date, contact.CategoryMarketing, contact.ByCompany),
			field(o, "Campaign", "EndDate", contact.Date, contact.CategoryMarketing, contact.ByCompany),
		)
		fs = append(fs, consentFields(o)...)
	}
	return fs
}

// consentFields are the org's own evidence of consent.
func consentFields(o string) []contact.Field {
	evidence := func(name string, k contact.Kind) contact.Field {
		return field(o, "ContactPointTypeConsent", name, k, contact.CategoryMarketing, contact.ByPerson)
	}
	return []contact.Field{
		evidence("ContactPointType", contact.Text),
		evidence("PrivacyConsentStatus", contact.Text),
		evidence("EffectiveFrom", contact.Instant),
		role(evidence("EffectiveTo", contact.Instant), contact.RoleValidUntil),
		role(evidence("CaptureDate", contact.Instant), contact.RoleStated),
		role(evidence("CaptureSource", contact.Text), contact.RoleSource),
		evidence("CaptureContactPointType", contact.Text),
		evidence("DoubleConsentCaptureDate", contact.Instant),
		evidence("DataUsePurposeId", contact.Text),
		evidence("EngagementChannelTypeId", contact.Text),
		evidence("BusinessBrandId", contact.Text),
	}
}

// businessFields are those of deals, help and agreements. Only contacts have them.
func businessFields() []contact.Field {
	deal := func(group, name string, k contact.Kind, m contact.Mover) contact.Field {
		return field(contactObject, group, name, k, contact.CategoryCollaboration, m)
	}
	return []contact.Field{
		deal("Opportunity", "IsClosed", contact.Bool, contact.ByCompany),
		deal("Opportunity", "IsWon", contact.Bool, contact.ByCompany),
		deal("Opportunity", "CloseDate", contact.Date, contact.ByCompany),
		deal("Opportunity", "CreatedDate", contact.Instant, contact.ByCompany),
		deal("Opportunity", "StageName", contact.Text, contact.ByCompany),
		deal("Case", "CreatedDate", contact.Instant, contact.ByPerson),
		deal("Case", "ClosedDate", contact.Instant, contact.ByCompany),
		deal("Case", "IsClosed", contact.Bool, contact.ByCompany),
		deal("Case", "Status", contact.Text, contact.ByCompany),
		deal("Case", "Origin", contact.Text, contact.ByCompany),
		deal("Contract", "Status", contact.Text, contact.ByCompany),
		deal("Contract", "StartDate", contact.Date, contact.ByCompany),
		deal("Contract", "EndDate", contact.Date, contact.ByCompany),
		deal("Contract", "ActivatedDate", contact.Instant, contact.ByCompany),
		deal("Contract", "CustomerSignedDate", contact.Date, contact.ByPerson),
		deal("Order", "Status", contact.Text, contact.ByCompany),
		deal("Order", "EffectiveDate", contact.Date, contact.ByCompany),
		deal("Order", "EndDate", contact.Date, contact.ByCompany),
		deal("Order", "ActivatedDate", contact.Instant, contact.ByCompany),
		field(contactObject, "User", "LastLoginDate", contact.Instant, contact.CategoryBehaviour, contact.ByPerson),
	}
}
