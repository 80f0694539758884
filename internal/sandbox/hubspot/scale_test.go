package hubspot

import (
	"fmt"
	"net/http/httptest"
	"runtime"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/lapsed/lapsed/internal/sandbox/kit"
)

const crowd = 100_000

// crowded is a portal with 100,000 contacts, each with a topic.
func crowded() *Portal {
	p := New(Options{Stage: kit.NewStage(start), Seed: 1})
	p.Define(11, "News")
	for i := range crowd {
		p.Insert(Contact{
			Properties: map[string]string{
				"email": fmt.Sprintf("p%d@example.com", i), "firstname": "Ann", "lastname": "Example", "country": "Norway",
				"recent_conversion_date": "2025-03-01T00:00:00.000Z", "hs_analytics_source": "ORGANIC_SEARCH", "lifecyclestage": "lead",
			},
			Created:       start.AddDate(-1, 0, 0),
			Subscriptions: []Subscription{{ID: 11, Status: "SUBSCRIBED", LegalBasis: consentBasis}},
		})
	}
	return p
}

// BenchmarkWholePull reads 100,000 contacts once by list and once by search: what
// it reports says whether a page costs a scan, and what the contacts weigh.
func BenchmarkWholePull(b *testing.B) {
	var before, after runtime.MemStats
	runtime.GC()
	runtime.ReadMemStats(&before)
	p := crowded()
	runtime.GC()
	runtime.ReadMemStats(&after)
	send := func(method, path, body string) {
		r := httptest.NewRequest(method, path, strings.NewReader(body))
		r.Header.Set("Authorization", "Bearer "+DefaultToken)
		r.Header.Set("Content-Type", "application/json")
		w := httptest.NewRecorder()
		if p.ServeHTTP(w, r); w.Code != 200 {
			b.Fatal(w.Code, w.Body)
		}
	}
	b.Run("list", func(b *testing.B) {
		for b.Loop() {
			for i := range crowd / 100 {
				send("GET", fmt.Sprintf("%s?limit=100&after=%d&properties=email,country,recent_conversion_date,lifecyclestage,hs_email_optout", contacts, p.live[i*100].id-1), "")
			}
		}
		b.ReportMetric(float64(after.HeapAlloc-before.HeapAlloc)/crowd, "B/contact")
	})
	b.Run("search", func(b *testing.B) {
		for b.Loop() {
			for i := range crowd / 200 {
				send("POST", contacts+"/search", fmt.Sprintf(
					`{"limit":200,"filterGroups":[{"filters":[{"propertyName":"lastmodifieddate","operator":"GTE","value":"0"},{"propertyName":"hs_object_id","operator":"GT","value":"%d"}]}]}`,
					p.live[i*200].id-1))
			}
		}
	})
}

// A page must not gather or sort the account: what it allocates does not depend on
// how many contacts there are.
func TestPageCostsAPage(t *testing.T) {
	cost := func(people int) float64 {
		b := newBench(t)
		for i := range people {
			b.person(fmt.Sprintf("p%d@example.com", i))
		}
		r := httptest.NewRequest("GET", contacts+"?limit=100&after=1", nil)
		r.Header.Set("Authorization", "Bearer "+DefaultToken)
		return testing.AllocsPerRun(20, func() { b.ServeHTTP(httptest.NewRecorder(), r) })
	}
	if few, many := cost(200), cost(5000); many > few*1.5 {
		t.Errorf("a page of 5000 allocates %.0f times, one of 200 %.0f times", many, few)
	}
}

// People, staff and clients act at the same time; the race detector looks on.
func TestAtOnce(t *testing.T) {
	b := newBench(t, func(o *Options) { o.PerTenSeconds = 1000 })
	topics(b)
	var wg sync.WaitGroup
	for i := range 8 {
		wg.Go(func() {
			mail := fmt.Sprintf("p%d@example.com", i)
			id := b.person(mail)
			b.SubmitForm(mail, "g", "Form", 11)
			b.pass(time.Minute)
			for _, path := range []string{contacts, contacts + "/" + id, statuses + mail + "?channel=EMAIL"} {
				if g, err := b.try("GET", path, "", ""); err != nil || g.status != 200 {
					t.Errorf("%d, %v", g.status, err)
				}
			}
			if g, err := b.try("POST", contacts+"/gdpr-delete", "application/json", `{"objectId":"`+id+`"}`); err != nil || g.status != 204 {
				t.Errorf("%d, %v", g.status, err)
			}
		})
	}
	wg.Wait()
	if n := len(b.stage.Book.Changes()); n != 8 {
		t.Errorf("%d changes", n)
	}
	if g := b.get(contacts); len(g.ids()) != 0 {
		t.Errorf("left %v", g.ids())
	}
}
