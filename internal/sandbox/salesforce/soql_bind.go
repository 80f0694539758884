package salesforce

import (
	"fmt"
	"net/http"
	"regexp"
	"strconv"
	"strings"
)

// column is a field as seen from a query's object: its own, or one of a parent's.
type column struct {
	via *field // the reference to the parent, nil = own field
	f   *field
	as  string // as an answer names it
}

// bound is a condition with fields, values and patterns resolved.
type bound struct {
	op      operator
	kids    []*bound
	col     column
	v       value
	set     map[value]bool // for IN; text in lower case
	list    []value        // the same, as given
	pattern *regexp.Regexp
}

// statement is a query that can run.
type statement struct {
	source  string
	t       *table
	columns []column
	count   bool
	tallies []column // whose rows are counted
	where   *bound
	order   []sortKey
	limit   int
}

type sortKey struct {
	col             column
	desc, nullsLast bool
}

// compile parses and resolves a SOQL text against what the token's user may see.
func (o *Org) compile(src string) (*statement, *apiError) {
	q, err := parseSOQL(src)
	if err != nil {
		return nil, fail(http.StatusBadRequest, "MALFORMED_QUERY", err.Error())
	}
	s := &statement{source: src, t: o.shown(q.object), count: q.count, limit: q.limit}
	if s.t == nil {
		return nil, fail(http.StatusBadRequest, "INVALID_TYPE", fmt.Sprintf("%s\nsObject type '%s' is not supported.", src, q.object))
	}
	b := binder{o, s}
	for _, p := range q.paths {
		c, err := b.column(p)
		if err != nil {
			return nil, err
		}
		for _, other := range s.columns {
			if other.as == c.as {
				return nil, fail(http.StatusBadRequest, "MALFORMED_QUERY", "duplicate field selected: "+c.as)
			}
		}
		s.columns = append(s.columns, c)
	}
	if err := b.counts(q); err != nil {
		return nil, err
	}
	return s, b.rest(q)
}

type binder struct {
	o *Org
	s *statement
}

func (b binder) rest(q *query) (err *apiError) {
	if q.where != nil {
		if b.s.where, err = b.condition(q.where); err != nil {
			return err
		}
	}
	for _, o := range q.order {
		c, err := b.column(o.path)
		if err != nil {
			return err
		}
		if c.f.noSort {
			return b.wrong("field '%s' can not be sorted in a query call", c.f.name)
		}
		b.s.order = append(b.s.order, sortKey{c, o.desc, o.nullsLast})
	}
	return nil
}

// wrong is INVALID_FIELD. Like Salesforce's it quotes the whole query, with
// whatever address stands in it.
func (b binder) wrong(format string, args ...any) *apiError {
	return fail(http.StatusBadRequest, "INVALID_FIELD", "\n"+b.s.source+"\nERROR at Row:1:Column:1\n"+fmt.Sprintf(format, args...))
}

func (b binder) column(path string) (column, *apiError) {
	head, rest, dotted := strings.Cut(path, ".")
	if !dotted {
		if f := b.o.see(b.s.t, path); f != nil {
			return column{f: f, as: f.name}, nil
		}
		return column{}, b.wrong("No such column '%s' on entity '%s'. If you are attempting to use a custom field, be sure to append the '__c' after the custom field name.", path, b.s.t.name)
	}
	if strings.EqualFold(head, b.s.t.name) && !strings.Contains(rest, ".") {
		return b.column(rest) // "Lead.Email" in a query on Lead
	}
	via := b.s.t.byRelation[strings.ToLower(head)]
	if via == nil || b.o.hidden[via] {
		return column{}, b.wrong("Didn't understand relationship '%s' in field path.", head)
	}
	if strings.Contains(rest, ".") {
		return column{}, fail(http.StatusBadRequest, "MALFORMED_QUERY", "field path '"+path+"' is too long")
	}
	parent := b.o.table(via.targets[0])
	if parent == nil || b.o.see(parent, rest) == nil {
		return column{}, b.wrong("No such column '%s' on entity '%s'.", rest, via.targets[0])
	}
	f := b.o.see(parent, rest)
	if len(via.targets) > 1 && f.name != "Id" && f.name != "Name" && f.name != "FirstName" && f.name != "LastName" {
		return column{}, b.wrong("No such column '%s' on entity 'Name'.", rest)
	}
	return column{via, f, via.relation + "." + f.name}, nil
}

