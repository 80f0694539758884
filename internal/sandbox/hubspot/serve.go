package hubspot

import (
	"fmt"
	"io"
	"mime"
	"net/http"
	"net/url"
	"slices"
	"strings"

	"github.com/lapsed/lapsed/internal/sandbox/kit"
)

const (
	maxURL  = 8 << 10
	maxBody = 4 << 20
)

// ServeHTTP answers one call: gateway, faults, then the account itself.
func (p *Portal) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	q, a := p.open(r)
	if a == nil {
		if fault, ok := p.opt.Stage.Faults.Next(Processor, q.route.template()); ok {
			q.fault = fault
		}
		if !p.before(w, q) {
			return
		}
		a = p.instead(q)
	}
	if a == nil {
		x := p.run(q)
		a = &x
	}
	p.deliver(w, q, *a)
}

// open reads the request and finds its route; an answer means that it ends here.
func (p *Portal) open(r *http.Request) (*request, *answer) {
	q := &request{Request: r, trace: p.trace(), route: &route{method: r.Method, path: "(no such route)", purpose: kit.Read}}
	q.purpose = q.route.purpose
	end := func(a answer) (*request, *answer) { return q, &a }
	if len(r.RequestURI) > maxURL {
		return end(page(http.StatusRequestURITooLong, "414 Request-URI Too Large"))
	}
	parts, ok := segments(r.URL)
	if !ok {
		return end(q.fail(http.StatusNotFound, "", "resource not found"))
	}
	found, vars, methods := match(p.routes, r.Method, parts)
	switch {
	case found == nil && len(methods) > 0:
		return end(q.fail(http.StatusMethodNotAllowed, "", "Method Not Allowed").with("Allow", strings.Join(methods, ", ")))
	case found == nil:
		return end(q.fail(http.StatusNotFound, "", "resource not found"))
	}
	q.route, q.vars, q.purpose = found, vars, found.purpose
	body, err := io.ReadAll(io.LimitReader(r.Body, maxBody))
	if err != nil {
		return end(q.invalid("The body ended early."))
	}
	q.body = body
	return q, nil
}

// run is the account's own part, under its lock.
func (p *Portal) run(q *request) answer {
	defer p.act()()
	if !q.public() {
		if a := p.admit(q); a != nil {
			return *a
		}
	}
	if a := q.checkType(); a != nil {
		return *a
	}
	a := q.route.serve(p, q)
	return p.withLimits(q, a)
}

// public tells whether the route takes no credentials: tokens and downloads.
func (q *request) public() bool { return q.route.needs == nil }

// checkType refuses bodies of another type than the route's.
func (q *request) checkType() *answer {
	want := map[bodyKind]string{jsonBody: "application/json", formBody: "application/x-www-form-urlencoded"}[q.route.body]
	if want == "" {
		return nil
	}
	got, _, _ := mime.ParseMediaType(q.Header.Get("Content-Type"))
	if got == want {
		return nil
	}
	a := q.fail(http.StatusUnsupportedMediaType, "", "Unsupported Media Type")
	return &a
}

// deliver files the call and sends the answer, through what its fault does to it.
func (p *Portal) deliver(w http.ResponseWriter, q *request, a answer) {
	a = p.after(q, a)
	if q.lost() {
		p.book(q, 0, a.items)
		q.lose(w)
		return
	}
	p.book(q, a.status, a.items)
	h := w.Header()
	for name, values := range a.header {
		h[name] = values
	}
	p.opt.Stage.SetDate(h)
	h.Set("X-HubSpot-Correlation-Id", q.trace)
	if a.typ != "" {
		h.Set("Content-Type", a.typ)
	}
	w.WriteHeader(a.status)
	_, _ = w.Write(a.body) // a client that left has its answer in the book
}

func hangUp(w http.ResponseWriter) {
	if err := kit.HangUp(w); err != nil {
		panic(http.ErrAbortHandler)
	}
}

// book files the call: by its route, with no value of its URL.
func (p *Portal) book(q *request, status, items int) {
	p.opt.Stage.Book.Add(kit.Call{
		Processor: Processor, Route: q.route.template(), Purpose: q.purpose, Status: status,
		Items: items, At: p.opt.Stage.Clock.Now(), Address: holdsAddress(q.URL),
	})
}

// holdsAddress tells whether an e-mail address is in the path or the query,
// however often encoded.
func holdsAddress(u *url.URL) bool {
	text := u.EscapedPath() + "?" + u.RawQuery
	for range 3 {
		if strings.Contains(text, "@") {
			return true
		}
		next, err := url.QueryUnescape(text)
		if err != nil || next == text {
			return false
		}
		text = next
	}
	return strings.Contains(text, "@")
}

// trace makes a correlation id that is the same on every run.
func (p *Portal) trace() string {
	n := p.requests.Add(1)
	a, b := mix(p.opt.Seed^n), mix(n+1)
	return fmt.Sprintf("%08x-%04x-4%03x-8%03x-%012x", uint32(a>>32), uint16(a>>16), uint16(a)&0xfff, uint16(b>>48)&0xfff, b&0xffffffffffff)
}

func oneOf(s string, list ...string) bool { return slices.Contains(list, s) }
