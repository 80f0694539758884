package main

import (
	"bytes"
	"encoding/json"
	"io"
	"net/http"
	"net/http/httptest"
	"strings"
	"sync"
)

// gate stands before a processor and holds a request where a test wants it. It
// also keeps what was sent and took effect, to see what is sent again.
type gate struct {
	next http.Handler

	mu    sync.Mutex
	held  *hold
	sent  map[string]bool
	again []string
}

func newGate(next http.Handler) *gate { return &gate{next: next, sent: map[string]bool{}} }

// place is where on the way of a write a request is held.
type place string

const (
	beforeIntent  place = "before the intent"  // the re-read that the intent needs
	beforeEffect  place = "before its effect"  // the write, which the processor hasn't carried out
	beforeAnswer  place = "before its answer"  // the write, which it has
	beforeOutcome place = "before the outcome" // the re-read that the outcome needs
)

// hold waits for one request.
type hold struct {
	at      place
	verb    string
	rereads int           // of whole records, so far
	wrote   bool          // the write has gone by
	taken   bool          // somebody is held
	met     chan struct{} // closed once somebody is
	free    chan struct{} // closed to let them go on
}

// hold arms the gate: the request that fits is held until the gate is opened, or
// its sender is gone.
func (g *gate) hold(at place, verb string) *hold {
	g.mu.Lock()
	defer g.mu.Unlock()
	g.held = &hold{at: at, verb: verb, met: make(chan struct{}), free: make(chan struct{})}
	return g.held
}

// open lets everything through from now on.
func (g *gate) open() {
	g.mu.Lock()
	defer g.mu.Unlock()
	if g.held != nil {
		close(g.held.free)
		g.held = nil
	}
}

func (g *gate) repeated() []string {
	g.mu.Lock()
	defer g.mu.Unlock()
	return g.again
}

func (g *gate) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	body, _ := io.ReadAll(r.Body) // a sender that is gone is seen below
	r.Body = io.NopCloser(bytes.NewReader(body))
	verb := verbOf(r)
	h := g.takes(r, string(body), verb)
	if h != nil && h.at != beforeAnswer && !h.waits(r) {
		return // they never heard of it
	}
	answer := httptest.NewRecorder()
	g.next.ServeHTTP(answer, r)
	// What HubSpot's record says of refusing everything trails by a minute: it may
	// be asked for again, and that changes nothing.
	if verb != "" && answer.Code < 300 && !strings.HasSuffix(r.URL.Path, "/unsubscribe-all") {
		g.keep(verb, itemsOf(r, body))
	}
	if h != nil && h.at == beforeAnswer && !h.waits(r) {
		return
	}
	for k, v := range answer.Header() {
		w.Header()[k] = v
	}
	w.WriteHeader(answer.Code)
	_, _ = w.Write(answer.Body.Bytes()) // fails only where nobody listens
}

// waits holds a request; false if its sender went away meanwhile.
func (h *hold) waits(r *http.Request) bool {
	close(h.met)
	select {
	case <-h.free:
	case <-r.Context().Done():
	}
	return r.Context().Err() == nil
}

// takes tells whether the request is the one that is waited for. The pull of a
// new record reads it whole once, the re-read before the intent a second time.
func (g *gate) takes(r *http.Request, body, verb string) *hold {
	g.mu.Lock()
	defer g.mu.Unlock()
	h := g.held
	if h == nil || h.taken {
		return nil
	}
	if rereadsWhole(r, body) {
		h.rereads++
	}
	fits := false
	switch h.at {
	case beforeIntent:
		fits = h.rereads == 2
	case beforeEffect, beforeAnswer:
		fits = verb == h.verb
	case beforeOutcome:
		fits = h.wrote && verb == ""
	}
	h.wrote = h.wrote || verb == h.verb
	if !fits {
		return nil
	}
	h.taken = true
	return h
}

// keep remembers what took effect, and what of it had before.
func (g *gate) keep(verb string, items []string) {
	g.mu.Lock()
	defer g.mu.Unlock()
	for _, x := range items {
		if g.sent[verb+" "+x] {
			g.again = append(g.again, verb+" "+x)
		}
		g.sent[verb+" "+x] = true
	}
}

// verbOf is what a request writes, "" if it only reads.
func verbOf(r *http.Request) string {
	switch path := r.URL.Path; {
	case r.Method == http.MethodDelete, strings.HasSuffix(path, "/gdpr-delete"):
		return "delete"
	case r.Method == http.MethodPatch, strings.HasSuffix(path, "/statuses/batch/write"), strings.HasSuffix(path, "/unsubscribe-all"):
		return "unsubscribe"
	}
	return ""
}

// rereadsWhole tells whether a request reads given records with all that decides.
func rereadsWhole(r *http.Request, body string) bool {
	switch path := r.URL.Path; {
	case strings.HasSuffix(path, "/contacts/batch/read"):
		return strings.Contains(body, "first_conversion_event_name")
	case strings.HasSuffix(path, "/composite"):
		return strings.Contains(body, "LeadSource")
	}
	return false
}

// itemsOf are the parts of a write, as they were sent.
func itemsOf(r *http.Request, body []byte) (out []string) {
	if ids := r.URL.Query().Get("ids"); ids != "" {
		return strings.Split(ids, ",")
	}
	var lists struct{ Records, Inputs []json.RawMessage }
	if json.Unmarshal(body, &lists) != nil || len(lists.Records)+len(lists.Inputs) == 0 {
		return []string{r.URL.Path + string(body)}
	}
	for _, x := range append(lists.Records, lists.Inputs...) {
		out = append(out, string(x))
	}
	return out
}
