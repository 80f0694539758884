package hubspot

import (
	"slices"
	"strconv"
	"testing"
	"time"
)

const statuses = "/communication-preferences/2026-09/statuses/"

func topics(o *bench) { o.Define(11, "News"); o.Define(12, "Events") }

// Line 29.
func TestUnsubscribeAll(t *testing.T) {
	b := newBench(t)
	topics(b)
	id := b.person("ann@example.com")
	all := statuses + "ann%40example.com/unsubscribe-all?channel=EMAIL"
	if g := b.get(all).want(200); len(g.rows()) != 0 {
		t.Errorf("before %s", g.text)
	}
	if g := b.send("POST", all, "", "").want(200); len(g.rows()) != 0 {
		t.Errorf("not verbose %s", g.text)
	}
	g := b.get(all)
	if g.at("results", 0, "wideStatusType") != "PORTAL_WIDE" || g.at("results", 0, "status") != "UNSUBSCRIBED" {
		t.Errorf("after %s", g.text)
	}
	if props, _ := b.Get(id); props["hs_email_optout"] != "" {
		t.Error("hs_email_optout follows too soon")
	}
	b.pass(time.Minute)
	if props, _ := b.Get(id); props["hs_email_optout"] != "true" || props["hs_email_optout_11"] != "true" {
		t.Errorf("properties %v", props)
	}
	if c := b.lastChange(); c.Verb != "unsubscribe" || c.ID != id || c.Topic != "" || c.Forbidden {
		t.Errorf("change %+v", c)
	}
	g = b.send("POST", statuses+"bob@example.com/unsubscribe-all?channel=EMAIL&verbose=true", "", "").want(200)
	if len(g.rows()) != 2 || g.at("results", 1, "setStatusSuccessReason") != "UNSUBSCRIBE_FROM_ALL_OCCURRED" {
		t.Errorf("verbose %s", g.text)
	}
}

// Line 30.
func TestUnsubscribeAgainAndUnknown(t *testing.T) {
	b := newBench(t)
	topics(b)
	all := statuses + "ann@example.com/unsubscribe-all?channel=EMAIL&verbose=true"
	b.send("POST", all, "", "").want(200)
	if g := b.send("POST", all, "", "").want(200); g.at("results", 0, "setStatusSuccessReason") != "NO_STATUS_CHANGE" {
		t.Errorf("repeat %s", g.text)
	}
	if n := len(b.stage.Book.Changes()); n != 1 {
		t.Errorf("%d changes", n)
	}
	id := b.person("Ann@Example.com")
	if props, _ := b.Get(id); props["hs_email_optout"] != "true" {
		t.Error("the stored opt-out did not meet the new contact")
	}
	b.send("POST", statuses+"ann@example.com/unsubscribe-all", "", "").want(400, "VALIDATION_ERROR")
	b.get(statuses + "ann@example.com/unsubscribe-all").want(400)
	b.get(statuses + "ann@example.com").want(400)
}

// Line 31.
func TestStatus(t *testing.T) {
	b := newBench(t)
	topics(b)
	id := b.person("ann@example.com")
	set := func(topic int, state string) got {
		return b.post(statuses+"ann@example.com", map[string]any{"subscriptionId": topic, "statusState": state, "channel": "EMAIL"})
	}
	if g := set(11, "UNSUBSCRIBED").want(200); g.at("results", 0, "setStatusSuccessReason") != "REQUESTED_CHANGE_OCCURRED" || g.at("results", 0, "subscriptionId") != 11.0 {
		t.Errorf("first %s", g.text)
	}
	if c := b.lastChange(); c.Verb != "unsubscribe" || c.Topic != "11" || c.ID != id {
		t.Errorf("change %+v", c)
	}
	if g := set(11, "UNSUBSCRIBED").want(200); g.at("results", 0, "setStatusSuccessReason") != "NO_STATUS_CHANGE" {
		t.Errorf("again %s", g.text)
	}
	if n := len(b.stage.Book.Changes()); n != 1 {
		t.Errorf("%d changes", n)
	}
	b.OptOut("ann@example.com")
	if g := set(12, "SUBSCRIBED").want(200); g.at("results", 0, "setStatusSuccessReason") != "RESUBSCRIBE_OCCURRED" {
		t.Errorf("resubscribe %s", g.text)
	}
	if g := b.get(statuses + "ann@example.com/unsubscribe-all?channel=EMAIL"); len(g.rows()) != 0 {
		t.Errorf("the opt-out stayed: %s", g.text)
	}
	g := b.get(statuses + "ann@example.com?channel=EMAIL").want(200)
	if g.at("results", 0, "status") != "UNSUBSCRIBED" || g.at("results", 1, "status") != "SUBSCRIBED" {
		t.Errorf("statuses %s", g.text)
	}
	for _, state := range []string{"SUBSCRIBED", "NOT_SPECIFIED"} {
		before := b.forbidden()
		set(12, state)
		set(12, state)
		if b.forbidden() != before+2 {
			t.Errorf("%s is not counted", state)
		}
	}
	set(99, "UNSUBSCRIBED").want(400)
	set(11, "MAYBE").want(400)
	b.post(statuses+"ann@example.com", `{"subscriptionId":"11","statusState":"UNSUBSCRIBED"}`).want(400)
}

