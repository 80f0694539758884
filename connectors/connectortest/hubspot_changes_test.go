package connectortest

import (
	"fmt"
	"net/http/httptest"
	"strings"
	"testing"
	"time"

	"github.com/lapsed/lapsed/connectors"
	"github.com/lapsed/lapsed/connectors/hubspot"
	"github.com/lapsed/lapsed/internal/contact"
	"github.com/lapsed/lapsed/internal/fault"
	sandbox "github.com/lapsed/lapsed/internal/sandbox/hubspot"
	"github.com/lapsed/lapsed/internal/sandbox/kit"
	"github.com/lapsed/lapsed/internal/secret"
)

// More contacts than a search ever shows bear one date, as HubSpot's own monthly
// job gives them.
func TestHubSpotTiesBeyondTheSearchCap(t *testing.T) {
	const people = 10_500
	stage := kit.NewStage(opening)
	p := sandbox.New(sandbox.Options{Stage: stage})
	var ids []string
	for i := range people {
		ids = append(ids, p.Insert(sandbox.Contact{Created: opening.AddDate(-1, 0, 0), Properties: map[string]string{"email": address(i)}}))
	}
	srv := httptest.NewServer(p)
	t.Cleanup(srv.Close)
	c, err := hubspot.New(hubspot.Options{Name: "hubspot", BaseURL: srv.URL, Token: secret.New(sandbox.DefaultToken), HTTP: unhurried()})
	if err != nil {
		t.Fatal(err)
	}
	a := Account{Connector: c, Stage: stage}
	mark := marked(t, a)
	stage.Clock.Advance(time.Hour)
	same := stage.Clock.Now().Format(time.RFC3339)
	for _, id := range ids {
		p.Set(id, map[string]string{"lifecyclestage": "customer", "lastmodifieddate": same})
	}
	stage.Clock.Advance(time.Minute)
	if seen, _, _ := since(t, a, mark); len(seen) != people {
		t.Errorf("%d contacts of %d", len(seen), people)
	}
}

// The bin can't be asked for what is new: a full one is looked through by and by.
func TestHubSpotFullBin(t *testing.T) {
	a, p := hubspotAndPortal(t, sandbox.Options{})
	var old []string
	for i := range 2500 {
		old = append(old, p.Insert(sandbox.Contact{Created: opening.AddDate(-1, 0, 0), Properties: map[string]string{"email": address(100_000 + i)}}))
	}
	fresh := crowd(a, 3)
	for _, id := range old {
		p.Archive(id)
	}
	mark := marked(t, a)
	gone := map[contact.Ref]int{}
	first := contact.Ref{Processor: "hubspot", Object: "contact", ID: p.Insert(sandbox.Contact{Properties: map[string]string{"email": address(200_000)}})}
	for round := range 8 {
		switch round {
		case 0:
			a.Bin(first)
		case 1: // while a sweep is on its way, before and after its place
			a.Bin(fresh[0])
			a.Bin(fresh[1])
		}
		from := calls(a)
		_, some, next := since(t, a, mark)
		for _, ref := range some {
			gone[ref]++
		}
		if n := calls(a) - from; n > 16 {
			t.Errorf("round %d: %d calls", round, n)
		}
		mark = next
		a.Stage.Clock.Advance(time.Hour)
	}
	for _, ref := range []contact.Ref{first, fresh[0], fresh[1]} {
		if gone[ref] == 0 {
			t.Errorf("%s went into the bin, and nobody said so", ref)
		}
	}
	if len(gone) != 3 {
		t.Errorf("%d are gone, of whom only 3 went since the whole read", len(gone))
	}
}

// The index stands still for ten minutes, and what it hid comes with the next mark.
func TestHubSpotStalledIndex(t *testing.T) {
	a, _ := hubspotAndPortal(t, sandbox.Options{})
	refs := crowd(a, 3)
	mark := marked(t, a)
	a.Stage.Faults.Arm(kit.Fault{Processor: "hubspot", Route: "search", Kind: "index-stall", Times: 1})
	a.Touch(refs[0])
	_, _, mark = since(t, a, mark)
	a.Stage.Clock.Advance(9 * time.Minute)
	a.Touch(refs[1])
	seen, _, mark := since(t, a, mark)
	if len(seen) != 0 {
		t.Errorf("the index stands, and shows %d", len(seen))
	}
	a.Stage.Clock.Advance(5 * time.Minute)
	if seen, _, _ = since(t, a, mark); len(seen) != 2 {
		t.Errorf("%d contacts of 2 after the stall", len(seen))
	}
}

// A spent day stops whole reads first and what refusals come by last.
func TestHubSpotDayOfCalls(t *testing.T) {
	a, _ := hubspotAndPortal(t, sandbox.Options{Daily: 1000, TimeZone: "UTC"})
	refs := crowd(a, 3)
	if _, err := a.Describe(t.Context()); err != nil { // which tells the zone
		t.Fatal(err)
	}
	_, r, err := read(t, a)
	if err != nil {
		t.Fatal(err)
	}
	spend := func(upTo int) {
		for calls(a) < upTo {
			refresh(t, a, refs...)
		}
	}
	spend(825)
	_, _, err = read(t, a)
	if !fault.Is(err, fault.RateLimited) || !strings.Contains(fmt.Sprint(err), "80 %") {
		t.Errorf("a whole read after four fifths of the day: %v", err)
	}
	if wait := after(err); wait < 14*time.Hour || wait > 15*time.Hour {
		t.Errorf("free again in %s, and it is nine in the morning", wait)
	}
	b, ok := a.Connector.(connectors.Metered).Budget()
	if midnight := opening.Truncate(24*time.Hour).AddDate(0, 0, 1); !ok || b.Most != 1000 || b.Used != calls(a) || !b.Free.Equal(midnight) {
		t.Errorf("after %d calls: %+v, %v", calls(a), b, ok)
	}
	_, _, mark := since(t, a, r.Mark)
	spend(955)
	if _, _, _, err := changes(t, a, mark); !fault.Is(err, fault.RateLimited) {
		t.Errorf("changes after 95 %% of the day: %v", err)
	}
	if _, err := a.Verify(t.Context(), refresh(t, a, refs...)); err != nil {
		t.Errorf("a re-read for a write: %v", err)
	}
	a.Stage.Clock.Advance(16 * time.Hour)
	whole(t, a)
}
