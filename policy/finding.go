package policy

// FindingCode names a kind of finding, in the form that the audit log takes.
type FindingCode string

// The findings about persons.
const (
	FindUnknownChannel   FindingCode = "unknown-channel"
	FindUnclearAge       FindingCode = "unclear-age"
	FindSuspectedMinor   FindingCode = "suspected-minor"
	FindConflictingAge   FindingCode = "conflicting-age"
	FindIdentityConflict FindingCode = "identity-conflict"
	FindFutureDate       FindingCode = "future-date"
	FindUnreadRecord     FindingCode = "unread-record"
	FindNoDates          FindingCode = "no-dates"
	FindEndlessSignal    FindingCode = "endless-signal"
	FindKeepWithoutStart FindingCode = "keep-without-start"
	FindBeyondKeep       FindingCode = "fields-beyond-keep"
	FindOldRefusal       FindingCode = "old-refusal"
	FindErasureAsked     FindingCode = "erasure-asked"
	FindCountryDiffers   FindingCode = "country-differs"
	FindNoSafeguard      FindingCode = "outside-without-safeguard"
	FindOutsideZone      FindingCode = "outside-the-zone"
	FindUserOutsideZone  FindingCode = "user-outside-the-zone"
	FindToBeTold         FindingCode = "to-be-told"
	FindToldTooLate      FindingCode = "told-too-late"
	// The findings about requests (C26), one a request.
	FindRequestUnconfirmed FindingCode = "request-unconfirmed"
	FindRequestOpen        FindingCode = "request-open"
	FindRequestBlocked     FindingCode = "request-blocked"
	FindRequestOverdue     FindingCode = "request-overdue"
)

// The findings about sources, limits and the daemon itself.
const (
	FindSourceUnread    FindingCode = "source-unread"
	FindSourceShrunk    FindingCode = "source-shrunk"
	FindSourceStale     FindingCode = "source-stale"
	FindMissing         FindingCode = "permission-missing"
	FindRegionDrift     FindingCode = "region-drift"
	FindRegionUnknown   FindingCode = "region-unknown"
	FindNotConfigured   FindingCode = "processor-not-configured"
	FindNotPublished    FindingCode = "processor-not-published"
	FindSurge           FindingCode = "surge"
	FindDisputed        FindingCode = "disputed"
	FindRefusedByVendor FindingCode = "refused-by-processor"
	FindReappeared      FindingCode = "reappeared"
	FindTakenBack       FindingCode = "refusal-taken-back"
	FindHeldHalfway     FindingCode = "held-half-way"
	FindClockSkew       FindingCode = "clock-skew"
	FindObserveTooLong  FindingCode = "observe-too-long"
	FindPolicyProposed  FindingCode = "policy-proposed"
	FindConfigInvalid   FindingCode = "config-invalid"
	FindLogBehind       FindingCode = "log-not-published"
)

// The findings about accounts and the register.
const (
	FindUndeclaredField    FindingCode = "undeclared-field"
	FindFieldsUnread       FindingCode = "fields-unread"
	FindUnlistedUser       FindingCode = "unlisted-user"
	FindUsersUnread        FindingCode = "users-unread"
	FindAccountUnread      FindingCode = "account-unread"
	FindAccountMissing     FindingCode = "account-permission-missing"
	FindUnlistedApp        FindingCode = "unlisted-app"
	FindAppsUnread         FindingCode = "apps-unread"
	FindAggregationOverdue FindingCode = "aggregation-overdue"
	FindNoAgreement        FindingCode = "consultant-without-agreement"
)

// Clause is the clause of the design that a finding belongs to.
func (c FindingCode) Clause() string {
	switch c {
	case FindUnknownChannel:
		return "C1"
	case FindUnclearAge, FindSuspectedMinor, FindConflictingAge:
		return "C4"
	case FindKeepWithoutStart, FindBeyondKeep:
		return "C6"
	case FindNotConfigured:
		return "C7"
	case FindDisputed, FindRefusedByVendor:
		return "C8"
	case FindRegionDrift, FindRegionUnknown, FindCountryDiffers, FindNoSafeguard, FindOutsideZone, FindUserOutsideZone:
		return "C9"
	case FindUndeclaredField, FindFieldsUnread:
		return "C10"
	case FindUnlistedUser, FindUsersUnread, FindAccountUnread, FindAccountMissing:
		return "C14"
	case FindNoAgreement:
		return "C16"
	case FindUnlistedApp, FindAppsUnread:
		return "C21"
	case FindAggregationOverdue:
		return "C22"
	case FindOldRefusal, FindTakenBack:
		return "C12"
	case FindPolicyProposed:
		return "C15"
	case FindNotPublished:
		return "C17"
	case FindReappeared:
		return "C19"
	case FindToBeTold, FindToldTooLate:
		return "C25"
	case FindErasureAsked, FindRequestUnconfirmed, FindRequestOpen, FindRequestBlocked, FindRequestOverdue:
		return "C26"
	default:
		return "C5"
	}
}
