// Package app wires lapsed together: config, policy, keys, state, log, and the
// connectors of the vendors. It is the only place that names vendors, drivers
// and config together; everything a command does is a method here.
//
// It also decides what may start. Keys are made on the first run only: a missing
// key beside a log that holds entries stops the start, because under a new key
// every refusal would be forgotten. The policy file's revision is activated on
// the first run; a changed file is only proposed from then on, and the revision
// that was activated goes on deciding. What people do at once, a pause or a hold,
// goes by the active revision even if the file is broken.
//
// The daemon has no timetable of its own: the next cycle is due an interval after
// the last began, as the state says, or at once if it was left unfinished. So a
// restart neither repeats a cycle nor skips one, and any number of processes on
// one state are one daemon.
package app
