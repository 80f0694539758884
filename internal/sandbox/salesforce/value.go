package salesforce

import (
	"encoding/json"
	"errors"
	"fmt"
	"math"
	"strconv"
	"strings"
	"time"
)

// kind is how a value is held and compared. Field types (picklist, email, …)
// are many, kinds are few.
type kind uint8

const (
	null kind = iota
	text
	ident // an 18-character id
	boolean
	date     // n: Unix seconds of midnight UTC
	instant  // n: Unix seconds; Salesforce keeps no fraction
	number64 // n: bits of a float64
	compound // an address: s is its JSON
)

// value is one field's content. The zero value is null.
type value struct {
	s string
	n int64
	k kind
}

// The layouts in which dates travel. JSON's is not RFC 3339.
const (
	dateLayout = "2006-01-02"
	jsonLayout = "2006-01-02T15:04:05.000+0000"
	csvLayout  = "2006-01-02T15:04:05.000Z"
)

var errShape = errors.New("value of another type")

func textValue(s string) value {
	if s == "" {
		return value{}
	}
	return value{k: text, s: s}
}

func idValue(s string) value {
	if s == "" {
		return value{}
	}
	return value{k: ident, s: s}
}

func boolValue(b bool) value {
	v := value{k: boolean}
	if b {
		v.n = 1
	}
	return v
}

func numberValue(f float64) value    { return value{k: number64, n: int64(math.Float64bits(f))} }
func instantValue(t time.Time) value { return value{k: instant, n: t.Unix()} }
func secondsValue(n int64) value     { return value{k: instant, n: n} }

func dateValue(t time.Time) value {
	y, m, d := t.Date()
	return value{k: date, n: time.Date(y, m, d, 0, 0, 0, 0, time.UTC).Unix()}
}

func (v value) float() float64  { return math.Float64frombits(uint64(v.n)) }
func (v value) time() time.Time { return time.Unix(v.n, 0).UTC() }
func (v value) isTrue() bool    { return v.k == boolean && v.n == 1 }

// toValue reads what a caller in process, a JSON body or a CSV cell (always a
// string) holds for a field of kind k.
func toValue(k kind, x any) (value, error) {
	if x == nil {
		return value{}, nil
	}
	switch k {
	case boolean:
		if b, ok := x.(bool); ok {
			return boolValue(b), nil
		}
	case date, instant:
		return toTime(k, x)
	case number64:
		return toNumber(x)
	case ident:
		if s, ok := x.(string); ok {
			if s == "" {
				return value{}, nil
			}
			if id, ok := canonical(s); ok {
				return idValue(id), nil
			}
		}
	case text:
		switch s := x.(type) {
		case string:
			return textValue(s), nil
		case json.Number:
			return textValue(s.String()), nil
		}
	}
	return value{}, errShape
}

func toTime(k kind, x any) (value, error) {
	t, ok := x.(time.Time)
	if !ok {
		s, isText := x.(string)
		if !isText {
			return value{}, errShape
		}
		if s == "" {
			return value{}, nil
		}
		var err error
		if t, err = parseTime(k, s); err != nil {
			return value{}, err
		}
	}
	if k == date {
		return dateValue(t), nil
	}
	return instantValue(t), nil
}

func parseTime(k kind, s string) (time.Time, error) {
	layouts := []string{dateLayout}
	if k == instant {
		layouts = []string{time.RFC3339Nano, "2006-01-02T15:04:05.999999999Z0700"}
	}
	for _, l := range layouts {
		if t, err := time.Parse(l, s); err == nil {
			return t, nil
		}
	}
	return time.Time{}, errShape
}

func toNumber(x any) (value, error) {
	switch n := x.(type) {
	case int:
		return numberValue(float64(n)), nil
	case float64:
		return numberValue(n), nil
	case json.Number:
		f, err := n.Float64()
		return numberValue(f), err
	case string:
		if n == "" {
			return value{}, nil
		}
		f, err := strconv.ParseFloat(n, 64)
		return numberValue(f), err
	}
	return value{}, errShape
}

// appendJSON writes v as the REST API does.
func (v value) appendJSON(b []byte) []byte {
	switch v.k {
	case text, ident:
		return appendQuoted(b, v.s)
	case boolean:
		return strconv.AppendBool(b, v.n == 1)
	case date:
		return v.time().AppendFormat(b, `"`+dateLayout+`"`)
	case instant:
		return v.time().AppendFormat(b, `"`+jsonLayout+`"`)
	case number64:
		return strconv.AppendFloat(b, v.float(), 'f', -1, 64)
	case compound:
		return append(b, v.s...)
	}
	return append(b, "null"...)
}

// csv returns v as a Bulk result holds it: null and the empty string are one.
func (v value) csv() string {
	switch v.k {
	case text, ident:
		return v.s
	case boolean:
		return strconv.FormatBool(v.n == 1)
	case date:
		return v.time().Format(dateLayout)
	case instant:
		return v.time().Format(csvLayout)
	case number64:
		return strconv.FormatFloat(v.float(), 'f', -1, 64)
	}
	return ""
}

// plain returns v as a Go value for callers in process.
func (v value) plain() any {
	switch v.k {
	case text, ident, compound:
		return v.s
	case boolean:
		return v.n == 1
	case date, instant:
		return v.time()
	case number64:
		return v.float()
	}
	return nil
}

func appendQuoted(b []byte, s string) []byte {
	if strings.IndexFunc(s, func(r rune) bool { return r < ' ' || r == '"' || r == '\\' || r > 126 }) < 0 {
		b = append(b, '"')
		b = append(b, s...)
		return append(b, '"')
	}
	q, err := json.Marshal(s)
	if err != nil { // a Go string always marshals
		panic(fmt.Sprintf("sandbox: a string that JSON can't hold: %v", err))
	}
	return append(b, q...)
}
