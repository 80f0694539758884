// Package audit appends to the audit log and signs its checkpoints. The log is
// an RFC 6962 Merkle tree of canonical entries; whoever checks it uses other
// code (package verify, or others' tools) and doesn't have to trust this one.
//
// Entries are rows of the state database and are appended in the transaction of
// the change that they record: there is no state without its entry and no entry
// without its state. The one row of audit_head is the sequencer; its lock is
// taken first, so that the order of the log is the order of what happened.
//
// Before a checkpoint is signed, the writer proves to itself that the tree
// extends the newest pin: the checkpoint that lies in the key directory, away
// from the database. A restored or truncated database is found there, and
// nothing is signed or written any more.
package audit
