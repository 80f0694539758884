package secret_test

import (
	"bytes"
	"encoding/json"
	"fmt"
	"log/slog"
	"strings"
	"testing"

	"github.com/lapsed/lapsed/internal/secret"
)

const canary = "canary-7f3a"

type account struct {
	Token  secret.String
	hidden secret.String
	Both   []secret.String
	Keys   map[string]secret.String
	behind *secret.String
}

func everywhere() []any {
	s := secret.New(canary)
	a := account{s, s, []secret.String{s}, map[string]secret.String{"a": s}, &s}
	return []any{s, &s, []secret.String{s}, []*secret.String{&s}, map[string]secret.String{"k": s}, map[secret.String]int{s: 1}, a, &a, []account{a}, struct{ a account }{a}}
}

// No verb shows a credential, wherever it is kept.
func TestPrintingShowsNothing(t *testing.T) {
	for _, v := range everywhere() {
		for _, verb := range []string{"%v", "%+v", "%#v", "%s", "%q", "%x", "%X", "%d", "%T", "%10.3v", "%w"} {
			shows(t, fmt.Sprintf(verb, v))
		}
		shows(t, fmt.Sprint(v))
		shows(t, fmt.Errorf("no login with %v", v).Error())
	}
	if got := fmt.Sprintf("%s", secret.New(canary)); got != "[secret]" {
		t.Errorf("printed as %q", got)
	}
}

func TestLoggingAndMarshallingShowNothing(t *testing.T) {
	var b bytes.Buffer
	for _, h := range []slog.Handler{slog.NewTextHandler(&b, nil), slog.NewJSONHandler(&b, nil)} {
		for _, v := range everywhere() {
			slog.New(h).Info("login", "with", v)
		}
	}
	shows(t, b.String())
	out, err := json.Marshal(account{Token: secret.New(canary), Both: []secret.String{secret.New(canary)}})
	if err != nil || !strings.Contains(string(out), `"Token":"[secret]"`) {
		t.Errorf("%s, %v", out, err)
	}
	shows(t, string(out))
}

func shows(t *testing.T, text string) {
	t.Helper()
	if strings.Contains(text, canary) || strings.Contains(text, fmt.Sprintf("%x", canary)) || strings.Contains(text, fmt.Sprintf("%X", canary)) {
		t.Errorf("the credential shows in %s", text)
	}
}

func TestReveal(t *testing.T) {
	for _, k := range []struct {
		s    secret.String
		want string
	}{{secret.String{}, ""}, {secret.New(""), ""}, {secret.New(canary), canary}} {
		if k.s.Reveal() != k.want || k.s.IsZero() != (k.want == "") {
			t.Errorf("%q is revealed as %q, zero: %v", k.want, k.s.Reveal(), k.s.IsZero())
		}
	}
}
