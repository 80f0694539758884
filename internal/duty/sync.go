package duty

import (
	"time"

	"github.com/lapsed/lapsed/policy"
)

// Event says what happened to a duty.
type Event string

// The events; those that the audit log has a kind for are named as there.
const (
	Opened   Event = "duty.opened"
	HeldBack Event = "duty.held"
	Dropped  Event = "duty.withdrawn"
	Moved    Event = "" // by time alone, or released: not logged by itself
)

// Change is a duty's next state.
type Change struct {
	Duty  Duty
	Event Event
}

// Terms are what Sync needs to know beside the duties.
type Terms struct {
	Now   time.Time
	Grace policy.Period
	Zone  *time.Location
	// NewID names a new duty; episode counts earlier duties of the same name.
	NewID func(n Name, episode int) string
}

// Sync compares a person's duties, ended ones included, with what is demanded
// now, and returns what changes. Replayed with its own result it changes nothing.
func Sync(person int64, have []Duty, want []policy.Demand, t Terms) []Change {
	latest, episodes := map[Name]Duty{}, map[Name]int{}
	for _, d := range have {
		n := d.Name()
		episodes[n] = max(episodes[n], d.Episode+1)
		if old, ok := latest[n]; !ok || d.Episode > old.Episode {
			latest[n] = d
		}
	}
	var out []Change
	demanded := map[Name]bool{}
	for _, m := range want {
		n := NameOf(m)
		demanded[n] = true
		d, known := latest[n]
		if !known || d.State == Final || d.State == Withdrawn {
			out = append(out, open(person, n, episodes[n], m.Held, t))
			continue
		}
		if c, changed := advance(d, m.Held, t); changed {
			out = append(out, c)
		}
	}
	for n, d := range latest {
		if d.State.Open() && !demanded[n] {
			d.Person = person
			out = append(out, to(d, Withdrawn, Dropped, t.Now))
		}
	}
	return out
}

func open(person int64, n Name, episode int, held bool, t Terms) Change {
	d := Duty{ID: t.NewID(n, episode), Person: person, Ref: n.Ref, Verb: n.Verb, Extent: n.Extent, Topic: n.Topic, Ground: n.Ground,
		Episode: episode, State: Due, Opened: t.Now, Due: t.Now, Changed: t.Now}
	if HasGrace(n.Ground) && !t.Grace.IsZero() {
		d.State = Waiting
		d.Due = (t.Grace.After(policy.DayOf(t.Now, t.Zone)) + 1).Start(t.Zone)
	}
	if held && n.Verb != policy.Unsubscribe {
		d.State = Held
	}
	return Change{d, Opened}
}

// advance moves a demanded duty along with time and holds.
func advance(d Duty, held bool, t Terms) (Change, bool) {
	held = held && d.Verb != policy.Unsubscribe // a hold never blocks an unsubscribe
	switch d.State {
	case Waiting, Due, Refused, Disputed:
		if held {
			return to(d, Held, HeldBack, t.Now), true
		}
		if d.State != Due && !t.Now.Before(d.Due) && !t.Now.Before(d.NotBefore) {
			return to(d, Due, Moved, t.Now), true
		}
	case Held:
		if !held {
			next := Waiting
			if !t.Now.Before(d.Due) {
				next = Due // grace already served is not served twice
			}
			return to(d, next, Moved, t.Now), true
		}
	}
	return Change{}, false
}

func to(d Duty, s State, e Event, now time.Time) Change {
	d.State, d.Changed = s, now
	return Change{d, e}
}
