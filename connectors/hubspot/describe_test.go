package hubspot

import (
	"net/http"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/lapsed/lapsed/connectors"
	"github.com/lapsed/lapsed/internal/fault"
)

// describing answers every probe but the ones whose path holds a part of forbidden.
func describing(t *testing.T, account string, forbidden ...string) string {
	t.Helper()
	return serve(t, func(w http.ResponseWriter, r *http.Request) {
		w.Header().Set("Date", "Tue, 24 Nov 2026 09:00:00 GMT")
		switch {
		case slices.ContainsFunc(forbidden, func(p string) bool { return strings.Contains(r.URL.Path, p) }):
			w.WriteHeader(http.StatusForbidden)
			_, _ = w.Write([]byte(`{"category":"MISSING_SCOPES"}`))
		case strings.Contains(r.URL.Path, "account-info"):
			_, _ = w.Write([]byte(account))
		default:
			_, _ = w.Write([]byte(`{"results":[{"id":"101","properties":{}}]}`))
		}
	})
}

func TestDescribeTellsTheAccount(t *testing.T) {
	url := describing(t, `{"portalId":123456,"timeZone":"Europe/Oslo","utcOffsetMilliseconds":3600000,"dataHostingLocation":"eu1"}`)
	c := connect(t, url, func(o *Options) {
		o.Archive, o.Topics, o.Fields = true, []string{"101"}, []string{"deal.hs_is_closed", "no_such", "ticket.status"}
	})
	got, err := c.Describe(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	want := connectors.Description{Account: "123456", Hosting: "eu1", Region: "EU", Unreadable: []string{"ticket.status", "no_such"},
		BinnedFor: 90 * 24 * time.Hour, Clock: time.Date(2026, 11, 24, 9, 0, 0, 0, time.UTC), Zone: "Europe/Oslo"}
	if d := cmp.Diff(want, got); d != "" {
		t.Error(d)
	}
}

func TestDescribeNamesWhatIsMissing(t *testing.T) {
	for part, want := range map[string]connectors.Missing{
		"/account-info/":    {What: "oauth", For: connectors.ForRegion},
		"/objects/":         {What: "crm.objects.contacts.read", For: connectors.ForReading},
		"/definitions":      {What: "communication_preferences.read", For: connectors.ForUnsubscribing},
		"/statuses/nobody@": {What: "communication_preferences.read", For: connectors.ForReading},
		"/pipelines/":       {What: "crm.objects.deals.read", For: connectors.ForReading},
	} {
		c := connect(t, describing(t, `{"portalId":1,"dataHostingLocation":"na1"}`, part), func(o *Options) {
			o.Fields = []string{"deal.hs_is_closed", "subscription.status"}
		})
		d, err := c.Describe(t.Context())
		if err != nil || len(d.Missing) != 1 {
			t.Errorf("%s: %+v, %v", part, d.Missing, err)
			continue
		}
		got := d.Missing[0]
		if got.Hint == "" || got.What != want.What || got.For != want.For {
			t.Errorf("%s: got %+v, want %+v", part, got, want)
		}
		if region := map[bool]string{true: "", false: "US"}[want.For == connectors.ForRegion]; d.Region != region {
			t.Errorf("%s: region %q", part, d.Region)
		}
	}
}

func TestRegionIsWhatHostingProves(t *testing.T) {
	for hosting, want := range map[string]string{"eu1": "EU", "EU2": "EU", "na1": "US", "na3": "US", "ca1": "CA", "ap1": "", "": "", "xeu": "", "mars": ""} {
		if got := region(hosting); got != want {
			t.Errorf("%q: %q, want %q", hosting, got, want)
		}
	}
}

func TestDescribeFailsIfTheAccountCanNotBeAsked(t *testing.T) {
	for status, kind := range map[int]fault.Kind{401: fault.Auth, 477: fault.Transient, 502: fault.Transient} {
		url := serve(t, func(w http.ResponseWriter, _ *http.Request) { w.WriteHeader(status) })
		if _, err := connect(t, url, nil).Describe(t.Context()); !fault.Is(err, kind) {
			t.Errorf("%d: got %v", status, err)
		}
	}
}
