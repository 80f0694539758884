package app

import (
	"context"
	"errors"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/lapsed/lapsed/internal/audit"
	"github.com/lapsed/lapsed/internal/document"
	"github.com/lapsed/lapsed/internal/sandbox/hubspot"
	"github.com/lapsed/lapsed/internal/store"
	"github.com/lapsed/lapsed/policy"
)

func (w *world) path(name string) string { return filepath.Join(filepath.Dir(w.config), name) }

func (w *world) remove(t *testing.T, names ...string) {
	t.Helper()
	for _, n := range names {
		if err := os.RemoveAll(w.path(n)); err != nil {
			t.Fatal(err)
		}
	}
}

// refused opens an installation that must not start, and returns why.
func (w *world) refused(t *testing.T) error {
	t.Helper()
	a, err := Open(context.Background(), Options{Config: w.config, Clock: w.stage.Clock.Now, HTTP: quick()})
	if err == nil {
		_ = a.Close()
		t.Fatal("it started")
	}
	return err
}

// Keys are never made anew beside a state that was made with others: every
// refusal would be forgotten, and nobody could tell.
func TestStartWithoutKeysIsRefused(t *testing.T) {
	for _, lost := range []string{"keys", "keys/log.key", "keys/pseudonyms.json"} {
		t.Run(lost, func(t *testing.T) {
			t.Parallel()
			w := newWorld(t, "observe")
			w.silent = true
			w.crowd(1)
			w.run(t)
			if _, err := os.Stat(w.path(lost)); err != nil {
				t.Fatal(err)
			}
			w.remove(t, lost)
			err := w.refused(t)
			if !errors.Is(err, ErrRefused) || !strings.Contains(err.Error(), "keys") {
				t.Errorf("refused with: %v", err)
			}
			if _, err := os.Stat(w.path(lost)); err == nil && lost != "keys" {
				t.Error("it was made anew")
			}
		})
	}
}

// A log that is shorter than what was signed, or another one, doesn't go on
// (invariant 7): the state was deleted, or restored from a backup.
func TestInvariant07StateBehindItsPinIsRefused(t *testing.T) {
	for _, how := range []string{"deleted", "restored"} {
		t.Run(how, func(t *testing.T) {
			t.Parallel()
			w := newWorld(t, "enforce")
			w.silent = true
			w.crowd(1)
			w.run(t)
			old, err := os.ReadFile(w.path("lapsed.db"))
			if err != nil {
				t.Fatal(err)
			}
			w.run(t)
			w.remove(t, "lapsed.db", "lapsed.db-wal", "lapsed.db-shm")
			if how == "restored" {
				write(t, w.path("lapsed.db"), string(old))
			}
			err = w.refused(t)
			if !errors.Is(err, audit.ErrBroken) || ExitCode(err) != Tampered {
				t.Errorf("exit %d: %v", ExitCode(err), err)
			}
		})
	}
}

// Invariant 7: an entry that was changed, removed or cut off with the keys of the
// database, but not of the log, is found.
func TestInvariant07TamperedLogIsFound(t *testing.T) {
	for name, sql := range map[string]string{
		"changed":  `UPDATE audit_entry SET bytes = CAST(replace(CAST(bytes AS TEXT), '"mode":"observe"', '"mode":"enforce"') AS BLOB) WHERE kind = 'cycle.started'`,
		"removed":  `DELETE FROM audit_entry WHERE idx = 5`,
		"cut off":  `DELETE FROM audit_entry WHERE idx > 6`,
		"reversed": `UPDATE audit_entry SET bytes = (SELECT b.bytes FROM audit_entry b WHERE b.idx = 11 - audit_entry.idx) WHERE idx IN (5, 6)`,
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			w := newWorld(t, "observe")
			w.silent = true
			w.crowd(1)
			w.run(t)
			w.with(t, func(a *App) {
				err := a.Store.Write(context.Background(), func(tx *store.Tx) error {
					for _, s := range []string{`DROP TRIGGER audit_entry_update`, `DROP TRIGGER audit_entry_delete`, sql} {
						if _, err := tx.Exec(s); err != nil {
							return err
						}
					}
					return nil
				})
				if err != nil {
					t.Fatal(err)
				}
			})
			r, err := Verify(context.Background(), VerifyOptions{Config: w.config, Clock: w.stage.Clock.Now})
			if err == nil && r.OK {
				t.Error("the log verifies")
			}
		})
	}
}

