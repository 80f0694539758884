package store

import (
	"crypto/sha256"
	"encoding/hex"
	"io/fs"
	"strings"
	"sync"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/lapsed/lapsed/internal/store/pgtest"
)

// A migration that is out is never edited: the databases that it made would
// differ from those to come. Each new one is added here.
func TestMigrationsAreNotEdited(t *testing.T) {
	want := map[string]string{
		"migrations/sqlite/00001_state.sql":        "5b80d2eb71f9f55266b51d157d1bf9882f34e5112596f38385ab35ce5119c992",
		"migrations/sqlite/00002_lease.sql":        "963811c8edf61a88cd379aed7b2396449b955a70771bd0ab10151cfa6ab0971a",
		"migrations/sqlite/00003_changed.sql":      "2e91b9ddb1f4114272f35f5844a7df9a8f2a7c96dee858eeb22b08e6883e7666",
		"migrations/sqlite/00004_activation.sql":   "5a3dfe1ddbf72ba3e9f1cc1782390b6fb86aae79ad80ee19484e2c3393c0fc94",
		"migrations/sqlite/00005_account.sql":      "89e0b33ae1c6508be0ecde91d487f489405731e1d5a76000cff5ff06fcb76aab",
		"migrations/sqlite/00006_request.sql":      "d4ea56b37e4cede51e5dd2fabd20a05db6991489549ad209751bf9075800e918",
		"migrations/postgres/00001_state.sql":      "d44f4cf50532d68ff965485fa8e4f183a6708a48f50ef444da0bc0ddc229e002",
		"migrations/postgres/00002_lease.sql":      "11ebce11fb9f18bbf266e042d3a596dd4a48aaf46fefa4e61c77e66d0e89ea39",
		"migrations/postgres/00003_changed.sql":    "2fe6bc1c8c4ebd8d4f46dfb51f0751b681b5becd5ae02760493cc4af55ddb9aa",
		"migrations/postgres/00004_activation.sql": "3bdfc6342a36936336f16031bec2a98ee9be264f67677dbf3bae996708cafe09",
		"migrations/postgres/00005_account.sql":    "003620fe60802c5c8685dc618dc995145fcfb6ff5da3d320d0b9eb1ab290295d",
		"migrations/postgres/00006_request.sql":    "7cb44227a60b0a50bd5db2376ac8af2a90865cab1f0969f58abb80b4f34528d7",
	}
	got := map[string]string{}
	err := fs.WalkDir(migrations, ".", func(path string, d fs.DirEntry, err error) error {
		if err != nil || d.IsDir() {
			return err
		}
		b, err := migrations.ReadFile(path)
		sum := sha256.Sum256(b)
		got[path] = hex.EncodeToString(sum[:])
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Error(diff)
	}
}

func TestAStateOfANewerVersionIsNotOpened(t *testing.T) {
	both(t, func(t *testing.T, s *Store, name string) {
		if _, err := s.db.Exec(`INSERT INTO goose_db_version (version_id, is_applied) VALUES (999, TRUE)`); err != nil {
			t.Fatal(err)
		}
		if err := s.Close(); err != nil {
			t.Fatal(err)
		}
		if _, err := Open(ctx, name); err == nil || !strings.Contains(err.Error(), "newer than this program") {
			t.Errorf("opened all the same: %v", err)
		}
	})
}

func TestReplicasMayStartAtOnce(t *testing.T) {
	name := pgtest.New(t)
	var all sync.WaitGroup
	for range 3 {
		all.Go(func() {
			s, err := Open(ctx, name)
			if err != nil {
				t.Error(err)
				return
			}
			if err := s.Write(ctx, func(tx *Tx) error { return tx.SetMeta("a", "1") }); err != nil {
				t.Error(err)
			}
			_ = s.Close()
		})
	}
	all.Wait()
}

// Both engines have the same tables, with columns of the same kind.
func TestTheTablesAreTheSame(t *testing.T) {
	schemas := map[string]map[string]string{}
	both(t, func(t *testing.T, s *Store, _ string) {
		q, kinds := `SELECT m.name || '.' || c.name, c.type FROM sqlite_schema m JOIN pragma_table_info(m.name) c WHERE m.type = 'table' AND m.name NOT LIKE 'goose%' AND m.name NOT LIKE 'sqlite%'`,
			map[string]string{"INTEGER": "number", "TEXT": "text by bytes", "BLOB": "bytes"}
		if s.engine.lock != "" {
			q, kinds = `SELECT table_name || '.' || column_name, data_type || COALESCE(' ' || collation_name, '') FROM information_schema.columns WHERE table_schema = 'public' AND table_name NOT LIKE 'goose%'`,
				map[string]string{"bigint": "number", "text C": "text by bytes", "bytea": "bytes"}
		}
		rows, err := s.db.Query(q)
		if err != nil {
			t.Fatal(err)
		}
		got := map[string]string{}
		for rows.Next() {
			var column, kind string
			if err := rows.Scan(&column, &kind); err != nil {
				t.Fatal(err)
			}
			if got[column] = kinds[kind]; got[column] == "" {
				t.Errorf("%s is of type %s", column, kind)
			}
		}
		if err := rows.Err(); err != nil || len(got) < 100 {
			t.Fatalf("%d columns, %v", len(got), err)
		}
		schemas[t.Name()] = got
	})
	if len(schemas) == 2 {
		name := t.Name()
		if diff := cmp.Diff(schemas[name+"/sqlite"], schemas[name+"/postgres"]); diff != "" {
			t.Error(diff)
		}
	}
}
