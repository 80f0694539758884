package hubspot

import (
	"cmp"
	"slices"
	"strconv"
	"strings"
	"unicode"
)

// test decides on one record as the index knew it at an instant.
type test func(r *record, at int64) bool

// matcher is a compiled search. Only ids above `above` can match.
type matcher struct {
	groups [][]test // any group, all of its tests; none = everybody
	query  []string
	never  bool
	above  int64
	text   []column // where a query looks
}

// compile turns the filters into tests, or says what is wrong with them.
func (p *Portal) compile(body searchBody) (matcher, string) {
	m := matcher{query: tokens(body.Query), above: -1}
	for _, name := range []string{"firstname", "lastname", "email", "phone", "company"} {
		m.text = append(m.text, p.columns[name])
	}
	for i, g := range body.Groups {
		var tests []test
		above := int64(-1)
		for _, f := range g.Filters {
			t, why := p.compileOne(f)
			if why != "" {
				return m, why
			}
			// For contacts, a search on this property finds nobody, without an error.
			m.never = m.never || f.Property == "hs_lastmodifieddate"
			tests = append(tests, t)
			if n, ok := atoi(string(f.Value)); ok && f.Property == "hs_object_id" && f.Operator == "GT" {
				above = max(above, n)
			}
		}
		m.groups = append(m.groups, tests)
		if i == 0 || above < m.above {
			m.above = above
		}
	}
	return m, ""
}

func (m *matcher) hit(r *record, at int64) bool {
	if m.never {
		return false
	}
	if _, known := r.modifiedAt(at); !known {
		return false
	}
	if len(m.query) > 0 && !m.asked(r, at) {
		return false
	}
	if len(m.groups) == 0 {
		return true
	}
	return slices.ContainsFunc(m.groups, func(tests []test) bool {
		return !slices.ContainsFunc(tests, func(t test) bool { return !t(r, at) })
	})
}

// asked tells whether every word of the query begins a word of the record.
func (m *matcher) asked(r *record, at int64) bool {
	var words []string
	for _, c := range m.text {
		words = append(words, tokens(r.text(c, at))...)
	}
	for _, w := range m.query {
		if !slices.ContainsFunc(words, func(s string) bool { return strings.HasPrefix(s, w) }) {
			return false
		}
	}
	return true
}

func tokens(text string) []string {
	return strings.FieldsFunc(strings.ToLower(text), func(r rune) bool { return !unicode.IsLetter(r) && !unicode.IsDigit(r) && r != '*' })
}

func (p *Portal) compileOne(f filter) (test, string) {
	c, ok := p.column(f.Property)
	if !ok {
		return nil, "Property " + strconv.Quote(f.Property) + " does not exist"
	}
	has := func(r *record, at int64) bool { return r.text(c, at) != "" }
	switch f.Operator {
	case "HAS_PROPERTY":
		return has, ""
	case "NOT_HAS_PROPERTY":
		return negate(has), ""
	case "IN", "NOT_IN":
		if len(f.Values) == 0 {
			return nil, "values are required for " + f.Operator
		}
		return maybeNegate(f.Operator == "NOT_IN", p.isIn(c, f.Values)), ""
	}
	if f.Value == "" {
		return nil, "A value is required for operator " + strconv.Quote(f.Operator)
	}
	switch f.Operator {
	case "CONTAINS_TOKEN", "NOT_CONTAINS_TOKEN":
		return maybeNegate(f.Operator == "NOT_CONTAINS_TOKEN", containsToken(c, string(f.Value))), ""
	case "EQ", "NEQ", "LT", "LTE", "GT", "GTE", "BETWEEN":
		return p.compareWith(c, f)
	}
	return nil, "Unknown operator " + strconv.Quote(f.Operator)
}

func negate(t test) test { return func(r *record, at int64) bool { return !t(r, at) } }

func maybeNegate(yes bool, t test) test {
	if yes {
		return negate(t)
	}
	return t
}

// isIn compares lower-cased values with the list as it was given, so that capitals
// in the list never match; enumerations are compared as they are.
func (p *Portal) isIn(c column, values []string) test {
	enumeration := p.properties[c].typ == "enumeration"
	return func(r *record, at int64) bool {
		text := r.text(c, at)
		if !enumeration {
			return slices.Contains(values, strings.ToLower(text))
		}
		return slices.ContainsFunc(strings.Split(text, ";"), func(s string) bool { return slices.Contains(values, s) })
	}
}

func containsToken(c column, value string) test {
	want := tokens(value)
	return func(r *record, at int64) bool {
		have := tokens(r.text(c, at))
		return !slices.ContainsFunc(want, func(w string) bool {
			return !slices.ContainsFunc(have, func(h string) bool { return wildcard(w, h) })
		})
	}
}

// wildcard matches a word with a * at its ends.
func wildcard(pattern, word string) bool {
	core := strings.Trim(pattern, "*")
	head, tail := strings.HasPrefix(pattern, "*"), strings.HasSuffix(pattern, "*")
	switch {
	case head && tail:
		return strings.Contains(word, core)
	case head:
		return strings.HasSuffix(word, core)
	case tail:
		return strings.HasPrefix(word, core)
	}
	return word == core
}

// compareWith is a comparison in the property's own type.
func (p *Portal) compareWith(c column, f filter) (test, string) {
	low, high := string(f.Value), string(f.High)
	if f.Operator == "BETWEEN" && high == "" {
		return nil, "highValue is required for BETWEEN"
	}
	if high == "" {
		high = low
	}
	switch {
	case c == colID || c == colCreated || c == colCreatedToo || c == colModified || c == colModifiedToo || p.properties[c].typ == "datetime" || p.properties[c].typ == "date":
		return comparison(f.Operator, low, high, instant, func(r *record, at int64) (int64, bool) { return r.number(c, at) })
	case p.properties[c].typ == "number":
		parse := func(s string) (float64, bool) { n, err := strconv.ParseFloat(s, 64); return n, err == nil }
		return comparison(f.Operator, low, high, parse, func(r *record, at int64) (float64, bool) { return parse(r.text(c, at)) })
	}
	parse := func(s string) (string, bool) { return strings.ToLower(s), s != "" }
	if p.properties[c].typ == "enumeration" {
		parse = func(s string) (string, bool) { return s, s != "" }
	}
	return comparison(f.Operator, low, high, parse, func(r *record, at int64) (string, bool) { return parse(r.text(c, at)) })
}

// number is a column's value as an instant or id, without writing it out first.
func (r *record) number(c column, at int64) (int64, bool) {
	switch c {
	case colID:
		return r.id, true
	case colCreated, colCreatedToo:
		return r.created, true
	case colModified, colModifiedToo:
		return r.modifiedAt(at)
	}
	return instant(r.text(c, at))
}

func comparison[T cmp.Ordered](op, lowText, highText string, parse func(string) (T, bool), read func(*record, int64) (T, bool)) (test, string) {
	low, ok := parse(lowText)
	high, okHigh := parse(highText)
	if !ok || !okHigh {
		return nil, "The value is not of the property's type"
	}
	return func(r *record, at int64) bool {
		x, has := read(r, at)
		if !has {
			return op == "NEQ"
		}
		return holds(op, x, low, high)
	}, ""
}

// holds compares a value in its own type; any other operator is BETWEEN.
func holds[T cmp.Ordered](op string, x, low, high T) bool {
	switch op {
	case "EQ":
		return x == low
	case "NEQ":
		return x != low
	case "LT":
		return x < low
	case "LTE":
		return x <= low
	case "GT":
		return x > low
	case "GTE":
		return x >= low
	}
	return x >= low && x <= high
}
