// Package connectors owns the ports between lapsed and the processors: a
// [Source] reads contacts, a [Target] writes to them, a [Describer] tells what
// the account is and what we may do there, a [Surveyor] what else is in it. Each
// vendor is a folder beside this file; connectortest holds the suite that every
// vendor passes.
//
// The contract that binds all of them:
//
//   - Whole or not. A read that did not see everything returns an error. There
//     is no partial success: pages handed over before the error are true of the
//     records in them and prove nothing about the others.
//   - What changed is no proof of the rest. Changes hands over what a vendor shows
//     as changed, and says nothing of whom it doesn't name: only whole reads count.
//   - Empty is not unreadable. A field that could not be read is named, in
//     Description.Unreadable for all records or Contact.Unreadable for one. A
//     connector MUST prove that each field it was asked for exists and is
//     readable, since vendors omit a missing one silently.
//   - Writes address immutable record ids, are sent once, and are never repeated
//     on an unknown answer: that is fault.Ambiguous, and the caller re-reads.
//   - No type here can express a subscription, a creation, or the lifting of a
//     refusal. A connector never creates records, notes, tasks or calls.
//   - Failures are *fault.Error, made from status and code alone. What a vendor
//     says in words, and every URL, may hold a person's address and goes nowhere.
//   - Every method obeys its context at once; a write that was sent may take the
//     seconds that httpx gives it to come to its answer, and none is begun after
//     the end. All are safe for concurrent use.
package connectors
