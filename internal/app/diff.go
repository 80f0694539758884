package app

import (
	"context"
	"fmt"
	"io"
	"strings"

	"github.com/lapsed/lapsed/internal/document"
	"github.com/lapsed/lapsed/policy"
)

// PolicyDiff is what changes between two policy files.
type PolicyDiff struct {
	From    PolicyName      `json:"from"`
	To      PolicyName      `json:"to"`
	Changes []policy.Change `json:"changes"`
	// SameLabel tells that both have one version label and say different things in
	// public: such a policy is not activated (C15).
	SameLabel bool    `json:"same_label,omitzero"`
	Impact    *Impact `json:"impact,omitzero"` // nil: nobody asked for people
}

// DiffFiles compares two policy files, bound to a config's processors if one is named.
func DiffFiles(from, to, config string) (PolicyDiff, error) {
	d, _, _, err := diffFiles(PolicyFile{Path: from, Config: config}, PolicyFile{Path: to, Config: config})
	return d, err
}

func diffFiles(from, to PolicyFile) (out PolicyDiff, old, next *policy.Policy, err error) {
	var problems, more document.Problems
	old, _, problems = from.Compile()
	next, _, more = to.Compile()
	if problems = append(problems, more...); len(problems) > 0 {
		return out, nil, nil, problems
	}
	out = PolicyDiff{From: nameOf(old), To: nameOf(next), Changes: policy.Diff(&old.Document, &next.Document)}
	if out.Changes == nil {
		out.Changes = []policy.Change{}
	}
	_, was, _, _ := from.read()
	_, is, _, _ := to.read()
	out.SameLabel = old.Version == next.Version && policy.NoticeDigest(was) != policy.NoticeDigest(is)
	return out, old, next, nil
}

// Diff compares two policy files and counts what that would change for the people
// of the state. With anew it reads all processors once more, into a state that is
// removed again, so that it can tell what the new rules would see there.
func (a *App) Diff(ctx context.Context, from, to string, anew bool) (PolicyDiff, error) {
	out, old, next, err := diffFiles(PolicyFile{Path: from, Config: a.opt.Config}, PolicyFile{Path: to, Config: a.opt.Config})
	if err != nil {
		return out, err
	}
	count := a.impact
	if anew {
		count = a.impactAnew
	}
	i, err := count(ctx, old, next)
	out.Impact = &i
	return out, err
}

// Text writes the changes for people.
func (d PolicyDiff) Text(w io.Writer) {
	if len(d.Changes) == 0 {
		_, _ = fmt.Fprintln(w, "no rule changes")
	}
	for _, c := range d.Changes {
		_, _ = fmt.Fprintf(w, "%-4s %s\n", c.Clause, c.Words())
		if e := c.Effects(); e != "" {
			_, _ = fmt.Fprintf(w, "     → %s\n", e)
		}
	}
	if d.SameLabel {
		_, _ = fmt.Fprintf(w, "\nBoth are version %s, and their notices say different things: a new label is needed (C15).\n", d.From.Version)
	}
	if d.Impact != nil {
		_, _ = fmt.Fprintln(w)
		d.Impact.Text(w)
	}
}

var cell = strings.NewReplacer("|", `\|`, "\n", " ", "*", `\*`, "_", `\_`, "<", "&lt;", "`", "\\`")

// Markdown writes the changes for a merge request.
func (d PolicyDiff) Markdown(w io.Writer) {
	line := func(format string, args ...any) { _, _ = fmt.Fprintf(w, format+"\n", args...) }
	line("### Policy %s → %s\n", cell.Replace(d.From.Version), cell.Replace(d.To.Version))
	if len(d.Changes) == 0 {
		line("No rule changes.")
	} else {
		line("| Clause | Change | Effect |")
		line("| --- | --- | --- |")
	}
	for _, c := range d.Changes {
		line("| %s | %s | %s |", c.Clause, cell.Replace(c.Words()), c.Effects())
	}
	if d.SameLabel {
		line("\n**Both are version %s, and their notices say different things: a new label is needed (C15).**", cell.Replace(d.From.Version))
	}
	if d.Impact != nil {
		d.Impact.markdown(line)
	}
}

func (i Impact) markdown(line func(string, ...any)) {
	line("\n#### What it does to people\n")
	if !i.Exact {
		line("It can't be told: %s.", i.Why)
		return
	}
	line("Of %d people in scope, something changes for **%d**, and something new would be done for **%d**.", i.Persons, i.Changed, i.New)
	if len(i.Lines) > 0 {
		line("\n| Clause | What | Processor | Newly | No longer | Such as |")
		line("| --- | --- | --- | ---: | ---: | --- |")
	}
	for _, l := range i.Lines {
		line("| %s | %s: %s | %s | %d | %d | %s |", l.Clause, l.Verb.Words(), l.Ground.Words(), cell.Replace(l.Processor), l.Newly, l.NoLonger, cell.Replace(strings.Join(l.Sample, ", ")))
	}
	for _, l := range i.Limits {
		if l.Waits {
			line("\nA human must approve: %s, %d people, where %d a day go by themselves; approvals needed: %d.", l.Verb.Words(), l.People, l.ADay, l.Approvals)
		}
	}
}
