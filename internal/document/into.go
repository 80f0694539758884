package document

import (
	"reflect"
	"regexp"
	"slices"
	"strconv"
	"strings"
)

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
