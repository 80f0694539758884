package hubspot

import (
	"context"
	"errors"
	"slices"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/lapsed/lapsed/connectors"
	"github.com/lapsed/lapsed/internal/contact"
	"github.com/lapsed/lapsed/internal/fault"
)

// plain shows contacts as data that a test can compare.
func plain(ks []contact.Contact) map[string]map[string]string {
	out := map[string]map[string]string{}
	for _, k := range ks {
		m := map[string]string{}
		for f, v := range k.Fields.All() {
			m[f] = v.Kind().String() + " " + v.Text()
		}
		out[k.Ref.String()] = m
	}
	return out
}

func readAll(t *testing.T, c *Connector) ([]contact.Contact, connectors.Reading, error) {
	t.Helper()
	var ks []contact.Contact
	r, err := c.Read(t.Context(), func(page []contact.Contact) error {
		ks = append(ks, page...)
		return nil
	})
	quiet(t, err)
	return ks, r, err
}

func TestReadGivesEveryLiveContactWithTypedValues(t *testing.T) {
	_, url := play(t, "read")
	c := connect(t, url, func(o *Options) {
		o.Fields = []string{"recent_conversion_date", "date_of_birth", "form.guid", "school_size", "pupil_since", "wants_visit", "subjects", "hs_legal_basis"}
	})
	ks, r, err := readAll(t, c)
	if err != nil {
		t.Fatal(err)
	}
	want := map[string]map[string]string{
		"hubspot:contact:33451": {
			"email": "text anna@example.com", "hs_additional_emails": "list anna@example.org;a.person@example.org", "firstname": "text Anna", "country": "text Norge",
			"createdate": "instant 2019-05-04T10:00:00Z", "hs_email_optout": "flag true", "hs_merged_object_ids": "list 201;202",
			"recent_conversion_date": "instant 2019-05-27T15:00:00Z", "date_of_birth": "text 1979-02-03",
			"hs_calculated_form_submissions": "list f-11aa:page-1:1558969200000;f-22bb::1560000000000",
			"school_size":                    "text 420", "pupil_since": "date 2020-02-29", "wants_visit": "flag false", "subjects": "list maths;music",
			"hs_legal_basis": "list Legitimate interest – existing customer;Freely given consent from contact"},
		"hubspot:contact:33452": {"createdate": "instant 2020-01-01T00:00:00Z", "pupil_since": "date 2020-02-29", "hs_calculated_form_submissions": "list f-11aa"},
		"hubspot:contact:33454": {"email": "text b@example.com"},
	}
	if d := cmp.Diff(want, plain(ks)); d != "" {
		t.Error(d)
	}
	if want := []string{"recent_conversion_date", "form"}; !slices.Equal(ks[1].Unreadable, want) {
		t.Errorf("unreadable %v, want %v: filled and not understood is not empty", ks[1].Unreadable, want)
	}
	if len(ks[0].Unreadable)+len(ks[2].Unreadable) != 0 {
		t.Error("something readable counts as unreadable")
	}
	forms := ks[0].Field("form", "submittedAt")
	if len(forms) != 2 || forms[0].Text() != "2019-05-27T15:00:00Z" || ks[0].Field("form", "guid")[1].Text() != "f-22bb" {
		t.Errorf("form submissions are wrong: %d", len(forms))
	}
	if want := []contact.Ref{c.ref("201"), c.ref("202")}; !slices.Equal(ks[0].Aliases, want) {
		t.Errorf("aliases %v, want %v", ks[0].Aliases, want)
	}
	asOf := time.Date(2026, 11, 24, 9, 0, 0, 0, time.UTC)
	if r.Contacts != 3 || !r.AsOf.Equal(asOf) || !ks[0].ReadAt.Equal(asOf.Add(2*time.Second)) {
		t.Errorf("reading %+v, first contact read at %s", r, ks[0].ReadAt)
	}
}

