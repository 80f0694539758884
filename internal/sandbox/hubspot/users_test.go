package hubspot

import (
	"fmt"
	"testing"
)

const users = "/settings/users/2026-09"

func TestUsers(t *testing.T) {
	b := newBench(t)
	role, team, second := b.AddRole("Sales"), b.AddTeam("Nordics"), b.AddTeam("Fairs")
	id := b.AddUser(User{Email: "sam@acme.example", First: "Sam", Roles: []string{role}, Team: team, MoreTeams: []string{second}})
	g := b.get(users).want(200)
	if g.at("results", 0, "superAdmin") != true || g.at("results", 0, "primaryTeamId") != nil || g.at("paging") != nil {
		t.Errorf("the owner: %s", g.text)
	}
	u := fmt.Sprint(g.at("results", 1, "id"), g.at("results", 1, "roleIds"), g.at("results", 1, "primaryTeamId"), g.at("results", 1, "secondaryTeamIds"))
	if want := fmt.Sprintf("%s[%s]%s[%s]", id, role, team, second); u != want {
		t.Errorf("%s, want %s", u, want)
	}
	if r := b.get(users+"/roles").want(200).at("results", 0); r.(map[string]any)["name"] != "Sales" {
		t.Errorf("role %v", r)
	}
	teams := b.get("/settings/v3/users/teams").want(200)
	if teams.at("results", 0, "userIds", 0) != id || teams.at("results", 1, "secondaryUserIds", 0) != id {
		t.Errorf("teams %s", teams.text)
	}
}

func TestUsersInPages(t *testing.T) {
	b := newBench(t)
	for i := range 250 {
		b.AddUser(User{Email: fmt.Sprintf("u%d@acme.example", i)})
	}
	seen, after, pages := map[any]bool{}, "", 0
	for {
		g := b.get(users + "?limit=100" + after).want(200)
		rows := g.at("results").([]any)
		for i := range rows {
			seen[g.at("results", i, "id")] = true
		}
		pages++
		if g.at("paging") == nil {
			break
		}
		after = "&after=" + g.at("paging", "next", "after").(string)
	}
	if len(seen) != 251 || pages != 3 {
		t.Errorf("%d users on %d pages", len(seen), pages)
	}
	b.get(users+"?limit=101").want(400, "VALIDATION_ERROR")
	b.get(users+"?after=1").want(400, "VALIDATION_ERROR")
}

func TestUsersNeedScopes(t *testing.T) {
	b := newBench(t)
	for path, scope := range map[string]string{users: "settings.users.read", users + "/roles": "settings.users.read", users + "/teams": "settings.users.teams.read"} {
		b.AddToken("narrow", "crm.objects.contacts.read")
		b.token = "narrow"
		g := b.get(path).want(403, "MISSING_SCOPES")
		if got := g.at("errors", 0, "context", "requiredGranularScopes", 0); got != scope {
			t.Errorf("%s names %v", path, got)
		}
		b.AddToken("wide", scope)
		b.token = "wide"
		b.get(path).want(200)
	}
}
