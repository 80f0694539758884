package notify_test

import (
	"bytes"
	"context"
	"encoding/base64"
	"encoding/json"
	"errors"
	"io"
	"log/slog"
	"net"
	"net/http"
	"net/http/httptest"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/lapsed/lapsed/internal/fault"
	"github.com/lapsed/lapsed/internal/httpx"
	"github.com/lapsed/lapsed/internal/notify"
	"github.com/lapsed/lapsed/internal/secret"
)

var noon = time.Date(2026, 11, 24, 12, 0, 0, 0, time.UTC)

func event(key string) notify.Event {
	return notify.Event{Key: key, Kind: notify.ApprovalNeeded, Title: "A batch waits", Body: "12 duties wait.\nhubspot:contact:33451", Cycle: "c1", At: noon, Link: "https://privacy.example.org/"}
}

// memory remembers in memory.
type memory struct {
	mu   sync.Mutex
	sent map[string]bool
	err  error
}

func (m *memory) Sent(_ context.Context, key string) (bool, error) {
	m.mu.Lock()
	defer m.mu.Unlock()
	return m.sent[key], m.err
}

func (m *memory) MarkSent(_ context.Context, key string, _ time.Time) error {
	m.mu.Lock()
	defer m.mu.Unlock()
	if m.sent == nil {
		m.sent = map[string]bool{}
	}
	m.sent[key] = true
	return m.err
}

// receiver is a webhook's other side. The answers are its statuses in order; the
// last one repeats.
type receiver struct {
	*httptest.Server
	mu     sync.Mutex
	bodies [][]byte
	signed []string
}

func newReceiver(t *testing.T, answers ...int) *receiver {
	r := &receiver{}
	r.Server = httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, q *http.Request) {
		body, _ := io.ReadAll(q.Body)
		r.mu.Lock()
		defer r.mu.Unlock()
		w.WriteHeader(answers[min(len(r.bodies), len(answers)-1)])
		r.bodies, r.signed = append(r.bodies, body), append(r.signed, q.Header.Get("X-Lapsed-Signature-256"))
	}))
	t.Cleanup(r.Close)
	return r
}

func (r *receiver) channel() *notify.Webhook {
	return notify.NewWebhook(secret.New(r.URL+"/services/canary"), secret.New("key"), httpx.Options{WaitMin: time.Millisecond, WaitMax: 5 * time.Millisecond})
}

func TestWebhook(t *testing.T) {
	r := newReceiver(t, 503, 204)
	if err := r.channel().Send(t.Context(), event("approval/1")); err != nil {
		t.Fatal(err)
	}
	if len(r.bodies) != 2 || !bytes.Equal(r.bodies[0], r.bodies[1]) {
		t.Fatalf("%d tries", len(r.bodies))
	}
	var got map[string]string
	if err := json.Unmarshal(r.bodies[1], &got); err != nil {
		t.Fatal(err)
	}
	for k, v := range map[string]string{"id": "approval/1", "kind": "approval-needed", "title": "A batch waits", "cycle": "c1", "at": "2026-11-24T12:00:00Z", "link": "https://privacy.example.org/"} {
		if got[k] != v {
			t.Errorf("%s is %q, want %q", k, got[k], v)
		}
	}
	if !strings.HasPrefix(got["text"], "A batch waits\n\n12 duties wait.") {
		t.Errorf("text is %q", got["text"])
	}
	if r.signed[1] != notify.Sign(secret.New("key"), r.bodies[1]) || r.signed[1] == notify.Sign(secret.New("other"), r.bodies[1]) {
		t.Errorf("signed %q", r.signed[1])
	}
}

// The signature is the one that others compute: echo -n body | openssl dgst -sha256 -hmac key.
func TestSignature(t *testing.T) {
	got := notify.Sign(secret.New("It's a Secret to Everybody"), []byte("Hello, World!"))
	if got != "sha256=757107ea0eb2509fc211221cce984b8a37570b6d7586c22c46f4379c8b043e17" { // the example of GitHub's documentation
		t.Errorf("got %s", got)
	}
}

