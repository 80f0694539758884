package hubspot

import (
	"errors"
	"fmt"
	"net/http"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/lapsed/lapsed/connectors"
	"github.com/lapsed/lapsed/internal/fault"
)

// markOf is a mark of half past eight, for what c asks.
func markOf(c *Connector) string {
	return connectors.Mark{At: time.Date(2026, 11, 24, 8, 30, 0, 0, time.UTC), Asked: c.asked}.String()
}

func TestChangesReadsWhatTheIndexNames(t *testing.T) {
	_, url := play(t, "changes")
	c := connect(t, url, func(o *Options) { o.Fields = []string{"deal.hs_is_closed"} })
	var got []string
	r, err := c.Changes(t.Context(), markOf(c), func(p connectors.Page) error {
		for _, k := range p.Contacts {
			got = append(got, fmt.Sprint(k.Ref.ID, " ", optedOut(k), " ", k.Aliases, " ", len(k.Rows[groupDeal])))
		}
		got = append(got, fmt.Sprint("gone ", p.Gone))
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
	want := []string{
		"9 true [hubspot:contact:10] 0", "5 false [] 1", "gone []",
		"gone [hubspot:contact:11 hubspot:contact:4]",
	}
	if d := cmp.Diff(want, got); d != "" {
		t.Error(d)
	}
	if r.Contacts != 2 || r.Mark != (connectors.Mark{At: r.AsOf, Asked: c.asked}).String() {
		t.Errorf("%+v", r)
	}
}

// searches answers the properties and then each search as told.
func searches(t *testing.T, answer string) *Connector {
	t.Helper()
	return connect(t, serve(t, func(w http.ResponseWriter, r *http.Request) {
		w.Header().Set("Date", "Tue, 24 Nov 2026 09:00:00 GMT")
		switch {
		case strings.HasSuffix(r.URL.Path, "/search"):
			_, _ = fmt.Fprint(w, answer)
		default:
			_, _ = fmt.Fprint(w, `{"results": []}`)
		}
	}), func(*Options) {})
}

func TestASearchThatContradictsItselfIsNoAnswer(t *testing.T) {
	for name, c := range map[string]struct {
		answer string
		kind   fault.Kind
	}{
		"it counts some and shows none":  {`{"total": 3, "results": []}`, fault.Transient},
		"it counts more than it shows":   {`{"total": 3, "results": [{"id": "7", "properties": {}}]}`, fault.Transient},
		"it leads on to nobody":          {`{"total": 0, "results": [], "paging": {"next": {"after": "5"}}}`, fault.Transient},
		"it doesn't count":               {`{"results": []}`, fault.Invalid},
		"it shows nothing":               {`{"total": 0}`, fault.Invalid},
		"a row without an id":            {`{"total": 1, "results": [{"properties": {}}]}`, fault.Invalid},
		"it shows the same page forever": {`{"total": 2, "results": [{"id": "7", "properties": {}}], "paging": {"next": {"after": "1"}}}`, fault.Transient},
		"more than a search can follow":  {`{"total": 100001, "results": [{"id": "7", "properties": {}}], "paging": {"next": {"after": "1"}}}`, fault.Unsupported},
	} {
		t.Run(name, func(t *testing.T) {
			r, err := func() (connectors.Reading, error) {
				c := searches(t, c.answer)
				return c.Changes(t.Context(), markOf(c), func(connectors.Page) error { return nil })
			}()
			if quiet(t, err); !fault.Is(err, c.kind) || r.Mark != "" {
				t.Errorf("%v, mark %q; want %s", err, r.Mark, c.kind)
			}
		})
	}
}

func TestChangesOfNobodyHandsOverNothing(t *testing.T) {
	c := searches(t, `{"total": 0, "results": []}`)
	r, err := c.Changes(t.Context(), markOf(c), func(connectors.Page) error { return errors.New("a page of nothing") })
	if err != nil || r.Contacts != 0 || r.Mark == "" {
		t.Errorf("%+v, %v", r, err)
	}
}

// A sweep of the bin goes on where the mark says, and tells what each age needs.
func TestMarksOfSweeps(t *testing.T) {
	now := time.Date(2026, 11, 24, 9, 0, 0, 0, time.UTC)
	at := now.Add(-time.Hour)
	for place, want := range map[string]sweep{
		"":                         {since: at, began: now},
		"77,1795507200,1795510000": {"77", time.Unix(1795507200, 0), time.Unix(1795510000, 0)},
		",1795507200,1795507200":   {"", time.Unix(1795507200, 0), now},
	} {
		got, err := sweepFrom(connectors.Mark{At: at, Place: place}, now)
		if err != nil || got.after != want.after || !got.since.Equal(want.since) || !got.began.Equal(want.began) {
			t.Errorf("%q: %+v, %v", place, got, err)
		}
	}
	for _, place := range []string{"77", "77,x,1", "77,1,2,3"} {
		if _, err := sweepFrom(connectors.Mark{At: at, Place: place}, now); !fault.Is(err, fault.Unsupported) {
			t.Errorf("%q: %v", place, err)
		}
	}
	if got := (sweep{since: now, began: at}).place(now); got != "" {
		t.Errorf("a sweep that saw all at once leaves %q", got)
	}
}
