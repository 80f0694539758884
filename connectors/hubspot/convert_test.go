package hubspot

import (
	"slices"
	"testing"

	"github.com/lapsed/lapsed/internal/contact"
)

// Whatever stands in a property: a filled one is never taken for empty.
func FuzzAFilledValueIsNeverEmpty(f *testing.F) {
	for _, s := range []string{"", "true", "TRUE", "2020-02-29", "1582947017000", "2020-02-29T03:30:17.000Z", "a;b", ";", "x", "-1", "99999999999999999"} {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, s string) {
		for _, k := range []contact.Kind{contact.Text, contact.Bool, contact.Date, contact.Instant} {
			if v, ok := value(k, s); s != "" && ok && v.IsEmpty() {
				t.Errorf("%s: %q became empty", k, s)
			}
		}
	})
}

func FuzzSubmissionsAreReadOrSaidToBeUnreadable(f *testing.F) {
	for _, s := range []string{"", "f:p:1", "f:p:1;g:q:2", "f", ":p:1", "f:https://example.com/a:1558969200000", "f:p:x;g:q:2"} {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, s string) {
		rows, ok := submissions(columns()[groupForm], s)
		if members := len(split(s)); ok && len(rows) != members {
			t.Errorf("%q: %d rows of %d members", s, len(rows), members)
		}
	})
}

func TestOnlyThePersonsOwnActsAreTheirs(t *testing.T) {
	notTheirs := []string{"lastmodifieddate", "hs_lastmodifieddate", "notes_last_contacted", "notes_last_updated", "notes_next_activity_date",
		"hs_email_last_open_date", "hs_sales_email_last_opened", "hs_email_last_send_date", "hs_latest_meeting_activity", "createdate", "closedate", "recent_deal_close_date"}
	theirs := []string{"recent_conversion_date", "first_conversion_date", "hs_email_last_click_date", "hs_email_last_reply_date", "hs_sales_email_last_replied",
		"hs_sales_email_last_clicked", "hs_analytics_last_timestamp", "hs_analytics_last_visit_timestamp", "hs_last_sales_activity_timestamp"}
	for _, f := range ownFields() {
		if slices.Contains(notTheirs, f.Name) && f.Mover == contact.ByPerson {
			t.Errorf("%s passes for an act of the person", f.Name)
		}
		if slices.Contains(theirs, f.Name) && (f.Mover != contact.ByPerson || f.Kind != contact.Instant) {
			t.Errorf("%s is no dated act of the person", f.Name)
		}
	}
}

func TestTheCatalogueHasEachPathAndRoleOnce(t *testing.T) {
	paths, roles := map[string]bool{}, map[string]bool{}
	for _, f := range Catalogue().Fields {
		if paths[f.Path()] {
			t.Errorf("%s stands twice", f.Path())
		}
		role := f.Group + "." + string(f.Role)
		if f.Role != contact.RoleNone && roles[role] {
			t.Errorf("two fields are %s", role)
		}
		paths[f.Path()], roles[role] = true, true
	}
	if f := Catalogue().Lookup("date_of_birth"); len(f) != 1 || f[0].Kind != contact.Text {
		t.Error("date_of_birth is free text and no date")
	}
}
