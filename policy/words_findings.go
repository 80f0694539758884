package policy

import (
	"fmt"
	"strings"
	"time"
)

// The sentences of findings about sources, limits and the daemon itself. Each is
// read after its count, and says what follows. They take values and give back
// text: who finds something knows no words.

// SourceUnreadWords is of a processor that was not read whole; why is safe to print.
func SourceUnreadWords(at string, why error) string {
	return fmt.Sprintf("%s was not read whole (%v): nobody is deleted for lapsing, refusals go on", at, why)
}

// IdentityUnreadWords is of records whose person can't be told.
func IdentityUnreadWords(at string) string {
	return fmt.Sprintf("records at %s don't show whose they are: an act in them could be anybody's, so nobody is deleted for lapsing", at)
}

// NotReReadWords is of a processor that could not be re-read before a write.
func NotReReadWords(at string) string {
	return at + " could not be re-read before a write: its persons wait"
}

// UnconfirmedWords is of a processor that could not be re-read after a write.
func UnconfirmedWords(at string) string {
	return at + " could not be re-read: what it accepted is not confirmed yet"
}

// SourceShrunkWords is of a processor that showed fewer records than are known.
func SourceShrunkWords(at string, shown, known int) string {
	return fmt.Sprintf("%s showed %d records where %d are known: nobody is deleted for lapsing until it shows them again", at, shown, known)
}

// MissingWords is of a permission or setting; hint says what to do.
func MissingWords(at, what, hint string) string {
	return fmt.Sprintf("%s: %s is missing: %s", at, what, hint)
}

// SkewWords is of two clocks.
func SkewWords(at string, by time.Duration) string {
	return fmt.Sprintf("our clock and %s's differ by %s: nothing is planned until they agree", at, by.Round(time.Second))
}

// ClockBehindWords is of our clock and the log.
func ClockBehindWords(by time.Duration) string {
	return fmt.Sprintf("our clock is %s behind the log's newest entry: nothing is planned until it has caught up", by.Round(time.Second))
}

// RegionUnknownWords is of an account that doesn't tell where it is (C9).
func RegionUnknownWords(at, hosting, declared string) string {
	return fmt.Sprintf("where %s is hosted can't be told from what it says (%q); the policy says %s", at, hosting, declared)
}

// RegionDriftWords is of an account that is elsewhere than the policy says (C9).
func RegionDriftWords(at, region, hosting, declared string) string {
	return fmt.Sprintf("%s is hosted in %s (%s), and the policy says %s", at, region, hosting, declared)
}

// NotConfiguredWords is of a processor that nothing reaches (C7).
func NotConfiguredWords(at string) string {
	return at + " is in the policy, and nothing here reaches it: it is neither configured, by hand nor aggregated"
}

// NotPublishedWords is of a processor that the notice doesn't list (C17).
func NotPublishedWords(at string) string {
	return at + " is in use, and the published notice does not list it"
}

// BeyondKeepWords is of fields that a law doesn't keep (C6).
func BeyondKeepWords(at string) string {
	return "records at " + at + " are kept by a law that does not ask for all that is filled in: somebody must empty the rest"
}

// SurgeWords is of far more duties than usual.
func SurgeWords(n int) string {
	return fmt.Sprintf("%d duties came at once where a usual day has few: is a field mapped wrongly?", n)
}

// RefusedWords is of a processor that refuses a write; code is its fault's (see FaultWords).
func RefusedWords(at, code string) string {
	return fmt.Sprintf("%s refuses: %s. The owner of the record must act", at, FaultWords(code))
}

// DisputedWords is of a deletion that was accepted and didn't come.
func DisputedWords(at string) string {
	return at + " said yes, and the record is still there a day later"
}

// ReappearedWords is of records that came back (C19).
func ReappearedWords(at string) string {
	return "records that were deleted at " + at + " are back: somebody or a sync restored them"
}

// LogBehindWords is of a log that could not be published since a time.
func LogBehindWords(since string) string {
	return "the log can't be published since " + since + ": is its directory there, writable, and is there space?"
}

// ProposedWords is of a changed policy file and what it would change (C15).
func ProposedWords(impact string) string {
	return "the policy file has changed and is only proposed: it decides once it is activated (lapsed policy activate); " + impact
}

// ObserveTooLongWords is of a daemon that carries out nothing.
func ObserveTooLongWords() string {
	return "lapsed has only observed for more than 30 days: nothing that the policy promises is carried out"
}

// ConfigInvalidWords is of files that changed and can't be taken over.
func ConfigInvalidWords() string {
	return "config or policy have changed and can't be taken over: the old ones stay in force (lapsed policy lint and the process log say why)"
}

// FaultWords is the code of a fault for readers: the kind in words, and what the
// processor calls it, which its own documentation explains.
func FaultWords(code string) string {
	kind, own, _ := strings.Cut(code, ":")
	words := map[string]string{
		"transient": "it could not be reached, or failed by itself", "rate-limited": "its budget of calls is used up", "ambiguous": "no answer came",
		"auth": "credentials or permissions are wrong", "not-found": "there is no such record", "conflict": "the record's state forbids it",
		"unsupported": "this account can't do it", "invalid": "it does not understand the request", "unknown": "it does not say why",
		"shrunk": "it shows far fewer records than are known", "identity-unread": "records don't show whose they are",
	}[kind]
	switch {
	case words == "":
		return code
	case own == "":
		return words
	}
	return words + " (" + own + ")"
}

// ReasonWords is why a duty stands where it does, for readers: a code that the
// daemon gave it, or that of a fault.
func ReasonWords(code string) string {
	words := map[string]string{
		"": "", "record-gone": "the record is gone", "no-answer": "no answer came; a re-read will tell", "still-there": "still there a day later",
		"back-after-deletion": "back after it was deleted", "not-done": "was not done", "re-read": "re-read", "processor-said-yes": "the processor said yes",
	}
	if w, known := words[code]; known {
		return w
	}
	return FaultWords(code)
}

// StateWords is a duty's state for readers, with when it is due where that matters.
func StateWords(state, due string) string {
	switch state {
	case "waiting":
		return "serves its grace, due on " + due
	case "due":
		return "due since " + due
	case "acting":
		return "sent, no answer yet"
	case "accepted":
		return "the processor said yes"
	case "gone":
		return "seen gone"
	case "final":
		return "done for good"
	case "withdrawn":
		return "no longer demanded"
	case "held":
		return "a hold forbids it"
	case "refused":
		return "the processor refuses"
	case "disputed":
		return "said yes, and still there"
	default:
		return state
	}
}
