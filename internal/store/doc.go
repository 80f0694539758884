// Package store owns the state: what was observed, who is one person, duties,
// batches, holds, requests, suppressions, findings, leases, and the rows of the audit log,
// in an SQLite file or in PostgreSQL. SQL stands in one file a table group, and a
// query is one text for both: engine.go has all in which they differ.
//
// Promises. One transaction writes at a time, on any machine, so that what it
// reads is still so when it writes; when it returns it is on disk. SQLite gives
// its write lock at the beginning of the transaction (synchronous FULL); on
// PostgreSQL each locks the row of the log's head first, which most change
// anyway. Readers see one snapshot and never wait for a writer. No column holds a
// direct identifier. A database that is newer than this program is not opened.
//
// Users compute outside a transaction and write in one short one. On PostgreSQL
// one that is idle for 10 s is ended: a machine that stopped in the midst of
// one must not stop the others.
//
// PostgreSQL 15 is what the tests run on; nothing newer is used. Text columns
// have the collation C, so that the order of rows doesn't depend on a server's
// language. A state on another machine needs sslmode=verify-full.
package store
