package policy

import (
	"bytes"
	"encoding/json"
	"flag"
	"go/ast"
	"go/parser"
	"go/token"
	"os"
	"reflect"
	"strconv"
	"strings"
	"testing"

	"github.com/lapsed/lapsed/internal/document"
)

// TestSchema writes the schema from the grammar's types, or compares. Its words
// and closed lists are those of the source: the comments, and what ParseScalar
// and the checks accept.
func TestSchema(t *testing.T) {
	w := schemaWriter{t: t, source: readSource(t), defs: map[string]object{}}
	root := w.structure(reflect.TypeFor[Document](), "")
	root["$schema"] = "https://json-schema.org/draft/2020-12/schema"
	root["$id"] = "https://raw.githubusercontent.com/lapsed/lapsed/main/policy/policy.schema.json"
	root["title"] = "A policy of lapsed"
	root["$defs"] = w.defs
	var b bytes.Buffer
	e := json.NewEncoder(&b)
	e.SetIndent("", "  ")
	e.SetEscapeHTML(false)
	if err := e.Encode(root); err != nil {
		t.Fatal(err)
	}
	if flag.Lookup("update").Value.String() == "true" {
		if err := os.WriteFile("policy.schema.json", b.Bytes(), 0o644); err != nil {
			t.Fatal(err)
		}
		return
	}
	if !bytes.Equal(b.Bytes(), Schema) {
		t.Error("policy.schema.json is not that of the types: go test ./policy -run TestSchema -update")
	}
}

// object is a schema. Its keywords are those that drafts 7 and 2020-12 share, for
// the sake of editors: a reference has no siblings but in allOf.
type object = map[string]any

type schemaWriter struct {
	t      *testing.T
	source source
	defs   map[string]object
}

// structure is the schema of a struct's map; path is where it stands, for the
// words that the checks know by place.
func (w *schemaWriter) structure(t reflect.Type, path string) object {
	properties, required := object{}, []string{}
	for i := range t.NumField() {
		f := t.Field(i)
		tag, has := f.Tag.Lookup("yaml")
		if !has {
			continue
		}
		name, opts, _ := strings.Cut(tag, ",")
		s := w.of(f.Type, strings.TrimPrefix(path+"."+name, "."))
		says := w.source.fields[t.Name()+"."+f.Name]
		if says == "" {
			says = w.source.types[element(f.Type).Name()]
		}
		if says == "" {
			w.t.Errorf("%s.%s has no comment: nothing is shown for the key %s", t.Name(), f.Name, name)
		}
		if s["$ref"] != nil {
			s = object{"allOf": []any{s}}
		}
		s["description"] = says
		properties[name] = s
		if opts != "optional" {
			required = append(required, name)
		}
	}
	out := object{"type": "object", "properties": properties, "additionalProperties": false, "minProperties": 1, "description": w.source.types[t.Name()]}
	if len(required) > 0 {
		out["required"] = required
	}
	return out
}

// element is the type that a pointer, list or map is of.
func element(t reflect.Type) reflect.Type {
	for t.Kind() == reflect.Pointer || t.Kind() == reflect.Slice {
		if value, isMap := mapValue(t); isMap {
			t = value
		} else {
			t = t.Elem()
		}
	}
	return t
}

// mapValue returns the type of a document.Map's values.
func mapValue(t reflect.Type) (reflect.Type, bool) {
	if t.Kind() == reflect.Slice && t.Elem().Kind() == reflect.Struct && strings.HasPrefix(t.Elem().Name(), "Entry[") {
		f, _ := t.Elem().FieldByName("Value")
		return f.Type, true
	}
	return nil, false
}

