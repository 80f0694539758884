package connectortest

import (
	"net/http/httptest"
	"slices"
	"strconv"
	"testing"
	"time"

	"golang.org/x/time/rate"

	"github.com/lapsed/lapsed/connectors"
	"github.com/lapsed/lapsed/connectors/hubspot"
	"github.com/lapsed/lapsed/internal/contact"
	"github.com/lapsed/lapsed/internal/httpx"
	sandbox "github.com/lapsed/lapsed/internal/sandbox/hubspot"
	"github.com/lapsed/lapsed/internal/sandbox/kit"
	"github.com/lapsed/lapsed/internal/secret"
)

// opening is the sandbox's time at the start of each test.
var opening = time.Date(2026, 11, 24, 9, 0, 0, 0, time.UTC)

// unhurried tunes the chain so that tests don't wait.
func unhurried() httpx.Options {
	return httpx.Options{Limiter: rate.NewLimiter(rate.Inf, 1), Attempts: 2, WaitMin: time.Microsecond, WaitMax: time.Millisecond}
}

func TestHubSpot(t *testing.T) {
	for name, options := range map[string]sandbox.Options{
		"Professional": {},
		"Enterprise":   {Enterprise: true},
	} {
		t.Run(name, func(t *testing.T) { Run(t, hubspotEnv(options, false)) })
	}
}

// Archive is the configuration that deletes by moving to the recycle bin.
func TestHubSpotArchiving(t *testing.T) { Run(t, hubspotEnv(sandbox.Options{}, true)) }

func hubspotEnv(o sandbox.Options, archive bool) Env {
	return Env{
		Start: func(t *testing.T) Account { return hubspotAccount(t, o, archive) },
		Broken: []kit.Fault{
			{Kind: "truncated"}, {Kind: "empty-page"}, {Kind: "empty-page-with-next"}, {Kind: "duplicate-row"}, {Kind: "nonsense"},
			{Kind: "empty-body"}, {Kind: "wrong-total"}, {Kind: "reset-after-commit"}, {Kind: "html-502"}, {Kind: "drop-before"}, {Kind: "477"}, {Kind: "423"}, {Kind: "status", Status: 429}, {Kind: "status", Status: 403},
			{Kind: "empty-page", Route: "/statuses"}, {Kind: "truncated", Route: "/statuses"}, {Kind: "nonsense", Route: "/statuses"},
			{Kind: "empty-page", Route: "/associations"}, {Kind: "nonsense", Route: "/associations"}, {Kind: "empty-page", Route: "/deals"},
		},
		Lost: []kit.Fault{{Kind: "524-after-commit"}, {Kind: "drop-after-commit"}, {Kind: "reset-after-commit"}, {Kind: "hang-after-commit", Delay: "1ms"}},
		Denied: []kit.Fault{
			{Kind: "status", Status: 400}, {Kind: "status", Status: 401}, {Kind: "status", Status: 403}, {Kind: "status", Status: 404},
			{Kind: "status", Status: 409}, {Kind: "status", Status: 429}, {Kind: "status", Status: 500}, {Kind: "423"}, {Kind: "477"},
			{Kind: "html-502"}, {Kind: "nonsense"}, {Kind: "truncated"}, {Kind: "drop-before"}, {Kind: "empty-body"},
		},
	}
}

// hubspotAndPortal is an account and the simulator behind it.
func hubspotAndPortal(t *testing.T, o sandbox.Options) (Account, *sandbox.Portal) {
	t.Helper()
	o.Stage = kit.NewStage(opening)
	p := sandbox.New(o)
	return hubspotAt(t, p, o.Stage, false), p
}

func hubspotAccount(t *testing.T, o sandbox.Options, archive bool) Account {
	t.Helper()
	o.Stage = kit.NewStage(opening)
	return hubspotAt(t, sandbox.New(o), o.Stage, archive)
}

