// Package pseudonym owns the keyed pseudonyms that stand for people wherever
// something is kept, the keys that make them, and the normal forms of the
// identifiers that go in.
//
// There are two sorts. State keys ([contact.Key]) join contacts to persons and
// name duties; they are made with one key that is never rotated, stay in the
// state database, and appear in no log. Log pseudonyms ([Ring.Public]) stand in
// audit entries; they are made in two steps, so that one person's opening can be
// given out without the key, and their key lives for an epoch.
//
// Keys live in a directory of their own, never in the database. They are made on
// the first run only: a missing key beside existing state is an error, because
// with a new one every refusal and every suppression would be forgotten.
package pseudonym
