package config

import (
	"hash"
	"io"
	"os"
	"path/filepath"
	"regexp"
	"strings"

	"github.com/lapsed/lapsed/internal/document"
	"github.com/lapsed/lapsed/internal/secret"
)

type checker struct {
	c        *Config
	dir      string
	problems document.Problems
	print    hash.Hash // of the file and the secrets
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
	if path, ok := c.State.file(); ok {
		c.State = State("sqlite:" + k.abs(path))
	}
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
	defer func() { _, _ = io.WriteString(k.print, s.content.Reveal()+"\x00") }()
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