func hubspotAt(t *testing.T, p *sandbox.Portal, stage *kit.Stage, archive bool) Account {
	t.Helper()
	const field = "hs_email_last_click_date"
	p.Define(101, "Newsletter")
	p.Define(102, "Product news")
	srv := httptest.NewServer(p)
	t.Cleanup(srv.Close)
	c, err := hubspot.New(hubspot.Options{
		Name: "hubspot", BaseURL: srv.URL, Token: secret.New(sandbox.DefaultToken), Topics: []string{"101", "102"}, Archive: archive, HTTP: unhurried(),
		Fields: []string{field, "subscription.status", "subscription.legalBasis", "deal.hs_is_closed", "form.guid"},
	})
	if err != nil {
		t.Fatal(err)
	}
	ref := func(id string) contact.Ref { return contact.Ref{Processor: "hubspot", Object: "contact", ID: id} }
	deals, roles, staff := map[contact.Ref]string{}, map[string]string{}, 0
	return Account{
		Connector: c, Stage: stage, Topics: [2]string{"101", "102"}, Region: "EU", Field: field,
		Add: func(who Person) contact.Ref {
			k := sandbox.Contact{Created: opening.AddDate(-3, 0, 0), Properties: map[string]string{"email": who.Email, "firstname": "Canary", field: "2025-05-04T12:00:00Z"}}
			if who.OptedOut {
				k.Properties["hs_email_optout"] = "true"
			}
			for _, topic := range who.Topics {
				n, _ := strconv.ParseInt(topic, 10, 64)
				k.Subscriptions = append(k.Subscriptions, sandbox.Subscription{ID: n, Status: "SUBSCRIBED", LegalBasis: "CONSENT_WITH_NOTICE"})
			}
			id := p.Insert(k)
			deals[ref(id)] = p.InsertDeal(map[string]string{"dealstage": "closedwon", "hs_is_closed": "true", "hs_is_closed_won": "true"}, id)
			return ref(id)
		},
		Bin:    func(r contact.Ref) { p.Archive(r.ID) },
		Purge:  func(r contact.Ref) { p.Erase(r.ID) },
		Merge:  func(winner, loser contact.Ref) { p.Merge(winner.ID, loser.ID) },
		Touch:  func(r contact.Ref) { p.Set(r.ID, map[string]string{"firstname": "Canary-Rose"}) },
		Refuse: func(r contact.Ref) { props, _ := p.Get(r.ID); p.OptOut(props["email"]) },
		Relate: func(r contact.Ref) { p.SetDeal(deals[r], map[string]string{"hs_is_closed": "false"}) },
		Hide:   func() { p.RemoveProperty(field) },
		Staff: func(role string) {
			if roles[role] == "" {
				roles[role] = p.AddRole(role)
			}
			staff++
			p.AddUser(sandbox.User{Email: address(10_000 + staff), First: "Canary", Last: "Canary", Roles: []string{roles[role]}})
		},
		Invent: func(name string, at ...contact.Ref) string {
			p.DefineProperty(name, "number")
			for _, r := range at {
				p.Set(r.ID, map[string]string{name: "41"})
			}
			return name
		},
		Forbid: func(part connectors.Part) {
			needs := map[connectors.Part][]string{
				connectors.PartUsers: {"settings.users.read", "crm.objects.users.read"}, connectors.PartFields: {"crm.objects.contacts.read"},
			}
			p.RevokeToken(sandbox.DefaultToken)
			p.AddToken(sandbox.DefaultToken, slices.DeleteFunc(sandbox.AllScopes(), func(s string) bool { return slices.Contains(needs[part], s) })...)
		},
		Settle: func() { stage.Clock.Advance(5 * time.Minute) },
		Look: func(r contact.Ref) Truth {
			props, state := p.Get(r.ID)
			out := Truth{Live: state == "live", OptedOut: props["hs_email_optout"] == "true", Topics: []string{"101", "102"}}
			out.Topics = slices.DeleteFunc(out.Topics, func(topic string) bool { return props["hs_email_optout_"+topic] == "true" })
			return out
		},
	}
}
