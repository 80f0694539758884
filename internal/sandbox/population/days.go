package population

import "time"

// The reference policy's periods, as its text gives them.
const (
	retentionYears = 2
	graceDays      = 30
)

// A day is midnight UTC of a date: plain time.Time, because it only ever gets
// compared and counted on.

// dayOf is the date of an instant in a zone.
func dayOf(t time.Time, zone *time.Location) time.Time {
	y, m, d := t.In(zone).Date()
	return time.Date(y, m, d, 0, 0, 0, 0, time.UTC)
}

// startOf is the instant at which a day begins in a zone.
func startOf(day time.Time, zone *time.Location) time.Time {
	y, m, d := day.Date()
	return time.Date(y, m, d, 0, 0, 0, 0, zone).UTC()
}

// yearsAfter is the last day of a period of calendar years: the event's day is
// not counted, and a missing day is the last of the month (Reg. 1182/71).
func yearsAfter(day time.Time, years int) time.Time {
	y, m, d := day.Date()
	lastOfMonth := time.Date(y+years, m+1, 0, 0, 0, 0, 0, time.UTC).Day()
	return time.Date(y+years, m, min(d, lastOfMonth), 0, 0, 0, 0, time.UTC)
}

// lapsesOn is the first day on which somebody has lapsed whose last act was on a day.
func lapsesOn(last time.Time) time.Time { return yearsAfter(last, retentionYears).AddDate(0, 0, 1) }

// dueOn is the first day after the grace of a duty that is opened on a day.
func dueOn(opened time.Time) time.Time { return opened.AddDate(0, 0, graceDays+1) }

// latest is the later one of two days.
func latest(a, b time.Time) time.Time {
	if b.After(a) {
		return b
	}
	return a
}

// wire is how HubSpot and JSON write an instant.
func wire(t time.Time) string { return t.UTC().Format("2006-01-02T15:04:05.000Z") }
