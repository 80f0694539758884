package policy_test

import (
	"bytes"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"testing"

	"github.com/santhosh-tekuri/jsonschema/v6"

	"github.com/lapsed/lapsed/internal/document"
	"github.com/lapsed/lapsed/policy"
)

// tree is a document as an editor's validator sees it.
type tree struct{ value any }

func (x *tree) DecodeNode(n document.Node) {
	switch b, flag := n.Bool(); {
	case flag:
		x.value = b
	case n.IsMap():
		m := map[string]any{}
		for _, e := range n.Members() {
			var inner tree
			e.Value.Into(&inner)
			m[e.Key] = inner.value
		}
		x.value = m
	case n.IsList():
		l := []any{}
		for _, e := range n.Items() {
			var inner tree
			e.Into(&inner)
			l = append(l, inner.value)
		}
		x.value = l
	default:
		s, _ := n.Text()
		x.value = s
		if i, err := strconv.Atoi(s); err == nil {
			x.value = float64(i)
		}
	}
}

func schema(t *testing.T) *jsonschema.Schema {
	t.Helper()
	doc, err := jsonschema.UnmarshalJSON(bytes.NewReader(policy.Schema))
	if err != nil {
		t.Fatal(err)
	}
	c := jsonschema.NewCompiler()
	if err := c.AddResource("policy.schema.json", doc); err != nil {
		t.Fatal(err)
	}
	s, err := c.Compile("policy.schema.json")
	if err != nil {
		t.Fatal(err)
	}
	return s
}

// What Parse accepts, an editor doesn't mark.
func TestSchemaAcceptsGoodPolicies(t *testing.T) {
	s := schema(t)
	files := []string{"reference.yaml", "testdata/lint/small.yaml", "testdata/clauses/C03-failed-assessment.policy.yaml"}
	examples, _ := filepath.Glob("examples/*.yaml")
	for _, file := range append(files, examples...) {
		if strings.HasSuffix(file, ".cases.yaml") {
			continue
		}
		if err := s.Validate(treeOf(t, file)); err != nil {
			t.Errorf("%s: %v", file, err)
		}
	}
}

func treeOf(t *testing.T, file string) any {
	t.Helper()
	text, err := os.ReadFile(file)
	if err != nil {
		t.Fatal(err)
	}
	var x tree
	if _, problems := document.Decode(file, text, &x); len(problems) > 0 {
		t.Fatal(problems)
	}
	return x.value
}

// Mistakes that an editor can mark without knowing the rest of the file.
func TestSchemaMarksMistakes(t *testing.T) {
	s := schema(t)
	for _, name := range []string{"unknown-key", "unknown-basis", "key-missing", "period-in-m", "period-without-unit", "condition-with-an-unknown-test", "region-in-words",
		"refusal-lifted-by-an-import", "surge-without-x"} {
		file := filepath.Join("testdata", "bad", name+".yaml")
		text, err := os.ReadFile(file)
		if err != nil {
			t.Fatal(err)
		}
		var x tree
		if _, problems := document.Decode(file, text, &x); len(problems) > 0 {
			t.Fatal(problems)
		}
		if s.Validate(x.value) == nil {
			t.Errorf("%s passes", name)
		}
	}
}
