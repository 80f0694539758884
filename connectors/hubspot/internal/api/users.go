package api

import (
	"context"
	"net/http"
	"net/url"
	"strconv"

	"github.com/lapsed/lapsed/internal/fault"
)

const (
	usersPath  = "/settings/users/" + Version
	usersRoute = "/settings/users/{v}"
	usersPage  = 100
)

// User is somebody with a login, without name and address, which are not decoded.
type User struct {
	ID         ID   `json:"id"`
	Roles      []ID `json:"roleIds"`
	Team       ID   `json:"primaryTeamId"`
	MoreTeams  []ID `json:"secondaryTeamIds"`
	SuperAdmin bool `json:"superAdmin"`
}

// Users reads all users of the account, each once.
func (c *Client) Users(ctx context.Context) ([]User, error) {
	var users []User
	seen := map[ID]bool{}
	for after := ""; ; {
		var out struct {
			Results *[]User `json:"results"`
			Paging  *paging `json:"paging"`
		}
		q := call{method: http.MethodGet, path: usersPath, route: usersRoute, query: "limit=" + strconv.Itoa(usersPage), out: &out}
		if after != "" {
			q.query += "&after=" + url.QueryEscape(after)
		}
		if _, err := c.do(ctx, q); err != nil {
			return nil, err
		}
		if out.Results == nil {
			return nil, c.garbled(q, http.StatusOK)
		}
		for _, u := range *out.Results {
			if u.ID == "" {
				return nil, c.garbled(q, http.StatusOK)
			}
			if !seen[u.ID] {
				seen[u.ID] = true
				users = append(users, u)
			}
		}
		next := out.Paging.after()
		switch {
		case out.Paging != nil && out.Paging.Next != nil && (next == "" || next == after || len(*out.Results) == 0):
			return nil, c.garbled(q, http.StatusOK) // there is more, and no way to it
		case next == "" && len(users) == 0: // somebody made the key
			return nil, &fault.Error{Kind: fault.Transient, Op: c.op(q), Hint: "an account without users was shown"}
		case next == "":
			return users, nil
		}
		after = next
	}
}

// Roles reads the names of the account's roles by id.
func (c *Client) Roles(ctx context.Context) (map[ID]string, error) { return c.names(ctx, "/roles") }

// Teams reads the names of the account's teams by id.
func (c *Client) Teams(ctx context.Context) (map[ID]string, error) { return c.names(ctx, "/teams") }

func (c *Client) names(ctx context.Context, of string) (map[ID]string, error) {
	var out struct {
		Results *[]struct {
			ID   ID     `json:"id"`
			Name string `json:"name"`
		} `json:"results"`
	}
	q := call{method: http.MethodGet, path: usersPath + of, route: usersRoute + of, out: &out}
	if _, err := c.do(ctx, q); err != nil {
		return nil, err
	}
	if out.Results == nil {
		return nil, c.garbled(q, http.StatusOK)
	}
	names := map[ID]string{}
	for _, r := range *out.Results {
		names[r.ID] = r.Name
	}
	return names, nil
}
