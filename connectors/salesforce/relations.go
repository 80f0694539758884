package salesforce

// The objects whose records are persons.
const (
	leadObject    = "Lead"
	contactObject = "Contact"
)

// relation is an object whose rows say something about leads and contacts. One
// question for its rows may fill two groups: a campaign member's own, and those
// of its campaign.
type relation struct {
	object string
	groups []source
	all    bool   // with archived rows: plain queries hide activities older than 365 days
	where  string // of rows that are of interest, deleted or not
	// owners are the columns that name the record, account or individual that a
	// row belongs to; optional ones are asked for only if describe has them.
	owners   []string
	optional []string
	// companions are fields that mean something only together with those that a
	// policy names: when and how a consent was given, and when it ends.
	companions []string
	link       link
}

// source is where a group's fields are found in a relation.
type source struct {
	group  string
	parent string // relationship from the relation's object, "" for its own fields
}

// link says through what a record finds a relation's rows.
type link uint8

const (
	byRecord     link = iota // the record's own id
	byAccount                // Contact.AccountId
	byIndividual             // IndividualId
	byMessage                // EmailMessageRelation, see mail
)

// mailLink is the object between an e-mail and who sent it.
const mailLink = "EmailMessageRelation"

// mailLinkWhere leaves out what we or others sent.
const mailLinkWhere = "RelationType = 'FromAddress' AND RelationId != null"

// relations are all that the connector can read beside the records themselves,
// in the order in which they are asked for.
func relations() []relation {
	own := func(object string) []source { return []source{{group: object}} }
	return []relation{
		{object: "EmailMessage", groups: own("EmailMessage"), where: "Incoming = true", owners: []string{"Id"}, link: byMessage},
		{object: "Task", groups: own("Task"), all: true, where: "WhoId != null", owners: []string{"WhoId"}},
		{object: "Event", groups: own("Event"), all: true, where: "WhoId != null", owners: []string{"WhoId"}},
		{object: "CampaignMember", groups: []source{{group: "CampaignMember"}, {group: "Campaign", parent: "Campaign"}}, owners: []string{"LeadId", "ContactId"}},
		{object: "OpportunityContactRole", groups: []source{{group: "Opportunity", parent: "Opportunity"}}, where: "ContactId != null", owners: []string{"ContactId"}},
		{object: "Case", groups: own("Case"), where: "ContactId != null", owners: []string{"ContactId"}},
		{object: "User", groups: own("User"), where: "ContactId != null", owners: []string{"ContactId"}},
		{object: "Contract", groups: own("Contract"), owners: []string{"AccountId"}, optional: []string{"CustomerSignedId"}, link: byAccount},
		{object: "Order", groups: own("Order"), owners: []string{"AccountId"}, optional: []string{"BillToContactId"}, link: byAccount},
		{object: "ContactPointTypeConsent", groups: own("ContactPointTypeConsent"), owners: []string{"PartyId"}, link: byIndividual,
			companions: []string{"CaptureDate", "CaptureSource", "EffectiveFrom", "EffectiveTo"}},
	}
}

// inline are the groups whose one row is a parent of the record itself: group
// and relationship → the column that must be there.
func inline(group string) (key string, ok bool) {
	switch group {
	case "RecordType":
		return "RecordTypeId", true
	case "Individual":
		return "IndividualId", true
	}
	return "", false
}
