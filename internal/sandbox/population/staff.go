package population

import "github.com/lapsed/lapsed/internal/sandbox/hubspot"

// UnlistedRole, UnlistedApp and UnlistedProperty are in the accounts and in no
// published policy: an account that was looked through has a finding of each.
const (
	UnlistedRole     = "Interns"
	UnlistedApp      = "Slide Maker"
	UnlistedProperty = "shoe_size"
)

// staff fills the offices: who works for the company, by which roles, and which
// programs they let in.
func (m *maker) staff() {
	m.staffSalesforce()
	m.staffHubSpot()
}

func (m *maker) staffSalesforce() {
	since := m.now.AddDate(-5, 0, 0)
	role := map[string]string{}
	for _, name := range []string{"Sales", "Marketing", "Customer success", UnlistedRole} {
		role[name] = m.insert("UserRole", since, map[string]any{"Name": name})
	}
	profile := m.insert("Profile", since, map[string]any{"Name": "Standard User", "UserType": "Standard"})
	fairs := m.insert("PermissionSet", since, map[string]any{"Name": "Fairs", "Label": "Fair organisers"})
	for i, id := range m.sf.Users() {
		m.sf.Update("User", id, map[string]any{"ProfileId": profile, "UserRoleId": role[[]string{"Marketing", "Sales", "Customer success"}[i]]})
	}
	hire := func(first, last, as string) string {
		return m.insert("User", since, map[string]any{"FirstName": first, "LastName": last, "Username": plain(first + "." + last + "@acme.example"),
			"Email": plain(first + "." + last + "@acme.example"), "IsActive": true, "UserType": "Standard", "ProfileId": profile, "UserRoleId": role[as]})
	}
	markets := hire("Mia", "Marketer", "Marketing")
	hire("Kim", "Kundeservice", "Customer success")
	intern := hire("Ina", "Intern", UnlistedRole)
	hire("Ivo", "Intern", UnlistedRole)
	m.insert("PermissionSetAssignment", since, map[string]any{"AssigneeId": markets, "PermissionSetId": fairs, "IsActive": true})
	for _, t := range []struct{ app, user string }{{"Lapsed", m.sf.Users()[0]}, {"HubSpot", markets}, {UnlistedApp, intern}, {UnlistedApp, markets}} {
		m.insert("OauthToken", since, map[string]any{"AppName": t.app, "UserId": t.user, "UseCount": 12})
	}
}

func (m *maker) staffHubSpot() {
	m.hs.DefineProperty(UnlistedProperty, "number")
	marketing, sales, interns := m.hs.AddRole("Marketing"), m.hs.AddRole("Sales"), m.hs.AddRole(UnlistedRole)
	nordics := m.hs.AddTeam("Nordics")
	for _, u := range []hubspot.User{
		{Email: "owner@acme.example", First: "Olga", Last: "Owner", Roles: []string{marketing}, SuperAdmin: true},
		{Email: "mia.marketer@acme.example", First: "Mia", Last: "Marketer", Roles: []string{marketing}, Team: nordics},
		{Email: "sam.seller@acme.example", First: "Sam", Last: "Seller", Roles: []string{sales}, Team: nordics},
		{Email: "ina.intern@acme.example", First: "Ina", Last: "Intern", Roles: []string{interns}},
		{Email: "ivo.intern@acme.example", First: "Ivo", Last: "Intern", Roles: []string{interns}},
	} {
		m.hs.AddUser(u)
	}
}
