package app

import (
	"context"
	"fmt"
	"net/http/httptest"
	"os"
	"path/filepath"
	"testing"
	"time"

	"github.com/lapsed/lapsed/internal/sandbox/hubspot"
	"github.com/lapsed/lapsed/internal/sandbox/kit"
	"github.com/lapsed/lapsed/internal/sandbox/salesforce"
	"github.com/lapsed/lapsed/policy"
)

var now = time.Date(2026, 11, 24, 11, 0, 0, 0, time.UTC)

// world is two simulated accounts and a config that names them.
type world struct {
	stage  *kit.Stage
	sf     *salesforce.Org
	hs     *hubspot.Portal
	config string
	url    map[string]string
	silent bool // there is no log to verify, or it is broken on purpose
}

func newWorld(t testing.TB, mode string, change ...func(*hubspot.Options)) *world {
	t.Helper()
	w := &world{stage: kit.NewStage(now)}
	w.sf = salesforce.New(salesforce.Options{Stage: w.stage, Seed: 1, ClientID: "id", ClientSecret: "secret", Instance: "USA744", Consent: true})
	w.sf.AddField("Lead", "Newsletter__c", "boolean")
	w.sf.AddField("Contact", "Newsletter__c", "boolean")
	o := hubspot.Options{Stage: w.stage, Seed: 1, Token: "pat-eu1-test", Enterprise: true}
	for _, c := range change {
		c(&o)
	}
	w.hs = hubspot.New(o)
	for id, name := range map[int64]string{101: "Newsletter", 102: "Product news", 103: "Events"} {
		w.hs.Define(id, name)
	}
	w.hs.DefineProperty("school_size", "string")
	w.hs.DefineProperty("pupil_count", "string")
	sf, hs := httptest.NewServer(w.sf), httptest.NewServer(w.hs)
	t.Cleanup(sf.Close)
	t.Cleanup(hs.Close)
	dir := t.TempDir()
	t.Cleanup(func() { w.honest(t) })
	w.url = map[string]string{"hubspot": hs.URL, "salesforce": sf.URL}
	w.config = filepath.Join(dir, "lapsed.yaml")
	write(t, filepath.Join(dir, "policy.yaml"), string(policy.Reference))
	write(t, w.config, fmt.Sprintf(`policy: ./policy.yaml
state: sqlite:./lapsed.db
mode: %s
log: ./audit
keys: ./keys
processors:
  hubspot: {base_url: "%s", token: {value: pat-eu1-test}}
  salesforce: {login_url: "%s", client_id: {value: id}, client_secret: {value: secret}}
`, mode, hs.URL, sf.URL))
	return w
}

func write(t testing.TB, path, text string) {
	t.Helper()
	if err := os.WriteFile(path, []byte(text), 0o600); err != nil {
		t.Fatal(err)
	}
}

func (w *world) open(t *testing.T) *App {
	t.Helper()
	a, err := Open(context.Background(), Options{Config: w.config, Clock: w.stage.Clock.Now, Build: "test", HTTP: quick()})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = a.Close() })
	return a
}

func (w *world) cycle(t *testing.T) Report {
	t.Helper()
	a := w.open(t)
	r, err := a.RunOnce(context.Background())
	if err != nil {
		t.Fatal(err)
	}
	if err := a.Close(); err != nil {
		t.Fatal(err)
	}
	return r
}

func TestTheWholeWay(t *testing.T) {
	w := newWorld(t, "enforce")
	old := now.AddDate(-3, 0, 0)
	lapsed := w.hs.Insert(hubspot.Contact{Created: old, Properties: map[string]string{"email": "lapsed@example.com", "firstname": "Kari", "lastname": "Nordmann", "first_conversion_event_name": "Demo: Form"}})
	lead := w.sf.Insert("Lead", map[string]any{"Email": "lapsed@example.com", "FirstName": "Kari", "LastName": "Nordmann", "Company": "X", "LeadSource": "Web", "CreatedDate": old})
	alive := w.hs.Insert(hubspot.Contact{Created: old, Properties: map[string]string{"email": "alive@example.com", "first_conversion_event_name": "Demo: Form", "recent_conversion_date": now.AddDate(0, -3, 0).Format(time.RFC3339)}})
	no := w.hs.Insert(hubspot.Contact{Created: now.AddDate(0, -2, 0), Properties: map[string]string{"email": "no@example.com"}, Subscriptions: []hubspot.Subscription{{ID: 101, Status: "SUBSCRIBED", LegalBasis: "CONSENT_WITH_NOTICE", Source: "form", At: now.AddDate(-1, 0, 0)}}})
	w.sf.Insert("Contact", map[string]any{"Email": "no@example.com", "LastName": "Nei", "LeadSource": "Sales", "HasOptedOutOfEmail": true, "CreatedDate": now.AddDate(0, -2, 0)})

	r := w.cycle(t)
	r.Text(os.Stderr)
	if r.Persons != 3 || r.Verdicts["lapsed"] != 1 || r.Outcomes["final"] != 1 {
		t.Errorf("first cycle: %d persons, verdicts %v, outcomes %v", r.Persons, r.Verdicts, r.Outcomes)
	}
	if _, state := w.hs.Get(lapsed); state != "live" {
		t.Errorf("deleted within the grace: %s", state)
	}
	w.stage.Clock.Advance(32 * 24 * time.Hour)
	r = w.cycle(t)
	r.Text(os.Stderr)
	for range 3 {
		w.stage.Clock.Advance(24 * time.Hour)
		r = w.cycle(t)
	}
	r.Text(os.Stderr)
	if _, state := w.hs.Get(lapsed); state != "erased" {
		t.Errorf("the lapsed contact is %s", state)
	}
	if _, state := w.sf.Get("Lead", lead); state != "binned" {
		t.Errorf("the lapsed lead is %s", state)
	}
	if _, state := w.hs.Get(alive); state != "live" {
		t.Errorf("the living contact is %s", state)
	}
	props, _ := w.hs.Get(no)
	t.Log(props["hs_email_optout"])
	for _, c := range w.stage.Book.Changes() {
		if c.Forbidden {
			t.Errorf("forbidden: %+v", c)
		}
	}
}