// Wrong credentials are one clear finding that names what is missing; the other
// source goes on, and nobody is deleted.
func TestWrongCredentials(t *testing.T) {
	for name, c := range map[string]struct {
		processor, old, broken, named string
	}{
		"a HubSpot token that is none":     {"hubspot", "token: {value: pat-eu1-test}", "token: {value: pat-eu1-wrong}", "auth"},
		"a Salesforce secret that is none": {"salesforce", "client_secret: {value: secret}", "client_secret: {value: wrong}", "auth"},
		"a Salesforce app that is none":    {"salesforce", "client_id: {value: id}", "client_id: {value: none}", "auth"},
		"a token without contacts":         {"hubspot", "token: {value: pat-eu1-test}", "token: {value: pat-eu1-no-contacts}", "crm.objects.contacts.read"},
		"a token without statuses":         {"hubspot", "token: {value: pat-eu1-test}", "token: {value: pat-eu1-no-statuses}", "communication_preferences.read"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			w := newSighted(t)
			w.hs.AddToken("pat-eu1-no-contacts", without("crm.objects.contacts.read")...)
			w.hs.AddToken("pat-eu1-no-statuses", without("communication_preferences", "subscription")...)
			w.rewrite(t, "lapsed.yaml", c.old, c.broken)
			r := w.run(t)
			w.blind(t, r, c.processor)
			var words []string
			for _, f := range r.Findings {
				if f.Processor == c.processor {
					words = append(words, f.Words)
				}
			}
			if all := strings.Join(words, "\n"); !strings.Contains(all, c.named) || strings.Contains(all, "wrong") {
				t.Errorf("the findings don't name %s, or show a credential:\n%s", c.named, all)
			}
			w.rewrite(t, "lapsed.yaml", c.broken, c.old)
			w.sees(t)
		})
	}
}

// without are all scopes but those whose names contain one of the parts.
func without(parts ...string) (out []string) {
	for _, s := range hubspot.AllScopes() {
		keep := true
		for _, x := range parts {
			keep = keep && !strings.Contains(s, x)
		}
		if keep {
			out = append(out, s)
		}
	}
	return out
}

// Everything that is wrong with a config, or with a policy, is told at once, with
// line and column, and nothing is made or started.
func TestBadFilesTellEverything(t *testing.T) {
	t.Run("config", func(t *testing.T) {
		t.Parallel()
		w := newWorld(t, "enforce")
		w.silent = true
		w.rewrite(t, "lapsed.yaml", "mode: enforce", "mode: enforced", "state: sqlite:./lapsed.db", "state:", "token: {value: pat-eu1-test}", "tokn: {value: pat-eu1-test}")
		w.problems(t, 3)
	})
	t.Run("policy", func(t *testing.T) {
		t.Parallel()
		w := newWorld(t, "enforce")
		w.silent = true
		w.reword(t, "period: 2y", "period: 2m", "grace: 30d", "grace:", "under: 18", "under: eighteen", "stale-source: 24h", "stale-sourc: 24h")
		w.problems(t, 4)
	})
	t.Run("a processor that the policy doesn't know", func(t *testing.T) {
		t.Parallel()
		w := newWorld(t, "enforce")
		w.silent = true
		w.rewrite(t, "lapsed.yaml", "  salesforce: {", "  salesfroce: {kind: salesforce, ")
		w.problems(t, 1)
	})
	t.Run("a signal of a processor that isn't configured", func(t *testing.T) {
		t.Parallel()
		w := newWorld(t, "enforce")
		w.silent = true
		b, err := os.ReadFile(w.config)
		if err != nil {
			t.Fatal(err)
		}
		i := strings.Index(string(b), "  salesforce:")
		write(t, w.config, string(b)[:i])
		w.problems(t, 1)
	})
}

// problems checks that a start is refused with at least n problems, each with its place.
func (w *world) problems(t *testing.T, n int) {
	t.Helper()
	err := w.refused(t)
	var ps document.Problems
	if !errors.As(err, &ps) || len(ps) < n || ExitCode(err) != Usage {
		t.Fatalf("exit %d, %d problems, want %d: %v", ExitCode(err), len(ps), n, err)
	}
	for _, p := range ps {
		if p.Line == 0 || p.Column == 0 {
			t.Errorf("no place: %s", p)
		}
	}
	if _, err := os.Stat(w.path("lapsed.db")); err == nil {
		t.Error("a state was made")
	}
}

