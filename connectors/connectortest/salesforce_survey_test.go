package connectortest

import (
	"encoding/json"
	"fmt"
	"net/http/httptest"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/lapsed/lapsed/connectors"
	"github.com/lapsed/lapsed/connectors/salesforce"
	"github.com/lapsed/lapsed/internal/fault"
	"github.com/lapsed/lapsed/internal/sandbox/kit"
	sandbox "github.com/lapsed/lapsed/internal/sandbox/salesforce"
	"github.com/lapsed/lapsed/internal/secret"
)

// org is a simulated org and the connector to it.
type org struct {
	*sandbox.Org
	t     *testing.T
	stage *kit.Stage
	c     *salesforce.Connector
}

func newOrg(t *testing.T) *org {
	t.Helper()
	stage := kit.NewStage(opening)
	o := &org{t: t, stage: stage, Org: sandbox.New(sandbox.Options{Stage: stage, ClientID: "lapsed", ClientSecret: "not-a-secret", Instance: "USA744"})}
	srv := httptest.NewServer(o)
	t.Cleanup(srv.Close)
	c, err := salesforce.New(salesforce.Options{Name: "salesforce", LoginURL: srv.URL, ClientID: secret.New("lapsed"), ClientSecret: secret.New("not-a-secret"), HTTP: unhurried()})
	if err != nil {
		t.Fatal(err)
	}
	o.c = c
	return o
}

// staff is a user of the org, of this role and profile.
func (o *org) staff(role, profile string, more map[string]any) string {
	fields := map[string]any{"FirstName": "Canary", "LastName": "Canary", "Username": "canary@example.org", "Email": "canary@example.org", "IsActive": true, "UserType": "Standard"}
	if role != "" {
		fields["UserRoleId"] = o.Insert("UserRole", map[string]any{"Name": role})
	}
	fields["ProfileId"] = o.Insert("Profile", map[string]any{"Name": profile})
	for k, v := range more {
		fields[k] = v
	}
	return o.Insert("User", fields)
}

// assign gives a user a permission set, or a group of them.
func (o *org) assign(user string, set map[string]any, group string) {
	set["Name"] = "X"
	row := map[string]any{"AssigneeId": user, "PermissionSetId": o.Insert("PermissionSet", set), "IsActive": true}
	if group != "" {
		row["PermissionSetGroupId"] = o.Insert("PermissionSetGroup", map[string]any{"MasterLabel": group})
	}
	o.Insert("PermissionSetAssignment", row)
}

func (o *org) token(app, user string) {
	o.Insert("OauthToken", map[string]any{"AppName": app, "UserId": user})
}

func (o *org) survey() connectors.Survey {
	o.t.Helper()
	s, err := o.c.Survey(o.t.Context())
	if err != nil {
		o.t.Fatal(err)
	}
	text, err := json.Marshal(s)
	if err != nil || strings.Contains(strings.ToLower(string(text)), canary) {
		o.t.Errorf("a survey shows a user: %s %v", text, err)
	}
	return s
}

func same(t *testing.T, what string, got, want any) {
	t.Helper()
	if d := cmp.Diff(want, got); d != "" {
		t.Errorf("%s: -want +got\n%s", what, d)
	}
}

// Users are those of the company, by role, profile, and the permission sets that
// are not their profile's.
func TestSalesforceUsersBySurvey(t *testing.T) {
	o := newOrg(t)
	var sellers []string
	for range 7 {
		sellers = append(sellers, o.staff("Sales", "Standard User", nil))
	}
	slices.Sort(sellers)
	admin := o.staff("", "System Administrator", nil)
	o.assign(admin, map[string]any{"Label": "Campaign editors"}, "")
	o.assign(admin, map[string]any{"Label": "Inner set of a group"}, "Mailing")
	o.assign(admin, map[string]any{"Label": "00ex00000018ozT", "IsOwnedByProfile": true}, "")
	o.staff("Sales", "Standard User", map[string]any{"IsActive": false})
	o.staff("", "Customer Portal", map[string]any{"UserType": "PowerCustomerSuccess"})
	s := o.survey()
	groups := slices.DeleteFunc(s.Users, func(g connectors.UserGroup) bool { return len(g.Names) == 0 }) // those of every simulated org
	same(t, "users", groups, []connectors.UserGroup{
		{Names: []string{"Campaign editors", "Mailing", "System Administrator"}, Users: 1, IDs: []string{admin}},
		{Names: []string{"Sales", "Standard User"}, Users: 7, IDs: sellers[:5]},
	})
	same(t, "unread", s.Unread, []connectors.Part(nil))
}

