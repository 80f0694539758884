package document

import (
	"bytes"
	"errors"
	"fmt"
	"io"
	"reflect"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"unicode/utf8"

	"gopkg.in/yaml.v3"
)

// MaxBytes is the largest document that is read.
const MaxBytes = 1 << 20

// Scalar is a type whose text form has a grammar of its own. ParseScalar gets
// the text; its error says what is wrong and what to write instead, and becomes
// a problem at the value's position.
type Scalar interface{ ParseScalar(text string) error }

// Located is a Scalar that keeps its position.
type Located interface{ SetPos(Pos) }

// Decoder is a type that reads its node itself.
type Decoder interface{ DecodeNode(n Node) }

// Decode reads text strictly into the struct that into points to. The result is
// complete only if no problem is returned.
func Decode(file string, text []byte, into any) (Source, Problems) {
	src := NewSource(file, text)
	d := &decoder{src: src}
	root, ok := d.parse(text)
	if ok {
		Node{root, "", d}.Into(into)
	}
	return src, d.problems.Sorted()
}

type decoder struct {
	src      Source
	problems Problems
}

func (d *decoder) report(pos Pos, path, format string, args ...any) {
	d.problems = append(d.problems, d.src.Problem(pos, path, format, args...))
}

// oddBreak finds what YAML takes for the end of a line and editors don't: every
// position after it would be wrong, and a comment could end in its midst.
var oddBreak = regexp.MustCompile("\r[^\n]|\r$|[\u0085\u2028\u2029]")

var yamlLine = regexp.MustCompile(`line (\d+): `)

// parse returns the root node of the only document in text.
func (d *decoder) parse(text []byte) (*yaml.Node, bool) {
	switch {
	case len(text) > MaxBytes:
		d.report(Pos{}, "", "the file is larger than %d bytes", MaxBytes)
		return nil, false
	case !utf8.Valid(text):
		line := 1 + bytes.Count(text[:firstInvalid(text)], []byte("\n"))
		d.report(Pos{line, 1}, "", "the line is not valid UTF-8: save the file as UTF-8")
		return nil, false
	}
	if at := oddBreak.FindIndex(text); at != nil {
		line := 1 + bytes.Count(text[:at[0]], []byte("\n"))
		d.report(Pos{line, 1}, "", "the line holds a line break that editors don't show as one (U+000D, U+0085, U+2028 or U+2029): remove it, or save the file with ordinary ones")
		return nil, false
	}
	dec := yaml.NewDecoder(bytes.NewReader(text))
	var doc yaml.Node
	switch err := dec.Decode(&doc); {
	case errors.Is(err, io.EOF):
		d.report(Pos{1, 1}, "", "the file is empty")
		return nil, false
	case err != nil:
		d.syntax(err)
		return nil, false
	}
	var second yaml.Node
	if err := dec.Decode(&second); err == nil {
		d.report(Pos{second.Line, max(second.Column, 1)}, "", "a second document begins here: a file holds one (remove the line ---)")
		return nil, false
	} else if !errors.Is(err, io.EOF) {
		d.syntax(err)
		return nil, false
	}
	if len(doc.Content) != 1 {
		d.report(Pos{1, 1}, "", "the file is empty")
		return nil, false
	}
	return doc.Content[0], true
}

func firstInvalid(b []byte) int {
	for i := 0; i < len(b); {
		r, n := utf8.DecodeRune(b[i:])
		if r == utf8.RuneError && n == 1 {
			return i
		}
		i += n
	}
	return len(b)
}

// syntax reports what the YAML parser says. Its line may be one off, in either
// direction; the words say which construct it stumbled over.
func (d *decoder) syntax(err error) {
	msg := strings.TrimPrefix(err.Error(), "yaml: ")
	line := 1
	if m := yamlLine.FindStringSubmatch(msg); m != nil {
		line, _ = strconv.Atoi(m[1])
		msg = strings.Replace(msg, m[0], "", 1)
	}
	d.report(Pos{line, 1}, "", "this is no valid YAML here or on the line before: %s", msg)
}

// Node is one node of a document on its way into a Go value.
type Node struct {
	yaml *yaml.Node
	path string
	d    *decoder
}

// Pos is where the node begins.
func (n Node) Pos() Pos { return Pos{n.yaml.Line, n.yaml.Column} }

