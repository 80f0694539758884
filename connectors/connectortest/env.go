package connectortest

import (
	"testing"

	"github.com/lapsed/lapsed/connectors"
	"github.com/lapsed/lapsed/internal/contact"
	"github.com/lapsed/lapsed/internal/sandbox/kit"
)

// Env is a vendor as the suite sees it.
type Env struct {
	// Start opens an account with nobody in it. The test ends it.
	Start func(t *testing.T) Account
	// Broken are faults that spoil an answer to a read. The suite arms each on
	// several answers in turn.
	Broken []kit.Fault
	// Lost are faults that lose the answer to any request after it took effect.
	Lost []kit.Fault
	// Denied are faults that refuse requests without effect.
	Denied []kit.Fault
}

// Account is one account of a simulated vendor and the connector to it. The
// connector's policy asks for the field that Hide hides and for Topics.
type Account struct {
	connectors.Connector
	Stage  *kit.Stage
	Topics [2]string // ids at the processor
	Region string    // what Describe must tell of the account
	Field  string    // path of an asked field, filled at everybody that Add makes

	// Add makes somebody and returns the record.
	Add func(Person) contact.Ref
	// Bin deletes a record as staff do, so that it could be restored.
	Bin func(contact.Ref)
	// Purge deletes a record for good.
	Purge func(contact.Ref)
	// Merge lets the first record absorb the second.
	Merge func(winner, loser contact.Ref)
	// Touch changes a field of a record, as staff do.
	Touch func(contact.Ref)
	// Refuse is the record's person refusing all e-mail.
	Refuse func(contact.Ref)
	// Relate changes a row of another object that belongs to the record, and not
	// the record.
	Relate func(contact.Ref)
	// Hide makes Field unreadable for the connector, in the way of the vendor: silently.
	Hide func()
	// Staff gives somebody a login, by a role of this name. Their own name and address
	// are canaries.
	Staff func(role string)
	// Program gives a program access; nil where the vendor tells nobody of programs.
	Program func(name string)
	// Invent adds a field of the account's own, and fills it at these records. It
	// returns the path.
	Invent func(name string, at ...contact.Ref) string
	// Forbid takes from the connector what it needs to see a part of the account.
	Forbid func(connectors.Part)
	// Look tells what is true of a record.
	Look func(contact.Ref) Truth
	// Settle lets pass what the vendor needs to show a change everywhere.
	Settle func()
}

// Person is somebody to be in an account.
type Person struct {
	Email    string
	OptedOut bool
	Topics   []string // what they get mail of
}

// Truth is what a simulator knows of a record.
type Truth struct {
	Live     bool
	OptedOut bool
	Topics   []string // of the account's two, what they get mail of, in its order
}

// Run runs the suite.
func Run(t *testing.T, env Env) {
	s := suite{env}
	for _, c := range []struct {
		sentence string
		test     func(*testing.T, Account)
	}{
		{"Read streams every live contact of the account to each", s.everyLiveContact},
		{"A read of an empty account is whole", s.emptyAccount},
		{"If each fails, Read stops and returns its error", s.eachFails},
		{"Deleted and archived records are not handed over", s.deletedNotHandedOver},
		{"A merged one is an alias of its survivor", s.mergedIsAlias},
		{"Empty is not unreadable", s.emptyIsNotUnreadable},
		{"Changes streams what changed since a mark", s.handsOverChanges},
		{"A mark trails what was seen", s.nothingIsLost},
		{"A mark without a change costs a handful of calls", s.quietIsCheap},
		{"Unsupported means that only a whole read leads on", s.foreignMarks},
		{"If each fails, Changes stops and returns its error", s.eachOfChangesFails},
		{"Refresh re-reads records, in the order of refs, one each", s.refreshInOrder},
		{"Refresh tells what Read tells", s.refreshLikeRead},
		{"Unsubscribe withdraws everything", s.unsubscribeAll},
		{"Otherwise topics are withdrawn", s.unsubscribeTopics},
		{"Nothing is sent where nothing is left to do", s.nothingLeft},
		{"Delete deletes the records", s.deletes},
		{"A record that is already gone is nil", s.alreadyGone},
		{"Verify re-reads what the writes change", s.verifies},
		{"Describe reads the region, the processor's clock and what is missing", s.describes},
		{"Survey tells fields, users and programs, and names no user", s.surveys},
		{"Every method obeys its context at once", s.obeysContext},
		{"All are safe for concurrent use", s.concurrent},
	} {
		t.Run(c.sentence, func(t *testing.T) { c.test(t, s.start(t)) })
	}
	t.Run("A nil error means read whole", s.wholeOrNot)
	t.Run("What a spoiled answer hides, the next mark shows", s.spoiledChanges)
	t.Run("What a survey may not see is Unread and Missing", s.unreadParts)
	t.Run("A survey fails only if the account can't be asked", s.unaskable)
	t.Run("A survey that was shown less says so", s.spoiledSurvey)
	t.Run("Writes are sent once, and Ambiguous means sent, answer unknown", s.lostAnswers)
	t.Run("Failures are made from status and code alone", s.quietFailures)
}

type suite struct{ env Env }

// start opens an account, and checks at the test's end that nothing forbidden
// was done to it.
func (s suite) start(t *testing.T) Account {
	t.Helper()
	a := s.env.Start(t)
	t.Cleanup(func() {
		for _, c := range a.Stage.Book.Changes() {
			if c.Forbidden {
				t.Errorf("a connector must never do this: %s of a %s", c.Verb, c.Object)
			}
		}
	})
	return a
}
