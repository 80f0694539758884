package population

import "time"

// Fate is what must become of one record, in the end.
type Fate string

// The fates. A record that is saved by a keep stays, unmarketed; nobody can see
// at the processor whether the instruction about its other fields was followed.
const (
	Kept           Fate = "kept"
	Deleted        Fate = "deleted"
	Refused        Fate = "refused"         // demanded, but the processor will not delete it
	KeptUnmarketed Fate = "kept-unmarketed" // a keep saves it (C6)
	Instructed     Fate = "instructed"      // so too, and fields that the keep doesn't name are filled
)

// Marketing is what must become of a record's marketing permission: Untouched,
// OptedOut, or "left:" and the topics that end, joined by commas.
type Marketing string

// The words that Marketing is made of.
const (
	Untouched Marketing = "untouched"
	OptedOut  Marketing = "opted-out" // of all e-mail
	Left                = "left:"
)

// Standing is what a record is mailed about. Topics are named as the policy does.
type Standing struct {
	OptedOut bool     `json:"opted_out,omitempty"`
	Topics   []string `json:"topics,omitempty"`
}

// Record is one record at one processor, with its fate.
type Record struct {
	Processor string    `json:"processor"`
	Object    string    `json:"object"`
	ID        string    `json:"id"`
	Fate      Fate      `json:"fate"`
	Marketing Marketing `json:"marketing"`
	// From is when the fate holds: nobody may delete the record before, and a
	// daemon that runs daily has done it in the days after. For what is kept it is
	// the population's own start.
	From time.Time `json:"from"`
	// MarketingFrom is the same of the marketing fate; zero = the population's start.
	MarketingFrom time.Time `json:"marketing_from,omitzero"`
	Before        Standing  `json:"before"` // as it was seeded
}

// Person is one data subject of known fate.
type Person struct {
	ID     string `json:"person"`
	Recipe string `json:"recipe"`
	Case   int    `json:"case,omitempty"` // row of the table of cases, 0 = an ordinary person
	Why    string `json:"why"`
	// Last is the day, in the controller's zone, of the latest act or collection
	// over all records. A future date is none.
	Last    string   `json:"last"`
	Records []Record `json:"records"`
}

// Truth is a population's fates. Nothing of it comes from policy code.
type Truth struct {
	Now    time.Time `json:"now"`
	Zone   string    `json:"zone"`
	People []Person  `json:"people"`
}
