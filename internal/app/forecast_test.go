package app

import (
	"bytes"
	"context"
	"encoding/csv"
	"encoding/json"
	"encoding/xml"
	"errors"
	"io"
	"slices"
	"strings"
	"testing"

	"github.com/lapsed/lapsed/internal/contact"
)

// People are foreseen in the week of their last day, by channel and processor, and
// whoever acts or is held by nothing changes no other.
func TestForecast(t *testing.T) {
	w := newWorld(t, "observe")
	w.both("old")                            // has lapsed already
	w.crowd(2)                               // a month old: later than a year
	w.lapsed("soon", now.AddDate(-2, 0, 3))  // in three days and one
	w.lead("soon", now.AddDate(-2, 0, 2))    // the same person, at another processor
	w.lapsed("later", now.AddDate(-2, 0, 6)) // seven days on is the second week
	w.run(t)
	w.with(t, func(a *App) {
		f, err := a.Forecast(context.Background(), 52)
		if err != nil {
			t.Fatal(err)
		}
		if !f.Exact || f.Persons != 5 || f.Lapsed != 1 || f.Later != 2 || f.Otherwise != 0 || f.Undetermined != 0 || len(f.Weeks) != 52 {
			t.Errorf("%+v", f)
		}
		first, second := f.Weeks[0], f.Weeks[1]
		if first.Begins != a.Policy.Today(now).String() || first.Persons != 1 || first.Processors["hubspot"] != 1 || first.Processors["salesforce"] != 1 || first.Channels["web-form"] != 1 {
			t.Errorf("first week: %+v", first)
		}
		if second.Persons != 1 || second.Processors["hubspot"] != 1 || second.Processors["salesforce"] != 0 {
			t.Errorf("second week: %+v", second)
		}
		wellWritten(t, &f)
		again, err := a.Forecast(context.Background(), 52)
		x, _ := json.Marshal(f)
		y, _ := json.Marshal(again)
		if now := `"at":"`; err != nil || cut(x, now) != cut(y, now) {
			t.Error("the same state gives another forecast")
		}
	})
}

// cut leaves out the instant at which a document was made.
func cut(b []byte, from string) string {
	before, after, _ := strings.Cut(string(b), from)
	_, after, _ = strings.Cut(after, `"`)
	return before + after
}

// wellWritten checks the forms for people and programs.
func wellWritten(t *testing.T, f *Forecast) {
	t.Helper()
	var text, table, chart bytes.Buffer
	f.Text(&text)
	if !strings.Contains(text.String(), "2 people in all") || !strings.Contains(text.String(), "web-form") {
		t.Errorf("text:\n%s", text.String())
	}
	if err := f.CSV(&table); err != nil {
		t.Fatal(err)
	}
	rows, err := csv.NewReader(&table).ReadAll()
	if err != nil || len(rows) != 53 || !slices.Equal(rows[0], []string{"week", "persons", "kept", "records hubspot", "records salesforce", "channel web-form"}) {
		t.Errorf("csv: %v %v", err, rows)
	}
	if err := f.SVG(&chart); err != nil {
		t.Fatal(err)
	}
	svg := chart.String()
	d := xml.NewDecoder(strings.NewReader(svg))
	for {
		if _, err := d.Token(); errors.Is(err, io.EOF) {
			break
		} else if err != nil {
			t.Fatal(err)
		}
	}
	for _, want := range []string{`<title id="t">`, "2 people lapse within 52 weeks", `role="img"`} {
		if !strings.Contains(svg, want) {
			t.Errorf("the chart lacks %s", want)
		}
	}
	if strings.Count(svg, "<rect") != 53 || strings.Contains(svg, "NaN") {
		t.Error("the chart has not a bar a week")
	}
}

func TestForecastRefusesOddWeeks(t *testing.T) {
	for _, n := range []int{0, -1, maxWeeks + 1} {
		if _, err := (&App{}).Forecast(context.Background(), n); !errors.Is(err, ErrUsage) {
			t.Errorf("%d weeks: %v", n, err)
		}
	}
}

func TestNice(t *testing.T) {
	for n, want := range map[int]int{1: 4, 4: 4, 5: 8, 9: 20, 21: 40, 41: 80, 81: 200, 12345: 20000} {
		if got := nice(n); got != want {
			t.Errorf("nice(%d) = %d, want %d", n, got, want)
		}
	}
}

// The pages of the first few persons are the same in whatever order they come.
func TestTallyKeepsTheFirst(t *testing.T) {
	var a, b, c tally
	for _, id := range []int64{5, 1, 9, 3, 7} {
		a.add(id, contact.Ref{ID: string(rune('0' + id))})
	}
	for _, id := range []int64{9, 7} {
		b.add(id, contact.Ref{ID: string(rune('0' + id))})
	}
	for _, id := range []int64{3, 5, 1} {
		c.add(id, contact.Ref{ID: string(rune('0' + id))})
	}
	b.merge(&c)
	if !slices.Equal(a.records(), b.records()) || a.persons != 5 || b.persons != 5 {
		t.Errorf("%v %v", a, b)
	}
}
