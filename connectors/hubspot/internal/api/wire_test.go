package api

import (
	"encoding/json"
	"testing"
	"time"

	"github.com/lapsed/lapsed/internal/fault"
)

func TestIDsComeAsTextOrNumber(t *testing.T) {
	for in, want := range map[string]ID{`"33451"`: "33451", `33451`: "33451", `9007199254740993`: "9007199254740993", `null`: ""} {
		var id ID
		if err := json.Unmarshal([]byte(in), &id); err != nil || id != want {
			t.Errorf("%s: %q, %v", in, id, err)
		}
	}
	var id ID
	if json.Unmarshal([]byte(`{"id":1}`), &id) == nil {
		t.Error("an object passed for an id")
	}
}

func TestTimesComeInTwoForms(t *testing.T) {
	want := time.Date(2020, 2, 29, 3, 30, 17, 0, time.UTC)
	for _, in := range []string{"2020-02-29T03:30:17.000Z", "2020-02-29T04:30:17+01:00", "1582947017000"} {
		if got, ok := ParseTime(in); !ok || !got.Equal(want) {
			t.Errorf("%s: %s, %v", in, got, ok)
		}
	}
	for _, in := range []string{"", "yesterday", "2020-02-29", "1582947017000.5"} {
		if got, ok := ParseTime(in); ok {
			t.Errorf("%q passed for %s", in, got)
		}
	}
}

func TestOnlyScopesPassForScopes(t *testing.T) {
	for s, want := range map[string]bool{
		"crm.objects.contacts.read": true, "crm.objects.contacts.sensitive.read.v2": true, "communication_preferences.statuses.batch.read": true,
		"sales-email-read": true, "subscriptions-status-write": true, "oauth": true,
		"anna@example.com": false, "crm.objects.Anna": false, "crm.objects.contacts read": false, "anna.person": false, "": false,
	} {
		if isScope(s) != want {
			t.Errorf("%q: want %v", s, want)
		}
	}
}

// A withdrawal can say nothing but UNSUBSCRIBED, whatever is in it.
func TestAWithdrawalIsAlwaysOne(t *testing.T) {
	b, err := json.Marshal(Withdrawal{Address: "a@example.com", Subscription: "101", LegalBasis: "SUBSCRIBED"}.wire("a@example.com"))
	want := `{"subscriberIdString":"a@example.com","subscriptionId":101,"statusState":"UNSUBSCRIBED","channel":"EMAIL",` +
		`"legalBasis":"LEGITIMATE_INTEREST_OTHER","legalBasisExplanation":"Withdrawn under the company's data protection policy"}`
	if err != nil || string(b) != want {
		t.Errorf("got %s, %v", b, err)
	}
}

// An address in place of an id would blocklist a stranger.
func TestErasingTakesNumbersOnly(t *testing.T) {
	p := &portal{}
	for _, id := range []string{"anna@example.com", "", "1 ", "-1"} {
		if err := p.client().Erase(t.Context(), id); !fault.Is(err, fault.Invalid) || p.used > 0 {
			t.Errorf("%q: %v after %d calls", id, err, p.used)
		}
	}
}
