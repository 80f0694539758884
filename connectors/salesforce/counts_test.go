package salesforce

import (
	"context"
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"

	"github.com/lapsed/lapsed/internal/contact"
	"github.com/lapsed/lapsed/internal/fault"
)

// counted is an org without rows to hand over that answers counts: the first
// one of an object's question, then the second.
type counted struct {
	t      *testing.T
	counts map[string][]int // by what follows FROM
	record string           // answer to recordCount
	status int
	asked  []string // of recordCount
	calls  int
}

func (o *counted) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	o.calls++
	switch path := r.URL.Path; {
	case strings.HasSuffix(path, "/oauth2/token"):
		_, _ = fmt.Fprintf(w, `{"access_token":"CANARYtoken","instance_url":"http://%s"}`, r.Host)
	case strings.HasSuffix(path, "/describe"):
		_, _ = io.WriteString(w, `{"fields":[{"name":"Id","type":"id"},{"name":"Email"},{"name":"CreatedDate","type":"datetime"},{"name":"HasOptedOutOfEmail","type":"boolean"},`+
			`{"name":"CompletedDateTime","type":"datetime"},{"name":"IsClosed","type":"boolean"}]}`)
	case strings.HasSuffix(path, "/recordCount"):
		o.asked = append(o.asked, r.URL.Query().Get("sObjects"))
		w.WriteHeader(o.status)
		_, _ = io.WriteString(w, o.record)
	case strings.HasSuffix(path, "/composite"):
		var want struct{ CompositeRequest []struct{ URL string } }
		if err := json.NewDecoder(r.Body).Decode(&want); err != nil {
			o.t.Error(err)
		}
		var subs []string
		for i, q := range want.CompositeRequest {
			subs = append(subs, sub(i, o.count(q.URL)))
		}
		_, _ = io.WriteString(w, `{"compositeResponse":[`+strings.Join(subs, ",")+`]}`)
	default:
		o.t.Errorf("asked for %s", path)
		w.WriteHeader(http.StatusNotFound)
	}
}

// count answers a question for a count with its next number.
func (o *counted) count(address string) int {
	_, what, counts := strings.Cut(strings.ReplaceAll(address, "+", " "), "COUNT%28%29 FROM ")
	if !counts {
		return 0 // merged records
	}
	what = strings.NewReplacer("%21%3D", "!=", "%3D", "=").Replace(what)
	list := o.counts[what]
	if len(list) == 0 {
		o.t.Errorf("%q was counted", what)
		return 0
	}
	o.counts[what] = list[1:]
	return list[0]
}

const (
	taskOwned = "Task WHERE WhoId != null AND IsDeleted = false"
	caseOwned = "Case WHERE ContactId != null"
)

