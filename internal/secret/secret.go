// Package secret owns a string that can't be printed by accident.
package secret

import "fmt"

// String is a credential. Printing, logging or marshalling it shows "[secret]",
// also as a part of something else; only Reveal gives its content.
type String struct {
	// s is behind a pointer because fmt asks no method of a value that it finds in
	// an unexported field, and shows a string there, but not what a pointer leads to.
	s *string
}

// New wraps a credential.
func New(s string) String { return String{&s} }

// Reveal returns the credential, for the one place that must send it.
func (s String) Reveal() string {
	if s.s == nil {
		return ""
	}
	return *s.s
}

// IsZero tells whether there is no credential.
func (s String) IsZero() bool { return s.Reveal() == "" }

// Format shows "[secret]" for every verb.
func (s String) Format(f fmt.State, _ rune) { _, _ = fmt.Fprint(f, "[secret]") }

// MarshalText shows "[secret]".
func (s String) MarshalText() ([]byte, error) { return []byte("[secret]"), nil }
