// Package kit owns what all simulated processors share: a clock that moves, the
// book of requests, and faults on demand. It knows no vendor.
package kit

import (
	"net/http"
	"slices"
	"sync"
	"time"
)

// Clock is the sandbox's time: the machine's, moved to a chosen start, that can
// be moved on. It never runs backwards.
type Clock struct {
	mu    sync.Mutex
	start time.Time // machine's time at New
	base  time.Time // sandbox's time at New, plus what was advanced
	held  bool      // stands still, at base
}

// NewClock returns a clock that shows now and runs on from there.
func NewClock(now time.Time) *Clock { return &Clock{start: time.Now(), base: now} }

// Now is the sandbox's time.
func (c *Clock) Now() time.Time {
	c.mu.Lock()
	defer c.mu.Unlock()
	if c.held {
		return c.base.UTC()
	}
	return c.base.Add(time.Since(c.start)).UTC()
}

// Hold stops the clock until release is called: what is seeded meanwhile has one
// date, on a slow machine as on a fast one.
func (c *Clock) Hold() (release func()) {
	now := c.Now()
	c.mu.Lock()
	defer c.mu.Unlock()
	c.base, c.held = now, true
	return func() {
		c.mu.Lock()
		defer c.mu.Unlock()
		if c.held {
			c.start, c.held = time.Now(), false
		}
	}
}

// Advance moves the clock forward by d ≥ 0.
func (c *Clock) Advance(d time.Duration) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.base = c.base.Add(max(d, 0))
}

// Purpose says what a request is for, by its route alone.
type Purpose string

// The purposes that a simulator files its routes under.
const (
	Session  Purpose = "session"  // tokens
	Describe Purpose = "describe" // account, fields, limits
	Read     Purpose = "read"     // pages, queries, bulk jobs
	Reread   Purpose = "reread"   // records by id, statuses by address
	Write    Purpose = "write"
)

// Call is one request as the book keeps it: by route template, never by URL.
type Call struct {
	Processor string    `json:"processor"`
	Route     string    `json:"route"`
	Purpose   Purpose   `json:"purpose"`
	Phase     string    `json:"phase,omitempty"`
	Status    int       `json:"status"`
	Items     int       `json:"items,omitempty"` // records that it named or returned
	At        time.Time `json:"at"`
	// Address tells that the path or query held an address; Whole URLs are not kept.
	Address bool `json:"address,omitempty"`
}

// Change is one write that took effect at a processor.
type Change struct {
	Processor string    `json:"processor"`
	Verb      string    `json:"verb"` // delete, archive, unsubscribe, resubscribe, create, update …
	Object    string    `json:"object"`
	ID        string    `json:"id"`
	Topic     string    `json:"topic,omitempty"`
	At        time.Time `json:"at"`
	// Forbidden marks what lapsed must never do: widen a permission, create, update other fields.
	Forbidden bool `json:"forbidden,omitempty"`
}

// Book keeps every request and every change. It is safe for concurrent use.
type Book struct {
	mu      sync.Mutex
	phase   string
	calls   []Call
	changes []Change
}

// SetPhase names what the calls from now on belong to.
func (b *Book) SetPhase(p string) {
	b.mu.Lock()
	defer b.mu.Unlock()
	b.phase = p
}

// Add files a request.
func (b *Book) Add(c Call) {
	b.mu.Lock()
	defer b.mu.Unlock()
	c.Phase = b.phase
	b.calls = append(b.calls, c)
}

// Changed files a write that took effect.
func (b *Book) Changed(c Change) {
	b.mu.Lock()
	defer b.mu.Unlock()
	b.changes = append(b.changes, c)
}

// Calls returns a copy of the requests so far, from number `from` on.
func (b *Book) Calls(from int) []Call {
	b.mu.Lock()
	defer b.mu.Unlock()
	return slices.Clone(b.calls[min(max(from, 0), len(b.calls)):])
}

// Changes returns a copy of the writes that took effect.
func (b *Book) Changes() []Change {
	b.mu.Lock()
	defer b.mu.Unlock()
	return slices.Clone(b.changes)
}

// Stage is what a simulated processor is given: one clock, one book and one set
// of faults for all of them.
type Stage struct {
	Clock  *Clock
	Book   *Book
	Faults *Faults
}

// NewStage returns a stage whose clock shows now.
func NewStage(now time.Time) *Stage {
	return &Stage{Clock: NewClock(now), Book: &Book{}, Faults: &Faults{}}
}

// SetDate puts the sandbox's time into an answer's Date header.
func (s *Stage) SetDate(h http.Header) { h.Set("Date", s.Clock.Now().Format(http.TimeFormat)) }