// No zero is believed on one answer's word.
func TestZeroIsConfirmed(t *testing.T) {
	nobody := map[string][]int{"Lead": {0}, "Contact": {0}}
	with := func(more map[string][]int) map[string][]int {
		for k, v := range nobody {
			more[k] = v
		}
		return more
	}
	task, issue := []string{"Task.CompletedDateTime"}, []string{"Case.IsClosed"}
	refused := `[{"errorCode":"INSUFFICIENT_ACCESS","message":"canary@example.com may not"}]`
	for name, k := range map[string]struct {
		fields []string
		counts map[string][]int
		status int
		record string
		want   string // part of the error, "" = whole
		kind   fault.Kind
	}{
		"nobody on record":       {nil, nobody, 200, `{"sObjects":[{"name":"Lead","count":0},{"name":"Contact","count":0}]}`, "", 0},
		"not listed":             {nil, nobody, 200, `{"sObjects":[]}`, "", 0},
		"leads on record":        {nil, nobody, 200, `{"sObjects":[{"name":"Contact","count":0},{"name":"Lead","count":5}]}`, "read Lead", fault.Transient},
		"contacts on record":     {nil, nobody, 200, `{"sObjects":[{"name":"Contact","count":1}]}`, "read Contact", fault.Transient},
		"no permission":          {nil, nobody, 403, refused, "View Setup and Configuration", fault.Unsupported},
		"no such resource":       {nil, nobody, 404, `[{"errorCode":"NOT_FOUND"}]`, "View Setup and Configuration", fault.Unsupported},
		"calls used up":          {nil, nobody, 403, `[{"errorCode":"REQUEST_LIMIT_EXCEEDED","message":"TotalRequests Limit exceeded."}]`, "used up", fault.RateLimited},
		"server broken":          {nil, nobody, 503, html, "recordCount", fault.Transient},
		"another shape":          {nil, nobody, 200, `{}`, "recordCount", fault.Invalid},
		"a list":                 {nil, nobody, 200, `[]`, "recordCount", fault.Invalid},
		"a count is missing":     {nil, nobody, 200, `{"sObjects":[{"name":"Lead"}]}`, "recordCount", fault.Invalid},
		"no tasks":               {task, with(map[string][]int{taskOwned: {0, 0}, "Task": {0}}), 200, `{"sObjects":[]}`, "", 0},
		"tasks of nobody":        {task, with(map[string][]int{taskOwned: {0, 0}, "Task": {7}}), 200, `{"sObjects":[{"name":"Task","count":7}]}`, "", 0},
		"tasks all archived":     {task, with(map[string][]int{taskOwned: {0, 3}, "Task": {3}}), 200, `{"sObjects":[{"name":"Task","count":0}]}`, "read Task", fault.Transient},
		"tasks hidden":           {task, with(map[string][]int{taskOwned: {0, 0}, "Task": {0}}), 200, `{"sObjects":[{"name":"Task","count":7}]}`, "View All on Task", fault.Transient},
		"no cases":               {issue, with(map[string][]int{caseOwned: {0}}), 200, `{"sObjects":[{"name":"Case","count":0}]}`, "", 0},
		"cases of nobody":        {issue, with(map[string][]int{caseOwned: {0, 0}, "Case": {2}}), 200, `{"sObjects":[{"name":"Case","count":2}]}`, "", 0},
		"cases that were hidden": {issue, with(map[string][]int{caseOwned: {0, 2}, "Case": {2}}), 200, `{"sObjects":[{"name":"Case","count":2}]}`, "read Case", fault.Transient},
	} {
		t.Run(name, func(t *testing.T) {
			o := &counted{t: t, counts: map[string][]int{}, status: k.status, record: k.record}
			for what, list := range k.counts {
				o.counts[what] = list
			}
			err := readCounted(t, o, k.fields)
			if (err == nil) != (k.want == "") || fault.KindOf(err) != k.kind || !strings.Contains(fmt.Sprint(err), k.want) {
				t.Errorf("Read = %v, want kind %s and %q", err, k.kind, k.want)
			}
			noCanary(t, fmt.Sprint(err))
			if len(o.asked) == 0 || !strings.HasPrefix(o.asked[0], "Lead,Contact") {
				t.Errorf("confirmed %q", o.asked)
			}
		})
	}
}

func readCounted(t *testing.T, o *counted, fields []string) error {
	srv := httptest.NewServer(o)
	defer srv.Close()
	_, err := connect(t, srv.URL, Options{Fields: fields}).Read(context.Background(), func([]contact.Contact) error { return nil })
	return err
}

// A page of no rows is no end either if the org counts rows, and a second count
// that is as empty doesn't make it one.
func TestEmptiedPagesAndCountsTogether(t *testing.T) {
	for name, bulk := range map[string]int{"pages": 0, "bulk": -1} {
		empty := answer(200, `{"totalSize":0,"done":true,"records":[]}`)
		b, c := broken(t, leadPage, empty, Options{BulkAbove: bulk})
		b.broken["SELECT COUNT() FROM Lead\n"] = empty
		b.broken["/results"] = csvAnswer("0", "null", leadColumns+"\n")
		b.broken["GET /services/data/v68.0/jobs/query/7501\n"] = answer(200, `{"id":"7501","state":"JobComplete","numberRecordsProcessed":0}`)
		if _, err := c.Read(context.Background(), func([]contact.Contact) error { return nil }); !fault.Is(err, fault.Transient) {
			t.Errorf("%s: Read = %v", name, err)
		}
	}
}
