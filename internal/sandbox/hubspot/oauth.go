package hubspot

import (
	"crypto/subtle"
	"fmt"
	"net/http"
	"net/url"
)

// oauthPerTenSeconds is the limit of an OAuth app for each account (section 9).
const oauthPerTenSeconds = 110

// tokenSeconds is how long an access token lives.
const tokenSeconds = 1800

// grant is what an installation of an OAuth app gave: a refresh token.
type grant struct {
	client, secret string
	scopes         []string
	revoked        bool
	issued         int
}

// AddApp installs an OAuth app with a refresh token and these scopes.
func (p *Portal) AddApp(client, secret, refresh string, scopes ...string) {
	defer p.act()()
	p.grants[refresh] = &grant{client: client, secret: secret, scopes: scopes}
}

// Uninstall revokes a refresh token; access tokens that it gave run out.
func (p *Portal) Uninstall(refresh string) {
	defer p.act()()
	if g := p.grants[refresh]; g != nil {
		g.revoked = true
	}
}

type oauthProblem struct {
	Error       string `json:"error"`
	Description string `json:"error_description"`
	Status      string `json:"status"`
	Message     string `json:"message"`
}

func refused(code, status, message string) answer {
	return reply(http.StatusBadRequest, oauthProblem{code, message, status, message}, 0)
}

// token is POST /oauth/{v}/token with a refresh token.
func (p *Portal) token(q *request) answer {
	if len(q.URL.Query()) > 0 {
		return refused("invalid_request", "BAD_REQUEST", "parameters belong into the body")
	}
	form, err := url.ParseQuery(string(q.body))
	if err != nil || form.Get("grant_type") != "refresh_token" {
		return refused("unsupported_grant_type", "BAD_GRANT_TYPE", "missing or unknown grant type")
	}
	refresh := form.Get("refresh_token")
	g := p.grants[refresh]
	if g == nil || g.revoked {
		return refused("invalid_grant", "BAD_REFRESH_TOKEN", "missing or invalid refresh token")
	}
	if form.Get("client_id") != g.client || subtle.ConstantTimeCompare([]byte(form.Get("client_secret")), []byte(g.secret)) != 1 {
		return refused("invalid_client", "BAD_CLIENT_ID", "missing or invalid client id")
	}
	g.issued++
	limit := oauthPerTenSeconds
	if p.opt.PerTenSeconds == 0 {
		limit = 0
	}
	k := newKey(fmt.Sprintf("CK%016x%04d", mix(p.opt.Seed^mix(uint64(p.now))), g.issued), g.scopes, limit)
	k.expires = p.now + tokenSeconds*1000
	p.keys[k.token] = k
	return reply(http.StatusOK, map[string]any{
		"token_type": "bearer", "token_use": "access_token", "access_token": k.token, "refresh_token": refresh,
		"expires_in": tokenSeconds, "hub_id": p.portalID(), "scopes": g.scopes,
	}, 0)
}

func (p *Portal) portalID() int64 { return 140_000_000 + int64(mix(p.opt.Seed+2)%9_000_000) }