func TestWebhookThatFails(t *testing.T) {
	for name, k := range map[string]struct {
		answers []int
		tries   int
	}{"refused": {[]int{400}, 1}, "broken": {[]int{500}, 4}, "elsewhere": {[]int{302}, 1}} {
		t.Run(name, func(t *testing.T) {
			r := newReceiver(t, k.answers...)
			err := r.channel().Send(t.Context(), event("x"))
			if err == nil || len(r.bodies) != k.tries || strings.Contains(err.Error(), "canary") {
				t.Errorf("%d tries, %v", len(r.bodies), err)
			}
		})
	}
	gone := newReceiver(t, 200)
	gone.Close()
	if err := gone.channel().Send(t.Context(), event("x")); err == nil || strings.Contains(err.Error(), "canary") || strings.Contains(err.Error(), "127.0.0.1") {
		t.Errorf("nobody listens: %v", err)
	}
}

func mailTo(p *post, change ...func(*notify.MailOptions)) *notify.Mail {
	o := notify.MailOptions{Host: "127.0.0.1", Port: p.port, From: "lapsed@example.org", To: []string{"privacy@example.org", "it@example.org"}, Roots: p.roots}
	for _, c := range change {
		c(&o)
	}
	return notify.NewMail(o)
}

func TestMail(t *testing.T) {
	p := newPost(t, func(p *post) {
		p.startTLS, p.password = true, base64.StdEncoding.EncodeToString([]byte("\x00lapsed\x00hunter2"))
	})
	e := event("approval/1")
	e.Title = "A batch\r\nBcc: everybody@example.com"
	if err := mailTo(p, func(o *notify.MailOptions) { o.User, o.Password = "lapsed", secret.New("hunter2") }).Send(t.Context(), e); err != nil {
		t.Fatal(err)
	}
	mails, clear := p.got()
	if len(mails) != 1 || clear {
		t.Fatalf("%d mails, in the clear: %v", len(mails), clear)
	}
	for _, want := range []string{"Subject: lapsed: A batch Bcc: everybody@example.com\r\n", "Auto-Submitted: auto-generated\r\n", "@example.org>\r\n", "Tue, 24 Nov 2026 12:00:00", "12 duties wait.", "hubspot:contact:33451", "https://privacy.example.org/"} {
		if !strings.Contains(mails[0], want) {
			t.Errorf("no %q in\n%s", want, mails[0])
		}
	}
	if host, _ := net.LookupAddr("127.0.0.1"); len(host) > 0 && strings.Contains(mails[0], "User-Agent") {
		t.Errorf("the mail tells who wrote it:\n%s", mails[0])
	}
}

func TestMailThatFails(t *testing.T) {
	for name, k := range map[string]struct {
		server func(*post)
		client func(*notify.MailOptions)
		kind   fault.Kind
		hint   string
	}{
		"no STARTTLS":     {func(*post) {}, nil, fault.Unsupported, "STARTTLS"},
		"not trusted":     {func(p *post) { p.startTLS = true }, func(o *notify.MailOptions) { o.Roots = nil }, fault.Auth, "not trusted"},
		"wrong password":  {func(p *post) { p.startTLS = true }, func(o *notify.MailOptions) { o.User, o.Password = "lapsed", secret.New("no") }, fault.Auth, "refuses user or password"},
		"no such mailbox": {func(p *post) { p.startTLS, p.refuse = true, "550 5.1.1 no privacy@example.org here" }, nil, fault.Invalid, "SMTP 550"},
		"later":           {func(p *post) { p.startTLS, p.refuse = true, "451 4.7.1 greylisted privacy@example.org" }, nil, fault.Transient, "SMTP 451"},
	} {
		t.Run(name, func(t *testing.T) {
			p := newPost(t, k.server)
			var change []func(*notify.MailOptions)
			if k.client != nil {
				change = append(change, k.client)
			}
			err := mailTo(p, change...).Send(t.Context(), event("x"))
			if !fault.Is(err, k.kind) || !strings.Contains(err.Error(), k.hint) || strings.Contains(err.Error(), "@") {
				t.Errorf("got %v", err)
			}
			if mails, clear := p.got(); len(mails) > 0 || clear {
				t.Errorf("%d mails, in the clear: %v", len(mails), clear)
			}
		})
	}
	t.Run("plain on this machine", func(t *testing.T) {
		p := newPost(t, func(*post) {})
		if err := mailTo(p, func(o *notify.MailOptions) { o.Plain = true }).Send(t.Context(), event("x")); err != nil {
			t.Error(err)
		}
	})
}

