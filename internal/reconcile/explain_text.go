package reconcile

import (
	"io"

	"github.com/lapsed/lapsed/policy"
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
			rows = append(rows, []string{d.Duty[:12], d.Record, policy.Verb(d.Verb).Words() + ": " + policy.Ground(d.Ground).Words(), policy.StateWords(d.State, d.Due), policy.ReasonWords(d.Reason)})
		}
		t.table(rows)
	}
}

// CasesText writes cases for whoever has to approve them.
func CasesText(w io.Writer, cases []Case) {
	t := text{w}
	for i, c := range cases {
		t.head("%d. %s %s", i+1, policy.Verb(c.Duty.Verb).Words(), c.Duty.Record)
		rows := [][]string{{"why", c.Person.of("")}, {"rule", policy.Ground(c.Duty.Ground).Words()}, {"due", c.Duty.Due}}
		for _, r := range c.Person.Records {
			for _, l := range c.Person.lines(r) {
				rows = append(rows, []string{r, l[0] + ": " + l[1]})
			}
		}
		t.table(append(rows, c.Person.lines("")...))
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
