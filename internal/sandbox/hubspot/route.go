package hubspot

import (
	"net/http"
	"net/url"
	"slices"
	"strings"

	"github.com/lapsed/lapsed/internal/sandbox/kit"
)

// route is one call of the API. Its template, with the method before it, is what
// the book keeps and what faults match.
type route struct {
	method, path string // path in the dated form: {v} is the version
	legacy       string // the one legacy version that answers too, "" = none
	purpose      kit.Purpose
	needs        []need
	body         bodyKind
	serve        func(*Portal, *request) answer
}

type bodyKind uint8

const (
	noBody bodyKind = iota
	jsonBody
	formBody
)

func (r *route) template() string { return r.method + " " + r.path }

// dated are the versions that every call answers in.
var dated = []string{"2026-09", "2026-03"}

// segments splits a path as it was sent and decodes each segment once: an
// address that was encoded twice stays wrong. Legacy paths have the version
// before the name of the API; they come out in the dated order. False means that
// no call has such a path.
func segments(u *url.URL) ([]string, bool) {
	parts := strings.Split(strings.Trim(u.EscapedPath(), "/"), "/")
	for i, s := range parts {
		text, err := url.PathUnescape(s)
		if err != nil {
			return nil, false
		}
		parts[i] = text
	}
	if len(parts) > 2 && (parts[0] == "crm" || parts[0] == "settings") {
		if isLegacy(parts[2]) {
			return parts, false // the dated order is for dated versions
		}
		if isLegacy(parts[1]) {
			parts[1], parts[2] = parts[2], parts[1]
		}
	}
	for i, s := range parts {
		switch s {
		case "0-1":
			parts[i] = "contacts"
		case "0-3":
			parts[i] = "deals"
		}
	}
	return parts, true
}

func isLegacy(s string) bool { return len(s) == 2 && s[0] == 'v' && s[1] >= '1' && s[1] <= '9' }

// match finds the route of a request. Without one it says which methods the path
// has.
func match(routes []*route, method string, parts []string) (found *route, vars map[string]string, methods []string) {
	for _, r := range routes {
		v, ok := r.fits(parts)
		if !ok {
			continue
		}
		if r.method != method {
			methods = append(methods, r.method)
			continue
		}
		if found == nil || len(v) < len(vars) { // a literal segment beats a variable
			found, vars = r, v
		}
	}
	return found, vars, methods
}

func (r *route) fits(parts []string) (map[string]string, bool) {
	want := strings.Split(strings.Trim(r.path, "/"), "/")
	if len(want) != len(parts) {
		return nil, false
	}
	vars := map[string]string{}
	for i, w := range want {
		switch {
		case w == "{v}":
			if !slices.Contains(dated, parts[i]) && parts[i] != r.legacy {
				return nil, false
			}
			vars["v"] = parts[i]
		case strings.HasPrefix(w, "{"):
			vars[strings.Trim(w, "{}")] = parts[i]
		case w != parts[i]:
			return nil, false
		}
	}
	return vars, true
}

