package verify_test

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/pressly/goose/v3"
	"golang.org/x/mod/sumdb/note"
	"golang.org/x/mod/sumdb/tlog"
	_ "modernc.org/sqlite"

	"github.com/lapsed/lapsed/internal/audit"
	"github.com/lapsed/lapsed/internal/audit/entry"
	"github.com/lapsed/lapsed/internal/audit/verify"
)

// published is a log that the real writer keeps in a database and publishes.
type published struct {
	t   testing.TB
	db  *sql.DB
	log *audit.Log
	dir string
	now time.Time
}

func publish(t testing.TB) *published {
	db, err := sql.Open("sqlite", "file:"+filepath.Join(t.TempDir(), "log.db")+"?_txlock=immediate")
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = db.Close() })
	goosed, err := goose.NewProvider(goose.DialectSQLite3, db, os.DirFS("../../store/migrations/sqlite"), goose.WithLogger(goose.NopLogger()))
	if err != nil {
		t.Fatal(err)
	}
	if _, err := goosed.Up(context.Background()); err != nil {
		t.Fatal(err)
	}
	l, err := audit.CreateKey(t.TempDir(), origin)
	if err != nil {
		t.Fatal(err)
	}
	return &published{t, db, l, t.TempDir(), time.Date(2026, 5, 4, 10, 0, 0, 0, time.UTC)}
}

func (p *published) in(f func(tx *sql.Tx) error) {
	p.t.Helper()
	tx, err := p.db.Begin()
	if err != nil {
		p.t.Fatal(err)
	}
	if err := f(tx); err != nil {
		p.t.Fatal(err)
	}
	if err := tx.Commit(); err != nil {
		p.t.Fatal(err)
	}
}

// story appends a story's entries as they are, but for its log.created, which
// the writer makes, and the times.
func (p *published) story(s *story) {
	p.in(func(tx *sql.Tx) error {
		if err := p.log.Begin(tx, s.entries[0].At); err != nil {
			return err
		}
		for _, e := range s.entries[1:] {
			if _, err := audit.Append(tx, e.At, e); err != nil {
				return err
			}
			p.now = e.At
		}
		for revision, text := range s.policies {
			if _, err := tx.Exec(`INSERT INTO policy (revision, version, text, activated) VALUES ($1, 'x', $2, 1)`, revision, string(text)); err != nil {
				return err
			}
		}
		for digest, ids := range s.batches {
			if _, err := tx.Exec(`INSERT INTO batch (digest, why, duties, persons, population, verbs, frozen, expires) VALUES ($1, 'limit', 2, 2, 2, '{}', 1, 2)`, digest); err != nil {
				return err
			}
			for _, id := range ids {
				if _, err := tx.Exec(`INSERT INTO batch_duty (batch, duty) VALUES ($1, $2)`, digest, id); err != nil {
					return err
				}
			}
		}
		return nil
	})
}

// grow appends entries that say nothing.
func (p *published) grow(n int) {
	p.in(func(tx *sql.Tx) error {
		var es []entry.Entry
		for i := range n {
			es = append(es, entry.Entry{Kind: entry.DutyWithdrawn, By: entry.Daemon, Body: entry.Withdrawn{Duty: id(fmt.Sprint(i)), Cause: "not-demanded"}})
		}
		_, err := audit.Append(tx, p.now, es...)
		return err
	})
}

func (p *published) export() {
	p.in(func(tx *sql.Tx) error {
		if _, err := p.log.Sign(context.Background(), tx); err != nil {
			return err
		}
		return audit.Export(context.Background(), tx, p.dir)
	})
}

func (p *published) verify(pins ...[]byte) verify.Report {
	p.t.Helper()
	r, err := verify.Run(context.Background(), verify.Dir(p.dir), verify.Options{Keys: []string{p.log.VKey()}, Pins: pins})
	if err != nil {
		p.t.Fatal(err)
	}
	return r
}

// writable is an honest story without the entries that speak of the tree, whose
// sizes the writer moves.
func writable(t testing.TB) *story {
	s := honest(t)
	s.entries = slices.DeleteFunc(s.entries, func(e entry.Entry) bool {
		return e.Kind == entry.CheckpointPinned || e.Kind == entry.LogVerified
	})
	return s
}

func TestExportIsVerifiedAsItGrows(t *testing.T) {
	p := publish(t)
	p.story(writable(t))
	p.export()
	pin := p.read("checkpoint")
	for _, n := range []int{0, 1, 140, 700, 2000} { // partial, full, and partial again
		p.grow(n)
		p.export()
		r := p.verify(pin)
		if !r.OK || r.Checked.Entries == 0 || r.Checked.Tiles == 0 {
			t.Fatalf("after %d more: checked %+v, problems %+v", n, r.Checked, r.Problems)
		}
		for _, x := range r.NotChecked {
			if strings.Contains(x, "not held") || strings.Contains(x, "pin") { // policies, batches and tiles are all there
				t.Errorf("after %d more: %s", n, x)
			}
		}
	}
	p.secondOpinion()
	if got := strings.TrimSpace(string(p.read("vkey"))); got != p.log.VKey() {
		t.Errorf("vkey is %q", got)
	}
}

