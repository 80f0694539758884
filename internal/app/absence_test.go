package app

import (
	"context"
	"slices"
	"sync/atomic"
	"testing"

	"github.com/lapsed/lapsed/connectors"
	"github.com/lapsed/lapsed/internal/contact"
	"github.com/lapsed/lapsed/internal/duty"
	"github.com/lapsed/lapsed/internal/fault"
	"github.com/lapsed/lapsed/internal/sandbox/kit"
	"github.com/lapsed/lapsed/policy"
)

// blind is a connector that fails to see records that are there, as one does
// whose processor lied in a way that it can't notice.
type blind struct {
	connectors.Connector
	hidden    string       // a whole read doesn't show this record
	refreshes atomic.Int32 // so many re-reads find nobody
}

func (b *blind) Read(ctx context.Context, each func([]contact.Contact) error) (connectors.Reading, error) {
	return b.Connector.Read(ctx, func(cs []contact.Contact) error {
		return each(slices.DeleteFunc(slices.Clone(cs), func(c contact.Contact) bool { return c.Ref.ID == b.hidden }))
	})
}

func (b *blind) Refresh(ctx context.Context, refs []contact.Ref) ([]connectors.Reread, error) {
	if b.refreshes.Add(-1) < 0 {
		return b.Connector.Refresh(ctx, refs)
	}
	out := make([]connectors.Reread, len(refs))
	for i, r := range refs {
		out[i] = connectors.Reread{Ref: r, State: connectors.Absent}
	}
	return out, nil
}

// unverified is a connector of which nobody learns whether what it was told to do is done.
type unverified struct{ connectors.Connector }

func (unverified) Verify(context.Context, []contact.Contact) ([]connectors.Reread, error) {
	return nil, &fault.Error{Kind: fault.Transient, Op: "hubspot verify"}
}

// What we deleted is not missing in the next read, however much it is: were it taken
// for records that are hidden, nobody would ever look whether they are gone.
func TestWhatWeDeletedDoesNotShrinkASource(t *testing.T) {
	t.Parallel()
	w := newWork(t) // two of HubSpot's four are to go
	r := w.run(t, func(a *App) { a.connectors["hubspot"] = unverified{a.connectors["hubspot"]} })
	if r.Duties[duty.Accepted] != 4 { // and two lists that are left
		t.Fatalf("duties %v: nothing is tested", r.Duties)
	}
	w.advance(day)
	r = w.run(t)
	if has(r, policy.FindSourceShrunk, "hubspot") != 0 || !r.Sources[0].Whole || r.Duties[duty.Accepted] != 0 {
		t.Errorf("findings %v, duties %v", r.Findings, r.Duties)
	}
	if n := w.kinds(t, "suppression.added"); n != 4 {
		t.Errorf("%d of four deletions are remembered", n)
	}
	w.settled(t)
}

// blinded puts b in the place of HubSpot's connector.
func blinded(b *blind) func(*App) {
	return func(a *App) {
		b.Connector = a.connectors["hubspot"]
		a.connectors["hubspot"] = b
	}
}

// A record that a whole read did not show is asked for before it is forgotten. If
// it is there, the read was not whole.
func TestInvariant02ARecordThatAWholeReadHides(t *testing.T) {
	t.Parallel()
	w := newWorld(t, "enforce")
	id := w.lapsed("kari", now.AddDate(-3, 0, 0))
	w.crowd(20)
	before := w.run(t)
	w.advance(day)
	r := w.run(t, blinded(&blind{hidden: id}))
	if has(r, policy.FindSourceUnread, "hubspot") == 0 || r.Sources[0].Whole {
		t.Errorf("the source counts as whole; findings %v", r.Findings)
	}
	if r.Persons != before.Persons || r.Duties[duty.Withdrawn] != 0 || r.Duties[duty.Waiting] != before.Duties[duty.Waiting] {
		t.Errorf("%d persons (%d before), duties %v (%v before)", r.Persons, before.Persons, r.Duties, before.Duties)
	}
}

// A re-read that finds nobody is no proof that records are gone: they are asked
// for once more before anything that was demanded of them is dropped.
func TestAReReadThatFindsNobodyIsNoAbsence(t *testing.T) {
	t.Parallel()
	w := newWork(t)
	b := &blind{}
	b.refreshes.Store(1)
	if r := w.run(t, blinded(b)); r.Duties[duty.Withdrawn] != 0 {
		t.Errorf("duties %v: an empty answer withdrew what was demanded", r.Duties)
	}
	w.advance(day)
	w.run(t)
	w.settled(t)
}

// Nor is one from a processor that has just been seen not to show all it has:
// what was waited for goes on being due, and serves no grace twice.
func TestAProcessorThatHidesRecordsProvesNoAbsence(t *testing.T) {
	for _, processor := range []string{"hubspot", "salesforce"} {
		t.Run(processor, func(t *testing.T) {
			t.Parallel()
			w := newWork(t)
			w.plan(t) // what is to be unsubscribed is due
			w.stage.Faults.Arm(kit.Fault{Processor: processor, Kind: "empty-page"})
			if r := w.run(t); r.Duties[duty.Withdrawn] != 0 {
				t.Errorf("duties %v: empty answers withdrew what was demanded", r.Duties)
			}
			w.stage.Faults.Clear()
			w.advance(day)
			w.run(t)
			w.settled(t)
		})
	}
}
