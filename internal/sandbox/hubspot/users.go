package hubspot

import (
	"net/http"
	"slices"
	"strconv"
)

// Who has a login, and by which role and teams, as the user provisioning API tells.

var (
	usersRead = need{"settings.users.read", "crm.objects.users.read"}
	teamsRead = need{"settings.users.teams.read"}
)

// usersPage is the most users of a page.
const usersPage = 100

// User is somebody who may log in.
type User struct {
	Email, First, Last string
	Roles              []string // ids, of AddRole
	Team               string   // id, of AddTeam; "" = none
	MoreTeams          []string
	SuperAdmin         bool
}

// login is a user with the id that the account gave.
type login struct {
	User
	id string
}

// named is a role or a team.
type named struct{ id, name string }

// AddRole adds a set of permissions that users can have, and returns its id.
func (p *Portal) AddRole(name string) string {
	defer p.act()()
	r := named{itoa(100_000 + int64(len(p.roles))), name}
	p.roles = append(p.roles, r)
	return r.id
}

// AddTeam adds a team and returns its id.
func (p *Portal) AddTeam(name string) string {
	defer p.act()()
	t := named{itoa(40_000_000 + int64(len(p.teams))), name}
	p.teams = append(p.teams, t)
	return t.id
}

// AddUser gives somebody a login, or changes the one of this address, and returns
// its id. An account has an owner from its first day: owner@acme.example.
func (p *Portal) AddUser(u User) string {
	defer p.act()()
	for i := range p.logins {
		if p.logins[i].Email == u.Email {
			p.logins[i].User = u
			return p.logins[i].id
		}
	}
	l := login{u, itoa(70_000_000 + int64(len(p.logins)))}
	p.logins = append(p.logins, l)
	return l.id
}

// owner is who opened the account.
func owner() login {
	return login{User{Email: "owner@acme.example", First: "Olga", Last: "Owner", SuperAdmin: true}, "70000000"}
}

// users is GET /settings/users/{v}. The cursor is the last id of the page before.
func (p *Portal) users(q *request) answer {
	limit := usersPage
	if text := q.query("limit"); text != "" {
		n, err := strconv.Atoi(text)
		if err != nil || n < 1 || n > usersPage {
			return q.invalid("limit must be between 1 and %d", usersPage)
		}
		limit = n
	}
	from := 0
	if after := q.query("after"); after != "" {
		if from = slices.IndexFunc(p.logins, func(l login) bool { return l.id == after }) + 1; from == 0 {
			return q.invalid("Invalid cursor")
		}
	}
	end := min(from+limit, len(p.logins))
	page := p.logins[from:end]
	switch {
	case q.met(faultEmpty), q.met(faultEmptyNext):
		page = nil
	case q.met(faultDuplicate) && from > 0:
		page = p.logins[from-1 : end]
	}
	rows := []map[string]any{}
	for _, l := range page {
		rows = append(rows, l.row())
	}
	out := map[string]any{"results": rows}
	if end < len(p.logins) && !q.met(faultEmpty) || q.met(faultEmptyNext) {
		last := p.logins[end-1].id
		out["paging"] = map[string]any{"next": map[string]string{"after": last, "link": "https://api.hubapi.com/settings/users/" + q.vars["v"] + "?after=" + last}}
	}
	return reply(http.StatusOK, out, len(rows))
}

// row leaves out what the user lacks, as optional fields of the spec are.
func (l login) row() map[string]any {
	m := map[string]any{"id": l.id, "email": l.Email, "roleIds": append([]string{}, l.Roles...), "superAdmin": l.SuperAdmin}
	for name, v := range map[string]string{"firstName": l.First, "lastName": l.Last, "primaryTeamId": l.Team} {
		if v != "" {
			m[name] = v
		}
	}
	if len(l.Roles) > 0 {
		m["roleId"] = l.Roles[0]
	}
	if len(l.MoreTeams) > 0 {
		m["secondaryTeamIds"] = l.MoreTeams
	}
	return m
}

// rolesOf is GET /settings/users/{v}/roles.
func (p *Portal) rolesOf(q *request) answer {
	rows := []map[string]any{}
	for _, r := range p.roles {
		rows = append(rows, map[string]any{"id": r.id, "name": r.name, "requiresBillingWrite": false})
	}
	if q.met(faultEmpty) || q.met(faultEmptyNext) {
		rows = rows[:0]
	}
	return reply(http.StatusOK, map[string]any{"results": rows}, len(rows))
}

// teamsOf is GET /settings/users/{v}/teams.
func (p *Portal) teamsOf(q *request) answer {
	rows := []map[string]any{}
	for _, t := range p.teams {
		first, second := []string{}, []string{}
		for _, l := range p.logins {
			switch {
			case l.Team == t.id:
				first = append(first, l.id)
			case slices.Contains(l.MoreTeams, t.id):
				second = append(second, l.id)
			}
		}
		rows = append(rows, map[string]any{"id": t.id, "name": t.name, "userIds": first, "secondaryUserIds": second})
	}
	if q.met(faultEmpty) || q.met(faultEmptyNext) {
		rows = rows[:0]
	}
	return reply(http.StatusOK, map[string]any{"results": rows}, len(rows))
}
