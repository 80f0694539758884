package salesforce

import (
	"context"
	"errors"
	"net/http"

	"github.com/lapsed/lapsed/connectors"
	"github.com/lapsed/lapsed/connectors/salesforce/internal/api"
	"github.com/lapsed/lapsed/internal/fault"
)

// surveyor gathers a survey of the org.
type surveyor struct {
	c *Connector
	connectors.Survey
	rights rights
}

// rights are the permissions without which an answer leaves rows out in silence.
type rights struct{ setup, allUsers, customize bool }

// Survey tells which custom fields of leads, contacts and person accounts are
// filled, who the active users are by role, profile and permission sets, and which
// connected apps hold tokens. It costs some ten calls.
func (c *Connector) Survey(ctx context.Context) (connectors.Survey, error) {
	v := &surveyor{c: c}
	for _, part := range []func(context.Context) error{v.permissions, v.users, v.apps, v.fields} {
		err := part(ctx)
		if err == nil {
			err = c.api.Budget(api.ForWhole)
		}
		if err != nil {
			return connectors.Survey{}, err
		}
	}
	v.Sort()
	return v.Survey, nil
}

// permissions asks which of our user's permissions decide about what it is shown.
func (v *surveyor) permissions(ctx context.Context) error {
	r, err := v.c.api.Query(ctx, api.Select{Object: "UserPermissionAccess",
		Columns: []string{"PermissionsViewSetup", "PermissionsViewAllUsers", "PermissionsCustomizeApplication"}})
	if denied(err) {
		return nil // each part says what it would need
	}
	if err != nil {
		return err
	}
	if len(r.Rows) != 1 {
		return v.emptied("UserPermissionAccess")
	}
	row := r.Rows[0]
	v.rights = rights{setup: row[0] == "true", allUsers: row[1] == "true", customize: row[2] == "true"}
	return nil
}

// all reads every row of a question in the order of Id, which is its first column,
// and holds their number against the org's count.
func (v *surveyor) all(ctx context.Context, s api.Select) ([]api.Row, error) {
	counted, err := v.c.api.Query(ctx, s.Count())
	if err != nil {
		return nil, err
	}
	var rows []api.Row
	for last := ""; ; last = rows[len(rows)-1][0] {
		page, err := v.c.api.After(ctx, s, last)
		if err != nil {
			return nil, err
		}
		rows = append(rows, page.Rows...)
		if len(page.Rows) < api.PageSize {
			break
		}
	}
	if len(rows) != counted.Total { // people work meanwhile
		if counted, err = v.c.api.Query(ctx, s.Count()); err != nil {
			return nil, err
		}
	}
	if len(rows) != counted.Total {
		return nil, v.emptied(s.Object)
	}
	return rows, nil
}

// emptied is the error of an answer that shows less than there must be.
func (v *surveyor) emptied(object string) error {
	return &fault.Error{Kind: fault.Transient, Op: v.c.opt.Name + " survey " + object, Hint: "fewer or more rows came than there must be"}
}

// denied tells a question that our user may not ask from one that failed.
func denied(err error) bool {
	var e *fault.Error
	if !errors.As(err, &e) || e.Kind == fault.RateLimited {
		return false
	}
	return notThere(err) || e.Status == http.StatusForbidden && e.Code == ""
}
