package salesforce

import "github.com/lapsed/lapsed/internal/contact"

// Catalogue returns what is known of the standard fields of Lead, Contact and
// the objects that speak of them. Who moves a field follows the objects'
// reference; where staff record what a person did (a call's outcome, a
// response to a campaign) the mover is staff, and the policy must say why it
// takes the field for a signal.
func Catalogue() contact.Catalogue {
	c := contact.Catalogue{Kind: "salesforce", Objects: []string{leadObject, contactObject}}
	c.Fields = append(c.Fields, sharedFields(leadObject)...)
	c.Fields = append(c.Fields, leadFields()...)
	c.Fields = append(c.Fields, sharedFields(contactObject)...)
	c.Fields = append(c.Fields, contactFields()...)
	c.Fields = append(c.Fields, inlineFields()...)
	c.Fields = append(c.Fields, activityFields()...)
	c.Fields = append(c.Fields, businessFields()...)
	return c
}

// field is a short form: one line a field in the tables below.
func field(object, group, name string, k contact.Kind, category string, m contact.Mover) contact.Field {
	return contact.Field{Object: object, Group: group, Name: name, Kind: k, Category: category, Mover: m}
}

func role(f contact.Field, r contact.Role) contact.Field { f.Role = r; return f }

// sharedFields are those that Lead and Contact both have.
func sharedFields(o string) []contact.Field {
	return []contact.Field{
		field(o, "", "Id", contact.Text, contact.CategoryNone, contact.BySystem),
		role(field(o, "", "Email", contact.Text, contact.CategoryContact, contact.ByCompany), contact.RoleEmail),
		role(field(o, "", "FirstName", contact.Text, contact.CategoryContact, contact.ByCompany), contact.RoleFirstName),
		role(field(o, "", "LastName", contact.Text, contact.CategoryContact, contact.ByCompany), contact.RoleLastName),
		field(o, "", "Name", contact.Text, contact.CategoryContact, contact.ByCompany),
		field(o, "", "Salutation", contact.Text, contact.CategoryContact, contact.ByCompany),
		field(o, "", "Phone", contact.Text, contact.CategoryContact, contact.ByCompany),
		field(o, "", "MobilePhone", contact.Text, contact.CategoryContact, contact.ByCompany),
		field(o, "", "Fax", contact.Text, contact.CategoryContact, contact.ByCompany),
		role(field(o, "", "Title", contact.Text, contact.CategoryAffiliation, contact.ByCompany), contact.RoleJobTitle),
		field(o, "", "LeadSource", contact.Text, contact.CategoryMarketing, contact.ByCompany),
		field(o, "", "Description", contact.Text, contact.CategoryCollaboration, contact.ByCompany),
		field(o, "", "OwnerId", contact.Text, contact.CategoryNone, contact.ByCompany),
		field(o, "", "IndividualId", contact.Text, contact.CategoryNone, contact.ByCompany),
		field(o, "", "RecordTypeId", contact.Text, contact.CategoryNone, contact.ByCompany),
		role(field(o, "", "HasOptedOutOfEmail", contact.Bool, contact.CategoryMarketing, contact.ByUs), contact.RoleOptOut),
		field(o, "", "HasOptedOutOfFax", contact.Bool, contact.CategoryMarketing, contact.ByCompany),
		field(o, "", "DoNotCall", contact.Bool, contact.CategoryMarketing, contact.ByCompany),
		role(field(o, "", "EmailBouncedDate", contact.Instant, contact.CategoryMarketing, contact.BySystem), contact.RoleBounced),
		field(o, "", "EmailBouncedReason", contact.Text, contact.CategoryMarketing, contact.BySystem),
		role(field(o, "", "CreatedDate", contact.Instant, contact.CategoryNone, contact.BySystem), contact.RoleCollected),
		field(o, "", "CreatedById", contact.Text, contact.CategoryNone, contact.BySystem),
		field(o, "", "LastModifiedDate", contact.Instant, contact.CategoryNone, contact.ByUs),
		field(o, "", "LastModifiedById", contact.Text, contact.CategoryNone, contact.ByUs),
		field(o, "", "SystemModstamp", contact.Instant, contact.CategoryNone, contact.ByUs),
		field(o, "", "LastViewedDate", contact.Instant, contact.CategoryNone, contact.ByUs),
		field(o, "", "LastReferencedDate", contact.Instant, contact.CategoryNone, contact.ByUs),
		field(o, "", "LastActivityDate", contact.Date, contact.CategoryCollaboration, contact.ByCompany),
		field(o, "", "FirstCallDateTime", contact.Instant, contact.CategoryCollaboration, contact.ByCompany),
		field(o, "", "FirstEmailDateTime", contact.Instant, contact.CategoryCollaboration, contact.ByCompany),
	}
}

