package config

import (
	"errors"
	"net"
	"net/mail"
	"strconv"

	"github.com/lapsed/lapsed/internal/document"
)

// Notify says whom to tell when something waits for a person. Without it nobody
// is told, and the findings are in the reports alone.
type Notify struct {
	Pos     document.Pos
	Webhook *Webhook `yaml:"webhook,optional"`
	Mail    *Mail    `yaml:"mail,optional"`
}

// Webhook is an address that gets each notification as a signed POST. The path of
// such an address is often a credential, so problems don't show it.
type Webhook struct {
	Pos    document.Pos
	URL    *URL    `yaml:"url"`
	Secret *Secret `yaml:"secret"` // keys the signature
}

// Mail is a server that takes mail over STARTTLS, or TLS on port 465.
type Mail struct {
	Pos      document.Pos
	Server   HostPort  `yaml:"server"`
	From     Mailbox   `yaml:"from"`
	To       []Mailbox `yaml:"to"`
	User     string    `yaml:"user,optional"`
	Password *Secret   `yaml:"password,optional"`
}

// HostPort is a server's name and port.
type HostPort struct {
	Host string
	Port int
}

// ParseScalar reads HOST:PORT.
func (h *HostPort) ParseScalar(s string) error {
	host, port, err := net.SplitHostPort(s)
	n, bad := strconv.Atoi(port)
	if err != nil || bad != nil || host == "" || n < 1 || n > 65535 {
		return errors.New("this is no server: write HOST:PORT, for example smtp.example.org:587")
	}
	*h = HostPort{host, n}
	return nil
}

// Loopback tells whether the server is on this machine.
func (h HostPort) Loopback() bool { return loopback(h.Host) }

// Mailbox is one mail address without a name.
type Mailbox string

// ParseScalar reads the address.
func (m *Mailbox) ParseScalar(s string) error {
	a, err := mail.ParseAddress(s)
	if err != nil || a.Address != s {
		return errors.New("this is no mail address: write one without a name, for example privacy@example.org")
	}
	*m = Mailbox(s)
	return nil
}

// notify checks what only the parts together tell.
func (k *checker) notify() {
	n := k.c.Notify
	if n == nil {
		return
	}
	if n.Webhook == nil && n.Mail == nil {
		k.problem(n.Pos, "notify needs a webhook or mail")
	}
	if w := n.Webhook; w != nil {
		k.secret(w.Secret, w.URL.Loopback())
	}
	m := n.Mail
	if m == nil {
		return
	}
	if (m.User == "") != (m.Password == nil) {
		k.problem(m.Pos, "mail: user and password go together: write both or neither")
	}
	if m.Password != nil {
		k.secret(m.Password, m.Server.Loopback())
	}
}
