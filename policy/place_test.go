package policy

import (
	"strings"
	"testing"

	"github.com/lapsed/lapsed/internal/contact"
)

// A country is known by whatever people and CRMs call it, and what is no country
// is none.
func TestCountries(t *testing.T) {
	d := &Document{Residency: &Residency{Zone: "EEA"}}
	c := d.countries()
	for _, code := range strings.Fields(strings.TrimPrefix(eea, " EU EEA")) {
		if c.of(code) != contact.Inside {
			t.Errorf("%s is not inside", code)
		}
	}
	for written, want := range map[string]contact.Place{
		"Norway": contact.Inside, "norway ": contact.Inside, "NORGE": contact.Inside, "NOR": contact.Inside, "Deutschland": contact.Inside, "ÖSTERREICH": contact.Inside,
		"The Netherlands": contact.Inside, "Czech Republic": contact.Inside, "Ελλάδα": contact.Inside, "Réunion": contact.Inside, "Åland": contact.Inside,
		"United States": contact.Outside, "usa": contact.Outside, "U.S.A.": contact.Outside, "UK": contact.Outside, "England": contact.Outside, "Schweiz": contact.Outside,
		"Georgia": contact.Outside, "Greenland": contact.Outside, "Viet Nam": contact.Outside, "Korea, Republic of": contact.Outside,
		"": 0, "Midgard": 0, "Svalbard": 0, "SJ": 0, "N/A": 0, "#": 0,
	} {
		if got := c.of(written); got != want {
			t.Errorf("%q lies at %d, want %d", written, got, want)
		}
	}
	of := map[string]string{} // name → country
	lines := 0
	for line := range strings.Lines(countryNames) {
		if strings.HasPrefix(line, "#") {
			continue
		}
		lines++
		names := strings.Split(strings.TrimSpace(line), "|")
		if len(names) < 3 || len(names[0]) != 2 || len(names[1]) != 3 {
			t.Errorf("%q has no two codes and a name", line)
		}
		for _, n := range names {
			if other, twice := of[strings.ToLower(n)]; twice && other != names[0] {
				t.Errorf("%s is called %s, and so is %s", names[0], n, other)
			}
			of[strings.ToLower(n)] = names[0]
		}
	}
	if lines < 240 {
		t.Errorf("only %d countries", lines)
	}
}
