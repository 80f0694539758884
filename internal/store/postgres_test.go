package store

import (
	"strings"
	"testing"
	"time"

	"github.com/lapsed/lapsed/internal/store/pgtest"
)

func TestConnectionsToOtherMachinesAreEncrypted(t *testing.T) {
	for _, v := range []string{"PGSSLMODE", "PGHOST", "PGSSLROOTCERT", "PGSERVICE"} {
		t.Setenv(v, "")
	}
	for address, ok := range map[string]bool{
		"postgres://lapsed@db.example.org/lapsed?sslmode=verify-full":             true,
		"postgresql://lapsed@db.example.org/lapsed?sslmode=verify-full":           true,
		"postgres://lapsed@db.example.org/lapsed":                                 false,
		"postgres://lapsed@db.example.org/lapsed?sslmode=disable":                 false,
		"postgres://lapsed@db.example.org/lapsed?sslmode=prefer":                  false,
		"postgres://lapsed@db.example.org/lapsed?sslmode=require":                 false,
		"postgres://lapsed@db.example.org/lapsed?sslmode=verify-ca":               false,
		"postgres://lapsed@127.0.0.1,db.example.org/lapsed":                       false,
		"postgres://lapsed@192.0.2.1/lapsed":                                      false,
		"postgres://lapsed@127.0.0.1/lapsed":                                      true,
		"postgres://lapsed@[::1]:5433/lapsed?sslmode=disable":                     true,
		"postgres://lapsed@localhost/lapsed":                                      true,
		"postgres://lapsed@/lapsed?host=/var/run/postgresql":                      true,
		"postgres://lapsed@localhost/lapsed?host=db.example.org":                  false,
		"postgres://lapsed@localhost.example.org/lapsed":                          false,
		"postgres://lapsed@db.example.org/lapsed?sslmode=verify-full&port=banana": false,
	} {
		if _, err := postgresConfig(address); (err == nil) != ok {
			t.Errorf("%s: %v", address, err)
		}
	}
	t.Setenv("PGHOST", "db.example.org")
	if _, err := postgresConfig("postgres:///lapsed"); err == nil {
		t.Error("another machine that PGHOST names is taken without encryption")
	}
}

func TestNothingWaitsForEver(t *testing.T) {
	c, err := postgresConfig("postgres://lapsed@localhost/lapsed?lock_timeout=7000")
	if err != nil {
		t.Fatal(err)
	}
	for name, want := range map[string]string{"application_name": "lapsed", "statement_timeout": "60000", "lock_timeout": "7000", "idle_in_transaction_session_timeout": "10000"} {
		if got := c.RuntimeParams[name]; got != want {
			t.Errorf("%s is %q, want %q", name, got, want)
		}
	}
	if c.ConnectTimeout != 5*time.Second {
		t.Errorf("connections are tried for %s", c.ConnectTimeout)
	}
	s := opened(t, pgtest.New(t))
	var got string
	if err := s.db.QueryRow(`SHOW idle_in_transaction_session_timeout`).Scan(&got); err != nil || got != "10s" {
		t.Errorf("the server says %q, %v", got, err)
	}
}

// Whatever is wrong with an address, the message doesn't hold its password.
func TestAPasswordIsNeverPrinted(t *testing.T) {
	for _, address := range []string{
		"postgres://lapsed:hunter2@127.0.0.1:1/lapsed",
		"postgres://lapsed:hunter2@127.0.0.1:1/lapsed?sslmode=banana",
		"postgres://lapsed:hunter2@127.0.0.1:hunter2/lapsed",
		"postgres://lapsed:hunter2%zz@127.0.0.1:1/lapsed",
		"postgres://lapsed:hunter2@db.example.org/lapsed",
		"postgres://lapsed@127.0.0.1:1/lapsed?password=hunter2",
		"postgres://lapsed@127.0.0.1:1/lapsed?sslpassword=hunter2&sslkey=nowhere&sslcert=nowhere",
		"mysql:hunter2",
		"hunter2",
	} {
		s, err := Open(ctx, address)
		if err == nil {
			t.Errorf("opened %s", address)
			_ = s.Close()
			continue
		}
		if strings.Contains(err.Error(), "hunter2") {
			t.Errorf("printed: %v", err)
		}
	}
}
