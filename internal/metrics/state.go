package metrics

import (
	"context"
	"sync"
	"time"

	"github.com/prometheus/client_golang/prometheus"
)

const (
	// Fresh is how long an answer of the state serves: scrapes by several
	// collectors, or by a curious person, cost the state one query set.
	Fresh = 5 * time.Second
	// patience is how long a scrape waits for the state. It is below Prometheus'
	// own 10 s, so that lapsed_state_up 0 arrives in place of a timeout.
	patience = 5 * time.Second
)

// state exports what is true of the state, as asked at the scrape.
type state struct {
	clock func() time.Time

	mu    sync.Mutex
	ask   func(context.Context) (CycleFacts, error)
	facts CycleFacts
	at    time.Time // of facts; zero = there are none
	up    bool
}

// Collect has the state asked for its facts at each scrape, at most once in
// Fresh. Without it, what the last Cycle told is shown.
func (m *Metrics) Collect(ask func(context.Context) (CycleFacts, error)) {
	m.state.mu.Lock()
	defer m.state.mu.Unlock()
	m.state.ask, m.state.at = ask, time.Time{}
}

// put takes a cycle's word, or, if the state can be asked, has it asked at the next
// scrape: it knows more.
func (s *state) put(f CycleFacts) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.ask != nil {
		s.at = time.Time{}
		return
	}
	s.facts, s.at, s.up = f, s.clock(), true
}

// current returns the facts; up tells whether the state could be asked.
func (s *state) current() (f CycleFacts, up, known bool) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.ask == nil {
		return s.facts, s.up, !s.at.IsZero()
	}
	if now := s.clock(); s.at.IsZero() || now.Sub(s.at) >= Fresh {
		ctx, cancel := context.WithTimeout(context.Background(), patience)
		defer cancel()
		var err error
		s.facts, err = s.ask(ctx)
		s.at, s.up = now, err == nil
	}
	return s.facts, s.up, true
}

func desc(name, help string, labels ...string) *prometheus.Desc {
	return prometheus.NewDesc("lapsed_"+name, help, labels, nil)
}

// What is exported of the state.
var (
	descUp        = desc("state_up", "1 if the state could be asked at this scrape.")
	descCycle     = desc("last_cycle_timestamp_seconds", "When the newest cycle ended, of whichever replica.")
	descCycleOK   = desc("last_cycle_succeeded", "1 if the newest cycle did all its stages.")
	descCycleTook = desc("last_cycle_duration_seconds", "How long the newest cycle took.")
	descEnforcing = desc("enforcing", "1 if the newest cycle might write to processors, 0 if it only observed.")
	descPaused    = desc("paused", "1 while all writes are paused.")
	descPersons   = desc("persons", "Persons in the policy's scope.")
	descOverdue   = desc("oldest_overdue_days", "Days since the oldest duty was due that is not done.")
	descBlocked   = desc("blocked_duties", "Due deletions that wait for a source that was not read whole, or for the clock.")
	descBatches   = desc("batches_waiting", "Batches that wait for a person's approval.")
	descDuties    = desc("duties", "Duties by state.", "state")
	descDemands   = desc("demanded_persons", "Persons of whom a rule demands something.", "rule")
	descRule      = desc("rule_last_success_timestamp_seconds", "When a duty of the rule was last seen done.", "rule")
	descFindings  = desc("findings", "Cases in the open findings, by code.", "code")
	descSource    = desc("source_last_success_timestamp_seconds", "When the newest whole read of a source began.", "source")
	descRead      = desc("source_last_read_timestamp_seconds", "When the newest read of a source began, whole or of what has changed, if it succeeded.", "source")
	descFailures  = desc("source_failures", "Reads of a source in a row that failed.", "source")
	descWhole     = desc("source_whole", "1 if the newest read of a source saw everything that it asked for.", "source")
	descContacts  = desc("source_contacts", "Records in the newest whole read of a source.", "source")
	descEntries   = desc("log_entries", "Entries of the audit log.")
	descSigned    = desc("log_signed_entries", "Entries under the newest signed checkpoint.")
	descPublished = desc("log_published_entries", "Entries under the published checkpoint.")
	descPubAt     = desc("log_last_published_timestamp_seconds", "When a checkpoint was last published.")
)

func all() []*prometheus.Desc {
	return []*prometheus.Desc{descUp, descCycle, descCycleOK, descCycleTook, descEnforcing, descPaused, descPersons, descOverdue, descBlocked, descBatches, descDuties,
		descDemands, descRule, descFindings, descSource, descRead, descFailures, descWhole, descContacts, descEntries, descSigned, descPublished, descPubAt}
}

// Describe names what Collect may send.
func (s *state) Describe(to chan<- *prometheus.Desc) {
	for _, d := range all() {
		to <- d
	}
}

// Collect sends what is known.
func (s *state) Collect(to chan<- prometheus.Metric) {
	f, up, known := s.current()
	if !known {
		return
	}
	e := exporter{to}
	e.put(descUp, one(up))
	if !up {
		return
	}
	e.cycle(f)
	e.put(descPaused, one(f.Paused))
	e.put(descPersons, float64(f.Persons))
	e.put(descOverdue, float64(f.OldestOverdueDays))
	e.put(descBlocked, float64(f.Blocked))
	e.put(descBatches, float64(f.Batches))
	e.counts(descDuties, f.Duties)
	e.counts(descDemands, f.Demands)
	e.counts(descFindings, f.Findings)
	for rule, at := range f.Rules {
		e.instant(descRule, at, rule)
	}
	for _, x := range f.Sources {
		e.instant(descSource, x.WholeAt, x.Name)
		e.instant(descRead, x.ReadAt, x.Name)
		e.put(descFailures, float64(x.Failures), x.Name)
		e.put(descWhole, one(x.Whole), x.Name)
		e.put(descContacts, float64(x.Contacts), x.Name)
	}
	e.put(descEntries, float64(f.Log.Entries))
	e.put(descSigned, float64(f.Log.Signed))
	e.put(descPublished, float64(f.Log.Published))
	e.instant(descPubAt, f.Log.PublishedAt)
}

type exporter struct{ to chan<- prometheus.Metric }

func (e exporter) cycle(f CycleFacts) {
	if f.Finished.IsZero() {
		return
	}
	e.instant(descCycle, f.Finished)
	e.put(descCycleOK, one(f.Result == "done"))
	e.put(descCycleTook, f.Duration.Seconds())
	e.put(descEnforcing, one(f.Mode == "enforce"))
}

func (e exporter) put(d *prometheus.Desc, v float64, labels ...string) {
	e.to <- prometheus.MustNewConstMetric(d, prometheus.GaugeValue, v, labels...)
}

// instant sends a time; the zero time is not sent.
func (e exporter) instant(d *prometheus.Desc, t time.Time, labels ...string) {
	if !t.IsZero() {
		e.put(d, float64(t.UnixMilli())/1000, labels...)
	}
}

func (e exporter) counts(d *prometheus.Desc, by map[string]int) {
	for k, n := range by {
		e.put(d, float64(n), k)
	}
}
