package main

import (
	"fmt"
	"net/http/httptest"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/lapsed/lapsed/internal/sandbox/hubspot"
	"github.com/lapsed/lapsed/internal/sandbox/kit"
	"github.com/lapsed/lapsed/internal/sandbox/population"
	"github.com/lapsed/lapsed/internal/sandbox/salesforce"
	"github.com/lapsed/lapsed/policy"
)

// site is an installation whose daemons are processes of their own: two simulated
// accounts on the machine's clock, and the files that its config names. A rule
// that demands more than nine duties on the first day waits for a human, so that
// each site gets a handful of people.
type site struct {
	stage  *kit.Stage
	sf     *salesforce.Org
	hs     *hubspot.Portal
	gates  map[string]*gate
	dir    string
	config string
	people int
	wanted []wish
}

// wish is what must become of a record: a change that its book shows once, or
// none at all.
type wish struct{ processor, verb, id string }

// Each site's daemons look for work all the time, and a lease that a kill leaves
// behind runs out soon.
const siteConfig = `policy: ./policy.yaml
state: %s
mode: enforce
interval: 100ms
lease: 600ms
log: ./audit
keys: ./keys
processors:
  hubspot: {base_url: "%s", token: {value: pat-eu1-test}}
  salesforce: {login_url: "%s", client_id: {value: id}, client_secret: {value: secret}}
`

func newSite(t *testing.T, state string) *site {
	t.Helper()
	s := &site{stage: kit.NewStage(time.Now()), dir: t.TempDir()}
	s.sf = salesforce.New(salesforce.Options{Stage: s.stage, Seed: 1, ClientID: "id", ClientSecret: "secret", Instance: "USA744", Consent: true})
	s.sf.AddField("Lead", population.NewsletterFlag, "boolean")
	s.sf.AddField("Contact", population.NewsletterFlag, "boolean")
	s.hs = hubspot.New(hubspot.Options{Stage: s.stage, Seed: 1, Token: "pat-eu1-test", Enterprise: true, IndexLag: -1})
	population.Define(s.hs)
	s.gates = map[string]*gate{"hubspot": newGate(s.hs), "salesforce": newGate(s.sf)}
	url := map[string]string{}
	for name, g := range s.gates {
		server := httptest.NewServer(g)
		t.Cleanup(func() { g.open(); server.CloseClientConnections(); server.Close() })
		url[name] = server.URL
	}
	s.config = filepath.Join(s.dir, "lapsed.yaml")
	text := string(policy.Reference)
	for old, wide := range map[string]string{"delete: {people: 100, share: 1%}": "delete: {people: 100, share: 100%}",
		"unsubscribe: {people: 500, share: 2%}": "unsubscribe: {people: 500, share: 100%}"} {
		if !strings.Contains(text, old) {
			t.Fatalf("the policy says no more %q", old)
		}
		text = strings.Replace(text, old, wide, 1) // one percent of a handful is one
	}
	s.write(t, "policy.yaml", text)
	s.write(t, "lapsed.yaml", fmt.Sprintf(siteConfig, state, url["hubspot"], url["salesforce"]))
	s.bystanders()
	return s
}

func (s *site) path(name string) string { return filepath.Join(s.dir, name) }

func (s *site) write(t *testing.T, name, text string) {
	t.Helper()
	if err := os.WriteFile(s.path(name), []byte(text), 0o600); err != nil {
		t.Fatal(err)
	}
}

// name makes somebody new up.
func (s *site) name() (first, address string) {
	s.people++
	first = fmt.Sprintf("p%03d", s.people)
	return first, first + "@example.com"
}

