package salesforce

import (
	"fmt"
	"testing"
)

// COUNT(field) tells how many live rows fill it, several fields a question.
func TestFilledColumnsAreCounted(t *testing.T) {
	s := newSite(t)
	for _, typ := range []string{"string:80", "double", "date", "textarea:255", "boolean", "multipicklist", "textarea:32000", "encryptedstring"} {
		s.AddField("Contact", fmt.Sprintf("F%c_%d__c", typ[0], len(typ)), typ)
	}
	s.contact("One", "Fs_9__c", "x", "Fd_6__c", 4, "Fm_13__c", "a;b")
	s.contact("Two", "Fs_9__c", "y", "Fb_7__c", true)
	s.Remove("Contact", s.contact("Gone", "Fs_9__c", "z"))
	p := s.page(q("SELECT COUNT(Id), COUNT(Fs_9__c), COUNT(Fd_6__c), COUNT(Ft_12__c) FROM Contact"))
	equal(t, "rows", len(p.Records), 1)
	for i, want := range []float64{2, 2, 1, 0} {
		equal(t, fmt.Sprint("expr", i), p.Records[0][fmt.Sprint("expr", i)], any(want))
	}
	equal(t, "several choices", s.page(q("SELECT COUNT() FROM Contact WHERE Fm_13__c != null")).TotalSize, 1)
	equal(t, "ticked", s.page(q("SELECT COUNT() FROM Contact WHERE Fb_7__c = true")).TotalSize, 1)
	for _, f := range []string{"Fb_7__c", "Fm_13__c", "Ft_14__c", "Fe_15__c"} {
		s.send("GET", q("SELECT COUNT("+f+") FROM Contact"), "").fails(400, "MALFORMED_QUERY")
	}
	for _, f := range []string{"Ft_14__c", "Fe_15__c"} {
		s.send("GET", q("SELECT COUNT() FROM Contact WHERE "+f+" != null"), "").fails(400, "INVALID_FIELD")
	}
	told := map[string]string{}
	for _, f := range s.send("GET", "/sobjects/Contact/describe", "").ok(200).object()["fields"].([]any) {
		f := f.(map[string]any)
		if f["custom"] == true {
			told[f["name"].(string)] = fmt.Sprint(f["aggregatable"], f["filterable"])
		}
	}
	equal(t, "describe", fmt.Sprint(told), "map[Fb_7__c:false true Fd_4__c:true true Fd_6__c:true true Fe_15__c:false false Fm_13__c:false true Fs_9__c:true true Ft_12__c:true true Ft_14__c:false false]")
	s.send("POST", "/jobs/query", jsonOf(map[string]string{"operation": "query", "query": "SELECT COUNT(Id) FROM Contact"})).fails(400, "API_ERROR")
}

// What users may see of the org's users and programs hangs on three permissions,
// and they can ask which of them they have.
func TestPermissionsOfTheUser(t *testing.T) {
	s := newSite(t)
	set := s.Insert("PermissionSet", map[string]any{"Name": "Mailers", "Label": "Mailers"})
	s.Insert("PermissionSetAssignment", map[string]any{"AssigneeId": s.users.staff, "PermissionSetId": set, "IsActive": true})
	s.Insert("OauthToken", map[string]any{"AppName": "Ours", "UserId": s.users.api})
	s.Insert("OauthToken", map[string]any{"AppName": "Theirs", "UserId": s.users.staff})
	size := func(soql string) int { return s.page(q(soql)).TotalSize }
	equal(t, "users", size("SELECT Id FROM User"), 3)
	equal(t, "tokens", size("SELECT COUNT() FROM OauthToken"), 2)
	p := s.page(q("SELECT Id, AppName FROM OauthToken WHERE AppName NOT IN ('Ours')"))
	equal(t, "token", fmt.Sprint(p.Records[0]["Id"], p.Records[0]["AppName"]), "<nil>Theirs")
	p = s.page(q("SELECT Assignee.Name, PermissionSet.Label FROM PermissionSetAssignment WHERE PermissionSet.IsOwnedByProfile = false"))
	equal(t, "set", p.Records[0]["PermissionSet"].(map[string]any)["Label"], any("Mailers"))
	const mine = "SELECT PermissionsViewSetup, PermissionsViewAllUsers, PermissionsCustomizeApplication FROM UserPermissionAccess"
	have := func() string {
		r := s.page(q(mine)).Records[0]
		return fmt.Sprint(r["PermissionsViewSetup"], r["PermissionsViewAllUsers"], r["PermissionsCustomizeApplication"])
	}
	equal(t, "permissions", have(), "true true true")
	s.Adjust(func(c *Conduct) { c.NoCustomize, c.NoViewAllUsers, c.NoViewSetup = true, true, true })
	equal(t, "permissions", have(), "false false false")
	equal(t, "own tokens", size("SELECT AppName FROM OauthToken"), 1)
	equal(t, "users", size("SELECT Id FROM User"), 1)
	s.send("GET", q("SELECT Id FROM PermissionSetAssignment"), "").fails(400, "INVALID_TYPE")
	s.send("GET", "/sobjects/PermissionSet/describe", "").fails(404, "NOT_FOUND")
	s.send("GET", "/sobjects/User/"+s.users.staff, "").fails(404, "NOT_FOUND")
	s.send("GET", "/limits/recordCount?sObjects=Lead", "").fails(403, "INSUFFICIENT_ACCESS")
	s.Adjust(func(c *Conduct) { c.NoCustomize = false })
	equal(t, "permissions", have(), "false false true")
}

// Tokens come 500 a page, and no more than 2,500.
func TestTokensAreCut(t *testing.T) {
	s := newSite(t)
	for i := range 2600 {
		s.Insert("OauthToken", map[string]any{"AppName": fmt.Sprint("App ", i%7), "UserId": s.users.staff})
	}
	p, rows := s.page(q("SELECT AppName FROM OauthToken")), 0
	for {
		rows += len(p.Records)
		equal(t, "totalSize", p.TotalSize, 2600)
		if len(p.Records) > 500 {
			t.Fatalf("%d rows in a page", len(p.Records))
		}
		if p.Done {
			break
		}
		p = s.page(p.NextRecordsURL)
	}
	equal(t, "rows", rows, 2500)
	equal(t, "count", s.page(q("SELECT COUNT() FROM OauthToken")).TotalSize, 2600)
}
