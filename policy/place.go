package policy

import (
	_ "embed"
	"strings"

	"github.com/lapsed/lapsed/internal/contact"
)

//go:embed countries.txt
var countryNames string

// eea are the countries of the European Economic Area, and names for them all. The
// second line are parts of them with codes of their own, where the Union's law
// holds as well (TFEU, Art. 349 and 355; Åland).
const eea = " EU EEA AT BE BG HR CY CZ DK EE FI FR DE GR HU IS IE IT LV LI LT LU MT NL NO PL PT RO SK SI ES SE " +
	" AX GF GP MF MQ RE YT "

// inside tells whether a region or country lies in the zone that the policy protects.
func (d *Document) inside(region string) bool {
	zone := "EEA"
	if d.Residency != nil {
		zone = d.Residency.Zone
	}
	return region == zone || (zone == "EEA" || zone == "EU") && strings.Contains(eea, " "+region+" ")
}

// countries tell of a country's names where it lies.
type countries map[string]contact.Place

// countries are those that the program knows, seen from the policy's zone. Each is
// listed as it is mostly written, and in lower case.
func (d *Document) countries() countries {
	out := countries{}
	for line := range strings.Lines(countryNames) {
		if strings.HasPrefix(line, "#") {
			continue
		}
		names := strings.Split(strings.TrimSpace(line), "|")
		at := contact.Outside
		if d.inside(names[0]) {
			at = contact.Inside
		}
		for _, n := range names {
			out[n], out[strings.ToLower(n)] = at, at
		}
	}
	return out
}

// of is where a country lies, as somebody or a CRM wrote it; 0 = not known.
func (c countries) of(written string) contact.Place {
	if at, known := c[written]; known {
		return at
	}
	return c[strings.ToLower(strings.TrimSpace(written))]
}