// of is the schema of a type at a place.
func (w *schemaWriter) of(t reflect.Type, path string) object {
	if words, closed := w.source.words[path]; closed && t.Kind() == reflect.String {
		return enum(words)
	}
	if path == "processor.region" {
		return object{"type": "string", "pattern": regionForm.String()}
	}
	if words, closed := w.source.enums[t.Name()]; closed {
		return w.define(t.Name(), enum(words))
	}
	if value, isMap := mapValue(t); isMap {
		return named(w.of(value, ""))
	}
	switch t {
	case reflect.TypeFor[Channels]():
		return object{"type": "object", "properties": object{"otherwise": w.of(reflect.TypeFor[Otherwise](), "")}, "propertyNames": name, "additionalProperties": w.of(reflect.TypeFor[Channel](), "")}
	case reflect.TypeFor[Block]():
		return w.define("Condition", w.condition())
	case reflect.TypeFor[Aggregated]():
		return object{"anyOf": []any{object{"type": "boolean"}, w.of(reflect.TypeFor[AggregatedCheck](), "")}}
	case reflect.TypeFor[FieldOrBlock]():
		return object{"anyOf": []any{w.of(reflect.TypeFor[FieldRef](), ""), w.of(reflect.TypeFor[Block](), "")}}
	}
	if p, ok := w.pattern(t); ok {
		return w.define(t.Name(), p)
	}
	switch t.Kind() {
	case reflect.Pointer:
		return w.of(t.Elem(), path)
	case reflect.Slice:
		one := w.of(t.Elem(), path)
		return object{"anyOf": []any{one, object{"type": "array", "items": one, "minItems": 1}}}
	case reflect.Struct:
		if w.defs[t.Name()] != nil {
			return object{"$ref": "#/$defs/" + t.Name()}
		}
		return w.define(t.Name(), w.structure(t, place(t)))
	case reflect.Bool:
		return object{"type": "boolean"}
	case reflect.Int:
		return object{"type": "integer", "minimum": 0}
	default:
		return object{"type": []string{"string", "number"}} // an unquoted 101 is a text to us
	}
}

// place is where the checks' words find a struct: by-hand.proof, limits.approval.not-by.
func place(t reflect.Type) string {
	return map[string]string{"Suppression": "suppression", "Holds": "holds", "Requests": "requests", "Residency": "residency", "Access": "access",
		"Approval": "limits.approval", "ByHand": "by-hand", "Safeguard": "safeguard", "Processor": "processor"}[t.Name()]
}

var name = object{"pattern": `^[A-Za-z0-9_.-]{1,64}$`}

// named is a map of the author's own names.
func named(value object) object {
	return object{"type": "object", "propertyNames": name, "additionalProperties": value, "minProperties": 1}
}

func enum(words []string) object { return object{"type": "string", "enum": words} }

// define puts a schema among the definitions and refers to it.
func (w *schemaWriter) define(name string, s object) object {
	if s["description"] == nil {
		s["description"] = w.source.types[name]
	}
	w.defs[name] = s
	return object{"$ref": "#/$defs/" + name}
}

// pattern is the form of what is written as one text.
func (w *schemaWriter) pattern(t reflect.Type) (object, bool) {
	form := map[reflect.Type]string{
		reflect.TypeFor[Period](): periodForm.String(), reflect.TypeFor[Day](): `^[0-9]{4}-[0-9]{2}-[0-9]{2}$`, reflect.TypeFor[Country](): countryForm.String(),
		reflect.TypeFor[Share](): shareForm.String(), reflect.TypeFor[Factor](): `^[0-9]{1,3}x$`, reflect.TypeFor[FieldRef](): fieldForm.String(), reflect.TypeFor[TimeZone](): `^[A-Za-z0-9_+/-]+$`,
	}[t]
	return object{"type": "string", "pattern": form}, form != ""
}

// condition is what a block may say of its fields.
func (w *schemaWriter) condition() object {
	scalar := object{"type": []string{"string", "number", "boolean"}}
	values := []any{scalar, object{"type": "array", "items": scalar, "minItems": 1}}
	test := object{"type": "object", "additionalProperties": false, "minProperties": 1, "maxProperties": 1, "properties": object{
		"present": object{"type": "boolean", "description": "The field holds anything at all, or nothing."},
		"like":    object{"anyOf": values, "description": "The field matches a pattern: * stands for any text."},
	}}
	return object{"type": "object", "minProperties": 1, "description": w.source.types["Block"], "propertyNames": object{"pattern": fieldForm.String()},
		"additionalProperties": object{"anyOf": append(values, test)}}
}

// source is what the grammar's source says beside its types.
type source struct {
	types, fields map[string]string   // comments, of Type and Type.Field
	enums         map[string][]string // words that a type's ParseScalar knows
	words         map[string][]string // words that a check knows, by the place in the file
}

