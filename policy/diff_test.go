package policy_test

import (
	"fmt"
	"reflect"
	"strings"
	"testing"

	"github.com/lapsed/lapsed/internal/document"
	"github.com/lapsed/lapsed/policy"
)

func reference(t *testing.T, pairs ...string) *policy.Document {
	t.Helper()
	text := string(policy.Reference)
	for i := 0; i < len(pairs); i += 2 {
		if strings.Count(text, pairs[i]) != 1 {
			t.Fatalf("%q occurs %d times", pairs[i], strings.Count(text, pairs[i]))
		}
		text = strings.Replace(text, pairs[i], pairs[i+1], 1)
	}
	d, _, problems := policy.Parse("x.yaml", []byte(text))
	if len(problems) > 0 {
		t.Fatal(problems)
	}
	return d
}

// Each row is one edit of the reference policy, and all that is said of it.
func TestDiff(t *testing.T) {
	const more, fewer, none, unclear = policy.More, policy.Fewer, policy.None, policy.Unclear
	for _, c := range []struct {
		old, new, clause, words string
		deletable, mailable     policy.Effect
	}{
		{"period: 2y ", "period: 18mo ", "C5", "retention period was 2 years, is 18 months", more, none},
		{"period: 2y ", "period: 36mo ", "C5", "retention period was 2 years, is 36 months", fewer, none},
		{"grace: 30d", "grace: 7d", "C5", "retention grace was 30 days, is 7 days", more, none},
		{"hubspot.hs_email_last_click_date, ", "", "C5", "signal activity is gone: hubspot.hs_email_last_click_date", more, none},
		{"{salesforce.Opportunity.IsClosed: false}, at-most: 1y", "{salesforce.Opportunity.IsClosed: false}, at-most: 3mo", "C5",
			"signal intent while salesforce.Opportunity.IsClosed is false after salesforce.Opportunity.CloseDate, at most was 1 year, is 3 months", more, none},
		{"no-basis-left: delete ", "no-basis-left: keep ", "C23", "retention no-basis-left was delete, is keep", fewer, none},
		{"shorter: {job-application: 6mo}", "shorter: {job-application: 3mo}", "C5", "shorter job-application was 6 months, is 3 months", more, none},
		{"period: 42mo", "period: 60mo", "C6", "keep agreements period was 42 months, is 60 months", fewer, none},
		{"keeps: [contact, affiliation, collaboration]", "keeps: [contact, affiliation]", "C6", "keep contract category is gone: collaboration", more, none},
		{"permits: one-message ", "permits: nothing ", "C11", "channel single-email permits was one-message, is nothing", fewer, none},
		{"LeadSource: [Web, Eventbrite]", "LeadSource: [Web]", "C1", "channel web-form when is gone: salesforce.LeadSource is Web or Eventbrite", unclear, unclear},
		{"under: 18", "under: 16", "C4", "minors under was 18, is 16", fewer, more},
		{"at-most: 10 ", "at-most: 20 ", "C12", "identity at-most was 10, is 20", more, none},
		{", salesforce.HasOptedOutOfEmail,", ",", "C12", "refusal read-from is gone: salesforce.HasOptedOutOfEmail is true", unclear, more},
		{"f-22bb: {name: Newsletter, topics: [newsletter, events],", "f-22bb: {name: Newsletter, topics: [newsletter],", "C20", "form f-22bb topic is gone: events", unclear, fewer},
		{"region: EU                             #", "region: US                             #", "C9", "processor hubspot region was EU, is US", none, none},
		{"delete: {people: 100, share: 1%}", "delete: {people: 300, share: 1%}", "C5", "limit delete was 100 people or 1% a day, is 300 people or 1% a day", none, none},
		{"longest: 12mo", "longest: 6mo", "C5", "holds longest was 12 months, is 6 months", none, none},
		{"email: {like: \"*@controller.example\"}", "email: {like: \"*@partner.example\"}", "C18", "scope leave-alone is gone: email is like *@controller.example", more, unclear},
	} {
		changes := policy.Diff(reference(t), reference(t, c.old, c.new))
		found := false
		for _, x := range changes {
			found = found || x.Clause == c.clause && x.Words() == c.words && x.Deletable == c.deletable && x.Mailable == c.mailable
		}
		if !found {
			t.Errorf("%s → %s:", c.old, c.new)
			for _, x := range changes {
				t.Errorf("  %s %s; %s, %s", x.Clause, x.Words(), x.Deletable, x.Mailable)
			}
		}
	}
	if same := policy.Diff(reference(t), reference(t, "# who is one person", "# another comment")); len(same) > 0 {
		t.Errorf("a comment is a change: %+v", same)
	}
}

// Nothing that a policy says can change unseen: each value of the reference
// policy is changed in turn, the words for people that decide nothing aside.
func TestDiffMissesNothing(t *testing.T) {
	n, was := 0, reference(t)
	leaves(reflect.ValueOf(reference(t)).Elem(), "", func(path string, change func(*policy.Document)) {
		next := reference(t)
		change(next)
		n++
		if len(policy.Diff(was, next)) == 0 {
			t.Errorf("%s changed, and nothing is said", path)
		}
	})
	if n < 300 {
		t.Errorf("only %d values were changed", n)
	}
}

// leaves calls do for each value of a document, with what changes it in another copy.
func leaves(v reflect.Value, path string, do func(string, func(*policy.Document))) {
	walk(v, path, nil, do)
}

// step leads from a value to a part of it.
type step func(reflect.Value) reflect.Value

func walk(v reflect.Value, path string, steps []step, do func(string, func(*policy.Document))) {
	down := func(name string, s step) { walk(s(v), path+"."+name, append(steps[:len(steps):len(steps)], s), do) }
	leaf := func(change func(reflect.Value)) {
		do(path, func(d *policy.Document) {
			at := reflect.ValueOf(d).Elem()
			for _, s := range steps {
				at = s(at)
			}
			change(at)
		})
	}
	switch v.Interface().(type) {
	case document.Pos:
		return
	case policy.FieldRef:
		leaf(func(x reflect.Value) { x.FieldByName("Text").SetString("other.Field") })
		return
	case policy.Day:
		leaf(func(x reflect.Value) { x.SetInt(x.Int() + 1) })
		return
	case policy.TimeZone, policy.Period:
		return // the zone's and the periods' values have rows of their own
	}
	switch v.Kind() {
	case reflect.Struct:
		for i := range v.NumField() {
			if name := v.Type().Field(i).Name; name != "Because" {
				down(name, func(x reflect.Value) reflect.Value { return x.Field(i) })
			}
		}
	case reflect.Slice:
		for i := range v.Len() {
			down(fmt.Sprint(i), func(x reflect.Value) reflect.Value { return x.Index(i) })
		}
	case reflect.Pointer:
		if !v.IsNil() {
			down("*", func(x reflect.Value) reflect.Value { return x.Elem() })
		}
	case reflect.String:
		leaf(func(x reflect.Value) { x.SetString(x.String() + "x") })
	case reflect.Int, reflect.Int64:
		leaf(func(x reflect.Value) { x.SetInt(x.Int() + 1) })
	case reflect.Bool:
		leaf(func(x reflect.Value) { x.SetBool(!x.Bool()) })
	}
}
