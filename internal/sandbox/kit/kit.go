// Package kit owns what all simulated processors share: a clock that moves, the
// book of requests, and faults on demand. It knows no vendor.
package kit

import (
	"fmt"
	"net/http"
	"slices"
	"strings"
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

// Fault is a failure on demand. A simulator asks Faults before it serves a route.
type Fault struct {
	Processor string `json:"processor"`        // "" = every one
	Route     string `json:"route"`            // a part of the route template, "" = every one
	Kind      string `json:"kind"`             // what happens; each simulator's doc.go lists the kinds that it knows
	Skip      int    `json:"skip,omitempty"`   // matching requests that pass first
	Times     int    `json:"times,omitempty"`  // how often, 0 = until cleared
	Status    int    `json:"status,omitempty"` // for kind "status"
	Delay     string `json:"delay,omitempty"`  // Go duration, for kinds that wait
}

// Faults hands out failures. It is safe for concurrent use.
type Faults struct {
	mu   sync.Mutex
	list []*armed
}

type armed struct {
	Fault
	seen int
}

// Arm adds f.
func (f *Faults) Arm(x Fault) {
	f.mu.Lock()
	defer f.mu.Unlock()
	f.list = append(f.list, &armed{Fault: x})
}

// Clear removes all.
func (f *Faults) Clear() {
	f.mu.Lock()
	defer f.mu.Unlock()
	f.list = nil
}

// Next returns the fault that this request meets, if any.
func (f *Faults) Next(processor, route string) (Fault, bool) {
	f.mu.Lock()
	defer f.mu.Unlock()
	for _, a := range f.list {
		if a.Processor != "" && a.Processor != processor || !strings.Contains(route, a.Route) {
			continue
		}
		a.seen++
		if a.seen > a.Skip && (a.Times == 0 || a.seen <= a.Skip+a.Times) {
			return a.Fault, true
		}
	}
	return Fault{}, false
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

// HangUp closes the client's connection without an answer, as a lost line does.
func HangUp(w http.ResponseWriter) error {
	h, ok := w.(http.Hijacker)
	if !ok {
		return fmt.Errorf("this server's connections can't be taken over")
	}
	c, _, err := h.Hijack()
	if err != nil {
		return err
	}
	return c.Close()
}
