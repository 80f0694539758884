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
//	POST   /faults                one fault, a list, or mixtures; DELETE clears all
//	POST   /mutate                an act at the vendor's side, see mutate.go
//
// Answers are JSON, errors {"error":"one clear message"}. Bodies are strict: an
// unknown name is an error. Nothing is changed by a request that fails.
//
// # Faults
//
// Each request meets the first armed fault that fits it. --faults and Options.Faults
// take several, with commas between:
//
//	processor:route:kind[=value][:times[:skip]][@rate[/seed]]
//
//	hubspot:search:status=429:3          the next three searches are refused
//	salesforce::slow=2s                  every answer takes two seconds more
//	hubspot:gdpr-delete:drop-after-commit@0.1/7   a tenth of the deletions lose their answer
//	hubspot::mixed@0.02/7                one request in fifty meets one of all kinds
//
// An empty processor or route means all; a route is a part of its template. The
// value is a status or a Go duration. The kinds are in each processor's doc.go.
// With a rate the seed decides which requests meet the fault, by how many of the
// same route there were: a client that repeats its requests repeats its luck.
//
// POST /faults takes the same as JSON, one or a list:
//
//	{"processor":"hubspot","route":"search","kind":"status","status":429,"times":3,"skip":0,"rate":0.1,"seed":7}
//
// or mixtures by processor, of some kinds or of all that the processor knows:
//
//	{"salesforce":{"rate":0.02,"seed":7},"hubspot":{"rate":0.05,"seed":7,"kinds":["status=503","truncated"],"route":"contacts"}}
//
// # What compare sees
//
// Deleted is what the vendor's users don't see any more: erased and archived in
// HubSpot, in the bin or beyond in Salesforce; /writes tells which verb did it.
// HubSpot's opt-out properties trail an address's statuses by a minute, so that
// changes of the last two minutes are taken from the book. Records that /mutate
// changes keep their fates: whoever drives it knows what it means.
package sandbox
