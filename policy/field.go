package policy

import (
	"fmt"
	"regexp"
	"strings"

	"github.com/lapsed/lapsed/internal/contact"
	"github.com/lapsed/lapsed/internal/document"
)

// FieldRef names a field as a policy writes it: processor.Field,
// processor.Group.Field, or a role of every processor (email, jobtitle).
type FieldRef struct {
	Pos       document.Pos
	Text      string
	Processor string // "" for a role
	Path      string // within the processor, or the role's name
}

var fieldForm = regexp.MustCompile(`^[A-Za-z0-9_-]+(\.[A-Za-z0-9_]+){0,2}$`)

// ParseScalar reads the field's name.
func (f *FieldRef) ParseScalar(s string) error {
	if !fieldForm.MatchString(s) {
		return fmt.Errorf("%q is no field: write processor.Field or processor.Object.Field, for example hubspot.hs_email_optout", s)
	}
	f.Text = s
	p, path, ok := strings.Cut(s, ".")
	if ok {
		f.Processor, f.Path = p, path
	} else {
		f.Path = s
	}
	return nil
}

// SetPos keeps where the field is named.
func (f *FieldRef) SetPos(p document.Pos) { f.Pos = p }

func (f FieldRef) String() string { return f.Text }

// roles are the names that mean the same at every processor.
var roles = map[string]contact.Role{
	"email": contact.RoleEmail, "jobtitle": contact.RoleJobTitle, "country": contact.RoleCountry,
	"firstname": contact.RoleFirstName, "lastname": contact.RoleLastName,
}

// Block is a condition: all its lines must hold, those of one group on one and
// the same row of it.
type Block struct {
	Pos   document.Pos
	Lines []Line
}

// Line is one line of a condition. Exactly one of Any, Present and Like is set.
type Line struct {
	Field   FieldRef
	Any     []string // the field holds one of these
	Present *bool    // the field holds anything at all, or nothing
	Like    []string // the field matches a pattern: * stands for any text
}

// DecodeNode reads the block.
func (b *Block) DecodeNode(n document.Node) {
	b.Pos = n.Pos()
	for _, m := range n.Members() {
		l := Line{}
		l.Field.SetPos(m.At)
		if err := l.Field.ParseScalar(m.Key); err != nil {
			m.Value.Problem("%s", err.Error())
			continue
		}
		l.read(m.Value)
		b.Lines = append(b.Lines, l)
	}
}

func (l *Line) read(n document.Node) {
	if !n.IsMap() {
		l.Any = texts(n)
		return
	}
	for _, m := range n.Members() {
		switch m.Key {
		case "present":
			v := false
			m.Value.Into(&v)
			l.Present = &v
		case "like":
			l.Like = texts(m.Value)
		default:
			m.Value.Problem("%q is no test: write present or like, or the value itself%s", m.Key, document.Nearest(m.Key, []string{"present", "like"}))
		}
	}
	if l.Present != nil && l.Like != nil {
		n.Problem("present and like exclude each other: a text that is like something is present")
	}
}

// texts reads one value or a list of them; a bare true or false is a flag's value.
func texts(n document.Node) []string {
	nodes := []document.Node{n}
	if n.IsList() {
		nodes = n.Items()
	}
	var out []string
	for _, x := range nodes {
		if b, ok := x.Bool(); ok {
			out = append(out, map[bool]string{true: "true", false: "false"}[b])
		} else if s, ok := x.Text(); ok {
			out = append(out, s)
		}
	}
	return out
}

func (b Block) String() string {
	parts := make([]string, len(b.Lines))
	for i, l := range b.Lines {
		parts[i] = l.String()
	}
	return strings.Join(parts, " and ")
}

func (l Line) String() string {
	switch {
	case l.Present != nil && *l.Present:
		return l.Field.Text + " is filled"
	case l.Present != nil:
		return l.Field.Text + " is empty"
	case l.Like != nil:
		return l.Field.Text + " is like " + alternatives(l.Like)
	default:
		return l.Field.Text + " is " + alternatives(l.Any)
	}
}

// FieldOrBlock is a flag by its name, true being the case, or a condition.
type FieldOrBlock struct{ Block }

// DecodeNode reads either.
func (f *FieldOrBlock) DecodeNode(n document.Node) {
	if n.IsMap() {
		f.Block.DecodeNode(n)
		return
	}
	f.Pos = n.Pos()
	l := Line{Any: []string{"true"}}
	n.Into(&l.Field)
	f.Lines = []Line{l}
}
