package hubspot

import (
	"maps"
	"net/http"
	"slices"
	"strings"
	"time"
)

// need is one thing that a call requires: any of these scopes. Where the vendor's
// spec and guide name a scope differently, both names count; errors show the
// first one.
type need []string

var (
	account          = need{"oauth"}
	contactsRead     = need{"crm.objects.contacts.read"}
	contactsWrite    = need{"crm.objects.contacts.write"}
	schemas          = need{"crm.objects.contacts.read", "crm.schemas.contacts.read"}
	dealsRead        = need{"crm.objects.deals.read"}
	listsRead        = need{"crm.lists.read"}
	listsWrite       = need{"crm.lists.write"}
	exporting        = need{"crm.export"}
	definitionsRead  = need{"communication_preferences.read", "communication_preferences.read_write", "subscriptions-definition-read"}
	statusRead       = need{"communication_preferences.read", "communication_preferences.read_write", "subscriptions-status-read"}
	statusWrite      = need{"communication_preferences.write", "communication_preferences.read_write", "subscriptions-status-write"}
	statusBatchRead  = need{"communication_preferences.statuses.batch.read", "subscription-status-batch-read"}
	statusBatchWrite = need{"communication_preferences.statuses.batch.write", "subscription-status-batch-write"}
	sensitiveRead    = need{"crm.objects.contacts.sensitive.read.v2", "crm.objects.contacts.sensitive.read"}
	highlyRead       = need{"crm.objects.contacts.highly_sensitive.read.v2", "crm.objects.contacts.highly_sensitive.read"}
)

// AllScopes names every scope of section 1.
func AllScopes() []string {
	all := map[string]bool{"sales-email-read": true, "business_units_view.read": true}
	for _, n := range []need{
		account, contactsRead, contactsWrite, schemas, dealsRead, listsRead, listsWrite, exporting,
		definitionsRead, statusRead, statusWrite, statusBatchRead, statusBatchWrite, sensitiveRead, highlyRead, usersRead, teamsRead,
	} {
		for _, s := range n {
			all[s] = true
		}
	}
	return slices.Sorted(maps.Keys(all))
}

// key is a bearer token: a service key, or an OAuth access token that expires.
type key struct {
	token   string
	scopes  map[string]bool
	expires int64 // ms, 0 = never
	limit   int   // requests in ten seconds, 0 = none
	recent  window
}

func newKey(token string, scopes []string, limit int) *key {
	k := &key{token: token, scopes: map[string]bool{}, limit: limit}
	for _, s := range scopes {
		k.scopes[s] = true
	}
	return k
}

func (k *key) has(n need) bool {
	return slices.ContainsFunc(n, func(s string) bool { return k.scopes[s] })
}

// AddToken adds another service key, with its own limit and these scopes only.
func (p *Portal) AddToken(token string, scopes ...string) {
	defer p.act()()
	p.keys[token] = newKey(token, scopes, p.opt.PerTenSeconds)
}

// RevokeToken makes a bearer token worthless at once.
func (p *Portal) RevokeToken(token string) {
	defer p.act()()
	delete(p.keys, token)
}

// admit lets a request in by its token, the limits and its scopes, in this order.
func (p *Portal) admit(q *request) *answer {
	scheme, token, _ := strings.Cut(q.Header.Get("Authorization"), " ")
	k := p.keys[token]
	if k == nil || !strings.EqualFold(scheme, "Bearer") {
		a := q.unknownToken()
		return &a
	}
	if k.expires != 0 && p.now >= k.expires {
		a := p.expired(q, k)
		return &a
	}
	q.key = k
	if a := p.limited(q); a != nil {
		return a
	}
	return p.permitted(q)
}

// permitted checks the scopes; the batch calls of subscriptions want the plan too.
func (p *Portal) permitted(q *request) *answer {
	var lacking []need
	for _, n := range q.route.needs {
		plan := p.opt.Enterprise || n[0] != statusBatchRead[0] && n[0] != statusBatchWrite[0]
		if !q.key.has(n) || !plan {
			lacking = append(lacking, n)
		}
	}
	if lacking == nil {
		return nil
	}
	a := q.missing(lacking)
	return &a
}

func (q *request) unknownToken() answer {
	return q.fail(http.StatusUnauthorized, "INVALID_AUTHENTICATION",
		"Authentication credentials not found. This API supports OAuth 2.0 authentication and you can find more details at https://developers.hubspot.com/docs/methods/auth/oauth-overview")
}

func (p *Portal) expired(q *request, k *key) answer {
	ago := p.since(k.expires) / time.Second
	return reply(http.StatusUnauthorized, problem{
		Status: "error", Message: "The OAuth token used to make this call expired " + itoa(int64(ago)) + " second(s) ago.",
		Trace: q.trace, Category: "EXPIRED_AUTHENTICATION", Context: map[string][]string{"expire time": {stamp(k.expires)}},
	}, 0)
}

func (q *request) missing(needs []need) answer {
	var names []string
	for _, n := range needs {
		names = append(names, n[0])
	}
	return reply(http.StatusForbidden, problem{
		Status: "error", Message: "This app hasn't been granted all required scopes to make this call. Read more about required scopes here: https://developers.hubspot.com/scopes.",
		Trace: q.trace, Category: "MISSING_SCOPES",
		Errors: []detail{{Message: "One or more of the following scopes are required.", Context: map[string][]string{"requiredGranularScopes": names}}},
		Links:  map[string]string{"scopes": "https://developers.hubspot.com/scopes"},
	}, 0)
}
