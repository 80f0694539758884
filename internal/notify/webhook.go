package notify

import (
	"context"
	"crypto/hmac"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"fmt"
	"net/http"
	"time"

	"github.com/lapsed/lapsed/internal/fault"
	"github.com/lapsed/lapsed/internal/httpx"
	"github.com/lapsed/lapsed/internal/secret"
)

// SignatureHeader holds "sha256=" and the HMAC of the body, in hexadecimal.
const SignatureHeader = "X-Lapsed-Signature-256"

// Webhook posts events to one address.
type Webhook struct {
	url    secret.String
	secret secret.String
	http   *httpx.Client
}

// NewWebhook returns a Webhook. The address is as confidential as the secret:
// whoever knows that of a chat program may post there.
func NewWebhook(url, key secret.String, tuning httpx.Options) *Webhook {
	tuning.Processor = "webhook"
	if tuning.Timeout == 0 {
		tuning.Timeout = 10 * time.Second
	}
	return &Webhook{url, key, httpx.New(tuning)}
}

// Name implements Channel.
func (w *Webhook) Name() string { return "webhook" }

// Send posts e. It counts as a read to the chain, which then tries it again after
// a failure: the receiver tells two of one id apart from two events.
func (w *Webhook) Send(ctx context.Context, e Event) error {
	body, err := json.Marshal(struct {
		Event
		Text string `json:"text"`
	}{e, e.text()})
	if err != nil {
		return &fault.Error{Kind: fault.Invalid, Op: "webhook"}
	}
	resp, err := w.http.Do(ctx, httpx.Request{Method: http.MethodPost, URL: w.url.Reveal(), Route: "POST", Body: body, Header: http.Header{
		"Content-Type": {"application/json"}, "User-Agent": {"lapsed"}, SignatureHeader: {Sign(w.secret, body)}}})
	if err != nil {
		return err
	}
	if resp.Status < 200 || resp.Status > 299 {
		return &fault.Error{Kind: fault.Invalid, Op: "webhook POST", Status: resp.Status, Hint: "the receiver did not take it"}
	}
	return nil
}

// Sign is the signature of a body, as the header holds it.
func Sign(key secret.String, body []byte) string {
	h := hmac.New(sha256.New, []byte(key.Reveal()))
	h.Write(body)
	return fmt.Sprintf("sha256=%s", hex.EncodeToString(h.Sum(nil)))
}
