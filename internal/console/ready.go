package console

import (
	"context"
	"log/slog"
	"net/http"
	"strings"
	"sync"
	"time"
)

const (
	// settled is how long one answer serves.
	settled = time.Second
	// patience is how long all checks together may take: below the 5 s or more
	// that probes wait.
	patience = 3 * time.Second
)

// readiness answers whether all checks pass.
type readiness struct {
	checks []Check
	logger *slog.Logger
	clock  func() time.Time

	mu     sync.Mutex
	at     time.Time // of the answer; zero = none yet
	failed []string
	told   string // what was logged last
}

func (h *readiness) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	if failed := h.ask(r.Context()); len(failed) > 0 {
		say(w, http.StatusServiceUnavailable, "not ready: "+strings.Join(failed, ", "))
		return
	}
	say(w, http.StatusOK, "ready")
}

// ask names the checks that fail. Who asks while they run waits for their answer.
func (h *readiness) ask(ctx context.Context) []string {
	h.mu.Lock()
	defer h.mu.Unlock()
	now := h.clock()
	if !h.at.IsZero() && now.Sub(h.at) < settled && !now.Before(h.at) {
		return h.failed
	}
	// The answer is everybody's: it doesn't end because one asker hung up.
	ctx, cancel := context.WithTimeout(context.WithoutCancel(ctx), patience)
	defer cancel()
	h.failed, h.at = nil, now
	why := []any{}
	for _, c := range h.checks {
		if err := c.Do(ctx); err != nil {
			h.failed = append(h.failed, c.Name)
			why = append(why, c.Name, err.Error())
		}
	}
	h.log(why)
	return h.failed
}

// log tells of a change, and not of every probe.
func (h *readiness) log(why []any) {
	now := strings.Join(h.failed, " ")
	if h.logger == nil || now == h.told {
		return
	}
	h.told = now
	if now == "" {
		h.logger.Info("ready again")
		return
	}
	h.logger.Warn("not ready", why...)
}
