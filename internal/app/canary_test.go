package app

import (
	"bytes"
	"context"
	"crypto/sha256"
	"encoding/base64"
	"encoding/hex"
	"encoding/json"
	"fmt"
	"io/fs"
	"log"
	"log/slog"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/lapsed/lapsed/internal/sandbox/hubspot"
	"github.com/lapsed/lapsed/internal/sandbox/kit"
)

// canaries are what may be found nowhere: each is of no language and in no word.
var canaries = []string{"qanaryfirst", "qanarylast", "qanarymail", "qanaryother", "qanaryphone", "+4755512399", "qanarycompany", "qanarytitle", "qanarystreet", "qanarysubject", "qanaryform",
	"qanarysource", "qanarytoken", "qanarysecret", "qanaryclient", "qanaryreason", "qanaryperson", "Nora Neighbour", "nora.neighbour"}

// aviary is a world full of canaries, with everything to do that there is.
func newAviary(t *testing.T, change ...func(*hubspot.Options)) *world {
	w := newWorld(t, "enforce", append(change, func(o *hubspot.Options) { o.Token = "pat-eu1-qanarytoken" })...)
	w.wide(t)
	w.rewrite(t, "lapsed.yaml", "pat-eu1-test", "pat-eu1-qanarytoken")
	old := now.AddDate(-3, 0, 0)
	for i := range 4 {
		mail := fmt.Sprintf("qanarymail%d@example.com", i)
		w.hs.Insert(hubspot.Contact{Created: old, Properties: map[string]string{"email": mail, "firstname": "Qanaryfirst", "lastname": "Qanarylast", "phone": "+4755512399",
			"jobtitle": "Qanarytitle", "company": "Qanarycompany", "first_conversion_event_name": "Demo: Qanaryform", "recent_conversion_event_name": "Qanaryform", "hs_additional_emails": fmt.Sprintf("qanaryother%d@example.org", i)},
			Subscriptions: []hubspot.Subscription{{ID: 101, Status: "SUBSCRIBED", LegalBasis: "LEGITIMATE_INTEREST_CLIENT", Explanation: "Qanaryreason", Source: "Qanarysource"}}})
		w.sf.Insert("Lead", map[string]any{"Email": mail, "FirstName": "Qanaryfirst", "LastName": "Qanarylast", "Company": "Qanarycompany", "Title": "Qanarytitle", "Phone": "+4755512399", "Street": "Qanarystreet 1",
			"Description": "Qanarysubject", "LeadSource": "Qanarysource", "CreatedDate": old, "Newsletter__c": true})
	}
	id := w.sf.Insert("Contact", map[string]any{"Email": "qanarymail9@example.com", "FirstName": "Qanaryfirst", "LastName": "Qanarylast", "LeadSource": "Sales", "CreatedDate": old, "Birthdate": old.AddDate(-30, 0, 0)})
	w.sf.Insert("Case", map[string]any{"ContactId": id, "Subject": "Qanarysubject", "Status": "Closed", "CreatedDate": old})
	w.sf.Insert("Task", map[string]any{"WhoId": id, "Subject": "Qanarysubject", "Description": "Qanarysubject", "CallDisposition": "Qanaryreason"})
	return w
}

