package app

import (
	"bytes"
	"context"
	"fmt"
	"maps"
	"path/filepath"
	"slices"
	"sync"
	"testing"
	"time"

	"github.com/lapsed/lapsed/internal/sandbox"
	"github.com/lapsed/lapsed/internal/store"
	"github.com/lapsed/lapsed/internal/store/pgtest"
	"github.com/lapsed/lapsed/policy"
)

// populated is an installation on the sandbox's people of all fates, after one
// cycle, by a clock that stands.
func populated(t *testing.T, people int) *App {
	t.Helper()
	world, err := sandbox.Start(sandbox.Options{People: people, Seed: 7, Now: now})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = world.Close() })
	config := filepath.Join(t.TempDir(), "lapsed.yaml")
	if err := world.WriteConfig(config); err != nil {
		t.Fatal(err)
	}
	write(t, filepath.Join(filepath.Dir(config), "policy.yaml"), string(policy.Reference))
	at := now.Add(time.Minute)
	a, err := Open(context.Background(), Options{Config: config, Clock: func() time.Time { return at }, Build: "test", HTTP: quick()})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = a.Close() })
	if _, err := a.Plan(context.Background()); err != nil {
		t.Fatal(err)
	}
	return a
}

// What impact and forecast decide on each person is what the cycle decided: with
// holds, and with refusals that outlived their records.
func TestVisitedDecisionsAreTheCycles(t *testing.T) {
	a := populated(t, 300)
	var all, held []int64
	err := a.Store.Read(context.Background(), func(tx *store.Tx) (err error) {
		if all, err = tx.PersonIDs(0, 1000); err != nil {
			return err
		}
		held, err = tx.OfVerdict(policy.Lapsed, 3)
		return err
	})
	if err != nil || len(held) < 3 {
		t.Fatal(err, held)
	}
	holdAndRefuse(t, a, held[:2], all[:20])
	if _, err := a.Plan(context.Background()); err != nil {
		t.Fatal(err)
	}
	if v := asDecided(t, a); v.held != 2 || v.persons != len(all) {
		t.Errorf("not all was tried: %+v of %d", v, len(all))
	}
}

// An address that two people have carries the no of one to the other, here too, in
// either kind of state; and the impact and the forecast are what they are there.
func TestVisitedDecisionsOfSharedAddresses(t *testing.T) {
	for name, state := range map[string]func(*testing.T) string{"sqlite": nil, "postgres": func(t *testing.T) string { return pgtest.New(t) }} {
		t.Run(name, func(t *testing.T) {
			w := newWorld(t, "observe")
			if state != nil {
				w.rewrite(t, "lapsed.yaml", "state: sqlite:./lapsed.db", "state: "+state(t))
			}
			w.crowd(2)
			w.listed("both")
			lead := w.lead("both", now.AddDate(0, -1, 0)) // the same address, another name
			w.sf.Update("Lead", lead, map[string]any{"FirstName": "Ola", "LastName": "Svensson", "HasOptedOutOfEmail": true})
			w.lapsed("half", now.AddDate(0, -18, 0))
			w.run(t)
			w.with(t, func(a *App) {
				if v := asDecided(t, a); v.shared != 1 || v.persons != 5 {
					t.Errorf("not all was tried: %+v", v)
				}
				p := next(t, a, "period: 2y ", "period: 1y ")
				for from, count := range map[string]func(context.Context, *policy.Policy) (Impact, error){"the state": a.Impact, "a fresh read": a.ImpactAnew} {
					if i, err := count(context.Background(), p); err != nil || !i.Exact || i.Number() != 1 || i.Persons != 5 {
						t.Errorf("from %s: %v %+v", from, err, i)
					}
				}
				if f, err := a.Forecast(context.Background(), 52); err != nil || f.Persons != 5 || f.Weeks[26].Persons != 1 {
					t.Errorf("%v %+v", err, f)
				}
			})
		})
	}
}

// visited counts what a comparison met.
type visited struct{ persons, shared, held int }