func (b binder) condition(c *condition) (*bound, *apiError) {
	n := &bound{op: c.op}
	for _, kid := range c.kids {
		k, err := b.condition(kid)
		if err != nil {
			return nil, err
		}
		n.kids = append(n.kids, k)
	}
	if len(c.kids) > 0 {
		return n, nil
	}
	var err *apiError
	if n.col, err = b.column(c.path); err != nil {
		return nil, err
	}
	if n.col.f.noFilter {
		return nil, b.wrong("field '%s' can not be filtered in a query call", n.col.f.name)
	}
	return n, b.compare(n, c)
}

func (b binder) compare(n *bound, c *condition) *apiError {
	f := n.col.f
	ordered := c.op == lt || c.op == le || c.op == gt || c.op == ge
	if c.op == like && f.kind != text || ordered && f.kind == boolean {
		return fail(http.StatusBadRequest, "INVALID_QUERY_FILTER_OPERATOR", "invalid operator on "+f.typ+" field")
	}
	for _, x := range c.operands {
		v, err := b.operand(f, x)
		if err != nil {
			return err
		}
		n.list = append(n.list, v)
	}
	switch c.op {
	case in, notIn:
		n.set = map[value]bool{}
		for _, v := range n.list {
			n.set[fold(f, v)] = true
		}
	case like:
		if n.list[0].k == null && c.operands[0].text != "" {
			return fail(http.StatusBadRequest, "MALFORMED_QUERY", "LIKE needs a string")
		}
		n.pattern = pattern(c.operands[0].text)
	}
	n.v = fold(f, n.list[0])
	return nil
}

// fold brings a value into the form in which equality is a comparison of structs.
func fold(f *field, v value) value {
	if v.k == text {
		v.s = strings.ToLower(v.s)
	}
	if f.ignoreYear && v.k == date {
		_, m, d := v.time().Date()
		v.n = int64(m)*100 + int64(d)
	}
	return v
}

// operand reads a literal as the type of its field; SOQL converts nothing.
func (b binder) operand(f *field, x operand) (value, *apiError) {
	if x.text == "null" && !x.quoted {
		return value{}, nil
	}
	quoted := f.kind == text || f.kind == ident
	if x.quoted != quoted {
		not := ""
		if !quoted {
			not = "not "
		}
		return value{}, b.wrong("value of filter criterion for field '%s' must be of type %s and should %sbe enclosed in quotes", f.name, f.typ, not)
	}
	var v value
	err := errShape
	switch f.kind {
	case text:
		return textValue(unlike(x.text)), nil
	case ident:
		if id, ok := canonical(x.text); ok || x.text == "" {
			return idValue(id), nil
		}
		return value{}, fail(http.StatusBadRequest, "INVALID_QUERY_FILTER_OPERATOR", "invalid ID field: "+x.text)
	case boolean:
		if x.text == "true" || x.text == "false" {
			return boolValue(x.text == "true"), nil
		}
	case number64:
		n := 0.0
		if n, err = strconv.ParseFloat(x.text, 64); err == nil && strings.Trim(x.text, "0123456789.+-") == "" {
			return numberValue(n), nil
		}
		err = errShape
	case date, instant:
		v, err = toValue(f.kind, x.text)
	}
	if err != nil {
		return value{}, b.wrong("value of filter criterion for field '%s' must be of type %s", f.name, f.typ)
	}
	return v, nil
}

// counts resolves COUNT(field). Beside plain fields, or with an order or a limit,
// it would want a GROUP BY, which is not simulated.
func (b binder) counts(q *query) *apiError {
	for _, path := range q.counts {
		c, err := b.column(path)
		switch {
		case err != nil:
			return err
		case !c.f.aggregatable():
			return fail(http.StatusBadRequest, "MALFORMED_QUERY", "field "+c.f.name+" does not support aggregate operator COUNT")
		case len(q.paths) > 0:
			return fail(http.StatusBadRequest, "MALFORMED_QUERY", "Field must be grouped or aggregated: "+q.paths[0])
		case len(q.order) > 0 || q.limit >= 0:
			return fail(http.StatusBadRequest, "MALFORMED_QUERY", "Non-grouped query that uses overall aggregate functions cannot also use ORDER BY or LIMIT")
		}
		b.s.tallies = append(b.s.tallies, c)
	}
	return nil
}