// Line 32.
func TestDataPrivacy(t *testing.T) {
	b := newBench(t)
	topics(b)
	b.Switch(func(s *Switches) { s.DataPrivacy = true })
	body := map[string]any{"subscriptionId": 11, "statusState": "UNSUBSCRIBED", "channel": "EMAIL"}
	b.post(statuses+"ann@example.com", body).want(400, "VALIDATION_ERROR")
	body["legalBasis"], body["legalBasisExplanation"] = "LEGITIMATE_INTEREST_OTHER", "asked by mail"
	g := b.post(statuses+"ann@example.com", body).want(200)
	if g.at("results", 0, "legalBasisExplanation") != "asked by mail" {
		t.Errorf("answer %s", g.text)
	}
	body["legalBasis"] = "BECAUSE"
	b.post(statuses+"ann@example.com", body).want(400)
	b.send("POST", statuses+"ann@example.com/unsubscribe-all?channel=EMAIL", "", "").want(200)
}

// Line 33.
func TestAddressAndBrand(t *testing.T) {
	b := newBench(t)
	topics(b)
	b.DefineForBrand(41857, 21, "Other brand")
	id := b.person("ann@example.com", "hs_additional_emails", "ann@example.org")
	b.Subscribe("ann@example.org", 11, "CONSENT_WITH_NOTICE")
	b.Subscribe("ann@example.com", 21, "CONSENT_WITH_NOTICE")
	b.send("POST", statuses+"ann@example.com/unsubscribe-all?channel=EMAIL", "", "").want(200)
	if g := b.get(statuses + "ann@example.org?channel=EMAIL"); g.at("results", 0, "status") != "SUBSCRIBED" || g.at("results", 0, "legalBasis") != "CONSENT_WITH_NOTICE" {
		t.Errorf("additional address %s", g.text)
	}
	if g := b.get(statuses + "ann@example.com?channel=EMAIL&businessUnitId=41857"); len(g.rows()) != 1 || g.at("results", 0, "status") != "SUBSCRIBED" {
		t.Errorf("other brand %s", g.text)
	}
	other := statuses + "ann@example.com/unsubscribe-all?channel=EMAIL&businessUnitId=41857"
	if g := b.get(other); len(g.rows()) != 0 {
		t.Errorf("other brand %s", g.text)
	}
	b.send("POST", other, "", "").want(200)
	if g := b.get(other); g.at("results", 0, "wideStatusType") != "BUSINESS_UNIT_WIDE" {
		t.Errorf("other brand %s", g.text)
	}
	if c := b.lastChange(); c.ID != id || c.Topic != "brand:41857" {
		t.Errorf("change %+v", c)
	}
	if g := b.get("/communication-preferences/2026-09/definitions"); len(g.rows()) != 3 || g.at("results", 2, "id") != "21" {
		t.Errorf("definitions %s", g.text)
	}
	// A new primary address drops the opt-out.
	b.pass(time.Minute)
	b.Set(id, map[string]string{"email": "ann@new.example"})
	if props, _ := b.Get(id); props["hs_email_optout"] != "false" {
		t.Errorf("opt-out of the new address: %q", props["hs_email_optout"])
	}
}

