package app

import (
	"strings"
	"testing"

	"github.com/lapsed/lapsed/internal/store/pgtest"
)

// The doctor of a state in PostgreSQL: well, and not there.
func TestDoctorOnPostgres(t *testing.T) {
	address := pgtest.New(t)
	w := newWorld(t, "observe")
	w.silent = true
	w.rewrite(t, "lapsed.yaml", "sqlite:./lapsed.db", address)
	w.crowd(2)
	w.run(t)
	w.publish(t)
	if d := w.examine(t); !d.OK {
		t.Error(d.Text())
	}
	w.rewrite(t, "lapsed.yaml", address, "postgres://lapsed:hunter2@127.0.0.1:1/lapsed")
	d := w.examine(t)
	d.expect(t, "state", Fails, "it can't be reached")
	if strings.Contains(d.Text(), "hunter2") {
		t.Errorf("it tells the password:\n%s", d.Text())
	}
}
