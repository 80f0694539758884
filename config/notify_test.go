package config

import (
	"strings"
	"testing"
)

const told = good + `notify:
  webhook: {url: "https://hooks.example.com/services/canary", secret: {env: LAPSED_TEST_TOKEN}}
  mail:
    server: smtp.example.org:587
    from: lapsed@example.org
    to: [privacy@example.org, it@example.org]
    user: lapsed
    password: {env: LAPSED_TEST_TOKEN}
`

func TestNotify(t *testing.T) {
	t.Setenv("LAPSED_TEST_TOKEN", "canary")
	path := write(t, strings.NewReplacer("{file: ./id}", "{env: LAPSED_TEST_TOKEN}", "{file: ./secret}", "{env: LAPSED_TEST_TOKEN}").Replace(told))
	c, problems := Load(path)
	if len(problems) > 0 {
		t.Fatal(problems)
	}
	n := c.Notify
	if n.Webhook.URL.Host != "hooks.example.com" || n.Webhook.Secret.Secret().Reveal() != "canary" {
		t.Error("the webhook is not the one of the file")
	}
	m := n.Mail
	if m.Server != (HostPort{"smtp.example.org", 587}) || m.From != "lapsed@example.org" || len(m.To) != 2 || m.User != "lapsed" || m.Password.Secret().Reveal() != "canary" {
		t.Errorf("mail is %s %d %s", m.Server.Host, m.Server.Port, m.User)
	}
	if (HostPort{Host: "127.0.0.1"}).Loopback() != true || m.Server.Loopback() {
		t.Error("who is on this machine is mistaken")
	}
}

// A webhook's address is a credential to whoever reads it: also a problem that
// only shares its line doesn't print it.
func TestWebhookIsConcealed(t *testing.T) {
	path := write(t, strings.Replace(told, "secret: {env: LAPSED_TEST_TOKEN}", "secret: {env: NONE_SUCH}", 1))
	_, problems := Load(path)
	if len(problems) == 0 || strings.Contains(problems.Error(), "canary") {
		t.Errorf("got %v", problems)
	}
}
