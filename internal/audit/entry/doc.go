// Package entry owns what one leaf of the audit log is: its kinds, their fields,
// the canonical bytes that are stored and hashed, and the commitments that tie
// evidence to an entry without showing it. It is pure, and shared by the writer
// and by the verifier, which share nothing else.
//
// The bytes are RFC 8785 JSON: one reading only is possible, and checking a hash
// never serialises anything anew. Every string is of a narrow alphabet without
// space or @, every number a whole one below 2^53; there is no null, no empty
// string and no float. What a human typed, and everything personal, is outside:
// an entry holds a commitment to it.
package entry
