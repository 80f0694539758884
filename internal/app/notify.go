package app

import (
	"cmp"
	"context"
	"fmt"
	"log/slog"
	"slices"
	"strings"
	"time"

	"github.com/lapsed/lapsed/config"
	"github.com/lapsed/lapsed/internal/httpx"
	"github.com/lapsed/lapsed/internal/notify"
	"github.com/lapsed/lapsed/internal/reconcile"
	"github.com/lapsed/lapsed/internal/secret"
	"github.com/lapsed/lapsed/internal/store"
	"github.com/lapsed/lapsed/policy"
)

const (
	// unreadFor is how long a source may fail to be read whole before people are told.
	unreadFor = 24 * time.Hour
	// unseenFor is the same for one whose last read was whole: the daily reads are
	// not exactly a day apart.
	unseenFor = 36 * time.Hour
	// unpublishedFor is how long the log may be ahead of its publication.
	unpublishedFor = 24 * time.Hour
)

// Notifier tells the people that the config names. Nil if it names nobody.
func (a *App) Notifier(logger *slog.Logger, counted func(channel, result string)) *notify.Notifier {
	c := a.Config.Notify
	if c == nil {
		return nil
	}
	n := &notify.Notifier{Memory: remembered{a.Store}, Logger: logger, Counted: counted}
	if c.Webhook != nil {
		n.Channels = append(n.Channels, notify.NewWebhook(secret.New(c.Webhook.URL.String()), c.Webhook.Secret.Secret(), httpx.Options{}))
	}
	if c.Mail != nil {
		n.Channels = append(n.Channels, mailOf(c.Mail))
	}
	return n
}

func mailOf(c *config.Mail) *notify.Mail {
	o := notify.MailOptions{Host: c.Server.Host, Port: c.Server.Port, From: string(c.From), User: c.User, Password: c.Password.Secret(), Plain: c.Server.Loopback()}
	for _, m := range c.To {
		o.To = append(o.To, string(m))
	}
	return notify.NewMail(o)
}

// remembered keeps in the state what was sent, so that neither a restart nor
// another replica tells it again.
type remembered struct{ state *store.Store }

func (m remembered) Sent(ctx context.Context, key string) (yes bool, err error) {
	err = m.state.Read(ctx, func(tx *store.Tx) error {
		at, err := tx.Meta("notified/" + key)
		yes = at != ""
		return err
	})
	return yes, err
}

func (m remembered) MarkSent(ctx context.Context, key string, at time.Time) error {
	return m.state.Write(ctx, func(tx *store.Tx) error { return tx.SetMeta("notified/"+key, at.UTC().Format(time.RFC3339)) })
}

// Events are what people should know after a cycle. They hold codes, counts and
// record ids, and of the findings no words: those may quote a field.
func (a *App) Events(ctx context.Context, r reconcile.Report) ([]notify.Event, error) {
	p, err := published(a.Config.Log)
	if err != nil {
		return nil, err
	}
	w := watched{report: r, config: a.opt.Config, now: a.Clock(), published: p}
	err = a.Store.Read(ctx, func(tx *store.Tx) (err error) {
		if w.open, err = tx.OpenFindings(); err != nil {
			return err
		}
		if w.begun, err = tx.FirstCycle(); err != nil {
			return err
		}
		known, err := tx.Sources()
		for _, e := range a.Config.Processors {
			s := known[e.Name]
			s.Processor = e.Name
			w.sources = append(w.sources, s)
		}
		return err
	})
	return w.events(), err
}

// watched is what events are made from.
type watched struct {
	report    reconcile.Report
	config    string // path, for the commands that are suggested
	now       time.Time
	begun     time.Time // first cycle ever; zero = none yet
	open      []store.Finding
	sources   []store.SourceState
	published publication
}

func (w watched) events() []notify.Event {
	return slices.Concat(w.approvals(), w.findings(), w.unread(), w.unpublished())
}

func (w watched) event(kind notify.Kind, key, title, body string) notify.Event {
	return notify.Event{Key: string(kind) + "/" + key, Kind: kind, Title: title, Body: body, Cycle: w.report.Cycle, At: w.now}
}

