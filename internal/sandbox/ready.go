package sandbox

import (
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"strings"
	"time"
)

// ready is what `lapsed sandbox` prints when it is.
type ready struct {
	Control    string         `json:"control"`
	Now        time.Time      `json:"now"`
	Salesforce salesforceFace `json:"salesforce"`
	HubSpot    hubspotFace    `json:"hubspot"`
	People     int            `json:"people"`
	Seed       uint64         `json:"seed"`
}

type salesforceFace struct {
	LoginURL     string `json:"login_url"`
	ClientID     string `json:"client_id"`
	ClientSecret string `json:"client_secret"`
}

type hubspotFace struct {
	BaseURL string `json:"base_url"`
	Token   string `json:"token"`
}

func newReady(now time.Time, people int, seed uint64, urls [3]string) ready {
	return ready{urls[0], now, salesforceFace{urls[1], clientID, clientSecret}, hubspotFace{urls[2], token}, people, seed}
}

// Ready is one line of JSON, without its newline: the addresses and what they let in.
func (s *Sandbox) Ready() string {
	b, err := json.Marshal(s.ready)
	if err != nil { // strings, numbers and a time always marshal
		panic(fmt.Sprintf("sandbox: %v", err))
	}
	return string(b)
}

// configMark begins each config that the sandbox wrote: only such a file is
// written over.
const configMark = "# Written by lapsed sandbox"

// WriteConfig writes a config for a daemon that watches this sandbox, in observe
// mode, with state, log and keys beside the file. The policy is expected beside
// it as policy.yaml. It refuses to write over a file that the sandbox didn't write.
func (s *Sandbox) WriteConfig(path string) error {
	old, err := os.ReadFile(path)
	switch {
	case err == nil && !strings.HasPrefix(string(old), configMark):
		return fmt.Errorf("sandbox: %s is there already, and not the sandbox's: choose another name", path)
	case err != nil && !errors.Is(err, fs.ErrNotExist):
		return fmt.Errorf("sandbox: %w", err)
	}
	if err := os.WriteFile(path, []byte(s.config()), 0o600); err != nil {
		return fmt.Errorf("sandbox: %w", err)
	}
	return nil
}

func (s *Sandbox) config() string {
	return fmt.Sprintf(`%s for a sandbox at %s. It will be written over.
policy: ./policy.yaml
state: sqlite:./lapsed.db
mode: observe
interval: 15m
listen: 127.0.0.1:8080
log: ./audit
keys: ./keys
processors:
  hubspot:
    base_url: %q
    token: { value: %q }
  salesforce:
    login_url: %q
    client_id: { value: %q }
    client_secret: { value: %q }
`, configMark, s.ready.Control, s.ready.HubSpot.BaseURL, s.ready.HubSpot.Token, s.ready.Salesforce.LoginURL, s.ready.Salesforce.ClientID, s.ready.Salesforce.ClientSecret)
}
