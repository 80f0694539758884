package connectors

import "context"

// Surveyor tells what is in an account beside its contacts: which fields of the
// company's own are filled (C10), who may see the data (C14), and which programs
// may (C21). It never names a user.
type Surveyor interface {
	// Survey reads all of it anew. It is asked once a day, beside a whole read. What
	// it may not see is in Survey.Unread and, in words, in Survey.Missing; it fails
	// only if the account can't be asked at all.
	Survey(ctx context.Context) (Survey, error)
}

// Survey is what an account shows beside its contacts.
type Survey struct {
	Fields []FilledField // sorted by name
	Users  []UserGroup   // sorted by names
	Apps   []App         // sorted by name
	// Unread names the parts above that could not be read in full. What they list is
	// true, and proves nothing about what they don't.
	Unread  []Part
	Missing []Missing // what an admin must grant for the rest
}

// FilledField is a field that the vendor doesn't ship, filled in some live record
// of an object that holds people.
type FilledField struct {
	Name    string // as a policy path without the processor: "School_Size__c", "Lead.School_Size__c" where only one object has it
	Records int    // that fill it, at least 1
}

// UserGroup is active users who are known by the same names.
type UserGroup struct {
	// Names are those of their role, profile, permission sets or teams, as the
	// account's admins see them, sorted. Empty: users of no role.
	Names []string
	Users int
	IDs   []string // the vendor's ids of some of them, at most 5, sorted
}

// App is a program that holds access to the account.
type App struct {
	Name  string // as the account's admins see it
	Users int    // who authorised it; 0 = not told
	Ours  bool   // it is the one that we ourselves connect as
}

// Part is a part of a survey.
type Part string

// The parts of a survey.
const (
	PartFields Part = "fields"
	PartUsers  Part = "users"
	PartApps   Part = "apps"
)
