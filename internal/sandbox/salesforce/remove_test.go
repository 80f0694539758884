package salesforce

import (
	"net/url"
	"strings"
	"testing"
	"time"
)

// Checklist 25.
func TestDelete(t *testing.T) {
	s := newSite(t)
	id := s.contact("Gone", "Email", "gone@example.com")
	path := "/sobjects/Contact/" + id
	equal(t, "body", s.send("DELETE", path, "").ok(204).body, "")
	s.state("Contact", id, "binned")
	s.send("DELETE", path, "").fails(404, "ENTITY_IS_DELETED")
	s.send("GET", path, "").fails(404, "NOT_FOUND")
	s.Adjust(func(c *Conduct) { c.GoneCode = "ENTITY_IS_DELETED" })
	s.send("GET", path, "").fails(404, "ENTITY_IS_DELETED")
	r := s.page(qAll("SELECT Email, IsDeleted, MasterRecordId FROM Contact WHERE Id = '" + id + "'")).Records[0]
	equal(t, "data in the bin", r["Email"], any("gone@example.com"))
	equal(t, "IsDeleted", r["IsDeleted"], any(true))
	equal(t, "MasterRecordId", r["MasterRecordId"], nil)
	equal(t, "book", s.verbs(), "delete")
}

// Checklist 26.
func TestCaseBlocksContact(t *testing.T) {
	s := newSite(t)
	id := s.contact("Kundera", "FirstName", "Mila")
	c := s.Insert("Case", map[string]any{"ContactId": id, "Status": "New"})
	r := s.send("DELETE", "/sobjects/Contact/"+id, "")
	r.fails(400, "DELETE_FAILED")
	equal(t, "message", r.list()[0]["message"], any("Your attempt to delete Mila Kundera could not be completed because it is associated with the following cases.: 00001001"))
	s.state("Contact", id, "live")
	s.Remove("Case", c)
	s.send("DELETE", "/sobjects/Contact/"+id, "").ok(204)

	// Staff clear the way first, whatever it takes; the rest goes along.
	id = s.contact("Blocked")
	c, task := s.Insert("Case", map[string]any{"ContactId": id}), s.Insert("Task", map[string]any{"WhoId": id})
	s.Remove("Contact", id)
	s.state("Contact", id, "binned")
	s.state("Task", task, "binned")
	s.state("Case", c, "live")
}

// Checklist 27.
func TestCascade(t *testing.T) {
	s := newSite(t)
	account := s.Insert("Account", map[string]any{"Name": "Acme"})
	individual := s.Insert("Individual", map[string]any{"LastName": "Row"})
	id := s.contact("Row", "AccountId", account, "IndividualId", individual)
	opportunity := s.Insert("Opportunity", map[string]any{"Name": "Deal", "AccountId": account, "StageName": "Open"})
	mail := s.Insert("EmailMessage", map[string]any{"FromAddress": "row@example.com", "Incoming": true})
	goes := map[string]string{
		"Task":                   s.Insert("Task", map[string]any{"WhoId": id}),
		"Event":                  s.Insert("Event", map[string]any{"WhoId": id}),
		"CampaignMember":         s.Insert("CampaignMember", map[string]any{"ContactId": id}),
		"OpportunityContactRole": s.Insert("OpportunityContactRole", map[string]any{"ContactId": id, "OpportunityId": opportunity}),
	}
	stays := map[string]string{
		"Account": account, "Individual": individual, "Opportunity": opportunity, "EmailMessage": mail,
		"EmailMessageRelation": s.Insert("EmailMessageRelation", map[string]any{"RelationId": id, "EmailMessageId": mail, "RelationAddress": "row@example.com"}),
		"Order":                s.Insert("Order", map[string]any{"BillToContactId": id}),
	}
	s.send("DELETE", "/sobjects/Contact/"+id, "").ok(204)
	for object, kid := range goes {
		s.state(object, kid, "binned")
	}
	for object, kid := range stays {
		s.state(object, kid, "live")
	}
	var d struct {
		ChildRelationships []struct {
			ChildSObject, Field             string
			CascadeDelete, RestrictedDelete bool
		}
	}
	s.send("GET", "/sobjects/Contact/describe", "").ok(200).decode(&d)
	told := map[string]bool{}
	for _, c := range d.ChildRelationships {
		told[c.ChildSObject] = true
		_, cascades := goes[c.ChildSObject]
		blocks := c.ChildSObject == "Case" || c.ChildSObject == "Contract" || c.ChildSObject == "User"
		equal(t, c.ChildSObject+" cascadeDelete", c.CascadeDelete, cascades)
		equal(t, c.ChildSObject+" restrictedDelete", c.RestrictedDelete, blocks)
	}
	if !told["Task"] || !told["Case"] || !told["EmailMessageRelation"] {
		t.Fatalf("childRelationships lack objects: %v", told)
	}
	s.Undelete("Contact", id)
	for object, kid := range goes {
		s.state(object, kid, "live")
	}
	s.Remove("Individual", individual)
	equal(t, "IndividualId", s.field("Contact", id, "IndividualId"), nil)
}

