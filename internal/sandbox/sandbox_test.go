package sandbox

import (
	"bytes"
	"encoding/json"
	"io"
	"net/http"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/lapsed/lapsed/internal/sandbox/population"
)

var start = time.Date(2026, 11, 24, 9, 0, 0, 0, time.UTC)

// site is a running sandbox and a client of its addresses.
type site struct {
	*Sandbox
	t *testing.T
}

func newSite(t *testing.T, o Options) *site {
	t.Helper()
	if o.Now.IsZero() {
		o.Now = start
	}
	s, err := Start(o)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := s.Close(); err != nil {
			t.Error(err)
		}
	})
	return &site{s, t}
}

// send makes a request and returns status and body.
func (s *site) send(method, url, body string, header ...string) (int, string) {
	s.t.Helper()
	req, err := http.NewRequest(method, url, strings.NewReader(body))
	if err != nil {
		s.t.Fatal(err)
	}
	for i := 0; i+1 < len(header); i += 2 {
		req.Header.Set(header[i], header[i+1])
	}
	resp, err := http.DefaultClient.Do(req)
	if err != nil {
		s.t.Fatal(err)
	}
	defer resp.Body.Close()
	b, err := io.ReadAll(resp.Body)
	if err != nil {
		s.t.Fatal(err)
	}
	return resp.StatusCode, string(b)
}

// ask uses the control address and decodes the answer.
func (s *site) ask(method, path, body string, into any) {
	s.t.Helper()
	status, text := s.send(method, s.ready.Control+path, body)
	if status != http.StatusOK {
		s.t.Fatalf("%s %s: %d %s", method, path, status, text)
	}
	if into != nil {
		if err := json.Unmarshal([]byte(text), into); err != nil {
			s.t.Fatalf("%s %s: %v", method, path, err)
		}
	}
}

// refused uses the control address and expects a message.
func (s *site) refused(path, body, message string) {
	s.t.Helper()
	status, text := s.send("POST", s.ready.Control+path, body)
	var m map[string]string
	if err := json.Unmarshal([]byte(text), &m); err != nil || status != http.StatusBadRequest || !strings.Contains(m["error"], message) {
		s.t.Errorf("POST %s %s: %d %s, want 400 with %q", path, body, status, text, message)
	}
}

func (s *site) hub(method, path, body string) (int, string) {
	s.t.Helper()
	return s.send(method, s.ready.HubSpot.BaseURL+path, body, "Authorization", "Bearer "+s.ready.HubSpot.Token, "Content-Type", "application/json")
}

// record is the first person's n-th record by a recipe.
func (s *site) record(recipe string, n int) population.Record {
	s.t.Helper()
	for _, p := range s.Truth().People {
		if p.Recipe == recipe {
			return p.Records[n]
		}
	}
	s.t.Fatalf("nobody is %q", recipe)
	return population.Record{}
}

