package policy

import "fmt"

// Words is what a person asks for, for readers.
func (t RequestType) Words() string {
	return map[RequestType]string{AsksAccess: "access to their data", AsksErasure: "erasure", AsksObjection: "no more marketing",
		AsksRectification: "correction of their data", AsksPortability: "their data to take along"}[t]
}

// Words is where a request stands, and what a human does about it.
func (s Standing) Words() string {
	switch s {
	case StandsUnconfirmed:
		return "check who asks, then confirm it (lapsed request confirm)"
	case StandsStopped:
		return "no marketing reaches them any more, once each processor has been told"
	case StandsDeleting:
		return "what is theirs is being deleted"
	case StandsHeld:
		return "a hold forbids the deletion: tell them why, and what happens when it ends"
	case StandsKept:
		return "a law keeps what is left, without marketing: answer with the law"
	case StandsAnew:
		return "what is here came by an act of their own after they asked: ask them what is to happen to it"
	case StandsOvertaken:
		return "they gave a proven yes after they asked: nothing is deleted; ask them which holds, and record it anew if they still want to be forgotten"
	case StandsUnread:
		return "nothing is deleted while something of theirs can't be read, as a newer yes may be in it: give back the permission, or delete by hand"
	case StandsBlind:
		return "nothing is deleted while it can't be read whose the record is: give back the permission, or delete by hand"
	case StandsCrowded:
		return "nothing is deleted, as more contacts are joined here than one person can have: part them, or delete by hand"
	case StandsDoubtful:
		return "somebody else may have the address too, and nothing is deleted by an address alone: record the request by the record that is meant"
	case StandsDone:
		return "all that was theirs here is gone: answer it"
	case StandsUnknown:
		return "nobody here is known by it: answer it, or record it by the record that is meant"
	case StandsOutOfScope:
		return "the policy is not about them and leaves them alone: a human acts"
	case StandsAnswered:
		return "answered"
	default:
		return "a human answers it"
	}
}

// requestWords is a finding about one request in one sentence.
func (f Finding) requestWords() string {
	if f.Request == "" {
		return "people at " + f.Processor + " asked to be forgotten by a flag there: their mail stops, and each becomes a request of its own"
	}
	words := fmt.Sprintf("request %.12s for %s: %s", f.Request, f.Type.Words(), f.Standing.Words())
	switch {
	case f.Code == FindRequestOverdue:
		return words + ". The day for the answer has passed: answer now"
	case f.Code == FindRequestUnconfirmed && f.Standing != StandsUnconfirmed:
		return words + ". " + StandsUnconfirmed.Words()
	case f.Code == FindRequestUnconfirmed && f.Type == AsksErasure:
		return words + ". Their mail stops meanwhile"
	}
	return words
}
