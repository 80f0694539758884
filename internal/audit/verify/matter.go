package verify

import (
	"errors"
	"time"

	"github.com/lapsed/lapsed/internal/audit/entry"
)

// matter is a finding or request that was not closed.
type matter struct {
	index int64
	due   string
}

// matters judges R14 and what the log says of its own checks (S4).
func (b *book) matters(e event) {
	switch x := e.body.(type) {
	case *entry.FindingWasOpened:
		b.begin(e, b.findings, "finding", x.Finding, x.Due)
	case *entry.FindingWasResolved:
		b.close(e, b.findings, "finding", x.Finding)
	case *entry.RequestWasReceived:
		b.begin(e, b.requests, "request", x.Request, x.Due)
	case *entry.RequestWasAnswered:
		b.close(e, b.requests, "request", x.Request)
	case *entry.Pinned:
		b.agrees(e, x.Size, x.Root, "a pinned checkpoint")
	case *entry.Verified:
		b.agrees(e, x.Size, x.Root, "a log.verified")
	}
}

func (b *book) begin(e event, open map[string]matter, what, id, due string) {
	if _, twice := open[id]; twice {
		b.fault(e, "R14", id, "a %s is opened that is already open", what)
	}
	open[id] = matter{e.index, due}
}

func (b *book) close(e event, open map[string]matter, what, id string) {
	if _, known := open[id]; !known {
		b.fault(e, "R14", id, "a %s is closed that was not open", what)
	}
	delete(open, id)
}

// agrees compares what an entry says of the tree with the tree.
func (b *book) agrees(e event, size int64, root, what string) {
	switch have, known := b.tree.passed[size]; {
	case size > e.index:
		b.fault(e, "S4", "", "%s of %d entries is older than its last entry", what, size)
	case !known:
		b.gap("S4: the root that an entry names, as no checkpoint of its size is stored")
	case have != root:
		b.fault(e, "S4", "", "%s says another root at size %d than these entries give", what, size)
	}
}

// longOpen is how long an attempt may be without an end before it is overdue.
const longOpen = 24 * time.Hour

// left lists what is open at the end, and what of it is overdue at an instant.
func (b *book) left(now time.Time) (open []Open, overdue []Overdue) {
	open, overdue = []Open{}, []Overdue{}
	for _, name := range sortedKeys(b.duties) {
		d := b.duties[name]
		if d.state != acting && d.state != "unknown" && d.state != "disputed" {
			continue
		}
		open = append(open, Open{d.index, name, d.state, entry.Time(d.at)})
		if due := d.at.Add(longOpen); now.After(due) {
			overdue = append(overdue, Overdue{d.index, "intent", name, entry.Time(due)})
		}
	}
	for what, of := range map[string]map[string]matter{"finding": b.findings, "request": b.requests} {
		for _, id := range sortedKeys(of) {
			if end, err := endOf(of[id].due, b.zone()); err == nil && !now.Before(end) {
				overdue = append(overdue, Overdue{of[id].index, what, id, of[id].due})
			}
		}
	}
	return open, overdue
}

// open compares a commitment with the evidence that is held for it (R15).
func (b *book) open(e event, c string) {
	salt, data, ok, err := b.log.Evidence(c)
	var damage Damage
	switch {
	case errors.As(err, &damage):
		b.fault(e, "R15", c, "%s", damage)
	case err != nil:
		b.fail(err)
	case !ok:
		b.gap("R15: a commitment whose evidence is not held")
	default:
		canonical, err := entry.Canonical(data)
		if err != nil || entry.Commit(salt, canonical) != c {
			b.fault(e, "R15", c, "the evidence that is held is not what was committed to")
		}
	}
}
