package hubspot

import (
	"encoding/json"
	"fmt"
	"net/http"
	"net/http/httptest"
	"os"
	"slices"
	"strconv"
	"strings"
	"sync/atomic"
	"testing"

	"github.com/lapsed/lapsed/connectors"
	"github.com/lapsed/lapsed/internal/contact"
	"github.com/lapsed/lapsed/internal/fault"
)

// serve answers the properties from testdata and the rest from h.
func serve(t *testing.T, h http.HandlerFunc) string {
	t.Helper()
	defined, err := os.ReadFile("testdata/properties.json")
	if err != nil {
		t.Fatal(err)
	}
	srv := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if strings.HasPrefix(r.URL.Path, "/crm/properties/") && r.URL.RawQuery == "" {
			_, _ = w.Write(defined)
			return
		}
		h(w, r)
	}))
	t.Cleanup(srv.Close)
	return srv.URL
}

const aRow = `{"id":"1","properties":{"email":"canary.person@example.org"}}`

// Whole or not: none of these may pass for the end of the list.
func TestAReadThatDidNotSeeEverythingIsAnError(t *testing.T) {
	next := func(after string) string { return `,"paging":{"next":{"after":"` + after + `"}}` }
	for name, c := range map[string]struct {
		status int
		body   string
		second string // the answer to the second page, "" = as the first
		kind   fault.Kind
	}{
		"an empty page with a next one":    {200, `{"results":[]` + next("2") + `}`, `{"results":[` + aRow + `]}`, fault.Invalid},
		"a cursor that leads back":         {200, `{"results":[` + aRow + `]` + next("2") + `}`, "", fault.Invalid},
		"a next page without a cursor":     {200, `{"results":[` + aRow + `],"paging":{"next":{}}}`, "", fault.Invalid},
		"a cursor that leads to nobody":    {200, `{"results":[` + aRow + `]` + next("2") + `}`, `{"results":[]}`, fault.Invalid},
		"an empty list, and an index of 7": {200, `{"results":[],"total":7}`, "", fault.Invalid},
		"an empty list, and no index":      {200, `{"results":[]}`, "", fault.Invalid},
		"no results":                       {200, `{"status":"COMPLETE"}`, "", fault.Invalid},
		"results that are null":            {200, `{"results":null}`, "", fault.Invalid},
		"a row without an id":              {200, `{"results":[{"properties":{}}]}`, "", fault.Invalid},
		"a row without properties":         {200, `{"results":[{"id":"1"}]}`, "", fault.Invalid},
		"a value that is a list":           {200, `{"results":[{"id":"1","properties":{"email":["canary.person@example.org"]}}]}`, "", fault.Invalid},
		"truncated JSON":                   {200, `{"results":[` + aRow, "", fault.Invalid},
		"a page in HTML":                   {200, `<html>canary.person@example.org</html>`, "", fault.Invalid},
		"a second page that is broken":     {200, `{"results":[` + aRow + `]` + next("2") + `}`, `{"results":[`, fault.Invalid},
		"a gateway's HTML":                 {502, `<html>canary.person@example.org</html>`, "", fault.Transient},
		"a URL that is too long":           {414, `<html>canary.person@example.org</html>`, "", fault.Invalid},
		"an account that is being moved":   {477, `{"message":"canary.person@example.org"}`, "", fault.Transient},
		"a record lock":                    {423, `{}`, "", fault.Transient},
		"a spent day":                      {429, `{"policyName":"DAILY","message":"canary.person@example.org"}`, "", fault.RateLimited},
		"a forbidden list":                 {403, `{"category":"canary.person@example.org"}`, "", fault.Auth},
		"an unknown token":                 {401, `{"category":"EXPIRED_AUTHENTICATION","context":{"expire time":["1970-01-01T00:00:00Z"]}}`, "", fault.Auth},
		"a wrong host":                     {404, `404 page not found`, "", fault.Invalid},
		"a redirect":                       {302, ``, "", fault.Invalid},
		"a body that breaks off in a word": {200, `{"results":[{"id":"1","properties":{"email":"can`, "", fault.Invalid},
	} {
		t.Run(name, func(t *testing.T) {
			var pages atomic.Int32
			url := serve(t, func(w http.ResponseWriter, r *http.Request) {
				w.WriteHeader(c.status)
				if pages.Add(1); r.URL.Query().Has("after") && c.second != "" {
					_, _ = w.Write([]byte(c.second))
					return
				}
				_, _ = w.Write([]byte(c.body))
			})
			_, _, err := readAll(t, connect(t, url, nil))
			if !fault.Is(err, c.kind) {
				t.Errorf("got %v, want %s", err, c.kind)
			}
		})
	}
}

