package salesforce

import (
	"encoding/binary"
	"strings"
	"time"

	"github.com/lapsed/lapsed/internal/contact"
)

// codec makes a few bytes of a value. A text that comes often is kept once.
type codec struct {
	texts []string
	known map[string]uint64 // text → its number
}

// fewTexts is how many texts are kept: those of a picklist, and no free ones.
const fewTexts = 1024

// Times are kept in the coarsest of these units that tells them.
const (
	inDays = iota // a whole day; an instant is never kept so
	inSeconds
	inMilliseconds
)

// Numbers that stand for a text itself.
const (
	noText    = iota // as 0 stands for every empty value
	textHere         // its length and its bytes follow
	textKnown        // and further: one that is kept
)

// pack appends a value: 0 for an empty one, a small number for most.
func (c *codec) pack(b []byte, v contact.Value) []byte {
	switch v.Kind() {
	case contact.Empty:
		return append(b, noText)
	case contact.Bool:
		if yes, _ := v.Bool(); yes {
			return append(b, 2)
		}
		return append(b, 1)
	case contact.Date:
		at, _ := v.Time()
		return binary.AppendUvarint(b, packTime(at.Unix()/secondsADay, inDays))
	case contact.Instant:
		at, _ := v.Time()
		if ms := at.UnixMilli(); ms%1000 != 0 {
			return binary.AppendUvarint(b, packTime(ms, inMilliseconds))
		}
		return binary.AppendUvarint(b, packTime(at.Unix(), inSeconds))
	}
	return c.text(b, v.Text())
}

func (c *codec) text(b []byte, s string) []byte {
	n, ok := c.known[s]
	switch {
	case ok:
	case len(c.texts) < fewTexts:
		s = strings.Clone(s) // or it would hold the whole page
		n = uint64(len(c.texts))
		c.texts = append(c.texts, s)
		c.known[s] = n
	default:
		return append(binary.AppendUvarint(append(b, textHere), uint64(len(s))), s...)
	}
	return binary.AppendUvarint(b, textKnown+n)
}

const secondsADay = 24 * 60 * 60

// packTime keeps the sign in the last bit but two: times before 1970 are short, too.
func packTime(n int64, unit uint64) uint64 {
	return (uint64(n<<1)^uint64(n>>63))<<2 + unit + 1
}

func unpackTime(packed uint64) contact.Value {
	unit, u := (packed-1)&3, (packed-1)>>2
	switch n := int64(u>>1) ^ -int64(u&1); unit {
	case inDays:
		return contact.DateValue(time.Unix(n*secondsADay, 0).UTC())
	case inSeconds:
		return contact.InstantValue(time.Unix(n, 0).UTC())
	default:
		return contact.InstantValue(time.UnixMilli(n).UTC())
	}
}

// unpack takes a value off what pack appended.
func (c *codec) unpack(kind contact.Kind, b []byte) (v contact.Value, rest []byte) {
	n, size := binary.Uvarint(b)
	b = b[size:]
	switch {
	case n == noText:
		return contact.Value{}, b
	case kind == contact.Bool:
		return contact.BoolValue(n == 2), b
	case kind == contact.Date, kind == contact.Instant:
		return unpackTime(n), b
	}
	s := ""
	if n == textHere {
		length, size := binary.Uvarint(b)
		s, b = string(b[size:size+int(length)]), b[size+int(length):]
	} else {
		s = c.texts[n-textKnown]
	}
	if kind == contact.List {
		return contact.ListValue(strings.Split(s, ";")), b
	}
	return contact.TextValue(s), b
}
