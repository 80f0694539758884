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
