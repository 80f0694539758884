package document

import (
	"reflect"
	"regexp"
)

// Map is a YAML map whose keys are the author's own names, in their order.
type Map[T any] []Entry[T]

// Entry is one line of a Map.
type Entry[T any] struct {
	Name  string
	Pos   Pos // of the key
	Value T
}

var plainName = regexp.MustCompile(`^[A-Za-z0-9_.-]{1,64}$`)

// DecodeNode reads the map.
func (m *Map[T]) DecodeNode(n Node) { m.DecodeMembers(n, n.Members()) }

// DecodeMembers reads some members of the map n.
func (m *Map[T]) DecodeMembers(n Node, members []Member) {
	for _, x := range members {
		if !plainName.MatchString(x.Key) {
			n.d.report(x.At, join(n.path, x.Key), "a name has up to 64 letters, digits, dots, dashes and underscores")
			continue
		}
		e := Entry[T]{Name: x.Key, Pos: x.At}
		x.Value.value(reflect.ValueOf(&e.Value).Elem())
		*m = append(*m, e)
	}
}

// Get returns the value of a name.
func (m Map[T]) Get(name string) (T, bool) {
	for _, e := range m {
		if e.Name == name {
			return e.Value, true
		}
	}
	var zero T
	return zero, false
}

// Names returns the keys in order.
func (m Map[T]) Names() []string {
	out := make([]string, len(m))
	for i, e := range m {
		out[i] = e.Name
	}
	return out
}
