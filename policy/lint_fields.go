package policy

import (
	"fmt"
	"slices"

	"github.com/lapsed/lapsed/internal/contact"
	"github.com/lapsed/lapsed/internal/document"
)

// use is one place where a policy names a field.
type use struct {
	field FieldRef
	of    string // "a signal", "channel event"
	// source: whether a person is deleted, kept or mailed hangs on it, so that its
	// processor has to be read.
	source bool
}

// uses lists every field that some rule reads.
func (d *Document) uses() []use {
	u := &usage{}
	for _, s := range d.Retention.Signals.all() {
		u.refs("a signal", true, s.Date...)
		u.block("a signal", true, s.When)
		u.block("a signal", true, s.While)
		u.ref("a signal", true, s.After)
	}
	for _, e := range d.Retention.Longer {
		u.ref("keep "+e.Name, true, e.Value.After)
		u.ref("keep "+e.Name, true, e.Value.AfterYearOf)
		u.block("keep "+e.Name, true, e.Value.While)
	}
	if c := d.Consent; c != nil {
		u.blocks("a proof of consent", true, c.Accepted)
		for i := range c.Refusal.ReadFrom {
			u.block("a refusal", true, &c.Refusal.ReadFrom[i].Block)
		}
	}
	if m := d.Minors; m != nil {
		u.refs("the date of birth", true, m.KnownBy...)
		u.blocks("a suspicion", false, m.SuspectedBy)
	}
	u.blocks("the scope", false, d.Scope.LeaveAlone)
	u.refs("identity", false, d.Identity.JoinedBy...)
	for _, e := range d.Channels.Rows {
		u.blocks("channel "+e.Name, false, e.Value.When)
		u.blocks("told-by of channel "+e.Name, false, e.Value.ToldBy)
	}
	if r := d.Residency; r != nil {
		u.blocks("residency.users-are", false, r.UsersAre)
	}
	if r := d.Requests; r != nil {
		u.refs("a request", false, r.ReceivedBy...)
	}
	return u.list
}

func (s Signals) all() []Signal { return slices.Concat(s.Activity, s.Interest, s.Intent, s.Need) }

type usage struct{ list []use }

func (u *usage) refs(of string, source bool, fs ...FieldRef) {
	for _, f := range fs {
		if f.Processor != "" && f.Text != consentGiven {
			u.list = append(u.list, use{f, of, source})
		}
	}
}

func (u *usage) ref(of string, source bool, f *FieldRef) {
	if f != nil {
		u.refs(of, source, *f)
	}
}

func (u *usage) block(of string, source bool, b *Block) {
	if b != nil {
		for _, line := range b.Lines {
			u.refs(of, source, line.Field)
		}
	}
}

func (u *usage) blocks(of string, source bool, bs []Block) {
	for i := range bs {
		u.block(of, source, &bs[i])
	}
}

// fields finds rules on fields that nothing reads, or nobody knows.
func (l *linter) fields() {
	for _, u := range l.d.uses() {
		f := u.field
		switch l.reach(f.Processor) {
		case connected:
			if cat := l.bound[f.Processor]; len(cat.Lookup(f.Path)) == 0 && !l.d.declares(f) {
				l.add(LintError, "unknown-field", f.Pos, fmt.Sprintf("%s names %s, which the connector doesn't know%s.", u.of, f, nearestField(cat, f.Path)),
					fmt.Sprintf("Correct the name, or declare the field under processors.%s.fields with its category.", f.Processor))
			}
		case byHand, aggregated:
			l.add(LintWarning, "field-not-read", f.Pos, fmt.Sprintf("%s names %s, and no program reads %s.", u.of, f, f.Processor),
				"Whoever carries out instructions there must look at it; the rule does nothing by itself.")
		case unreached:
			level := LintWarning
			if u.source {
				level = LintError
			}
			l.add(level, "source-not-configured", f.Pos, fmt.Sprintf("%s names %s, and %s is not set up: what it holds can't be seen.", u.of, f, f.Processor),
				fmt.Sprintf("Set up %s in the config, or take the rule out.", f.Processor))
		}
	}
	for _, f := range l.d.Retention.NeverSignals {
		if cat, bound := l.bound[f.Processor]; bound && len(cat.Lookup(f.Path)) == 0 && !l.d.declares(f) {
			l.add(LintWarning, "never-signal-unknown", f.Pos, fmt.Sprintf("never-signals lists %s, which the connector doesn't know%s: the line forbids nothing.", f, nearestField(cat, f.Path)),
				"Correct the name, or take it out.")
		}
	}
}

func nearestField(cat contact.Catalogue, path string) string {
	var paths []string
	for _, f := range cat.Fields {
		paths = append(paths, f.Path())
	}
	return document.Nearest(path, paths)
}

// signals finds signs of life that are not the person's (C5).
func (l *linter) signals() {
	for _, s := range l.d.Retention.Signals.all() {
		fields := slices.Clone(s.Date)
		if s.While != nil {
			for _, line := range s.While.Lines {
				fields = append(fields, line.Field)
			}
		}
		for _, f := range fields {
			if s.Because == "" {
				l.mover(f)
			}
		}
	}
}

func (l *linter) mover(f FieldRef) {
	cat, bound := l.bound[f.Processor]
	if !bound {
		return
	}
	known := cat.Lookup(f.Path)
	for _, x := range known {
		if x.Mover != contact.ByPerson {
			l.add(LintError, "signal-not-the-persons", f.Pos, fmt.Sprintf("%s is moved by %s, not by the person: it would keep people for what somebody else did.", f, x.Mover),
				"Take another field, or say because: why its value shows an act of the person.")
			return
		}
	}
	if len(known) == 0 && l.d.declares(f) {
		l.add(LintWarning, "signal-of-unknown-mover", f.Pos, fmt.Sprintf("%s is a custom field, and nothing tells who moves it.", f),
			"Say because: why its value shows an act of the person.")
	}
}
