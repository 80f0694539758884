package sandbox

import (
	"encoding/json"
	"fmt"
	"strconv"
	"strings"
	"testing"
)

func itoa(n int) string               { return strconv.Itoa(n) }
func contains(text, part string) bool { return strings.Contains(text, part) }

// act is one mutation; fields are alternating names and values.
func (s *site) act(processor, act, object, id string, fields ...any) string {
	s.t.Helper()
	m := mutation{processor, act, object, id, map[string]any{}}
	for i := 0; i+1 < len(fields); i += 2 {
		m.Fields[fields[i].(string)] = fields[i+1]
	}
	body, err := json.Marshal(m)
	if err != nil {
		s.t.Fatal(err)
	}
	var out struct{ ID string }
	s.ask("POST", "/mutate", string(body), &out)
	return out.ID
}

func (s *site) hubspotIs(id, state, property, value string) {
	s.t.Helper()
	props, got := s.HubSpot().Get(id)
	if got != state || props[property] != value {
		s.t.Errorf("contact is %s with %s %q, want %s with %q", got, property, props[property], state, value)
	}
}

func (s *site) salesforceIs(object, id, state, field string, value any) {
	s.t.Helper()
	fields, got := s.Salesforce().Get(object, id)
	if got != state || fields[field] != value {
		s.t.Errorf("%s is %s with %s %v, want %s with %v", object, got, field, fields[field], state, value)
	}
}

func TestActsAtHubSpot(t *testing.T) {
	s := newSite(t, Options{Seed: 2})
	a, b := s.record("subscriber", 0).ID, s.record("lapsed-subscriber", 0).ID
	s.act("hubspot", "set", "contact", a, "jobtitle", "Rektor", "pupil_count", 120)
	s.hubspotIs(a, "live", "pupil_count", "120")
	s.act("hubspot", "optout", "contact", a, "topics", []string{"events"})
	s.act("hubspot", "optout", "contact", b)
	s.ask("POST", "/advance", `{"seconds":120}`, nil)
	s.hubspotIs(a, "live", "hs_email_optout_103", "true")
	s.hubspotIs(b, "live", "hs_email_optout", "true")
	s.act("hubspot", "subscribe", "contact", b, "topic", "newsletter", "legal_basis", "LEGITIMATE_INTEREST_PQL")
	s.ask("POST", "/advance", `{"seconds":120}`, nil)
	s.hubspotIs(b, "live", "hs_email_optout", "false")
	if id := s.act("hubspot", "submit-form", "contact", b, "guid", "f-22bb", "name", "Newsletter sign-up", "topics", []string{"events"}); id != b {
		t.Errorf("the form is of contact %s", id)
	}
	s.hubspotIs(b, "live", "recent_conversion_event_name", "Newsletter sign-up")
	s.act("hubspot", "delete", "contact", a)
	s.hubspotIs(a, "archived", "jobtitle", "Rektor")
	s.act("hubspot", "undelete", "contact", a)
	s.act("hubspot", "merge", "contact", a, "loser", b)
	s.hubspotIs(a, "live", "hs_merged_object_ids", b)
	s.hubspotIs(b, "absent", "email", "")
	s.act("hubspot", "delete", "contact", a, "permanent", true)
	s.hubspotIs(a, "erased", "email", "")
	made := s.act("hubspot", "create", "contact", "", "email", "back@example.com", "hs_object_source_label", "IMPORT")
	s.hubspotIs(made, "live", "hs_object_source_label", "IMPORT")
	s.act("hubspot", "hide", "", "", "field", "hs_email_last_click_date")
	s.act("hubspot", "hosting", "", "", "location", "na1")
	if _, body := s.hub("GET", "/account-info/v3/details", ""); !strings.Contains(body, `"na1"`) {
		t.Errorf("hosting: %s", body)
	}
	if n := len(s.Stage().Book.Changes()); n != 0 {
		t.Errorf("%d mutations were filed as a client's", n)
	}
	s.refused("/mutate", `{"processor":"hubspot","act":"create","fields":{"email":"Back@example.com"}}`, "has that address already")
	s.refused("/mutate", `{"processor":"hubspot","act":"create","fields":{"email":"c@example.com","colour":"red"}}`, `no property "colour"`)
	s.act("hubspot", "create", "contact", "", "email", "c@example.com") // nothing half made has the address
	s.refused("/mutate", fmt.Sprintf(`{"processor":"hubspot","act":"set","id":%q,"fields":{"jobtitle":"x","colour":"red"}}`, made), `no property "colour"`)
	s.hubspotIs(made, "live", "jobtitle", "")
}

