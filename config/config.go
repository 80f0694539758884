package config

import (
	"errors"
	"fmt"
	"net"
	"net/url"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"time"
	"unicode"

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
	Listen     string                  `yaml:"listen,optional"`
	Log        string                  `yaml:"log"`
	Keys       string                  `yaml:"keys"`
	Audit      Audit                   `yaml:"audit,optional"`
	Processors document.Map[Processor] `yaml:"processors"`

	// Digest is that of the file's bytes: it changes when anything in it does.
	Digest string
	source document.Source
}

// Audit names the log.
type Audit struct {
	Origin Origin `yaml:"origin,optional"`
}

// State names the database: sqlite:PATH.
type State string

// ParseScalar reads the state's name.
func (v *State) ParseScalar(s string) error {
	kind, rest, _ := strings.Cut(s, ":")
	switch {
	case kind == "sqlite" && rest != "":
		*v = State(s)
		return nil
	case kind == "postgres" || kind == "postgresql":
		return errors.New("PostgreSQL is not spoken by this build: write sqlite:PATH")
	default:
		return errors.New("this is no state: write sqlite:PATH, for example sqlite:./lapsed.db")
	}
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
	c := &Config{Mode: Observe, Interval: Duration(15 * time.Minute)}
	src, problems := document.Decode(path, text, c)
	c.source, c.Digest = src, entry.Digest(text)
	k := checker{c: c, dir: filepath.Dir(path), problems: problems}
	if len(problems) == 0 {
		k.paths()
		k.processors()
	}
	if len(k.problems) > 0 {
		return nil, concealed(k.problems.Sorted())
	}
	return c, nil
}

// What a config's line may hold that must not be printed with it: whatever
// follows the key of a credential, and a password in an address.
var (
	credential = regexp.MustCompile(`(?:token|client_id|client_secret)\s*:(.*)$`)
	password   = regexp.MustCompile(`://[^/@\s:"]*:([^@\s"/]+)@`)
	secretPath = regexp.MustCompile(`(^|\.)(token|client_id|client_secret)(\.|$)`)
)

// concealed blots out secrets in the lines that problems show, without moving
// the column that they point to.
func concealed(ps document.Problems) document.Problems {
	for i := range ps {
		e := &ps[i].Excerpt
		found := false
		for _, secret := range []*regexp.Regexp{credential, password} {
			if at := secret.FindStringSubmatchIndex(*e); at != nil {
				*e = (*e)[:at[2]] + blot((*e)[at[2]:at[3]]) + (*e)[at[3]:]
				found = true
			}
		}
		if !found && secretPath.MatchString(ps[i].Path) {
			*e = blot(*e)
		}
	}
	return ps
}

// blot puts a star for every letter and digit.
func blot(s string) string {
	return strings.Map(func(r rune) rune {
		if unicode.IsLetter(r) || unicode.IsDigit(r) {
			return '*'
		}
		return r
	}, s)
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

type checker struct {
	c        *Config
	dir      string
	problems document.Problems
}

func (k *checker) problem(pos document.Pos, format string, args ...any) {
	k.problems = append(k.problems, k.c.source.Problem(pos, "", format, args...))
}

// paths makes paths relative to the file absolute ones.
func (k *checker) paths() {
	c := k.c
	for _, p := range []*string{&c.Policy, &c.Log, &c.Keys} {
		*p = k.abs(*p)
	}
	c.State = State("sqlite:" + k.abs(strings.TrimPrefix(string(c.State), "sqlite:")))
}

func (k *checker) abs(p string) string {
	if filepath.IsAbs(p) {
		return p
	}
	return filepath.Join(k.dir, p)
}

var originForm = regexp.MustCompile(`^[a-z0-9][a-z0-9.-]*(/[a-z0-9._-]+)*/[1-9][0-9]*$`)

// needs lists what each kind of connector has to be told.
var needs = map[string][]string{
	"salesforce": {"login_url", "client_id", "client_secret"},
	"hubspot":    {"base_url", "token"},
}

func (k *checker) processors() {
	for i := range k.c.Processors {
		e := &k.c.Processors[i]
		p := &e.Value
		if p.Kind == "" {
			p.Kind = e.Name
		}
		want, known := needs[p.Kind]
		if !known {
			k.problem(e.Pos, "there is no connector %q%s; there are: salesforce, hubspot", p.Kind, document.Nearest(p.Kind, []string{"salesforce", "hubspot"}))
			continue
		}
		k.given(e, want)
		local := p.BaseURL.Loopback() || p.LoginURL.Loopback()
		for _, s := range []*Secret{p.Token, p.ClientID, p.ClientSecret} {
			if s != nil {
				k.secret(s, local)
			}
		}
	}
}

// given checks that a processor has what its kind needs, and nothing else.
func (k *checker) given(e *document.Entry[Processor], want []string) {
	p := e.Value
	has := map[string]bool{"base_url": p.BaseURL != nil, "token": p.Token != nil, "login_url": p.LoginURL != nil, "client_id": p.ClientID != nil, "client_secret": p.ClientSecret != nil}
	for _, name := range want {
		if !has[name] {
			k.problem(e.Pos, "%s: a %s account needs %q", e.Name, p.Kind, name)
		}
		delete(has, name)
	}
	for _, name := range []string{"base_url", "token", "login_url", "client_id", "client_secret"} {
		if has[name] {
			k.problem(e.Pos, "%s: a %s account has no %q; it needs %s", e.Name, p.Kind, name, strings.Join(want, ", "))
		}
	}
}

func (k *checker) secret(s *Secret, local bool) {
	n := 0
	for _, v := range []string{s.Env, s.File, s.Value} {
		if v != "" {
			n++
		}
	}
	switch {
	case n != 1:
		k.problem(s.Pos, "a secret comes from exactly one of env and file")
	case s.Value != "" && !local:
		k.problem(s.Pos, "a literal secret is taken for servers on this machine only: use env or file")
	case s.Value != "":
		s.content = secret.New(s.Value)
	case s.Env != "":
		v := os.Getenv(s.Env)
		if v == "" {
			k.problem(s.Pos, "the environment has no %s", s.Env)
		}
		s.content = secret.New(v)
	default:
		b, err := os.ReadFile(k.abs(s.File))
		v := strings.TrimSpace(string(b))
		if err != nil || v == "" {
			k.problem(s.Pos, "the secret's file can't be read or is empty: %s", s.File)
		}
		s.content = secret.New(v)
	}
}
