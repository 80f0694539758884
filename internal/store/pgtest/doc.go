// Package pgtest gives tests a PostgreSQL of their own, never one that somebody
// else uses: a server in a temporary directory that listens on a socket there,
// started at the first use in a test process and gone with it, whichever way
// that ends. Each test gets a database of its own.
//
// The server's programs are found in PATH, in LAPSED_POSTGRES_BIN, or where
// Debian puts them. Without them the tests say so and are skipped; with CI=true
// they fail.
package pgtest
