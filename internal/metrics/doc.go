// Package metrics owns what an operator watches: the names, types and labels of
// what is exported in Prometheus' format, and nothing of where it comes from.
//
// There are two kinds. What the process counted itself (cycles, calls,
// notifications) are counters and histograms that begin at zero with it. What is
// true of the state (duties, findings, sources, the log) is asked from the state
// when somebody scrapes, at most once in [Fresh]: so it is right after a restart,
// and the same on every replica, whoever holds the lease.
//
// A state that can't be asked shows as lapsed_state_up 0, and the values of the
// state are left out: an old number that looks alive is worse than none. What
// has never happened is left out, too, and is no 1970.
//
// Names follow Prometheus' conventions: the prefix lapsed_, base units, _total
// for counters, timestamps in Unix seconds. The exception is
// lapsed_oldest_overdue_days, which is named and counted as the reports do it.
// Labels hold processors, rules, states and codes, which are few and come from the
// policy or from us. They never hold a person, a record or a batch.
package metrics
