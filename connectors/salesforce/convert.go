package salesforce

import (
	"strings"
	"time"

	"github.com/lapsed/lapsed/connectors/salesforce/internal/api"
	"github.com/lapsed/lapsed/internal/contact"
	"github.com/lapsed/lapsed/internal/fault"
)

// valueOf reads a column's text. A text that is no value of the column's kind
// is an error: the answer was not the org's, or not whole.
func (c *Connector) valueOf(col column, text string) (contact.Value, error) {
	if text == "" {
		if col.sure {
			return contact.Value{}, c.malformed(col)
		}
		return contact.Value{}, nil
	}
	switch col.kind {
	case contact.Bool:
		switch text {
		case "true":
			return contact.BoolValue(true), nil
		case "false":
			return contact.BoolValue(false), nil
		}
		return contact.Value{}, c.malformed(col)
	case contact.Date, contact.Instant:
		t, whole, err := parseTime(text)
		if err != nil {
			return contact.Value{}, c.malformed(col)
		}
		if whole || col.kind == contact.Date {
			return contact.DateValue(t), nil
		}
		return contact.InstantValue(t), nil
	case contact.List:
		return contact.ListValue(strings.Split(text, ";")), nil
	}
	if col.id {
		id, ok := api.ID18(text)
		if !ok {
			return contact.Value{}, c.malformed(col)
		}
		return contact.TextValue(id), nil
	}
	return contact.TextValue(text), nil
}

func (c *Connector) malformed(col column) error {
	return &fault.Error{Kind: fault.Invalid, Op: c.opt.Name + " read", Hint: "a row's " + col.path + " is no value of its type"}
}

// parseTime reads the forms in which the org writes a day or an instant. JSON
// has "+0000", which RFC 3339 does not know; CSV has "Z". whole tells a day
// without a time.
func parseTime(s string) (t time.Time, whole bool, err error) {
	if len(s) == len(time.DateOnly) {
		t, err = time.Parse(time.DateOnly, s)
		return t, true, err
	}
	for _, layout := range []string{"2006-01-02T15:04:05Z0700", time.RFC3339} {
		if t, err = time.Parse(layout, s); err == nil {
			return t, false, nil
		}
	}
	return time.Time{}, false, err
}
