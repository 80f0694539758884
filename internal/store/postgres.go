package store

import (
	"context"
	"errors"
	"fmt"
	"net"
	"net/url"
	"os"
	"strings"
	"time"

	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgconn"
	"github.com/jackc/pgx/v5/stdlib"
	"github.com/pressly/goose/v3"
	"github.com/pressly/goose/v3/lock"
)

// What a connection has unless its address says otherwise, in milliseconds: no
// statement, wait or holder that hangs may stop the others for ever.
var limits = map[string]string{
	"application_name":                    "lapsed",
	"statement_timeout":                   "60000",
	"lock_timeout":                        "30000",
	"idle_in_transaction_session_timeout": "10000",
}

func openPostgres(ctx context.Context, address string) (*Store, error) {
	c, err := postgresConfig(address)
	if err != nil {
		return nil, err
	}
	db := stdlib.OpenDB(*c)
	db.SetMaxOpenConns(12)
	db.SetMaxIdleConns(4)
	db.SetConnMaxIdleTime(5 * time.Minute)
	locker, err := lock.NewPostgresSessionLocker(lock.WithLockTimeout(1, 300)) // seconds, tries
	if err == nil {
		err = migrate(ctx, db, goose.DialectPostgres, "postgres", goose.WithSessionLocker(locker))
	}
	if err != nil {
		return nil, errors.Join(fmt.Errorf("open the state in PostgreSQL: %w", err), db.Close())
	}
	return &Store{db: db, engine: postgresEngine}, nil
}

// postgresConfig reads an address as psql does, PGPASSWORD and the password file
// included. It never wraps an error of the parser: they quote the address.
func postgresConfig(address string) (*pgx.ConnConfig, error) {
	u, err := url.Parse(address)
	if err != nil {
		return nil, errors.New("the state's address can't be read: write postgres://USER@HOST/NAME?sslmode=verify-full, with %XX for special characters")
	}
	if q := u.Query(); !q.Has("connect_timeout") && os.Getenv("PGCONNECT_TIMEOUT") == "" {
		q.Set("connect_timeout", "5")
		u.RawQuery = q.Encode()
	}
	c, err := pgx.ParseConfig(u.String())
	if err != nil {
		return nil, errors.New("the state's address can't be used: a parameter of it, a PG* variable, or a file that one of them names is wrong (sslmode, sslrootcert, port, service, connect_timeout)")
	}
	for name, value := range limits {
		if _, ok := c.RuntimeParams[name]; !ok {
			c.RuntimeParams[name] = value
		}
	}
	return c, encrypted(&c.Config)
}

// encrypted refuses connections to other machines that an eavesdropper could
// read or take over: the state has no names in it, but who holds it decides who
// is deleted.
func encrypted(c *pgconn.Config) error {
	attempts := append([]*pgconn.FallbackConfig{{Host: c.Host, TLSConfig: c.TLSConfig}}, c.Fallbacks...)
	for _, a := range attempts {
		here := strings.HasPrefix(a.Host, "/") || strings.HasPrefix(a.Host, "@") || a.Host == "localhost"
		if ip := net.ParseIP(a.Host); ip != nil && ip.IsLoopback() {
			here = true
		}
		if !here && (a.TLSConfig == nil || a.TLSConfig.InsecureSkipVerify) {
			return fmt.Errorf("the state is on another machine, %s: its address needs sslmode=verify-full, and sslrootcert=FILE if its certificate is of your own authority", a.Host)
		}
	}
	return nil
}
