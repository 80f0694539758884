package document

import (
	"fmt"
	"slices"
	"strings"
	"unicode"
)

// Pos is a place in a document; line and column count from 1, the column in
// characters. The zero Pos is nowhere.
type Pos struct{ Line, Col int }

// Problem is one thing that is wrong, where, and how to mend it.
type Problem struct {
	File    string `json:"file"`
	Line    int    `json:"line,omitempty"`
	Column  int    `json:"column,omitempty"`
	Path    string `json:"path,omitempty"` // keys from the root: "retention.period"
	Message string `json:"message"`
	Excerpt string `json:"excerpt,omitempty"` // the offending line
}

// String is the problem's first line: file:line:column: message.
func (p Problem) String() string {
	where := p.File
	if p.Line > 0 {
		where = fmt.Sprintf("%s:%d:%d", p.File, p.Line, p.Column)
	}
	return where + ": " + p.Message
}

// Long is the problem with its line and a mark under the column.
func (p Problem) Long() string {
	if p.Excerpt == "" {
		return p.String()
	}
	before := []rune(p.Excerpt)
	mark := strings.Map(func(r rune) rune {
		if r == '\t' {
			return r
		}
		return ' '
	}, string(before[:min(max(p.Column-1, 0), len(before))]))
	return fmt.Sprintf("%s\n    %s\n    %s^", p, p.Excerpt, mark)
}

// Problems is all that is wrong with a document. It is an error if not empty.
type Problems []Problem

func (ps Problems) Error() string {
	lines := make([]string, len(ps))
	for i, p := range ps {
		lines[i] = p.Long()
	}
	return strings.Join(lines, "\n")
}

// Err returns ps as an error, nil if there is none.
func (ps Problems) Err() error {
	if len(ps) == 0 {
		return nil
	}
	return ps
}

// Sorted returns the problems in the order of the document, doubles left out.
func (ps Problems) Sorted() Problems {
	out := slices.Clone(ps)
	slices.SortStableFunc(out, func(a, b Problem) int {
		if a.Line != b.Line {
			return a.Line - b.Line
		}
		return a.Column - b.Column
	})
	return slices.Compact(out)
}

// Source is a document's text, for problems that are found after decoding.
type Source struct {
	File  string
	lines func() []string // a function, which no verb of fmt looks into: a document may hold secrets
}

// NewSource keeps the lines of text for excerpts.
func NewSource(file string, text []byte) Source {
	lines := strings.Split(string(text), "\n")
	return Source{file, func() []string { return lines }}
}

// Problem makes a problem at pos.
func (s Source) Problem(pos Pos, path, format string, args ...any) Problem {
	p := Problem{File: s.File, Line: pos.Line, Column: pos.Col, Path: path, Message: fmt.Sprintf(format, args...)}
	if s.lines != nil && pos.Line > 0 && pos.Line <= len(s.lines()) {
		p.Excerpt = excerpt(s.lines()[pos.Line-1])
	}
	return p
}

// last is the number of the last line that isn't blank, 0 if all are.
func (s Source) last() int {
	for n := len(s.lines()); n > 0; n-- {
		if strings.TrimSpace(s.lines()[n-1]) != "" {
			return n
		}
	}
	return 0
}

// excerpt is the beginning of a line. It is cut first: a line may be a document.
func excerpt(line string) string {
	more := ""
	if len(line) > longest {
		line, more = strings.ToValidUTF8(line[:longest], ""), " …"
	}
	return strings.Map(visible, strings.TrimRight(line, "\r ")) + more
}

const longest = 200 // bytes of a line that are shown

// visible keeps what moves a terminal's cursor out of what is shown.
func visible(r rune) rune {
	if r != '\t' && unicode.IsControl(r) {
		return '\uFFFD'
	}
	return r
}

// nearest returns the candidate that s is probably a misspelling of, "" if none is near.
func nearest(s string, candidates []string) string {
	best, at := "", max(len(s)/3, 1)+1
	for _, c := range candidates {
		if far := len(s) - len(c); far >= at || -far >= at {
			continue
		}
		if d := distance(s, c); d < at {
			best, at = c, d
		}
	}
	return best
}

// Nearest is nearest for others' messages: " (did you mean X?)", or "".
func Nearest(s string, candidates []string) string {
	if n := nearest(s, candidates); n != "" {
		return fmt.Sprintf(" (did you mean %q?)", n)
	}
	return ""
}

// distance counts the edits between a and b.
func distance(a, b string) int {
	row := make([]int, len(b)+1)
	for j := range row {
		row[j] = j
	}
	for i := range len(a) {
		diagonal := row[0]
		row[0] = i + 1
		for j := range len(b) {
			cost := 1
			if a[i] == b[j] {
				cost = 0
			}
			diagonal, row[j+1] = row[j+1], min(row[j+1]+1, row[j]+1, diagonal+cost)
		}
	}
	return row[len(b)]
}