// Path is the node's place from the root: "retention.period".
func (n Node) Path() string { return n.path }

// Problem reports something wrong with the node.
func (n Node) Problem(format string, args ...any) {
	n.d.report(n.Pos(), n.path, format, args...)
}

// IsMap tells whether the node is a map.
func (n Node) IsMap() bool { return n.yaml.Kind == yaml.MappingNode }

// IsList tells whether the node is a list; what is neither is a single value.
func (n Node) IsList() bool { return n.yaml.Kind == yaml.SequenceNode }

// sound refuses what no document may hold.
func (n Node) sound() bool {
	y := n.yaml
	switch {
	case y.Kind == yaml.AliasNode:
		n.Problem("aliases (*%s) are not read: write the value out", y.Value)
	case y.Anchor != "":
		n.Problem("anchors (&%s) are not read: write the value out where it is used", y.Anchor)
	case y.Style&yaml.TaggedStyle != 0:
		n.Problem("tags (%s) are not read: remove it", y.Tag)
	case y.Kind == yaml.ScalarNode && y.Value == "" || y.Tag == "!!null":
		n.Problem("there is no value here: write one, or remove the key")
	case y.Kind == yaml.SequenceNode && len(y.Content) == 0:
		n.Problem("the list is empty: add an entry, or remove the key")
	case y.Kind == yaml.MappingNode && len(y.Content) == 0:
		n.Problem("there is nothing between the braces: add a line, or remove the key")
	default:
		return true
	}
	return false
}

// Text returns the node's single value as text. A bare word that YAML readers
// disagree about is refused.
func (n Node) Text() (string, bool) {
	if !n.sound() {
		return "", false
	}
	if n.yaml.Kind != yaml.ScalarNode {
		n.Problem("a single value is expected here, not a list or a map")
		return "", false
	}
	if n.plain() && ambiguous(n.yaml.Value) {
		n.Problem("%s without quotes is true or false to some readers of YAML: write %q", n.yaml.Value, n.yaml.Value)
		return "", false
	}
	return n.yaml.Value, true
}

// Bool returns the node's value if it is a bare true or false.
func (n Node) Bool() (value, ok bool) {
	if n.yaml.Kind == yaml.ScalarNode && n.plain() && (n.yaml.Value == "true" || n.yaml.Value == "false") {
		return n.yaml.Value == "true", true
	}
	return false, false
}

func (n Node) plain() bool {
	return n.yaml.Style&(yaml.DoubleQuotedStyle|yaml.SingleQuotedStyle|yaml.LiteralStyle|yaml.FoldedStyle) == 0
}

// ambiguous tells whether YAML 1.1 takes the bare word for a truth value.
func ambiguous(s string) bool {
	switch strings.ToLower(s) {
	case "y", "n", "yes", "no", "on", "off":
		return true
	case "true", "false":
		return s != "true" && s != "false"
	}
	return false
}

// Items returns a list's entries.
func (n Node) Items() []Node {
	if !n.sound() {
		return nil
	}
	if !n.IsList() {
		n.Problem("a list is expected here")
		return nil
	}
	var out []Node
	for i, c := range n.yaml.Content {
		out = append(out, Node{c, fmt.Sprintf("%s[%d]", n.path, i), n.d})
	}
	return out
}

// Member is one key of a map with its value.
type Member struct {
	Key   string
	At    Pos
	Value Node
}

// Members returns a map's keys and values in their order. Bad and repeated keys
// are reported and left out.
func (n Node) Members() []Member {
	if !n.sound() {
		return nil
	}
	if !n.IsMap() {
		n.Problem("a map (key: value) is expected here")
		return nil
	}
	var out []Member
	seen := map[string]Pos{}
	for i := 0; i+1 < len(n.yaml.Content); i += 2 {
		k := Node{n.yaml.Content[i], n.path, n.d}
		if k.yaml.Tag == "!!merge" {
			k.Problem("merge keys (<<) are not read: write the lines out")
			continue
		}
		name, ok := k.Text()
		if !ok {
			continue
		}
		if first, twice := seen[name]; twice {
			k.Problem("%q is here twice; the first is on line %d", name, first.Line)
			continue
		}
		seen[name] = k.Pos()
		out = append(out, Member{name, k.Pos(), Node{n.yaml.Content[i+1], join(n.path, name), n.d}})
	}
	return out
}

