package api

import (
	"context"
	"encoding/json"
	"net"
	"net/http"
	"net/url"
	"strings"
	"sync/atomic"

	"github.com/lapsed/lapsed/internal/fault"
	"github.com/lapsed/lapsed/internal/httpx"
)

const tokenRoute = "POST /services/oauth2/token"

// token is one session. It is never changed, only replaced.
type token struct {
	value    string
	instance string // the host that serves the org, without a trailing slash
	user     string // 18-character id of the user that we act as
}

// session keeps the one token of a Client. Salesforce tells no expiry: a token
// is used until a 401, then renewed once, by one caller for all.
type session struct {
	c    *Client
	gate chan struct{} // held by whoever logs in; a channel, so that waiting obeys the context
	now  atomic.Pointer[token]
}

func newSession(c *Client) *session { return &session{c: c, gate: make(chan struct{}, 1)} }

// current returns the token, after a login if there is none.
func (s *session) current(ctx context.Context) (*token, error) {
	if t := s.now.Load(); t != nil {
		return t, nil
	}
	return s.renew(ctx, nil)
}

// renew replaces the token that proved to be dead, unless another caller
// already has.
func (s *session) renew(ctx context.Context, dead *token) (*token, error) {
	select {
	case s.gate <- struct{}{}:
		defer func() { <-s.gate }()
	case <-ctx.Done():
		return nil, &fault.Error{Kind: fault.Transient, Op: s.c.op(tokenRoute), Err: context.Cause(ctx)}
	}
	if t := s.now.Load(); t != dead {
		return t, nil
	}
	t, err := s.login(ctx)
	if err != nil {
		return nil, err
	}
	s.now.Store(t)
	return t, nil
}

// login gets a token by the client-credentials flow (OAuth 2.0, RFC 6749 4.4).
func (s *session) login(ctx context.Context) (*token, error) {
	o := s.c.opt
	form := url.Values{"grant_type": {"client_credentials"}, "client_id": {o.ClientID.Reveal()}, "client_secret": {o.ClientSecret.Reveal()}}
	h := http.Header{}
	h.Set("Content-Type", "application/x-www-form-urlencoded")
	h.Set("Accept", "application/json")
	resp, err := s.c.http.Do(ctx, httpx.Request{
		Method: http.MethodPost, URL: o.LoginURL + "/services/oauth2/token", Route: tokenRoute, Header: h, Body: []byte(form.Encode()),
	})
	if err != nil {
		return nil, err
	}
	if resp.Status != http.StatusOK {
		return nil, s.c.loginRefused(resp.Status, resp.Body)
	}
	var a struct {
		AccessToken string `json:"access_token"`
		InstanceURL string `json:"instance_url"`
		ID          string `json:"id"`
	}
	if json.Unmarshal(resp.Body, &a) != nil || a.AccessToken == "" || strings.ContainsAny(a.AccessToken, "\r\n") {
		return nil, &fault.Error{Kind: fault.Invalid, Op: s.c.op(tokenRoute), Status: resp.Status, Hint: "the answer holds no token: is login_url the org's My Domain host?"}
	}
	instance := strings.TrimRight(a.InstanceURL, "/")
	if instance == "" {
		instance = o.LoginURL
	}
	if _, err := Host(instance); err != nil {
		return nil, &fault.Error{Kind: fault.Invalid, Op: s.c.op(tokenRoute), Status: resp.Status, Hint: "instance_url is no https address; the token is not sent there"}
	}
	id, _ := ID18(a.ID[strings.LastIndexByte(a.ID, '/')+1:])
	return &token{value: a.AccessToken, instance: instance, user: id}, nil
}

// UserID is the id of the user that we act as, "" before the first call. A
// record's LastModifiedById of that value is our own write.
func (c *Client) UserID() string {
	if t := c.session.now.Load(); t != nil {
		return t.user
	}
	return ""
}

// Host checks an address that a token may be sent to, https, or http on a
// loopback host, without path or query, and tells whether it is loopback.
func Host(address string) (loopback bool, err error) {
	u, err := url.Parse(address)
	if err != nil || u.Host == "" || u.User != nil || strings.Trim(u.Path, "/") != "" || u.RawQuery != "" || u.Fragment != "" {
		return false, &fault.Error{Kind: fault.Invalid, Op: "salesforce address", Hint: "give scheme and host alone, for example https://acme.my.salesforce.com"}
	}
	ip := net.ParseIP(u.Hostname())
	loopback = u.Hostname() == "localhost" || (ip != nil && ip.IsLoopback())
	if u.Scheme != "https" && (u.Scheme != "http" || !loopback) {
		return false, &fault.Error{Kind: fault.Invalid, Op: "salesforce address", Hint: "plain http is for loopback hosts only"}
	}
	return loopback, nil
}