func TestReadyTellsAddressesThatAnswer(t *testing.T) {
	s := newSite(t, Options{People: 20, Seed: 4})
	var r struct {
		Control    string
		Now        time.Time
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
	if line := s.Ready(); json.Unmarshal([]byte(line), &r) != nil || strings.Contains(line, "\n") {
		t.Fatalf("not one line of JSON: %s", line)
	}
	if d := r.Now.Sub(start); d < 0 || d > time.Minute {
		t.Errorf("now is %v", r.Now)
	}
	form := "grant_type=client_credentials&client_id=" + r.Salesforce.ClientID + "&client_secret=" + r.Salesforce.ClientSecret
	if status, body := s.send("POST", r.Salesforce.LoginURL+"/services/oauth2/token", form, "Content-Type", "application/x-www-form-urlencoded"); status != 200 {
		t.Errorf("Salesforce: %d %s", status, body)
	}
	status, body := s.send("GET", r.HubSpot.BaseURL+"/account-info/v3/details", "", "Authorization", "Bearer "+r.HubSpot.Token)
	if status != 200 || !strings.Contains(body, `"eu1"`) || !strings.Contains(body, "Europe/Oslo") {
		t.Errorf("HubSpot: %d %s", status, body)
	}
	var truth population.Truth
	s.ask("GET", "/truth", "", &truth)
	if len(truth.People) != 20 || len(truth.People[0].Records) == 0 || truth.People[0].Records[0].From.IsZero() {
		t.Errorf("truth: %d people, %+v", len(truth.People), truth.People[0])
	}
}

func TestStartRefuses(t *testing.T) {
	for _, o := range []Options{{People: -1}, {BasePort: 70_000}, {Faults: "hubspot:x"}, {Listen: "256.0.0.1"}} {
		if s, err := Start(o); err == nil {
			t.Errorf("%+v was started: %v", o, s.Close())
		}
	}
	taken := newSite(t, Options{People: 1})
	_, port, _ := strings.Cut(strings.TrimPrefix(taken.ready.Control, "http://"), ":")
	n := json.Number(port)
	base, err := n.Int64()
	if err != nil {
		t.Fatal(err)
	}
	if s, err := Start(Options{People: 1, BasePort: int(base)}); err == nil {
		t.Errorf("a taken port was used: %v", s.Close())
	}
}

func TestCompareSeesWhatClientsDid(t *testing.T) {
	s := newSite(t, Options{Seed: 6})
	before := s.Compare()
	if len(before.WronglyDeleted)+len(before.WronglyUnsubscribed) > 0 || len(before.MissedUnsubscribes) == 0 || len(before.MissedDeletions) == 0 {
		t.Fatalf("at the start:\n%s", before.Text())
	}
	kept, minor := s.record("active-elsewhere", 0), s.record("minor-in-hubspot", 0)
	for _, r := range []population.Record{kept, minor} {
		if status, body := s.hub("POST", "/crm/v3/objects/contacts/gdpr-delete", `{"objectId":"`+r.ID+`"}`); status != 204 {
			t.Fatalf("gdpr-delete: %d %s", status, body)
		}
	}
	refused, happy := s.record("refused-in-salesforce", 0), s.record("subscriber", 0)
	for _, r := range []population.Record{refused, happy} {
		props, _ := s.HubSpot().Get(r.ID)
		path := "/communication-preferences/v4/statuses/" + strings.ReplaceAll(props["email"], "@", "%40") + "/unsubscribe-all?channel=EMAIL"
		if status, body := s.hub("POST", path, ""); status != 200 {
			t.Fatalf("unsubscribe-all: %d %s", status, body)
		}
	}
	for _, wait := range []time.Duration{0, time.Hour} {
		s.Advance(wait)
		c := s.Compare()
		if len(c.WronglyDeleted) != 1 || c.WronglyDeleted[0].ID != kept.ID {
			t.Errorf("after %v: wrongly deleted: %+v", wait, c.WronglyDeleted)
		}
		if len(c.WronglyUnsubscribed) != 1 || c.WronglyUnsubscribed[0].ID != happy.ID {
			t.Errorf("after %v: wrongly unsubscribed: %+v", wait, c.WronglyUnsubscribed)
		}
		if c.Done != 1 || len(c.MissedUnsubscribes) != len(before.MissedUnsubscribes)-2 { // the minor's and the refusal's
			t.Errorf("after %v: %d done, %d missed, before %d", wait, c.Done, len(c.MissedUnsubscribes), len(before.MissedUnsubscribes))
		}
	}
	var answered population.Comparison
	s.ask("GET", "/compare", "", &answered)
	if len(answered.WronglyDeleted) != 1 || answered.WronglyDeleted[0].Recipe != "active-elsewhere" {
		t.Errorf("over HTTP: %+v", answered.WronglyDeleted)
	}
	if _, text := s.send("GET", s.ready.Control+"/compare?as=text", ""); !strings.Contains(text, "wrongly deleted: 1") {
		t.Errorf("as text: %s", text)
	}
}

func TestConfigOfASandbox(t *testing.T) {
	s := newSite(t, Options{People: 1})
	path := filepath.Join(t.TempDir(), "lapsed.yaml")
	for range 2 { // its own file may be written over
		if err := s.WriteConfig(path); err != nil {
			t.Fatal(err)
		}
	}
	b, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	for _, line := range []string{
		"mode: observe", "policy: ./policy.yaml", "state: sqlite:./lapsed.db", "log: ./audit", "keys: ./keys",
		`base_url: "` + s.ready.HubSpot.BaseURL + `"`, `token: { value: "` + s.ready.HubSpot.Token + `" }`, `login_url: "` + s.ready.Salesforce.LoginURL + `"`,
	} {
		if !bytes.Contains(b, []byte(line)) {
			t.Errorf("no %q in:\n%s", line, b)
		}
	}
	if err := os.WriteFile(path, []byte("mode: enforce\n"), 0o600); err != nil {
		t.Fatal(err)
	}
	if err := s.WriteConfig(path); err == nil {
		t.Error("somebody else's config was written over")
	}
}
