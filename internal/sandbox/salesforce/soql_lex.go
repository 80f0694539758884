package salesforce

import (
	"fmt"
	"regexp"
	"strconv"
	"strings"
)

// tokenKind sorts SOQL's tokens.
type tokenKind uint8

const (
	endToken tokenKind = iota
	wordToken
	stringToken
	literalToken // a number, date or date-time
	signToken
)

type token struct {
	kind tokenKind
	text string // a string's content is unescaped
	at   int    // byte offset in the query
}

// longest string that a WHERE clause may hold, and the longest query.
const (
	maxString = 4_000
	maxQuery  = 100_000
)

// syntaxError is a query outside the grammar: MALFORMED_QUERY.
type syntaxError struct{ message string }

func (e *syntaxError) Error() string { return e.message }

func syntax(format string, args ...any) error { return &syntaxError{fmt.Sprintf(format, args...)} }

func lex(src string) ([]token, error) {
	if len(src) > maxQuery {
		return nil, syntax("SOQL statements cannot be longer than %d characters.", maxQuery)
	}
	var list []token
	for i := 0; i < len(src); {
		switch c := src[i]; {
		case c == ' ' || c == '\t' || c == '\n' || c == '\r':
			i++
		case c == '\'':
			t, next, err := lexString(src, i)
			if err != nil {
				return nil, err
			}
			list, i = append(list, t), next
		case isLetter(c):
			end := spanOf(src, i, func(c byte) bool { return isLetter(c) || isDigit(c) || c == '_' || c == '.' })
			list, i = append(list, token{wordToken, src[i:end], i}), end
		case isDigit(c) || c == '-' || c == '+':
			end := spanOf(src, i+1, func(c byte) bool { return isLetter(c) || isDigit(c) || strings.IndexByte(":.+-", c) >= 0 })
			list, i = append(list, token{literalToken, src[i:end], i}), end
		default:
			end := i + 1
			if end < len(src) && (strings.Contains("!=<=>=", src[i:end+1]) && src[end] == '=' || src[i:end+1] == "<>") {
				end++
			}
			if strings.IndexByte("=!<>(),", c) < 0 || src[i:end] == "!" {
				return nil, syntax("unexpected token: '%s' at character %d", src[i:end], i+1)
			}
			list, i = append(list, token{signToken, src[i:end], i}), end
		}
	}
	return append(list, token{kind: endToken, at: len(src)}), nil
}

func isLetter(c byte) bool { return c|0x20 >= 'a' && c|0x20 <= 'z' }
func isDigit(c byte) bool  { return c >= '0' && c <= '9' }

func spanOf(src string, from int, in func(byte) bool) int {
	for from < len(src) && in(src[from]) {
		from++
	}
	return from
}

// lexString reads the quoted string that begins at src[at]. LIKE needs to know
// which % and _ were escaped, so those keep their backslash; see unlike.
func lexString(src string, at int) (token, int, error) {
	var b strings.Builder
	for i := at + 1; i < len(src); i++ {
		switch src[i] {
		case '\'':
			if b.Len() > maxString {
				return token{}, 0, syntax("string in WHERE longer than %d characters", maxString)
			}
			return token{stringToken, b.String(), at}, i + 1, nil
		case '\\':
			r, n := unescape(src[i:])
			if n == 0 {
				return token{}, 0, syntax("Illegal escape sequence at character %d", i+1)
			}
			b.WriteString(r)
			i += n - 1
		default:
			b.WriteByte(src[i])
		}
	}
	return token{}, 0, syntax("unterminated string literal")
}

// unescape reads one escape and returns its length, 0 if it is none.
func unescape(s string) (string, int) {
	if len(s) < 2 {
		return "", 0
	}
	switch s[1] {
	case 'n', 'N':
		return "\n", 2
	case 'r', 'R':
		return "\r", 2
	case 't', 'T':
		return "\t", 2
	case 'b', 'B':
		return "\b", 2
	case 'f', 'F':
		return "\f", 2
	case '"', '\'':
		return s[1:2], 2
	case '\\', '%', '_':
		return s[:2], 2
	case 'u':
		if len(s) >= 6 {
			if n, err := strconv.ParseUint(s[2:6], 16, 32); err == nil {
				return string(rune(n)), 6
			}
		}
	}
	return "", 0
}

// unlike removes what lexString kept for LIKE.
func unlike(s string) string {
	if !strings.Contains(s, `\`) {
		return s
	}
	return strings.NewReplacer(`\\`, `\`, `\%`, `%`, `\_`, `_`).Replace(s)
}

// pattern turns the operand of LIKE into an expression; case doesn't count.
func pattern(s string) *regexp.Regexp {
	var b strings.Builder
	b.WriteString(`(?is)\A`)
	for i := 0; i < len(s); i++ {
		switch {
		case s[i] == '\\' && i+1 < len(s):
			i++
			b.WriteString(regexp.QuoteMeta(s[i : i+1]))
		case s[i] == '%':
			b.WriteString(`.*`)
		case s[i] == '_':
			b.WriteByte('.')
		default:
			end := i + 1
			for end < len(s) && strings.IndexByte(`\%_`, s[end]) < 0 {
				end++
			}
			b.WriteString(regexp.QuoteMeta(strings.ToValidUTF8(s[i:end], "\uFFFD")))
			i = end - 1
		}
	}
	return regexp.MustCompile(b.String() + `\z`)
}