func (p *published) read(name string) []byte {
	p.t.Helper()
	b, err := os.ReadFile(filepath.Join(p.dir, name))
	if err != nil {
		p.t.Fatal(err)
	}
	return b
}

// ReadTiles reads the directory for tlog's own client.
func (p *published) ReadTiles(tiles []tlog.Tile) ([][]byte, error) {
	var out [][]byte
	for _, x := range tiles {
		// tlog writes tile/8/L/N; tlog-tiles leaves the height out.
		out = append(out, p.read(strings.Replace(x.Path(), "tile/8/", "tile/", 1)))
	}
	return out, nil
}

func (p *published) Height() int                     { return 8 }
func (p *published) SaveTiles([]tlog.Tile, [][]byte) {}

// secondOpinion reads the directory with nothing but tlog and note: each entry
// is the one that the signed root commits to.
func (p *published) secondOpinion() {
	p.t.Helper()
	v, err := note.NewVerifier(strings.TrimSpace(string(p.read("vkey"))))
	if err != nil {
		p.t.Fatal(err)
	}
	n, err := note.Open(p.read("checkpoint"), note.VerifierList(v))
	if err != nil {
		p.t.Fatal(err)
	}
	lines := strings.Split(n.Text, "\n")
	var tree tlog.Tree
	if _, err := fmt.Sscan(lines[1], &tree.N); err != nil {
		p.t.Fatal(err)
	}
	if tree.Hash, err = tlog.ParseHash(lines[2]); err != nil {
		p.t.Fatal(err)
	}
	var indexes []int64
	for i := range tree.N {
		indexes = append(indexes, tlog.StoredHashIndex(0, i))
	}
	hashes, err := tlog.TileHashReader(tree, p).ReadHashes(indexes)
	if err != nil {
		p.t.Fatal(err)
	}
	i := 0
	for b, err := range verify.Dir(p.dir).Entries(0) {
		if err != nil || tlog.RecordHash(b) != hashes[i] {
			p.t.Fatalf("entry %d is another: %v", i, err)
		}
		i++
	}
	if int64(i) != tree.N {
		p.t.Errorf("%d entries instead of %d", i, tree.N)
	}
}

// What is published once is not written again, and a crash before the end leaves
// the old checkpoint with all its tiles.
func TestExportGoesOn(t *testing.T) {
	p := publish(t)
	p.story(writable(t))
	p.grow(600)
	p.export()
	full := filepath.Join(p.dir, "tile/entries/000")
	old := time.Date(2001, 1, 1, 0, 0, 0, 0, time.UTC)
	if err := os.Chtimes(full, old, old); err != nil {
		t.Fatal(err)
	}
	p.grow(200)
	p.export()
	if i, err := os.Stat(full); err != nil || !i.ModTime().Equal(old) {
		t.Errorf("a full bundle was written again (%v)", err)
	}
	if _, err := os.Stat(filepath.Join(p.dir, "tile/entries/002.p")); !os.IsNotExist(err) {
		t.Errorf("partial forms of a full bundle are still there (%v)", err)
	}
	if err := filepath.WalkDir(p.dir, func(path string, _ os.DirEntry, err error) error {
		if strings.HasPrefix(filepath.Base(path), ".") {
			t.Errorf("%s is left behind", path)
		}
		return err
	}); err != nil {
		t.Fatal(err)
	}
	if r := p.verify(); !r.OK {
		t.Errorf("%+v", r.Problems)
	}
}

func TestDamagedDirectoriesAreNamed(t *testing.T) {
	for title, c := range map[string]struct {
		code string
		harm func(p *published)
	}{
		"a bundle is missing": {"S1", func(p *published) { p.remove("tile/entries/001") }},
		"a byte too many":     {"S1", func(p *published) { p.write("tile/entries/001", append(p.read("tile/entries/001"), 0)) }},
		"an entry too many":   {"S1", func(p *published) { p.write(p.last(), append(p.read(p.last()), 0, 1, '{')) }},
		"a bundle cut short":  {"S1", func(p *published) { b := p.read("tile/entries/001"); p.write("tile/entries/001", b[:len(b)-9]) }},
		"a length changed":    {"S1", func(p *published) { b := p.read("tile/entries/001"); b[1]++; p.write("tile/entries/001", b) }},
		"a byte changed":      {"S1", func(p *published) { b := p.read("tile/entries/000"); b[99] ^= 1; p.write("tile/entries/000", b) }},
		"a tile changed":      {"S1", func(p *published) { b := p.read("tile/0/001"); b[99] ^= 1; p.write("tile/0/001", b) }},
		"a tile cut short":    {"S1", func(p *published) { p.write("tile/0/001", p.read("tile/0/001")[:64]) }},
		"a checkpoint of any size": {"S1", func(p *published) {
			p.write("checkpoint", []byte(origin+"\n4611686018427387904\n"+strings.Repeat("A", 43)+"=\n\n— x AAAA\n"))
		}},
		"a checkpoint under no size":    {"S4", func(p *published) { p.write("checkpoints/new", p.read("checkpoint")) }},
		"a stored checkpoint that's no": {"S4", func(p *published) { p.write("checkpoints/5", []byte("hello")) }},
		"a batch that is no list":       {"R3", func(p *published) { p.write("batches/"+p.batch(), []byte(`{"a":`)) }},
	} {
		t.Run(title, func(t *testing.T) {
			p := publish(t)
			p.story(writable(t))
			p.grow(500)
			p.export()
			c.harm(p)
			named(t, p.verify(), c.code)
		})
	}
}

