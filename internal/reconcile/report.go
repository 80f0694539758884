package reconcile

import (
	"time"

	"github.com/lapsed/lapsed/internal/audit"
	"github.com/lapsed/lapsed/internal/duty"
	"github.com/lapsed/lapsed/policy"
)

// Report is what a cycle tells of itself: what `plan` and `run --once` print.
type Report struct {
	Cycle             string             `json:"cycle"`
	Mode              string             `json:"mode"`
	Now               time.Time          `json:"now"`
	Revision          string             `json:"revision"`
	Version           string             `json:"version"`
	Sources           []SourceReport     `json:"sources"`
	Persons           int                `json:"persons"`
	LeftAlone         int                `json:"left_alone"`
	Verdicts          map[string]int     `json:"verdicts"`
	Demands           map[string]int     `json:"demands"` // ground.verb → records
	People            map[string]int     `json:"people"`  // ground.verb → persons
	Duties            map[duty.State]int `json:"duties"`
	Outcomes          map[string]int     `json:"outcomes"`
	Routine           int                `json:"routine"` // duties that today's limits let through
	Blocked           int                `json:"blocked"` // due deletions that wait for a source
	BlockedWhy        string             `json:"blocked_why,omitzero"`
	Nightly           int                `json:"nightly"` // due deletions for lapsing that the day's whole reads come before
	Batches           []BatchReport      `json:"batches"`
	Findings          []FindingReport    `json:"findings"`
	Examples          []Example          `json:"examples"`
	NextDue           *time.Time         `json:"next_due,omitzero"` // when the next waiting duty has served its grace
	OldestOverdueDays int                `json:"oldest_overdue_days"`
	Checkpoint        audit.Checkpoint   `json:"checkpoint"`
	Unpublished       bool               `json:"unpublished,omitzero"` // the log could not be published
	Fault             string             `json:"fault,omitzero"`
}

// SourceReport is what one processor's read was worth.
type SourceReport struct {
	Processor string    `json:"processor"`
	Contacts  int       `json:"contacts"`
	Whole     bool      `json:"whole"`
	AsOf      time.Time `json:"as_of,omitzero"`
	WholeAt   time.Time `json:"whole_at,omitzero"` // when the latest whole read began
	Hosting   string    `json:"hosting,omitzero"`
	Region    string    `json:"region,omitzero"`
	Fault     string    `json:"fault,omitzero"`
	Failures  int       `json:"failures,omitzero"` // reads in a row that failed
}

// BatchReport is a batch that waits for an approval, or would.
type BatchReport struct {
	duty.Batch
	Approvals int  `json:"approvals"`
	Needed    int  `json:"needed"`
	Frozen    bool `json:"frozen"` // false: what would be frozen in enforce mode
}

// Live tells whether the batch waits for somebody.
func (b BatchReport) Live() bool { return b.Frozen && b.Approvals < b.Needed }

// FindingReport is one finding, counted.
type FindingReport struct {
	Code      policy.FindingCode `json:"code"`
	Clause    string             `json:"clause"`
	Processor string             `json:"processor,omitzero"`
	Subject   string             `json:"subject,omitzero"`
	Count     int                `json:"count"`
	Sample    []string           `json:"sample,omitzero"` // records
	Due       string             `json:"due,omitzero"`    // the day by which somebody must act, of the most urgent one
	Words     string             `json:"words"`

	due policy.Day
}

// Example is one person of a verdict, by record, with the reason in words.
type Example struct {
	Record  string         `json:"record"`
	Verdict policy.Verdict `json:"verdict"`
	Words   string         `json:"words"`
}

// Waits tells whether something waits for an approval.
func (r Report) Waits() bool {
	for _, b := range r.Batches {
		if b.Live() {
			return true
		}
	}
	return false
}