// approvals asks for one approval a batch, and anew if it was frozen again.
func (w watched) approvals() (out []notify.Event) {
	for _, b := range w.report.Batches {
		if !b.Live() {
			continue
		}
		var verbs []string
		for v, n := range b.Verbs {
			verbs = append(verbs, fmt.Sprintf("%s %d", v, n))
		}
		slices.Sort(verbs)
		short := shortened(b.Digest)
		until := b.Expires.UTC().Format("2006-01-02 15:04 MST")
		body := fmt.Sprintf("Batch %s: %d duties of %d persons (%s), frozen because of %s. %d of %d approvals; it expires at %s.\n\n"+
			"Look at it:    lapsed plan --config %s\nPermit it:     lapsed approve --config %s %s --reason \"…\"\nNothing of it is done until then. Stop all:  lapsed pause --config %s --reason \"…\"",
			short, b.Count, b.Persons, strings.Join(verbs, ", "), b.Why, b.Approvals, b.Needed, until, w.config, w.config, short, w.config)
		key := fmt.Sprintf("%s/%d/%d", b.Digest, b.Expires.Unix(), b.Approvals)
		out = append(out, w.event(notify.ApprovalNeeded, key, fmt.Sprintf("A batch of %d duties waits for an approval", b.Count), body))
	}
	return out
}

func shortened(digest string) string {
	s := strings.TrimPrefix(digest, "sha256:")
	return s[:min(16, len(s))]
}

// findings tells of what was opened: one event for all of one code at one
// processor that came at one time, since a new form may bring dozens.
func (w watched) findings() (out []notify.Event) {
	type group struct {
		code, clause, processor string
		opened                  time.Time
	}
	count, samples, due := map[group]int{}, map[group][]string{}, map[group]policy.Day{}
	var order []group
	for _, f := range w.open {
		g := group{f.Code, f.Clause, f.Processor, f.Opened}
		if _, known := count[g]; !known {
			order = append(order, g)
		}
		count[g] += f.Count
		if f.Due != 0 && (due[g] == 0 || f.Due < due[g]) {
			due[g] = f.Due
		}
		samples[g] = append(samples[g], strings.Fields(f.Sample)...)
	}
	for _, g := range order {
		title := fmt.Sprintf("Finding %s: %d", g.code, count[g])
		if g.processor != "" {
			title += " at " + g.processor
		}
		body := fmt.Sprintf("Open since %s (clause %s).", g.opened.UTC().Format("2006-01-02 15:04 MST"), cmp.Or(g.clause, "-"))
		if d := due[g]; d != 0 {
			body += "\nTo be dealt with by " + d.String() + "."
		}
		if s := samples[g]; len(s) > 0 {
			body += "\nRecords: " + strings.Join(s[:min(5, len(s))], ", ")
		}
		body += "\n\nWhat it means and what to do:  lapsed plan --config " + w.config
		out = append(out, w.event(notify.FindingOpened, fmt.Sprintf("%s/%s/%d", g.code, g.processor, g.opened.UnixMilli()), title, body))
	}
	return out
}

// unread tells of a source that was not read whole for a day, each day anew.
func (w watched) unread() (out []notify.Event) {
	for _, s := range w.sources {
		since := s.WholeAt
		if since.IsZero() {
			since = w.begun
		}
		if since.IsZero() || w.now.Sub(since) <= unreadFor || s.Whole && s.Fault == "" && w.now.Sub(since) <= unseenFor {
			continue
		}
		days := int(w.now.Sub(since).Hours() / 24)
		body := fmt.Sprintf("%s was last read whole at %s. Nobody is deleted for lapsing meanwhile, at any processor; refusals and requests go on.\n\nWhat is wrong:  lapsed doctor --config %s",
			s.Processor, since.UTC().Format("2006-01-02 15:04 MST"), w.config)
		if s.WholeAt.IsZero() {
			body = fmt.Sprintf("%s has never been read whole. Nobody is deleted for lapsing meanwhile, at any processor; refusals and requests go on.\n\nWhat is wrong:  lapsed doctor --config %s", s.Processor, w.config)
		}
		out = append(out, w.event(notify.SourceUnread, fmt.Sprintf("%s/%d/%d", s.Processor, since.Unix(), days), fmt.Sprintf("%s has not been read whole for %s", s.Processor, forDays(days)), body))
	}
	return out
}

// unpublished tells that the log goes on and its publication doesn't.
func (w watched) unpublished() []notify.Event {
	size, since := w.report.Checkpoint.Size, w.published.at
	if since.IsZero() {
		since = w.begun
	}
	if size <= w.published.size || since.IsZero() || w.now.Sub(since) <= unpublishedFor {
		return nil
	}
	days := int(w.now.Sub(since).Hours() / 24)
	body := fmt.Sprintf("The log has %d signed entries, and %d of them are published. What is not published can't be held against us, and not for us.\n\nIs its directory writable, and is there space?  lapsed doctor --config %s", size, w.published.size, w.config)
	return []notify.Event{w.event(notify.LogNotPublished, fmt.Sprintf("%d/%d", since.Unix(), days), fmt.Sprintf("The log has not been published for %s", forDays(days)), body)}
}

func forDays(n int) string {
	if n == 1 {
		return "a day"
	}
	return fmt.Sprintf("%d days", n)
}
