package contact

import "strings"

// Mover says whose act changes a field.
type Mover uint8

// The movers. Only a field that the person moves can be a signal, unless the
// policy says why another one is (C5).
const (
	ByUnknown Mover = iota // a custom field that the policy declares
	ByPerson               // the data subject's own act
	ByCompany              // staff and their tools, imports, enrichment
	BySystem               // the vendor's software, mail scanners
	ByUs                   // our own writes
)

func (m Mover) String() string {
	return [...]string{"unknown", "the person", "staff", "software", "lapsed itself"}[m]
}

// Categories of personal data, as the policy's `categories` name them.
const (
	CategoryNone          = "" // says nothing about the person: ids, cursors
	CategoryContact       = "contact"
	CategoryAffiliation   = "affiliation"
	CategoryLocation      = "location"
	CategoryBehaviour     = "behaviour"
	CategoryMarketing     = "marketing"
	CategoryCollaboration = "collaboration"
)

// Role says what a field is to every policy, whatever the vendor calls it. A
// policy may name a role without a processor: `email`, `jobtitle`.
type Role string

// The roles. A record has at most one field of each, but for RoleEmail's further
// addresses, which are RoleOtherEmail.
const (
	RoleNone       Role = ""
	RoleEmail      Role = "email"       // the primary address
	RoleOtherEmail Role = "other-email" // further addresses of the same record, Text or List
	RoleFirstName  Role = "firstname"
	RoleLastName   Role = "lastname"
	RoleCountry    Role = "country"   // free text, an integration value or a code
	RoleCollected  Role = "collected" // when the record was made: starts the clock
	RoleJobTitle   Role = "jobtitle"
	RoleBounced    Role = "bounced"   // filled (and not false): mail to the address failed for good
	RoleOptOut     Role = "opt-out"   // Bool: refused all e-mail
	RoleErasure    Role = "erasure"   // Bool: the person asked to be forgotten
	RoleLink       Role = "link"      // the id of a record of the same processor that is the same person
	RoleObjection  Role = "objection" // Bool: refused all marketing or processing

	// In a group whose rows state a yes or a no:
	RoleTopic      Role = "topic"       // the processor's own id of the topic
	RoleTopicState Role = "topic-state" // StateSubscribed while the person gets it
	RoleStated     Role = "stated"      // when it was said
	RoleSource     Role = "source"      // how it was said
	RoleValidUntil Role = "valid-until" // when it ends
	RoleForm       Role = "form"        // the id of the form that was submitted
)

// StateSubscribed is the value of a RoleTopicState field while mail of the topic is sent.
const StateSubscribed = "SUBSCRIBED"

// Field is what a catalogue knows of one field of one object.
type Field struct {
	Object   string // vendor's object that has it ("Lead"); "" in HubSpot, which has one
	Group    string // "" for the record's own fields, else as in Contact.Rows
	Name     string
	Kind     Kind
	Category string
	Mover    Mover
	Role     Role
	// LinksTo is the object that a RoleLink field's ids are of.
	LinksTo string
}

// Path is the field's name in a policy, without the processor: "Email",
// "Task.CompletedDateTime".
func (f Field) Path() string {
	if f.Group == "" {
		return f.Name
	}
	return f.Group + "." + f.Name
}

// Catalogue is all that a connector knows of its vendor's standard fields.
type Catalogue struct {
	Kind    string   // connector's name: "hubspot"
	Objects []string // objects whose records are persons
	Fields  []Field
}

// Lookup returns the entries for a policy path, one an object that has it.
func (c Catalogue) Lookup(path string) []Field {
	var fs []Field
	for _, f := range c.Fields {
		if f.Path() == path {
			fs = append(fs, f)
		}
	}
	return fs
}

// ByRole returns the entries of a role for an object ("" matches all objects).
func (c Catalogue) ByRole(r Role, object string) []Field {
	var fs []Field
	for _, f := range c.Fields {
		if f.Role == r && (object == "" || f.Object == "" || f.Object == object) {
			fs = append(fs, f)
		}
	}
	return fs
}

// Split parts a policy path into group and name: "Task.CallType" → "Task", "CallType".
func Split(path string) (group, name string) {
	if g, n, ok := strings.Cut(path, "."); ok {
		return g, n
	}
	return "", path
}
