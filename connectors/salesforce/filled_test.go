package salesforce

import (
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/lapsed/lapsed/connectors"
	"github.com/lapsed/lapsed/connectors/salesforce/internal/api"
)

// Which questions are asked about an object's fields, and which fields can't be.
func TestBallot(t *testing.T) {
	custom := func(typ string, filterable, aggregatable bool) api.Field {
		return api.Field{Type: typ, Custom: true, Filterable: filterable, Aggregatable: aggregatable}
	}
	formula := custom("string", true, true)
	formula.Calculated = true
	b := ballot{records: map[string]map[string]int{}}
	b.add(api.Object{Name: "Account", Fields: map[string]api.Field{
		"Name": {Type: "string", Filterable: true, Aggregatable: true}, "Sum__c": formula, "Mirror__pc": custom("string", true, true),
		"Home__c": custom("location", false, false), "Home__Latitude__s": custom("double", true, true), "Home__Longitude__s": custom("double", true, true),
		"Pets__c": custom("double", true, true), "Flag__c": custom("boolean", true, false), "Hidden_flag__c": custom("boolean", false, false),
		"Many__c": custom("multipicklist", true, false), "Story__c": custom("textarea", false, false), "pkg__Secret__c": custom("encryptedstring", false, false),
	}})
	one := func(cond string) api.Select {
		return api.Select{Object: "Account", Where: "IsPersonAccount = true AND " + cond, Filled: []string{"Id"}}
	}
	many := []string{"Home__Latitude__s", "Home__Longitude__s", "Pets__c"}
	want := []census{
		{one("Flag__c = true"), []string{"Flag__c"}}, {one("Many__c != null"), []string{"Many__c"}},
		{api.Select{Object: "Account", Where: "IsPersonAccount = true", Filled: many}, many},
	}
	if d := cmp.Diff(want, b.questions, cmp.AllowUnexported(census{})); d != "" {
		t.Error(d)
	}
	if d := cmp.Diff([]string{"Account.Hidden_flag__c", "Account.Story__c", "Account.pkg__Secret__c"}, b.uncountable); d != "" {
		t.Error(d)
	}
	b.see("Account", "Home__Latitude__s", 2)
	b.see("Account", "Home__Longitude__s", 1)
	b.see("Account", "Flag__c", 3)
	s := connectors.Survey{Fields: b.filled()}
	s.Sort()
	if d := cmp.Diff([]connectors.FilledField{{Name: "Account.Flag__c", Records: 3}, {Name: "Account.Home__c", Records: 2}}, s.Fields); d != "" {
		t.Error(d)
	}
}
