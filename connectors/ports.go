package connectors

import (
	"context"
	"time"

	"github.com/lapsed/lapsed/internal/contact"
)

// Source reads the contacts of one account of one processor. It can't write.
type Source interface {
	// Catalogue tells the vendor's standard fields. It is constant.
	Catalogue() contact.Catalogue
	// Read streams every live contact of the account to each, page by page, with
	// all that the asked fields need. A nil error means read whole: every page
	// arrived, every asked field was readable, no row was seen only in part. The
	// same record may come twice; the later one holds. If each fails, Read stops
	// and returns its error. Deleted and archived records are not handed over;
	// a merged one is an alias of its survivor.
	Read(ctx context.Context, each func([]contact.Contact) error) (Reading, error)
	// Changes streams what changed since a mark that an earlier Read or Changes
	// returned: contacts with all that the asked fields need, as Read's, and after
	// them the refs of records that are gone since. A change of a row or subscription
	// that decides about a contact hands that contact over again, wherever the vendor
	// lets one see it; what it can't see is named in the connector's doc.go and waits
	// for the next whole read. Nothing is proved of records that are not handed over.
	// A mark trails what was seen, so the same contact may come twice; to repeat a
	// call with the same mark is harmless. When each fails, Changes stops and returns
	// its error. An error of kind Unsupported means that only a whole read leads on:
	// the mark is too old, not one of this account's questions, or too much changed.
	Changes(ctx context.Context, since string, each func(Page) error) (Reading, error)
	// Refresh re-reads records with all that the asked fields need, in the
	// vendor's batches. The answers come in the order of refs, one each. An error
	// means that nothing is known of any of them.
	Refresh(ctx context.Context, refs []contact.Ref) ([]Reread, error)
}

// Target writes to one account of one processor.
type Target interface {
	// Unsubscribe withdraws marketing permission as each item says. The answers
	// come in the order of items: nil when the processor said yes, or nothing was
	// left to do. An error of kind Ambiguous means: sent, answer unknown.
	Unsubscribe(ctx context.Context, items []Unsubscription) []error
	// Delete deletes the records as the account's configuration says. The answers
	// are as Unsubscribe's; a record that is already gone is nil.
	Delete(ctx context.Context, refs []contact.Ref) []error
	// Verify re-reads what the writes above change, existence, refusals and
	// subscriptions, and no more. Answers are as Refresh's, from the system of
	// record and never from a search index.
	Verify(ctx context.Context, contacts []contact.Contact) ([]Reread, error)
}

// Describer tells what the account is.
type Describer interface {
	// Describe reads the account's region, the fields and permissions that the
	// asked fields and the writes need, and the processor's clock. It reports
	// what is missing and fails only if the account can't be asked at all.
	Describe(ctx context.Context) (Description, error)
}

// Connector is what an account's adapter offers in all. Callers take the narrow
// ports.
type Connector interface {
	Source
	Target
	Describer
	Surveyor
}

// Reading is what a read tells of itself.
type Reading struct {
	Contacts int       // records handed over
	AsOf     time.Time // processor's clock when the read began
	// Mark is where Changes goes on from. It means something only beside a nil
	// error, and is "" if the processor's clock could not be told.
	Mark string
}

// Page is a part of what Changes found.
type Page struct {
	Contacts []contact.Contact
	// Gone are records that are not live any more, by the processor's own word. A
	// merged one is none of them, but an alias of its survivor in Contacts.
	Gone []contact.Ref
}

// Unsubscription withdraws marketing permission at one record. It holds the
// contact as just re-read because some vendors tie a refusal to its addresses.
type Unsubscription struct {
	Contact contact.Contact
	// All withdraws everything. Otherwise Topics are withdrawn, by the
	// processor's own ids of them as the policy gives them.
	All    bool
	Topics []string
}

// State says what a re-read found.
type State uint8

// The states of a re-read record. The zero State is Unread.
const (
	Unread  State = iota
	Present       // there; Contact is filled
	Binned        // deleted, but restorable by the account's users
	Absent        // not there for anyone
	Merged        // another record answers for it; Into names it, and Contact is that one
)

func (s State) String() string {
	return [...]string{"unread", "present", "binned", "absent", "merged"}[s]
}

// Reread is what a re-read found of one record.
type Reread struct {
	Ref     contact.Ref
	State   State
	Contact contact.Contact
	Into    contact.Ref
}

// Description is what an account tells of itself.
type Description struct {
	Account string // the vendor's id of the account
	Hosting string // where it is hosted, in the vendor's word: "na1", "USA744"; "" if it can't be read
	Region  string // ISO 3166 code, "EU" or "EEA", if Hosting proves it; "" = unknown
	// Unreadable names the asked fields that don't exist or that we may not read,
	// as policy paths ("Birthdate", "Task.CompletedDateTime").
	Unreadable []string
	// Missing lists what an admin must grant or switch on, in one sentence each.
	Missing []Missing
	// BinnedFor tells how long deleted records stay restorable; 0 = not told.
	BinnedFor time.Duration
	// Clock is the processor's own time at the answer, zero if it told none.
	Clock time.Time
	// Zone is the account's IANA time zone, "" if not told.
	Zone string
}

// Missing is one permission, scope or setting that is not there.
type Missing struct {
	What string // the vendor's name of it: "crm.objects.contacts.write"
	Hint string // what to do, one sentence
	For  Need   // what can't be done without it
}

// Need says what a missing permission stops.
type Need uint8

// What can be stopped.
const (
	ForReading Need = iota
	ForUnsubscribing
	ForDeleting
	ForRegion
	ForSurvey // what is in the account beside its contacts
)
