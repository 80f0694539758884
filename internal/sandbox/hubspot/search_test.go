package hubspot

import (
	"fmt"
	"slices"
	"strconv"
	"testing"
	"time"
)

func by(name, operator string, value any) map[string]any {
	return map[string]any{"propertyName": name, "operator": operator, "value": value}
}

func group(f ...map[string]any) map[string]any { return map[string]any{"filters": f} }

func groups(g ...map[string]any) map[string]any { return map[string]any{"filterGroups": g} }

func repeat(n int) []map[string]any {
	return slices.Repeat([]map[string]any{by("email", "EQ", "a@example.com")}, n)
}

// Line 13.
func TestSearchLimits(t *testing.T) {
	b := newBench(t)
	five := []map[string]any{}
	for range 5 {
		five = append(five, group(repeat(3)...))
	}
	for name, c := range map[string]struct {
		body any
		want int
	}{
		"200":              {map[string]any{"limit": 200}, 200},
		"201":              {map[string]any{"limit": 201}, 400},
		"two sorts":        {map[string]any{"sorts": []map[string]string{{"propertyName": "email"}, {"propertyName": "createdate"}}}, 400},
		"sort by name":     {map[string]any{"sorts": []string{"email"}}, 200},
		"6 groups":         {groups(append(slices.Clone(five), group(repeat(1)...))...), 400},
		"5 groups":         {groups(five...), 200},
		"7 filters":        {groups(group(repeat(7)...)), 400},
		"6 filters":        {groups(group(repeat(6)...)), 200},
		"18 filters":       {groups(group(repeat(6)...), group(repeat(6)...), group(repeat(6)...)), 200},
		"19 filters":       {groups(group(repeat(6)...), group(repeat(6)...), group(repeat(6)...), group(repeat(1)...)), 400},
		"unknown operator": {groups(group(by("email", "LIKE", "a"))), 400},
		"unknown property": {groups(group(by("nonsense", "EQ", "a"))), 400},
		"no value":         {groups(group(map[string]any{"propertyName": "email", "operator": "EQ"})), 400},
		"no high value":    {groups(group(by("createdate", "BETWEEN", "1"))), 400},
		"not a time":       {groups(group(by("createdate", "GT", "yesterday"))), 400},
		"long":             {map[string]any{"query": string(slices.Repeat([]byte("a"), 3001))}, 400},
		"not an object":    {"[]", 400},
	} {
		t.Run(name, func(t *testing.T) { b.post(contacts+"/search", c.body).want(c.want) })
	}
}

func TestSearchOperators(t *testing.T) {
	b := newBench(t)
	ann := b.old("ann@example.com", "firstname", "Ann", "lifecyclestage", "lead", "num_conversion_events", "9", "recent_conversion_date", "2026-01-02T00:00:00.000Z")
	bob := b.old("bob@example.org", "firstname", "bob", "lifecyclestage", "customer", "num_conversion_events", "10")
	all := []string{ann, bob}
	for _, c := range []struct {
		f    map[string]any
		want []string
	}{
		{by("email", "EQ", "ANN@example.com"), all[:1]},
		{by("email", "NEQ", "ann@example.com"), all[1:]},
		{by("lifecyclestage", "EQ", "LEAD"), nil},
		{by("lifecyclestage", "EQ", "lead"), all[:1]},
		{by("num_conversion_events", "GT", "9"), all[1:]},
		{by("num_conversion_events", "LTE", "9"), all[:1]},
		{by("recent_conversion_date", "LT", start.UnixMilli()), all[:1]},
		{map[string]any{"propertyName": "recent_conversion_date", "operator": "BETWEEN", "value": "2026-01-01", "highValue": "2026-01-03"}, all[:1]},
		{by("hs_object_id", "GT", ann), all[1:]},
		{by("hs_object_id", "GTE", ann), all},
		{map[string]any{"propertyName": "firstname", "operator": "IN", "values": []string{"ann"}}, all[:1]},
		{map[string]any{"propertyName": "firstname", "operator": "IN", "values": []string{"Ann"}}, nil},
		{map[string]any{"propertyName": "firstname", "operator": "NOT_IN", "values": []string{"ann"}}, all[1:]},
		{map[string]any{"propertyName": "recent_conversion_date", "operator": "HAS_PROPERTY"}, all[:1]},
		{map[string]any{"propertyName": "recent_conversion_date", "operator": "NOT_HAS_PROPERTY"}, all[1:]},
		{by("email", "CONTAINS_TOKEN", "example"), all},
		{by("email", "CONTAINS_TOKEN", "*rg"), all[1:]},
		{by("email", "NOT_CONTAINS_TOKEN", "ann"), all[1:]},
	} {
		if g := b.post(contacts+"/search", groups(group(c.f))).want(200); !slices.Equal(g.ids(), c.want) {
			t.Errorf("%v: %v, want %v", c.f, g.ids(), c.want)
		}
	}
	g := b.post(contacts+"/search", map[string]any{"sorts": []map[string]string{{"propertyName": "num_conversion_events", "direction": "DESCENDING"}}})
	if !slices.Equal(g.ids(), []string{bob, ann}) {
		t.Errorf("sorted %v", g.ids())
	}
	if g = b.post(contacts+"/search", map[string]any{"query": "bob"}); !slices.Equal(g.ids(), []string{bob}) {
		t.Errorf("query %v", g.ids())
	}
	if g = b.post(contacts+"/search", groups(group(by("email", "EQ", "ann@example.com")), group(by("lifecyclestage", "EQ", "customer")))); !slices.Equal(g.ids(), all) {
		t.Errorf("two groups %v", g.ids())
	}
}