// routes is the account's whole surface.
func routes() []*route {
	get, post, put, del, patch := http.MethodGet, http.MethodPost, http.MethodPut, http.MethodDelete, http.MethodPatch
	contacts, lists, comm := "/crm/objects/{v}/contacts", "/crm/lists/{v}", "/communication-preferences/{v}"
	one := []need{contactsRead}
	return []*route{
		{post, "/oauth/{v}/token", "v1", kit.Session, nil, formBody, (*Portal).token},
		{get, "/account-info/{v}/details", "v3", kit.Describe, []need{account}, noBody, (*Portal).details},
		{get, "/account-info/{v}/api-usage/daily/private-apps", "v3", kit.Describe, []need{account}, noBody, (*Portal).usage},
		{get, "/crm/properties/{v}/contacts", "v3", kit.Describe, []need{schemas}, noBody, (*Portal).contactProperties},
		{get, "/crm/properties/{v}/contacts/{name}", "v3", kit.Describe, []need{schemas}, noBody, (*Portal).contactProperty},
		{get, "/crm/properties/{v}/deals", "v3", kit.Describe, []need{dealsRead}, noBody, (*Portal).dealProperties},
		{get, "/crm/pipelines/{v}/deals", "v3", kit.Describe, []need{dealsRead}, noBody, (*Portal).pipelines},

		{get, "/settings/users/{v}", "v3", kit.Describe, []need{usersRead}, noBody, (*Portal).users},
		{get, "/settings/users/{v}/roles", "v3", kit.Describe, []need{usersRead}, noBody, (*Portal).rolesOf},
		{get, "/settings/users/{v}/teams", "v3", kit.Describe, []need{teamsRead}, noBody, (*Portal).teamsOf},

		{get, contacts, "v3", kit.Read, one, noBody, (*Portal).list},
		{post, contacts, "v3", kit.Write, []need{contactsWrite}, jsonBody, (*Portal).create},
		{get, contacts + "/{id}", "v3", kit.Reread, one, noBody, (*Portal).get},
		{patch, contacts + "/{id}", "v3", kit.Write, []need{contactsWrite}, jsonBody, (*Portal).update},
		{del, contacts + "/{id}", "v3", kit.Write, []need{contactsWrite}, noBody, (*Portal).archiveOne},
		{post, contacts + "/batch/read", "v3", kit.Reread, one, jsonBody, (*Portal).batchRead},
		{post, contacts + "/batch/archive", "v3", kit.Write, []need{contactsWrite}, jsonBody, (*Portal).batchArchive},
		{post, contacts + "/search", "v3", kit.Read, one, jsonBody, (*Portal).search},
		{post, contacts + "/gdpr-delete", "v3", kit.Write, []need{contactsWrite}, jsonBody, (*Portal).gdprDelete},

		{post, "/crm/associations/{v}/contacts/deals/batch/read", "v4", kit.Read, []need{contactsRead, dealsRead}, jsonBody, (*Portal).associations},
		{post, "/crm/associations/{v}/deals/contacts/batch/read", "v4", kit.Read, []need{contactsRead, dealsRead}, jsonBody, (*Portal).dealAssociations},
		{post, "/crm/objects/{v}/deals/search", "v3", kit.Read, []need{dealsRead}, jsonBody, (*Portal).searchDeals},
		{post, "/crm/objects/{v}/deals/batch/read", "v3", kit.Read, []need{dealsRead}, jsonBody, (*Portal).batchDeals},
		{post, "/crm/objects/{v}/notes", "v3", kit.Write, []need{contactsWrite}, jsonBody, (*Portal).engage},
		{post, "/crm/objects/{v}/tasks", "v3", kit.Write, []need{contactsWrite}, jsonBody, (*Portal).engage},
		{post, "/crm/objects/{v}/calls", "v3", kit.Write, []need{contactsWrite}, jsonBody, (*Portal).engage},
		{post, "/crm/objects/{v}/emails", "v3", kit.Write, []need{contactsWrite}, jsonBody, (*Portal).engage},

		{get, comm + "/definitions", "v4", kit.Describe, []need{definitionsRead}, noBody, (*Portal).definitions},
		{get, comm + "/statuses/{email}", "v4", kit.Reread, []need{statusRead}, noBody, (*Portal).statuses},
		{post, comm + "/statuses/{email}", "v4", kit.Write, []need{statusWrite}, jsonBody, (*Portal).setStatus},
		{get, comm + "/statuses/{email}/unsubscribe-all", "v4", kit.Reread, []need{statusRead}, noBody, (*Portal).wides},
		{post, comm + "/statuses/{email}/unsubscribe-all", "v4", kit.Write, []need{statusWrite}, noBody, (*Portal).unsubscribeAll},
		{post, comm + "/statuses/batch/read", "v4", kit.Read, []need{statusBatchRead}, jsonBody, (*Portal).batchStatuses},
		{post, comm + "/statuses/batch/write", "v4", kit.Write, []need{statusBatchWrite}, jsonBody, (*Portal).batchSetStatus},
		{post, comm + "/statuses/batch/unsubscribe-all/read", "v4", kit.Read, []need{statusBatchRead}, jsonBody, (*Portal).batchWides},
		{post, comm + "/statuses/batch/unsubscribe-all", "v4", kit.Write, []need{statusBatchWrite}, jsonBody, (*Portal).batchUnsubscribeAll},
		{post, "/communication-preferences/v3/unsubscribe", "", kit.Write, []need{statusWrite}, jsonBody, (*Portal).oldUnsubscribe},
		{post, "/communication-preferences/v3/subscribe", "", kit.Write, []need{statusWrite}, jsonBody, (*Portal).oldSubscribe},

		{get, lists + "/records/contacts/{id}/memberships", "v3", kit.Read, []need{listsRead}, noBody, (*Portal).membershipsOf},
		{post, lists + "/records/memberships/batch/read", "v3", kit.Read, []need{listsRead}, jsonBody, (*Portal).batchMemberships},
		{post, lists + "/search", "v3", kit.Read, []need{listsRead}, jsonBody, (*Portal).searchLists},
		{get, lists + "/{listId}", "v3", kit.Read, []need{listsRead}, noBody, (*Portal).getList},
		{get, lists + "/{listId}/memberships", "v3", kit.Read, []need{listsRead}, noBody, (*Portal).members},
		{get, lists + "/{listId}/memberships/join-order", "v3", kit.Read, []need{listsRead}, noBody, (*Portal).members},
		{put, lists + "/{listId}/memberships/remove", "v3", kit.Write, []need{listsRead, listsWrite}, jsonBody, (*Portal).leaveList},
		{put, lists + "/{listId}/memberships/add", "v3", kit.Write, []need{listsRead, listsWrite}, jsonBody, (*Portal).joinList},
		{put, lists + "/{listId}/memberships/add-and-remove", "v3", kit.Write, []need{listsRead, listsWrite}, jsonBody, (*Portal).editList},
		{del, lists + "/{listId}/memberships", "v3", kit.Write, []need{listsRead, listsWrite}, noBody, (*Portal).emptyList},

		{post, "/crm/exports/{v}/export/async", "v3", kit.Read, []need{exporting}, jsonBody, (*Portal).startExport},
		{get, "/crm/exports/{v}/export/async/tasks/{id}/status", "v3", kit.Read, []need{exporting}, noBody, (*Portal).exportStatus},
		{get, "/exports/{secret}/contacts.csv", "", kit.Read, nil, noBody, (*Portal).download},
	}
}
