package document

import (
	"bytes"
	"errors"
	"io"
	"regexp"
	"strconv"
	"strings"
	"unicode/utf8"

	"gopkg.in/yaml.v3"
)

// MaxBytes is the largest document that is read.
const MaxBytes = 1 << 20

// Scalar is a type whose text form has a grammar of its own. ParseScalar gets
// the text; its error says what is wrong and what to write instead, and becomes
// a problem at the value's position.
type Scalar interface{ ParseScalar(text string) error }

// Located is a Scalar that keeps its position.
type Located interface{ SetPos(Pos) }

// Decoder is a type that reads its node itself.
type Decoder interface{ DecodeNode(n Node) }

// Decode reads text strictly into the struct that into points to. The result is
// complete only if no problem is returned.
func Decode(file string, text []byte, into any) (Source, Problems) {
	src := NewSource(file, text)
	d := &decoder{src: src}
	root, ok := d.parse(text)
	if ok {
		Node{root, "", d}.Into(into)
	}
	problems := d.problems.Sorted()
	if d.more > 0 {
		problems = append(problems, src.Problem(Pos{}, "", "and %d more", d.more))
	}
	return src, problems
}

// maxProblems is how many problems of one document are kept; nobody reads more.
const maxProblems = 200

type decoder struct {
	src      Source
	problems Problems
	more     int // problems that were not kept
}

func (d *decoder) report(pos Pos, path, format string, args ...any) {
	if len(d.problems) == maxProblems {
		d.more++
		return
	}
	d.problems = append(d.problems, d.src.Problem(pos, path, format, args...))
}

// oddBreak finds what YAML takes for the end of a line and editors don't: every
// position after it would be wrong, and a comment could end in its midst.
var oddBreak = regexp.MustCompile("\r[^\n]|\r$|[\u0085\u2028\u2029]")

var yamlLine = regexp.MustCompile(`line (\d+): `)

// parse returns the root node of the only document in text.
func (d *decoder) parse(text []byte) (*yaml.Node, bool) {
	switch {
	case len(text) > MaxBytes:
		d.report(Pos{}, "", "the file is larger than %d bytes", MaxBytes)
		return nil, false
	case !utf8.Valid(text):
		line := 1 + bytes.Count(text[:firstInvalid(text)], []byte("\n"))
		d.report(Pos{line, 1}, "", "the line is not valid UTF-8: save the file as UTF-8")
		return nil, false
	}
	if at := oddBreak.FindIndex(text); at != nil {
		line := 1 + bytes.Count(text[:at[0]], []byte("\n"))
		d.report(Pos{line, 1}, "", "the line holds a line break that editors don't show as one (U+000D, U+0085, U+2028 or U+2029): remove it, or save the file with ordinary ones")
		return nil, false
	}
	dec := yaml.NewDecoder(bytes.NewReader(text))
	var doc yaml.Node
	switch err := dec.Decode(&doc); {
	case errors.Is(err, io.EOF):
		d.report(Pos{1, 1}, "", "the file is empty")
		return nil, false
	case err != nil:
		d.syntax(err)
		return nil, false
	}
	var second yaml.Node
	if err := dec.Decode(&second); err == nil {
		d.report(Pos{second.Line, max(second.Column, 1)}, "", "a second document begins here: a file holds one (remove the line ---)")
		return nil, false
	} else if !errors.Is(err, io.EOF) {
		d.syntax(err)
		return nil, false
	}
	if len(doc.Content) != 1 {
		d.report(Pos{1, 1}, "", "the file is empty")
		return nil, false
	}
	return doc.Content[0], true
}

func firstInvalid(b []byte) int {
	for i := 0; i < len(b); {
		r, n := utf8.DecodeRune(b[i:])
		if r == utf8.RuneError && n == 1 {
			return i
		}
		i += n
	}
	return len(b)
}

// syntax reports what the YAML parser says. Its line may still be the one after
// the mistake; the words say which construct it stumbled over.
func (d *decoder) syntax(err error) {
	msg := strings.TrimPrefix(err.Error(), "yaml: ")
	line := 1
	if m := yamlLine.FindStringSubmatch(msg); m != nil {
		line, _ = strconv.Atoi(m[1])
		msg = strings.Replace(msg, m[0], "", 1)
		if strings.HasPrefix(msg, "did not find expected") {
			line++ // the library's parser, unlike its scanner, counts from 0
		}
	}
	line = max(1, min(line, d.src.last()))
	if at := tabBefore(d.src.lines()[line-1]); at > 0 && strings.HasPrefix(msg, "found character that cannot start") {
		d.report(Pos{line, at}, "", "a tab indents this line: YAML takes spaces only")
		return
	}
	d.report(Pos{line, 1}, "", "this is no valid YAML here or on the line before: %s", msg)
}

// tabBefore is the column of the first tab in a line's indentation, 0 if there is none.
func tabBefore(line string) int {
	return 1 + strings.IndexByte(line[:len(line)-len(strings.TrimLeft(line, " \t"))], '\t')
}
