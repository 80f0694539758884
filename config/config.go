package config

import (
	"crypto/sha256"
	"errors"
	"fmt"
	"net"
	"net/url"
	"os"
	"path/filepath"
	"time"

	"github.com/lapsed/lapsed/internal/audit/entry"
	"github.com/lapsed/lapsed/internal/document"
	"github.com/lapsed/lapsed/internal/secret"
)

// Config is the daemon's configuration.
type Config struct {
	Pos        document.Pos
	Policy     string                  `yaml:"policy"`
	State      State                   `yaml:"state"`
	Mode       Mode                    `yaml:"mode,optional"`     // default observe
	Interval   Duration                `yaml:"interval,optional"` // default 15m
	Daily      Window                  `yaml:"daily,optional"`    // default 01:00-06:00
	Lease      Duration                `yaml:"lease,optional"`    // default 15s: how long a killed process keeps others out
	Listen     string                  `yaml:"listen,optional"`
	Log        string                  `yaml:"log"`
	Keys       string                  `yaml:"keys"`
	Audit      Audit                   `yaml:"audit,optional"`
	Processors document.Map[Processor] `yaml:"processors"`
	Notify     *Notify                 `yaml:"notify,optional"`

	// Digest is that of the file's bytes: it changes when anything in it does.
	Digest string
	// Fingerprint changes with the file and with the content of any secret. It is
	// for comparing in memory and MUST NOT be kept: it is of secrets.
	Fingerprint [32]byte
	source      document.Source
}

// Audit names the log.
type Audit struct {
	Origin Origin `yaml:"origin,optional"`
}

// Origin names the audit log for ever: scheme-less, with a generation at its end.
type Origin string

// ParseScalar reads the log's name.
func (v *Origin) ParseScalar(s string) error {
	if !originForm.MatchString(s) {
		return errors.New("this is no log's name: write HOST/PATH/1, without a scheme, for example privacy.example.org/lapsed/1")
	}
	*v = Origin(s)
	return nil
}

// Processor is how to reach one account.
type Processor struct {
	Pos          document.Pos
	Kind         string  `yaml:"kind,optional"` // the connector, when it differs from the name
	BaseURL      *URL    `yaml:"base_url,optional"`
	Token        *Secret `yaml:"token,optional"`
	LoginURL     *URL    `yaml:"login_url,optional"`
	ClientID     *Secret `yaml:"client_id,optional"`
	ClientSecret *Secret `yaml:"client_secret,optional"`
}

// Mode says whether anything is written to processors.
type Mode string

// The modes. Observe is the default.
const (
	Observe Mode = "observe"
	Enforce Mode = "enforce"
)

// ParseScalar reads the mode.
func (m *Mode) ParseScalar(s string) error {
	if s != string(Observe) && s != string(Enforce) {
		return fmt.Errorf("%q is no mode: write observe or enforce", s)
	}
	*m = Mode(s)
	return nil
}

// Duration is a machine's length of time, in Go's form.
type Duration time.Duration

// ParseScalar reads 15m, 1h30m and so on: positive.
func (d *Duration) ParseScalar(s string) error {
	v, err := time.ParseDuration(s)
	if err != nil || v <= 0 {
		return fmt.Errorf("%q is no length of time: write a number with s, m or h, for example 15m", s)
	}
	*d = Duration(v)
	return nil
}

// URL is the address of a server: https, or http to this machine.
type URL struct{ *url.URL }

// ParseScalar reads the address.
func (u *URL) ParseScalar(s string) error {
	v, err := url.Parse(s)
	switch {
	case err != nil || v.Host == "" || v.User != nil || v.RawQuery != "" || v.Fragment != "":
		return fmt.Errorf("this is no address of a server: write https://HOST without user, query or fragment")
	case v.Scheme == "https", v.Scheme == "http" && loopback(v.Hostname()):
		u.URL = v
		return nil
	case v.Scheme == "http":
		return fmt.Errorf("plain http is for servers on this machine only: write https://%s", v.Host)
	default:
		return fmt.Errorf("%q is no address that is spoken here: write https://HOST", s)
	}
}

// Loopback tells whether the server is on this machine.
func (u *URL) Loopback() bool { return u != nil && u.URL != nil && loopback(u.Hostname()) }

func loopback(host string) bool {
	ip := net.ParseIP(host)
	return host == "localhost" || ip != nil && ip.IsLoopback()
}

// Secret says where a credential comes from. Exactly one of them is given.
type Secret struct {
	Pos   document.Pos
	Env   string `yaml:"env,optional"`
	File  string `yaml:"file,optional"`
	Value string `yaml:"value,optional"`

	content secret.String
}

// Secret returns the credential.
func (s *Secret) Secret() secret.String {
	if s == nil {
		return secret.String{}
	}
	return s.content
}

// String never shows a literal value.
func (s Secret) String() string { return "[secret]" }

// Load reads a config file. All problems come back at once.
func Load(path string) (*Config, document.Problems) {
	text, err := os.ReadFile(path)
	if err != nil {
		return nil, document.Problems{{File: path, Message: "the config can't be read: " + cause(err)}}
	}
	c := &Config{Mode: Observe, Interval: Duration(15 * time.Minute), Lease: Duration(15 * time.Second), Daily: Window{time.Hour, 6 * time.Hour}}
	src, problems := document.Decode(path, text, c)
	c.source, c.Digest = src, entry.Digest(text)
	k := checker{c: c, dir: filepath.Dir(path), problems: problems, print: sha256.New()}
	_, _ = k.print.Write(text)
	if len(problems) == 0 {
		k.paths()
		k.processors()
		k.notify()
	}
	if len(k.problems) > 0 {
		return nil, concealed(k.problems.Sorted())
	}
	k.print.Sum(c.Fingerprint[:0])
	return c, nil
}

func cause(err error) string {
	if os.IsNotExist(err) {
		return "there is no such file"
	}
	if os.IsPermission(err) {
		return "permission denied"
	}
	return "it is no readable file"
}

// Loopback tells whether every processor is on this machine.
func (c *Config) Loopback() bool {
	for _, e := range c.Processors {
		if !e.Value.BaseURL.Loopback() && !e.Value.LoginURL.Loopback() {
			return false
		}
	}
	return true
}

// Problem is a problem with one processor of the config, found later.
func (c *Config) Problem(processor, format string, args ...any) document.Problem {
	for _, e := range c.Processors {
		if e.Name == processor {
			return c.source.Problem(e.Pos, "processors."+processor, format, args...)
		}
	}
	return c.source.Problem(c.Pos, "", format, args...)
}
