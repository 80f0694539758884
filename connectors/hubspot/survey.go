package hubspot

import (
	"context"
	"net/http"
	"slices"
	"strings"

	"github.com/lapsed/lapsed/connectors"
	"github.com/lapsed/lapsed/connectors/hubspot/internal/api"
	"github.com/lapsed/lapsed/internal/fault"
)

// surveyor gathers a survey of the account.
type surveyor struct {
	c *Connector
	connectors.Survey
}

// Survey tells which custom properties contacts fill, and who the users are by role
// and team. It costs a search for each custom property, at most five a second, and
// a handful of other calls. Connected apps are always unread: HubSpot tells no
// program which ones there are.
func (c *Connector) Survey(ctx context.Context) (connectors.Survey, error) {
	v := &surveyor{c: c}
	for _, part := range []func(context.Context) error{v.users, v.fields} {
		if err := part(ctx); err != nil {
			return connectors.Survey{}, err
		}
	}
	v.Lacks(connectors.PartApps, "connected apps", "compare the account's connected apps, service keys and private apps (Settings → Integrations) with the policy by hand: HubSpot tells no program which there are")
	v.Sort()
	return v.Survey, nil
}

// forbidden tells a question that the token may not ask from one that failed.
func forbidden(err error) bool {
	return status(err) == http.StatusForbidden && !fault.Is(err, fault.RateLimited)
}

// superAdmin is what HubSpot calls who may do everything. It is no role.
const superAdmin = "Super Admin"

// users groups the account's users by the names of their roles and teams.
func (v *surveyor) users(ctx context.Context) error {
	users, err := v.c.api.Users(ctx)
	if forbidden(err) {
		v.Lacks(connectors.PartUsers, "settings.users.read", "Grant the token the scope settings.users.read, to read the account's users and roles")
		return nil
	}
	if err != nil {
		return err
	}
	roles, err := v.names(ctx, v.c.api.Roles, "settings.users.read", "roles")
	if err != nil {
		return err
	}
	teams, err := v.names(ctx, v.c.api.Teams, "settings.users.teams.read", "teams")
	if err != nil {
		return err
	}
	var groups connectors.Groups
	unnamed := false
	for _, u := range users {
		names, ok := called(roles, "role ", u.Roles)
		in, known := called(teams, "team ", append(u.MoreTeams, u.Team))
		names, unnamed = append(names, in...), unnamed || !ok || !known
		if u.SuperAdmin {
			names = append(names, superAdmin)
		}
		groups.Add(string(u.ID), names...)
	}
	if unnamed {
		v.Lacks(connectors.PartUsers, "roles and teams", "look up the roles and teams of the account's users by hand: HubSpot names not all of them")
	}
	v.Users = groups.List()
	return nil
}

// called are the names of roles or teams. One that nobody can name is still one.
func called(names map[api.ID]string, what string, ids []api.ID) (list []string, all bool) {
	all = true
	for _, id := range ids {
		name, ok := names[id]
		if !ok && id != "" {
			name, all = what+string(id), false
		}
		list = append(list, name)
	}
	return list, all
}

// names reads what roles or teams are called; nil if the token may not.
func (v *surveyor) names(ctx context.Context, read func(context.Context) (map[api.ID]string, error), scope, what string) (map[api.ID]string, error) {
	names, err := read(ctx)
	if forbidden(err) {
		v.Lacks(connectors.PartUsers, scope, "Grant the token the scope "+scope+", to read what the users' "+what+" are called")
		return nil, nil
	}
	return names, err
}

// fields counts who fills the properties that HubSpot doesn't ship.
func (v *surveyor) fields(ctx context.Context) error {
	custom, err := v.custom(ctx)
	if err != nil {
		return err
	}
	var refused []string
	for _, name := range custom {
		if err := v.c.api.DaySpent(api.ForWhole); err != nil {
			return err
		}
		n, err := v.c.api.Filled(ctx, name)
		switch {
		case forbidden(err):
			v.Lacks(connectors.PartFields, "crm.objects.contacts.read", "Grant the token the scope to read contacts")
			return nil
		case status(err) == http.StatusBadRequest:
			refused = append(refused, name)
		case err != nil:
			return err
		case n > 0:
			v.Fields = append(v.Fields, connectors.FilledField{Name: name, Records: n})
		}
	}
	if len(refused) > 0 {
		v.Lacks(connectors.PartFields, strings.Join(refused, ", "), "look by hand who fills these: HubSpot doesn't search for them")
	}
	return nil
}

// custom lists the properties that hold something of their own and that HubSpot
// doesn't ship, those of every sensitivity.
func (v *surveyor) custom(ctx context.Context) ([]string, error) {
	var names []string
	for _, level := range []string{"", api.Sensitive, api.HighlySensitive} {
		defined, _, err := v.c.api.Properties(ctx, level)
		switch {
		case forbidden(err) && level == "":
			v.Lacks(connectors.PartFields, "crm.schemas.contacts.read", "Grant the token the scope to read the contacts' properties")
			return nil, nil
		case forbidden(err):
			scope := "crm.objects.contacts." + level + ".read.v2"
			v.Lacks(connectors.PartFields, scope, "Grant the token the scope "+scope+", or look by hand which such properties are filled")
			continue
		case status(err) == http.StatusBadRequest && level != "": // the account's plan has none
			continue
		case err != nil:
			return nil, err
		case level == "" && len(defined) == 0:
			return nil, &fault.Error{Kind: fault.Transient, Op: v.c.name + " contacts", Hint: "an account without properties was shown"}
		}
		for _, p := range defined {
			if p.Custom() && !p.Archived && !p.Calculated {
				names = append(names, p.Name)
			}
		}
	}
	slices.Sort(names)
	return slices.Compact(names), nil
}
