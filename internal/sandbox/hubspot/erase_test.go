package hubspot

import (
	"fmt"
	"slices"
	"testing"
	"time"
)

func (b *bench) eraseID(id string) got {
	b.t.Helper()
	return b.post(contacts+"/gdpr-delete", map[string]string{"objectId": id})
}

// Line 23.
func TestErase(t *testing.T) {
	b := newBench(t)
	id, other := b.old("ann@example.com"), b.old("bob@example.com")
	deal := b.InsertDeal(map[string]string{"dealstage": "closedwon"}, id)
	list := b.AddList("news", Manual, id, other)
	g := b.eraseID(id).want(204)
	if g.text != "" {
		t.Errorf("body %q", g.text)
	}
	b.get(contacts+"/"+id).want(404, "OBJECT_NOT_FOUND")
	b.get(contacts + "/" + id + "?archived=true").want(404)
	for _, path := range []string{contacts, contacts + "?archived=true", "/crm/lists/2026-09/" + list + "/memberships"} {
		g := b.get(path).want(200)
		for i := range g.rows() {
			if g.at("results", i, "id") == id || g.at("results", i, "recordId") == id {
				t.Errorf("%s still lists the erased contact", path)
			}
		}
	}
	if g := b.post(contacts+"/search", "{}"); !slices.Equal(g.ids(), []string{other}) {
		t.Errorf("search %s", g.text)
	}
	if !b.DealExists(deal) {
		t.Error("the deal went too")
	}
	if c := b.lastChange(); c.Verb != "delete" || c.ID != id || c.Forbidden {
		t.Errorf("change %+v", c)
	}
	if _, state := b.Get(id); state != "erased" {
		t.Errorf("state %s", state)
	}
	// Line 24, the repeat.
	b.eraseID(id).want(404)
	b.Switch(func(s *Switches) { s.RepeatErase204 = true })
	b.eraseID(id).want(204)
	b.eraseID("424242").want(404)
	b.post(contacts+"/gdpr-delete", "{}").want(400)
	if n := len(b.stage.Book.Changes()); n != 1 {
		t.Errorf("%d changes", n)
	}
}

// Line 24.
func TestEraseStranger(t *testing.T) {
	b := newBench(t)
	id := b.person("ann@example.com")
	b.post(contacts+"/gdpr-delete", map[string]string{"idProperty": "email", "objectId": "anne@example.com"}).want(204)
	if c := b.lastChange(); c.Verb != "blocklist" || !c.Forbidden || !b.Blocklisted("anne@example.com") {
		t.Errorf("change %+v", c)
	}
	if _, state := b.Get(id); state != "live" {
		t.Errorf("state %s", state)
	}
	b.post(contacts+"/gdpr-delete", map[string]string{"idProperty": "email", "objectId": "Ann@example.com"}).want(204)
	if c := b.lastChange(); c.Verb != "delete" || c.ID != id {
		t.Errorf("change %+v", c)
	}
}

// Line 25.
func TestReappearance(t *testing.T) {
	b := newBench(t)
	id := b.person("ann@example.com", "hs_additional_emails", "ann@example.org")
	b.eraseID(id).want(204)
	if _, ok := b.Import(Contact{Properties: map[string]string{"email": "ann@example.org"}}); ok {
		t.Error("an import brought a blocklisted address back")
	}
	if _, ok := b.Import(Contact{Properties: map[string]string{"email": "zoe@example.org"}}); !ok {
		t.Error("an import of a stranger was refused")
	}
	again := b.SubmitForm("ann@example.com", "guid-1", "Newsletter")
	if _, state := b.Get(again); again == id || state != "live" {
		t.Errorf("form: id %s after %s, %s", again, id, state)
	}
	g := b.post(contacts, `{"properties":{"email":"ann@example.org"}}`).want(201)
	if made := g.at("id"); made == id || made == again {
		t.Errorf("create: id %v", made)
	}
	if c := b.lastChange(); c.Verb != "create" || !c.Forbidden {
		t.Errorf("change %+v", c)
	}
	if g = b.post(contacts, `{"properties":{"email":"ann@example.com"}}`).want(409, "CONFLICT"); g.at("message") != "Contact already exists. Existing ID: "+again {
		t.Errorf("conflict %s", g.text)
	}
}

// Line 26.
func TestArchive(t *testing.T) {
	b := newBench(t)
	ann, bob := b.person("ann@example.com"), b.person("bob@example.com")
	b.send("DELETE", contacts+"/424242", "", "").want(204)
	b.post(contacts+"/batch/archive", map[string]any{"inputs": inputs("424242")}).want(204)
	if n := len(b.stage.Book.Changes()); n != 0 {
		t.Errorf("unknown ids made %d changes", n)
	}
	b.post(contacts+"/batch/archive", map[string]any{"inputs": inputs(slices.Repeat([]string{ann}, 101)...)}).want(400)
	b.send("DELETE", contacts+"/"+ann, "", "").want(204)
	b.post(contacts+"/batch/archive", map[string]any{"inputs": inputs(ann, bob)}).want(204)
	if n := len(b.stage.Book.Changes()); n != 2 {
		t.Errorf("%d changes, want one for each contact", n)
	}
	b.get(contacts + "/" + ann).want(404)
	b.pass(89 * 24 * time.Hour)
	b.Restore(ann)
	b.get(contacts + "/" + ann).want(200)
	other := b.person("bob@example.com")
	b.Restore(bob)
	if _, state := b.Get(bob); state != "archived" {
		t.Errorf("restored although %s has the address: %s", other, state)
	}
	b.pass(24 * time.Hour)
	b.Restore(bob)
	if _, state := b.Get(bob); state != "absent" {
		t.Errorf("after 90 days: %s", state)
	}
	if _, state := b.Get(ann); state != "live" {
		t.Errorf("the bin swallowed a restored contact: %s", state)
	}
}

