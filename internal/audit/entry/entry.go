package entry

import (
	"bytes"
	"errors"
	"fmt"
	"io"
	"slices"
	"time"

	"github.com/go-json-experiment/json"
	"github.com/go-json-experiment/json/jsontext"
)

// Version is the entry format that this package writes. Older ones are read for ever.
const Version = 1

// MaxBytes is the longest entry.
const MaxBytes = 16384

// TimeLayout is the form of every time in an entry, in UTC.
const TimeLayout = "2006-01-02T15:04:05.000Z"

// Kind names what an entry is about.
type Kind string

// Entry is one leaf before it is turned into bytes.
type Entry struct {
	At    time.Time
	Kind  Kind
	By    By
	Cycle string // "" outside of cycles
	Body  any    // the struct that Kinds lists for the kind
}

// By says who did it.
type By struct {
	Role string `json:"role"`         // daemon, auditor, operator, admin
	Who  string `json:"who,omitzero"` // pseudonym, for people
}

// Daemon is the actor of everything that no human did.
var Daemon = By{Role: "daemon"}

// form is the wire form. The body stays as it is.
type form struct {
	At    string         `json:"at"`
	Body  jsontext.Value `json:"body"`
	By    By             `json:"by"`
	Cycle string         `json:"cycle,omitzero"`
	Kind  Kind           `json:"kind"`
	V     int            `json:"v"`
}

// Bytes returns the entry's canonical bytes. It fails if anything in it may not
// be in a log: that is a bug in the caller, and the write must not go on.
func Bytes(e Entry) ([]byte, error) {
	if !KindKnown(e.Kind) {
		return nil, fmt.Errorf("there is no kind of entry %q", e.Kind)
	}
	body, err := json.Marshal(e.Body, json.Deterministic(true))
	if err != nil {
		return nil, fmt.Errorf("entry %s: %w", e.Kind, err)
	}
	b, err := json.Marshal(form{e.At.UTC().Format(TimeLayout), body, e.By, e.Cycle, e.Kind, Version})
	if err != nil {
		return nil, fmt.Errorf("entry %s: %w", e.Kind, err)
	}
	v := jsontext.Value(b)
	if err := v.Canonicalize(); err != nil {
		return nil, fmt.Errorf("entry %s: %w", e.Kind, err)
	}
	if err := Check(v); err != nil {
		return nil, fmt.Errorf("entry %s: %w", e.Kind, err)
	}
	return v, nil
}

// Read is an entry as read from a log: its parts, the body still in bytes.
type Read struct {
	At    time.Time
	Kind  Kind
	By    By
	Cycle string
	Body  jsontext.Value
}

// Parse reads canonical bytes strictly. It fails if another reading is possible,
// a key is unknown, or a value is not of its form.
func Parse(b []byte) (Read, error) {
	if err := Check(b); err != nil {
		return Read{}, err
	}
	again := slices.Clone(jsontext.Value(b))
	if err := again.Canonicalize(); err != nil || string(again) != string(b) {
		return Read{}, errors.New("the bytes are not canonical (RFC 8785)")
	}
	var f form
	if err := json.Unmarshal(b, &f, json.RejectUnknownMembers(true)); err != nil {
		return Read{}, errors.New("the entry is not of the form at, body, by, cycle, kind, v")
	}
	at, err := time.Parse(TimeLayout, f.At)
	if err != nil {
		return Read{}, errors.New("the entry's time is not of its form")
	}
	if f.V < 1 || f.V > Version {
		return Read{}, fmt.Errorf("version %d is not known", f.V)
	}
	if !KindKnown(f.Kind) {
		return Read{}, errors.New("the kind is not known")
	}
	r := Read{at, f.Kind, f.By, f.Cycle, f.Body}
	return r, r.Into(NewBody(f.Kind))
}

// Into decodes the body strictly into the struct of its kind.
func (r Read) Into(body any) error {
	if err := json.Unmarshal(r.Body, body, json.RejectUnknownMembers(true)); err != nil {
		return fmt.Errorf("the body is not of kind %s", r.Kind)
	}
	return nil
}

// Check walks an entry's tokens: size, alphabet of every string, whole numbers,
// no null.
func Check(b []byte) error {
	if len(b) == 0 || len(b) > MaxBytes {
		return fmt.Errorf("the entry has %d bytes; 1 to %d are allowed", len(b), MaxBytes)
	}
	for i, c := range b {
		if c >= 0x80 || c == '@' || c <= ' ' {
			return fmt.Errorf("byte %d is outside the log's alphabet", i)
		}
	}
	d := jsontext.NewDecoder(bytes.NewReader(b))
	for {
		t, err := d.ReadToken()
		if errors.Is(err, io.EOF) {
			return nil
		}
		if err != nil {
			return errors.New("the entry is no JSON text")
		}
		switch t.Kind() {
		case '"':
			if !inAlphabet(t.String()) {
				return errors.New("a string is empty, too long, or outside the log's alphabet")
			}
		case '0':
			if !whole(t.String()) {
				return errors.New("a number is not a whole one below 2^53")
			}
		case 'n':
			return errors.New("null is not allowed: the field is left out")
		}
	}
}

// inAlphabet tells whether a string is of the log's narrow form:
// ^[A-Za-z0-9._:+/=-]{1,512}$.
func inAlphabet(s string) bool {
	if len(s) == 0 || len(s) > 512 {
		return false
	}
	for i := range len(s) {
		switch c := s[i]; {
		case c >= 'a' && c <= 'z', c >= 'A' && c <= 'Z', c >= '-' && c <= ':', c == '_', c == '+', c == '=':
		default:
			return false
		}
	}
	return true
}

// whole tells whether a number is a whole one of up to 15 digits: below 2^53
// whatever they are.
func whole(s string) bool {
	if len(s) > 0 && s[0] == '-' {
		s = s[1:]
	}
	if len(s) == 0 || len(s) > 15 || len(s) > 1 && s[0] == '0' {
		return false
	}
	for i := range len(s) {
		if s[i] < '0' || s[i] > '9' {
			return false
		}
	}
	return true
}

// Time is an instant in the log's form.
func Time(t time.Time) string { return t.UTC().Format(TimeLayout) }
