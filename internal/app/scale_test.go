package app

import (
	"context"
	"flag"
	"fmt"
	"runtime"
	"testing"
	"time"

	"github.com/lapsed/lapsed/connectors"
	"github.com/lapsed/lapsed/internal/contact"
	"github.com/lapsed/lapsed/internal/reconcile"
	"github.com/lapsed/lapsed/internal/store"
)

// herdSize is for measuring at another scale:
// go test ./internal/app -run '^$' -bench QuietCycle -herd 1000000 -benchtime 5x
var herdSize = flag.Int("herd", 20_000, "records at one processor")

// herd is an account of any size that costs no server: what is measured is ours.
type herd struct {
	*App
	n       int
	changed []int
	columns *contact.Columns
}

func (h *herd) Catalogue() contact.Catalogue { return Catalogues()["hubspot"] }

func (h *herd) Describe(context.Context) (connectors.Description, error) {
	return connectors.Description{Account: "1", Hosting: "eu1", Region: "EU", Clock: h.Clock()}, nil
}

func (h *herd) contact(i int) contact.Contact {
	at := func(days int) contact.Value { return contact.InstantValue(h.Clock().AddDate(0, 0, -days)) }
	r := h.columns.Row()
	for name, v := range map[string]contact.Value{"email": contact.TextValue(fmt.Sprintf("person%d@example.com", i)), "lastname": contact.TextValue("Nordmann"),
		"createdate": at(300 + i%400), "first_conversion_event_name": contact.TextValue("Demo: Form"), "recent_conversion_date": at(i % 720)} {
		r.Set(name, v)
	}
	return contact.Contact{Ref: contact.Ref{Processor: "hubspot", Object: "contact", ID: fmt.Sprint(i)}, Fields: r, ReadAt: h.Clock()}
}

func (h *herd) Read(_ context.Context, each func([]contact.Contact) error) (connectors.Reading, error) {
	for i := 0; i < h.n; i += 100 {
		page := make([]contact.Contact, 0, 100)
		for k := i; k < min(i+100, h.n); k++ {
			page = append(page, h.contact(k))
		}
		if err := each(page); err != nil {
			return connectors.Reading{}, err
		}
	}
	return connectors.Reading{Contacts: h.n, AsOf: h.Clock(), Mark: "1"}, nil
}

func (h *herd) Changes(_ context.Context, _ string, each func(connectors.Page) error) (connectors.Reading, error) {
	var p connectors.Page
	for _, i := range h.changed {
		p.Contacts = append(p.Contacts, h.contact(i))
	}
	return connectors.Reading{Contacts: len(h.changed), AsOf: h.Clock(), Mark: "1"}, each(p)
}

func (h *herd) Refresh(_ context.Context, refs []contact.Ref) ([]connectors.Reread, error) {
	return make([]connectors.Reread, len(refs)), nil
}

// BenchmarkQuietCycle is a cycle in which ten records have changed, of any number.
func BenchmarkQuietCycle(b *testing.B) {
	w := newWorld(b, "observe")
	now := w.stage.Clock.Now()
	a, err := Open(b.Context(), Options{Config: w.config, Build: "test", Clock: func() time.Time { return now }})
	if err != nil {
		b.Fatal(err)
	}
	defer func() { _ = a.Close() }()
	h := &herd{App: a, n: *herdSize, columns: contact.NewColumns("createdate", "email", "first_conversion_event_name", "lastname", "recent_conversion_date")}
	cycle := func(reads reconcile.Reads) Report {
		e := a.engine()
		e.Sources = map[string]reconcile.Reader{"hubspot": h}
		r, err := e.Cycle(b.Context(), reconcile.Order{Reads: reads, Trigger: byInterval})
		if err != nil {
			b.Fatal(err)
		}
		return r
	}
	began := time.Now()
	if r := cycle(reconcile.Whole); r.Persons != h.n {
		b.Fatalf("%d persons", r.Persons)
	}
	b.Logf("first cycle over %d records: %s", h.n, time.Since(began).Round(time.Millisecond))
	began = time.Now()
	cycle(reconcile.Whole)
	b.Logf("whole read again: %s", time.Since(began).Round(time.Millisecond))
	began = time.Now()
	s, err := store.Open(b.Context(), string(a.Config.State))
	if err != nil {
		b.Fatal(err)
	}
	b.Logf("opened in %s", time.Since(began).Round(time.Millisecond))
	_ = s.Close()
	for b.Loop() {
		now = now.Add(15 * time.Minute)
		h.changed = h.changed[:0]
		for i := range 10 {
			h.changed = append(h.changed, (int(now.Unix())*7+i*1013)%h.n)
		}
		cycle(reconcile.AsDue)
	}
	var m runtime.MemStats
	runtime.ReadMemStats(&m)
	b.ReportMetric(float64(m.Sys)/1e6, "MB-from-OS")
}
