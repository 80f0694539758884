package salesforce

import (
	"context"
	"fmt"
	"io"
	"net/http"
	"strings"
	"testing"

	"github.com/lapsed/lapsed/internal/contact"
	"github.com/lapsed/lapsed/internal/fault"
)

// leadsAfter answers a page of up to 2000 of n leads in order of Id.
func leadsAfter(n, from int) string {
	var recs []string
	for i := from + 1; i <= min(n, from+2000); i++ {
		recs = append(recs, strings.Replace(oneLead[strings.Index(oneLead, `{"Id"`):len(oneLead)-2], "00Q5g0000000001EAA", fmt.Sprintf("00Q5g0000%06d", i), 1))
	}
	return fmt.Sprintf(`{"totalSize":%d,"done":true,"records":[%s]}`, len(recs), strings.Join(recs, ","))
}

func counts(leads int) string {
	return `{"compositeResponse":[` + sub(0, leads) + "," + sub(1, 0) + "," + sub(2, 0) + "," + sub(3, 0) + `]}`
}

func TestPagesFollowTheLastID(t *testing.T) {
	for name, k := range map[string]struct {
		leads int
		pages []func(http.ResponseWriter) // of leads, in order
		kind  fault.Kind
		calls int // for rows and recounts
	}{
		"three pages":       {4001, []func(http.ResponseWriter){answer(200, leadsAfter(4001, 0)), answer(200, leadsAfter(4001, 2000)), answer(200, leadsAfter(4001, 4000))}, fault.Unknown, 3},
		"full last page":    {2000, []func(http.ResponseWriter){answer(200, leadsAfter(2000, 0)), answer(200, leadsAfter(2000, 2000))}, fault.Unknown, 2},
		"same page again":   {4000, []func(http.ResponseWriter){answer(200, leadsAfter(4000, 0)), answer(200, leadsAfter(4000, 0))}, fault.Invalid, 2},
		"third page broken": {4001, []func(http.ResponseWriter){answer(200, leadsAfter(4001, 0)), answer(200, leadsAfter(4001, 2000)), answer(400, "")}, fault.Invalid, 3},
		"page lost":         {4001, []func(http.ResponseWriter){answer(200, leadsAfter(4001, 0)), answer(200, leadsAfter(4001, 4000))}, fault.Transient, 3},
	} {
		t.Run(name, func(t *testing.T) {
			page := 0
			b, c := broken(t, leadPage, nil, Options{BulkAbove: 1 << 30})
			next := func(w http.ResponseWriter) { page++; k.pages[page-1](w) }
			b.broken = map[string]func(http.ResponseWriter){
				"ORDER BY Id": next,
				"/composite":  answer(200, counts(k.leads)),
				"SELECT COUNT() FROM Lead\n": func(w http.ResponseWriter) {
					_, _ = io.WriteString(w, fmt.Sprintf(`{"totalSize":%d,"done":true,"records":[]}`, k.leads))
				},
			}
			ids := map[string]bool{}
			r, err := c.Read(context.Background(), func(page []contact.Contact) error {
				for _, one := range page {
					ids[one.Ref.ID] = true
				}
				return nil
			})
			if (err == nil) != (k.kind == fault.Unknown) || fault.KindOf(err) != k.kind {
				t.Fatalf("Read = %v, want kind %s", err, k.kind)
			}
			if err == nil && (r.Contacts != k.leads || len(ids) != k.leads) {
				t.Errorf("%d contacts of %d", r.Contacts, k.leads)
			}
			if n := b.count("/query?q="+"SELECT") - b.count("/composite"); n != k.calls {
				t.Errorf("%d calls for rows, want %d", n, k.calls)
			}
		})
	}
}

// People work in the org while it is read: a count that changed meanwhile
// explains rows that came or went, and nothing else does. Zero explains nothing:
// an emptied answer looks like that.
func TestCountIsAskedAgainBeforeADifferenceIsAnError(t *testing.T) {
	for again, whole := range map[int]bool{1: true, 0: false, 2: false, 3: false} {
		b, c := broken(t, "/composite", answer(200, counts(2)), Options{})
		b.broken["SELECT COUNT() FROM Lead\n"] = answer(200, fmt.Sprintf(`{"totalSize":%d,"done":true,"records":[]}`, again))
		_, err := c.Read(context.Background(), func([]contact.Contact) error { return nil })
		if (err == nil) != whole {
			t.Errorf("2 counted, 1 came, then %d counted: %v", again, err)
		}
	}
}
