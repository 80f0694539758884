package app

import (
	"context"
	"os"
	"path/filepath"
	"testing"

	"github.com/lapsed/lapsed/internal/store/pgtest"
)

// The whole way on PostgreSQL: somebody who lapsed is deleted at both processors
// and stays away to the end of their bins, somebody who lives is not, and the log
// says so, read from the database and from what is published.
func TestTheWholeWayOnPostgreSQL(t *testing.T) {
	address := pgtest.New(t)
	w := newWorld(t, "enforce")
	w.rewrite(t, "lapsed.yaml", "state: sqlite:./lapsed.db", "state: "+address)
	w.wide(t)
	hs, lead := w.both("kari")
	alive := w.lapsed("ola", now.AddDate(0, -3, 0))

	if r := w.run(t); r.Persons != 2 || r.Verdicts["lapsed"] != 1 {
		t.Errorf("first cycle: %d persons, verdicts %v", r.Persons, r.Verdicts)
	}
	w.wantHubSpot(t, hs, "live")
	w.advance(grace)
	w.runs(t, 2)
	w.wantHubSpot(t, hs, "erased")
	w.wantLead(t, lead, "binned")
	w.wantHubSpot(t, alive, "live")
	w.advance(100 * day)
	w.runs(t, 2)
	if n := w.outcomes(t, "final"); n < 2 {
		t.Errorf("%d outcomes are final, want those of two records", n)
	}

	a := w.open(t)
	dir := filepath.Join(t.TempDir(), "published")
	if err := a.Export(context.Background(), dir); err != nil {
		t.Fatal(err)
	}
	for title, o := range map[string]VerifyOptions{"from the database": {Config: w.config, Clock: w.stage.Clock.Now}, "as published": {Dir: dir, Keys: []string{a.Log.VKey()}, Clock: w.stage.Clock.Now}} {
		r, err := Verify(context.Background(), o)
		if err != nil || len(r.Problems) > 0 || r.Log.Size < 10 {
			t.Errorf("%s: %d entries, problems %v, %v", title, r.Log.Size, r.Problems, err)
		}
	}
	if _, err := os.Stat(filepath.Join(filepath.Dir(w.config), "lapsed.db")); err == nil {
		t.Error("a file was made beside the database")
	}
}

// A change of an entry in PostgreSQL is found, as one in a file is.
func TestAChangedEntryInPostgreSQLIsFound(t *testing.T) {
	address := pgtest.New(t)
	w := newWorld(t, "enforce")
	w.silent = true // the log is broken by intent
	w.rewrite(t, "lapsed.yaml", "state: sqlite:./lapsed.db", "state: "+address)
	w.both("kari")
	w.run(t)
	pgtest.Exec(t, address, `ALTER TABLE audit_entry DISABLE TRIGGER USER`)
	pgtest.Exec(t, address, `UPDATE audit_entry SET bytes = (SELECT bytes FROM audit_entry WHERE idx = 1) WHERE idx = 2`)
	pgtest.Exec(t, address, `DELETE FROM audit_entry WHERE idx = 3`)
	r, err := Verify(context.Background(), VerifyOptions{Config: w.config, Clock: w.stage.Clock.Now})
	if err != nil || len(r.Problems) == 0 {
		t.Errorf("problems %v, %v", r.Problems, err)
	}
}
