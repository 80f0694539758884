package salesforce

import (
	"crypto/sha256"
	"encoding/base64"
	"fmt"
	"net/http"
	"net/url"
	"strings"
)

// session is what a token stands for.
type session struct {
	used int64 // last call, Unix seconds: an idle session ends
}

// refuse is an error of the token endpoint: one object, no array.
func refuse(code, description string) answer {
	return jsonAnswer(http.StatusBadRequest, map[string]string{"error": code, "error_description": description})
}

// token is POST /services/oauth2/token.
func (o *Org) token(c *call) answer {
	form, err := url.ParseQuery(string(c.body))
	if err != nil {
		return refuse("invalid_request", "malformed form")
	}
	switch form.Get("grant_type") {
	case "client_credentials":
		id, secret := form.Get("client_id"), form.Get("client_secret")
		if id == "" {
			id, secret, _ = c.r.BasicAuth()
		}
		switch {
		case o.conduct.GenericHost:
			return refuse("invalid_grant", "request not supported on this domain")
		case id != o.opt.ClientID:
			return refuse("invalid_client_id", "client identifier invalid")
		case secret != o.opt.ClientSecret:
			return refuse("invalid_client", "invalid client credentials")
		case o.conduct.NoRunAs:
			return refuse("invalid_grant", "no client credentials user enabled")
		}
		return o.grant(c, true)
	case jwtGrant:
		if a, refused := o.assertion(form.Get("assertion")); refused {
			return a
		}
		return o.grant(c, false)
	}
	return refuse("unsupported_grant_type", "grant type not supported")
}

// grant opens a session. The JWT flow's answer lacks signature and issued_at.
func (o *Org) grant(c *call, signed bool) answer {
	o.issued++
	sum := sha256.Sum256(fmt.Appendf(nil, "%d token %d", o.opt.Seed, o.issued))
	org := o.table("Organization").idAt(0)
	token := org[:15] + "!AR8AQ" + base64.RawURLEncoding.EncodeToString(sum[:]) + ".x"
	o.sessions[token] = &session{used: o.now()}
	base := o.instanceURL(c.r)
	m := map[string]string{
		"access_token": token, "scope": "api", "instance_url": base, "token_type": "Bearer",
		"id": base + "/id/" + org + "/" + o.users.api, "api_instance_url": "https://api.salesforce.com",
	}
	if signed {
		m["issued_at"] = fmt.Sprint(o.stage.Clock.Now().UnixMilli())
		m["signature"] = base64.StdEncoding.EncodeToString(sum[:])
	}
	return jsonAnswer(http.StatusOK, m)
}

func (o *Org) instanceURL(r *http.Request) string {
	switch host := o.opt.LoginHost; {
	case host == "" && r.TLS != nil:
		return "https://" + r.Host
	case host == "":
		return "http://" + r.Host
	case strings.Contains(host, "://"):
		return strings.TrimSuffix(host, "/")
	default:
		return "https://" + host
	}
}

func expired() *apiError {
	return fail(http.StatusUnauthorized, "INVALID_SESSION_ID", "Session expired or invalid")
}

// authorize finds the session of a request and keeps it alive.
func (o *Org) authorize(c *call) *apiError {
	scheme, token, _ := strings.Cut(c.r.Header.Get("Authorization"), " ")
	if !strings.EqualFold(scheme, "Bearer") && !strings.EqualFold(scheme, "OAuth") {
		return fail(http.StatusUnauthorized, "INVALID_AUTH_HEADER", "INVALID_HEADER_TYPE")
	}
	return o.enter(c, token)
}

func (o *Org) enter(c *call, token string) *apiError {
	s := o.sessions[token]
	if s == nil || o.now()-s.used > int64(o.conduct.TokenLife.Seconds()) {
		delete(o.sessions, token)
		return expired()
	}
	s.used = o.now()
	c.session = s
	return nil
}

// ExpireSessions ends every session, as an administrator can.
func (o *Org) ExpireSessions() {
	o.mu.Lock()
	defer o.mu.Unlock()
	clear(o.sessions)
}

// revoke is POST /services/oauth2/revoke.
func (o *Org) revoke(c *call) answer {
	form, err := url.ParseQuery(string(c.body))
	if err != nil || o.sessions[form.Get("token")] == nil {
		return refuse("unsupported_token_type", "this token type is not supported")
	}
	delete(o.sessions, form.Get("token"))
	return reply(http.StatusOK, jsonType, nil)
}

// identity is GET of the id URL that came with a token.
func (o *Org) identity(c *call) answer {
	var err *apiError
	if t := c.query.Get("oauth_token"); t != "" {
		err = o.enter(c, t)
	} else {
		err = o.authorize(c)
	}
	org := o.table("Organization").idAt(0)
	if err != nil || c.vars["organization"] != org || c.vars["user"] != o.users.api {
		return reply(http.StatusForbidden, htmlType, []byte("Bad_OAuth_Token"))
	}
	return jsonAnswer(http.StatusOK, map[string]any{
		"id": o.instanceURL(c.r) + "/id/" + org + "/" + o.users.api, "asserted_user": true, "user_id": o.users.api,
		"organization_id": org, "username": "lapsed.integration@acme.example", "display_name": "Lapsed Integration",
		"active": true, "user_type": "STANDARD", "language": "en_US", "locale": "en_US", "utcOffset": -28800000,
		"urls": map[string]string{"rest": o.instanceURL(c.r) + "/services/data/v{version}/"},
	})
}
