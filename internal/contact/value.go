package contact

import (
	"encoding/binary"
	"fmt"
	"strconv"
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
// It never prints what it holds. Its content is behind pointers to plain types
// because fmt asks no method of what it finds in an unexported field: it shows a
// text there, but not what such a pointer leads to. There are two of them and not
// one for each kind, since a read of a company's contacts makes many millions.
type Value struct {
	kind Kind
	nsec int32
	text *string // a list's texts one after the other, each after its length
	num  *int64  // seconds since 1970; of a flag, 1 for true
}

// TextValue returns a Text value, or the empty Value for "".
func TextValue(s string) Value {
	if s == "" {
		return Value{}
	}
	return Value{kind: Text, text: &s}
}

// BoolValue returns a Bool value. False is not empty.
func BoolValue(b bool) Value {
	n := int64(0)
	if b {
		n = 1
	}
	return Value{kind: Bool, num: &n}
}

// DateValue returns the whole day of t as written: t's own year, month and day.
func DateValue(t time.Time) Value {
	y, m, d := t.Date()
	sec := time.Date(y, m, d, 0, 0, 0, 0, time.UTC).Unix()
	return Value{kind: Date, num: &sec}
}

// InstantValue returns an Instant value, or the empty Value for the zero time.
func InstantValue(t time.Time) Value {
	if t.IsZero() {
		return Value{}
	}
	sec := t.Unix()
	return Value{kind: Instant, num: &sec, nsec: int32(t.Nanosecond())}
}

// ListValue returns a List value without its empty members, or the empty Value
// when none is left.
func ListValue(ss []string) Value {
	var all []byte
	for _, s := range ss {
		if s != "" {
			all = append(binary.AppendUvarint(all, uint64(len(s))), s...)
		}
	}
	if len(all) == 0 {
		return Value{}
	}
	text := string(all)
	return Value{kind: List, text: &text}
}

// members parts the text of a list.
func members(all string) []string {
	var out []string
	for all != "" {
		n, size := uint64(0), 0
		for shift := 0; ; shift += 7 { // binary.Uvarint wants bytes, and a copy
			b := all[size]
			n |= uint64(b&0x7f) << shift
			if size++; b < 0x80 {
				break
			}
		}
		end := size + int(n)
		out, all = append(out, all[size:end]), all[end:]
	}
	return out
}

// Kind says what v holds.
func (v Value) Kind() Kind { return v.kind }

// IsEmpty tells whether the field was read and held nothing.
func (v Value) IsEmpty() bool { return v.kind == Empty }

// Bool returns the flag; ok is false when v is no Bool.
func (v Value) Bool() (flag, ok bool) {
	if v.kind != Bool {
		return false, false
	}
	return *v.num == 1, true
}

// Time returns the instant, or midnight UTC of the day; ok is false when v is neither.
func (v Value) Time() (t time.Time, ok bool) {
	if v.kind != Date && v.kind != Instant {
		return time.Time{}, false
	}
	return time.Unix(*v.num, int64(v.nsec)).UTC(), true
}

// Texts returns what a condition compares: a text as one member, a list's
// members, "true" or "false" for a flag, the date or RFC 3339 instant otherwise.
func (v Value) Texts() []string {
	switch v.kind {
	case List:
		return members(*v.text)
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
		return *v.text
	case Bool:
		return strconv.FormatBool(*v.num == 1)
	case Date:
		t, _ := v.Time()
		return t.Format(time.DateOnly)
	case Instant:
		t, _ := v.Time()
		return t.Format(time.RFC3339Nano)
	case List:
		return strings.Join(v.Texts(), ";")
	default:
		return ""
	}
}

// Format never shows what v holds: only its kind.
func (v Value) Format(s fmt.State, _ rune) { _, _ = fmt.Fprint(s, "value(", v.kind, ")") }

func (k Kind) String() string {
	return [...]string{"empty", "text", "flag", "date", "instant", "list"}[k]
}