// Checklist 28.
func TestPortalUsersAndPersonAccounts(t *testing.T) {
	s := newSite(t)
	id := s.contact("Portal")
	user := s.Insert("User", map[string]any{"ContactId": id, "IsActive": true, "LastName": "Portal"})
	s.send("DELETE", "/sobjects/Contact/"+id, "").fails(400, "DELETE_FAILED")
	s.Update("User", user, map[string]any{"IsActive": false})
	s.send("DELETE", "/sobjects/Contact/"+id, "").ok(204)

	account := s.Insert("Account", map[string]any{"IsPersonAccount": true, "FirstName": "Pia", "LastName": "Person", "PersonEmail": "pia@example.com", "PersonBirthdate": "2001-02-03"})
	contact := s.field("Account", account, "PersonContactId").(string)
	r := s.page(q("SELECT IsPersonAccount, Name, Email, Birthdate, Account.Name FROM Contact WHERE Id = '" + contact + "'")).Records[0]
	equal(t, "the contact's side", strings.TrimSpace(jsonOf([]any{r["IsPersonAccount"], r["Name"], r["Email"], r["Birthdate"], r["Account"].(map[string]any)["Name"]})), `[true,"Pia Person","pia@example.com","2001-02-03","Pia Person"]`)
	s.send("PATCH", "/sobjects/Account/"+account, `{"PersonHasOptedOutOfEmail":true}`, "Sforce-Auto-Assign", "FALSE").ok(204)
	equal(t, "opt-out on the contact's side", s.field("Contact", contact, "HasOptedOutOfEmail"), any(true))
	equal(t, "book", s.verbs(), "delete, unsubscribe")
	s.send("DELETE", "/sobjects/Contact/"+contact, "").fails(400, "INVALID_PERSON_ACCOUNT_OPERATION")
	s.send("PATCH", "/sobjects/Contact/"+contact, `{"DoNotCall":true}`).fails(400, "INVALID_PERSON_ACCOUNT_OPERATION")
	task := s.Insert("Task", map[string]any{"WhoId": contact})
	deal := s.Insert("Opportunity", map[string]any{"Name": "Won", "AccountId": account, "StageName": "Closed Won"})
	s.send("DELETE", "/sobjects/Account/"+account, "").fails(400, "DELETE_FAILED")
	s.Remove("Opportunity", deal)
	s.send("DELETE", "/sobjects/Account/"+account, "").ok(204)
	s.state("Contact", contact, "binned")
	s.state("Task", task, "binned")
}

// Checklist 29.
func TestConvertedLead(t *testing.T) {
	s := newSite(t)
	id := s.lead("Done", "IsConverted", true, "ConvertedContactId", s.contact("Done"))
	equal(t, "in queries", s.names(q("SELECT LastName FROM Lead WHERE IsConverted = true")), "Done")
	s.send("PATCH", "/sobjects/Lead/"+id, `{"DoNotCall":true}`).fails(400, "CANNOT_UPDATE_CONVERTED_LEAD")
	s.Adjust(func(c *Conduct) { c.EditConverted = true })
	s.send("PATCH", "/sobjects/Lead/"+id, `{"DoNotCall":true}`).ok(204)
	s.send("DELETE", "/sobjects/Lead/"+id, "").ok(204)
}

// Checklist 30: approval locks; the locked row is in faults_test.go.
func TestApprovalLock(t *testing.T) {
	s := newSite(t)
	id := s.lead("Row")
	s.Mark("Lead", id, Locked)
	s.send("PATCH", "/sobjects/Lead/"+id, `{"DoNotCall":true}`).fails(400, "ENTITY_IS_LOCKED")
	s.send("DELETE", "/sobjects/Lead/"+id, "").fails(400, "ENTITY_IS_LOCKED")
	s.Mark("Lead", id, 0)
	s.send("DELETE", "/sobjects/Lead/"+id, "").ok(204)
}

func (s *site) deletedIDs(object string, from, to time.Time) string {
	s.t.Helper()
	v := url.Values{"start": {from.Format(time.RFC3339)}, "end": {to.Format(time.RFC3339)}}
	var d struct{ DeletedRecords []struct{ ID string } }
	s.send("GET", "/sobjects/"+object+"/deleted/?"+v.Encode(), "").ok(200).decode(&d)
	var ids []string
	for _, r := range d.DeletedRecords {
		ids = append(ids, r.ID)
	}
	return strings.Join(ids, " ")
}