func join(path, key string) string {
	if path == "" {
		return key
	}
	return path + "." + key
}

// Into decodes the node into what the pointer names.
func (n Node) Into(ptr any) { n.value(reflect.ValueOf(ptr).Elem()) }

func (n Node) value(v reflect.Value) {
	if l, ok := v.Addr().Interface().(Located); ok {
		l.SetPos(n.Pos())
	}
	switch x := v.Addr().Interface().(type) {
	case Decoder:
		if n.sound() {
			x.DecodeNode(n)
		}
		return
	case Scalar:
		if s, ok := n.Text(); ok {
			if err := x.ParseScalar(s); err != nil {
				n.Problem("%s", err.Error())
			}
		}
		return
	}
	switch v.Kind() {
	case reflect.Pointer:
		v.Set(reflect.New(v.Type().Elem()))
		n.value(v.Elem())
	case reflect.Struct:
		n.object(v)
	case reflect.Slice:
		n.list(v)
	case reflect.String:
		if s, ok := n.Text(); ok {
			v.SetString(s)
		}
	case reflect.Bool:
		n.flag(v)
	case reflect.Int:
		n.integer(v)
	default:
		panic("document: no grammar for " + v.Type().String())
	}
}

func (n Node) flag(v reflect.Value) {
	if b, ok := n.Bool(); ok {
		v.SetBool(b)
	} else if n.sound() {
		n.Problem("true or false is expected here")
	}
}

var digits = regexp.MustCompile(`^(0|[1-9][0-9]{0,8})$`)

func (n Node) integer(v reflect.Value) {
	s, ok := n.Text()
	if !ok {
		return
	}
	if !n.plain() || !digits.MatchString(s) {
		n.Problem("a whole number is expected here, for example 100")
		return
	}
	i, _ := strconv.Atoi(s)
	v.SetInt(int64(i))
}

// list reads a list; where a single value stands, it is the only entry.
func (n Node) list(v reflect.Value) {
	if !n.sound() {
		return
	}
	if !n.IsList() {
		e := reflect.New(v.Type().Elem())
		n.value(e.Elem())
		v.Set(reflect.Append(v, e.Elem()))
		return
	}
	for _, item := range n.Items() {
		e := reflect.New(v.Type().Elem())
		item.value(e.Elem())
		v.Set(reflect.Append(v, e.Elem()))
	}
}

// object reads a map into a struct: every key is known, every required one there.
func (n Node) object(v reflect.Value) {
	fields, names := keys(v)
	if p, ok := fields[""]; ok {
		p.value.Set(reflect.ValueOf(n.Pos()))
	}
	if !n.sound() {
		return
	}
	if !n.IsMap() {
		n.Problem("a map with %s is expected here", strings.Join(names, ", "))
		return
	}
	there := map[string]bool{}
	for _, m := range n.Members() {
		f, known := fields[m.Key]
		if !known || m.Key == "" {
			n.d.report(m.At, join(n.path, m.Key), "%q is not known here%s; known: %s", m.Key, Nearest(m.Key, names), strings.Join(names, ", "))
			continue
		}
		there[m.Key] = true
		m.Value.value(f.value)
	}
	for _, name := range names {
		if !fields[name].optional && !there[name] {
			n.Problem("%q is missing%s", name, inside(n.path))
		}
	}
}

func inside(path string) string {
	if path == "" {
		return ""
	}
	return " in " + path
}

type field struct {
	value    reflect.Value
	optional bool
}

// keys lists a struct's keys in order; the field under "" takes the position.
func keys(v reflect.Value) (map[string]field, []string) {
	fields, names := map[string]field{}, []string{}
	for i := range v.NumField() {
		f := v.Type().Field(i)
		tag, has := f.Tag.Lookup("yaml")
		switch {
		case f.Type == reflect.TypeFor[Pos]() && !has:
			fields[""] = field{value: v.Field(i)}
		case f.Anonymous && !has:
			inner, more := keys(v.Field(i))
			for _, k := range more {
				fields[k] = inner[k]
			}
			names = append(names, more...)
		case has && tag != "-":
			name, opts, _ := strings.Cut(tag, ",")
			fields[name] = field{v.Field(i), slices.Contains(strings.Split(opts, ","), "optional")}
			names = append(names, name)
		}
	}
	return fields, names
}

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
