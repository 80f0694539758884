package app

import (
	"context"
	"strings"
	"testing"
	"time"

	"github.com/lapsed/lapsed/connectors"
	"github.com/lapsed/lapsed/internal/fault"
	"github.com/lapsed/lapsed/policy"
)

// surveyed is a connector whose account shows what a test says.
type surveyed struct {
	connectors.Connector
	shows   connectors.Survey
	fails   error
	asked   int
	bounded bool // it may not hang
}

func (s *surveyed) Survey(ctx context.Context) (connectors.Survey, error) {
	s.asked++
	_, s.bounded = ctx.Deadline()
	return s.shows, s.fails
}

// surveying puts it in the place of a processor's connector.
func surveying(processor string, s *surveyed) func(*App) {
	return func(a *App) {
		s.Connector = a.connectors[processor]
		a.connectors[processor] = s
	}
}

// tidy is an account that shows nothing but what the reference policy allows.
func tidy() connectors.Survey {
	return connectors.Survey{Fields: []connectors.FilledField{{Name: "pupil_count", Records: 2}}, Users: []connectors.UserGroup{{Names: []string{"Marketing"}, Users: 3, IDs: []string{"7"}}},
		Apps: []connectors.App{{Name: "Lapsed", Ours: true}, {Name: "Salesforce", Users: 1}}}
}

// What an account shows that the policy doesn't allow is found once a day, and
// stays found in the cycles that don't ask; it ends with the next look, and a look
// that fails ends nothing and stops nothing (C10, C14, C21).
func TestAccountIsWeighed(t *testing.T) {
	t.Parallel()
	w := newWorld(t, "enforce")
	w.wide(t)
	hs, _ := w.both("kari")
	s := &surveyed{shows: tidy()}
	s.shows.Fields = append(s.shows.Fields, connectors.FilledField{Name: "shoe_size", Records: 12})
	s.shows.Users = append(s.shows.Users, connectors.UserGroup{Names: []string{"Intern"}, Users: 2, IDs: []string{"11", "12"}})
	s.shows.Apps = append(s.shows.Apps, connectors.App{Name: "Survey\x1b[2J tool", Users: 1})
	look := surveying("hubspot", s)
	want := func(r Report, field, user, app int) {
		t.Helper()
		for code, n := range map[policy.FindingCode]int{policy.FindUndeclaredField: field, policy.FindUnlistedUser: user, policy.FindUnlistedApp: app} {
			if got := has(r, code, "hubspot"); got != n {
				t.Errorf("%s: %d, want %d", code, got, n)
			}
		}
	}
	r := w.run(t, look)
	want(r, 12, 2, 1)
	if f := found(r, policy.FindUnlistedUser, "Intern"); strings.Join(f.Sample, " ") != "hubspot:user:11 hubspot:user:12" || !strings.Contains(f.Words, "known as Intern") {
		t.Errorf("%+v", f)
	}
	if f := found(r, policy.FindUnlistedApp, "Survey[2J tool"); f.Count != 1 {
		t.Errorf("a name that a terminal obeys: %+v", r.Findings)
	}

	asked := s.asked
	if !s.bounded {
		t.Error("an account that hangs keeps the others waiting")
	}
	w.advance(30 * time.Minute)
	want(w.quiet(t, look), 12, 2, 1)
	if s.asked != asked {
		t.Error("the account was asked in a cycle that reads changes only")
	}

	s.fails = &fault.Error{Kind: fault.Auth, Op: "survey", Code: "MISSING_SCOPES"}
	w.advance(grace)
	r = w.run(t, look)
	want(r, 12, 2, 1)
	if f := found(r, policy.FindAccountUnread, ""); f.Processor != "hubspot" || !strings.Contains(f.Words, "MISSING_SCOPES") {
		t.Errorf("a look that failed: %+v", r.Findings)
	}
	w.wantHubSpot(t, hs, "erased") // what is due goes on

	s.shows, s.fails = tidy(), nil
	s.shows.Unread, s.shows.Missing = []connectors.Part{connectors.PartApps}, []connectors.Missing{{What: "apps", Hint: "look at the account's list", For: connectors.ForSurvey}}
	w.advance(day)
	r = w.run(t, look)
	want(r, 0, 0, 0)
	if has(r, policy.FindAccountUnread, "hubspot") != 0 || has(r, policy.FindAppsUnread, "hubspot") != 1 || found(r, policy.FindAccountMissing, "apps").Processor != "hubspot" {
		t.Errorf("after a look that worked in part: %+v", r.Findings)
	}
	for _, e := range append(w.entries(t, "finding.opened"), w.entries(t, "finding.resolved")...) {
		for _, name := range []string{"Intern", "tool", "shoe_size"} {
			if strings.Contains(string(e.Body), name) {
				t.Errorf("the log names %s: %s", name, e.Body)
			}
		}
	}
}

// The real org: a field that somebody made, users of no listed role, a program
// that holds a token.
func TestAccountOfSalesforceIsWeighed(t *testing.T) {
	t.Parallel()
	w := newWorld(t, "observe")
	w.sf.AddField("Contact", "Shoe_Size__c", "string:10")
	w.customer("kari", map[string]any{"Shoe_Size__c": "40"})
	w.sf.Insert("OauthToken", map[string]any{"AppName": "HubSpot", "UserId": w.sf.Users()[0]})
	w.sf.Insert("OauthToken", map[string]any{"AppName": "Survey tool", "UserId": w.sf.Users()[0]})
	r := w.run(t)
	if f := found(r, policy.FindUndeclaredField, "Contact.Shoe_Size__c"); f.Count != 1 || f.Clause != "C10" {
		t.Errorf("fields: %+v", r.Findings)
	}
	if f := found(r, policy.FindUnlistedApp, "Survey tool"); f.Count != 1 || f.Clause != "C21" {
		t.Errorf("programs: %+v", r.Findings)
	}
	if found(r, policy.FindUnlistedApp, "HubSpot").Count != 0 {
		t.Error("a listed program is a finding")
	}
	if has(r, policy.FindUnlistedUser, "salesforce") == 0 {
		t.Errorf("users: %+v", r.Findings)
	}
}

// The register's own days come without any account: settings that are due for a
// look, agreements that are not in force (C16, C22).
func TestRegisterHasItsDays(t *testing.T) {
	t.Parallel()
	w := newWorld(t, "observe")
	w.reword(t, "aggregated: {checked: 2026-01-15, review-by: 2028-01-15}", "aggregated: {checked: 2026-01-15, review-by: 2026-11-24}",
		"nda: 2019-02-01, dpa: 2019-02-01", "nda: 2019-02-01, dpa: 2026-11-25")
	r := w.run(t)
	if has(r, policy.FindAggregationOverdue, "piwik") != 0 || has(r, policy.FindNoAgreement, "knowit") != 1 {
		t.Errorf("on the day: %+v", r.Findings)
	}
	w.advance(day)
	r = w.run(t)
	if f := found(r, policy.FindAggregationOverdue, ""); f.Processor != "piwik" || f.Due != "2026-11-24" || has(r, policy.FindNoAgreement, "knowit") != 0 {
		t.Errorf("the day after: %+v", r.Findings)
	}
}
