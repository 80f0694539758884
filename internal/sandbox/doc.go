// Package sandbox owns the whole of the simulated world in one process: a
// Salesforce org, a HubSpot account, the population of known fates in them, and a
// control address, each behind its own server on loopback. It knows neither
// connectors nor policy: what it says of a daemon's conduct can't repeat the
// daemon's mistakes.
//
// # Time
//
// All share one clock, which starts at Options.Now, stands while people are
// seeded and runs on from there; POST /advance moves it. Tokens, rate limits, bins
// and indexes go by it.
//
// # The control address
//
//	GET    /truth                 each person with records, fate and why
//	GET    /calls?from=N          requests by processor, phase, purpose and route; "next" is the N to go on from
//	GET    /writes?from=N         changes that took effect, the forbidden ones counted
//	GET    /state                 how many records are there; ?processor=&object=&id= shows one record
//	GET    /compare               the truth beside the state; ?as=text for people
//	POST   /advance {"seconds":n}
//	POST   /phase {"phase":"apply"}  files the calls from now on under this name
//	POST   /faults                one fault or a list; DELETE clears all
//	POST   /mutate                an act at the vendor's side, see mutate.go
//
// Answers are JSON, errors {"error":"one clear message"}. Bodies are strict: an
// unknown name is an error. Nothing is changed by a request that fails.
//
// # What compare sees
//
// Deleted is what the vendor's users don't see any more: erased and archived in
// HubSpot, in the bin or beyond in Salesforce; /writes tells which verb did it.
// HubSpot's opt-out properties trail an address's statuses by a minute, so that
// changes of the last two minutes are taken from the book. Records that /mutate
// changes keep their fates: whoever drives it knows what it means.
package sandbox
