package contact

import (
	"fmt"
	"strings"
	"time"
)

// Kind says what a [Value] holds.
type Kind uint8

// The kinds of a value. The zero Kind is Empty.
const (
	Empty   Kind = iota
	Text         // free text, an id, an option's internal name, a number as written
	Bool         // a flag
	Date         // a whole day without time or zone
	Instant      // a point in time
	List         // several texts
)

// Value is the content of one field of one record. The zero Value is empty.
// It never prints what it holds.
type Value struct {
	kind Kind
	flag bool
	text string
	at   time.Time
	list []string
}

// TextValue returns a Text value, or the empty Value for "".
func TextValue(s string) Value {
	if s == "" {
		return Value{}
	}
	return Value{kind: Text, text: s}
}

// BoolValue returns a Bool value. False is not empty.
func BoolValue(b bool) Value { return Value{kind: Bool, flag: b} }

// DateValue returns the whole day of t as written: t's own year, month and day.
func DateValue(t time.Time) Value {
	y, m, d := t.Date()
	return Value{kind: Date, at: time.Date(y, m, d, 0, 0, 0, 0, time.UTC)}
}

// InstantValue returns an Instant value, or the empty Value for the zero time.
func InstantValue(t time.Time) Value {
	if t.IsZero() {
		return Value{}
	}
	return Value{kind: Instant, at: t.UTC()}
}

// ListValue returns a List value without its empty members, or the empty Value
// when none is left.
func ListValue(ss []string) Value {
	var l []string
	for _, s := range ss {
		if s != "" {
			l = append(l, s)
		}
	}
	if len(l) == 0 {
		return Value{}
	}
	return Value{kind: List, list: l}
}

// Kind says what v holds.
func (v Value) Kind() Kind { return v.kind }

// IsEmpty tells whether the field was read and held nothing.
func (v Value) IsEmpty() bool { return v.kind == Empty }

// Bool returns the flag; ok is false when v is no Bool.
func (v Value) Bool() (flag, ok bool) { return v.flag, v.kind == Bool }

// Time returns the instant, or midnight UTC of the day; ok is false when v is neither.
func (v Value) Time() (t time.Time, ok bool) { return v.at, v.kind == Instant || v.kind == Date }

// Texts returns what a condition compares: a text as one member, a list's
// members, "true" or "false" for a flag, the date or RFC 3339 instant otherwise.
func (v Value) Texts() []string {
	switch v.kind {
	case List:
		return v.list
	case Empty:
		return nil
	default:
		return []string{v.Text()}
	}
}

// Text returns the value in the text form that a condition compares.
func (v Value) Text() string {
	switch v.kind {
	case Text:
		return v.text
	case Bool:
		if v.flag {
			return "true"
		}
		return "false"
	case Date:
		return v.at.Format(time.DateOnly)
	case Instant:
		return v.at.Format(time.RFC3339Nano)
	case List:
		return strings.Join(v.list, ";")
	default:
		return ""
	}
}

// Format never shows what v holds: only its kind.
func (v Value) Format(s fmt.State, _ rune) { _, _ = fmt.Fprint(s, "value(", v.kind, ")") }

func (k Kind) String() string {
	return [...]string{"empty", "text", "flag", "date", "instant", "list"}[k]
}
