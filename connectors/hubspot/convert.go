package hubspot

import (
	"slices"
	"strings"
	"time"

	"github.com/lapsed/lapsed/connectors/hubspot/internal/api"
	"github.com/lapsed/lapsed/internal/contact"
)

// convert turns a record as sent into a contact, without what other calls tell of it.
func (c *Connector) convert(o api.Object, s *schema, at time.Time) contact.Contact {
	k := contact.Contact{Ref: c.ref(string(o.ID)), Fields: s.columns.Row(), Rows: map[string][]contact.Row{}, ReadAt: at,
		Unreadable: slices.Clone(s.lacking)}
	for _, p := range s.props {
		raw := o.Properties.Get(p)
		if s.sensitive[p] && !c.provedReadable(p, raw) {
			k.Unreadable = append(k.Unreadable, p)
			continue
		}
		v, ok := value(s.kinds[p], raw)
		switch {
		case !ok:
			k.Unreadable = append(k.Unreadable, p)
		case !v.IsEmpty():
			k.Fields.Set(p, v)
		}
	}
	for _, id := range split(o.Properties.Get(propMerged)) {
		if id != string(o.ID) {
			k.Aliases = append(k.Aliases, c.ref(id))
		}
	}
	if c.need.forms {
		rows, ok := submissions(c.columns[groupForm], o.Properties.Get(propSubmissions))
		if !ok {
			k.Unreadable = append(k.Unreadable, groupForm)
		}
		if len(rows) > 0 {
			k.Rows[groupForm] = rows
		}
	}
	return k
}

// provedReadable tells whether an empty sensitive property means empty. HubSpot
// withholds the values from a token without the scope and says nothing, so one
// filled value must have been seen first.
func (c *Connector) provedReadable(prop, raw string) bool {
	c.mu.Lock()
	defer c.mu.Unlock()
	if raw != "" {
		c.proved[prop] = true
	}
	return c.proved[prop]
}

// value reads a property's text. ok is false if it is filled and not of its kind.
func value(kind contact.Kind, raw string) (v contact.Value, ok bool) {
	if raw == "" {
		return contact.Value{}, true
	}
	switch kind {
	case contact.Instant:
		t, ok := api.ParseTime(raw)
		return contact.InstantValue(t), ok
	case contact.Date:
		if t, err := time.Parse(time.DateOnly, raw); err == nil {
			return contact.DateValue(t), true
		}
		t, ok := api.ParseTime(raw) // midnight UTC of the day, never shifted by a zone
		return contact.DateValue(t), ok
	case contact.Bool:
		switch strings.ToLower(raw) {
		case "true":
			return contact.BoolValue(true), true
		case "false":
			return contact.BoolValue(false), true
		}
		return contact.Value{}, false
	case contact.List:
		return contact.ListValue(split(raw)), true
	default:
		return contact.TextValue(raw), true
	}
}

// split parts a multi-value property.
func split(raw string) []string {
	var parts []string
	for _, p := range strings.Split(raw, ";") {
		if p = strings.TrimSpace(p); p != "" {
			parts = append(parts, p)
		}
	}
	return parts
}

// submissions reads hs_calculated_form_submissions, "guid:page:ms;…". ok is false
// if some member is not of that form.
func submissions(columns *contact.Columns, raw string) (rows []contact.Row, ok bool) {
	ok = true
	for _, s := range split(raw) {
		guid, rest, _ := strings.Cut(s, ":")
		t, isTime := api.ParseTime(rest[strings.LastIndex(rest, ":")+1:])
		if guid == "" || !isTime {
			ok = false
			continue
		}
		row := columns.Row()
		row.Set("guid", contact.TextValue(guid))
		row.Set("submittedAt", contact.InstantValue(t))
		rows = append(rows, row)
	}
	return rows, ok
}

// addresses returns a contact's addresses, the primary one first, each once.
func addresses(k contact.Contact) []string {
	var as []string
	seen := map[string]bool{}
	for _, v := range append(k.Field("", propEmail), k.Field("", propOthers)...) {
		for _, t := range v.Texts() {
			for _, a := range split(t) {
				if !seen[api.Fold(a)] {
					seen[api.Fold(a)] = true
					as = append(as, a)
				}
			}
		}
	}
	return as
}

// optedOut tells whether the contact's primary address refuses all e-mail.
func optedOut(k contact.Contact) bool {
	out, _ := k.Fields.Value(propOptOut).Bool()
	return out
}

// unreadable names something that could not be read of k.
func unreadable(k *contact.Contact, name string) {
	if !slices.Contains(k.Unreadable, name) {
		k.Unreadable = append(k.Unreadable, name)
	}
}