func TestActsAtSalesforce(t *testing.T) {
	s := newSite(t, Options{Seed: 2})
	a, b := s.record("lead-who-wrote", 0).ID, s.record("lapsed-lead", 0).ID
	s.act("salesforce", "set", "Lead", a, "Title", "Rektor", "EmailBouncedDate", "2026-11-01T10:00:00Z")
	s.salesforceIs("Lead", a, "live", "IsEmailBounced", nil)
	s.salesforceIs("Lead", a, "live", "Title", "Rektor")
	s.act("salesforce", "optout", "Lead", a)
	s.salesforceIs("Lead", a, "live", "HasOptedOutOfEmail", true)
	s.act("salesforce", "subscribe", "Lead", b, "topic", "newsletter")
	s.salesforceIs("Lead", b, "live", "Newsletter__c", true)
	s.act("salesforce", "optout", "Lead", b, "topics", []string{"newsletter"})
	s.salesforceIs("Lead", b, "live", "Newsletter__c", false)
	s.act("salesforce", "delete", "Lead", b)
	s.salesforceIs("Lead", b, "binned", "HasOptedOutOfEmail", false)
	s.act("salesforce", "undelete", "Lead", b)
	s.act("salesforce", "merge", "Lead", a, "loser", b)
	s.salesforceIs("Lead", b, "binned", "MasterRecordId", a)
	made := s.act("salesforce", "create", "Lead", "", "LastName", "Back", "Company", "School 001", "Status", "Open", "Email", "back@example.com")
	s.act("salesforce", "delete", "Lead", made, "permanent", true)
	s.salesforceIs("Lead", made, "gone", "LastName", nil)
	s.act("salesforce", "hide", "Lead", "", "field", "HasOptedOutOfEmail")
	s.act("salesforce", "hosting", "", "", "location", "DEU12")
	if n := len(s.Stage().Book.Changes()); n != 0 {
		t.Errorf("%d mutations were filed as a client's", n)
	}
}

func TestMutationsAreChecked(t *testing.T) {
	s := newSite(t, Options{Seed: 2})
	hub, lead := s.record("subscriber", 0).ID, s.record("lead-who-wrote", 0).ID
	for body, message := range map[string]string{
		`{"processor":"adobe","act":"set"}`:                                                              "no processor",
		`{"processor":"hubspot","act":"explode"}`:                                                        "no act",
		`{"processor":"hubspot","act":"set","fields":{"jobtitle":"x"}}`:                                  "id is missing",
		`{"processor":"hubspot","act":"set","id":"` + hub + `"}`:                                         "fields are missing",
		`{"processor":"hubspot","act":"set","id":"` + hub + `","fields":{"jobtitle":[1]}}`:               "must be a string",
		`{"processor":"hubspot","act":"set","id":"1","fields":{"jobtitle":"x"}}`:                         "contact 1 is absent",
		`{"processor":"hubspot","act":"optout","id":"` + hub + `","fields":{"topics":["weather"]}}`:      "no topic",
		`{"processor":"hubspot","act":"optout","id":"` + hub + `","fields":{"topic":"events"}}`:          "no field",
		`{"processor":"hubspot","act":"merge","id":"` + hub + `","fields":{"loser":"` + hub + `"}}`:      "absorb itself",
		`{"processor":"hubspot","act":"undelete","id":"` + hub + `"}`:                                    "is live",
		`{"processor":"hubspot","act":"delete","id":"` + hub + `","fields":{"permanent":"yes"}}`:         "true or false",
		`{"processor":"hubspot","act":"submit-form","fields":{"guid":"f-11aa","name":"x"}}`:              "one of them",
		`{"processor":"hubspot","act":"submit-form","fields":{"guid":"f-11aa","name":"x","email":"no"}}`: "no address",
		`{"processor":"hubspot","act":"hide","fields":{"field":"colour"}}`:                               `no property "colour"`,
		`{"processor":"salesforce","act":"set","object":"Lead","id":"x","fields":{"Title":"x"}}`:         "is gone",
		`{"processor":"salesforce","act":"set","id":"` + lead + `","fields":{"Title":"x"}}`:              "object is missing",
		`{"processor":"salesforce","act":"set","object":"Lead","id":"` + lead + `","fields":{"Col":1}}`:  "no field Col",
		`{"processor":"salesforce","act":"create","object":"Planet","fields":{"Name":"x"}}`:              "no object Planet",
		`{"processor":"salesforce","act":"hide","object":"Lead","fields":{"field":"Colour"}}`:            "no field Lead.Colour",
		`{"processor":"salesforce","act":"hosting","fields":{"location":"somewhere"}}`:                   "instance like USA744",
		`{"processor":"salesforce","act":"submit-form","fields":{}}`:                                     "no act",
		`{"processor":"salesforce","act":"optout","object":"Lead","id":"` + lead + `","colour":"red"}`:   "colour",
	} {
		s.refused("/mutate", body, message)
	}
}
