package httpx

import (
	"bytes"
	"errors"
	"io"
	"net/http"
)

// whole reads an answer's body before anybody sees its header. So a connection
// that breaks inside a body is a failed try like any other.
type whole struct {
	next http.RoundTripper
	most int64 // bytes
}

func (t whole) RoundTrip(r *http.Request) (*http.Response, error) {
	resp, err := t.next.RoundTrip(r)
	if err != nil {
		return nil, err
	}
	body, err := io.ReadAll(io.LimitReader(resp.Body, t.most+1))
	_ = resp.Body.Close()
	if err != nil {
		return nil, err
	}
	if int64(len(body)) > t.most {
		return nil, errTooLarge
	}
	resp.Body = io.NopCloser(bytes.NewReader(body))
	return resp, nil
}

var errTooLarge = errors.New("the answer is larger than any expected one")
