// Package policy owns what a company promised: the grammar of a policy file, its
// checks, what its rules see in a contact, what they demand of a person, and the
// words for all of that. It is pure: no clock, no files, no network, no log.
//
// A file takes this way. [Parse] reads it strictly and checks it alone;
// [Compile] binds it to the catalogues of the connectors that are set up; [Lint]
// says what it would do that nobody meant, and an error there must stop the
// start. [Policy.Observe] keeps of a contact the facts that some rule sees, and
// [Policy.Decide] says of a person's facts at an instant what the policy
// demands, and until when that holds. [Cases] are a policy's acceptance cases in
// the words of the people who answer for it; testdata/clauses holds those of
// [Reference], one file a clause.
//
// # Decisions
//
// Doubt stops marketing and never deletes. So what could not be read is told
// apart from what is empty, by what it might have been (type loss): a sign of
// life or another way of collection (Unread: no deletion that absence demands), a
// birth date that shows an adult (suspected, not a minor), a law's claim (the
// keep holds at its processors until a human ends it), what takes a record out of
// scope (ScopeUnread) or joins it to a person or tells two apart (LinkUnread: no
// deletion on any ground). One hole stays that no decision about one person can
// close: a record whose address can't be read is missing from another person.
// LinkUnread tells of it, and the caller must take its source for not read whole.
//
// A request to be forgotten deletes once a human has checked who asks. What was
// there when they asked goes, whatever they clicked on since; only a proven yes that
// is newer stops it, and so does a proof that can't be read (ProofUnread). What came
// later goes too, unless an act of their own brought it or may have: that is how a
// list that is imported again differs from somebody who came back. An address that
// two people have stops the mail of both, and deletes neither.
//
// A day of collection that nobody tells may be today's: without one, old acts
// make nobody lapse.
//
// Facts name rules by number. They may be decided upon only under the
// [Policy].Signature that they were made under; it digests all that Observe
// reads, the catalogues too, and no positions or comments.
//
// Whole days: a period begins the day after its event and ends with its last hour
// (Reg. 1182/71); ages begin at 00:00 of the birthday; proof counts from the
// beginning of its day, a no on a bare date from the end of it. A decision's Until
// is the start of a day of the controller's zone.
//
// Where somebody is, is what their records say; contradicting or unknown, they are
// taken to be inside the zone. What follows from it, and from not having told
// somebody where their data came from, is a finding with its day and never a
// deletion: a human renews a safeguard, moves data or writes a letter.
//
// What an account shows beside its contacts ([Account]) is weighed the same way:
// who has access, which programs, which fields are filled. A name that the policy
// doesn't list is a finding, and so is what could not be seen.
//
// Two people at one address are no person, but what is refused there is refused
// for both and either one's act keeps both ([Reaches]).
package policy