// asDecided compares what is decided on each person now with what the cycle decided.
func asDecided(t *testing.T, a *App) (v visited) {
	t.Helper()
	var decided map[int64]store.Decided
	if err := a.Store.Read(context.Background(), func(tx *store.Tx) error {
		all, err := tx.PersonIDs(0, 1000)
		if err != nil {
			return err
		}
		decided, err = tx.DecidedOf(all)
		return err
	}); err != nil {
		t.Fatal(err)
	}
	var mu sync.Mutex
	if _, err := visitAll(context.Background(), a.Store, twoNames(a.Policy), func() int { return 0 }, func(_ int, s *subject) {
		d := a.Policy.Decide(s.person, s.under(a.Policy), a.Clock())
		mu.Lock()
		defer mu.Unlock()
		v.persons++
		if len(s.person.Shared) > 0 {
			v.shared++
		}
		if len(s.holds) > 0 {
			v.held++
		}
		demands := map[string]int{}
		for _, m := range d.Demands {
			demands[string(m.Ground)+"."+string(m.Verb)]++
		}
		was := decided[s.id]
		if d.Verdict != was.Verdict || !maps.Equal(demands, was.Demands) || d.Clock.Lapses != was.Lapses {
			t.Errorf("person %d: the cycle says %s %v %s, here it is %s %v %s", s.id, was.Verdict, was.Demands, was.Lapses, d.Verdict, demands, d.Clock.Lapses)
		}
		delete(decided, s.id)
	}); err != nil {
		t.Fatal(err)
	}
	if len(decided) > 0 {
		t.Errorf("not visited: %v", slices.Sorted(maps.Keys(decided)))
	}
	return v
}

// holdAndRefuse holds some people and lets refusals of others outlive records.
func holdAndRefuse(t *testing.T, a *App, held, refused []int64) {
	t.Helper()
	if err := a.Store.Write(context.Background(), func(tx *store.Tx) error {
		for i, list := range [][]int64{held, refused} {
			known, err := tx.IdentifiersOf(list)
			if err != nil {
				return err
			}
			for _, p := range list {
				for _, x := range known[p] {
					if !x.Email || x.Alone {
						continue
					}
					if i == 0 {
						err = tx.AddHold(store.Hold{ID: fmt.Sprint("hold-", p), Basis: "court", Reference: "r", Until: a.Policy.Today(now) + 30, Added: now, Keys: []store.HoldKey{{Key: x.Key, Public: x.Public}}})
					} else {
						err = tx.Suppress(store.Suppression{Key: x.Key, Kind: "refused", Extent: 1, Since: now.Unix(), Public: x.Public})
					}
					if err != nil {
						return err
					}
					break
				}
			}
		}
		return nil
	}); err != nil {
		t.Fatal(err)
	}
}

// Reading anew under two policies that see the same gives what the state gives.
func TestImpactAnewIsImpact(t *testing.T) {
	a := populated(t, 200)
	p := next(t, a, "period: 2y ", "period: 14mo ", "under: 18", "under: 20")
	kept, err := a.Impact(context.Background(), p)
	if err != nil {
		t.Fatal(err)
	}
	read, err := a.ImpactAnew(context.Background(), p)
	if err != nil {
		t.Fatal(err)
	}
	var x, y bytes.Buffer
	kept.AsOf, read.AsOf = time.Time{}, time.Time{}
	for i := range kept.Lines {
		kept.Lines[i].Sample = nil
	}
	for i := range read.Lines {
		read.Lines[i].Sample = nil
	}
	for i := range kept.Verdicts {
		kept.Verdicts[i].Sample = nil
	}
	for i := range read.Verdicts {
		read.Verdicts[i].Sample = nil
	}
	kept.Text(&x)
	read.Text(&y)
	if kept.Number() == 0 || x.String() != y.String() {
		t.Errorf("from what is kept:\n%s\nread anew:\n%s", x.String(), y.String())
	}
}
