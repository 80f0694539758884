package hubspot

import (
	"fmt"
	"strings"
)

// column is a property's number, by which records keep its value.
type column uint16

// The columns that the code knows, in the order of the catalogue.
const (
	colID column = iota
	colCreated
	colCreatedToo
	colModified
	colModifiedToo
	colEmail
	colAdditional
	colOptOut
	colMerged
	colMergedVids
	colAllVids
	colDeals
	colFirstDeal
	colLastWon
)

// The levels of sensitivity that a property can have.
const (
	Plain           = "non_sensitive"
	Sensitive       = "sensitive"
	HighlySensitive = "highly_sensitive"
)

type property struct {
	name, typ string
	level     string
	topic     int64 // of hs_email_optout_<id>, else 0
	readOnly  bool
	hidden    bool
	computed  bool
	unique    bool
	custom    bool
	removed   bool
}

// topic is a subscription type, of one brand (business unit).
type topic struct {
	id, brand int64
	name      string
	col       column
	made      int64
}

func (p *Portal) installCatalogue() {
	for _, row := range catalogue {
		p.addProperty(property{
			name: row.name, typ: row.typ, level: Plain,
			readOnly: strings.Contains(row.flags, "r"), hidden: strings.Contains(row.flags, "h"),
			computed: strings.Contains(row.flags, "c"), unique: strings.Contains(row.flags, "u"),
		})
	}
}

func (p *Portal) addProperty(d property) column {
	if c, ok := p.columns[d.name]; ok {
		p.properties[c] = d
		return c
	}
	c := column(len(p.properties))
	p.properties = append(p.properties, d)
	p.columns[d.name] = c
	return c
}

// column returns the column of a property that exists.
func (p *Portal) column(name string) (column, bool) {
	c, ok := p.columns[name]
	return c, ok && !p.properties[c].removed
}

// known is column for callers in this process: a name that the account lacks is
// a mistake in the caller's data that silence would hide.
func (p *Portal) known(name string) column {
	c, ok := p.column(name)
	if !ok {
		panic(fmt.Sprintf("hubspot: no property %q: call Define or DefineProperty first", name))
	}
	return c
}

// Define adds a subscription type (topic) of the default brand, and with it the
// property hs_email_optout_<id>.
func (p *Portal) Define(id int64, name string) { p.DefineForBrand(0, id, name) }

// DefineForBrand is Define for a brand (business unit); brand 0 is the default one.
func (p *Portal) DefineForBrand(brand, id int64, name string) {
	defer p.act()()
	col := p.addProperty(property{
		name: "hs_email_optout_" + itoa(id), typ: "enumeration", level: Plain, topic: id, readOnly: true,
	})
	p.topics = append(p.topics, topic{id: id, brand: brand, name: name, col: col, made: p.now})
}

// DefineProperty adds a custom contact property. typ is one of string, number,
// datetime, date, enumeration, bool.
func (p *Portal) DefineProperty(name, typ string) { p.DefineSensitive(name, typ, Plain) }

// DefineSensitive is DefineProperty for a level of sensitivity: it hides the
// property from the default listing and its values from all but the scope's holders.
func (p *Portal) DefineSensitive(name, typ, level string) {
	defer p.act()()
	p.addProperty(property{name: name, typ: typ, level: level, custom: true})
}

// RemoveProperty archives a property: listings and answers leave it out, which
// is all that a client ever sees of it. An unknown name changes nothing.
func (p *Portal) RemoveProperty(name string) {
	defer p.act()()
	if c, ok := p.columns[name]; ok {
		p.properties[c].removed = true
	}
}

// topic returns a subscription type by its id.
func (p *Portal) topic(id int64) (topic, bool) {
	for _, t := range p.topics {
		if t.id == id {
			return t, true
		}
	}
	return topic{}, false
}