func readSource(t *testing.T) source {
	t.Helper()
	s := source{map[string]string{}, map[string]string{}, map[string][]string{}, map[string][]string{}}
	consts := map[string]string{}
	var files []*ast.File
	for _, file := range []string{"schema.go", "terms.go", "period.go", "day.go", "field.go", "check_register.go"} {
		f, err := parser.ParseFile(token.NewFileSet(), file, nil, parser.ParseComments)
		if err != nil {
			t.Fatal(err)
		}
		files = append(files, f)
		ast.Inspect(f, func(n ast.Node) bool {
			switch x := n.(type) {
			case *ast.GenDecl:
				s.declaration(x, consts)
			case *ast.CallExpr:
				if fun, ok := x.Fun.(*ast.Ident); ok && fun.Name == "word" {
					place, _ := text(x.Args[1], nil)
					s.words[place] = literals(x.Args[3:], nil)
				}
			}
			return true
		})
	}
	for _, f := range files {
		s.parsers(f, consts)
	}
	s.words["safeguard.kind"] = []string{"scc", "bcr", "adequacy", "code-of-conduct", "certification"}
	return s
}

// declaration notes the comments of types and their fields, and constants.
func (s source) declaration(d *ast.GenDecl, consts map[string]string) {
	for _, spec := range d.Specs {
		switch x := spec.(type) {
		case *ast.ValueSpec:
			for i := range x.Values {
				if v, ok := text(x.Values[i], nil); ok {
					consts[x.Names[i].Name] = v
				}
			}
		case *ast.TypeSpec:
			s.types[x.Name.Name] = sentence(x.Name.Name, d.Doc)
			fields, ok := x.Type.(*ast.StructType)
			if !ok {
				continue
			}
			for _, f := range fields.Fields.List {
				for _, n := range f.Names {
					says := f.Doc
					if says == nil {
						says = f.Comment
					}
					s.fields[x.Name.Name+"."+n.Name] = sentence("", says)
				}
			}
		}
	}
}

// parsers notes the words in calls of oneOf, by the type of the receiver.
func (s source) parsers(f *ast.File, consts map[string]string) {
	for _, d := range f.Decls {
		fn, ok := d.(*ast.FuncDecl)
		if !ok || fn.Name.Name != "ParseScalar" {
			continue
		}
		of := fn.Recv.List[0].Type.(*ast.StarExpr).X.(*ast.Ident).Name
		ast.Inspect(fn.Body, func(n ast.Node) bool {
			if call, ok := n.(*ast.CallExpr); ok {
				if fun, ok := call.Fun.(*ast.Ident); ok && fun.Name == "oneOf" {
					s.enums[of] = literals(call.Args[2:], consts)
				}
			}
			return true
		})
	}
}

func literals(args []ast.Expr, consts map[string]string) []string {
	var out []string
	for _, a := range args {
		if v, ok := text(a, consts); ok {
			out = append(out, v)
		}
	}
	return out
}

// text is the value of a literal, or of a constant.
func text(e ast.Expr, consts map[string]string) (string, bool) {
	switch x := e.(type) {
	case *ast.BasicLit:
		v, err := strconv.Unquote(x.Value)
		return v, err == nil
	case *ast.Ident:
		v, ok := consts[x.Name]
		return v, ok
	}
	return "", false
}

// sentence is a comment for somebody who doesn't know Go: without the name that it
// begins with, in one line.
func sentence(name string, c *ast.CommentGroup) string {
	s := strings.Join(strings.Fields(c.Text()), " ")
	for _, begin := range []string{name + " is ", name + " are ", name + " says ", name + " maps ", name + " say "} {
		if rest, ok := strings.CutPrefix(s, begin); ok && name != "" {
			if verb := strings.Fields(begin)[1]; verb != "is" && verb != "are" {
				rest = verb + " " + rest
			}
			s = rest
		}
	}
	if s == "" {
		return ""
	}
	s = strings.ToUpper(s[:1]) + s[1:]
	if !strings.HasSuffix(s, ".") {
		s += "."
	}
	return s
}

// The schema's closed lists are those that Parse accepts: each word passes in its
// place, and none that is not there.
func TestSchemaKnowsTheWords(t *testing.T) {
	var schema struct {
		Defs map[string]struct{ Enum []string } `json:"$defs"`
	}
	if err := json.Unmarshal(Schema, &schema); err != nil {
		t.Fatal(err)
	}
	for name, into := range map[string]document.Scalar{"Basis": new(Basis), "Permits": new(Permits), "Outcome": new(Outcome), "NotBy": new(NotBy), "Proof": new(Proof), "NoBasisLeft": new(NoBasisLeft), "DeleteWith": new(DeleteWith)} {
		if len(schema.Defs[name].Enum) < 2 {
			t.Errorf("the schema knows no words for %s", name)
		}
		for _, word := range schema.Defs[name].Enum {
			if err := into.ParseScalar(word); err != nil {
				t.Errorf("%s: %v", name, err)
			}
		}
	}
}
