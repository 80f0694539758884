// Package httpx owns the chain that every request to a processor goes through:
// a limiter, retries of reads, a cap on what an answer may weigh, the
// processor's clock, and one line to the observer.
//
// Reads are retried, writes never: a write whose answer is unknown is
// fault.Ambiguous. A write that provably never left (name look-up, refused
// connection, untrusted certificate, our own limiter) is fault.Transient or
// RateLimited. An answer counts when all of it is there: one that breaks off is
// a failed try. A caller who is told to stop gets a read's error at once; a write
// that was sent has some seconds more to come to its answer.
//
// A URL may hold an address that the vendor's API demands there. It is sent and
// then forgotten: errors, the observer and redirects know a request by its
// route, a template without values. Redirects are not followed.
package httpx