// Every user is read, however many pages there are.
func TestSalesforceUsersInPages(t *testing.T) {
	o := newOrg(t)
	role := o.Insert("UserRole", map[string]any{"Name": "Sales"})
	for range 4100 {
		o.Insert("User", map[string]any{"LastName": "Canary", "IsActive": true, "UserType": "Standard", "UserRoleId": role})
	}
	s := o.survey()
	i := slices.IndexFunc(s.Users, func(g connectors.UserGroup) bool { return slices.Equal(g.Names, []string{"Sales"}) })
	if i < 0 || s.Users[i].Users != 4100 {
		t.Errorf("%v", s.Users)
	}
}

// Apps are told by name, with how many users authorised each; ours is the only one
// that our own user has tokens of.
func TestSalesforceAppsBySurvey(t *testing.T) {
	o := newOrg(t)
	other := o.staff("", "Standard User", nil)
	o.token("Lapsed", o.Users()[0])
	for range 3 {
		o.token("Slide Maker", other)
	}
	o.token("Slide Maker", o.staff("", "Standard User", nil))
	same(t, "apps", o.survey().Apps, []connectors.App{{Name: "Lapsed", Users: 1, Ours: true}, {Name: "Slide Maker", Users: 2}})
	o.token("Slide Maker", o.Users()[0])
	same(t, "apps of a user who has two", o.survey().Apps, []connectors.App{{Name: "Lapsed", Users: 1}, {Name: "Slide Maker", Users: 3}})
}

// Salesforce shows 2,500 tokens at most. All apps are found nevertheless; of one
// that has more, nobody knows how many authorised it.
func TestSalesforceAppsBeyondTheCut(t *testing.T) {
	o := newOrg(t)
	other := o.staff("", "Standard User", nil)
	for i := range 2600 {
		o.token([]string{"It's a \\ maker", "Outlook"}[i%2], other)
	}
	o.token("Rare one", other)
	same(t, "apps", o.survey().Apps, []connectors.App{{Name: "It's a \\ maker"}, {Name: "Outlook"}, {Name: "Rare one", Users: 1}})
}

// Counts that never agree are no answer.
func TestSalesforceSurveyOfCountsThatDisagree(t *testing.T) {
	o := newOrg(t)
	o.token("Lapsed", o.Users()[0])
	for _, skip := range []int{2, 5} { // after the login: from the users on; then from the tokens on
		o.stage.Faults.Clear()
		o.stage.Faults.Arm(kit.Fault{Kind: "wrong-total", Skip: skip})
		if s, err := o.c.Survey(t.Context()); !fault.Is(err, fault.Transient) && !fault.Is(err, fault.Invalid) {
			t.Errorf("after %d answers: %v %+v", skip, err, s)
		}
	}
}

