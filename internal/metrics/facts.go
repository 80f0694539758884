package metrics

import "time"

// CycleFacts are what is true of an installation after its newest cycle, in
// plain values. Maps that are nil export nothing.
type CycleFacts struct {
	Mode     string        // "observe" or "enforce"
	Result   string        // "done" or "failed"
	Duration time.Duration // of the cycle
	Finished time.Time     // when it ended; zero = none ever did

	Sources           []Source
	Rules             map[string]time.Time // "retention.delete" → when one of its duties was last seen done
	Duties            map[string]int       // by state
	Demands           map[string]int       // "retention.delete" → persons of whom it is demanded
	Findings          map[string]int       // open, by code
	Persons           int                  // in scope
	Blocked           int                  // due deletions that wait for a source or the clock
	Batches           int                  // that wait for an approval
	OldestOverdueDays int
	Paused            bool

	Log Log
}

// Source is what is known of the reads of one processor.
type Source struct {
	Name     string
	Whole    bool      // the newest read saw everything that it asked for
	WholeAt  time.Time // when the newest whole read began; zero = never
	ReadAt   time.Time // when the newest read began, whole or of changes, if it succeeded
	Failures int       // reads in a row that failed
	Contacts int       // records in the newest whole read
}

// Log says how far the audit log is, in entries.
type Log struct {
	Entries     int64
	Signed      int64     // size of the newest signed checkpoint
	Published   int64     // size of the published checkpoint
	PublishedAt time.Time // when that was published; zero = never
}
