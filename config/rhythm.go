package config

import (
	"errors"
	"time"
)

// Window is the part of the controller's day in which all contacts are read and
// retention is carried out. It may pass midnight.
type Window struct{ from, to time.Duration } // since midnight

// ParseScalar reads HH:MM-HH:MM.
func (w *Window) ParseScalar(s string) error {
	bad := errors.New("this is no part of a day: write HH:MM-HH:MM, for example 01:00-06:00")
	if len(s) != len("01:00-06:00") || s[5] != '-' {
		return bad
	}
	from, err := time.Parse("15:04", s[:5])
	if err != nil {
		return bad
	}
	to, err := time.Parse("15:04", s[6:])
	if err != nil {
		return bad
	}
	midnight := from.Truncate(24 * time.Hour)
	if w.from, w.to = from.Sub(midnight), to.Sub(midnight); w.from == w.to {
		return errors.New("a window that ends when it begins is never open: write for example 01:00-06:00")
	}
	return nil
}

// Latest returns when the window opened last, in a zone, and whether it is open
// now. The clock on the wall counts: a night that has no 02:30 opens at what
// Go's time makes of it.
func (w Window) Latest(now time.Time, zone *time.Location) (begin time.Time, open bool) {
	local := now.In(zone)
	for back := range 2 {
		y, m, d := local.AddDate(0, 0, -back).Date()
		begin = time.Date(y, m, d, 0, int(w.from.Minutes()), 0, 0, zone)
		if begin.After(now) {
			continue
		}
		if w.to < w.from {
			d++
		}
		return begin, now.Before(time.Date(y, m, d, 0, int(w.to.Minutes()), 0, 0, zone))
	}
	return begin, false
}
