package salesforce

import (
	"strconv"
	"strings"
)

// query is a parsed SOQL statement: names are as written, nothing is resolved.
type query struct {
	paths  []string // of the SELECT list, e.g. Account.Name
	count  bool     // SELECT COUNT()
	counts []string // SELECT COUNT(a), COUNT(b): the rows that have them
	object string
	where  *condition // nil = all rows
	order  []ordering
	limit  int // -1 = none
}

type ordering struct {
	path      string
	desc      bool
	nullsLast bool
}

type parser struct {
	tokens []token
	at     int
	depth  int
}

// parseSOQL reads the subset of SOQL that the org answers. All else is an error:
// a clause that was ignored would give a client rows that it did not ask for.
func parseSOQL(src string) (*query, error) {
	tokens, err := lex(src)
	if err != nil {
		return nil, err
	}
	p := &parser{tokens: tokens}
	q := &query{limit: -1}
	for _, part := range []func(*query) error{p.selection, p.from, p.filter, p.ordering, p.limitation} {
		if err := part(q); err != nil {
			return nil, err
		}
	}
	if t := p.peek(); t.kind != endToken {
		return nil, unexpected(t)
	}
	return q, nil
}

func (p *parser) peek() token { return p.tokens[p.at] }

func (p *parser) next() token {
	t := p.tokens[p.at]
	if t.kind != endToken {
		p.at++
	}
	return t
}

// word takes the keyword w if it is next.
func (p *parser) word(w string) bool {
	t := p.peek()
	if t.kind != wordToken || !strings.EqualFold(t.text, w) {
		return false
	}
	p.at++
	return true
}

func (p *parser) sign(s string) bool {
	t := p.peek()
	if t.kind != signToken || t.text != s {
		return false
	}
	p.at++
	return true
}

func unexpected(t token) error {
	if t.kind == endToken {
		return syntax("unexpected token: '<EOF>'")
	}
	return syntax("unexpected token: '%s'", t.text)
}

// reserved words can't be names.
func reserved(w string) bool {
	switch strings.ToUpper(w) {
	case "AND", "ASC", "DESC", "EXCLUDES", "FIRST", "FROM", "GROUP", "HAVING", "IN", "INCLUDES", "LAST", "LIKE", "LIMIT",
		"NOT", "NULL", "NULLS", "OR", "SELECT", "TRUE", "FALSE", "USING", "WHERE", "WITH", "ORDER", "OFFSET", "TYPEOF", "END":
		return true
	}
	return false
}

// name takes a field path or object name.
func (p *parser) name() (string, error) {
	t := p.next()
	if t.kind != wordToken || reserved(t.text) || strings.HasSuffix(t.text, ".") || strings.Contains(t.text, "..") {
		return "", unexpected(t)
	}
	return t.text, nil
}

func (p *parser) selection(q *query) error {
	if !p.word("SELECT") {
		return unexpected(p.peek())
	}
	for {
		name, err := p.name()
		if err != nil {
			return err
		}
		if p.sign("(") {
			if !strings.EqualFold(name, "COUNT") {
				return unexpected(p.peek())
			}
			if p.sign(")") && len(q.paths)+len(q.counts) == 0 {
				q.count = true
				return nil
			}
			if name, err = p.name(); err != nil || !p.sign(")") {
				return unexpected(p.peek())
			}
			q.counts = append(q.counts, name)
		} else {
			q.paths = append(q.paths, name)
		}
		if !p.sign(",") {
			return nil
		}
	}
}

func (p *parser) from(q *query) (err error) {
	if !p.word("FROM") {
		return unexpected(p.peek())
	}
	if p.word("Order") { // an object with the name of a keyword
		q.object = "Order"
		return nil
	}
	q.object, err = p.name()
	return err
}

func (p *parser) ordering(q *query) error {
	if !p.word("ORDER") {
		return nil
	}
	if !p.word("BY") {
		return unexpected(p.peek())
	}
	for {
		path, err := p.name()
		if err != nil {
			return err
		}
		o := ordering{path: path}
		if !p.word("ASC") {
			o.desc = p.word("DESC")
		}
		if p.word("NULLS") {
			o.nullsLast = p.word("LAST")
			if !o.nullsLast && !p.word("FIRST") {
				return unexpected(p.peek())
			}
		}
		q.order = append(q.order, o)
		if !p.sign(",") {
			return nil
		}
	}
}

func (p *parser) limitation(q *query) error {
	if !p.word("LIMIT") {
		return nil
	}
	t := p.next()
	n, err := strconv.ParseUint(t.text, 10, 31)
	if t.kind != literalToken || err != nil {
		return unexpected(t)
	}
	q.limit = int(n)
	return nil
}
