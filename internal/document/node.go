package document

import (
	"fmt"
	"strings"

	"gopkg.in/yaml.v3"
)

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
