package policy

import (
	"fmt"
	"slices"
)

// retention compares how long data is kept (C5, C6, C23).
func (d *differ) retention() {
	a, b := &d.old.Retention, &d.next.Retention
	fewer, more := effects{Fewer, None}, effects{More, None}
	d.period("C5", "retention", "", "period", &a.Period, &b.Period, fewer, more)
	d.period("C5", "retention", "", "grace", a.Grace, b.Grace, fewer, more)
	d.signals()
	d.set("C5", "retention", "", "never-signals", fieldTexts(a.NeverSignals), fieldTexts(b.NeverSignals), nobody, nobody)
	e := fewer
	if b.NoBasisLeft == "delete" {
		e = more
	}
	d.put("C23", "retention", "", "no-basis-left", string(a.NoBasisLeft), string(b.NoBasisLeft), e)
	entries(a.Shorter, b.Shorter, func(name string, was, is *Period) {
		e := bySize(days(orPeriod(was, &a.Period)), days(orPeriod(is, &b.Period)), fewer, more)
		d.put("C5", "shorter", name, "", periodText(was), periodText(is), e)
	})
	entries(a.Longer, b.Longer, d.keep)
}

func orPeriod(p, otherwise *Period) *Period {
	if p == nil {
		return otherwise
	}
	return p
}

// keep compares one law's claim. More kept is fewer deletable.
func (d *differ) keep(name string, was, is *Keep) {
	fewer, more := effects{Fewer, None}, effects{More, None}
	switch {
	case was == nil:
		d.put("C6", "keep", name, "", "", keepText(is), fewer)
		return
	case is == nil:
		d.put("C6", "keep", name, "", keepText(was), "", more)
		return
	}
	d.put("C6", "keep", name, "law", was.Law, is.Law, nobody)
	d.period("C6", "keep", name, "period", was.Period, is.Period, fewer, more)
	d.put("C6", "keep", name, "start", keepStart(was), keepStart(is), effects{Unclear, None})
	d.set("C6", "keep", name, "at", was.At, is.At, fewer, more)
	d.set("C6", "keep", name, "category", was.Keeps, is.Keeps, fewer, more)
}

func keepText(k *Keep) string {
	s := k.Law
	if k.Period != nil {
		s += ", " + k.Period.Words()
	}
	return fmt.Sprintf("%s %s, at %s, only %s", s, keepStart(k), sortedWords(k.At), sortedWords(k.Keeps))
}

func keepStart(k *Keep) string {
	switch {
	case k.AfterYearOf != nil:
		return "after the year of " + k.AfterYearOf.Text
	case k.After != nil:
		return "after " + k.After.Text
	case k.While != nil:
		return "while " + k.While.String()
	default:
		return ""
	}
}

// oneSignal is a signal as it is compared: each date by itself.
type oneSignal struct {
	name   string
	atMost *Period
}

func signalsOf(list []Signal) (out []oneSignal) {
	for _, s := range list {
		if s.While != nil {
			after := ""
			if s.After != nil {
				after = " after " + s.After.Text
			}
			out = append(out, oneSignal{"while " + s.While.String() + after, s.AtMost})
			continue
		}
		for _, f := range s.Date {
			name := f.Text
			if s.When != nil {
				name += " where " + s.When.String()
			}
			out = append(out, oneSignal{name, nil})
		}
	}
	return out
}

// signals compares what counts as a sign of life (C5). One that moves to another
// kind is gone there and new here, and keeps the same people.
func (d *differ) signals() {
	kinds := func(s Signals) map[string][]oneSignal {
		return map[string][]oneSignal{"activity": signalsOf(s.Activity), "interest": signalsOf(s.Interest), "intent": signalsOf(s.Intent), "need": signalsOf(s.Need)}
	}
	was, is := kinds(d.old.Retention.Signals), kinds(d.next.Retention.Signals)
	everywhere := func(in map[string][]oneSignal, name string) bool {
		for _, list := range in {
			if slices.ContainsFunc(list, func(s oneSignal) bool { return s.name == name }) {
				return true
			}
		}
		return false
	}
	for _, kind := range []string{"activity", "interest", "intent", "need"} {
		for _, s := range was[kind] {
			i := slices.IndexFunc(is[kind], func(x oneSignal) bool { return x.name == s.name })
			switch {
			case i >= 0:
				d.period("C5", "signal", kind, s.name+", at most", s.atMost, is[kind][i].atMost, effects{Fewer, None}, effects{More, None})
			case everywhere(is, s.name):
				d.put("C5", "signal", kind, "", s.name, "", nobody)
			default:
				d.put("C5", "signal", kind, "", s.name, "", effects{More, None})
			}
		}
		for _, s := range is[kind] {
			if slices.ContainsFunc(was[kind], func(x oneSignal) bool { return x.name == s.name }) {
				continue
			}
			e := effects{Fewer, None}
			if everywhere(was, s.name) {
				e = nobody
			}
			d.put("C5", "signal", kind, "", "", s.name, e)
		}
	}
}
