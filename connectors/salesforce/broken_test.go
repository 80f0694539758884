package salesforce

import (
	"context"
	"fmt"
	"io"
	"net"
	"net/http"
	"net/http/httptest"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/lapsed/lapsed/connectors"
	"github.com/lapsed/lapsed/internal/contact"
	"github.com/lapsed/lapsed/internal/fault"
)

// org is a small org of one lead that can be broken route by route.
type org struct {
	mu     sync.Mutex
	broken map[string]func(w http.ResponseWriter) // part of the rendered request → answer
	calls  []string
}

const (
	oneLead = `{"totalSize":1,"done":true,"records":[{"Id":"00Q5g0000000001EAA","IsDeleted":false,"MasterRecordId":null,` +
		`"Email":"canary@example.com","LastName":"Canary","CreatedDate":"2024-03-01T09:30:00.000+0000","HasOptedOutOfEmail":false}]}`
	leadColumns = `"Id","IsDeleted","MasterRecordId","Email","CreatedDate","HasOptedOutOfEmail","LastName"`
	leadLine    = `"00Q5g0000000001EAA","false","","canary@example.com","2024-03-01T09:30:00.000Z","false","Canary"`
)

func (o *org) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	asked := rendered(r)
	o.mu.Lock()
	o.calls = append(o.calls, asked)
	o.mu.Unlock()
	for part, answer := range o.broken {
		if strings.Contains(asked, part) {
			answer(w)
			return
		}
	}
	fields := `{"name":"%s","fields":[{"name":"Id","type":"id"},{"name":"Email","type":"email"},{"name":"LastName","type":"string"},` +
		`{"name":"CreatedDate","type":"datetime"},{"name":"HasOptedOutOfEmail","type":"boolean"}]}`
	switch {
	case strings.Contains(asked, "/oauth2/token"):
		_, _ = fmt.Fprintf(w, `{"access_token":"CANARYtoken","instance_url":"http://%s"}`, r.Host)
	case strings.Contains(asked, "Lead/describe"):
		_, _ = fmt.Fprintf(w, fields, "Lead")
	case strings.Contains(asked, "Contact/describe"):
		_, _ = fmt.Fprintf(w, fields, "Contact")
	case strings.Contains(asked, "/composite") && strings.Contains(asked, "COUNT()"):
		_, _ = io.WriteString(w, `{"compositeResponse":[`+sub(0, 1)+","+sub(1, 0)+","+sub(2, 0)+","+sub(3, 0)+`]}`)
	case strings.Contains(asked, "/limits/recordCount"):
		_, _ = io.WriteString(w, `{"sObjects":[{"count":0,"name":"Contact"}]}`)
	case strings.Contains(asked, "SELECT COUNT() FROM Lead"):
		_, _ = io.WriteString(w, `{"totalSize":1,"done":true,"records":[]}`)
	case strings.Contains(asked, "FROM Lead ORDER BY Id"):
		_, _ = io.WriteString(w, oneLead)
	case strings.Contains(asked, "POST /services/data/v68.0/jobs/query"):
		_, _ = io.WriteString(w, `{"id":"7501","state":"UploadComplete"}`)
	case strings.Contains(asked, "/results"):
		csvAnswer("1", "null", leadColumns+"\n"+leadLine+"\n")(w)
	case strings.Contains(asked, "/jobs/query/7501"):
		_, _ = io.WriteString(w, `{"id":"7501","state":"JobComplete","numberRecordsProcessed":1}`)
	default:
		w.WriteHeader(http.StatusNotFound)
	}
}

func sub(i, total int) string {
	return fmt.Sprintf(`{"body":{"totalSize":%d,"done":true,"records":[]},"httpStatusCode":200,"referenceId":"q%d"}`, total, i)
}

func (o *org) count(part string) (n int) {
	o.mu.Lock()
	defer o.mu.Unlock()
	for _, c := range o.calls {
		if strings.Contains(c, part) {
			n++
		}
	}
	return n
}

func answer(status int, body string) func(http.ResponseWriter) {
	return func(w http.ResponseWriter) {
		w.WriteHeader(status)
		_, _ = io.WriteString(w, body)
	}
}

