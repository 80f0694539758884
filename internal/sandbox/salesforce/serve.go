package salesforce

import (
	"compress/gzip"
	"fmt"
	"io"
	"net/http"
	"net/url"
	"strconv"
	"strings"
	"time"

	"github.com/lapsed/lapsed/internal/sandbox/kit"
)

// processor is this simulator's name in the book and in faults.
const processor = "salesforce"

// longest request line and head, and body, that the org reads.
const (
	maxURI  = 16_384
	maxBody = 150 << 20
)

// call is one request on its way.
type call struct {
	r       *http.Request
	query   url.Values
	body    []byte
	route   *route
	vars    map[string]string
	purpose kit.Purpose
	items   int
	fault   kit.Fault
	session *session
}

// base is the path of the API version that the request speaks.
func (c *call) base() string { return "/services/data/v" + c.vars["version"] }

// hit tells whether the request meets a fault of this kind.
func (c *call) hit(kind string) bool { return c.fault.Kind == kind }

// ServeHTTP serves the org's login host, its API and the status API in one.
func (o *Org) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	o.stage.SetDate(w.Header())
	c := &call{r: r, query: r.URL.Query()}
	a := o.receive(c)
	if c.hit("slow") {
		if err := o.wait(r, c.fault.Delay); err != nil {
			a = err.answer()
		}
	}
	a = o.spoil(c, a)
	if c.lost() {
		o.file(c, 0)
		c.lose(w)
		return
	}
	o.file(c, a.status)
	send(w, c, a)
}

// receive judges the request line, reads the body and lets the route answer.
func (o *Org) receive(c *call) answer {
	if a, ok := tooLong(c.r); ok {
		return a
	}
	body, err := io.ReadAll(io.LimitReader(c.r.Body, maxBody+1))
	if err != nil || len(body) > maxBody {
		return failed(http.StatusBadRequest, "UNKNOWN_EXCEPTION", "the request's body can't be read")
	}
	c.body = body
	rt, vars, wrong := o.match(c.r.Method, c.r.URL.Path)
	if wrong != nil {
		return wrong.answer()
	}
	c.route, c.vars, c.purpose = rt, vars, rt.purpose
	c.fault, _ = o.stage.Faults.Next(processor, rt.String())
	o.mu.Lock()
	defer o.mu.Unlock()
	o.late(c)
	if a, instead := o.instead(c); instead {
		return a
	}
	o.sweep()
	if rt.open {
		return rt.serve(c)
	}
	if err := o.admit(c); err != nil {
		return o.withUsage(err.answer())
	}
	return o.withUsage(rt.serve(c))
}

// admit checks the session and counts the call.
func (o *Org) admit(c *call) *apiError {
	if err := o.authorize(c); err != nil {
		return err
	}
	if o.usage.count(o.now()) >= o.opt.DailyCalls {
		return fail(http.StatusForbidden, "REQUEST_LIMIT_EXCEEDED", "TotalRequests Limit exceeded.")
	}
	o.usage.add(o.now())
	return nil
}

func tooLong(r *http.Request) (answer, bool) {
	n := len(r.RequestURI)
	if n > maxURI {
		return reply(http.StatusRequestURITooLong, htmlType, []byte("<html><body>URI Too Long</body></html>")), true
	}
	for name, values := range r.Header {
		for _, v := range values {
			n += len(name) + len(v) + 4
		}
	}
	return reply(http.StatusRequestHeaderFieldsTooLarge, htmlType, []byte("<html><body>Request Header Fields Too Large</body></html>")), n > maxURI
}

// wait holds a call open, as a slow server does. More than 25 at once are too many.
func (o *Org) wait(r *http.Request, delay string) *apiError {
	d, err := time.ParseDuration(delay)
	if err != nil {
		return fail(http.StatusInternalServerError, "UNKNOWN_EXCEPTION", "fault with a bad delay")
	}
	o.mu.Lock()
	o.slow++
	crowded := o.slow > 25
	o.mu.Unlock()
	defer func() {
		o.mu.Lock()
		o.slow--
		o.mu.Unlock()
	}()
	if crowded {
		return fail(http.StatusForbidden, "REQUEST_LIMIT_EXCEEDED", "ConcurrentPerOrgLongTxn Limit exceeded")
	}
	t := time.NewTimer(d)
	defer t.Stop()
	select {
	case <-t.C:
	case <-r.Context().Done():
	}
	return nil
}

// file puts the request into the book, before its answer can be read.
func (o *Org) file(c *call, status int) {
	name := c.r.Method + " (no such route)"
	if c.route != nil {
		name = c.route.String()
	}
	o.stage.Book.Add(kit.Call{
		Processor: processor, Route: name, Purpose: c.purpose, Status: status, Items: c.items,
		At: o.stage.Clock.Now(), Address: holdsAddress(c.r.RequestURI),
	})
}

// holdsAddress tells whether a URL holds something like an e-mail address.
func holdsAddress(uri string) bool {
	plain, err := url.QueryUnescape(uri)
	if err != nil {
		plain = uri
	}
	for at := range len(plain) {
		if plain[at] != '@' || at == 0 || strings.IndexByte(" /?&='\"(,", plain[at-1]) >= 0 {
			continue
		}
		host, _, _ := strings.Cut(plain[at+1:], "'")
		if dot := strings.IndexByte(host, '.'); dot > 0 && dot < len(host)-1 && isLetter(host[dot+1]) && !strings.ContainsAny(host[:dot], " /?&=@") {
			return true
		}
	}
	return false
}

// send writes an answer, compressed if the client asked for it and it pays.
func send(w http.ResponseWriter, c *call, a answer) {
	for k, v := range a.header {
		w.Header().Set(k, v)
	}
	cut := c.hit("truncated")
	zip := strings.Contains(c.r.Header.Get("Accept-Encoding"), "gzip") && (a.stream != nil || len(a.body) > 2048) && !cut
	switch {
	case zip:
		w.Header().Set("Content-Encoding", "gzip")
		w.Header().Set("Vary", "Accept-Encoding")
	case a.stream == nil && a.status != http.StatusNoContent:
		w.Header().Set("Content-Length", strconv.Itoa(len(a.body)))
	}
	w.WriteHeader(a.status)
	if err := write(w, a, zip, cut); err != nil {
		// The client is gone, or is to get half an answer: let it have that, then
		// break the connection, so that it can't take what it has for the whole.
		_ = http.NewResponseController(w).Flush() // fails only where nobody listens
		panic(http.ErrAbortHandler)
	}
}

func write(w io.Writer, a answer, zip, cut bool) (err error) {
	if zip {
		z, _ := gzip.NewWriterLevel(w, gzip.BestSpeed)
		defer func() {
			if e := z.Close(); err == nil {
				err = e
			}
		}()
		w = z
	}
	switch {
	case cut && a.stream != nil:
		return fmt.Errorf("truncated: %w", a.stream(&half{w: w, left: 1000}))
	case cut:
		_, err = w.Write(a.body[:len(a.body)/2])
		return fmt.Errorf("truncated: %w", err)
	case a.stream != nil:
		return a.stream(w)
	}
	_, err = w.Write(a.body)
	return err
}

// half passes on the first bytes of a stream and swallows the rest.
type half struct {
	w    io.Writer
	left int
}

func (h *half) Write(p []byte) (int, error) {
	n := min(len(p), h.left)
	h.left -= n
	if _, err := h.w.Write(p[:n]); err != nil {
		return 0, err
	}
	return len(p), nil
}