func TestAnEmptyAccountIsReadWhole(t *testing.T) {
	url := serve(t, func(w http.ResponseWriter, _ *http.Request) { _, _ = w.Write([]byte(`{"results":[],"total":0}`)) })
	if ks, _, err := readAll(t, connect(t, url, nil)); err != nil || len(ks) != 0 {
		t.Errorf("%d contacts, %v", len(ks), err)
	}
}

// Statuses and deals that HubSpot is silent about are not taken for none.
func TestSilenceAboutSubscriptionsOrDealsIsUnreadable(t *testing.T) {
	defined, _ := os.ReadFile("testdata/properties.json")
	srv := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		answer := `{"results":[]}`
		switch {
		case strings.HasPrefix(r.URL.Path, "/crm/properties/"):
			answer = strings.Replace(string(defined), `{"results": [`, `{"results": [{"name":"num_associated_deals","type":"number"},`, 1)
		case strings.HasSuffix(r.URL.Path, "/definitions"):
			answer = `{"results":[{"id":"101"}]}`
		case strings.HasSuffix(r.URL.Path, "/statuses/batch/read"):
			answer = `{"results":[{"subscriberIdString":"canary.person@example.org","statuses":[]}]}`
		case r.Method == http.MethodGet:
			answer = `{"results":[{"id":"1","properties":{"email":"canary.person@example.org","num_associated_deals":"1"}}]}`
		}
		_, _ = w.Write([]byte(answer))
	}))
	t.Cleanup(srv.Close)
	ks, _, err := readAll(t, connect(t, srv.URL, func(o *Options) { o.Fields, o.Topics = []string{"deal.hs_is_closed"}, []string{"101"} }))
	if err != nil || !slices.Equal(ks[0].Unreadable, []string{"subscription", "deal"}) {
		t.Errorf("%v, %v", ks, err)
	}
}

func TestAGarbledPageIsAskedForOnceMore(t *testing.T) {
	var asked atomic.Int32
	url := serve(t, func(w http.ResponseWriter, _ *http.Request) {
		if asked.Add(1) == 1 {
			_, _ = w.Write([]byte(`{"results":[`))
			return
		}
		_, _ = w.Write([]byte(`{"results":[` + aRow + `]}`))
	})
	if ks, _, err := readAll(t, connect(t, url, nil)); err != nil || len(ks) != 1 || asked.Load() != 2 {
		t.Errorf("%d contacts after %d calls, %v", len(ks), asked.Load(), err)
	}
}

// Empty is not unreadable: HubSpot leaves out what isn't defined.
func TestANeededPropertyThatIsNotDefinedIsNamed(t *testing.T) {
	for path, asksMore := range map[string]bool{"no_such_property": true, "old_field": true, "subscription.no_such": false, "ticket.status": false} {
		t.Run(path, func(t *testing.T) {
			var sensitive []string
			url := serve(t, func(w http.ResponseWriter, r *http.Request) {
				if level := r.URL.Query().Get("dataSensitivity"); level != "" {
					sensitive = append(sensitive, level)
					_, _ = w.Write([]byte(`{"results":[]}`))
					return
				}
				t.Errorf("went on with %s %s", r.Method, r.URL.Path)
			})
			c := connect(t, url, func(o *Options) { o.Fields = []string{path} })
			_, _, err := readAll(t, c)
			if !fault.Is(err, fault.Unsupported) || !strings.Contains(err.Error(), path) {
				t.Errorf("got %v", err)
			}
			if _, err := c.Refresh(t.Context(), refsOf(c, "1")); !fault.Is(err, fault.Unsupported) {
				t.Errorf("refresh: got %v", err)
			}
			if asked := len(sensitive) > 0; asked != asksMore {
				t.Errorf("asked for sensitive properties: %v", sensitive)
			}
		})
	}
}