func csvAnswer(rows, locator, body string) func(http.ResponseWriter) {
	return func(w http.ResponseWriter) {
		if rows != "" {
			w.Header().Set("Sforce-NumberOfRecords", rows)
		}
		if locator != "" {
			w.Header().Set("Sforce-Locator", locator)
		}
		_, _ = io.WriteString(w, body)
	}
}

// cutOff promises more than it sends.
func cutOff(w http.ResponseWriter) {
	w.Header().Set("Content-Length", "5000")
	_, _ = io.WriteString(w, `{"totalSize":1,"done":true,"rec`)
}

// hangUp closes the connection without an answer.
func hangUp(w http.ResponseWriter) {
	c, _, err := w.(http.Hijacker).Hijack()
	if err == nil {
		_ = c.Close()
	}
}

const (
	html       = "<html><body>canary@example.com is not here</body></html>"
	deadBody   = `[{"message":"Session expired or invalid","errorCode":"INVALID_SESSION_ID"}]`
	policyBody = `[{"message":"This session is not valid for use with the REST API","errorCode":"INVALID_SESSION_ID"}]`
	leadPage   = "FROM Lead ORDER BY Id"
	hiddenBody = `[{"message":"SELECT canary@example.com: No such column","errorCode":"INVALID_FIELD"}]`
)

// broken starts an org with one route broken.
func broken(t *testing.T, route string, how func(http.ResponseWriter), o Options) (*org, *Connector) {
	t.Helper()
	b := &org{broken: map[string]func(http.ResponseWriter){route: how}}
	srv := httptest.NewServer(b)
	t.Cleanup(srv.Close)
	return b, connect(t, srv.URL, o)
}

