package hubspot

import (
	"encoding/csv"
	"net/http"
	"slices"
	"strings"
	"testing"
	"time"
)

const lists = "/crm/lists/2026-09/"

// Line 35.
func TestLeaveList(t *testing.T) {
	b := newBench(t)
	ann, bob := b.person("ann@example.com"), b.person("bob@example.com")
	news, dynamic := b.AddList("News", Manual, ann, bob), b.AddList("Hot", Dynamic, ann)
	remove := lists + news + "/memberships/remove"
	g := b.json("PUT", remove, []string{ann, "424242"}).want(200)
	if g.text != `{"recordsIdsAdded":[],"recordIdsRemoved":["`+ann+`"],"recordIdsMissing":[]}` {
		t.Errorf("answer %s", g.text)
	}
	if c := b.lastChange(); c.Verb != "leave" || c.ID != ann || c.Topic != news || c.Forbidden {
		t.Errorf("change %+v", c)
	}
	if g = b.json("PUT", remove, []string{ann}).want(200); len(g.at("recordIdsRemoved").([]any)) != 0 {
		t.Errorf("again %s", g.text)
	}
	b.json("PUT", remove, map[string]any{"inputs": []string{ann}}).want(400)
	b.json("PUT", lists+dynamic+"/memberships/remove", []string{ann}).want(400, "VALIDATION_ERROR")
	b.json("PUT", lists+"999/memberships/remove", []string{ann}).want(404)
	b.SetWorkflow(news, true)
	b.json("PUT", remove, []string{bob}).want(200)
	if got := b.Members(news); !slices.Equal(got, []string{bob}) {
		t.Errorf("members %v", got)
	}
	if b.forbidden() != 0 {
		t.Error("leaving is forbidden")
	}
	b.json("PUT", lists+news+"/memberships/add", []string{ann}).want(200)
	b.send("DELETE", lists+news+"/memberships", "", "").want(204)
	if b.forbidden() != 2 || len(b.Members(news)) != 0 {
		t.Errorf("%d forbidden, members %v", b.forbidden(), b.Members(news))
	}
}

func TestListReads(t *testing.T) {
	b := newBench(t)
	ann, bob := b.person("ann@example.com"), b.person("bob@example.com")
	news, other := b.AddList("News", Manual, ann, bob), b.AddList("Fair", Snapshot, ann)
	b.AddList("Hot", Dynamic)
	g := b.get(lists + "records/0-1/" + ann + "/memberships").want(200)
	if len(g.rows()) != 2 || g.at("results", 0, "listId") != news || g.at("results", 1, "listId") != other {
		t.Errorf("memberships %s", g.text)
	}
	g = b.post(lists+"records/memberships/batch/read", map[string]any{"inputs": []map[string]string{{"objectTypeId": "0-1", "recordId": bob}}}).want(200)
	if !strings.Contains(g.text, `"listId":"`+news+`"`) {
		t.Errorf("batch %s", g.text)
	}
	g = b.post(lists+"search", map[string]any{"processingTypes": []string{"MANUAL", "SNAPSHOT"}, "count": 1}).want(200)
	if g.at("hasMore") != true || g.at("total") != 2.0 || g.at("lists", 0, "processingType") != "MANUAL" {
		t.Errorf("search %s", g.text)
	}
	b.post(lists+"search", map[string]any{"count": 501}).want(400)
	g = b.get(lists + news + "/memberships?limit=1").want(200)
	g = b.get(lists + news + "/memberships?limit=1&after=" + g.at("paging", "next", "after").(string)).want(200)
	if g.at("results", 0, "recordId") != bob || g.at("paging") != nil {
		t.Errorf("second page %s", g.text)
	}
	b.get(lists + news + "/memberships?limit=251").want(400)
	if g = b.get(lists + news); g.at("list", "name") != "News" {
		t.Errorf("list %s", g.text)
	}
}

// Section 3: an export takes its time, and its URL is a secret that dies.
func TestExport(t *testing.T) {
	b := newBench(t)
	id := b.person("ann@example.com")
	body := map[string]any{"exportType": "VIEW", "format": "CSV", "objectType": "CONTACT", "objectProperties": []string{"email"}, "exportInternalValuesOptions": []string{"NAMES", "VALUES"}}
	first := b.post("/crm/exports/2026-09/export/async", body).want(202).at("id").(string)
	second := b.post("/crm/exports/2026-09/export/async", body).want(202).at("id").(string)
	status := func(id string) got {
		return b.get("/crm/exports/2026-09/export/async/tasks/" + id + "/status").want(200)
	}
	if status(first).at("status") != "PROCESSING" || status(second).at("status") != "PENDING" {
		t.Error("exports do not queue")
	}
	b.pass(10 * time.Second)
	g := status(first)
	url, _ := g.at("result").(string)
	if g.at("status") != "COMPLETE" || url == "" {
		t.Fatalf("status %s", g.text)
	}
	path := strings.TrimPrefix(url, b.url)
	b.token = ""
	rows, err := csv.NewReader(strings.NewReader(b.get(path).want(200).text)).ReadAll()
	if err != nil || len(rows) != 2 || rows[0][1] != "email" || rows[1][0] != id || rows[1][1] != "ann@example.com" {
		t.Errorf("export %v, %v", rows, err)
	}
	b.pass(5 * time.Minute)
	b.get(path).want(http.StatusForbidden)
}