// Line 34.
func TestBatchStatuses(t *testing.T) {
	b := newBench(t)
	topics(b)
	all := statuses + "batch/unsubscribe-all?channel=EMAIL"
	b.post(all, map[string]any{"inputs": []string{"ann@example.com"}}).want(403, "MISSING_SCOPES")

	b = newBench(t, enterprise)
	topics(b)
	ann, bob := "ann@example.com", "bob@example.com"
	b.person(ann)
	b.post(all, map[string]any{"inputs": slices.Repeat([]string{ann}, 101)}).want(400)
	g := b.post(all+"&verbose=true", map[string]any{"inputs": []string{ann, "not an address"}}).want(207)
	if g.at("numErrors") != 1.0 || g.at("results", 0, "subscriberIdString") != ann || len(g.at("results", 0, "statuses").([]any)) != 2 {
		t.Errorf("batch %s", g.text)
	}
	g = b.post(statuses+"batch/unsubscribe-all/read?channel=EMAIL", map[string]any{"inputs": []string{ann, bob}}).want(200)
	if g.at("results", 0, "wideStatuses", 0, "status") != "UNSUBSCRIBED" || g.at("results", 1, "wideStatuses", 0, "status") != "SUBSCRIBED" {
		t.Errorf("wide %s", g.text)
	}
	g = b.post(statuses+"batch/write", map[string]any{"inputs": []map[string]any{
		{"subscriberIdString": bob, "subscriptionId": 12, "statusState": "UNSUBSCRIBED", "channel": "EMAIL"},
		{"subscriberIdString": bob, "subscriptionId": 99, "statusState": "UNSUBSCRIBED", "channel": "EMAIL"},
	}}).want(207)
	if len(g.rows()) != 1 {
		t.Errorf("write %s", g.text)
	}
	g = b.post(statuses+"batch/read?channel=EMAIL", map[string]any{"inputs": []string{bob}}).want(200)
	if g.at("results", 0, "statuses", 0, "status") != "NOT_SPECIFIED" || g.at("results", 0, "statuses", 1, "status") != "UNSUBSCRIBED" {
		t.Errorf("read %s", g.text)
	}
	if b.forbidden() != 0 {
		t.Error("an unsubscription counts as forbidden")
	}
}

// Section 5: v3 keeps the address in the body, fails on a repeat, and refuses to
// resubscribe.
func TestOldCalls(t *testing.T) {
	b := newBench(t)
	topics(b)
	body := map[string]any{"emailAddress": "ann@example.com", "subscriptionId": "11"}
	b.post("/communication-preferences/v3/unsubscribe", body).want(200)
	b.post("/communication-preferences/v3/unsubscribe", body).want(400, "VALIDATION_ERROR")
	b.post("/communication-preferences/v3/subscribe", body).want(400)
	if b.forbidden() != 0 {
		t.Error("a refused subscription counts")
	}
	body["subscriptionId"] = 12
	b.post("/communication-preferences/v3/subscribe", body).want(200)
	if b.forbidden() != 1 {
		t.Error("a subscription does not count")
	}
	for _, c := range b.stage.Book.Calls(0) {
		if c.Address {
			t.Errorf("%s has an address in its URL", c.Route)
		}
	}
}

// Line 21.
func TestActs(t *testing.T) {
	person := []string{
		"engagements_last_meeting_booked", "first_conversion_date", "first_conversion_event_name", "hs_analytics_last_timestamp",
		"hs_analytics_last_visit_timestamp", "hs_calculated_form_submissions", "hs_email_last_click_date", "hs_email_last_open_date",
		"hs_email_last_reply_date", "hs_last_sales_activity_timestamp", "hs_last_sales_activity_type", "hs_latest_meeting_activity",
		"hs_sales_email_last_replied", "num_conversion_events", "num_unique_conversion_events", "recent_conversion_date", "recent_conversion_event_name",
	}
	staff := []string{"notes_last_contacted", "notes_last_updated"}
	moved := func(t *testing.T, do func(b *bench, id string), allowed []string) []string {
		b := newBench(t)
		topics(b)
		id := b.person("ann@example.com")
		before, _ := b.Get(id)
		b.pass(time.Hour)
		do(b, id)
		after, _ := b.Get(id)
		var out []string
		for name, text := range after {
			if before[name] != text && name != "lastmodifieddate" && name != "hs_lastmodifieddate" {
				out = append(out, name)
				if !slices.Contains(allowed, name) {
					t.Errorf("moved %s", name)
				}
			}
		}
		if before["lastmodifieddate"] == after["lastmodifieddate"] {
			t.Error("lastmodifieddate stands")
		}
		slices.Sort(out)
		return out
	}
	for _, act := range []string{Visit, Open, Click, Reply, Booking} {
		t.Run(act, func(t *testing.T) {
			if len(moved(t, func(b *bench, id string) { b.Act(id, act) }, person)) == 0 {
				t.Error("nothing moved")
			}
		})
	}
	for _, act := range []string{Outreach, Note} {
		t.Run(act, func(t *testing.T) {
			if len(moved(t, func(b *bench, id string) { b.StaffAct(id, act) }, staff)) == 0 {
				t.Error("nothing moved")
			}
		})
	}
	t.Run("form", func(t *testing.T) {
		got := moved(t, func(b *bench, _ string) { b.SubmitForm("ann@example.com", "guid-1", "Page: Form") }, person)
		want := []string{
			"first_conversion_date", "first_conversion_event_name", "hs_analytics_last_timestamp", "hs_analytics_last_visit_timestamp",
			"hs_calculated_form_submissions", "hs_last_sales_activity_timestamp", "hs_last_sales_activity_type",
			"num_conversion_events", "num_unique_conversion_events", "recent_conversion_date", "recent_conversion_event_name",
		}
		if !slices.Equal(got, want) {
			t.Errorf("moved %v, want %v", got, want)
		}
	})
}

