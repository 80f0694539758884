package reconcile

import (
	"fmt"
	"io"
)

// Text writes the explanation for a reader: the verdict, then record by record
// what was seen there, then what would change it.
func (x Explanation) Text(w io.Writer) {
	t := text{w}
	t.head("%s", x.of(""))
	for _, r := range x.Records {
		t.head("%s", r)
		t.table(x.lines(r))
	}
	t.head("The person")
	t.table(x.lines(""))
	if len(x.Duties) > 0 {
		t.head("Duties")
		var rows [][]string
		for _, d := range x.Duties {
			rows = append(rows, []string{d.Duty[:12], d.Record, fmt.Sprintf("%s (%s)", d.Verb, d.Ground), d.State, "due " + d.Due, d.Reason})
		}
		t.table(rows)
	}
}

// of is the verdict's sentence.
func (x Explanation) of(record string) string {
	for _, l := range x.Lines {
		if l.Record == record && l.What == verdictLine {
			return l.Says
		}
	}
	return x.Verdict
}

const verdictLine = "verdict"

// lines are what is said of one record, or of the person as a whole.
func (x Explanation) lines(record string) [][]string {
	var rows [][]string
	for _, l := range x.Lines {
		if l.Record == record && l.What != verdictLine {
			rows = append(rows, []string{l.What, l.Says})
		}
	}
	return rows
}
