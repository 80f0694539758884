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
// Before a write, every record of the person is re-read and the person decided
// again; afterwards the record is re-read again, and only what was seen is
// claimed. An answer that did not come is never a reason to write again: the
// duty stays as it is until a re-read tells.
package reconcile
