// Package reconcile owns the cycle: the stages that bring the processors to what
// the policy demands. Each stage is a function over the state, in a file of its
// own, and asks the state what is due; [Engine.Cycle] says what follows what.
//
// Two promises are kept by types. An [Engine] holds only sources: it can read
// and plan, and nothing in it can write to a processor. Writing takes a [Hand],
// which only enforce mode gets. And nothing is written without a durable intent
// before it: the only way to a target is through act, which commits the intents
// first.
//
// A cycle costs what has changed and what has come due. Sources are read for
// changes, and once a day whole; records whose links have changed are resolved
// among the persons around them; only persons about whom something has changed,
// or for whom time has come, are decided on; and the figures are kept, not
// counted. What is to be done is in the state, so that a cycle which is killed
// leaves nothing out. Deletions for lapsing have their turn in the cycles that read
// sources whole.
//
// One cycle runs at a time, on one process, under one lease whose fence begins
// every transaction. A lease for each processor would let machines share the
// work, and would be no less exclusive: before each write every record of the
// person is re-read at every processor, so whoever writes must hold them all.
//
// A request of a person is known by what they were named by when they asked, and
// by nothing more until it is carried out: who is one person with whom may be
// mended meanwhile. With the first intent that carries it out it is known by all
// that was theirs, so that what is left, or comes back, is met by it when the
// record that was named is gone. An address alone never tells whose it is where
// two names have it.
//
// A policy numbers its rules and topics. Under a new one every no is kept by name
// first, and what the old one saw decides nothing until it has been read again.
//
// Before a write, every record of the person is re-read and the person decided
// again; afterwards the record is re-read again, and only what was seen is
// claimed. An answer that did not come is never a reason to write again: the
// duty stays as it is until a re-read tells.
package reconcile
