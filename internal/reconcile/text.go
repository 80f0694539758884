package reconcile

import (
	"cmp"
	"fmt"
	"io"
	"slices"
	"strings"
	"time"

	"charm.land/lipgloss/v2"

	"github.com/lapsed/lapsed/internal/duty"
	"github.com/lapsed/lapsed/policy"
)

var bold, faint, alarm = lipgloss.NewStyle().Bold(true), lipgloss.NewStyle().Faint(true), lipgloss.NewStyle().Bold(true).Foreground(lipgloss.Red)

// Text writes the report as a data-protection officer reads it. Colour is left
// out where w is no terminal that shows it.
func (r Report) Text(w io.Writer) {
	t := text{w}
	mode := "OBSERVE: nothing was written to any processor"
	if r.Mode == "enforce" {
		mode = "ENFORCE"
	}
	t.head("%s · policy %s · %s", mode, r.Version, r.Now.UTC().Format("2 January 2006 15:04 UTC"))
	r.textSources(t)
	r.textPersons(t)
	r.textDemands(t)
	r.textExamples(t)
	r.textWork(t)
	r.textFindings(t)
	t.head("Log")
	t.line("  %d entries, root %s, signed", r.Checkpoint.Size, r.Checkpoint.Root)
	if r.Fault != "" {
		t.line("%s", alarm.Render("The cycle failed: "+r.Fault))
	}
}

type text struct{ w io.Writer }

func (t text) line(format string, args ...any) {
	_, _ = lipgloss.Fprintln(t.w, fmt.Sprintf(format, args...))
}

func (t text) head(format string, args ...any) {
	t.line("\n%s", bold.Render(fmt.Sprintf(format, args...)))
}

// table writes rows in columns; the first row's cells set nothing but widths.
func (t text) table(rows [][]string) {
	var width []int
	for _, r := range rows {
		for i, c := range r {
			if i == len(width) {
				width = append(width, 0)
			}
			width[i] = max(width[i], lipgloss.Width(c))
		}
	}
	for _, r := range rows {
		var b strings.Builder
		for i, c := range r {
			pad := ""
			if i < len(r)-1 {
				pad = strings.Repeat(" ", width[i]-lipgloss.Width(c)+2)
			}
			b.WriteString(c + pad)
		}
		t.line("  %s", strings.TrimRight(b.String(), " "))
	}
}

func (r Report) textSources(t text) {
	t.head("Sources")
	var rows [][]string
	for _, s := range r.Sources {
		state := "read whole"
		if !s.Whole {
			state = alarm.Render("NOT WHOLE: " + policy.FaultWords(s.Fault))
		}
		where := s.Hosting
		if s.Region != "" {
			where += " (" + s.Region + ")"
		}
		rows = append(rows, []string{s.Processor, fmt.Sprintf("%d records", s.Contacts), state, age(r.Now.Sub(s.AsOf)), where})
	}
	t.table(rows)
}

func age(d time.Duration) string {
	switch d = d.Round(time.Second).Abs(); {
	case d < time.Minute:
		return "just now"
	case d < time.Hour:
		return fmt.Sprintf("%d min old", int(d.Minutes()))
	default:
		return fmt.Sprintf("%d h old", int(d.Hours()))
	}
}

// verdicts are those that people in scope get, in the order in which they are shown.
func verdicts() []policy.Verdict {
	return []policy.Verdict{policy.Kept, policy.Lapsed, policy.Forgotten, policy.Minor, policy.NoBasis, policy.Undetermined, policy.Conflict}
}

func (r Report) textPersons(t text) {
	t.head("%d persons", r.Persons)
	words := map[policy.Verdict]string{policy.Kept: "stay", policy.Lapsed: "have lapsed", policy.Forgotten: "asked to be forgotten", policy.Minor: "are too young", policy.NoBasis: "have withdrawn the last basis",
		policy.Undetermined: "can't be decided, and stay", policy.Conflict: "are joined from too many contacts, and stay"}
	var rows [][]string
	for _, v := range verdicts() {
		if n := r.Verdicts[string(v)]; n > 0 {
			rows = append(rows, []string{fmt.Sprintf("%6d", n), words[v]})
		}
	}
	if r.LeftAlone > 0 {
		rows = append(rows, []string{fmt.Sprintf("%6d", r.LeftAlone), "more are out of scope and left alone"})
	}
	t.table(rows)
}

