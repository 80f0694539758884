package salesforce

import "strings"

// condition is a node of the WHERE clause: a junction of kids, a negation of
// one, or a comparison.
type condition struct {
	op       operator
	kids     []*condition
	path     string
	operands []operand
}

type operator uint8

const (
	and operator = iota
	or
	not
	eq
	ne
	lt
	le
	gt
	ge
	like
	in
	notIn
)

// operand is a literal: a string, or a word or number as written.
type operand struct {
	text   string
	quoted bool
}

// deepest nesting of a WHERE clause that is read; a guard of the parser's stack.
const maxDepth = 100

func (p *parser) filter(q *query) (err error) {
	if p.word("WHERE") {
		q.where, err = p.junction()
	}
	return err
}

// junction reads conditions joined by AND or by OR: SOQL wants parentheses
// where the two meet, and around a NOT inside one.
func (p *parser) junction() (*condition, error) {
	p.depth++
	defer func() { p.depth-- }()
	if p.depth > maxDepth {
		return nil, syntax("WHERE clause nested too deeply")
	}
	if p.word("NOT") {
		kid, err := p.term()
		return &condition{op: not, kids: []*condition{kid}}, err
	}
	first, err := p.term()
	if err != nil {
		return nil, err
	}
	kids := []*condition{first}
	op, word := and, "AND"
	if t := p.peek(); t.kind == wordToken && strings.EqualFold(t.text, "OR") {
		op, word = or, "OR"
	}
	for p.word(word) {
		kid, err := p.term()
		if err != nil {
			return nil, err
		}
		kids = append(kids, kid)
	}
	if len(kids) == 1 {
		return first, nil
	}
	return &condition{op: op, kids: kids}, nil
}

func (p *parser) term() (*condition, error) {
	if !p.sign("(") {
		return p.comparison()
	}
	c, err := p.junction()
	if err != nil {
		return nil, err
	}
	if !p.sign(")") {
		return nil, unexpected(p.peek())
	}
	return c, nil
}

func (p *parser) comparison() (*condition, error) {
	path, err := p.name()
	if err != nil {
		return nil, err
	}
	op, err := p.operator()
	if err != nil {
		return nil, err
	}
	c := &condition{op: op, path: path}
	if op != in && op != notIn {
		x, err := p.operand()
		c.operands = []operand{x}
		return c, err
	}
	if !p.sign("(") {
		return nil, unexpected(p.peek())
	}
	for {
		x, err := p.operand()
		if err != nil {
			return nil, err
		}
		c.operands = append(c.operands, x)
		if p.sign(")") {
			return c, nil
		}
		if !p.sign(",") {
			return nil, unexpected(p.peek())
		}
	}
}

func (p *parser) operator() (operator, error) {
	t := p.next()
	switch strings.ToUpper(t.text) {
	case "=":
		return eq, nil
	case "!=", "<>":
		return ne, nil
	case "<":
		return lt, nil
	case "<=":
		return le, nil
	case ">":
		return gt, nil
	case ">=":
		return ge, nil
	case "LIKE":
		return like, nil
	case "IN":
		return in, nil
	case "NOT":
		if p.word("IN") {
			return notIn, nil
		}
	}
	return 0, unexpected(t)
}

func (p *parser) operand() (operand, error) {
	t := p.next()
	switch {
	case t.kind == stringToken:
		return operand{t.text, true}, nil
	case t.kind == literalToken:
		return operand{t.text, false}, nil
	case t.kind == wordToken:
		switch w := strings.ToLower(t.text); w {
		case "true", "false", "null":
			return operand{w, false}, nil
		}
	}
	return operand{}, unexpected(t)
}
