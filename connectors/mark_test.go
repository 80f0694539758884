package connectors_test

import (
	"strings"
	"testing"
	"time"

	"pgregory.net/rapid"

	"github.com/lapsed/lapsed/connectors"
	"github.com/lapsed/lapsed/internal/fault"
)

var noon = time.Date(2026, 11, 24, 12, 0, 0, 0, time.UTC)

func TestAMarkComesBackAsItWas(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		age := time.Duration(rapid.Int64Range(0, int64(connectors.MarkLife.Seconds())).Draw(t, "age")) * time.Second
		m := connectors.Mark{At: noon.Add(-age), Asked: connectors.Asked(rapid.SliceOf(rapid.String()).Draw(t, "fields"), nil),
			Place: rapid.StringMatching(`[0-9,]*`).Draw(t, "place")}
		got, err := connectors.ParseMark("acme", m.String(), m.Asked, noon)
		if err != nil || !got.At.Equal(m.At) || got.Asked != m.Asked || got.Place != m.Place {
			t.Fatalf("%+v, %v", got, err)
		}
	})
}

func TestMarksThatLeadNowhere(t *testing.T) {
	asked := connectors.Asked([]string{"email"}, []string{"101"})
	mark := func(at time.Time) string { return connectors.Mark{At: at, Asked: asked, Place: "7"}.String() }
	for name, c := range map[string]struct {
		text, asked string
		now         time.Time
		why         string
	}{
		"nothing":            {"", asked, noon, "no mark"},
		"words":              {"some words of nobody", asked, noon, "no mark"},
		"no time":            {strings.Replace(mark(noon), " ", " x", 1), asked, noon, "no mark"},
		"another form":       {"0" + mark(noon)[1:], asked, noon, "no mark"},
		"other questions":    {mark(noon), connectors.Asked([]string{"email", "phone"}, []string{"101"}), noon, "other fields"},
		"a topic as a field": {mark(noon), connectors.Asked([]string{"email", "101"}, nil), noon, "other fields"},
		"no clock":           {mark(noon), asked, time.Time{}, "time"},
		"from the future":    {mark(noon.Add(2 * time.Minute)), asked, noon, "ahead"},
		"too old":            {mark(noon.Add(-connectors.MarkLife - time.Second)), asked, noon, "older than 7 days"},
	} {
		t.Run(name, func(t *testing.T) {
			_, err := connectors.ParseMark("acme changes", c.text, c.asked, c.now)
			if !fault.Is(err, fault.Unsupported) || !strings.Contains(err.Error(), c.why) {
				t.Errorf("%v, want one that says %q", err, c.why)
			}
		})
	}
	if got := (connectors.Mark{Asked: asked}).String(); got != "" {
		t.Errorf("a mark without a time is %q", got)
	}
	if connectors.Asked([]string{"a", "b", "a"}, nil) != connectors.Asked([]string{"b", "a"}, nil) {
		t.Error("the order of fields makes other questions")
	}
}

func FuzzParseMark(f *testing.F) {
	f.Add("1 1795521600 0123456789abcdef 7,8,9")
	f.Add("1 -1 x")
	f.Fuzz(func(t *testing.T, text string) {
		m, err := connectors.ParseMark("acme", text, "0123456789abcdef", noon)
		if err != nil {
			if !fault.Is(err, fault.Unsupported) {
				t.Fatal(err)
			}
			return
		}
		if again, err := connectors.ParseMark("acme", m.String(), m.Asked, noon); err != nil || again != m {
			t.Fatalf("%+v, %v, want %+v", again, err, m)
		}
	})
}
