package hubspot

import (
	"slices"
	"testing"
	"time"
)

// Deals are found by hs_lastmodifieddate, other than contacts (section 3), behind
// the same lag, and lead back to their contacts.
func TestDealSearch(t *testing.T) {
	b := newBench(t)
	ann, bob := b.old("ann@example.com"), b.old("bob@example.com")
	deals := []string{b.InsertDeal(map[string]string{"dealstage": "talks"}, ann), b.InsertDeal(map[string]string{"dealstage": "talks", "amount": "7"}, ann, bob)}
	b.stage.Clock.Advance(time.Hour)
	since := b.stage.Clock.Now().UnixMilli()
	search := func(filters ...map[string]any) []string {
		return b.post("/crm/objects/2026-09/deals/search", map[string]any{
			"filterGroups": []any{map[string]any{"filters": filters}}, "properties": []string{"dealstage"},
			"sorts": []map[string]string{{"propertyName": "hs_object_id", "direction": "DESCENDING"}},
		}).want(200).ids()
	}
	changed := map[string]any{"propertyName": "hs_lastmodifieddate", "operator": "GTE", "value": itoa(since)}
	b.SetDeal(deals[1], map[string]string{"dealstage": "closedlost", "hs_is_closed": "true"})
	if got := search(changed); len(got) != 0 {
		t.Errorf("the index doesn't trail: %v", got)
	}
	b.stage.Clock.Advance(time.Minute)
	if got := search(changed); !slices.Equal(got, deals[1:]) {
		t.Errorf("changed %v, want %v", got, deals[1:])
	}
	if got := search(map[string]any{"propertyName": "amount", "operator": "LT", "value": "8"}); !slices.Equal(got, deals[1:]) {
		t.Errorf("small ones: %v", got)
	}
	if got := search(map[string]any{"propertyName": "hs_object_id", "operator": "GT", "value": "1"}); !slices.Equal(got, []string{deals[1], deals[0]}) {
		t.Errorf("all in descending order: %v", got)
	}
	for _, body := range []string{
		`{"filterGroups":[{"filters":[{"propertyName":"nonsense","operator":"GT","value":"1"}]}]}`,
		`{"filterGroups":[{"filters":[{"propertyName":"amount","operator":"GROWS","value":"1"}]}]}`,
		`{"filterGroups":[{"filters":[{"propertyName":"amount","operator":"GT","value":"much"}]}]}`,
		`{"sorts":[{"propertyName":"nonsense"}]}`, `{"query":"big"}`, `{"limit":201}`,
	} {
		b.post("/crm/objects/2026-09/deals/search", body).want(400, "VALIDATION_ERROR")
	}
	g := b.post("/crm/associations/2026-09/deals/contacts/batch/read", map[string]any{"inputs": []map[string]string{{"id": deals[1]}, {"id": "4242"}}}).want(200)
	if g.at("results", 0, "to", 0, "toObjectId") != ann || g.at("results", 0, "to", 1, "toObjectId") != bob || len(g.rows()) != 1 {
		t.Errorf("whose deal it is: %s", g.text)
	}
	b.eraseID(bob)
	g = b.post("/crm/associations/2026-09/deals/contacts/batch/read", map[string]any{"inputs": []map[string]string{{"id": deals[1]}}})
	if to, _ := g.at("results", 0, "to").([]any); len(to) != 1 {
		t.Errorf("a deal of somebody erased: %s", g.text)
	}
}
