package salesforce

import (
	"context"
	"maps"
	"slices"

	"github.com/lapsed/lapsed/connectors"
	"github.com/lapsed/lapsed/connectors/salesforce/internal/api"
)

// tokensShown is how many rows of OauthToken the org shows to a question, however
// many it counts (object reference, "OauthToken").
const tokensShown = 2500

// holders are the users who gave an app a token, and whether all of them are known.
type holders struct {
	users map[string]bool
	known bool
}

// apps lists the connected apps that hold tokens of users. Where there are more
// tokens than one question shows, it asks again for the other apps, until none is
// left: so every app is found, if not all who authorised it.
func (v *surveyor) apps(ctx context.Context) error {
	if !v.rights.customize {
		v.Lacks(connectors.PartApps, "Customize Application", `give our user "Customize Application", without which Salesforce shows it no tokens but its own, or let a human look at the org's "Connected Apps OAuth Usage"`)
	}
	found, where := map[string]*holders{}, ""
	for {
		counted, rows, err := v.tokens(ctx, where)
		if denied(err) {
			v.Lacks(connectors.PartApps, "OauthToken: Read", "let our user read OauthToken")
			return nil
		}
		if err != nil {
			return err
		}
		before := len(found)
		for _, row := range rows {
			h := found[row[0]]
			if h == nil {
				h = &holders{users: map[string]bool{}, known: len(rows) >= counted}
				found[row[0]] = h
			}
			h.users[row[1]] = true
		}
		if len(rows) >= counted {
			break
		}
		if len(found) == before {
			return v.emptied("OauthToken")
		}
		where = api.NotIn("AppName", slices.DeleteFunc(slices.Sorted(maps.Keys(found)), func(s string) bool { return s == "" }))
	}
	v.name(found)
	return nil
}

// tokens counts the tokens that meet a condition and reads those that are shown.
// Our own permissions come with them: an answer that was emptied as a whole is
// found out. Conditions name apps, and go in the call's body.
func (v *surveyor) tokens(ctx context.Context, where string) (counted int, rows []api.Row, err error) {
	all := api.Select{Object: "OauthToken", Columns: []string{"AppName", "UserId"}, Where: where, Cut: tokensShown}
	rs, err := v.c.api.Queries(ctx, []api.Select{all.Count(), all, {Object: "UserPermissionAccess", Columns: []string{"Id"}}})
	if err != nil {
		return 0, nil, err
	}
	if len(rs[2].Rows) != 1 {
		return 0, nil, v.emptied("OauthToken")
	}
	return rs[0].Total, rs[1].Rows, nil
}

// name tells of the apps. Salesforce doesn't say by which of them we came: ours is
// the one that holds our user's tokens, if all of these are of one app.
func (v *surveyor) name(found map[string]*holders) {
	var ours []string
	for app, h := range found {
		if h.users[v.c.UserID()] {
			ours = append(ours, app)
		}
	}
	for app, h := range found {
		a := connectors.App{Name: app, Ours: len(ours) == 1 && ours[0] == app}
		if h.known {
			a.Users = len(h.users)
		}
		v.Apps = append(v.Apps, a)
	}
}
