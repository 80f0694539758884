package salesforce

import "strings"

// objectTable is every object and field of the org: describe, queries, writes
// and the rules of deletion are all read from it. Formats: see parseObject.
// Only fields that the standard objects have; the rest comes from AddField.
const objectTable = `
Lead 00Q Leads owner master
FirstName string:40
LastName string:80 req
Name string:121 name
Salutation picklist
Title string:128
Company string:255 req
Street textarea
City string:40
State string:80
PostalCode string:20
Country string:80
CountryCode picklist
Address address
Phone phone:40
MobilePhone phone:40
Fax phone:40
Email email:80
Website url
Description textarea:32000
LeadSource picklist
Status picklist req
Industry picklist
Rating picklist
RecordTypeId reference ->RecordType
IsConverted boolean ro
ConvertedDate date ro
ConvertedAccountId reference ro ->Account
ConvertedContactId reference ro ->Contact
ConvertedOpportunityId reference ro ->Opportunity
IsUnreadByOwner boolean
HasOptedOutOfEmail boolean nosort
HasOptedOutOfFax boolean nosort
DoNotCall boolean nosort
EmailBouncedReason string:255
EmailBouncedDate datetime
LastActivityDate date
LastViewedDate datetime ro
LastReferencedDate datetime ro
FirstCallDateTime datetime ro
FirstEmailDateTime datetime ro
IndividualId reference ->Individual on=unlink consent

Contact 003 Contacts owner master
AccountId reference ->Account on=cascade
FirstName string:40
LastName string:80 req
Name string:121 name
Salutation picklist
Title string:128
Department string:80
MailingStreet textarea
MailingCity string:40
MailingState string:80
MailingPostalCode string:20
MailingCountry string:80
MailingCountryCode picklist
MailingAddress address
OtherStreet textarea
OtherCity string:40
OtherState string:80
OtherPostalCode string:20
OtherCountry string:80
OtherCountryCode picklist
OtherAddress address
Phone phone:40
MobilePhone phone:40
HomePhone phone:40
OtherPhone phone:40
AssistantPhone phone:40
AssistantName string:40
Fax phone:40
Email email:80
Description textarea:32000
LeadSource picklist
Birthdate date monthday
ReportsToId reference ->Contact
RecordTypeId reference ->RecordType
IsPersonAccount boolean ro
HasOptedOutOfEmail boolean nosort
HasOptedOutOfFax boolean nosort
DoNotCall boolean nosort
EmailBouncedReason string:255
EmailBouncedDate datetime
IsEmailBounced boolean
LastActivityDate date
LastViewedDate datetime ro
LastReferencedDate datetime ro
LastCURequestDate datetime ro
LastCUUpdateDate datetime ro
IndividualId reference ->Individual on=unlink consent

Account 001 Accounts owner master
Name string:255 name
FirstName string:40 mirror=FirstName
LastName string:80 mirror=LastName
Type picklist
Phone phone:40 mirror=Phone
Website url
Industry picklist
Description textarea:32000
BillingStreet textarea
BillingCity string:40
BillingState string:80
BillingPostalCode string:20
BillingCountry string:80
BillingCountryCode picklist
BillingAddress address
RecordTypeId reference ->RecordType
IsPersonAccount boolean ro
PersonContactId reference ro ->Contact
PersonEmail email:80 mirror=Email
PersonMobilePhone phone:40 mirror=MobilePhone
PersonHomePhone phone:40 mirror=HomePhone
PersonTitle string:128 mirror=Title
PersonLeadSource picklist mirror=LeadSource
PersonBirthdate date monthday mirror=Birthdate
PersonMailingStreet textarea mirror=MailingStreet
PersonMailingCity string:40 mirror=MailingCity
PersonMailingState string:80 mirror=MailingState
PersonMailingPostalCode string:20 mirror=MailingPostalCode
PersonMailingCountry string:80 mirror=MailingCountry
PersonMailingCountryCode picklist mirror=MailingCountryCode
PersonMailingAddress address
PersonHasOptedOutOfEmail boolean nosort mirror=HasOptedOutOfEmail
PersonHasOptedOutOfFax boolean nosort mirror=HasOptedOutOfFax
PersonDoNotCall boolean nosort mirror=DoNotCall
PersonEmailBouncedReason string:255 mirror=EmailBouncedReason
PersonEmailBouncedDate datetime mirror=EmailBouncedDate
PersonIndividualId reference ->Individual on=unlink mirror=IndividualId consent
LastActivityDate date
LastViewedDate datetime ro
LastReferencedDate datetime ro

Task 00T Tasks owner
WhoId reference ->Contact,Lead on=cascade
WhatId reference ->Account,Opportunity,Case,Contract,Campaign,Order on=cascade
AccountId reference ro ->Account
Subject string:255
Description textarea:32000
ActivityDate date
Status picklist
Priority picklist
IsClosed boolean ro
IsArchived boolean
CallType picklist
CallDisposition string:255
CallDurationInSeconds int
TaskSubtype picklist
CompletedDateTime datetime ro

Event 00U Events owner
WhoId reference ->Contact,Lead on=cascade
WhatId reference ->Account,Opportunity,Case,Contract,Campaign,Order on=cascade
AccountId reference ro ->Account
Subject string:255
Description textarea:32000
Location string:255
ActivityDate date
ActivityDateTime datetime
StartDateTime datetime
EndDateTime datetime
IsAllDayEvent boolean
IsArchived boolean
EventSubtype picklist

EmailMessage 02s EmailMessages
ParentId reference rel=Parent ->Case on=cascade
ActivityId reference rel=Activity ->Task
RelatedToId reference ->Account,Opportunity,Case,Contract,Campaign,Order
FromAddress email:1000
FromName string:1000
ToAddress string:4000
Subject string:3000
TextBody textarea:131072
HtmlBody textarea:131072
Incoming boolean
MessageDate datetime
Status picklist

EmailMessageRelation 0e9 EmailMessageRelations nobin
EmailMessageId reference ->EmailMessage on=cascade
RelationId reference ->Contact,Lead,User
RelationType picklist
RelationAddress string:255
RelationObjectType string:40 ro

Campaign 701 Campaigns owner
Name string:80 req
Type picklist
Status picklist
IsActive boolean
StartDate date
EndDate date

CampaignMember 00v CampaignMembers
CampaignId reference ->Campaign on=cascade
LeadId reference ->Lead on=cascade
ContactId reference ->Contact on=cascade
AccountId reference ->Account on=cascade
Status picklist
HasResponded boolean ro
FirstRespondedDate date ro

Opportunity 006 Opportunities owner
Name string:120 req
AccountId reference ->Account on=guarded
CampaignId reference ->Campaign
StageName picklist req
Type picklist
LeadSource picklist
Amount currency
CloseDate date req
IsClosed boolean ro
IsWon boolean ro
LastActivityDate date

OpportunityContactRole 00K OpportunityContactRoles
OpportunityId reference ->Opportunity on=cascade
ContactId reference ->Contact on=cascade
Role picklist
IsPrimary boolean

Case 500 Cases owner master
CaseNumber string:30 ro
ContactId reference ->Contact on=restrict
AccountId reference ->Account on=restrict
Subject string:255
Description textarea:32000
Origin picklist
Status picklist
Priority picklist
SuppliedEmail email:80
SuppliedName string:80
SuppliedPhone string:40
ContactEmail email:80 ro
IsClosed boolean ro
ClosedDate datetime ro

Contract 800 Contracts owner
AccountId reference ->Account on=guarded
ContractNumber string:30 ro
CustomerSignedId reference ->Contact on=restrict
CustomerSignedDate date
Status picklist
StartDate date
EndDate date
ContractTerm int

Order 801 Orders owner
AccountId reference ->Account on=guarded
ContractId reference ->Contract
BillToContactId reference ->Contact
OrderNumber string:30 ro
Status picklist
Type picklist
EffectiveDate date
EndDate date
TotalAmount currency ro

Individual 0PK Individuals owner master consent
FirstName string:40
LastName string:80 req
Name string:121 name
BirthDate date monthday
IndividualsAge picklist
HasOptedOutProcessing boolean
HasOptedOutProfiling boolean
HasOptedOutSolicit boolean
HasOptedOutTracking boolean
HasOptedOutGeoTracking boolean
ShouldForget boolean
SendIndividualData boolean
CanStorePiiElsewhere boolean

ContactPointTypeConsent 0ZX ContactPointTypeConsents owner consent
Name string:80
PartyId reference rel=Party ->Individual on=cascade
ContactPointType picklist
PrivacyConsentStatus picklist
EffectiveFrom datetime
EffectiveTo datetime
CaptureDate datetime
CaptureSource string:255
CaptureContactPointType picklist
DoubleConsentCaptureDate datetime

User 005 Users nobin readonly
Username string:80
FirstName string:40
LastName string:80
Name string:121 name
Email email:128
IsActive boolean
UserType picklist
ProfileId reference ->Profile
UserRoleId reference ->UserRole
ContactId reference ->Contact on=portal
LastLoginDate datetime ro

UserRole 00E UserRoles nobin readonly
Name string:80
DeveloperName string:80

Profile 00e Profiles nobin readonly
Name string:255
UserType picklist

PermissionSet 0PS PermissionSets nobin readonly setup
Name string:80
Label string:80
IsOwnedByProfile boolean
ProfileId reference ->Profile

PermissionSetGroup 0PG PermissionSetGroups nobin readonly setup
DeveloperName string:80
MasterLabel string:80

PermissionSetAssignment 0Pa PermissionSetAssignments nobin readonly setup
AssigneeId reference rel=Assignee ->User
PermissionSetId reference ->PermissionSet
PermissionSetGroupId reference ->PermissionSetGroup
IsActive boolean

OauthToken 0CQ OauthTokens nobin readonly
AppName string:255
UserId reference ->User
UseCount int
LastUsedDate datetime

UserPermissionAccess 1UP UserPermissionAccesses nobin readonly
PermissionsViewSetup boolean
PermissionsViewAllUsers boolean
PermissionsCustomizeApplication boolean

RecordType 012 RecordTypes nobin readonly
Name string:80
DeveloperName string:80
SobjectType picklist
IsActive boolean

Organization 00D Organizations nobin readonly
Name string:80
IsSandbox boolean ro
InstanceName string:5 ro
OrganizationType picklist ro
Country string:80
TimeZoneSidKey picklist
LanguageLocaleKey picklist
NamespacePrefix string:15 ro
TrialExpirationDate datetime ro
IsReadOnly boolean ro
PreferencesConsentManagementEnabled boolean ro
PreferencesIndividualAutoCreateEnabled boolean ro
`

// objects reads the table; those flagged consent exist only with "Data Protection
// and Privacy" switched on. It fails only if the table is wrong, which New treats as a bug.
func objects(consent bool) ([]*object, error) {
	var list []*object
	for block := range strings.SplitSeq(strings.TrimSpace(objectTable), "\n\n") {
		o, err := parseObject(block, consent)
		if err != nil {
			return nil, err
		}
		if consent || !o.consent {
			list = append(list, o)
		}
	}
	return list, nil
}
