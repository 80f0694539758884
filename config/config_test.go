package config

import (
	"flag"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"
)

var update = flag.Bool("update", false, "write what comes as what is wanted")

func write(t *testing.T, text string) string {
	t.Helper()
	path := filepath.Join(t.TempDir(), "lapsed.yaml")
	if err := os.WriteFile(path, []byte(text), 0o600); err != nil {
		t.Fatal(err)
	}
	return path
}

const good = `policy: ./policy.yaml
state: sqlite:./lapsed.db
log: ./audit
keys: /etc/lapsed/keys
processors:
  hubspot: {base_url: "https://api.hubapi.com", token: {env: LAPSED_TEST_TOKEN}}
  crm: {kind: salesforce, login_url: "https://acme.my.salesforce.com", client_id: {file: ./id}, client_secret: {file: ./secret}}
`

func TestLoad(t *testing.T) {
	t.Setenv("LAPSED_TEST_TOKEN", "pat-eu1-canary")
	path := write(t, good)
	dir := filepath.Dir(path)
	for _, f := range []string{"id", "secret"} {
		if err := os.WriteFile(filepath.Join(dir, f), []byte(f+"-canary\n"), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	c, problems := Load(path)
	if len(problems) > 0 {
		t.Fatal(problems)
	}
	if c.Mode != Observe || time.Duration(c.Interval) != 15*time.Minute {
		t.Errorf("defaults: %s, %v", c.Mode, time.Duration(c.Interval))
	}
	if c.Policy != filepath.Join(dir, "policy.yaml") || c.Keys != "/etc/lapsed/keys" || string(c.State) != "sqlite:"+filepath.Join(dir, "lapsed.db") {
		t.Errorf("paths: %s %s %s", c.Policy, c.Keys, c.State)
	}
	if p, _ := c.Processors.Get("crm"); p.ClientSecret.Secret().Reveal() != "secret-canary" || p.Kind != "salesforce" {
		t.Error("a secret's file was not read")
	}
	if c.Loopback() {
		t.Error("processors elsewhere count as this machine's")
	}
	for _, verb := range []string{"%v", "%+v", "%#v", "%s"} {
		if s := fmt.Sprintf(verb, c.source); strings.Contains(s, "LAPSED_TEST_TOKEN") {
			t.Errorf("%s prints a config's lines: %s", verb, s)
		}
		if s := fmt.Sprintf(verb, c); strings.Contains(s, "canary") {
			t.Errorf("%s prints a secret: %s", verb, s)
		}
	}
}

func TestAStateInPostgreSQL(t *testing.T) {
	for _, state := range []string{"postgres://lapsed:hunter2@127.0.0.1:5432/lapsed", "postgresql://lapsed@db.example.org/lapsed?sslmode=verify-full&password=hunter2", "postgres:///lapsed?host=/run/postgresql"} {
		c, problems := Load(write(t, "policy: ./policy.yaml\nstate: "+state+"\nlog: ./audit\nkeys: ./keys\nprocessors:\n  hubspot: {base_url: \"http://127.0.0.1:1\", token: {value: x}}\n"))
		if len(problems) > 0 {
			t.Errorf("%s: %v", state, problems)
			continue
		}
		if string(c.State) != state {
			t.Errorf("%s became %q", state, string(c.State))
		}
		for _, verb := range []string{"%v", "%+v", "%#v", "%s", "%q"} {
			if got := fmt.Sprintf(verb, *c) + fmt.Sprintf(verb, c.State); strings.Contains(got, "hunter2") || !strings.Contains(got, "/lapsed") {
				t.Errorf("%s prints %s", verb, got)
			}
		}
	}
}

// Each file of testdata/bad is named after its fault; what comes of it is beside it.
func TestBadConfigs(t *testing.T) {
	files, err := filepath.Glob("testdata/bad/*.yaml")
	if err != nil || len(files) < 10 {
		t.Fatalf("%d bad configs, %v", len(files), err)
	}
	for _, f := range files {
		c, problems := Load(f)
		if c != nil || len(problems) == 0 {
			t.Errorf("%s was taken", f)
			continue
		}
		got := problems.Error() + "\n"
		if strings.Contains(got, "hunter2") {
			t.Errorf("%s: a secret is printed:\n%s", f, got)
		}
		want := strings.TrimSuffix(f, ".yaml") + ".txt"
		if *update {
			if err := os.WriteFile(want, []byte(got), 0o600); err != nil {
				t.Fatal(err)
			}
		}
		if b, err := os.ReadFile(want); err != nil || string(b) != got {
			t.Errorf("%s: got\n%s\nwant\n%s", f, got, b)
		}
	}
}
