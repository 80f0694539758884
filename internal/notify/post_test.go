package notify_test

import (
	"bufio"
	"crypto/tls"
	"crypto/x509"
	"net"
	"net/http/httptest"
	"strconv"
	"strings"
	"sync"
	"testing"
)

// post is a mail server on loopback that keeps what it gets.
type post struct {
	port  int
	roots *x509.CertPool

	startTLS bool
	password string // asked for if not empty: the base64 of AUTH PLAIN
	refuse   string // answer to RCPT

	mu    sync.Mutex
	mails []string
	clear bool // a mail or a password came without TLS
	tls   *tls.Config
}

func newPost(t *testing.T, change func(*post)) *post {
	t.Helper()
	certified := httptest.NewUnstartedServer(nil)
	certified.StartTLS()
	certified.Close()
	p := &post{roots: x509.NewCertPool(), tls: &tls.Config{Certificates: certified.TLS.Certificates, MinVersion: tls.VersionTLS12}}
	p.roots.AddCert(certified.Certificate())
	change(p)
	l, err := (&net.ListenConfig{}).Listen(t.Context(), "tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = l.Close() })
	p.port = l.Addr().(*net.TCPAddr).Port
	go func() {
		for {
			c, err := l.Accept()
			if err != nil {
				return
			}
			go p.serve(c)
		}
	}()
	return p
}

func (p *post) got() ([]string, bool) {
	p.mu.Lock()
	defer p.mu.Unlock()
	return append([]string(nil), p.mails...), p.clear
}

func (p *post) serve(c net.Conn) {
	defer func() { _ = c.Close() }()
	in := bufio.NewReader(c)
	say := func(lines ...string) { _, _ = c.Write([]byte(strings.Join(lines, "\r\n") + "\r\n")) }
	say("220 mail.example.org")
	secure := false
	for {
		line, err := in.ReadString('\n')
		if err != nil {
			return
		}
		verb, rest, _ := strings.Cut(strings.TrimSpace(line), " ")
		switch strings.ToUpper(verb) {
		case "EHLO":
			features := []string{"250-mail.example.org"}
			if p.startTLS && !secure {
				features = append(features, "250-STARTTLS")
			}
			say(append(features, "250-AUTH PLAIN", "250 8BITMIME")...)
		case "STARTTLS":
			say("220 go")
			c = tls.Server(c, p.tls)
			in, secure = bufio.NewReader(c), true
		case "AUTH":
			p.note(!secure, "")
			if p.password != "" && strings.TrimPrefix(rest, "PLAIN ") == p.password {
				say("235 ok")
			} else {
				say("535 5.7.8 who are you, kari@example.com?")
			}
		case "RCPT":
			if p.refuse != "" {
				say(p.refuse)
			} else {
				say("250 ok")
			}
		case "DATA":
			say("354 go")
			p.note(!secure, message(in))
			say("250 kept as " + strconv.Itoa(p.port))
		case "QUIT":
			say("221 bye")
			return
		default:
			say("250 ok")
		}
	}
}

func (p *post) note(clear bool, mail string) {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.clear = p.clear || clear
	if mail != "" {
		p.mails = append(p.mails, mail)
	}
}

func message(in *bufio.Reader) string {
	var b strings.Builder
	for {
		line, err := in.ReadString('\n')
		if err != nil || line == ".\r\n" {
			return b.String()
		}
		b.WriteString(line)
	}
}
