package api

import (
	"bytes"
	"encoding/json"
	"errors"
	"strconv"
	"time"
)

// ID is an id, which HubSpot sends as text or as a number, depending on the call.
type ID string

// UnmarshalJSON accepts both forms; null is "".
func (id *ID) UnmarshalJSON(b []byte) error {
	s, err := scalar(b)
	*id = ID(s)
	return err
}

// Properties are a record's values as sent: a nil value was asked for and is
// empty, a missing key was not answered.
type Properties map[string]*string

// UnmarshalJSON accepts the promised texts and nulls, and bare numbers and flags.
func (p *Properties) UnmarshalJSON(b []byte) error {
	var raw map[string]json.RawMessage
	if err := json.Unmarshal(b, &raw); err != nil {
		return err
	}
	*p = make(Properties, len(raw))
	for k, v := range raw {
		if string(v) == "null" {
			(*p)[k] = nil
			continue
		}
		s, err := scalar(v)
		if err != nil {
			return err
		}
		(*p)[k] = &s
	}
	return nil
}

// Get returns a value, "" if it is empty.
func (p Properties) Get(name string) string {
	if v := p[name]; v != nil {
		return *v
	}
	return ""
}

// scalar returns a JSON text, number, flag or null as text. Its error shows nothing of b.
func scalar(b []byte) (string, error) {
	switch {
	case len(b) == 0 || b[0] == '{' || b[0] == '[':
		return "", errors.New("not a plain value")
	case b[0] == '"':
		var s string
		err := json.Unmarshal(b, &s)
		return s, err
	case string(b) == "null":
		return "", nil
	default:
		return string(b), nil
	}
}

// texts are the strings of an error's context, whether one or a list.
type texts []string

// UnmarshalJSON never fails: a context that is neither is no context.
func (t *texts) UnmarshalJSON(b []byte) error {
	*t = nil
	var many []json.RawMessage
	if json.Unmarshal(b, &many) != nil {
		many = []json.RawMessage{bytes.TrimSpace(b)}
	}
	for _, m := range many {
		if s, err := scalar(m); err == nil && s != "" {
			*t = append(*t, s)
		}
	}
	return nil
}

// ParseTime reads an instant in the forms that HubSpot uses: RFC 3339, or
// milliseconds since 1970 as digits.
func ParseTime(s string) (time.Time, bool) {
	if t, err := time.Parse(time.RFC3339, s); err == nil {
		return t.UTC(), true
	}
	if ms, err := strconv.ParseInt(s, 10, 64); err == nil {
		return time.UnixMilli(ms).UTC(), true
	}
	return time.Time{}, false
}

// paging is how lists name their next page.
type paging struct {
	Next *struct {
		After ID `json:"after"`
	} `json:"next"`
}

func (p *paging) after() string {
	if p == nil || p.Next == nil {
		return ""
	}
	return string(p.Next.After)
}

// itemError is one failure inside a batch. Its message is not read.
type itemError struct {
	Category    string           `json:"category"`
	SubCategory string           `json:"subCategory"`
	Context     map[string]texts `json:"context"`
}

// names tells which of the asked ids or addresses e is about, by any of its
// context's values: the keys differ between calls.
func (e itemError) names(asked map[string]bool, fold func(string) string) []string {
	var ids []string
	for _, vs := range e.Context {
		for _, v := range vs {
			if asked[fold(v)] {
				ids = append(ids, fold(v))
			}
		}
	}
	return ids
}

type refInput struct {
	ID    string `json:"id"`
	After string `json:"after,omitempty"`
}

func refInputs(ids []string) []refInput {
	in := make([]refInput, len(ids))
	for i, id := range ids {
		in[i].ID = id
	}
	return in
}
