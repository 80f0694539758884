package entry

// Proposed is a plan's figures.
type Proposed struct {
	Plan       string         `json:"plan"` // digest
	Due        map[string]int `json:"due"`
	Waiting    int            `json:"waiting"`
	Persons    int            `json:"persons"`
	Population int            `json:"population"`
}

// Exceeded tells what froze duties.
type Exceeded struct {
	Limit string `json:"limit"`
	Value int    `json:"value"`
	Max   int    `json:"max"`
	Unit  string `json:"unit"`
	Batch string `json:"batch,omitzero"`
}

// Frozen is a batch that waits; Approved and Refused end the wait.
type Frozen struct {
	Batch      string         `json:"batch"`
	Duties     int            `json:"duties"`
	Verbs      map[string]int `json:"verbs"`
	Persons    int            `json:"persons"`
	Population int            `json:"population"`
}

// Approved permits at most the duties of a batch.
type Approved struct {
	Batch   string `json:"batch"`
	Role    string `json:"role"`
	Expires string `json:"expires"`
	Note    string `json:"note,omitzero"` // commitment to what was typed
}

// Paused and resumed writes.
type Paused struct {
	Cause string `json:"cause"`
	Note  string `json:"note,omitzero"`
}

// Opened is a new duty.
type Opened struct {
	Duty      string `json:"duty"`
	Person    string `json:"person"`
	Contact   string `json:"contact"`
	Processor string `json:"processor"`
	Verb      string `json:"verb"`
	Extent    string `json:"extent,omitzero"`
	Topic     string `json:"topic,omitzero"`
	Ground    string `json:"ground"`
	Decision  string `json:"decision"`
	Due       string `json:"due"`
}

// Held is a duty that a hold stops.
type Held struct {
	Duty string `json:"duty"`
	Hold string `json:"hold"`
}

// Withdrawn is a duty that is no longer demanded.
type Withdrawn struct {
	Duty  string `json:"duty"`
	Cause string `json:"cause"`
}

// Intent is logged, durably, before a write.
type Intent struct {
	Duty      string   `json:"duty"`
	Attempt   int      `json:"attempt"`
	Verb      string   `json:"verb"`
	Extent    string   `json:"extent,omitzero"`
	Topic     string   `json:"topic,omitzero"`
	Ground    string   `json:"ground"`
	Person    string   `json:"person"`
	Aka       []string `json:"aka"`
	Contact   string   `json:"contact"`
	Processor string   `json:"processor"`
	Decision  string   `json:"decision"`
	Authority string   `json:"authority"` // routine, or the batch
	Refreshed string   `json:"refreshed"`
	Holds     int      `json:"holds"`
	Before    string   `json:"before"` // commitment
}

// Outcome is what became of an attempt.
type Outcome struct {
	Duty            string `json:"duty"`
	Attempt         int    `json:"attempt"`
	State           string `json:"state"` // accepted, gone, final, refused, disputed, failed, unknown, skipped
	Reason          string `json:"reason"`
	Status          int    `json:"status,omitzero"`
	Reread          string `json:"reread"` // when it was re-read, or not-reread
	RestorableUntil string `json:"restorable_until,omitzero"`
	Receipt         string `json:"receipt,omitzero"`
	Evidence        string `json:"evidence,omitzero"`
}

// NotReread stands in Outcome.Reread when nothing was re-read.
const NotReread = "no"
