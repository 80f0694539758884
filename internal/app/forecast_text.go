package app

import (
	"encoding/csv"
	"fmt"
	"io"
	"maps"
	"slices"
)

// columns are all channels and processors of the weeks, sorted.
func (f *Forecast) columns() (channels, processors []string) {
	cs, ps := map[string]bool{}, map[string]bool{}
	for _, w := range f.Weeks {
		for k := range w.Channels {
			cs[k] = true
		}
		for k := range w.Processors {
			ps[k] = true
		}
	}
	return slices.Sorted(maps.Keys(cs)), slices.Sorted(maps.Keys(ps))
}

// Text writes the forecast for people.
func (f *Forecast) Text(w io.Writer) {
	line := func(format string, args ...any) { _, _ = fmt.Fprintf(w, format+"\n", args...) }
	if !f.Exact {
		line("Who lapses when can't be told: %s.", f.Why)
		return
	}
	line("Who lapses, by what was read until %s, if nothing happens but time (%s of grace come after):", f.AsOf.Format("2006-01-02 15:04 MST"), f.Grace)
	channels, processors := f.columns()
	head := fmt.Sprintf("%-10s %9s %9s", "week of", "people", "kept")
	for _, p := range processors {
		head += fmt.Sprintf(" %12s", p)
	}
	line("%s", head)
	total := 0
	for _, x := range f.Weeks {
		row := fmt.Sprintf("%-10s %9d %9d", x.Begins, x.Persons, x.Kept)
		for _, p := range processors {
			row += fmt.Sprintf(" %12d", x.Processors[p])
		}
		total += x.Persons
		line("%s", row)
	}
	line("%-10s %9d people in all; kept: a law keeps some record; the processors count records to be deleted", "", total)
	if len(channels) > 0 {
		line("By the way they came, over all weeks (who came by several is counted in each):")
	}
	for _, c := range channels {
		n := 0
		for _, x := range f.Weeks {
			n += x.Channels[c]
		}
		line("  %9d  %s", n, channelName(c))
	}
	line("Of %d people in scope: %d have lapsed already, %d stay longer, %d go by another clause or are too many records for one person, of %d something that decides is not known", f.Persons, f.Lapsed, f.Later, f.Otherwise, f.Undetermined)
}

func channelName(c string) string {
	if c == "" {
		return "in no way that the policy knows"
	}
	return c
}

// CSV writes a row for each week.
func (f *Forecast) CSV(w io.Writer) error {
	channels, processors := f.columns()
	out := csv.NewWriter(w)
	row := []string{"week", "persons", "kept"}
	for _, p := range processors {
		row = append(row, "records "+p)
	}
	for _, c := range channels {
		row = append(row, "channel "+channelName(c))
	}
	_ = out.Write(row) // Flush's error is reported below
	for _, x := range f.Weeks {
		row = []string{x.Begins, fmt.Sprint(x.Persons), fmt.Sprint(x.Kept)}
		for _, p := range processors {
			row = append(row, fmt.Sprint(x.Processors[p]))
		}
		for _, c := range channels {
			row = append(row, fmt.Sprint(x.Channels[c]))
		}
		_ = out.Write(row)
	}
	out.Flush()
	return out.Error()
}
