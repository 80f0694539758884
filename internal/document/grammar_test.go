package document_test

import (
	"errors"
	"strings"

	"github.com/lapsed/lapsed/internal/document"
)

// shop is a grammar with every kind of value that one can have.
type shop struct {
	Pos    document.Pos
	Name   string              `yaml:"name"`
	Open   bool                `yaml:"open,optional"`
	Staff  int                 `yaml:"staff,optional"`
	Sells  []string            `yaml:"sells,optional"`
	Owner  *owner              `yaml:"owner,optional"`
	Branch []owner             `yaml:"branches,optional"`
	Prices document.Map[price] `yaml:"prices,optional"`
	Closed weekday             `yaml:"closed,optional"`
	Wraps  wrapping            `yaml:"wraps,optional"`
	shared
	Unread string `yaml:"-"`
}

type owner struct {
	Pos   document.Pos
	Name  string `yaml:"name"`
	Since *int   `yaml:"since,optional"`
}

type shared struct {
	Note string `yaml:"note,optional"`
}

type price struct {
	Pence int      `yaml:"pence"`
	Until *weekday `yaml:"until,optional"`
}

// weekday has a grammar of its own, and keeps its place.
type weekday struct {
	Name string
	At   document.Pos
}

func (d *weekday) ParseScalar(text string) error {
	if !strings.HasSuffix(text, "day") {
		return errors.New(`this is no day: write one in full, as "Sunday"`)
	}
	d.Name = text
	return nil
}

func (d *weekday) SetPos(p document.Pos) { d.At = p }

// wrapping reads its node itself: "none", or a list of what is wrapped.
type wrapping []string

func (w *wrapping) DecodeNode(n document.Node) {
	if n.IsList() {
		n.Into((*[]string)(w))
		return
	}
	if s, ok := n.Text(); ok && s != "none" {
		n.Problem("none, or a list, is expected here")
	}
}
