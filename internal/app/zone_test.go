package app

import (
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/lapsed/lapsed/internal/duty"
	"github.com/lapsed/lapsed/policy"
)

// until moves the clock on to an instant.
func (w *world) until(t *testing.T, instant string) {
	t.Helper()
	at, err := time.Parse(time.RFC3339, instant)
	if err != nil {
		t.Fatal(err)
	}
	w.advance(at.Sub(w.stage.Clock.Now()))
}

// nights are days of controllers with the instant at which each begins.
var nights = []struct{ zone, day, begins, ends string }{
	{"Europe/Oslo", "2027-03-28", "2027-03-27T23:00:00Z", "2027-03-28T22:00:00Z"}, // of 23 hours
	{"Europe/Oslo", "2027-03-29", "2027-03-28T22:00:00Z", "2027-03-29T22:00:00Z"},
	{"Europe/Oslo", "2027-10-31", "2027-10-30T22:00:00Z", "2027-10-31T23:00:00Z"}, // of 25
	{"Europe/Oslo", "2027-11-01", "2027-10-31T23:00:00Z", "2027-11-01T23:00:00Z"},
	{"Europe/Oslo", "2028-02-29", "2028-02-28T23:00:00Z", "2028-02-29T23:00:00Z"},
	{"Europe/Oslo", "2028-03-01", "2028-02-29T23:00:00Z", "2028-03-01T23:00:00Z"},
	{"Pacific/Kiritimati", "2027-01-01", "2026-12-31T10:00:00Z", "2027-01-01T10:00:00Z"},
	{"Pacific/Pago_Pago", "2027-01-01", "2027-01-01T11:00:00Z", "2027-01-02T11:00:00Z"},
	{"Africa/Cairo", "2027-04-30", "2027-04-29T22:00:00Z", "2027-04-30T21:00:00Z"}, // has no midnight
}

// newAbroad is a world whose controller is in a zone, at noon of the day that is
// n days before another.
func newAbroad(t *testing.T, zone, day string, n int) *world {
	t.Helper()
	w := newWorld(t, "enforce")
	w.wide(t)
	w.reword(t, "timezone: Europe/Oslo", "timezone: "+zone)
	loc, err := time.LoadLocation(zone)
	if err != nil {
		t.Fatal(err)
	}
	d, err := time.ParseInLocation(time.DateOnly, day, loc)
	if err != nil {
		t.Fatal(err)
	}
	w.until(t, time.Date(d.Year(), d.Month(), d.Day()-n, 12, 0, 0, 0, loc).Format(time.RFC3339))
	return w
}

// A grace of thirty days ends with the thirtieth day of the controller, whatever
// the clocks did meanwhile and however far off UTC it is.
func TestGraceEndsAtTheControllersMidnight(t *testing.T) {
	for _, c := range nights {
		t.Run(strings.ReplaceAll(c.zone, "/", " ")+" "+c.day, func(t *testing.T) {
			t.Parallel()
			w := newAbroad(t, c.zone, c.day, 31)
			id := w.lapsed("kari", now.AddDate(-3, 0, 0))
			if r := w.run(t); r.Duties[duty.Waiting] != 1 {
				t.Fatalf("duties %v", r.Duties)
			}
			w.until(t, c.begins)
			w.run(t, off(w, -time.Minute))
			w.wantHubSpot(t, id, "live")
			w.advance(time.Minute)
			w.run(t)
			w.wantHubSpot(t, id, "erased")
		})
	}
}

// What may be done in a day may be done once in each day of the controller, be it
// of 23 hours or of 25; what is above waits for somebody.
func TestTheDaysLimitIsOfTheControllersDay(t *testing.T) {
	for _, c := range nights {
		t.Run(strings.ReplaceAll(c.zone, "/", " ")+" "+c.day, func(t *testing.T) {
			t.Parallel()
			w := newAbroad(t, c.zone, c.day, 1)
			w.reword(t, "delete: {people: 100, share: 100%}", "delete: {people: 1, share: 100%}")
			w.crowd(5)
			w.run(t)
			for i, step := range []struct {
				at   string
				by   time.Duration
				want int
			}{{c.begins, 10 * time.Minute, 1}, {c.ends, -10 * time.Minute, 1}, {c.ends, 10 * time.Minute, 2}} {
				at, err := time.Parse(time.RFC3339, step.at)
				if err != nil {
					t.Fatal(err)
				}
				w.until(t, at.Add(step.by).Format(time.RFC3339))
				w.customer(fmt.Sprint("minor", i), map[string]any{"Birthdate": now.AddDate(-10, 0, 0)}) // no grace
				w.run(t)
				if n := w.deletions(); n != step.want {
					t.Errorf("at %s%+v: %d deletions, want %d", step.at, step.by, n, step.want)
				}
			}
		})
	}
}

// A period of two years ends with the controller's day of the last act.
func TestThePeriodEndsAtTheControllersMidnight(t *testing.T) {
	for _, c := range nights {
		if c.day == "2028-03-01" {
			continue // nobody's two years end on 29 February
		}
		t.Run(strings.ReplaceAll(c.zone, "/", " ")+" "+c.day, func(t *testing.T) {
			t.Parallel()
			w := newAbroad(t, c.zone, c.day, 1)
			loc, err := time.LoadLocation(c.zone)
			if err != nil {
				t.Fatal(err)
			}
			end := w.stage.Clock.Now().In(loc) // noon of the day before
			w.lapsed("kari", time.Date(end.Year()-2, end.Month(), end.Day(), 23, 59, 0, 0, loc))
			w.until(t, c.begins)
			if r := w.run(t, off(w, -time.Minute)); r.Verdicts[string(policy.Lapsed)] != 0 {
				t.Errorf("a minute early: %v", r.Verdicts)
			}
			w.advance(time.Minute)
			if r := w.run(t); r.Verdicts[string(policy.Lapsed)] != 1 {
				t.Errorf("a minute late: %v", r.Verdicts)
			}
		})
	}
}
