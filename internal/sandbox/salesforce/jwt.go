package salesforce

import (
	"crypto"
	"crypto/rsa"
	"crypto/sha256"
	"encoding/base64"
	"encoding/json"
	"strings"
)

const jwtGrant = "urn:ietf:params:oauth:grant-type:jwt-bearer"

// assertion judges the JWT of the bearer flow and tells whether it is refused.
func (o *Org) assertion(token string) (answer, bool) {
	if o.conduct.JWTKey == nil {
		return refuse("unsupported_grant_type", "grant type not supported"), true
	}
	var claims struct {
		Iss string `json:"iss"`
		Sub string `json:"sub"`
		Aud string `json:"aud"`
		Exp int64  `json:"exp"`
	}
	payload, ok := verified(token, o.conduct.JWTKey)
	if !ok || json.Unmarshal(payload, &claims) != nil {
		return refuse("invalid_grant", "authentication failure"), true
	}
	switch {
	case claims.Iss != o.opt.ClientID:
		return refuse("invalid_client_id", "client identifier invalid"), true
	case claims.Aud != "https://login.salesforce.com" && claims.Aud != "https://test.salesforce.com":
		return refuse("invalid_grant", "audience is invalid"), true
	case claims.Exp <= o.now() || claims.Exp > o.now()+300: // milliseconds are far in the future
		return refuse("invalid_grant", "expired authorization code"), true
	case claims.Sub == "" || o.conduct.JWTUser != "" && claims.Sub != o.conduct.JWTUser:
		return refuse("invalid_grant", "user hasn't approved this consumer"), true
	}
	return answer{}, false
}

// verified returns the payload of an RS256 JWT whose signature holds.
func verified(token string, key *rsa.PublicKey) ([]byte, bool) {
	parts := strings.Split(token, ".")
	if len(parts) != 3 {
		return nil, false
	}
	var raw [3][]byte
	for i, p := range parts {
		b, err := base64.RawURLEncoding.DecodeString(p)
		if err != nil {
			return nil, false
		}
		raw[i] = b
	}
	var header struct {
		Alg string `json:"alg"`
	}
	if json.Unmarshal(raw[0], &header) != nil || header.Alg != "RS256" {
		return nil, false
	}
	sum := sha256.Sum256([]byte(parts[0] + "." + parts[1]))
	return raw[1], rsa.VerifyPKCS1v15(key, crypto.SHA256, sum[:], raw[2]) == nil
}
