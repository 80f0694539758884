package salesforce

import (
	"strings"
	"testing"
	"time"

	"pgregory.net/rapid"

	"github.com/lapsed/lapsed/internal/contact"
)

func TestTimesInBothForms(t *testing.T) {
	for text, want := range map[string]string{
		"2026-11-24T08:55:47.000+0000": "2026-11-24T08:55:47Z",
		"2026-11-24T08:55:47.000Z":     "2026-11-24T08:55:47Z",
		"2026-11-24T08:55:47Z":         "2026-11-24T08:55:47Z",
		"2026-11-24T10:55:47+02:00":    "2026-11-24T08:55:47Z",
		"2026-11-24T10:55:47.123+0200": "2026-11-24T08:55:47.123Z",
		"2008-02-29":                   "2008-02-29",
	} {
		got, whole, err := parseTime(text)
		layout := time.RFC3339Nano
		if whole {
			layout = time.DateOnly
		}
		if err != nil || got.UTC().Format(layout) != want {
			t.Errorf("parseTime(%q) = %s, %v; want %s", text, got, err, want)
		}
	}
	for _, text := range []string{"2026-02-30", "24.11.2026", "2026-11-24T", "2026-11-24 08:55:47", "yesterday", "0000-00-00"} {
		if got, _, err := parseTime(text); err == nil {
			t.Errorf("parseTime(%q) = %s, want an error", text, got)
		}
	}
}

// A birth date keeps its day, whatever the machine's zone.
func TestDateIsTheDayAsWritten(t *testing.T) {
	c := &Connector{}
	v, err := c.valueOf(column{path: "Birthdate", kind: contact.Date}, "2008-05-17T00:00:00.000+0200")
	if err != nil || v.Text() != "2008-05-17" {
		t.Errorf("a date with a time is %s (%v), want its own day", v.Text(), err)
	}
}

func TestValuesOfTheWrongKindAreErrors(t *testing.T) {
	c := &Connector{}
	for _, k := range []struct {
		col  column
		text string
	}{
		{column{path: "f", kind: contact.Bool}, "TRUE"},
		{column{path: "f", kind: contact.Bool, sure: true}, ""},
		{column{path: "f", kind: contact.Date}, "1979"},
		{column{path: "f", kind: contact.Instant}, "canary@example.com"},
		{column{path: "f", kind: contact.Text, id: true}, "00Q"},
	} {
		v, err := c.valueOf(k.col, k.text)
		if err == nil {
			t.Errorf("%q as %s is %s, want an error", k.text, k.col.kind, v)
			continue
		}
		noCanary(t, err.Error())
	}
}

// What goes into a table comes out of it, for its owners and nobody else.
func TestTableKeepsRows(t *testing.T) {
	c, scratch := &Connector{}, t.TempDir()
	rapid.Check(t, func(t *rapid.T) {
		plan := relationPlan{columns: []column{
			{path: "d", name: "d", group: "G", kind: contact.Date}, {path: "i", name: "i", group: "G", kind: contact.Instant},
			{path: "b", name: "b", group: "G", kind: contact.Bool}, {path: "t", name: "t", group: "G", kind: contact.Text},
			{path: "l", name: "l", group: "G", kind: contact.List},
		}}
		// In memory, in part on a disk, and each row in a run of its own.
		tab, want := newTable(plan, Options{Scratch: scratch, Room: rapid.SampledFrom([]int{0, 1, 200}).Draw(t, "room")}), map[key][]string{}
		defer tab.close()
		owner := rapid.Custom(func(t *rapid.T) key { return key{byte(rapid.IntRange(0, 4).Draw(t, "owner"))} })
		for range rapid.IntRange(0, 30).Draw(t, "rows") {
			at := time.UnixMilli(rapid.Int64Range(-3e12, 4e12).Draw(t, "at")).UTC()
			at = at.Truncate(rapid.SampledFrom([]time.Duration{time.Millisecond, time.Second, 24 * time.Hour}).Draw(t, "to"))
			values := []string{at.Format(time.DateOnly), at.Format("2006-01-02T15:04:05.000-0700"),
				rapid.SampledFrom([]string{"true", "false", ""}).Draw(t, "b"),
				rapid.SampledFrom([]string{"", "Connected", "No answer"}).Draw(t, "t"), rapid.SampledFrom([]string{"", "a", "a;b"}).Draw(t, "l")}
			owners := rapid.SliceOfNDistinct(owner, 1, 2, func(k key) key { return k }).Draw(t, "owners")
			if err := tab.add(c, owners, values); err != nil {
				t.Fatal(err)
			}
			for _, k := range owners {
				want[k] = append(want[k], values[0]+"|"+at.Format(time.RFC3339Nano)+"|"+strings.Join(values[2:], "|"))
			}
		}
		if err := tab.done(); err != nil {
			t.Fatal(err)
		}
		for o := range byte(6) {
			into := map[string][]contact.Row{}
			if err := tab.join(into, []key{{o}, {o}}); err != nil {
				t.Fatal(err)
			}
			var got []string
			for _, r := range into["G"] {
				got = append(got, r.Value("d").Text()+"|"+r.Value("i").Text()+"|"+r.Value("b").Text()+"|"+r.Value("t").Text()+"|"+r.Value("l").Text())
			}
			if strings.Join(got, "\n") != strings.Join(want[key{o}], "\n") {
				t.Fatalf("owner %d: %q, want %q", o, got, want[key{o}])
			}
		}
	})
}