// Lines 14 and 17: one time for more than ten thousand contacts.
func TestSearchCeiling(t *testing.T) {
	b := newBench(t)
	const many = 10_500
	job := start.Add(-time.Hour)
	for i := range many {
		b.Insert(Contact{
			Properties: map[string]string{"email": fmt.Sprintf("p%d@example.com", i), "lastmodifieddate": stamp(job.UnixMilli())},
			Created:    start.AddDate(-1, 0, 0),
		})
	}
	body := groups(group(by("lastmodifieddate", "GTE", job.UnixMilli()), by("lastmodifieddate", "LTE", job.UnixMilli())))
	body["limit"] = 200
	seen := map[string]bool{}
	after := ""
	for range 100 {
		if body["after"] = after; after == "" {
			delete(body, "after")
		}
		if after == "10000" {
			break
		}
		g := b.post(contacts+"/search", body).want(200)
		if g.at("total") != float64(many) {
			t.Fatalf("total %v", g.at("total"))
		}
		for _, id := range g.ids() {
			seen[id] = true
		}
		after = g.at("paging", "next", "after").(string)
	}
	b.post(contacts+"/search", body).want(400, "VALIDATION_ERROR")
	body["after"], body["limit"] = "9999", 2
	b.post(contacts+"/search", body).want(400, "VALIDATION_ERROR")
	if len(seen) != 10_000 {
		t.Errorf("saw %d before the ceiling", len(seen))
	}
	// The way round it: restart above the last id.
	delete(body, "after")
	last, found := "0", 0
	for {
		body["limit"], body["sorts"] = 200, []map[string]string{{"propertyName": "hs_object_id", "direction": "ASCENDING"}}
		body["filterGroups"] = []map[string]any{group(by("lastmodifieddate", "LTE", job.UnixMilli()), by("hs_object_id", "GT", last))}
		g := b.post(contacts+"/search", body).want(200)
		if len(g.ids()) == 0 {
			break
		}
		if next := g.ids()[len(g.ids())-1]; len(next) < len(last) || len(next) == len(last) && next <= last {
			t.Fatalf("ids are not ascending: %s after %s", next, last)
		}
		found, last = found+len(g.ids()), g.ids()[len(g.ids())-1]
	}
	if found != many {
		t.Errorf("found %d of %d", found, many)
	}
}

// Line 15.
func TestSearchHsLastModified(t *testing.T) {
	b := newBench(t)
	b.old("ann@example.com")
	g := b.post(contacts+"/search", groups(group(by("hs_lastmodifieddate", "GT", "0")))).want(200)
	if g.at("total") != 0.0 {
		t.Errorf("total %v", g.at("total"))
	}
	if g = b.post(contacts+"/search", groups(group(by("lastmodifieddate", "GT", "0")))); g.at("total") != 1.0 {
		t.Errorf("total %v", g.at("total"))
	}
}

// Line 16.
func TestSearchLag(t *testing.T) {
	b := newBench(t)
	find := func(name, value string) string {
		return strconv.Itoa(len(b.post(contacts+"/search", groups(group(by(name, "EQ", value)))).want(200).ids()))
	}
	id := b.person("ann@example.com", "city", "Oslo")
	b.get(contacts + "/" + id).want(200)
	if got := find("city", "Oslo"); got != "0" {
		t.Errorf("the index knows %s at once", got)
	}
	b.pass(10 * time.Second)
	if got := find("city", "Oslo"); got != "1" {
		t.Errorf("after the lag %s", got)
	}
	b.Set(id, map[string]string{"city": "Bergen"})
	b.Set(id, map[string]string{"city": "Tromsø"})
	if find("city", "Oslo") != "1" || find("city", "Tromsø") != "0" {
		t.Error("the index follows at once")
	}
	g := b.post(contacts+"/search", map[string]any{"properties": []string{"city"}})
	if g.at("results", 0, "properties", "city") != "Oslo" || g.at("results", 0, "updatedAt") == b.get(contacts+"/"+id).at("updatedAt") {
		t.Errorf("the index shows %s", g.text)
	}
	b.pass(10 * time.Second)
	if find("city", "Tromsø") != "1" || find("city", "Bergen") != "0" {
		t.Error("the index did not follow")
	}
	b.Archive(id)
	if got := find("city", "Tromsø"); got != "0" {
		t.Errorf("archived, found %s", got)
	}
}

func TestDeterministicIDs(t *testing.T) {
	make := func(seed uint64) []string {
		b := newBench(t, func(o *Options) { o.Seed = seed })
		return []string{b.person("a@example.com"), b.person("b@example.com"), b.InsertDeal(nil), b.person("c@example.com")}
	}
	if a, again, other := make(1), make(1), make(2); !slices.Equal(a, again) || slices.Equal(a, other) {
		t.Errorf("ids %v, %v and %v", a, again, other)
	}
}
