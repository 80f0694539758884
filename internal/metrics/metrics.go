package metrics

import (
	"net/http"
	"time"

	"github.com/prometheus/client_golang/prometheus"
	"github.com/prometheus/client_golang/prometheus/collectors"
	"github.com/prometheus/client_golang/prometheus/promhttp"
)

// Metrics is all that one process exports. It is safe for concurrent use.
type Metrics struct {
	registry      *prometheus.Registry
	state         *state
	leader        prometheus.Gauge
	cycles        *prometheus.CounterVec
	took          *prometheus.HistogramVec
	calls         *prometheus.CounterVec
	answered      *prometheus.HistogramVec
	budget        *prometheus.GaugeVec
	notifications *prometheus.CounterVec
}

// New returns Metrics with a registry of their own. The version is the program's;
// the clock is the machine's, and tells how old an answer of the state is.
func New(version string, clock func() time.Time) *Metrics {
	m := &Metrics{
		registry: prometheus.NewRegistry(),
		state:    &state{clock: clock},
		leader:   prometheus.NewGauge(prometheus.GaugeOpts{Name: "lapsed_leader", Help: "1 while this replica holds the lease and does the cycles."}),
		cycles:   prometheus.NewCounterVec(prometheus.CounterOpts{Name: "lapsed_cycles_total", Help: "Cycles that this process ended, by mode and result (done, failed)."}, []string{"mode", "result"}),
		took: prometheus.NewHistogramVec(prometheus.HistogramOpts{Name: "lapsed_cycle_duration_seconds", Help: "How long a cycle took.",
			Buckets: []float64{1, 5, 15, 60, 300, 900, 1800, 3600, 7200, 14400}}, []string{"mode"}),
		calls: prometheus.NewCounterVec(prometheus.CounterOpts{Name: "lapsed_calls_total", Help: "Tries of calls to a processor, by result: ok, or the kind of fault."}, []string{"processor", "result"}),
		answered: prometheus.NewHistogramVec(prometheus.HistogramOpts{Name: "lapsed_call_duration_seconds", Help: "How long a processor took to begin its answer.",
			Buckets: []float64{.05, .1, .25, .5, 1, 2.5, 5, 10, 30, 60, 120}}, []string{"processor"}),
		budget:        prometheus.NewGaugeVec(prometheus.GaugeOpts{Name: "lapsed_call_budget_remaining", Help: "Calls that the processor's daily budget still allows, as it tells."}, []string{"processor"}),
		notifications: prometheus.NewCounterVec(prometheus.CounterOpts{Name: "lapsed_notifications_total", Help: "Notifications to people, by channel and result (sent, failed)."}, []string{"channel", "result"}),
	}
	build := prometheus.NewGauge(prometheus.GaugeOpts{Name: "lapsed_build_info", Help: "1; the label tells the program's version.", ConstLabels: prometheus.Labels{"version": version}})
	build.Set(1)
	m.registry.MustRegister(build, m.state, m.leader, m.cycles, m.took, m.calls, m.answered, m.budget, m.notifications,
		collectors.NewGoCollector(), collectors.NewProcessCollector(collectors.ProcessCollectorOpts{}))
	return m
}

// Cycle counts a cycle that this process ended, and shows what it found.
func (m *Metrics) Cycle(f CycleFacts) {
	m.cycles.WithLabelValues(f.Mode, f.Result).Inc()
	m.took.WithLabelValues(f.Mode).Observe(f.Duration.Seconds())
	m.state.put(f)
}

// Call counts one try of a call. The kind is the fault's, "" for an answer that is none.
func (m *Metrics) Call(processor, kind string, took time.Duration) {
	if kind == "" {
		kind = "ok"
	}
	m.calls.WithLabelValues(processor, kind).Inc()
	m.answered.WithLabelValues(processor).Observe(took.Seconds())
}

// Budget shows how many calls a processor's daily budget still allows.
func (m *Metrics) Budget(processor string, left float64) {
	m.budget.WithLabelValues(processor).Set(left)
}

// Leader shows whether this replica does the cycles.
func (m *Metrics) Leader(yes bool) { m.leader.Set(one(yes)) }

// Notified counts one notification. The result is "sent" or "failed".
func (m *Metrics) Notified(channel, result string) {
	m.notifications.WithLabelValues(channel, result).Inc()
}

// Handler serves everything in Prometheus' format. One value that can't be
// gathered doesn't hide the others.
func (m *Metrics) Handler() http.Handler {
	return promhttp.HandlerFor(m.registry, promhttp.HandlerOpts{ErrorHandling: promhttp.ContinueOnError})
}

func one(yes bool) float64 {
	if yes {
		return 1
	}
	return 0
}
