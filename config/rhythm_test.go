package config

import (
	"testing"
	"time"
)

func TestWindow(t *testing.T) {
	berlin, err := time.LoadLocation("Europe/Berlin")
	if err != nil {
		t.Fatal(err)
	}
	at := func(s string) time.Time {
		v, err := time.ParseInLocation("2006-01-02 15:04", s, berlin)
		if err != nil {
			t.Fatal(err)
		}
		return v
	}
	for _, c := range []struct {
		window, now, begin string
		open               bool
	}{
		{"01:00-06:00", "2026-11-24 03:00", "2026-11-24 01:00", true},
		{"01:00-06:00", "2026-11-24 01:00", "2026-11-24 01:00", true},
		{"01:00-06:00", "2026-11-24 06:00", "2026-11-24 01:00", false},
		{"01:00-06:00", "2026-11-24 00:59", "2026-11-23 01:00", false},
		{"22:00-04:00", "2026-11-24 03:59", "2026-11-23 22:00", true},
		{"22:00-04:00", "2026-11-24 23:00", "2026-11-24 22:00", true},
		{"22:00-04:00", "2026-11-24 12:00", "2026-11-23 22:00", false},
		{"22:00-04:00", "2026-12-01 01:00", "2026-11-30 22:00", true},
		{"02:30-05:00", "2026-03-29 04:00", "2026-03-29 03:30", true},  // that night has no 02:30
		{"02:30-05:00", "2026-10-25 04:00", "2026-10-25 02:30", true},  // and that one has two
		{"01:00-06:00", "2024-03-01 00:30", "2024-02-29 01:00", false}, // over a leap day
	} {
		var w Window
		if err := w.ParseScalar(c.window); err != nil {
			t.Fatal(err)
		}
		begin, open := w.Latest(at(c.now).UTC(), berlin)
		if !begin.Equal(at(c.begin)) || open != c.open {
			t.Errorf("%s at %s: %s %v, want %s %v", c.window, c.now, begin.In(berlin), open, c.begin, c.open)
		}
	}
	for _, bad := range []string{"", "1:00-6:00", "01:00-25:00", "01:00 - 06:00", "01:00-01:00", "01:00–06:00"} {
		if err := new(Window).ParseScalar(bad); err == nil {
			t.Errorf("%q is taken", bad)
		}
	}
}
