package verify

import (
	"slices"
	"time"

	"github.com/lapsed/lapsed/internal/audit/entry"
)

// hold is one that was not released.
type hold struct {
	of    map[string]bool // pseudonyms of the person
	until string
}

func (b *book) holdAdded(e event, x *entry.HoldWasAdded) {
	h := b.holds[x.Hold]
	switch {
	case e.kind == entry.HoldAdded:
		b.holdings++
		if h != nil {
			b.fault(e, "R14", x.Hold, "a hold is added that is in force")
		}
	case h == nil:
		b.fault(e, "R14", x.Hold, "a hold is carried that is not in force")
	}
	if h == nil {
		h = &hold{of: map[string]bool{}}
		b.holds[x.Hold] = h
	}
	h.until = x.Until
	for _, name := range append(slices.Clone(x.Aka), x.Person) {
		h.of[name] = true
	}
}

func (b *book) holdReleased(e event, x *entry.HoldWasReleased) {
	b.holdings++
	if b.holds[x.Hold] == nil {
		b.fault(e, "R14", x.Hold, "a hold is released that is not in force")
	}
	delete(b.holds, x.Hold)
}

// held judges R5. The person's pseudonyms are those of the intent and those that
// the decision knew, so that leaving one out does not evade a hold.
func (b *book) held(e event, x *entry.Intent) {
	if x.Holds != b.holdings {
		b.fault(e, "R5", x.Duty, "the intent was decided knowing %d holds and releases, and the log has %d", x.Holds, b.holdings)
	}
	if x.Verb != "delete" {
		return
	}
	names := append(slices.Clone(x.Aka), x.Person)
	if d := b.decided[x.Decision]; d != nil {
		names = append(names, d.aka...)
	}
	for _, id := range sortedKeys(b.holds) {
		h := b.holds[id]
		if h.inForce(e.at, b.zone()) && slices.ContainsFunc(names, func(n string) bool { return h.of[n] }) {
			b.fault(e, "R5", x.Duty, "the hold %s forbids the deletion", id)
		}
	}
}

// inForce tells whether a hold's end, which may be a day, has not come.
func (h hold) inForce(at time.Time, zone *time.Location) bool {
	end, err := endOf(h.until, zone)
	return err != nil || at.Before(end)
}

// endOf is the first instant after a moment: of a day, the next day's beginning.
func endOf(s string, zone *time.Location) (time.Time, error) {
	if d, err := time.ParseInLocation(time.DateOnly, s, zone); err == nil {
		return d.AddDate(0, 0, 1), nil
	}
	return time.Parse(entry.TimeLayout, s)
}
