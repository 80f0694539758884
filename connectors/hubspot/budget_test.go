package hubspot

import (
	"encoding/json"
	"fmt"
	"net/http"
	"strconv"
	"strings"
	"sync/atomic"
	"testing"
)

// The least possible number of calls for a base of people, of whom every tenth
// has a second address and every fifth a deal of their own. Two tell of the
// account: its properties and its subscription types.
func leastCalls(people int) int {
	up := func(n, per int) int { return (n + per - 1) / per }
	return 2 + up(people, 100) + up(people+people/10, 100) + up(people, 1000) + up(people/5, 100)
}

func TestAWholeReadTakesHardlyMoreCallsThanTheLeastPossible(t *testing.T) {
	for _, people := range []int{90, 1000, 5050} {
		var calls atomic.Int64
		c := connect(t, serve(t, func(w http.ResponseWriter, r *http.Request) {
			calls.Add(1)
			var in struct{ Inputs []json.RawMessage }
			_ = json.NewDecoder(r.Body).Decode(&in)
			_, _ = fmt.Fprint(w, answerTo(r, in.Inputs, people))
		}), func(o *Options) { o.Topics, o.Fields = []string{"101"}, []string{"deal.hs_is_closed"} })
		ks, _, err := readAll(t, c)
		if err != nil || len(ks) != people {
			t.Fatalf("%d contacts, %v", len(ks), err)
		}
		made, least := int(calls.Load())+1, leastCalls(people) // and the properties
		if made*100 > least*105 {
			t.Errorf("%d people: %d calls, the least possible are %d", people, made, least)
		}
		for _, k := range ks {
			if len(k.Rows["subscription"]) != len(addresses(k)) || k.Unreadable != nil {
				t.Fatalf("%s is not complete", k.Ref)
			}
		}
	}
}

// answerTo is a small account of so many people.
func answerTo(r *http.Request, inputs []json.RawMessage, people int) string {
	var rows []string
	switch {
	case strings.HasSuffix(r.URL.Path, "/definitions"):
		rows = []string{`{"id":"101"}`}
	case strings.HasSuffix(r.URL.Path, "/statuses/batch/read"):
		for _, a := range inputs {
			rows = append(rows, fmt.Sprintf(`{"subscriberIdString":%s,"statuses":[{"subscriptionId":101,"status":"SUBSCRIBED"}]}`, a))
		}
	case strings.Contains(r.URL.Path, "/associations/"):
		for _, in := range inputs {
			var of struct{ ID string }
			_ = json.Unmarshal(in, &of)
			if n, _ := strconv.Atoi(of.ID); n%5 == 0 {
				rows = append(rows, fmt.Sprintf(`{"from":{"id":"%d"},"to":[{"toObjectId":%d}]}`, n, n))
			}
		}
	case strings.Contains(r.URL.Path, "/deals/"):
		for _, in := range inputs {
			var of struct{ ID string }
			_ = json.Unmarshal(in, &of)
			rows = append(rows, fmt.Sprintf(`{"id":%q,"properties":{"hs_is_closed":"false","hs_is_closed_won":"false"}}`, of.ID))
		}
	default:
		from, _ := strconv.Atoi(r.URL.Query().Get("after"))
		to := min(from+100, people)
		for n := from + 1; n <= to; n++ {
			more := ""
			if n%10 == 0 {
				more = fmt.Sprintf("more%d@example.com", n)
			}
			rows = append(rows, fmt.Sprintf(`{"id":"%d","properties":{"email":"p%d@example.com","hs_additional_emails":%q}}`, n, n, more))
		}
		if to < people {
			return fmt.Sprintf(`{"results":[%s],"paging":{"next":{"after":"%d"}}}`, strings.Join(rows, ","), to)
		}
	}
	return `{"results":[` + strings.Join(rows, ",") + `]}`
}
