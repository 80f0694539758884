package kit

import (
	"errors"
	"net"
	"net/http"
	"time"
)

// HangUp closes the client's connection without an answer, as a lost line does.
func HangUp(w http.ResponseWriter) error {
	c, err := takeOver(w)
	if err != nil {
		return err
	}
	return c.Close()
}

// Reset breaks the client's connection, as a crashed server or a middlebox does:
// the client hears "connection reset", with no answer.
func Reset(w http.ResponseWriter) error {
	c, err := takeOver(w)
	if err != nil {
		return err
	}
	if t, ok := c.(*net.TCPConn); ok {
		err = t.SetLinger(0) // close sends RST instead of FIN
	}
	return errors.Join(err, c.Close())
}

func takeOver(w http.ResponseWriter) (net.Conn, error) {
	h, ok := w.(http.Hijacker)
	if !ok {
		return nil, errors.New("this server's connections can't be taken over")
	}
	c, _, err := h.Hijack()
	return c, err
}

// Wait lets d pass, or the client lose patience.
func Wait(r *http.Request, d time.Duration) {
	t := time.NewTimer(d)
	defer t.Stop()
	select {
	case <-t.C:
	case <-r.Context().Done():
	}
}