// A property that goes between two cycles must not turn a person inactive.
func TestRefreshNoticesAPropertyThatHasGone(t *testing.T) {
	gone := false
	defined, _ := os.ReadFile("testdata/properties.json")
	srv := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		switch {
		case r.Method == http.MethodGet && r.URL.Query().Has("dataSensitivity"):
			_, _ = w.Write([]byte(`{"results":[]}`))
		case r.Method == http.MethodGet && gone:
			_, _ = w.Write([]byte(strings.Replace(string(defined), "hs_email_last_click_date", "another", 1)))
		case r.Method == http.MethodGet:
			_, _ = w.Write(defined)
		case gone:
			_, _ = w.Write([]byte(`{"results":[` + aRow + `]}`))
		default:
			_, _ = w.Write([]byte(`{"results":[{"id":"1","properties":{"email":"a@example.com","hs_email_last_click_date":"2026-01-01T00:00:00Z"}}]}`))
		}
	}))
	t.Cleanup(srv.Close)
	c := connect(t, srv.URL, func(o *Options) { o.Fields = []string{"hs_email_last_click_date"} })
	if rs, err := c.Refresh(t.Context(), refsOf(c, "1")); err != nil || rs[0].Contact.Fields.Value("hs_email_last_click_date").IsEmpty() {
		t.Fatalf("%v", err)
	}
	gone = true
	_, err := c.Refresh(t.Context(), refsOf(c, "1"))
	if quiet(t, err); !fault.Is(err, fault.Unsupported) || !strings.Contains(err.Error(), "hs_email_last_click_date") {
		t.Errorf("got %v", err)
	}
}

// HubSpot withholds a sensitive value from a token without the scope, silently.
func TestAnEmptySensitiveValueIsUnreadableUntilOneWasSeen(t *testing.T) {
	value := "null"
	url := serve(t, func(w http.ResponseWriter, r *http.Request) {
		if level := r.URL.Query().Get("dataSensitivity"); level != "" {
			_, _ = w.Write([]byte(`{"results":[{"name":"health_note","type":"string"}]}`))
			return
		}
		_, _ = fmt.Fprintf(w, `{"results":[{"id":"1","properties":{"health_note":%s}},{"id":"2","properties":{"health_note":null}}]}`, value)
	})
	c := connect(t, url, func(o *Options) { o.Fields = []string{"health_note"} })
	ks, _, err := readAll(t, c)
	if err != nil || !slices.Equal(ks[0].Unreadable, []string{"health_note"}) {
		t.Fatalf("unreadable %v, %v", ks[0].Unreadable, err)
	}
	value = `"fine"`
	if ks, _, err = readAll(t, c); err != nil || ks[0].Unreadable != nil || ks[1].Unreadable != nil {
		t.Errorf("still unreadable: %v %v, %v", ks[0].Unreadable, ks[1].Unreadable, err)
	}
}

func TestManyPropertiesAreReadByBatch(t *testing.T) {
	var fields, defs []string
	for i := range 400 {
		fields = append(fields, fmt.Sprintf("custom_property_number_%d", i))
		defs = append(defs, fmt.Sprintf(`{"name":"custom_property_number_%d","type":"string"}`, i))
	}
	calls := map[string]int{}
	srv := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		calls[r.Method+" "+r.URL.Path]++
		if len(r.URL.String()) > 6<<10 {
			t.Errorf("a URL of %d bytes", len(r.URL.String()))
		}
		switch {
		case strings.HasPrefix(r.URL.Path, "/crm/properties/"):
			defined, _ := os.ReadFile("testdata/properties.json")
			_, _ = w.Write([]byte(strings.Replace(string(defined), `{"results": [`, `{"results": [`+strings.Join(defs, ",")+",", 1)))
		case r.Method == http.MethodPost:
			var body struct{ Properties []string }
			_ = json.NewDecoder(r.Body).Decode(&body)
			if len(body.Properties) != 400+len(identity) {
				t.Errorf("%d properties asked", len(body.Properties))
			}
			_, _ = w.Write([]byte(`{"results":[{"id":"1","properties":{"custom_property_number_7":"seven"}}],"errors":[{"category":"OBJECT_NOT_FOUND","context":{"ids":["2"]}}]}`))
		default:
			_, _ = w.Write([]byte(`{"results":[{"id":"1","properties":{"hs_object_id":"1"}},{"id":"2","properties":{"hs_object_id":"2"}}]}`))
		}
	}))
	t.Cleanup(srv.Close)
	ks, _, err := readAll(t, connect(t, srv.URL, func(o *Options) { o.Fields = fields }))
	if err != nil || len(ks) != 1 || ks[0].Fields.Value("custom_property_number_7").Text() != "seven" {
		t.Errorf("%d contacts, %v (%v)", len(ks), err, calls)
	}
}