func TestRegionProvesOnlyWhatItProves(t *testing.T) {
	for instance, want := range map[string]string{
		"DEU12": "EU", "FRA34": "EU", "SWE4S": "EU", "NOR1": "EEA", "USA744": "US", "NA139": "US",
		"GBR12": "", "EU45": "", "CS110": "", "CHE2": "", "AP12": "", "": "", "DEU": "", "XDEU12": "", "NAM1": "", "usa1": "",
	} {
		if got := regionOf(instance); got != want {
			t.Errorf("regionOf(%q) = %q, want %q", instance, got, want)
		}
	}
	if !contradicts("EU", "NA") || !contradicts("US", "EMEA") || contradicts("EU", "EMEA") || contradicts("EU", "") {
		t.Error("the status page's word may deny a region, and never prove one")
	}
}

// A linter trusts the catalogue: nothing that we or software move may count as
// the person's act.
func TestCatalogue(t *testing.T) {
	cat := Catalogue()
	seen := map[string]bool{}
	for _, f := range cat.Fields {
		id := f.Object + " " + f.Path()
		if seen[id] {
			t.Errorf("%s is there twice", id)
		}
		seen[id] = true
	}
	for _, path := range []string{"LastModifiedDate", "SystemModstamp", "LastActivityDate", "LastViewedDate", "HasOptedOutOfEmail", "Task.CompletedDateTime", "CampaignMember.FirstRespondedDate"} {
		fs := cat.Lookup(path)
		if len(fs) == 0 {
			t.Errorf("%s is missing", path)
		}
		for _, f := range fs {
			if f.Mover == contact.ByPerson || f.Mover == contact.ByUnknown {
				t.Errorf("%s: moved by %s", path, f.Mover)
			}
		}
	}
	for _, r := range []contact.Role{contact.RoleEmail, contact.RoleCollected, contact.RoleOptOut, contact.RoleCountry, contact.RoleBounced} {
		for _, o := range cat.Objects {
			if n := len(cat.ByRole(r, o)); n != 1 {
				t.Errorf("%s has %d fields of role %s", o, n, r)
			}
		}
	}
}

func TestAddressesThatATokenMayGoTo(t *testing.T) {
	for address, want := range map[string]bool{
		"https://acme.my.salesforce.com": true, "https://acme.my.salesforce.com/": true, "http://127.0.0.1:8080": true, "http://localhost": true,
		"http://acme.my.salesforce.com": false, "acme.my.salesforce.com": false, "": false, "https://a.example/path": false,
		"https://user:pw@a.example": false, "ftp://127.0.0.1": false, "http://127.0.0.1.example": false,
	} {
		_, err := New(Options{Name: "s", LoginURL: address, ClientID: secretOf("a"), ClientSecret: secretOf("b")})
		if (err == nil) != want {
			t.Errorf("login_url %q: %v", address, err)
		}
	}
}
