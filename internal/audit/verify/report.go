package verify

import (
	"cmp"
	"errors"
	"fmt"
	"slices"
	"strings"
	"time"
)

// Report is the result of a run, in the form that others read.
type Report struct {
	OK         bool      `json:"ok"`
	Log        Head      `json:"log"`
	Checked    Checked   `json:"checked"`
	Problems   []Problem `json:"problems"`
	Open       []Open    `json:"open"`
	Overdue    []Overdue `json:"overdue"`
	Brackets   []Bracket `json:"brackets"`
	NotChecked []string  `json:"not_checked"`
}

// Head is the tree head that was checked.
type Head struct {
	Origin string `json:"origin"`
	Size   int64  `json:"size"`
	Root   string `json:"root"` // base64
}

// Checked counts what was looked at.
type Checked struct {
	Entries      int64   `json:"entries"`
	Tiles        int64   `json:"tiles"`
	Checkpoints  int     `json:"checkpoints"`
	Pins         int     `json:"pins"`
	Cosignatures int     `json:"cosignatures"`
	Seconds      float64 `json:"seconds"`
}

// Problem is a rule that does not hold.
type Problem struct {
	Code   string `json:"code"`
	Index  int64  `json:"index"` // of the entry; -1 = about no single one
	Ref    string `json:"ref"`   // the duty, cycle, batch … that it is about
	Detail string `json:"detail"`
}

// Open is a write whose end the log doesn't tell (yet).
type Open struct {
	Index int64  `json:"index"` // of the intent
	Duty  string `json:"duty"`
	State string `json:"state"` // acting, unknown, disputed
	Since string `json:"since"`
}

// Overdue is something that should have been closed.
type Overdue struct {
	Index int64  `json:"index"`
	What  string `json:"what"` // finding, request, intent
	Ref   string `json:"ref"`
	Due   string `json:"due"`
}

// Bracket says between which times a witness's cosignatures put the entries
// From to To-1. NotBefore is empty for the first.
type Bracket struct {
	From      int64  `json:"from"`
	To        int64  `json:"to"`
	NotBefore string `json:"not_before"`
	NotAfter  string `json:"not_after"`
	By        string `json:"by"`
}

// most is how many problems of one code are listed; the others are counted. A
// rewritten log can break a rule at every entry.
const most = 200

// problems collects what is wrong, with the log and with its medium.
type problems struct {
	failed error // the medium can't be read: ends the run
	list   []Problem
	counts map[string]int
}

func (p *problems) add(code string, index int64, ref, format string, args ...any) {
	if p.counts[code]++; p.counts[code] > most {
		return
	}
	p.list = append(p.list, Problem{code, index, ref, fmt.Sprintf(format, args...)})
}

// fail ends the run: the medium can't be read.
func (p *problems) fail(err error) { p.failed = errors.Join(p.failed, err) }

// beyond tells how many problems were counted and not listed.
func (p *problems) beyond() (out []string) {
	for code, n := range p.counts {
		if n > most {
			out = append(out, fmt.Sprintf("%s: %d more problems are not listed", code, n-most))
		}
	}
	slices.Sort(out)
	return out
}

// noPin is the first line of a report that rests on the log's own word alone.
const noPin = "S4: no pin and no cosignature: that the log was cut off, or rewritten and signed again, can't be seen"

// Text is the report as a person reads it.
func (r Report) Text() string {
	var s strings.Builder
	if slices.Contains(r.NotChecked, noPin) {
		s.WriteString("WARNING: there is no pin and no cosignature. That the log was cut off, or rewritten and signed again, can't be seen.\n")
	}
	verdict := "All rules that were checked hold."
	if !r.OK {
		verdict = fmt.Sprintf("THE LOG IS BROKEN: %s.", count(len(r.Problems), "problem"))
	}
	fmt.Fprintf(&s, "%s\nLog %s, %s, root %s\n", verdict, cmp.Or(r.Log.Origin, "(no name)"), count(int(r.Log.Size), "entry"), r.Log.Root)
	c := r.Checked
	fmt.Fprintf(&s, "Checked: %s, %s, %s, %s, %s, in %.1f s\n", count(int(c.Entries), "entry"), count(int(c.Tiles), "tile"),
		count(c.Checkpoints, "checkpoint"), count(c.Pins, "pin"), count(c.Cosignatures, "cosignature"), c.Seconds)
	section(&s, "Problems", r.Problems, func(p Problem) string {
		line := fmt.Sprintf("%-4s %-10s %s", p.Code, place(p.Index), p.Detail)
		if p.Ref != "" {
			line += " [" + p.Ref + "]"
		}
		return line
	})
	section(&s, "Open", r.Open, func(o Open) string {
		return fmt.Sprintf("%-10s duty %s is %s since %s", place(o.Index), o.Duty, o.State, o.Since)
	})
	section(&s, "Overdue", r.Overdue, func(o Overdue) string {
		return fmt.Sprintf("%-10s %s %s was due at %s", place(o.Index), o.What, o.Ref, o.Due)
	})
	section(&s, "Times that witnesses vouch for", r.Brackets, func(b Bracket) string {
		return fmt.Sprintf("entries %d to %d: after %s, before %s, says %s", b.From, b.To-1, cmp.Or(b.NotBefore, "-"), b.NotAfter, b.By)
	})
	section(&s, "Not checked", r.NotChecked, func(n string) string { return n })
	return s.String()
}

func section[T any](s *strings.Builder, title string, items []T, line func(T) string) {
	if len(items) == 0 {
		return
	}
	fmt.Fprintf(s, "\n%s\n", title)
	for _, x := range items {
		fmt.Fprintf(s, "  %s\n", line(x))
	}
}

func place(index int64) string {
	if index < 0 {
		return "-"
	}
	return fmt.Sprintf("entry %d", index)
}

func count(n int, noun string) string {
	if n == 1 {
		return "1 " + noun
	}
	if stem, ok := strings.CutSuffix(noun, "y"); ok {
		return fmt.Sprintf("%d %sies", n, stem)
	}
	return fmt.Sprintf("%d %ss", n, noun)
}

func stamp(t time.Time) string { return t.UTC().Format(time.RFC3339) }