func leadFields() []contact.Field {
	o := leadObject
	link := role(field(o, "", "ConvertedContactId", contact.Text, contact.CategoryNone, contact.ByCompany), contact.RoleLink)
	link.LinksTo = contactObject
	return []contact.Field{
		link,
		field(o, "", "Company", contact.Text, contact.CategoryAffiliation, contact.ByCompany),
		field(o, "", "Website", contact.Text, contact.CategoryAffiliation, contact.ByCompany),
		field(o, "", "Industry", contact.Text, contact.CategoryAffiliation, contact.ByCompany),
		field(o, "", "NumberOfEmployees", contact.Text, contact.CategoryAffiliation, contact.ByCompany),
		field(o, "", "AnnualRevenue", contact.Text, contact.CategoryAffiliation, contact.ByCompany),
		field(o, "", "Street", contact.Text, contact.CategoryAffiliation, contact.ByCompany),
		field(o, "", "PostalCode", contact.Text, contact.CategoryAffiliation, contact.ByCompany),
		field(o, "", "City", contact.Text, contact.CategoryLocation, contact.ByCompany),
		field(o, "", "State", contact.Text, contact.CategoryLocation, contact.ByCompany),
		field(o, "", "StateCode", contact.Text, contact.CategoryLocation, contact.ByCompany),
		role(field(o, "", "Country", contact.Text, contact.CategoryLocation, contact.ByCompany), contact.RoleCountry),
		field(o, "", "CountryCode", contact.Text, contact.CategoryLocation, contact.ByCompany),
		field(o, "", "Status", contact.Text, contact.CategoryCollaboration, contact.ByCompany),
		field(o, "", "Rating", contact.Text, contact.CategoryCollaboration, contact.ByCompany),
		field(o, "", "IsConverted", contact.Bool, contact.CategoryCollaboration, contact.ByCompany),
		field(o, "", "ConvertedDate", contact.Date, contact.CategoryCollaboration, contact.ByCompany),
		field(o, "", "ConvertedAccountId", contact.Text, contact.CategoryNone, contact.ByCompany),
		field(o, "", "ConvertedOpportunityId", contact.Text, contact.CategoryNone, contact.ByCompany),
	}
}

func contactFields() []contact.Field {
	o := contactObject
	return []contact.Field{
		field(o, "", "AccountId", contact.Text, contact.CategoryAffiliation, contact.ByCompany),
		field(o, "", "ReportsToId", contact.Text, contact.CategoryAffiliation, contact.ByCompany),
		field(o, "", "Department", contact.Text, contact.CategoryAffiliation, contact.ByCompany),
		field(o, "", "IsPersonAccount", contact.Bool, contact.CategoryNone, contact.BySystem),
		field(o, "", "HomePhone", contact.Text, contact.CategoryContact, contact.ByCompany),
		field(o, "", "OtherPhone", contact.Text, contact.CategoryContact, contact.ByCompany),
		field(o, "", "AssistantName", contact.Text, contact.CategoryContact, contact.ByCompany),
		field(o, "", "AssistantPhone", contact.Text, contact.CategoryContact, contact.ByCompany),
		field(o, "", "MailingStreet", contact.Text, contact.CategoryAffiliation, contact.ByCompany),
		field(o, "", "MailingPostalCode", contact.Text, contact.CategoryAffiliation, contact.ByCompany),
		field(o, "", "MailingCity", contact.Text, contact.CategoryLocation, contact.ByCompany),
		field(o, "", "MailingState", contact.Text, contact.CategoryLocation, contact.ByCompany),
		field(o, "", "MailingStateCode", contact.Text, contact.CategoryLocation, contact.ByCompany),
		role(field(o, "", "MailingCountry", contact.Text, contact.CategoryLocation, contact.ByCompany), contact.RoleCountry),
		field(o, "", "MailingCountryCode", contact.Text, contact.CategoryLocation, contact.ByCompany),
		field(o, "", "OtherCountry", contact.Text, contact.CategoryLocation, contact.ByCompany),
		field(o, "", "OtherCountryCode", contact.Text, contact.CategoryLocation, contact.ByCompany),
		field(o, "", "Birthdate", contact.Date, contact.CategoryBehaviour, contact.ByCompany),
		field(o, "", "IsEmailBounced", contact.Bool, contact.CategoryMarketing, contact.BySystem),
		field(o, "", "LastCURequestDate", contact.Instant, contact.CategoryCollaboration, contact.ByCompany),
		field(o, "", "LastCUUpdateDate", contact.Instant, contact.CategoryCollaboration, contact.ByPerson),
	}
}
