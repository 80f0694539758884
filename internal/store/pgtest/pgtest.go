package pgtest

import (
	"context"
	"database/sql"
	"fmt"
	"io"
	"net/url"
	"os"
	"os/exec"
	"os/user"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"sync"
	"testing"
	"time"

	_ "github.com/jackc/pgx/v5/stdlib" // the driver
)

// server is the one of this test process. It is package state, for a process
// starts it once.
var server struct {
	sync.Mutex
	started   bool
	err       error
	socket    string
	life      io.WriteCloser // the server ends when this does: with the process
	databases int
}

// New makes an empty database and returns its address. The database goes when
// the server does: to drop one takes longer than to make one.
func New(t testing.TB) string {
	t.Helper()
	bin := programs()
	if bin == "" {
		if os.Getenv("CI") == "true" {
			t.Fatal("PostgreSQL's programs (initdb, postgres) are not on this machine")
		}
		t.Log("NOT RUN ON POSTGRESQL: install it, or name the folder of initdb and postgres in LAPSED_POSTGRES_BIN")
		t.Skip("no PostgreSQL on this machine")
	}
	server.Lock()
	defer server.Unlock()
	if !server.started {
		server.started = true
		server.err = start(bin)
	}
	if server.err != nil {
		t.Fatal(server.err)
	}
	server.databases++
	name := fmt.Sprintf("test%d", server.databases)
	Exec(t, address("postgres"), `CREATE DATABASE `+name)
	return address(name)
}

// Exec does to a database what no program of ours would do.
func Exec(t testing.TB, address, query string) {
	t.Helper()
	db, err := sql.Open("pgx", address)
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = db.Close() }()
	if _, err := db.ExecContext(context.Background(), query); err != nil {
		t.Fatal(err)
	}
}

func address(database string) string {
	q := url.Values{"host": {server.socket}}
	return "postgres://postgres@/" + database + "?" + q.Encode()
}

// programs is the folder that holds initdb and postgres, "" if there is none.
func programs() string {
	var dirs []string
	if d := os.Getenv("LAPSED_POSTGRES_BIN"); d != "" {
		dirs = append(dirs, d)
	}
	if p, err := exec.LookPath("initdb"); err == nil {
		dirs = append(dirs, filepath.Dir(p))
	}
	debian, _ := filepath.Glob("/usr/lib/postgresql/*/bin") // a pattern that is never bad
	slices.SortFunc(debian, func(a, b string) int { return version(b) - version(a) })
	for _, d := range append(dirs, debian...) {
		if _, err := os.Stat(filepath.Join(d, "initdb")); err == nil {
			return d
		}
	}
	return ""
}

func version(dir string) int {
	n, _ := strconv.Atoi(filepath.Base(filepath.Dir(dir))) // 0 for what is no version
	return n
}

// script starts the server and ends it when its standard input does: nothing
// that happens to the test process leaves a server behind.
const script = `cd "$DIR" || exit 1
trap '' INT TERM HUP
"$BIN/initdb" -D data -U postgres -A trust -E UTF8 --locale=C.UTF-8 --no-sync >log 2>&1 || { cat log >&2; exit 1; }
"$BIN/postgres" -D data -k "$DIR" -c listen_addresses= -c fsync=off -c full_page_writes=off -c autovacuum=off -c max_connections=100 -c shared_buffers=16MB >>log 2>&1 &
server=$!
read -r _
kill -QUIT $server
wait $server
cd / && rm -rf "$DIR"`

func start(bin string) error {
	dir, err := os.MkdirTemp("", "pgtest")
	if err != nil {
		return err
	}
	cmd := exec.CommandContext(context.Background(), "sh", "-c", script)
	if os.Geteuid() == 0 { // the server refuses to be run by root
		if err := give(dir, "postgres"); err != nil {
			return err
		}
		cmd = exec.CommandContext(context.Background(), "su", "postgres", "-s", "/bin/sh", "-c", script)
	}
	cmd.Env = append(os.Environ(), "DIR="+dir, "BIN="+bin)
	var problem strings.Builder
	cmd.Stderr = &problem
	if server.life, err = cmd.StdinPipe(); err != nil {
		return err
	}
	if err := cmd.Start(); err != nil {
		return fmt.Errorf("start PostgreSQL: %w", err)
	}
	ended := make(chan error, 1)
	go func() { ended <- cmd.Wait() }()
	server.socket = dir
	return ready(ended, &problem)
}

func give(dir, to string) error {
	u, err := user.Lookup(to)
	if err != nil {
		return fmt.Errorf("PostgreSQL refuses to be run by root: %w", err)
	}
	uid, err := strconv.Atoi(u.Uid)
	if err != nil {
		return err
	}
	return os.Chown(dir, uid, -1)
}

// ready waits until the server takes connections.
func ready(ended <-chan error, problem *strings.Builder) error {
	db, err := sql.Open("pgx", address("postgres"))
	if err != nil {
		return err
	}
	defer func() { _ = db.Close() }()
	tick := time.NewTicker(20 * time.Millisecond)
	defer tick.Stop()
	ctx, cancel := context.WithTimeout(context.Background(), time.Minute)
	defer cancel()
	for {
		select {
		case err := <-ended:
			return fmt.Errorf("PostgreSQL did not start: %w\n%s", err, problem)
		case <-ctx.Done():
			return fmt.Errorf("PostgreSQL did not start within a minute; its log is in %s", server.socket)
		case <-tick.C:
			if db.PingContext(ctx) == nil {
				return nil
			}
		}
	}
}
