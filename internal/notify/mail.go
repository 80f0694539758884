package notify

import (
	"context"
	"crypto/sha256"
	"crypto/tls"
	"crypto/x509"
	"encoding/hex"
	"errors"
	"fmt"
	"net"
	"net/textproto"
	"strings"
	"time"

	"github.com/wneessen/go-mail"

	"github.com/lapsed/lapsed/internal/fault"
	"github.com/lapsed/lapsed/internal/secret"
)

// MailOptions say how mail is sent.
type MailOptions struct {
	Host     string
	Port     int // 465 speaks TLS from the start, every other STARTTLS
	From     string
	To       []string
	User     string // "" = the server asks for none
	Password secret.String
	Plain    bool           // no TLS: for a server on this machine only
	Roots    *x509.CertPool // nil = the system's
}

// Mail sends events by SMTP.
type Mail struct{ opt MailOptions }

// NewMail returns a Mail. It asks the server nothing.
func NewMail(o MailOptions) *Mail { return &Mail{o} }

// Name implements Channel.
func (m *Mail) Name() string { return "mail" }

// Send hands e to the server. The message id is made of the event's key, so that
// mailboxes show a message once that was sent twice.
func (m *Mail) Send(ctx context.Context, e Event) error {
	msg, err := m.message(e)
	if err != nil {
		return err
	}
	c, err := m.client(ctx)
	if err != nil {
		return &fault.Error{Kind: fault.Invalid, Op: "mail", Hint: "the server's name and port make no sense"}
	}
	if err := c.DialAndSendWithContext(ctx, msg); err != nil {
		return m.failure(ctx, err)
	}
	return nil
}

func (m *Mail) client(ctx context.Context) (*mail.Client, error) {
	// Host names of machines are nobody's business: the greeting is the sender's domain.
	opts := []mail.Option{mail.WithPort(m.opt.Port), mail.WithHELO(domain(m.opt.From)), mail.WithTimeout(within(ctx)),
		mail.WithTLSConfig(&tls.Config{ServerName: m.opt.Host, RootCAs: m.opt.Roots, MinVersion: tls.VersionTLS12})}
	switch {
	case m.opt.Port == 465 && !m.opt.Plain:
		opts = append(opts, mail.WithSSL())
	case m.opt.Plain:
		opts = append(opts, mail.WithTLSPolicy(mail.NoTLS), mail.WithDialContextFunc(hangingUp(ctx)))
	default:
		opts = append(opts, mail.WithTLSPolicy(mail.TLSMandatory), mail.WithDialContextFunc(hangingUp(ctx)))
	}
	if m.opt.User != "" {
		how := mail.SMTPAuthAutoDiscover
		if m.opt.Plain {
			how = mail.SMTPAuthPlainNoEnc
		}
		opts = append(opts, mail.WithSMTPAuth(how), mail.WithUsername(m.opt.User), mail.WithPassword(m.opt.Password.Reveal()))
	}
	return mail.NewClient(m.opt.Host, opts...)
}

// within is the time that is left to ctx. The library asks its context about the
// dialling alone.
func within(ctx context.Context) time.Duration {
	end, bounded := ctx.Deadline()
	if !bounded {
		return patience
	}
	return max(time.Millisecond, time.Until(end))
}

// hangingUp dials, and hangs up when ctx ends.
func hangingUp(ctx context.Context) mail.DialContextFunc {
	return func(dialling context.Context, network, address string) (net.Conn, error) {
		c, err := (&net.Dialer{}).DialContext(dialling, network, address)
		if err == nil {
			context.AfterFunc(ctx, func() { _ = c.Close() })
		}
		return c, err
	}
}

func (m *Mail) message(e Event) (*mail.Msg, error) {
	msg := mail.NewMsg(mail.WithNoDefaultUserAgent())
	if errors.Join(msg.From(m.opt.From), msg.To(m.opt.To...)) != nil {
		return nil, &fault.Error{Kind: fault.Invalid, Op: "mail", Hint: "from or to is no mail address"}
	}
	sum := sha256.Sum256([]byte(e.Key))
	msg.SetMessageIDWithValue(hex.EncodeToString(sum[:16]) + "@" + domain(m.opt.From))
	msg.SetDateWithValue(e.At)
	msg.SetGenHeader("Auto-Submitted", "auto-generated") // RFC 3834: no out-of-office answers
	msg.Subject("lapsed: " + strings.Join(strings.Fields(e.Title), " "))
	msg.SetBodyString(mail.TypeTextPlain, e.text()+"\n")
	return msg, nil
}

// failure turns the library's error into ours: its text holds mailboxes and what
// the server said.
func (m *Mail) failure(ctx context.Context, err error) error {
	e := &fault.Error{Kind: fault.Transient, Op: "mail", Err: ctx.Err()}
	var said *mail.SendError
	var cert *tls.CertificateVerificationError
	var answer *textproto.Error
	switch {
	case ctx.Err() != nil:
	case errors.As(err, &cert):
		e.Kind, e.Hint = fault.Auth, "the server's certificate is not trusted"
	case strings.Contains(err.Error(), "STARTTLS"):
		e.Kind, e.Hint = fault.Unsupported, "the server does not offer STARTTLS, and nothing is sent in the clear"
	case errors.As(err, &said):
		e.Hint = fmt.Sprintf("the server did not take it (SMTP %d)", said.ErrorCode())
		if !said.IsTemp() {
			e.Kind = fault.Invalid
		}
	case errors.As(err, &answer) && answer.Code == 535: // RFC 4954 6
		e.Kind, e.Hint = fault.Auth, "the server refuses user or password"
	default:
		e.Hint = "the server can't be reached, or hung up"
	}
	return e
}

func domain(address string) string { return address[strings.LastIndex(address, "@")+1:] }
