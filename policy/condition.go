package policy

import (
	"slices"
	"strings"

	"github.com/lapsed/lapsed/internal/contact"
)

// cond is a compiled block: for each group, tests that must hold on one row.
type cond struct {
	own    []test // on the record's own fields
	groups []groupTests
}

type groupTests struct {
	name  string
	group int
	tests []test
}

// test is one line: any of the names may satisfy it.
type test struct {
	names   []string
	fields  []int    // numbers of the names
	any     []string // lower case
	like    []pattern
	present *bool
}

func (c *cond) add(group string, number int, t test) {
	if group == "" {
		c.own = append(c.own, t)
		return
	}
	for i := range c.groups {
		if c.groups[i].name == group {
			c.groups[i].tests = append(c.groups[i].tests, t)
			return
		}
	}
	c.groups = append(c.groups, groupTests{group, number, []test{t}})
}

// split takes out the tests on one group's rows.
func (c cond) split(group string) (rows []test, rest cond) {
	if group == "" {
		return c.own, cond{groups: c.groups}
	}
	rest.own = c.own
	for _, g := range c.groups {
		if g.name == group {
			rows = g.tests
		} else {
			rest.groups = append(rest.groups, g)
		}
	}
	return rows, rest
}

// match tells whether the condition holds for a record. What can't be read is
// not empty, and what has no rows is.
func (c *cond) match(x *look) bool {
	lost := x.c.Unreadable
	if !all(c.own, x.own) || lost != nil && !seen(c.own, "", lost) {
		return false
	}
	for i := range c.groups {
		g := &c.groups[i]
		if !g.match(x) || lost != nil && !seen(g.tests, g.name, lost) {
			return false
		}
	}
	return true
}

// match tells whether a record came by the channel.
func (c *channelLens) match(x *look) bool {
	for i := range c.any {
		if c.any[i].match(x) {
			return true
		}
	}
	return false
}

// match tells whether one row passes all tests. Where there is none, its fields
// are empty.
func (g *groupTests) match(x *look) bool {
	n := x.count(g.group)
	if n == 0 {
		return all(g.tests, contact.Picked{})
	}
	for i := range n {
		if all(g.tests, x.row(g.group, i)) {
			return true
		}
	}
	return false
}

// seen tells whether the emptiness that tests ask for could be seen.
func seen(ts []test, group string, unreadable []string) bool {
	for i := range ts {
		if ts[i].present == nil || *ts[i].present {
			continue
		}
		for _, n := range ts[i].names {
			if group != "" {
				n = group + "." + n
			}
			if slices.Contains(unreadable, n) || group != "" && slices.Contains(unreadable, group) {
				return false
			}
		}
	}
	return true
}

func all(ts []test, r contact.Picked) bool {
	for i := range ts {
		if !ts[i].match(r) {
			return false
		}
	}
	return true
}

func (t *test) match(r contact.Picked) bool {
	for _, n := range t.fields {
		v := r.Value(n)
		switch {
		case t.present != nil:
			if v.IsEmpty() != *t.present {
				return true
			}
		case v.IsEmpty():
		case t.holds(v):
			return true
		}
	}
	return false
}

func (t *test) holds(v contact.Value) bool {
	if v.Kind() == contact.List {
		return slices.ContainsFunc(v.Texts(), t.text)
	}
	return t.text(v.Text())
}

func (t *test) text(s string) bool {
	for _, a := range t.any {
		if len(a) == len(s) && a == s || strings.EqualFold(a, s) {
			return true
		}
	}
	if t.like != nil {
		s = strings.ToLower(s)
		for i := range t.like {
			if t.like[i].match(s) {
				return true
			}
		}
	}
	return false
}

// pattern is a text in which * stands for any text, in lower case, parted at its stars.
type pattern []string

func patterns(ss []string) []pattern {
	var out []pattern
	for _, s := range ss {
		out = append(out, strings.Split(strings.ToLower(s), "*"))
	}
	return out
}

// match tells whether a text in lower case is like the pattern.
func (p pattern) match(s string) bool {
	if len(p) == 1 {
		return p[0] == s
	}
	if !strings.HasPrefix(s, p[0]) {
		return false
	}
	s = s[len(p[0]):]
	for _, part := range p[1 : len(p)-1] {
		i := strings.Index(s, part)
		if i < 0 {
			return false
		}
		s = s[i+len(part):]
	}
	return strings.HasSuffix(s, p[len(p)-1])
}
