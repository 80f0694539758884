package entry

// The kinds of entries.
const (
	LogCreated         Kind = "log.created"
	CycleStarted       Kind = "cycle.started"
	CycleFinished      Kind = "cycle.finished"
	SourceRead         Kind = "source.read"
	PolicyActivated    Kind = "policy.activated"
	ConfigChanged      Kind = "config.changed"
	DecisionMade       Kind = "decision"
	PersonJoined       Kind = "person.joined"
	PlanProposed       Kind = "plan.proposed"
	LimitExceeded      Kind = "limit.exceeded"
	BatchFrozen        Kind = "batch.frozen"
	BatchApproved      Kind = "batch.approved"
	BatchRefused       Kind = "batch.refused"
	WritesPaused       Kind = "writes.paused"
	WritesResumed      Kind = "writes.resumed"
	DutyOpened         Kind = "duty.opened"
	DutyHeld           Kind = "duty.held"
	DutyWithdrawn      Kind = "duty.withdrawn"
	DutyIntent         Kind = "duty.intent"
	DutyOutcome        Kind = "duty.outcome"
	HoldAdded          Kind = "hold.added"
	HoldCarried        Kind = "hold.carried"
	HoldReleased       Kind = "hold.released"
	RefusalRecorded    Kind = "refusal.recorded"
	RefusalLifted      Kind = "refusal.lifted"
	SuppressionAdded   Kind = "suppression.added"
	SuppressionExpired Kind = "suppression.expired"
	FindingOpened      Kind = "finding.opened"
	FindingResolved    Kind = "finding.resolved"
	RequestReceived    Kind = "request.received"
	RequestAnswered    Kind = "request.answered"
	Access             Kind = "access"
	KeyRotated         Kind = "key.rotated"
	KeyDestroyed       Kind = "key.destroyed"
	CheckpointPinned   Kind = "checkpoint.pinned"
	ClockStepped       Kind = "clock.stepped"
	LogVerified        Kind = "log.verified"
)

// Created begins a log, at index 0, once.
type Created struct {
	Origin   string    `json:"origin"`
	VKey     string    `json:"vkey"`
	Hash     string    `json:"hash"` // rfc6962-sha256
	Succeeds *Succeeds `json:"succeeds,omitzero"`
}

// Succeeds names the log that this one goes on from.
type Succeeds struct {
	Origin string `json:"origin"`
	Size   int64  `json:"size"`
	Root   string `json:"root"`
	Cause  string `json:"cause"`
}

// Started begins a cycle.
type Started struct {
	Mode       string   `json:"mode"`
	Revision   string   `json:"revision"`
	Config     string   `json:"config"`
	Build      string   `json:"build"`
	Trigger    string   `json:"trigger"` // schedule, manual, once
	Instance   string   `json:"instance"`
	Processors []string `json:"processors"`
	Recovers   []string `json:"recovers,omitzero"`
}

// Finished ends a cycle.
type Finished struct {
	Result            string         `json:"result"` // done, stopped, failed
	Fault             string         `json:"fault,omitzero"`
	Persons           int            `json:"persons"`
	Verdicts          map[string]int `json:"verdicts"`
	Outcomes          map[string]int `json:"outcomes"`
	Findings          int            `json:"findings"`
	OldestOverdueDays int            `json:"oldest_overdue_days"`
	Decisions         string         `json:"decisions"` // digest of sorted lines "person verdict rule"
}

// SourceWasRead tells what one read of a processor was worth.
type SourceWasRead struct {
	Processor     string `json:"processor"`
	Object        string `json:"object"`
	Whole         bool   `json:"whole"`
	Contacts      int    `json:"contacts"`
	Digest        string `json:"digest"`
	AsOf          string `json:"as_of"`
	StalenessS    int64  `json:"staleness_s"`
	MaxStalenessS int64  `json:"max_staleness_s"`
	Region        string `json:"region,omitzero"`
	SkewS         int64  `json:"skew_s"`
	Unmapped      int    `json:"unmapped"`
}

// PolicyWasActivated makes a revision the one that decides.
type PolicyWasActivated struct {
	Revision   string         `json:"revision"`
	Version    string         `json:"version"`
	Effective  string         `json:"effective"`
	Supersedes string         `json:"supersedes,omitzero"`
	Impact     map[string]int `json:"impact"`
}

// ConfigWasChanged names key paths, never values.
type ConfigWasChanged struct {
	Config  string   `json:"config"`
	Changed []string `json:"changed"`
}

// Decision is what the policy said of a person.
type Decision struct {
	ID       string   `json:"id"`
	Person   string   `json:"person"`
	Aka      []string `json:"aka"`
	Revision string   `json:"revision"`
	Verdict  string   `json:"verdict"`
	Demands  []string `json:"demands"` // verb.processor[.extent[.topic]]
	Rules    []string `json:"rules"`
	Reasons  []string `json:"reasons"`
	Facts    string   `json:"facts"` // commitment
}

// Joined keeps the pseudonyms of persons that became one findable.
type Joined struct {
	Person string   `json:"person"`
	Joins  []string `json:"joins"`
	Cause  string   `json:"cause"` // merge, link, address
}

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

// HoldWasAdded forbids deletion; carried repeats it under new pseudonyms.
type HoldWasAdded struct {
	Hold   string   `json:"hold"`
	Person string   `json:"person"`
	Aka    []string `json:"aka"`
	Cause  string   `json:"cause"` // commitment to what was typed
	Basis  string   `json:"basis"` // court, regulator, claim, dispute, other
	Until  string   `json:"until"`
}