func TestFormRevivesArchived(t *testing.T) {
	b := newBench(t)
	id := b.person("ann@example.com")
	b.Archive(id)
	if again := b.SubmitForm("ann@example.com", "g", "Form"); again != id {
		t.Errorf("id %s, want %s", again, id)
	}
	b.get(contacts + "/" + id).want(200)
}

// Line 27.
func TestResidue(t *testing.T) {
	b := newBench(t)
	id := b.person("ann@example.com")
	b.eraseID(id).want(204)
	b.pass(29 * 24 * time.Hour)
	if got := b.Residue(); !slices.Equal(got, []string{id}) {
		t.Errorf("day 29: %v", got)
	}
	b.pass(24 * time.Hour)
	if got := b.Residue(); len(got) != 0 {
		t.Errorf("day 30: %v", got)
	}
}

// Section 12, row 2: an erased contact may be seen for some minutes.
func TestEraseShowsLate(t *testing.T) {
	b := newBench(t)
	b.Switch(func(s *Switches) { s.EraseHidesAfter = 3 * time.Minute })
	id := b.person("ann@example.com")
	b.eraseID(id).want(204)
	b.eraseID(id).want(204)
	b.get(contacts + "/" + id).want(200)
	b.pass(3 * time.Minute)
	b.get(contacts + "/" + id).want(404)
	if n := len(b.stage.Book.Changes()); n != 1 {
		t.Errorf("%d changes", n)
	}
	b.Switch(func(s *Switches) { s.EraseForbidden = true })
	b.eraseID(b.person("bob@example.com")).want(403)
}

// Line 36 and section 8.
func TestAssociations(t *testing.T) {
	b := newBench(t)
	ann, bob := b.person("ann@example.com"), b.person("bob@example.com")
	var deals []string
	for range 501 {
		deals = append(deals, b.InsertDeal(map[string]string{"dealstage": "closedwon", "closedate": "2026-05-01T00:00:00.000Z"}, ann))
	}
	path := "/crm/associations/2026-09/contacts/deals/batch/read"
	g := b.post(path, map[string]any{"inputs": inputs(ann, bob, "424242")}).want(200)
	if len(g.rows()) != 1 || len(g.at("results", 0, "to").([]any)) != 500 || g.at("results", 0, "from", "id") != ann {
		t.Fatalf("%d rows", len(g.rows()))
	}
	if g.at("results", 0, "to", 0, "toObjectId") != deals[0] || g.at("results", 0, "to", 0, "associationTypes", 0, "typeId") != 4.0 {
		t.Errorf("first %v", g.at("results", 0, "to", 0))
	}
	after := g.at("results", 0, "paging", "next", "after").(string)
	g = b.post(path, map[string]any{"inputs": []map[string]string{{"id": ann, "after": after}}}).want(200)
	if g.at("results", 0, "to", 0, "toObjectId") != deals[500] || g.at("results", 0, "paging") != nil {
		t.Errorf("second page %s", g.text)
	}
	b.Switch(func(s *Switches) { s.NumericObjectIDs = true })
	g = b.post(path, map[string]any{"inputs": []map[string]string{{"id": ann, "after": after}}})
	if got := g.at("results", 0, "to", 0, "toObjectId"); fmt.Sprintf("%.0f", got) != deals[500] {
		t.Errorf("numeric id %v, want %s", got, deals[500])
	}
	b.post(path, map[string]any{"inputs": inputs(slices.Repeat([]string{ann}, 1001)...)}).want(400)

	props, _ := b.Get(ann)
	if props["num_associated_deals"] != "501" || props["recent_deal_close_date"] != "2026-05-01T00:00:00.000Z" {
		t.Errorf("contact %v", props)
	}
	g = b.post("/crm/objects/2026-09/deals/batch/read", map[string]any{
		"inputs": inputs(deals[0], "1"), "properties": []string{"dealstage", "hs_is_closed_won", "amount", "nonsense"},
	}).want(207)
	row := g.at("results", 0, "properties").(map[string]any)
	amount, there := row["amount"]
	if _, nonsense := row["nonsense"]; nonsense || row["hs_is_closed_won"] != "true" || !there || amount != nil {
		t.Errorf("deal %s", g.text)
	}
	if g = b.get("/crm/pipelines/2026-09/deals").want(200); g.at("results", 0, "stages", 3, "metadata", "isClosed") != "true" {
		t.Errorf("pipelines %s", g.text)
	}
}
