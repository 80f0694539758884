// Package store owns the state: what was observed, who is one person, duties,
// batches, holds, suppressions, findings, and the rows of the audit log, in one
// SQLite file. SQL stands in one file a table group.
//
// Promises. Every write transaction takes the write lock at its start, so that
// reading and then writing can't fail half-way, and is on disk when it returns
// (synchronous FULL). Readers see one snapshot and never wait for a writer. No
// column holds a direct identifier. A database that is newer than this program,
// or whose migrations are not the ones that this program knows, is not opened.
//
// Durations between memory and disk are kept short by their users: they compute
// outside a transaction and write in one short one.
package store