func TestBrokenReadsAreErrors(t *testing.T) {
	limited := func(w http.ResponseWriter) {
		w.Header().Set("Sforce-Limit-Info", "api-usage=12000/15000; per-app-api-usage=17/250(app)")
		_, _ = io.WriteString(w, `{"compositeResponse":[`+sub(0, 1)+","+sub(1, 0)+","+sub(2, 0)+","+sub(3, 0)+`]}`)
	}
	innerLimit := `{"compositeResponse":[` + sub(0, 1) + `,{"body":[{"errorCode":"REQUEST_LIMIT_EXCEEDED","message":"TotalRequests Limit exceeded."}],"httpStatusCode":403,"referenceId":"q1"},` + sub(2, 0) + "," + sub(3, 0) + `]}`
	for name, k := range map[string]struct {
		route string
		how   func(http.ResponseWriter)
		kind  fault.Kind
		bulk  bool
	}{
		"503 in HTML":            {leadPage, answer(503, html), fault.Transient, false},
		"HTML with 200":          {leadPage, answer(200, html), fault.Invalid, false},
		"body []":                {leadPage, answer(200, "[]"), fault.Invalid, false},
		"500 with []":            {leadPage, answer(500, "[]"), fault.Transient, false},
		"body {}":                {leadPage, answer(200, "{}"), fault.Invalid, false},
		"cut off":                {leadPage, cutOff, fault.Transient, false},
		"JSON cut off":           {leadPage, answer(200, oneLead[:100]), fault.Invalid, false},
		"hung up":                {leadPage, hangUp, fault.Transient, false},
		"empty against a count":  {leadPage, answer(200, `{"totalSize":0,"done":true,"records":[]}`), fault.Transient, false},
		"fewer than counted":     {leadPage, answer(200, strings.Replace(oneLead, `"totalSize":1`, `"totalSize":2`, 1)), fault.Transient, false},
		"no next page":           {leadPage, answer(200, strings.Replace(oneLead, "true", "false", 1)), fault.Invalid, false},
		"redirect":               {leadPage, answer(302, ""), fault.Invalid, false},
		"dead session":           {leadPage, answer(401, deadBody), fault.Auth, false},
		"policy":                 {leadPage, answer(401, policyBody), fault.Auth, false},
		"used up":                {leadPage, answer(403, `[{"message":"TotalRequests Limit exceeded.","errorCode":"REQUEST_LIMIT_EXCEEDED"}]`), fault.RateLimited, false},
		"used up inside":         {"COUNT()", answer(200, innerLimit), fault.RateLimited, false},
		"four fifths used":       {"COUNT()", limited, fault.RateLimited, false},
		"hidden since":           {leadPage, answer(400, hiddenBody), fault.Unsupported, false},
		"opt-out null":           {leadPage, answer(200, strings.Replace(oneLead, `"HasOptedOutOfEmail":false`, `"HasOptedOutOfEmail":null`, 1)), fault.Invalid, false},
		"no date":                {leadPage, answer(200, strings.Replace(oneLead, "2024-03-01T", "canary@", 1)), fault.Invalid, false},
		"describe empty":         {"Lead/describe", answer(200, `{"name":"Lead","fields":[]}`), fault.Invalid, false},
		"version retired":        {"Lead/describe", answer(410, `[{"errorCode":"UNSUPPORTED_API_VERSION","message":"x"}]`), fault.Unsupported, false},
		"object gone":            {"Contact/describe", answer(404, `[{"errorCode":"NOT_FOUND","message":"x"}]`), fault.Invalid, false}, // the counts don't fit
		"composite of other":     {"COUNT()", answer(200, `{"compositeResponse":[]}`), fault.Invalid, false},
		"bulk header dropped":    {"/results", csvAnswer("", "null", leadColumns+"\n"+leadLine+"\n"), fault.Invalid, true},
		"bulk locator dropped":   {"/results", csvAnswer("1", "", leadColumns+"\n"+leadLine+"\n"), fault.Invalid, true},
		"bulk header wrong":      {"/results", csvAnswer("2", "null", leadColumns+"\n"+leadLine+"\n"), fault.Invalid, true},
		"bulk fewer than done":   {"/results", csvAnswer("0", "null", leadColumns+"\n"), fault.Invalid, true},
		"bulk empty body":        {"/results", csvAnswer("0", "null", ""), fault.Invalid, true},
		"bulk column lacking":    {"/results", csvAnswer("1", "null", "\"Id\"\n\"00Q5g0000000001EAA\"\n"), fault.Invalid, true},
		"bulk row cut off":       {"/results", csvAnswer("1", "null", leadColumns+"\n"+leadLine[:60]), fault.Invalid, true},
		"bulk HTML":              {"/results", answer(200, html), fault.Invalid, true},
		"bulk 503":               {"/results", answer(503, html), fault.Transient, true},
		"bulk dead session":      {"/results", answer(401, deadBody), fault.Auth, true},
		"bulk other version":     {"/results", answer(409, `[{"errorCode":"CANARY","message":"x"}]`), fault.Conflict, true},
		"bulk locator stays":     {"/results", csvAnswer("1", "again", leadColumns+"\n"+leadLine+"\n"), fault.Invalid, true},
		"bulk job failed":        {"/jobs/query/7501", answer(200, `{"id":"7501","state":"Failed"}`), fault.Transient, true},
		"bulk job without count": {"GET /services/data/v68.0/jobs/query/7501\n", answer(200, `{"id":"7501","state":"JobComplete"}`), fault.Invalid, true},
		"bulk unknown state":     {"/jobs/query/7501", answer(200, `{"id":"7501","state":"Canary"}`), fault.Invalid, true},
	} {
		t.Run(name, func(t *testing.T) {
			spoken := captureLog(t)
			o := Options{}
			if k.bulk {
				o.BulkAbove = -1
			}
			b, c := broken(t, k.route, k.how, o)
			_, err := c.Read(context.Background(), func([]contact.Contact) error { return nil })
			if !fault.Is(err, k.kind) || err == nil {
				t.Errorf("Read = %v, want an error of kind %s", err, k.kind)
			}
			noCanary(t, fmt.Sprint(err)+spoken.String())
			if n := b.count("/oauth2/token"); n > 2 {
				t.Errorf("%d logins; a session that is refused twice is not renewed again", n)
			}
		})
	}
}

func TestUnbrokenOrgIsReadWhole(t *testing.T) {
	for _, bulkAbove := range []int{0, -1} {
		_, c := broken(t, "nothing", nil, Options{BulkAbove: bulkAbove})
		r, err := c.Read(context.Background(), func(page []contact.Contact) error { return nil })
		if err != nil || r.Contacts != 1 || r.AsOf.IsZero() {
			t.Errorf("Read = %+v, %v; the broken ones prove nothing if this fails", r, err)
		}
	}
}