// Fields are the custom ones that live records fill, whatever their type.
func TestSalesforceFieldsBySurvey(t *testing.T) {
	o := newOrg(t)
	for _, object := range []string{"Lead", "Contact"} {
		o.AddField(object, "Shoe_size__c", "double")
	}
	for name, typ := range map[string]string{
		"Only_here__c": "string:80", "Ticked__c": "boolean", "Subjects__c": "multipicklist", "Short_note__c": "textarea:255", "Nobody__c": "string:80",
		"Home__City__s": "string:80", "Home__Latitude__s": "double", "Story__c": "textarea:32000", "Id_number__c": "encryptedstring",
	} {
		o.AddField("Contact", name, typ)
	}
	o.AddField("Account", "Pets__c", "double")
	o.AddField("Account", "Turnover__c", "double")
	o.Insert("Lead", map[string]any{"LastName": "Canary", "Company": "Canary School", "Shoe_size__c": 41})
	contact := func(fields map[string]any) string {
		fields["LastName"] = "Canary"
		return o.Insert("Contact", fields)
	}
	contact(map[string]any{"Shoe_size__c": 42, "Only_here__c": "x", "Ticked__c": true, "Home__City__s": "Oslo"})
	contact(map[string]any{"Shoe_size__c": 43, "Subjects__c": "maths;music", "Short_note__c": "x", "Home__City__s": "Bergen", "Home__Latitude__s": 60})
	o.Remove("Contact", contact(map[string]any{"Shoe_size__c": 44, "Nobody__c": "x"}))
	o.Insert("Account", map[string]any{"Name": "Canary School", "Turnover__c": 5, "Pets__c": 5})
	o.Insert("Account", map[string]any{"LastName": "Canary", "IsPersonAccount": true, "Pets__c": 1})
	s := o.survey()
	same(t, "fields", s.Fields, []connectors.FilledField{
		{Name: "Account.Pets__c", Records: 1}, {Name: "Contact.Home__c", Records: 2}, {Name: "Contact.Only_here__c", Records: 1}, {Name: "Contact.Short_note__c", Records: 1},
		{Name: "Contact.Subjects__c", Records: 1}, {Name: "Contact.Ticked__c", Records: 1}, {Name: "Shoe_size__c", Records: 3},
	})
	same(t, "unread", s.Unread, []connectors.Part{connectors.PartFields})
	if len(s.Missing) != 1 || s.Missing[0].What != "Contact.Id_number__c, Contact.Story__c" || s.Missing[0].For != connectors.ForSurvey {
		t.Errorf("missing %v", s.Missing)
	}
}

// Many fields are counted in few calls.
func TestSalesforceSurveyIsCheap(t *testing.T) {
	o := newOrg(t)
	for i := range 250 {
		o.AddField("Contact", fmt.Sprintf("Custom_%03d__c", i), "string:80")
	}
	o.Insert("Contact", map[string]any{"LastName": "Canary", "Custom_249__c": "x"})
	from := len(o.stage.Book.Calls(0))
	same(t, "fields", o.survey().Fields, []connectors.FilledField{{Name: "Contact.Custom_249__c", Records: 1}})
	if n := len(o.stage.Book.Calls(0)) - from; n > 12 {
		t.Errorf("%d calls", n)
	}
}

// Without a permission Salesforce leaves rows out and says nothing.
func TestSalesforceSurveyWithoutPermissions(t *testing.T) {
	for what, c := range map[string]struct {
		part connectors.Part
		take func(*sandbox.Conduct)
	}{
		"View All Users":               {connectors.PartUsers, func(c *sandbox.Conduct) { c.NoViewAllUsers = true }},
		"View Setup and Configuration": {connectors.PartUsers, func(c *sandbox.Conduct) { c.NoViewSetup = true }},
		"Customize Application":        {connectors.PartApps, func(c *sandbox.Conduct) { c.NoCustomize = true }},
	} {
		t.Run(what, func(t *testing.T) {
			o := newOrg(t)
			o.token("Lapsed", o.Users()[0])
			o.Adjust(c.take)
			s := o.survey()
			same(t, "unread", s.Unread, []connectors.Part{c.part})
			if len(s.Missing) != 1 || s.Missing[0].What != what || !strings.Contains(s.Missing[0].Hint, what) {
				t.Errorf("missing %v", s.Missing)
			}
			if len(s.Users) == 0 || len(s.Apps) == 0 {
				t.Errorf("what is shown is told: %v", s)
			}
		})
	}
}