func (p *published) write(name string, b []byte) {
	p.t.Helper()
	if err := os.WriteFile(filepath.Join(p.dir, name), b, 0o600); err != nil {
		p.t.Fatal(err)
	}
}

func (p *published) remove(name string) {
	p.t.Helper()
	if err := os.Remove(filepath.Join(p.dir, name)); err != nil {
		p.t.Fatal(err)
	}
}

// last is the partial bundle at the end.
func (p *published) last() string {
	p.t.Helper()
	list, err := filepath.Glob(filepath.Join(p.dir, "tile/entries/*.p/*"))
	if err != nil || len(list) != 1 {
		p.t.Fatalf("%v %v", list, err)
	}
	name, _ := filepath.Rel(p.dir, list[0])
	return name
}

func (p *published) batch() string {
	list, err := os.ReadDir(filepath.Join(p.dir, "batches"))
	if err != nil || len(list) != 1 {
		p.t.Fatalf("%v %v", list, err)
	}
	return list[0].Name()
}

// One missing bundle costs its own entries and no others.
func TestWhatFollowsDamageIsStillRead(t *testing.T) {
	p := publish(t)
	p.story(writable(t))
	p.grow(500)
	p.export()
	all := p.verify().Checked.Entries
	p.remove("tile/entries/001")
	r := p.verify()
	if r.Checked.Entries != all-256 {
		t.Errorf("%d of %d entries were read", r.Checked.Entries, all)
	}
	n := 0
	for _, x := range r.Problems {
		if x.Code == "S1" && strings.Contains(x.Detail, "is missing") {
			n++
		}
	}
	if n != 1 {
		t.Errorf("the missing bundle is reported %d times: %+v", n, r.Problems)
	}
}

// The full bundle serves where a reader's older, partial one has been removed.
func TestAnOlderCheckpointIsReadFromFullTiles(t *testing.T) {
	p := publish(t)
	p.story(writable(t))
	p.export()
	old := p.read("checkpoint")
	p.grow(500)
	p.export()
	p.write("checkpoint", old)
	if err := os.RemoveAll(filepath.Join(p.dir, "checkpoints")); err != nil {
		t.Fatal(err)
	}
	if r := p.verify(); !r.OK {
		t.Errorf("%+v", r.Problems)
	}
}

func TestNoLogIsAnError(t *testing.T) {
	if _, err := verify.Run(context.Background(), verify.Dir(t.TempDir()), verify.Options{}); err == nil {
		t.Error("an empty directory is no log")
	}
	p := publish(t)
	p.in(func(tx *sql.Tx) error {
		if err := audit.Export(context.Background(), tx, p.dir); err == nil {
			t.Error("a log without checkpoint was published")
		}
		return nil
	})
	if _, err := verify.Run(context.Background(), verify.Dir(p.dir), verify.Options{Keys: []string{"nonsense"}}); err == nil {
		t.Error("nonsense was taken for a key")
	}
}

// What is published is a pin: neither another log nor an older state of this one
// goes over it.
func TestExportRefusesWhatDoesNotExtend(t *testing.T) {
	p := publish(t)
	p.story(writable(t))
	p.grow(300)
	p.export()
	for title, other := range map[string]func(*published){
		"shorter":   func(o *published) { o.grow(3) },
		"rewritten": func(o *published) { o.grow(500) },
	} {
		o := publish(t)
		o.dir = p.dir
		o.in(func(tx *sql.Tx) error { return o.log.Begin(tx, p.now) })
		other(o)
		o.in(func(tx *sql.Tx) error {
			if _, err := o.log.Sign(context.Background(), tx); err != nil {
				return err
			}
			if err := audit.Export(context.Background(), tx, o.dir); !errors.Is(err, audit.ErrBroken) {
				t.Errorf("%s: %v", title, err)
			}
			return nil
		})
	}
	if r := p.verify(); !r.OK {
		t.Errorf("the refusal has changed the directory: %+v", r.Problems)
	}
}

func TestACancelledRunEnds(t *testing.T) {
	p := publish(t)
	p.story(writable(t))
	p.export()
	ctx, cancel := context.WithCancel(context.Background())
	cancel()
	if _, err := verify.Run(ctx, verify.Dir(p.dir), verify.Options{}); !errors.Is(err, context.Canceled) {
		t.Errorf("%v", err)
	}
}