// HoldWasReleased ends a hold.
type HoldWasReleased struct {
	Hold  string `json:"hold"`
	Cause string `json:"cause"`
	Note  string `json:"note,omitzero"`
}

// RefusalWasRecorded is a no that was seen first.
type RefusalWasRecorded struct {
	Person string `json:"person"`
	Extent string `json:"extent"`
	Topic  string `json:"topic,omitzero"`
	Source string `json:"source"`
}

// RefusalWasLifted is a no that a newer proof has lifted.
type RefusalWasLifted struct {
	Person string `json:"person"`
	Proof  string `json:"proof"`
}

// SuppressionWasAdded is what remains of a person.
type SuppressionWasAdded struct {
	Person string `json:"person"`
	Extent string `json:"extent"`
	Until  string `json:"until,omitzero"`
}

// SuppressionHasExpired ends it.
type SuppressionHasExpired struct {
	Person string `json:"person"`
}

// FindingWasOpened is something for a human.
type FindingWasOpened struct {
	Finding   string `json:"finding"`
	Code      string `json:"code"`
	Clause    string `json:"clause"`
	Processor string `json:"processor,omitzero"`
	Person    string `json:"person,omitzero"`
	Count     int    `json:"count,omitzero"`
	Due       string `json:"due,omitzero"`
}

// FindingWasResolved closes it.
type FindingWasResolved struct {
	Finding    string `json:"finding"`
	Resolution string `json:"resolution"`
	Evidence   string `json:"evidence,omitzero"`
}

// RequestWasReceived is a data subject's request.
type RequestWasReceived struct {
	Request string   `json:"request"`
	Type    string   `json:"type"`
	Person  string   `json:"person"`
	Aka     []string `json:"aka"`
	Due     string   `json:"due"`
}

// RequestWasAnswered ends it.
type RequestWasAnswered struct {
	Request string   `json:"request"`
	Result  string   `json:"result"`
	Duties  []string `json:"duties"`
}

// Accessed is a look at personal data.
type Accessed struct {
	Route    string `json:"route"`
	Persons  int    `json:"persons"`
	Person   string `json:"person,omitzero"`
	Exported bool   `json:"exported"`
	Purpose  string `json:"purpose,omitzero"`
}

// KeyWasRotated begins a key; the first one of each use too.
type KeyWasRotated struct {
	Use        string `json:"use"` // log, subject, reader, signer
	KID        string `json:"kid,omitzero"`
	VKey       string `json:"vkey,omitzero"`
	Commitment string `json:"commitment,omitzero"`
	Replaces   string `json:"replaces,omitzero"`
	Cause      string `json:"cause"`
}

// KeyWasDestroyed ends one.
type KeyWasDestroyed struct {
	Use   string `json:"use"`
	KID   string `json:"kid"`
	Cause string `json:"cause"`
}

// Pinned is a checkpoint that somebody else holds.
type Pinned struct {
	Size  int64  `json:"size"`
	Root  string `json:"root"`
	Place string `json:"place"` // file, log, witness, tsa
	Name  string `json:"name"`
	Proof string `json:"proof"`
}

// Stepped tells of a clock that jumped.
type Stepped struct {
	Was string `json:"was"`
	Now string `json:"now"`
}

// Verified tells of a check of the log itself.
type Verified struct {
	Size     int64  `json:"size"`
	Root     string `json:"root"`
	OK       bool   `json:"ok"`
	Problems int    `json:"problems"`
}

// NewBody returns a pointer to the empty body of a kind, nil for an unknown one.
func NewBody(k Kind) any {
	switch k {
	case LogCreated:
		return new(Created)
	case CycleStarted:
		return new(Started)
	case CycleFinished:
		return new(Finished)
	case SourceRead:
		return new(SourceWasRead)
	case PolicyActivated:
		return new(PolicyWasActivated)
	case ConfigChanged:
		return new(ConfigWasChanged)
	case DecisionMade:
		return new(Decision)
	case PersonJoined:
		return new(Joined)
	case PlanProposed:
		return new(Proposed)
	case LimitExceeded:
		return new(Exceeded)
	case BatchFrozen:
		return new(Frozen)
	case BatchApproved, BatchRefused:
		return new(Approved)
	case WritesPaused, WritesResumed:
		return new(Paused)
	case DutyOpened:
		return new(Opened)
	case DutyHeld:
		return new(Held)
	case DutyWithdrawn:
		return new(Withdrawn)
	case DutyIntent:
		return new(Intent)
	case DutyOutcome:
		return new(Outcome)
	case HoldAdded, HoldCarried:
		return new(HoldWasAdded)
	case HoldReleased:
		return new(HoldWasReleased)
	case RefusalRecorded:
		return new(RefusalWasRecorded)
	case RefusalLifted:
		return new(RefusalWasLifted)
	case SuppressionAdded:
		return new(SuppressionWasAdded)
	case SuppressionExpired:
		return new(SuppressionHasExpired)
	default:
		return newRareBody(k)
	}
}

func newRareBody(k Kind) any {
	switch k {
	case FindingOpened:
		return new(FindingWasOpened)
	case FindingResolved:
		return new(FindingWasResolved)
	case RequestReceived:
		return new(RequestWasReceived)
	case RequestAnswered:
		return new(RequestWasAnswered)
	case Access:
		return new(Accessed)
	case KeyRotated:
		return new(KeyWasRotated)
	case KeyDestroyed:
		return new(KeyWasDestroyed)
	case CheckpointPinned:
		return new(Pinned)
	case ClockStepped:
		return new(Stepped)
	case LogVerified:
		return new(Verified)
	default:
		return nil
	}
}

// KindKnown tells whether there is such a kind.
func KindKnown(k Kind) bool { return NewBody(k) != nil }