// A silent server holds a cycle up no longer than its bound.
func TestMailServerThatSaysNothing(t *testing.T) {
	l, err := (&net.ListenConfig{}).Listen(t.Context(), "tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = l.Close() }()
	m := notify.NewMail(notify.MailOptions{Host: "127.0.0.1", Port: l.Addr().(*net.TCPAddr).Port, From: "a@example.org", To: []string{"b@example.org"}})
	n := &notify.Notifier{Channels: []notify.Channel{m}, Memory: &memory{}, Bound: 50 * time.Millisecond}
	done := make(chan int)
	go func() { done <- n.Send(t.Context(), event("x")) }()
	select {
	case sent := <-done:
		if sent != 0 {
			t.Error("nothing was taken, and it counts as sent")
		}
	case <-time.After(10 * time.Second):
		t.Fatal("it still waits")
	}
}

// told is a channel that keeps keys, and fails while broken.
type told struct {
	name   string
	broken bool
	keys   []string
}

func (c *told) Name() string { return c.name }

func (c *told) Send(_ context.Context, e notify.Event) error {
	if c.broken {
		return errors.New("broken")
	}
	c.keys = append(c.keys, e.Key)
	return nil
}

// Each event goes out once a channel; what a broken one missed it gets later, and
// the other one hears nothing twice.
func TestOnceAChannel(t *testing.T) {
	hook, mail := &told{name: "webhook"}, &told{name: "mail", broken: true}
	var log bytes.Buffer
	counts := map[string]int{}
	n := &notify.Notifier{Channels: []notify.Channel{mail, hook}, Memory: &memory{}, Logger: slog.New(slog.NewTextHandler(&log, nil)),
		Counted: func(channel, result string) { counts[channel+" "+result]++ }}
	if sent := n.Send(t.Context(), event("a"), event("b")); sent != 2 {
		t.Errorf("%d were sent", sent)
	}
	mail.broken = false
	if sent := n.Send(t.Context(), event("a"), event("b"), event("c")); sent != 4 {
		t.Errorf("%d were sent", sent)
	}
	for _, c := range []*told{hook, mail} {
		if !slices.Equal(c.keys, []string{"a", "b", "c"}) {
			t.Errorf("%s heard %v", c.name, c.keys)
		}
	}
	if counts["mail failed"] != 1 || counts["mail sent"] != 3 || counts["webhook sent"] != 3 {
		t.Errorf("counted %v", counts)
	}
	if !strings.Contains(log.String(), "channel=mail") || !strings.Contains(log.String(), "event=a") || !strings.Contains(log.String(), "cycle=c1") {
		t.Errorf("logged %s", log.String())
	}
}

// Without memory nobody is told: a person who is told every quarter of an hour
// stops listening.
func TestNoMemoryNoMessage(t *testing.T) {
	c := &told{name: "webhook"}
	n := &notify.Notifier{Channels: []notify.Channel{c}, Memory: &memory{err: errors.New("no state")}}
	if n.Send(t.Context(), event("a")) != 0 || len(c.keys) != 0 {
		t.Errorf("told %v", c.keys)
	}
}
