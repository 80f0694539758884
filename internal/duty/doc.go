// Package duty owns what the policy demands of records over time: a [Duty] has
// one life whoever carries it out, [Sync] moves it along with what is demanded
// today, and [Plan] says which duties may be done today without a human and
// which are frozen into batches that wait for one. All of it is pure.
//
// A duty is named by its rule, verb, record and topic, and by how often the same
// was demanded before (its episode), so that replaying a cycle names the same
// duties. A duty that is no longer demanded is withdrawn; demanded again, it is
// a new episode and serves its grace anew. A hold suspends a duty without
// ending it: released, it continues where it was.
//
// Grace belongs to the ground. What a person's own wish or age demands has none;
// what only time demands (retention, and a basis that is gone) is shown to the
// owner for the policy's grace first.
package duty