func (r Report) textDemands(t text) {
	t.head("What the policy demands")
	if len(r.Demands) == 0 {
		t.line("  nothing today")
		return
	}
	rows := [][]string{{faint.Render("clause"), faint.Render("what"), faint.Render("why"), faint.Render("persons"), faint.Render("records")}}
	keys := sorted(keysOf(r.Demands))
	slices.SortStableFunc(keys, func(a, b string) int { return cmp.Compare(ground(a).Clause(), ground(b).Clause()) })
	for _, k := range keys {
		_, verb, _ := strings.Cut(k, ".")
		rows = append(rows, []string{ground(k).Clause(), policy.Verb(verb).Words(), ground(k).Words(), fmt.Sprint(r.People[k]), fmt.Sprint(r.Demands[k])})
	}
	t.table(rows)
}

func ground(key string) policy.Ground {
	g, _, _ := strings.Cut(key, ".")
	return policy.Ground(g)
}

func (r Report) textExamples(t text) {
	if len(r.Examples) == 0 {
		return
	}
	t.head("For example")
	for _, e := range r.Examples {
		t.line("  %s", e.Record)
		t.line("      %s", e.Words)
	}
}

func (r Report) textWork(t text) {
	t.head("Duties")
	var rows [][]string
	for _, s := range []duty.State{duty.Waiting, duty.Due, duty.Held, duty.Acting, duty.Accepted, duty.Gone, duty.Final, duty.Refused, duty.Disputed, duty.Withdrawn} {
		if n := r.Duties[s]; n > 0 {
			rows = append(rows, []string{fmt.Sprintf("%6d", n), string(s), r.stateWords(s)})
		}
	}
	t.table(rows)
	if n := len(r.Outcomes); n > 0 {
		var out []string
		for _, k := range sorted(keysOf(r.Outcomes)) {
			out = append(out, fmt.Sprintf("%d %s", r.Outcomes[k], k))
		}
		t.line("  this cycle: %s", strings.Join(out, ", "))
	}
	if r.Blocked > 0 {
		t.line("  %s", alarm.Render(fmt.Sprintf("%d deletions are due and blocked: %s", r.Blocked, r.BlockedWhy)))
	}
	r.textBatches(t)
}

func (r Report) stateWords(s duty.State) string {
	switch s {
	case duty.Waiting:
		if r.NextDue != nil {
			return "serve their grace; the first is due on " + r.NextDue.UTC().Format("2 January 2006 15:04 UTC")
		}
		return "serve their grace"
	case duty.Due:
		if r.Mode == "observe" {
			return fmt.Sprintf("would be done now; today's limits would let %d through by themselves", r.Routine)
		}
		return "wait for tomorrow's limits, an approval, a source or a human"
	case duty.Held:
		return "a hold forbids them"
	case duty.Acting:
		return "were sent, and no answer came: a re-read will tell"
	case duty.Accepted:
		return "the processor said yes; not seen gone yet"
	case duty.Gone:
		return "seen gone; the processor's users could still restore them"
	case duty.Final:
		return "done for good, and re-read"
	case duty.Refused:
		return "the processor refuses: the owner must act"
	case duty.Disputed:
		return "said yes, and still there"
	default:
		return "no longer demanded"
	}
}

func (r Report) textBatches(t text) {
	if len(r.Batches) == 0 {
		return
	}
	why := map[duty.Why]string{duty.FirstRun: "found by the first run, more than a handful of a kind", duty.Surge: "far more at once than on a usual day", duty.OverLimit: "above today's limits"}
	if r.Mode == "observe" {
		t.head("Would wait for an approval")
	} else {
		t.head("Waits for an approval")
	}
	for _, b := range r.Batches {
		var verbs []string
		for _, v := range sorted(keysOf(b.Verbs)) {
			verbs = append(verbs, fmt.Sprintf("%d × %s", b.Verbs[v], v.Words()))
		}
		id := strings.TrimPrefix(b.Digest, "sha256:")[:16]
		t.line("  batch %s: %s, %d persons: %s", bold.Render(id), strings.Join(verbs, ", "), b.Persons, why[b.Why])
		switch {
		case !b.Frozen:
		case b.Approvals >= b.Needed:
			t.line("      approved; permits at most these until %s", b.Expires.UTC().Format("2 January 2006 15:04 UTC"))
		default:
			t.line("      %d of %d approvals; expires %s: lapsed approve --config … %s --reason …", b.Approvals, b.Needed, b.Expires.UTC().Format("2 January 2006 15:04 UTC"), id)
		}
	}
}

func (r Report) textFindings(t text) {
	t.head("Findings for a human: %d", len(r.Findings))
	var rows [][]string
	for _, f := range r.Findings {
		words := f.Words
		if f.Due != "" {
			words += " (by " + f.Due + ")"
		}
		if len(f.Sample) > 0 {
			words += faint.Render("  (" + f.Sample[0] + ")")
		}
		rows = append(rows, []string{f.Clause, fmt.Sprint(f.Count), words})
	}
	t.table(rows)
}