func TestReadTellsSubscriptionsOfAllAddresses(t *testing.T) {
	_, url := play(t, "statuses_batch")
	ks, _, err := readAll(t, connect(t, url, func(o *Options) { o.Topics = []string{"101"} }))
	if err != nil {
		t.Fatal(err)
	}
	got := texts(ks[0], "subscription", "status", "legalBasis", "timestamp", "subscriptionId", "source")
	want := [][]string{{"SUBSCRIBED", "CONSENT_WITH_NOTICE", "2024-03-01T08:00:00Z", "101", "Form"}, {"UNSUBSCRIBED", "", "2024-03-01T08:00:00Z", "101", "Preference page"}}
	if d := cmp.Diff(want, got); d != "" {
		t.Error(d)
	}
	if !slices.Contains(ks[1].Unreadable, "subscription") {
		t.Error("a failed status is not unreadable")
	}
	if ks[0].Unreadable != nil || ks[2].Unreadable != nil {
		t.Error("others suffer from one address's failure")
	}
}

// texts shows the rows of a group, with "" for what is empty.
func texts(k contact.Contact, group string, names ...string) [][]string {
	var out [][]string
	for _, r := range k.Rows[group] {
		var line []string
		for _, n := range names {
			line = append(line, r.Value(n).Text())
		}
		out = append(out, line)
	}
	return out
}

func TestReadFallsBackToSingleAddresses(t *testing.T) {
	_, url := play(t, "statuses_single")
	ks, _, err := readAll(t, connect(t, url, func(o *Options) { o.Fields, o.Topics = []string{"subscription.status"}, []string{"101"} }))
	if err != nil {
		t.Fatal(err)
	}
	want := [][][]string{{{"101", "NOT_SPECIFIED"}}, {{"101", "UNSUBSCRIBED"}}, {{"101", "UNSUBSCRIBED"}, {"101", "SUBSCRIBED"}}, nil, nil}
	for i, k := range ks {
		if d := cmp.Diff(want[i], texts(k, "subscription", "subscriptionId", "status")); d != "" {
			t.Errorf("%s: %s", k.Ref, d)
		}
		if got := slices.Contains(k.Unreadable, "subscription"); got != (i >= 3) {
			t.Errorf("%s: subscriptions unreadable: %v", k.Ref, got)
		}
	}
}

func TestReadAsksTheBrandThatHasTheTopic(t *testing.T) {
	_, url := play(t, "statuses_brands")
	ks, _, err := readAll(t, connect(t, url, func(o *Options) { o.Topics = []string{"101"} }))
	if err != nil {
		t.Fatal(err)
	}
	if d := cmp.Diff([][]string{{"101", "SUBSCRIBED"}}, texts(ks[0], "subscription", "subscriptionId", "status")); d != "" {
		t.Error(d)
	}
}

func TestReadTellsDeals(t *testing.T) {
	_, url := play(t, "deals")
	ks, _, err := readAll(t, connect(t, url, func(o *Options) { o.Fields = []string{"deal.hs_is_closed"} }))
	if err != nil {
		t.Fatal(err)
	}
	names := []string{"dealstage", "hs_is_closed", "hs_is_closed_won", "closedate", "createdate"}
	want := [][]string{{"won", "true", "true", "2025-06-01T00:00:00Z", "2025-01-01T00:00:00Z"}, {"talks", "false", "false", "", "2026-01-01T00:00:00Z"}}
	if d := cmp.Diff(want, texts(ks[0], "deal", names...)); d != "" {
		t.Error(d)
	}
	// 2: an untold deal; 3: no deals; 4: untold associations; 5: a stage that is not defined
	for i, unreadable := range []bool{false, true, false, true, true} {
		if got := slices.Contains(ks[i].Unreadable, "deal"); got != unreadable {
			t.Errorf("%s: deals unreadable: %v, want %v", ks[i].Ref, got, unreadable)
		}
	}
}

func TestReadStopsWhenItsCallerFails(t *testing.T) {
	_, url := play(t, "statuses_batch")
	stop := errors.New("enough")
	_, err := connect(t, url, func(o *Options) { o.Topics = []string{"101"} }).Read(t.Context(), func([]contact.Contact) error { return stop })
	if !errors.Is(err, stop) {
		t.Errorf("got %v, want the caller's own error", err)
	}
}

func TestReadObeysItsContext(t *testing.T) {
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	_, err := connect(t, "http://127.0.0.1:1", nil).Read(ctx, func([]contact.Contact) error { return nil })
	if !errors.Is(err, context.Canceled) || !fault.Is(err, fault.Transient) {
		t.Errorf("got %v", err)
	}
}