// Invariant 8: no name, address, number or token leaves the moment in which it
// was read: not into the state, the log, what is printed, an error or a URL.
func TestInvariant08Canaries(t *testing.T) {
	var out seen
	log.SetOutput(&out)
	defer log.SetOutput(os.Stderr)
	w := newAviary(t)
	ctx := context.Background()
	loud := func(a *App) {
		a.opt.Logger = slog.New(slog.NewJSONHandler(&out, &slog.HandlerOptions{Level: slog.LevelDebug}))
	}
	cycle := func() {
		r, err := w.try(t, loud)
		if err != nil {
			fmt.Fprintf(&out, "%v\n%+v\n", err, err)
		}
		r.Text(&out)
		if err := json.NewEncoder(&out).Encode(r); err != nil {
			t.Fatal(err)
		}
	}
	cycle()
	w.advance(grace)
	// Each failure once: their answers hold names, and some the request.
	for _, f := range []kit.Fault{
		{Processor: "hubspot", Kind: "status", Status: 400}, {Processor: "hubspot", Kind: "status", Status: 401}, {Processor: "hubspot", Kind: "status", Status: 500}, {Processor: "hubspot", Kind: "drop-before"},
		{Processor: "hubspot", Kind: "nonsense"}, {Processor: "hubspot", Kind: "truncated"}, {Processor: "hubspot", Kind: "html-502"},
		{Processor: "hubspot", Route: "gdpr-delete", Kind: "status", Status: 400}, {Processor: "hubspot", Route: "write", Kind: "status", Status: 400},
		{Processor: "salesforce", Kind: "two-errors"}, {Processor: "salesforce", Kind: "session-401"}, {Processor: "salesforce", Kind: "redirect"}, {Processor: "salesforce", Kind: "nonsense"}, {Processor: "salesforce", Kind: "truncated"},
		{Processor: "salesforce", Route: "PATCH", Kind: "duplicate"}, {Processor: "salesforce", Route: "PATCH", Kind: "validation"}, {Processor: "salesforce", Route: "DELETE", Kind: "lock-row"}, {Processor: "salesforce", Route: "DELETE", Kind: "drop-after-commit"},
	} {
		w.stage.Faults.Arm(f)
		cycle()
		w.stage.Faults.Clear()
		w.advance(8 * day)
	}
	cycle()
	w.advance(day)
	cycle()
	if w.count("hubspot", "delete") == 0 || w.count("salesforce", "delete") == 0 || w.count("", "unsubscribe") == 0 {
		t.Fatalf("the canaries were not even handled: %v", w.stage.Book.Changes())
	}

	a := w.open(t)
	loud(a)
	if _, err := a.AddHold(ctx, HoldRequest{Subject: "Qanarymail9@example.com", Basis: "court", Reference: "22-1", Reason: "r", Authority: "x", Until: a.Policy.Today(a.Clock()) + 10, By: "qanaryperson"}); err != nil {
		t.Fatal(err)
	}
	for _, subject := range []string{"qanarymail9@example.com", "Qanary mail9@example.com", "qanarymail@", "qanarymail77@example.com"} {
		x, err := a.Explain(ctx, subject)
		fmt.Fprintln(&out, x, err)
		b, _ := json.Marshal(x)
		_, _ = out.Write(b)
		_, err = a.AddHold(ctx, HoldRequest{Subject: subject, Basis: "gossip"})
		fmt.Fprintln(&out, err)
	}
	es, err := a.List(ctx, ListFilter{})
	if err != nil {
		t.Fatal(err)
	}
	b, _ := json.Marshal(es)
	_, _ = out.Write(b)
	fmt.Fprintf(&out, "%v %+v\n", a.connectors, a.Config.Processors)
	export := t.TempDir()
	if err := a.Export(ctx, export); err != nil {
		t.Fatal(err)
	}
	dir := filepath.Dir(w.config)
	nowhere(t, "before the vacuum", dir, export)
	if err := a.Store.Vacuum(ctx); err != nil {
		t.Fatal(err)
	}
	if err := a.Close(); err != nil {
		t.Fatal(err)
	}
	nowhere(t, "after the vacuum", dir)
	find(t, "what was printed", out.out.Bytes())
	if out.out.Len() < 10_000 {
		t.Errorf("only %d bytes were printed: the test looks at nothing", out.out.Len())
	}
	// Record ids are in the state, and never in the log.
	for _, c := range w.stage.Book.Changes() {
		if c.Processor == "salesforce" {
			walk(t, export, func(path string, b []byte) {
				if bytes.Contains(b, []byte(c.ID)) {
					t.Errorf("%s holds a record's id", path)
				}
			})
		}
	}
	// This account has batches for addresses. The one address in a URL is that of
	// nobody, by which each look at the account tries whether statuses may be read.
	in, looks := 0, 0
	for _, c := range w.stage.Book.Calls(0) {
		if c.Address {
			in++
		}
		if strings.Contains(c.Route, "account-info") {
			looks++
		}
	}
	if in > looks {
		t.Errorf("%d addresses in URLs, where nobody's was asked for at most %d times", in, looks)
	}
}

// Where HubSpot has no other way, the address of a person is in the URL of the
// calls for single addresses, and in no other.
func TestInvariant08AddressesInURLs(t *testing.T) {
	t.Parallel()
	w := newAviary(t, func(o *hubspot.Options) { o.Enterprise = false })
	w.run(t)
	w.advance(grace)
	w.run(t)
	w.advance(time.Hour)
	w.run(t)
	in := 0
	for _, c := range w.stage.Book.Calls(0) {
		if !c.Address {
			continue
		}
		in++
		if c.Processor != "hubspot" || !strings.Contains(c.Route, "/statuses/{email}") {
			t.Errorf("an address in a URL: %s %s", c.Processor, c.Route)
		}
	}
	if in == 0 {
		t.Error("no call for a single address was made: the test looks at nothing")
	}
}

// nowhere looks for canaries in all files but the config, which names them.
func nowhere(t *testing.T, when string, dirs ...string) {
	t.Helper()
	for _, dir := range dirs {
		walk(t, dir, func(path string, b []byte) {
			if filepath.Base(path) != "lapsed.yaml" {
				find(t, when+" "+filepath.Base(path), b)
			}
		})
	}
}

func walk(t *testing.T, dir string, each func(path string, b []byte)) {
	t.Helper()
	err := filepath.WalkDir(dir, func(path string, d fs.DirEntry, err error) error {
		if err != nil || d.IsDir() {
			return err
		}
		b, err := os.ReadFile(path)
		each(path, b)
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
}

func find(t *testing.T, where string, b []byte) {
	t.Helper()
	low := bytes.ToLower(b)
	for _, c := range canaries {
		if i := bytes.Index(low, []byte(strings.ToLower(c))); i >= 0 {
			t.Errorf("%s holds %q: …%q…", where, c, b[max(0, i-60):min(len(b), i+60)])
		}
	}
	for i := range 10 { // nor a hash that anybody could guess
		sum := sha256.Sum256(fmt.Appendf(nil, "qanarymail%d@example.com", i))
		for _, form := range [][]byte{sum[:], []byte(hex.EncodeToString(sum[:])), []byte(base64.StdEncoding.EncodeToString(sum[:])), []byte(base64.RawURLEncoding.EncodeToString(sum[:]))} {
			if bytes.Contains(b, form) {
				t.Errorf("%s holds the plain hash of an address", where)
			}
		}
	}
}