func TestHiddenFieldIsNamedAndRefusalsStillCome(t *testing.T) {
	_, c := broken(t, "nothing", nil, Options{Fields: []string{"Birthdate", "Score__c"}})
	var got []contact.Contact
	_, err := c.Read(context.Background(), func(page []contact.Contact) error { got = append(got, page...); return nil })
	if !fault.Is(err, fault.Unsupported) || !strings.Contains(err.Error(), "Birthdate, Score__c") {
		t.Errorf("Read = %v, want Unsupported that names Birthdate and Score__c", err)
	}
	if len(got) != 1 || !slices.Contains(got[0].Unreadable, "Score__c") || slices.Contains(got[0].Unreadable, "Birthdate") {
		t.Errorf("records before the error: %v; a lead must name what it did not show, and no lead has a Birthdate", got)
	}
}

func TestReadStopsWhenItsReceiverDoes(t *testing.T) {
	_, c := broken(t, "nothing", nil, Options{})
	full := fmt.Errorf("full")
	if _, err := c.Read(context.Background(), func([]contact.Contact) error { return full }); err != full {
		t.Errorf("Read = %v, want the receiver's error", err)
	}
}

func TestDescribesAreUsedAgain(t *testing.T) {
	b, c := broken(t, "nothing", nil, Options{})
	for range 3 {
		if _, err := c.Read(context.Background(), func([]contact.Contact) error { return nil }); err != nil {
			t.Fatal(err)
		}
	}
	if n := b.count("/describe"); n != 2 {
		t.Errorf("%d describes for three reads, want one an object", n)
	}
	if n := b.count(""); n != 1+2+3*3 {
		t.Errorf("%d calls, want a login, two describes, and three a read", n)
	}
}

func TestRedirectIsNotFollowed(t *testing.T) {
	visited := false
	other := httptest.NewServer(http.HandlerFunc(func(http.ResponseWriter, *http.Request) { visited = true }))
	defer other.Close()
	to := func(w http.ResponseWriter) {
		w.Header().Set("Location", other.URL)
		w.WriteHeader(http.StatusFound)
	}
	_, c := broken(t, leadPage, to, Options{})
	if _, err := c.Read(context.Background(), func([]contact.Contact) error { return nil }); err == nil || visited {
		t.Errorf("err %v, visited %v: a redirect gets neither rows nor our token", err, visited)
	}
}

func TestBrokenWrites(t *testing.T) {
	const patch = "PATCH /services/data/v68.0/composite/sobjects"
	for name, k := range map[string]struct {
		how  func(http.ResponseWriter)
		kind fault.Kind
	}{
		"500":             {answer(500, `[{"message":"canary","errorCode":"UNKNOWN_EXCEPTION"}]`), fault.Ambiguous},
		"503 in HTML":     {answer(503, html), fault.Ambiguous},
		"500 with []":     {answer(500, "[]"), fault.Ambiguous},
		"server gone":     {answer(503, `[{"message":"canary","errorCode":"SERVER_UNAVAILABLE"}]`), fault.Ambiguous},
		"row locked":      {answer(500, `[{"message":"unable to obtain: 00Qcanary","errorCode":"UNABLE_TO_LOCK_ROW"}]`), fault.Transient},
		"hung up":         {hangUp, fault.Ambiguous},
		"cut off":         {cutOff, fault.Ambiguous},
		"body []":         {answer(200, "[]"), fault.Ambiguous},
		"body HTML":       {answer(200, html), fault.Ambiguous},
		"two for one":     {answer(200, `[{"success":true},{"success":true}]`), fault.Ambiguous},
		"redirect":        {answer(302, ""), fault.Ambiguous},
		"used up":         {answer(403, `[{"message":"TotalRequests Limit exceeded.","errorCode":"REQUEST_LIMIT_EXCEEDED"}]`), fault.RateLimited},
		"forbidden":       {answer(403, `[{"message":"canary","errorCode":"INSUFFICIENT_ACCESS"}]`), fault.Unsupported},
		"two errors":      {answer(400, `[{"message":"canary","errorCode":"CANARY_ONE"},{"message":"canary","errorCode":"FIELD_CUSTOM_VALIDATION_EXCEPTION"}]`), fault.Invalid},
		"dead session":    {answer(401, deadBody), fault.Auth},
		"innocent record": {answer(200, `[{"success":false,"errors":[{"statusCode":"PROCESSING_HALTED"}]}]`), fault.Transient},
	} {
		t.Run(name, func(t *testing.T) {
			spoken := captureLog(t)
			b, c := broken(t, patch, k.how, Options{})
			err := c.Unsubscribe(context.Background(), []connectors.Unsubscription{{Contact: lead(1, nil), All: true}})[0]
			if err == nil || fault.KindOf(err) != k.kind {
				t.Errorf("Unsubscribe = %v, want kind %s", err, k.kind)
			}
			noCanary(t, fmt.Sprint(err)+spoken.String())
			if n := b.count(patch); n > 1 && k.kind != fault.Auth {
				t.Errorf("the write was sent %d times", n)
			}
		})
	}
}

