package contact

import "time"

// Day is a calendar day of the controller's zone, counted from 1 January 1970.
type Day = int32

// NoDay stands for "no such day".
const NoDay Day = -1 << 31

// Key is a keyed pseudonym of an identifier. Keys are compared and never reversed.
type Key [16]byte

// IsZero tells whether there is no key.
func (k Key) IsZero() bool { return k == Key{} }

// Observation is what is kept of a contact: its ref, pseudonyms and facts.
// Nothing in it is a name, an address or a number that somebody could call.
type Observation struct {
	Ref         Ref
	ReadAt      time.Time
	Identifiers []Identifier
	Name        Key // of the normalised name; zero = no name
	Facts       Facts
}

// Identifier ties a contact to a person.
type Identifier struct {
	Key Key
	// Alone marks one that joins nobody: a role address (info@, post@). Refusals
	// still count for all contacts that have it.
	Alone bool
	// Email tells an address from a link between records.
	Email bool
	// Public is the identifier's pseudonym in the audit log of the current epoch;
	// "" for a link.
	Public string
}

// Facts are what a policy's rules saw in a contact. The numbers are those of the
// policy's rules, valid for the observation signature that they were made under.
type Facts struct {
	LeftAlone bool `json:"x,omitzero"` // out of the policy's scope
	Erasure   bool `json:"e,omitzero"` // asks to be forgotten, by a flag that the connector knows
	Requested bool `json:"a,omitzero"` // asks to be forgotten, by a flag that the policy names
	User      bool `json:"q,omitzero"` // uses the product
	Suspected bool `json:"s,omitzero"` // may be a minor
	Bounced   bool `json:"b,omitzero"` // mail fails for good
	Mailable  bool `json:"m,omitzero"` // has an address and no opt-out: could be mailed
	Unread    bool `json:"u,omitzero"` // something that decides could not be read
	Future    bool `json:"f,omitzero"` // a signal's date lies in the future
	// ProofUnread: a proven consent could not be read.
	ProofUnread bool `json:"v,omitzero"`
	// ScopeUnread: whether the policy is about the record could not be read.
	ScopeUnread bool `json:"w,omitzero"`
	// LinkUnread: an address, link or name by which records are joined or told apart
	// could not be read, so that the record may stand apart from its person.
	LinkUnread bool `json:"l,omitzero"`

	Collected Day       `json:"c"` // NoDay if it is not told
	Signals   []Signal  `json:"g,omitzero"`
	Channels  []uint16  `json:"h,omitzero"`
	Origin    Key       `json:"o,omitzero"` // of the value that no channel knows; zero if a channel matched
	Topics    []uint16  `json:"t,omitzero"` // subscribed now
	Refusals  []Refusal `json:"r,omitzero"`
	Proofs    []Proof   `json:"p,omitzero"`
	Births    []Birth   `json:"y,omitzero"`
	Keeps     []Keep    `json:"k,omitzero"`
	Filled    uint32    `json:"d,omitzero"` // categories that are filled: a bit each
	Told      []uint16  `json:"z,omitzero"` // channels of which the record shows that the person was told
	Places    Place     `json:"i,omitzero"` // where the person is: both, if the record contradicts itself
}

// Place is where a person is, seen from the zone that a policy protects. Bits of
// it unite what several records say; none is: not known.
type Place uint8

// The places.
const (
	Inside Place = 1 << iota
	Outside
)

// Signal is an act of the person, the latest one that its rule saw.
type Signal struct {
	Rule    uint16 `json:"r"`
	Day     Day    `json:"d,omitzero"` // of the act; of the end, if Ongoing
	Ongoing bool   `json:"o,omitzero"`
	NoEnd   bool   `json:"n,omitzero"` // ongoing, and its end could not be told
}

// Extent says how far a no reaches. A larger one includes the smaller ones.
type Extent uint8

// The extents.
const (
	ExtentTopic Extent = iota
	ExtentEmail
	ExtentMarketing
)

func (e Extent) String() string { return [...]string{"topic", "email", "marketing"}[e] }

// Refusal is a person's no.
type Refusal struct {
	Rule   uint16 `json:"r"`
	Extent Extent `json:"e,omitzero"`
	Topic  uint16 `json:"t,omitzero"` // for ExtentTopic
	At     int64  `json:"a,omitzero"` // Unix seconds; 0 = undated, set to the first read that showed it
	// Ours marks what we withdrew ourselves and read back: it is no refusal of the
	// person's, who may never have said no.
	Ours bool `json:"o,omitzero"`
}

// Proof is evidence of a yes that has all its parts.
type Proof struct {
	Topics []uint16 `json:"t,omitzero"` // nil = all topics
	At     int64    `json:"a"`          // given, Unix seconds
	Until  Day      `json:"u,omitzero"` // last day on which it counts; 0 = no end
	Form   uint16   `json:"f,omitzero"` // 1 + the form's number in the register; 0 = an accepted record
}

// Birth is what a record says of the day of birth.
type Birth struct {
	Day     Day  `json:"d,omitzero"`
	Unclear bool `json:"u,omitzero"` // something is written that is no date or can't be one
	Unread  bool `json:"n,omitzero"` // the field could not be read
}

// Keep is a law's claim on the data of a record.
type Keep struct {
	Rule   uint16 `json:"r"`
	Start  Day    `json:"s,omitzero"` // event that the period runs from
	Unread bool   `json:"u,omitzero"` // the start is not told: holds until a human ends it
	While  bool   `json:"w,omitzero"` // its condition holds now
}

// Person is all observations of one data subject, and what reaches them from
// contacts that share an address without being the same person.
type Person struct {
	Key          Key
	Observations []Observation
	// Shared holds the facts of others that share an address: their refusals
	// count here (C12). With SharedSignals they have two names on one address, and
	// either one's act keeps both.
	Shared        []Facts
	SharedSignals bool
}
