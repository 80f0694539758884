package policy

import (
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/lapsed/lapsed/internal/contact"
	"github.com/lapsed/lapsed/internal/document"
)

// contactForm is a contact as written: the first key names the processor (and
// its object), the others the groups that speak of the record.
type contactForm struct {
	pos        document.Pos
	record     string // hubspot, salesforce.Lead
	own        []rawField
	groups     []rawGroup
	as         string
	aliases    []string
	unreadable []rawText
	firstRead  *Moment
}

type rawGroup struct {
	name string
	pos  document.Pos
	rows [][]rawField
}

type rawField struct {
	name   string
	pos    document.Pos // of the value
	texts  []string
	isList bool
	isFlag bool
}

// rawText is a text with its place.
type rawText struct {
	pos  document.Pos
	text string
}

// ParseScalar reads the text.
func (t *rawText) ParseScalar(s string) error { t.text = s; return nil }

// SetPos keeps where it stands.
func (t *rawText) SetPos(p document.Pos) { t.pos = p }

// DecodeNode reads the contact.
func (c *contactForm) DecodeNode(n document.Node) {
	c.pos = n.Pos()
	for i, m := range n.Members() {
		switch {
		case i == 0:
			c.record, c.own = m.Key, rawFields(m.Value)
		case m.Key == "as":
			m.Value.Into(&c.as)
		case m.Key == "aliases":
			m.Value.Into(&c.aliases)
		case m.Key == "unreadable":
			m.Value.Into(&c.unreadable)
		case m.Key == "first-read":
			c.firstRead = new(Moment)
			m.Value.Into(c.firstRead)
		default:
			g := rawGroup{name: m.Key, pos: m.At}
			rows := []document.Node{m.Value}
			if m.Value.IsList() {
				rows = m.Value.Items()
			}
			for _, row := range rows {
				g.rows = append(g.rows, rawFields(row))
			}
			c.groups = append(c.groups, g)
		}
	}
}

func rawFields(n document.Node) []rawField {
	var out []rawField
	for _, m := range n.Members() {
		_, flag := m.Value.Bool()
		out = append(out, rawField{m.Key, m.Value.Pos(), texts(m.Value), m.Value.IsList(), flag})
	}
	return out
}

// contact gives a raw contact its types.
func (r *casesReader) contact(c *Case, raw contactForm) (contact.Contact, error) {
	processor, object, _ := strings.Cut(raw.record, ".")
	cat, known := r.bound[processor]
	if !known {
		r.problem(raw.pos, "the first key of a contact names its processor, and %q is none that is set up%s", processor, document.Nearest(processor, r.processors()))
		return contact.Contact{}, errRead
	}
	if object == "" && len(cat.Objects) == 1 {
		object = cat.Objects[0]
	}
	if !slices.Contains(cat.Objects, object) {
		r.problem(raw.pos, "say which object of %s the record is: %s.%s", processor, processor, strings.Join(cat.Objects, " or "+processor+"."))
		return contact.Contact{}, errRead
	}
	t := typer{r, c, processor, object, cat}
	x := contact.Contact{Ref: contact.Ref{Processor: processor, Object: object, ID: raw.as}, Fields: t.row("", raw.own), Rows: map[string][]contact.Row{}}
	for _, g := range raw.groups {
		t.group(g.pos, g.name)
		for _, row := range g.rows {
			x.Rows[g.name] = append(x.Rows[g.name], t.row(g.name, row))
		}
	}
	for _, u := range raw.unreadable {
		if group, _ := contact.Split(u.text); !slices.Contains(groupsOf(cat, object), u.text) {
			t.kind(u.pos, group, strings.TrimPrefix(u.text, group+"."))
		}
		x.Unreadable = append(x.Unreadable, u.text)
	}
	for _, id := range raw.aliases {
		x.Aliases = append(x.Aliases, contact.Ref{Processor: processor, Object: object, ID: id})
	}
	if raw.firstRead != nil {
		c.firstRead[x.Ref] = *raw.firstRead
	}
	return x, nil
}

func (r *casesReader) processors() []string {
	var out []string
	for name := range r.bound {
		out = append(out, name)
	}
	slices.Sort(out)
	return out
}

// typer gives the values of one record their kinds.
type typer struct {
	*casesReader
	c                 *Case
	processor, object string
	cat               contact.Catalogue
}

func (t typer) group(pos document.Pos, name string) {
	if gs := groupsOf(t.cat, t.object); !slices.Contains(gs, name) {
		t.problem(pos, "%s knows no group %q%s; known: as, aliases, unreadable, first-read, %s", t.object, name, document.Nearest(name, gs), strings.Join(gs, ", "))
	}
}

func (t typer) row(group string, fields []rawField) contact.Row {
	row := contact.Named{}
	for _, f := range fields {
		v, err := value(t.kind(f.pos, group, f.name), f)
		if err != nil {
			t.problem(f.pos, "%s: %s", f.name, err)
		}
		if !v.IsEmpty() {
			row[f.name] = v
		}
	}
	return row.Row()
}

// kind returns a field's kind. One that the catalogue doesn't know must be one
// that the policy does: that shows when the case runs.
func (t typer) kind(pos document.Pos, group, name string) contact.Kind {
	path := name
	if group != "" {
		path = group + "." + name
	}
	k, known := kindOf(t.cat, t.object, path)
	if !known {
		t.c.foreign = append(t.c.foreign, FieldRef{Pos: pos, Text: t.processor + "." + path, Processor: t.processor, Path: path})
	}
	return k
}

// value reads a value of a kind; Empty stands for a custom field, whose kind
// follows from how it is written.
func value(k contact.Kind, f rawField) (contact.Value, error) {
	if f.isList || k == contact.List {
		if k != contact.List && k != contact.Empty {
			return contact.Value{}, fmt.Errorf("it holds one %s, not a list", k)
		}
		return contact.ListValue(f.texts), nil
	}
	if len(f.texts) == 0 {
		return contact.Value{}, nil // reported
	}
	s := f.texts[0]
	switch {
	case k == contact.Bool || k == contact.Empty && f.isFlag:
		if !f.isFlag {
			return contact.Value{}, fmt.Errorf("it is a flag: write true or false")
		}
		return contact.BoolValue(s == "true"), nil
	case k == contact.Date || k == contact.Instant:
		var m Moment
		if err := m.ParseScalar(s); err != nil {
			return contact.Value{}, err
		}
		if k == contact.Date && !m.instant.IsZero() {
			return contact.Value{}, fmt.Errorf("it is a whole day: write it without a time")
		}
		if m.instant.IsZero() {
			return contact.DateValue(time.Unix(int64(m.day)*86400, 0).UTC()), nil
		}
		return contact.InstantValue(m.instant), nil
	default:
		return contact.TextValue(s), nil
	}
}
