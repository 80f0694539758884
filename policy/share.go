package policy

import "github.com/lapsed/lapsed/internal/contact"

// Reaches is what of a contact's facts counts for others who have an address in
// common with it and are not the same person: what is refused there is refused
// for all of them (C12). With acts, two people share one address, and either
// one's act keeps both; so does what can't be told of either one's acts, or that
// they are two at all. ok is false if nothing counts.
func Reaches(f *contact.Facts, acts bool) (_ contact.Facts, ok bool) {
	out := contact.Facts{Collected: contact.NoDay, Refusals: f.Refusals}
	if acts {
		out.Signals, out.Proofs, out.Unread, out.Future, out.LinkUnread = f.Signals, f.Proofs, f.Unread, f.Future, f.LinkUnread
	}
	return out, out.Refusals != nil || out.Signals != nil || out.Proofs != nil || out.Unread || out.Future || out.LinkUnread
}
