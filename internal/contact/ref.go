package contact

import (
	"cmp"
	"errors"
	"strings"
)

// Ref names one record for good: the processor as the policy calls it, the
// vendor's object, and the record's immutable id there. Its text form is
// PROCESSOR:OBJECT:ID, for example "hubspot:contact:33451".
type Ref struct {
	Processor string
	Object    string
	ID        string
}

// ParseRef reads the text form of a ref. All three parts must be there.
func ParseRef(s string) (Ref, error) {
	p := strings.Split(s, ":")
	if len(p) != 3 || p[0] == "" || p[1] == "" || p[2] == "" {
		return Ref{}, errors.New("a record is named PROCESSOR:OBJECT:ID, for example hubspot:contact:33451")
	}
	return Ref{p[0], p[1], p[2]}, nil
}

func (r Ref) String() string { return r.Processor + ":" + r.Object + ":" + r.ID }

// Append appends the text form.
func (r Ref) Append(to []byte) []byte {
	to = append(append(to, r.Processor...), ':')
	to = append(append(to, r.Object...), ':')
	return append(to, r.ID...)
}

// IsZero tells whether r names nothing.
func (r Ref) IsZero() bool { return r == Ref{} }

// Compare orders refs by processor, object and id, as text.
func (r Ref) Compare(o Ref) int {
	return cmp.Or(cmp.Compare(r.Processor, o.Processor), cmp.Compare(r.Object, o.Object), cmp.Compare(r.ID, o.ID))
}
