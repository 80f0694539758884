package policy

import (
	"slices"

	"github.com/lapsed/lapsed/internal/document"
)

func (k *checker) retention() {
	r := k.d.Retention
	if r.Period.Hours > 0 {
		k.problem(r.Pos, "retention.period is in whole years, months or days, not hours")
	}
	all := slices.Concat(r.Signals.Activity, r.Signals.Interest, r.Signals.Intent, r.Signals.Need)
	if len(all) == 0 {
		k.problem(r.Pos, "retention.signals names none: without any, everybody would lapse")
	}
	for _, s := range all {
		k.signal(s)
	}
	for _, f := range r.NeverSignals {
		k.field(f)
		for _, s := range all {
			for _, d := range s.Date {
				if d.Text == f.Text {
					k.problem(d.Pos, "%s is listed in never-signals on line %d", d, f.Pos.Line)
				}
			}
		}
	}
	for _, e := range r.Shorter {
		k.known(e.Pos, "channel", e.Name, k.d.Channels.Rows.Names())
	}
	for _, e := range r.Longer {
		k.keep(e)
	}
}

func (k *checker) signal(s Signal) {
	dated := len(s.Date) > 0
	switch {
	case dated && (s.While != nil || s.AtMost != nil || s.After != nil):
		k.problem(s.Pos, "a signal is either dated (date, when) or ongoing (while, at-most, after), not both")
	case !dated && (s.While == nil || s.AtMost == nil || s.After == nil || s.When != nil):
		k.problem(s.Pos, "an ongoing signal needs while, at-most and after: what is forgotten must not keep anybody for ever")
	}
	for _, f := range s.Date {
		k.field(f)
	}
	if s.When != nil {
		k.block(*s.When)
	}
	if s.While != nil {
		k.block(*s.While)
	}
	if s.After != nil {
		k.field(*s.After)
		if s.While != nil && len(s.While.Lines) > 0 && s.While.Lines[0].Field.Processor != s.After.Processor {
			k.problem(s.After.Pos, "after and while must be of one processor")
		}
	}
}

func (k *checker) keep(e document.Entry[Keep]) {
	r := e.Value
	n := 0
	for _, set := range []bool{r.After != nil, r.AfterYearOf != nil, r.While != nil} {
		if set {
			n++
		}
	}
	switch {
	case n != 1:
		k.problem(e.Pos, "keep %s says exactly one of after, after-year-of and while", e.Name)
	case r.While == nil && r.Period == nil:
		k.problem(e.Pos, "keep %s has a start and no period", e.Name)
	case r.While != nil && r.Period != nil:
		k.problem(e.Pos, "keep %s lasts while its condition holds: a period says something else", e.Name)
	}
	for _, at := range r.At {
		k.known(e.Pos, "processor", at, k.d.Processors.Names())
	}
	for _, c := range r.Keeps {
		k.known(e.Pos, "category", c, k.d.Categories.Names())
	}
	for _, f := range []*FieldRef{r.After, r.AfterYearOf} {
		if f != nil {
			k.field(*f)
		}
	}
	if r.While != nil {
		k.block(*r.While)
	}
}

func (k *checker) consent() {
	c := k.d.Consent
	if c == nil {
		return
	}
	if len(c.Proof) != 3 {
		k.problem(c.Pos, "consent.proof lists given, how and wording: all three, or it is no consent")
	}
	k.blocks(c.Accepted)
	for _, e := range c.Forms {
		for _, t := range e.Value.Topics {
			k.known(e.Pos, "topic", t, k.d.Topics.Names())
		}
	}
	for _, r := range c.Refusal.ReadFrom {
		k.block(r.Block)
	}
}

func (k *checker) minors() {
	m := k.d.Minors
	if m == nil {
		return
	}
	if m.Under < 13 || m.Under > 21 {
		k.problem(m.Pos, "minors.under is %d: write an age from 13 to 21", m.Under)
	}
	for _, f := range m.KnownBy {
		k.field(f)
	}
	k.blocks(m.SuspectedBy)
}
