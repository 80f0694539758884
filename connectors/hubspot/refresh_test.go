package hubspot

import (
	"net/http"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/lapsed/lapsed/connectors"
	"github.com/lapsed/lapsed/internal/contact"
	"github.com/lapsed/lapsed/internal/fault"
)

func refsOf(c *Connector, ids ...string) []contact.Ref {
	refs := make([]contact.Ref, len(ids))
	for i, id := range ids {
		refs[i] = c.ref(id)
	}
	return refs
}

// findings shows answers as "ref state [→ ref] [read ref]".
func findings(rs []connectors.Reread) []string {
	var out []string
	for _, r := range rs {
		s := r.Ref.ID + " " + r.State.String()
		if !r.Into.IsZero() {
			s += " → " + r.Into.ID
		}
		if r.Contact.Fields.Len() > 0 {
			s += ", read " + r.Contact.Ref.ID
		}
		out = append(out, s)
	}
	return out
}

func TestRefreshSettlesEachRecord(t *testing.T) {
	_, url := play(t, "refresh")
	c := connect(t, url, nil)
	rs, err := c.Refresh(t.Context(), refsOf(c, "5", "1", "4", "3", "2", "6", "1"))
	if err != nil {
		t.Fatal(err)
	}
	want := []string{"5 merged → 88, read 88", "1 present, read 1", "4 merged → 77, read 77", "3 absent", "2 binned", "6 unread", "1 present, read 1"}
	if d := cmp.Diff(want, findings(rs)); d != "" {
		t.Error(d)
	}
	if at := time.Date(2026, 11, 24, 9, 0, 0, 0, time.UTC); !rs[1].Contact.ReadAt.Equal(at) {
		t.Errorf("read at %s, want HubSpot's own time", rs[1].Contact.ReadAt)
	}
	if d := cmp.Diff([]contact.Ref{c.ref("4"), c.ref("70")}, rs[2].Contact.Aliases); d != "" {
		t.Error(d)
	}
}

func TestRefreshRefusesForeignRecords(t *testing.T) {
	c := connect(t, "http://127.0.0.1:1", nil)
	for _, r := range []contact.Ref{{Processor: "salesforce", Object: "contact", ID: "1"}, {Processor: "hubspot", Object: "deal", ID: "1"}, {Processor: "hubspot", Object: "contact", ID: "canary.person@example.org"}} {
		for _, err := range c.Delete(t.Context(), []contact.Ref{r}) {
			if quiet(t, err); !fault.Is(err, fault.Invalid) {
				t.Errorf("delete: got %v", err)
			}
		}
	}
}

func TestVerifyTellsRefusalsOfAllAddresses(t *testing.T) {
	_, url := play(t, "verify")
	c := connect(t, url, func(o *Options) { o.Topics = []string{"101", "102"} })
	var ks []contact.Contact
	for _, r := range refsOf(c, "1", "2", "3", "4") {
		ks = append(ks, contact.Contact{Ref: r})
	}
	rs, err := c.Verify(t.Context(), ks)
	if err != nil {
		t.Fatal(err)
	}
	if d := cmp.Diff([]string{"1 present, read 1", "2 present, read 2", "3 present, read 3", "4 absent"}, findings(rs)); d != "" {
		t.Error(d)
	}
	type line map[string]string
	var got []line
	for _, r := range rs[:3] {
		l := line{}
		for _, f := range []string{"hs_email_optout", "hs_email_optout_101", "hs_email_optout_102"} {
			if v := r.Contact.Fields.Value(f); !v.IsEmpty() {
				l[f] = v.Text()
			}
		}
		got = append(got, l)
	}
	want := []line{
		{"hs_email_optout": "true", "hs_email_optout_101": "true", "hs_email_optout_102": "true"},
		{"hs_email_optout": "false", "hs_email_optout_101": "true"}, // its first address still gets mail
		{"hs_email_optout_101": "false"},
	}
	if d := cmp.Diff(want, got); d != "" {
		t.Error(d)
	}
	if d := cmp.Diff([]string{"hs_email_optout"}, rs[2].Contact.Unreadable); d != "" {
		t.Errorf("an address that HubSpot didn't tell of: %s", d)
	}
}

// A live look-up that shows an archived record found no live one.
func TestAnArchivedRowIsNotLive(t *testing.T) {
	url := serve(t, func(w http.ResponseWriter, _ *http.Request) {
		_, _ = w.Write([]byte(`{"results":[{"id":"1","archived":true,"properties":{}}]}`))
	})
	c := connect(t, url, nil)
	rs, err := c.Refresh(t.Context(), refsOf(c, "1"))
	if err != nil || rs[0].State != connectors.Binned {
		t.Errorf("%v, %v", findings(rs), err)
	}
}

// A topic is refused only if every row of every address says so.
func TestATopicIsRefusedByAllAddressesOrNot(t *testing.T) {
	c := connect(t, "http://127.0.0.1:1", func(o *Options) { o.Topics = []string{"101"} })
	for name, rows := range map[string][]string{"one untold": {"UNSUBSCRIBED"}, "one more subscribed": {"UNSUBSCRIBED", "UNSUBSCRIBED", "SUBSCRIBED"}} {
		k := person(c, "1", "a@example.com", func(k *contact.Contact) {
			k.Fields.Set("hs_additional_emails", contact.ListValue([]string{"b@example.com"}))
		})
		for _, s := range rows {
			row("101", s, "")(&k)
		}
		c.enterTopics(&k)
		if out, ok := k.Fields.Value("hs_email_optout_101").Bool(); !ok || out {
			t.Errorf("%s: passes for refused", name)
		}
	}
}