// What comes after a call that failed is not sent, and says so.
func TestWritesStopAtTheFirstFailedCall(t *testing.T) {
	b, c := broken(t, "DELETE", answer(500, ""), Options{})
	var refs []contact.Ref
	for n := range 450 {
		refs = append(refs, ref("Lead", "00Q", n))
	}
	errs := c.Delete(context.Background(), refs)
	if n := b.count("DELETE"); n != 1 {
		t.Errorf("%d calls", n)
	}
	for i, err := range errs {
		want := fault.Ambiguous
		if i >= 200 {
			want = fault.Transient
		}
		if fault.KindOf(err) != want {
			t.Fatalf("record %d: %v, want %s", i, err, want)
		}
	}
}

func TestUnreachableOrgGotNothing(t *testing.T) {
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	address := "http://" + l.Addr().String()
	_ = l.Close()
	got := connect(t, address, Options{}).Delete(context.Background(), []contact.Ref{ref("Lead", "00Q", 1)})[0]
	if !fault.Is(got, fault.Transient) {
		t.Errorf("Delete at a closed port = %v, want transient: nothing was sent", got)
	}
}

func TestContextEndsEverything(t *testing.T) {
	gate := make(chan struct{})
	defer close(gate)
	_, c := broken(t, leadPage, func(http.ResponseWriter) { <-gate }, Options{})
	ctx, cancel := context.WithTimeout(context.Background(), 50*time.Millisecond)
	defer cancel()
	_, err := c.Read(ctx, func([]contact.Contact) error { return nil })
	if !fault.Is(err, fault.Transient) || ctx.Err() == nil {
		t.Errorf("Read = %v", err)
	}
}

func TestRefusedLoginSaysWhatIsWrong(t *testing.T) {
	for _, k := range []struct {
		status     int
		code, text string
		kind       fault.Kind
		hint       string
	}{
		{400, "invalid_grant", "no client credentials user enabled", fault.Auth, "Run As"},
		{400, "invalid_grant", "request not supported on this domain", fault.Auth, "My Domain"},
		{400, "invalid_grant", "user hasn't approved this consumer", fault.Auth, "approve"},
		{400, "invalid_client_id", "client identifier invalid", fault.Auth, "client_id"},
		{401, "invalid_client", "invalid client credentials", fault.Auth, "client_secret"},
		{400, "invalid_app_access", "user is not admin approved", fault.Auth, "approved"},
		{400, "unsupported_grant_type", "grant type not supported", fault.Auth, "client-credentials flow"},
		{400, "canary_error", "canary@example.com", fault.Auth, "refused"},
		{503, "", "", fault.Transient, ""},
	} {
		body := fmt.Sprintf(`{"error":%q,"error_description":%q}`, k.code, k.text)
		if k.code == "" {
			body = html
		}
		_, c := broken(t, "/oauth2/token", answer(k.status, body), Options{})
		_, err := c.Describe(context.Background())
		if !fault.Is(err, k.kind) || !strings.Contains(err.Error(), k.hint) {
			t.Errorf("%s %q: %v, want kind %s and a hint of %q", k.code, k.text, err, k.kind, k.hint)
		}
		noCanary(t, fmt.Sprint(err))
	}
}

// Many callers of a dead session renew it once.
func TestOneLoginForAll(t *testing.T) {
	b, c := broken(t, "nothing", nil, Options{})
	var wg sync.WaitGroup
	for range 8 {
		wg.Go(func() {
			if _, err := c.Read(context.Background(), func([]contact.Contact) error { return nil }); err != nil {
				t.Error(err)
			}
		})
	}
	wg.Wait()
	if n := b.count("/oauth2/token"); n != 1 {
		t.Errorf("%d logins for 8 callers", n)
	}
}
