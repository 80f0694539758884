package connectortest

import (
	"encoding/json"
	"net/http"
	"slices"
	"strings"
	"testing"

	"github.com/lapsed/lapsed/connectors"
	"github.com/lapsed/lapsed/connectors/hubspot"
	"github.com/lapsed/lapsed/connectors/salesforce"
	"github.com/lapsed/lapsed/internal/contact"
	"github.com/lapsed/lapsed/internal/sandbox"
	"github.com/lapsed/lapsed/internal/sandbox/population"
	"github.com/lapsed/lapsed/internal/secret"
	"github.com/lapsed/lapsed/policy"
)

// world is a sandbox with people, the reference policy's questions to it, and
// its control address, over which everything happens.
type world struct {
	t       *testing.T
	control string
	records map[string][]contact.Ref // by processor, live ones
	sources map[string]connectors.Connector
}

func newWorld(t *testing.T) *world {
	t.Helper()
	s, err := sandbox.Start(sandbox.Options{People: 60, Seed: 7, Now: opening})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = s.Close() })
	var ready struct {
		Control    string
		Salesforce struct {
			LoginURL     string `json:"login_url"`
			ClientID     string `json:"client_id"`
			ClientSecret string `json:"client_secret"`
		}
		HubSpot struct {
			BaseURL string `json:"base_url"`
			Token   string
		}
	}
	if err := json.Unmarshal([]byte(s.Ready()), &ready); err != nil {
		t.Fatal(err)
	}
	doc, _, problems := policy.Parse("reference.yaml", policy.Reference)
	if err := problems.Err(); err != nil {
		t.Fatal(err)
	}
	w := &world{t: t, control: ready.Control, records: map[string][]contact.Ref{}, sources: map[string]connectors.Connector{}}
	fields, topics := doc.Needs("hubspot", hubspot.Catalogue())
	h, err := hubspot.New(hubspot.Options{Name: "hubspot", BaseURL: ready.HubSpot.BaseURL, Token: secret.New(ready.HubSpot.Token), Fields: fields, Topics: topics})
	if err != nil {
		t.Fatal(err)
	}
	fields, topics = doc.Needs("salesforce", salesforce.Catalogue())
	sf, err := salesforce.New(salesforce.Options{Name: "salesforce", LoginURL: ready.Salesforce.LoginURL, ClientID: secret.New(ready.Salesforce.ClientID),
		ClientSecret: secret.New(ready.Salesforce.ClientSecret), Fields: fields, Topics: topics})
	if err != nil {
		t.Fatal(err)
	}
	w.sources["hubspot"], w.sources["salesforce"] = h, sf
	for _, p := range s.Truth().People {
		for _, r := range p.Records {
			w.records[r.Processor] = append(w.records[r.Processor], contact.Ref{Processor: r.Processor, Object: r.Object, ID: r.ID})
		}
	}
	return w
}

// post sends a body to the control address and returns the id in its answer.
func (w *world) post(path string, body any) string {
	w.t.Helper()
	text, err := json.Marshal(body)
	if err != nil {
		w.t.Fatal(err)
	}
	resp, err := http.Post(w.control+path, "application/json", strings.NewReader(string(text)))
	if err != nil {
		w.t.Fatal(err)
	}
	defer func() { _ = resp.Body.Close() }()
	var out struct{ ID, Error string }
	if err := json.NewDecoder(resp.Body).Decode(&out); err != nil || resp.StatusCode != http.StatusOK {
		w.t.Fatalf("%s: %d %s %v", path, resp.StatusCode, out.Error, err)
	}
	return out.ID
}

func (w *world) mutate(act string, r contact.Ref, fields map[string]any) string {
	w.t.Helper()
	return w.post("/mutate", map[string]any{"processor": r.Processor, "act": act, "object": r.Object, "id": r.ID, "fields": fields})
}

// The world's accounts have one role, one app and one field that no policy lists.
func TestSurveyOfAWorld(t *testing.T) {
	w := newWorld(t)
	for name, source := range w.sources {
		s, err := look(t, Account{Connector: source})
		if err != nil || group(s, population.UnlistedRole).Users != 2 {
			t.Errorf("%s: %v %+v", name, err, s)
		}
		for _, u := range s.Users {
			if !slices.ContainsFunc(u.Names, func(n string) bool {
				return slices.Contains([]string{"Sales", "Marketing", "Customer success", population.UnlistedRole}, n)
			}) {
				t.Errorf("%s: another unlisted role: %v", name, u.Names)
			}
		}
		switch name {
		case "hubspot":
			if !slices.ContainsFunc(s.Fields, func(f connectors.FilledField) bool { return f.Name == population.UnlistedProperty }) {
				t.Errorf("fields %v", s.Fields)
			}
		case "salesforce":
			same(t, "apps", s.Apps, []connectors.App{{Name: "HubSpot", Users: 1}, {Name: "Lapsed", Users: 1, Ours: true}, {Name: population.UnlistedApp, Users: 2}})
			same(t, "unread", s.Unread, []connectors.Part(nil))
		}
	}
}

// What happens in the world between two reads, told by the control address, is
// handed over by both processors.
func TestChangesOfAWorld(t *testing.T) {
	w := newWorld(t)
	for name, source := range w.sources {
		t.Run(name, func(t *testing.T) {
			w.t = t
			w.post("/advance", map[string]int{"seconds": 7200})
			a := Account{Connector: source}
			seen := map[contact.Ref]bool{}
			r, err := source.Read(t.Context(), func(ks []contact.Contact) error {
				for _, k := range ks {
					seen[k.Ref] = true
				}
				return nil
			})
			if err != nil {
				t.Fatal(err)
			}
			var live []contact.Ref
			for _, ref := range w.records[name] {
				if seen[ref] && ref.Object != "Lead" { // some leads are converted, and change no more
					live = append(live, ref)
				}
			}
			w.post("/advance", map[string]int{"seconds": 7200})
			title := map[string]string{"hubspot": "jobtitle", "salesforce": "Title"}[name]
			w.mutate("set", live[0], map[string]any{title: "Canary"})
			w.mutate("optout", live[1], nil)
			w.mutate("delete", live[2], nil)
			fields := map[string]any{"email": "fresh.canary@example.org"}
			if name == "salesforce" {
				fields = map[string]any{"Email": "fresh.canary@example.org", "LastName": "Canary"}
			}
			made := contact.Ref{Processor: name, Object: live[0].Object}
			made.ID = w.mutate("create", made, fields)
			w.post("/advance", map[string]int{"seconds": 600})
			got, gone, _ := since(t, a, r.Mark)
			for _, ref := range []contact.Ref{live[0], live[1], made} {
				if _, ok := got[ref]; !ok {
					t.Errorf("%s is missing", ref)
				}
			}
			if !optedOut(a, got[live[1]]) || !slices.Contains(gone, live[2]) || len(got) > 6 {
				t.Errorf("opted out: %v, gone %v, %d contacts", optedOut(a, got[live[1]]), gone, len(got))
			}
		})
	}
}