// A form's ticked box is the person's own newer yes.
func TestFormSubscribes(t *testing.T) {
	b := newBench(t)
	topics(b)
	id := b.person("ann@example.com")
	b.OptOut("ann@example.com")
	b.pass(time.Hour)
	b.SubmitForm("ann@example.com", "guid-1", "Page: Form", 11)
	b.SubmitForm("ann@example.com", "guid-1", "Page: Form")
	b.pass(time.Hour)
	g := b.get(statuses + "ann@example.com?channel=EMAIL")
	if g.at("results", 0, "status") != "SUBSCRIBED" || g.at("results", 0, "legalBasis") != "CONSENT_WITH_NOTICE" || g.at("results", 1, "status") != "UNSUBSCRIBED" {
		t.Errorf("statuses %s", g.text)
	}
	props, _ := b.Get(id)
	if props["hs_email_optout"] != "false" || props["hs_email_optout_11"] != "false" || props["hs_email_optout_12"] != "true" {
		t.Errorf("properties %v", props)
	}
	if props["num_conversion_events"] != "2" || props["num_unique_conversion_events"] != "1" {
		t.Errorf("properties %v", props)
	}
	if got := props["hs_calculated_form_submissions"]; got[:len("guid-1:0:")] != "guid-1:0:" {
		t.Errorf("submissions %q", got)
	}
	if len(b.stage.Book.Changes()) != 0 {
		t.Error("the book holds acts of the vendor's side")
	}
}

// A population's statuses: opt-outs win, whatever the order, and their time is theirs.
func TestSeededStatuses(t *testing.T) {
	b := newBench(t)
	topics(b)
	at := start.AddDate(-1, 0, 0)
	id := b.Insert(Contact{
		Properties: map[string]string{"email": "ann@example.com", "hs_email_optout": "true"}, Created: at,
		Subscriptions: []Subscription{{ID: 11, Status: "SUBSCRIBED", LegalBasis: "CONSENT_WITH_NOTICE", At: at}},
	})
	props, _ := b.Get(id)
	if props["hs_email_optout"] != "true" || props["hs_email_optout_11"] != "true" {
		t.Errorf("properties %v", props)
	}
	for i, c := range []Contact{
		{Subscriptions: []Subscription{{Status: "UNSUBSCRIBED", At: at}}},
		{Subscriptions: []Subscription{{ID: 12, Status: "UNSUBSCRIBED", At: at}}},
		{Properties: map[string]string{"hs_email_optout_12": "true"}},
	} {
		mail := "p" + strconv.Itoa(i) + "@example.com"
		if c.Properties == nil {
			c.Properties = map[string]string{}
		}
		c.Properties["email"], c.Created = mail, at
		props, _ := b.Get(b.Insert(c))
		if (props["hs_email_optout"] == "true") != (i == 0) || props["hs_email_optout_12"] != "true" {
			t.Errorf("%d: properties %v", i, props)
		}
		g := b.get(statuses + mail + "?channel=EMAIL")
		if g.at("results", 1, "status") != "UNSUBSCRIBED" || g.at("results", 1, "timestamp") != stamp(at.UnixMilli()) {
			t.Errorf("%d: %s", i, g.text)
		}
	}
}