// Invariant 9: without a mode it observes: whatever is due, nothing is written.
// Observing for more than a month is a finding.
func TestInvariant09ObservesByDefault(t *testing.T) {
	t.Parallel()
	w := newWorld(t, "observe")
	w.rewrite(t, "lapsed.yaml", "mode: observe\n", "")
	w.wide(t)
	w.both("kari")
	w.listed("per")
	w.customer("ung", map[string]any{"Birthdate": now.AddDate(-15, 0, 0)})
	w.run(t)
	w.advance(29 * day)
	if r := w.run(t); has(r, policy.FindObserveTooLong, "") != 0 {
		t.Error("29 days are no finding")
	}
	w.advance(3 * day)
	r := w.run(t)
	if has(r, policy.FindObserveTooLong, "") == 0 {
		t.Error("a month of observing is no finding")
	}
	if n := len(w.stage.Book.Changes()); n != 0 || r.Routine == 0 || r.Mode != "observe" {
		t.Errorf("%d writes, %d due, mode %s", n, r.Routine, r.Mode)
	}
	for _, c := range w.stage.Book.Calls(0) {
		if c.Purpose == "write" {
			t.Errorf("a write was sent: %s", c.Route)
		}
	}
	if r := w.plan(t); r.Mode != "observe" {
		t.Errorf("a plan's mode is %s", r.Mode)
	}
}

// The grace that was observed counts when enforcing begins.
func TestInvariant09ObservedGraceCounts(t *testing.T) {
	t.Parallel()
	w := newWorld(t, "observe")
	hs, _ := w.both("kari")
	w.run(t)
	w.advance(grace)
	w.rewrite(t, "lapsed.yaml", "mode: observe", "mode: enforce")
	w.run(t)
	w.wantHubSpot(t, hs, "erased")
}

// A changed policy file is only proposed: the active revision decides (C15).
func TestChangedPolicyIsOnlyProposed(t *testing.T) {
	t.Parallel()
	w := newWorld(t, "enforce")
	w.wide(t)
	id := w.lapsed("kari", now.AddDate(-1, -6, 0)) // lapsed under one year, not under two
	before := w.run(t)
	w.reword(t, "period: 2y ", "period: 1y ", "grace: 30d", "grace: 1d", `version: "2020-05-04"`, `version: "2026-12-01"`)
	for range 2 {
		w.advance(3 * day)
		r := w.run(t)
		if has(r, policy.FindPolicyProposed, "") != 1 || r.Revision != before.Revision || r.Version != "2020-05-04" || r.Verdicts["lapsed"] != 0 {
			t.Errorf("revision %s, version %s, verdicts %v, findings %v", r.Revision, r.Version, r.Verdicts, r.Findings)
		}
	}
	w.wantHubSpot(t, id, "live")
	w.reword(t, "period: 1y ", "period: 2y ", "grace: 1d", "grace: 30d", `version: "2026-12-01"`, `version: "2020-05-04"`)
	if r := w.run(t); has(r, policy.FindPolicyProposed, "") != 0 {
		t.Error("the old file is still proposed")
	}
}

// Pause stops all writes at once, also those of a cycle that is under way.
func TestPauseStopsWrites(t *testing.T) {
	for _, at := range []string{"before the cycle", "in the middle"} {
		t.Run(at, func(t *testing.T) {
			t.Parallel()
			w := newWork(t)
			ctx := context.Background()
			pause := func(a *App) {
				if err := a.Pause(ctx, "something is wrong", "dpo"); err != nil {
					t.Fatal(err)
				}
			}
			if at == "before the cycle" {
				w.with(t, pause)
				w.run(t)
			} else {
				var a *App
				before := once("refresh", func() { pause(a) })
				w.run(t, func(x *App) { a = x }, hook("salesforce", &hooked{before: before}), hook("hubspot", &hooked{before: before}))
			}
			w.run(t)
			if n := len(w.stage.Book.Changes()); n != 0 {
				t.Errorf("%d writes while paused", n)
			}
			w.with(t, func(a *App) {
				if err := a.Resume(ctx, "", "dpo"); !errors.Is(err, ErrUsage) {
					t.Errorf("resumed without a reason: %v", err)
				}
				if err := a.Resume(ctx, "it was nothing", "dpo"); err != nil {
					t.Fatal(err)
				}
			})
			w.run(t)
			w.settled(t)
		})
	}
}