// bystanders are those to whom nothing may be done today: some who live, and one
// who lapsed and has a month's grace. A day's share is of all persons who are
// left: there must be more of these than of those who go.
func (s *site) bystanders() {
	for i := range 16 {
		age := -1
		if i == 0 {
			age = -3
		}
		_, address := s.name()
		came := time.Now().AddDate(age, 0, 0)
		s.wanted = append(s.wanted,
			wish{"hubspot", "", s.hs.Insert(hubspot.Contact{Created: came, Properties: map[string]string{"email": address, "lastname": "Nordmann", "first_conversion_event_name": "Demo: Form"}})},
			wish{"salesforce", "", s.sf.Insert("Contact", map[string]any{"Email": address, "LastName": "Nordmann", "LeadSource": "Sales", "CreatedDate": came})})
	}
}

// minor puts somebody into both processors who has to go at once (C4).
func (s *site) minor() {
	first, address := s.name()
	came := time.Now()
	s.wanted = append(s.wanted,
		wish{"hubspot", "delete", s.hs.Insert(hubspot.Contact{Created: came, Properties: map[string]string{"email": address, "firstname": first, "lastname": "Nordmann", "first_conversion_event_name": "Demo: Form"}})},
		wish{"salesforce", "delete", s.sf.Insert("Contact", map[string]any{"Email": address, "FirstName": first, "LastName": "Nordmann", "LeadSource": "Sales", "CreatedDate": came, "Birthdate": time.Now().AddDate(-15, 0, 0)})})
}

// listed puts somebody without a proof onto the newsletter of one processor (C2).
func (s *site) listed(processor string) {
	first, address := s.name()
	came, id := time.Now(), ""
	if processor == "hubspot" {
		id = s.hs.Insert(hubspot.Contact{Created: came, Properties: map[string]string{"email": address, "firstname": first, "lastname": "Nordmann", "first_conversion_event_name": "Demo: Form"},
			Subscriptions: []hubspot.Subscription{{ID: 101, Status: "SUBSCRIBED", LegalBasis: "LEGITIMATE_INTEREST_CLIENT", Source: "api"}}})
	} else {
		id = s.sf.Insert("Contact", map[string]any{"Email": address, "FirstName": first, "LastName": "Nordmann", "LeadSource": "Sales", "CreatedDate": came, population.NewsletterFlag: true})
	}
	s.wanted = append(s.wanted, wish{processor, "unsubscribe", id})
}

// met tells whether all that must be done has been done.
func (s *site) met() bool {
	done := map[wish]bool{}
	for _, c := range s.stage.Book.Changes() {
		done[wish{c.Processor, c.Verb, c.ID}] = true
	}
	for _, w := range s.wanted {
		if w.verb != "" && !done[w] {
			return false
		}
	}
	return true
}

// judge checks the books at the end: what had to be done was done, each change
// once, and nothing to anybody to whom nothing may be done.
func (s *site) judge(t *testing.T) {
	t.Helper()
	type change struct {
		wish
		topic string
	}
	count, done := map[change]int{}, map[wish]bool{}
	for _, c := range s.stage.Book.Changes() {
		w := wish{c.Processor, c.Verb, c.ID}
		count[change{w, c.Topic}]++
		done[w] = true
		if c.Forbidden {
			t.Errorf("forbidden: %s of a %s at %s", c.Verb, c.Object, c.Processor)
		}
	}
	for c, n := range count {
		if n != 1 {
			t.Errorf("%d × %s of %q of %s at %s", n, c.verb, c.topic, c.id, c.processor)
		}
	}
	for _, w := range s.wanted {
		if w.verb != "" && !done[w] {
			t.Errorf("nobody did %s of %s at %s", w.verb, w.id, w.processor)
		}
		delete(done, w)
		if w.verb == "delete" {
			delete(done, wish{w.processor, "unsubscribe", w.id}) // a minor's marketing stops first
		}
	}
	for w := range done {
		t.Errorf("%s of %s at %s, which nobody asked for", w.verb, w.id, w.processor)
	}
	for name, g := range s.gates {
		for _, again := range g.repeated() {
			t.Errorf("%s: sent again after it had taken effect: %s", name, again)
		}
	}
}
