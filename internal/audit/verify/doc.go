// Package verify checks an audit log from the outside: that its bytes are the
// ones that were signed, and that what they tell obeys the rules S1-S4 and
// R1-R14. It shares with the writer what an entry is (package entry) and nothing
// else. It hashes with another library than the writer, holds no database, and
// imports neither the writer nor a store, so that a bug there can't hide here.
//
// One pass over the entries does everything. [Run] reads a [Log], which is a
// published directory ([Dir]) or whatever else can show the same bytes. Memory
// grows with what is open at a time (cycles, duties that have not ended, holds,
// findings, requests, batches that live, decisions that open duties rest on) and
// by some 80 bytes for each stored checkpoint, whose roots are compared when the
// pass comes by. A price of that: a duty that has ended is forgotten, so an
// intent for it is found as "not open", while an entry that opens a duty under
// an ended one's name again is not told from a new duty.
//
// Nothing in a log stops the pass: it never panics, and goes on after a problem.
// A damaged entry is skipped, which may make later entries look wrong too; the
// first problem of a report is the one to read first. Run fails only if the log
// can't be read, or if a key that was handed in is no key.
//
// 100,000 entries of 419 bytes, with canonical form, strict decode, forms, hashes
// and rules, take about 1.3 s on a shared core (BenchmarkRun), most of it in reading
// JSON three times: alphabet, canonical form, fields.
//
// What could not be checked is part of the report. Without a pin or a
// cosignature nobody can see that a log was cut off and signed again, and the
// report's first line says so.
package verify