// A write that was answered by nonsense is open, and is not sent again.
func TestAnUnknownAnswerToAWriteIsAmbiguous(t *testing.T) {
	for name, answer := range map[string]http.HandlerFunc{
		"524":          func(w http.ResponseWriter, _ *http.Request) { w.WriteHeader(524) },
		"503":          func(w http.ResponseWriter, _ *http.Request) { w.WriteHeader(503) },
		"dropped":      func(w http.ResponseWriter, _ *http.Request) { reply(w, &exchange{}) },
		"HTML and 200": func(w http.ResponseWriter, _ *http.Request) { _, _ = w.Write([]byte("<html>")) },
	} {
		t.Run(name, func(t *testing.T) {
			var writes atomic.Int32
			url := serve(t, func(w http.ResponseWriter, r *http.Request) {
				if r.Method == http.MethodGet {
					_, _ = w.Write([]byte(`{"results":[]}`))
					return
				}
				writes.Add(1)
				answer(w, r)
			})
			c := connect(t, url, nil)
			items := []connectors.Unsubscription{{Contact: person(c, "1", canaryAddress, nil), All: true}}
			c.noBatchWrites.Store(true)
			if got := kindsOf(t, c.Unsubscribe(t.Context(), items)); got[0] != "ambiguous" || writes.Load() != 1 {
				t.Errorf("single: %v after %d writes", got, writes.Load())
			}
			c.noBatchWrites.Store(false)
			if got := kindsOf(t, c.Unsubscribe(t.Context(), items)); got[0] != "ambiguous" || writes.Load() != 2 {
				t.Errorf("batch: %v after %d writes", got, writes.Load())
			}
		})
	}
}

// What a vendor says may hold anything: nothing of it may reach an error.
func TestNoErrorShowsWhatHubSpotSaid(t *testing.T) {
	c := canaryAddress
	body := `{"status":"` + c + `","message":"` + c + `","category":"` + c + `","subCategory":"` + c + `","policyName":"` + c + `","errorType":"` + c +
		`","correlationId":"` + c + `","context":{"ids":["` + c + `"],"expire time":["` + c + `"]},"links":{"x":"` + c +
		`"},"errors":[{"message":"` + c + `","code":"` + c + `","in":"` + c + `","context":{"requiredGranularScopes":["` + c + `","crm.objects.` + c + `"],"propertyName":["` + c + `"]}}]}`
	for _, status := range []int{200, 207, 301, 400, 401, 403, 404, 405, 409, 414, 415, 418, 423, 429, 477, 500, 502, 504, 524} {
		t.Run(strconv.Itoa(status), func(t *testing.T) {
			url := serve(t, func(w http.ResponseWriter, _ *http.Request) {
				w.Header().Set("Location", "https://example.org/"+c)
				w.WriteHeader(status)
				_, _ = w.Write([]byte(body))
			})
			k := connect(t, url, func(o *Options) { o.Topics = []string{"101"}; o.Fields = []string{"deal.hs_is_closed"} })
			_, _, err := readAll(t, k)
			errs := []error{err}
			_, err = k.Refresh(t.Context(), refsOf(k, "1"))
			errs = append(errs, err)
			_, err = k.Verify(t.Context(), []contact.Contact{person(k, "1", c, nil)})
			errs = append(errs, err)
			_, err = k.Describe(t.Context())
			errs = append(errs, err)
			errs = append(errs, k.Delete(t.Context(), refsOf(k, "1"))...)
			errs = append(errs, k.Unsubscribe(t.Context(), []connectors.Unsubscription{
				{Contact: person(k, "1", c, nil), All: true}, {Contact: person(k, "1", c, nil), Topics: []string{"101"}}})...)
			for _, err := range errs {
				quiet(t, err)
			}
		})
	}
}

