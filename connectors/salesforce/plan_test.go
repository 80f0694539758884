package salesforce

import (
	"slices"
	"strings"
	"testing"

	"github.com/lapsed/lapsed/connectors/salesforce/internal/api"
)

// hides is an org that shows all that is asked, but for what a policy path or
// OBJECT.FIELD in gone says; a custom field is only where custom says.
func hides(gone, custom []string) schema {
	s := schema{}
	show := func(object, name string) {
		if s[object].Fields == nil {
			s[object] = api.Object{Name: object, Fields: map[string]api.Field{}}
		}
		if !slices.Contains(gone, object+"."+name) {
			s[object].Fields[name] = api.Field{}
		}
	}
	for _, f := range Catalogue().Fields {
		if f.Group == "" {
			show(f.Object, f.Name)
		}
	}
	for _, name := range []string{"WhoId", "CompletedDateTime"} {
		show("Task", name)
	}
	for _, name := range []string{"ContactId", "IsClosed"} {
		show("Case", name)
	}
	for _, path := range custom {
		object, name, _ := strings.Cut(path, ".")
		show(object, name)
	}
	return s
}

// What can't be read is named by the records that should show it, and by no
// others. A custom field that one object doesn't show may be hidden there: its
// records are in doubt.
func TestRecordsNameWhatTheyShouldShow(t *testing.T) {
	both := []string{"Lead.Score__c", "Contact.Score__c"}
	for name, k := range map[string]struct {
		gone, custom []string
		unreadable   string // of the account
		lead, person string // of a lead, of a contact
	}{
		"all there":                    {nil, []string{"Lead.Score__c", "Contact.Score__c"}, "", "", ""},
		"custom, on contacts only":     {nil, []string{"Contact.Score__c"}, "", "Score__c", ""},
		"custom, on leads only":        {nil, []string{"Lead.Score__c"}, "", "", "Score__c"},
		"custom, nowhere":              {nil, nil, "Score__c", "Score__c", "Score__c"},
		"of contacts only, hidden":     {[]string{"Contact.Birthdate"}, both, "Birthdate", "", "Birthdate"},
		"of both, hidden on one":       {[]string{"Lead.DoNotCall"}, both, "DoNotCall", "DoNotCall", ""},
		"a refusal, hidden on one":     {[]string{"Contact.HasOptedOutOfEmail"}, both, "HasOptedOutOfEmail", "", "HasOptedOutOfEmail"},
		"of both, hidden on both":      {[]string{"Lead.DoNotCall", "Contact.DoNotCall"}, both, "DoNotCall", "DoNotCall", "DoNotCall"},
		"of a group that both have":    {[]string{"Task.CompletedDateTime"}, both, "Task.CompletedDateTime", "Task.CompletedDateTime", "Task.CompletedDateTime"},
		"of a group that contacts own": {[]string{"Case.IsClosed"}, both, "Case.IsClosed", "", "Case.IsClosed"},
		"useful, hidden on one":        {[]string{"Lead.Title"}, both, "", "Title", ""},
	} {
		t.Run(name, func(t *testing.T) {
			o := Options{Fields: []string{"Score__c", "Birthdate", "DoNotCall", "Task.CompletedDateTime", "Case.IsClosed"}}
			p := newPlan(o, hides(k.gone, k.custom))
			got := []string{strings.Join(p.unreadable, " "), strings.Join(p.records[0].unseen, " "), strings.Join(p.records[1].unseen, " ")}
			if want := []string{k.unreadable, k.lead, k.person}; !slices.Equal(got, want) {
				t.Errorf("account, lead, contact: %q, want %q", got, want)
			}
		})
	}
}
