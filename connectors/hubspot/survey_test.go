package hubspot

import (
	"net/http"
	"net/http/httptest"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/lapsed/lapsed/connectors"
	"github.com/lapsed/lapsed/internal/fault"
)

func whats(s connectors.Survey) []string {
	var list []string
	for _, m := range s.Missing {
		list = append(list, m.What)
	}
	return list
}

func TestSurvey(t *testing.T) {
	_, url := play(t, "survey")
	s, err := connect(t, url, nil).Survey(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	if d := cmp.Diff([]connectors.FilledField{{Name: "shoe_size", Records: 12004}, {Name: "untold", Records: 1}}, s.Fields); d != "" {
		t.Error(d)
	}
	if d := cmp.Diff([]connectors.UserGroup{
		{Names: []string{}, Users: 1, IDs: []string{"104"}},
		{Names: []string{"Fairs", "Nordics", "Sales", "team 42"}, Users: 1, IDs: []string{"101"}},
		{Names: []string{"Super Admin"}, Users: 1, IDs: []string{"102"}},
		{Names: []string{"role 9"}, Users: 1, IDs: []string{"103"}},
	}, s.Users); d != "" {
		t.Error(d)
	}
	if d := cmp.Diff([]connectors.Part{connectors.PartApps, connectors.PartFields, connectors.PartUsers}, s.Unread); d != "" || len(s.Apps) > 0 {
		t.Errorf("%s %v", d, s.Apps)
	}
	want := []string{"roles and teams", "crm.objects.contacts.highly_sensitive.read.v2", "allergies", "connected apps"}
	if d := cmp.Diff(want, whats(s)); d != "" {
		t.Error(d)
	}
}

// Without a scope its part is unread, and the rest is told.
func TestSurveyWithoutScopes(t *testing.T) {
	for path, want := range map[string]struct {
		what string
		part connectors.Part
	}{
		"/settings/users/2026-09":                {"settings.users.read", connectors.PartUsers},
		"/settings/users/2026-09/roles":          {"settings.users.read", connectors.PartUsers},
		"/settings/users/2026-09/teams":          {"settings.users.teams.read", connectors.PartUsers},
		"/crm/properties/2026-09/contacts":       {"crm.schemas.contacts.read", connectors.PartFields},
		"/crm/objects/2026-09/contacts/search":   {"crm.objects.contacts.read", connectors.PartFields},
		"/crm/properties/2026-09/contacts?level": {"crm.objects.contacts.sensitive.read.v2", connectors.PartFields},
	} {
		t.Run(path, func(t *testing.T) {
			url := surveyed(t, func(r *http.Request) int {
				asked := r.URL.Path
				if r.URL.Query().Get("dataSensitivity") == "sensitive" {
					asked += "?level"
				}
				if asked == path {
					return http.StatusForbidden
				}
				return http.StatusOK
			})
			s, err := connect(t, url, nil).Survey(t.Context())
			if err != nil || !slices.Contains(whats(s), want.what) || !slices.Contains(s.Unread, want.part) || len(s.Unread) != 2 {
				t.Errorf("unread %v, missing %v, %v", s.Unread, whats(s), err)
			}
			if want.part == connectors.PartUsers && len(s.Fields) != 1 || want.part == connectors.PartFields && len(s.Users) != 1 {
				t.Errorf("%+v", s)
			}
		})
	}
}

// What fails for another reason than a scope is an error, and no empty part.
func TestSurveyFails(t *testing.T) {
	for _, status := range []int{http.StatusUnauthorized, http.StatusInternalServerError, http.StatusTooManyRequests} {
		for _, path := range []string{"/settings/users/2026-09", "/settings/users/2026-09/roles", "/settings/users/2026-09/teams", "/crm/properties/2026-09/contacts", "/crm/objects/2026-09/contacts/search"} {
			url := surveyed(t, func(r *http.Request) int {
				if r.URL.Path == path {
					return status
				}
				return http.StatusOK
			})
			s, err := connect(t, url, nil).Survey(t.Context())
			quiet(t, err)
			if err == nil || fault.Is(err, fault.Unsupported) {
				t.Errorf("%s answers %d: %v %+v", path, status, err, s)
			}
		}
	}
}

// surveyed is an account of one user and one custom property, whose answers have a
// status of their own.
func surveyed(t *testing.T, status func(*http.Request) int) string {
	t.Helper()
	srv := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if n := status(r); n != http.StatusOK {
			w.WriteHeader(n)
			_, _ = w.Write([]byte(`{"category":"OTHER","message":"canary"}`))
			return
		}
		body := `{"results":[]}`
		switch {
		case r.URL.Path == "/settings/users/2026-09":
			body = `{"results":[{"id":"1","email":"canary.person@example.org","roleIds":[],"superAdmin":false}]}`
		case strings.HasSuffix(r.URL.Path, "/search"):
			body = `{"total":3,"results":[{"id":"1"}]}`
		case strings.HasPrefix(r.URL.Path, "/crm/properties") && r.URL.RawQuery == "":
			body = `{"results":[{"name":"shoe_size","hubspotDefined":false}]}`
		}
		_, _ = w.Write([]byte(body))
	}))
	t.Cleanup(srv.Close)
	return srv.URL
}
