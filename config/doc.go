// Package config reads the daemon's own YAML: where the policy, the state, the
// log and the keys are, and how to reach each processor. It is as strict as the
// policy: every problem at once, with file, line and column.
//
// Paths are relative to the file that names them. Secrets come from the
// environment or from files, and can't be printed; a literal value is taken for
// servers on this machine only. What the processors' connectors need is checked
// here by name, so that a wrong config is found before anything is started.
//
// The address of a state in PostgreSQL is read as psql reads one. A password may
// stand in it, and is better left to a password file (~/.pgpass, PGPASSFILE) or
// to PGPASSWORD; PGSSLROOTCERT and the like count, too. What of it may be printed
// is the host and the name.
package config
