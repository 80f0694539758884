package reconcile

import (
	"fmt"
	"io"
	"strings"
)

// Text writes the explanation for a reader.
func (x Explanation) Text(w io.Writer) {
	t := text{w}
	t.head("%s", strings.Join(x.Records, "  "))
	var rows [][]string
	for _, l := range x.Lines {
		rows = append(rows, []string{l.Record, l.What, l.Says})
	}
	t.table(rows)
	if len(x.Duties) > 0 {
		t.head("Duties")
		rows = nil
		for _, d := range x.Duties {
			rows = append(rows, []string{d.Duty[:12], d.Record, fmt.Sprintf("%s (%s)", d.Verb, d.Ground), d.State, "due " + d.Due, d.Reason})
		}
		t.table(rows)
	}
}