// Checklist 31.
func TestBin(t *testing.T) {
	s := newSite(t)
	a, b, c := s.lead("A"), s.lead("B"), s.lead("C")
	for _, id := range []string{a, b, c} {
		s.send("DELETE", "/sobjects/Lead/"+id, "").ok(204)
	}
	later := start.Add(time.Hour)
	equal(t, "/deleted", s.deletedIDs("Lead", start.Add(-time.Hour), later), a+" "+b+" "+c)
	s.Undelete("Lead", b)
	s.Purge("Lead", c)
	equal(t, "rows", s.names(q("SELECT LastName FROM Lead")), "B")
	equal(t, "all rows", s.names(qAll("SELECT LastName FROM Lead")), "A B")
	equal(t, "/deleted", s.deletedIDs("Lead", start.Add(-time.Hour), later), a)
	s.advance(15*24*time.Hour - time.Minute)
	s.login()
	s.state("Lead", a, "binned")
	s.advance(2 * time.Minute)
	equal(t, "all rows after 15 days", s.names(qAll("SELECT LastName FROM Lead")), "B")
	equal(t, "/deleted after 15 days", s.deletedIDs("Lead", start.Add(-time.Hour), start.AddDate(0, 0, 16)), "")
	s.state("Lead", a, "gone")
	s.send("DELETE", "/sobjects/Lead/"+a, "").fails(404, "NOT_FOUND")

	s.Adjust(func(c *Conduct) { c.BinCap = 2 })
	var ids []string
	for range 3 {
		ids = append(ids, s.lead("More"))
		s.Remove("Lead", ids[len(ids)-1])
	}
	s.state("Lead", ids[0], "binned") // not before two hours
	s.advance(2 * time.Hour)
	s.state("Lead", ids[0], "gone")
	s.state("Lead", ids[1], "binned")
}

// Checklist 33.
func TestMerge(t *testing.T) {
	s := newSite(t)
	winner, loser := s.contact("Winner"), s.contact("Loser", "HasOptedOutOfEmail", true)
	task := s.Insert("Task", map[string]any{"WhoId": loser, "Status": "Completed", "ActivityDate": start})
	s.advance(time.Hour)
	s.Merge("Contact", winner, loser)
	r := s.page(qAll("SELECT IsDeleted, MasterRecordId FROM Contact WHERE Id = '" + loser + "'")).Records[0]
	equal(t, "IsDeleted", r["IsDeleted"], any(true))
	equal(t, "MasterRecordId", r["MasterRecordId"], any(winner))
	equal(t, "child", s.field("Task", task, "WhoId"), any(winner))
	equal(t, "child's stamp", s.field("Task", task, "SystemModstamp").(time.Time), start)
	equal(t, "winner's stamp", s.field("Contact", winner, "SystemModstamp").(time.Time), start.Add(time.Hour))
	equal(t, "winner's opt-out", s.field("Contact", winner, "HasOptedOutOfEmail"), any(false))
	equal(t, "/deleted", s.deletedIDs("Contact", start, start.Add(2*time.Hour)), loser)
}

// Checklist 34.
func TestReplication(t *testing.T) {
	s := newSite(t)
	id := s.lead("Row")
	s.Remove("Lead", id)
	get := func(call string, from, to time.Time) response {
		v := url.Values{"start": {from.Format(time.RFC3339)}, "end": {to.Format(time.RFC3339)}}
		return s.send("GET", "/sobjects/Lead/"+call+"?"+v.Encode(), "")
	}
	get("deleted", start, start.Add(30*time.Second)).fails(400, "INVALID_REPLICATION_DATE")
	get("updated", start, start.Add(-time.Hour)).fails(400, "INVALID_REPLICATION_DATE")
	get("updated", start.AddDate(0, 0, -31), start).fails(400, "INVALID_REPLICATION_DATE")
	s.send("GET", "/sobjects/Lead/deleted?start=yesterday&end=today", "").fails(400, "INVALID_REPLICATION_DATE")
	m := get("deleted", start.AddDate(0, 0, -40), start.Add(time.Hour)).ok(200).object()
	equal(t, "earliestDateAvailable", m["earliestDateAvailable"], any("2026-11-09T09:00:00.000+0000"))
	equal(t, "latestDateCovered", m["latestDateCovered"], any("2026-11-24T09:00:00.000+0000"))
	live := s.lead("Live")
	equal(t, "updated", get("updated", start, start.Add(time.Hour)).ok(200).object()["ids"].([]any)[0], any(live))
	s.lead("Second")
	s.Adjust(func(c *Conduct) { c.MaxReplicated = 1 })
	get("deleted", start, start.Add(time.Hour)).ok(200)
	get("updated", start, start.Add(time.Hour)).fails(400, "EXCEEDED_ID_LIMIT")
}
