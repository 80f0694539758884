package app

import (
	"bytes"
	"context"
	"encoding/json"
	"slices"
	"strings"
	"testing"

	"github.com/lapsed/lapsed/policy"
)

// next is the world's policy with some texts changed, bound as the installation's.
func next(t testing.TB, a *App, pairs ...string) *policy.Policy {
	t.Helper()
	text := string(policy.Reference)
	for i := 0; i < len(pairs); i += 2 {
		if strings.Count(text, pairs[i]) != 1 {
			t.Fatalf("%q occurs %d times in the reference policy", pairs[i], strings.Count(text, pairs[i]))
		}
		text = strings.Replace(text, pairs[i], pairs[i+1], 1)
	}
	p, problems := policy.Compile("next.yaml", []byte(text), Binding(a.Config))
	if len(problems) > 0 {
		t.Fatal(problems)
	}
	return p
}

// A shorter period makes people lapse: they are counted by clause and processor,
// each once, and named by nothing but a record.
func TestImpactOfAShorterPeriod(t *testing.T) {
	w := newWorld(t, "observe")
	w.crowd(3)
	w.both("old") // lapsed under both
	half := now.AddDate(0, -18, 0)
	one, two := w.lapsed("half", half), w.lead("half", half) // under the new one only, at two processors
	w.run(t)
	w.with(t, func(a *App) {
		i, err := a.Impact(context.Background(), next(t, a, "period: 2y ", "period: 1y "))
		if err != nil {
			t.Fatal(err)
		}
		if !i.Exact || i.Number() != 1 || i.Persons != 5 || i.Changed != 1 || i.Newly[policy.Delete] != 1 || len(i.NoLonger) != 0 {
			t.Errorf("%+v", i)
		}
		if len(i.Verdicts) != 1 || i.Verdicts[0].From != policy.Kept || i.Verdicts[0].To != policy.Lapsed {
			t.Errorf("verdicts: %+v", i.Verdicts)
		}
		want := map[string]string{"hubspot": "hubspot:contact:" + one, "salesforce": "salesforce:Lead:" + two}
		for _, l := range i.Lines {
			if l.Clause != "C5" || l.Verb != policy.Delete || l.Newly != 1 || !slices.Equal(l.Sample, []string{want[l.Processor]}) {
				t.Errorf("line: %+v", l)
			}
			delete(want, l.Processor)
		}
		if len(want) > 0 {
			t.Errorf("no line for %v", want)
		}
		var text bytes.Buffer
		i.Text(&text)
		b, _ := json.Marshal(i)
		if both := text.String() + string(b); strings.Contains(both, "@") || !strings.Contains(both, "newly: delete") {
			t.Errorf("written: %s", both)
		}
	})
}

// The other way, people are kept longer, and nothing new is done for anybody.
func TestImpactOfALongerPeriod(t *testing.T) {
	w := newWorld(t, "observe")
	w.both("old")
	w.run(t)
	w.with(t, func(a *App) {
		i, err := a.Impact(context.Background(), next(t, a, "period: 2y ", "period: 9y "))
		if err != nil {
			t.Fatal(err)
		}
		if i.Number() != 0 || i.Changed != 1 || i.NoLonger[policy.Delete] != 1 {
			t.Errorf("%+v", i)
		}
	})
}

// Rules that would see other things in the records can't be judged by what is
// kept: no number pretends that they can.
func TestImpactOfOtherSignalsIsNotExact(t *testing.T) {
	w := newWorld(t, "observe")
	w.both("old")
	w.run(t)
	w.with(t, func(a *App) {
		i, err := a.Impact(context.Background(), next(t, a, "      - date: [hubspot.hs_sales_email_last_replied, hubspot.hs_analytics_last_visit_timestamp]\n", ""))
		if err != nil {
			t.Fatal(err)
		}
		var text bytes.Buffer
		i.Text(&text)
		if i.Exact || i.Why == "" || i.Persons != 0 || !strings.Contains(text.String(), "can't be told") {
			t.Errorf("%+v\n%s", i, text.String())
		}
	})
}

func TestImpactBeforeAnythingWasRead(t *testing.T) {
	w := newWorld(t, "observe")
	w.silent = true
	w.with(t, func(a *App) {
		i, err := a.Impact(context.Background(), a.Policy)
		if err != nil || i.Exact || !strings.Contains(i.Why, "no processor has been read") {
			t.Errorf("%+v %v", i, err)
		}
	})
}

// What is demanded already, as far and as soon, is nothing new.
func TestCovered(t *testing.T) {
	m := func(v policy.Verb, g policy.Ground) policy.Demand { return policy.Demand{Verb: v, Ground: g} }
	for _, c := range []struct {
		name  string
		is    policy.Demand
		by    policy.Demand
		wants bool
	}{
		{"the same", m(policy.Delete, policy.GroundRetention), m(policy.Delete, policy.GroundRetention), true},
		{"another clause, as soon", m(policy.Delete, policy.GroundNoBasis), m(policy.Delete, policy.GroundRetention), true},
		{"sooner", m(policy.Delete, policy.GroundMinor), m(policy.Delete, policy.GroundRetention), false},
		{"later", m(policy.Delete, policy.GroundRetention), m(policy.Delete, policy.GroundMinor), true},
		{"another verb", m(policy.Delete, policy.GroundMinor), m(policy.Unsubscribe, policy.GroundMinor), false},
		{"another topic", policy.Demand{Verb: policy.Unsubscribe, Topic: "a"}, policy.Demand{Verb: policy.Unsubscribe, Topic: "b"}, false},
		{"a topic of all mail", policy.Demand{Verb: policy.Unsubscribe, Topic: "a"}, policy.Demand{Verb: policy.Unsubscribe, Extent: 1}, true},
		{"all mail by a topic", policy.Demand{Verb: policy.Unsubscribe, Extent: 1}, policy.Demand{Verb: policy.Unsubscribe, Topic: "a"}, false},
	} {
		if got := covered(c.is, []policy.Demand{c.by}); got != c.wants {
			t.Errorf("%s: %v", c.name, got)
		}
	}
}