func TestNewRefusesOptionsThatMakeNoSense(t *testing.T) {
	good := func() Options { return Options{Name: "hubspot", BaseURL: "https://api.hubapi.com"} }
	for name, change := range map[string]func(*Options){
		"no token":               func(*Options) {},
		"a token with a newline": func(o *Options) { o.Token = secretOf("a\nb") },
		"no name":                func(o *Options) { o.Token, o.Name = secretOf(token), "" },
		"plain http":             func(o *Options) { o.Token, o.BaseURL = secretOf(token), "http://api.hubapi.com" },
		"a host like loopback":   func(o *Options) { o.Token, o.BaseURL = secretOf(token), "http://127.0.0.1.example.org" },
		"no URL":                 func(o *Options) { o.Token, o.BaseURL = secretOf(token), "api.hubapi.com" },
		"credentials in the URL": func(o *Options) { o.Token, o.BaseURL = secretOf(token), "https://canary:x@api.hubapi.com" },
		"a topic by name":        func(o *Options) { o.Token, o.Topics = secretOf(token), []string{"newsletter"} },
	} {
		o := good()
		change(&o)
		_, err := New(o)
		if quiet(t, err); err == nil {
			t.Errorf("%s: accepted", name)
		}
	}
	for _, base := range []string{"http://127.0.0.1:8080", "http://[::1]:1/", "http://localhost", "https://api-eu1.hubapi.com/"} {
		o := good()
		o.Token, o.BaseURL = secretOf(token), base
		if _, err := New(o); err != nil {
			t.Errorf("%s: %v", base, err)
		}
	}
}

// One ill address is one contact's trouble, many are HubSpot's.
func TestFailingAddressesEndAReadOnlyIfTheyAreMany(t *testing.T) {
	for people, whole := range map[int]bool{patience: true, 3 * patience: false} {
		var rows []string
		for n := range people {
			rows = append(rows, fmt.Sprintf(`{"id":"%d","properties":{"email":"canary%d@example.org"}}`, n+1, n))
		}
		c := connect(t, serve(t, func(w http.ResponseWriter, r *http.Request) {
			switch {
			case strings.HasSuffix(r.URL.Path, "/batch/read"):
				w.WriteHeader(http.StatusForbidden)
			case strings.Contains(r.URL.Path, "/statuses/"):
				w.WriteHeader(http.StatusBadGateway)
			default:
				_, _ = w.Write([]byte(`{"results":[` + strings.Join(rows, ",") + `]}`))
			}
		}), func(o *Options) { o.Fields = []string{"subscription.status"} })
		ks, _, err := readAll(t, c)
		if (err == nil) != whole {
			t.Errorf("%d ill addresses: %v", people, err)
		}
		for _, k := range ks {
			if !slices.Contains(k.Unreadable, "subscription") {
				t.Errorf("%s passes for read", k.Ref)
			}
		}
	}
}

func TestDealsThatNeverEndAreUnreadable(t *testing.T) {
	c := connect(t, serve(t, func(w http.ResponseWriter, r *http.Request) {
		switch {
		case strings.Contains(r.URL.Path, "/associations/"):
			_, _ = w.Write([]byte(`{"results":[{"from":{"id":"1"},"to":[],"paging":{"next":{"after":"x"}}}]}`))
		default:
			_, _ = w.Write([]byte(`{"results":[` + aRow + `]}`))
		}
	}), func(o *Options) { o.Fields = []string{"deal.hs_is_closed"} })
	if ks, _, err := readAll(t, c); err != nil || !slices.Contains(ks[0].Unreadable, "deal") {
		t.Errorf("%v", err)
	}
}
