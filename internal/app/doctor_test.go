package app

import (
	"context"
	"errors"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/lapsed/lapsed/internal/document"
	"github.com/lapsed/lapsed/internal/sandbox/hubspot"
	"github.com/lapsed/lapsed/internal/store"
)

// examine asks the doctor. Whatever it finds, a line that isn't well says what to
// do, and nothing was written to a processor.
func (w *world) examine(t *testing.T) Diagnosis {
	t.Helper()
	before := len(w.stage.Book.Changes())
	d, err := Doctor(t.Context(), DoctorOptions{Config: w.config, Clock: w.stage.Clock.Now, HTTP: quick(), Wait: 2 * time.Second})
	if err != nil {
		t.Fatal(err)
	}
	ok := true
	for _, c := range d.Checks {
		if bad := c.Verdict == Warns || c.Verdict == Fails; bad != (c.Do != "") || c.Says == "" {
			t.Errorf("%+v", c)
		}
		ok = ok && c.Verdict != Fails
		if !strings.Contains(d.Text(), c.Says) || !strings.Contains(d.Text(), c.Do) {
			t.Errorf("not in the table: %+v", c)
		}
	}
	if ok != d.OK {
		t.Errorf("OK is %v", d.OK)
	}
	if n := len(w.stage.Book.Changes()); n != before {
		t.Errorf("%d changes at the processors", n-before)
	}
	return d
}

// said is the line of one name with a verdict and a text in it.
func (d Diagnosis) said(name string, v Verdict, text string) bool {
	return slices.ContainsFunc(d.Checks, func(c Checked) bool { return c.Name == name && c.Verdict == v && strings.Contains(c.Says, text) })
}

func (d Diagnosis) expect(t *testing.T, name string, v Verdict, text string) {
	t.Helper()
	if !d.said(name, v, text) {
		t.Errorf("no %s %s with %q in\n%s", v, name, text, d.Text())
	}
}

// lived is a world after some cycles, with its log published.
func lived(t *testing.T, change ...func(*hubspot.Options)) *world {
	t.Helper()
	w := newWorld(t, "enforce", change...)
	w.silent = true
	w.crowd(2)
	w.both("kari")
	w.run(t)
	w.publish(t)
	return w
}

func (w *world) publish(t *testing.T) {
	t.Helper()
	w.with(t, func(a *App) {
		if err := a.Export(t.Context(), a.Config.Log); err != nil {
			t.Fatal(err)
		}
	})
}

func (w *world) beside(name string) string { return filepath.Join(filepath.Dir(w.config), name) }

// Before the first run all is well, and the doctor made nothing.
func TestDoctorBeforeTheFirstRun(t *testing.T) {
	w := newWorld(t, "observe")
	w.silent = true
	d := w.examine(t)
	if !d.OK {
		t.Error(d.Text())
	}
	d.expect(t, "state", Fine, "none yet")
	d.expect(t, "keys", Fine, "none yet")
	var there []string
	_ = filepath.WalkDir(filepath.Dir(w.config), func(path string, e fs.DirEntry, _ error) error {
		if !e.IsDir() {
			there = append(there, filepath.Base(path))
		}
		return nil
	})
	if !slices.Equal(there, []string{"lapsed.yaml", "policy.yaml"}) {
		t.Errorf("there is %v", there)
	}
}

func TestDoctorOfAHealthyInstallation(t *testing.T) {
	w := lived(t)
	d := w.examine(t)
	for _, c := range d.Checks {
		if c.Verdict != Fine {
			t.Errorf("%+v", c)
		}
	}
	for _, name := range []string{"config", "policy", "keys", "state", "cycles", "log", "clock", "hubspot", "salesforce"} {
		d.expect(t, name, Fine, "")
	}
	if d := w.examine(t); !d.OK {
		t.Errorf("the second time:\n%s", d.Text())
	}
}

// Each thing that can be wrong is one line that names it.
func TestDoctorFinds(t *testing.T) {
	for name, k := range map[string]struct {
		spoil   func(*testing.T, *world)
		check   string
		verdict Verdict
		text    string
	}{
		"a broken policy": {func(t *testing.T, w *world) { w.reword(t, "period: 2y", "period: two") }, "policy", Fails, "policy.yaml:"},
		"no policy":       {func(t *testing.T, w *world) { remove(t, w.beside("policy.yaml")) }, "policy", Fails, "can't be read"},
		"a lost state": {func(t *testing.T, w *world) {
			for _, f := range []string{"lapsed.db", "lapsed.db-wal", "lapsed.db-shm"} {
				_ = os.Remove(w.beside(f))
			}
		}, "state", Fails, "the state is lost"},
		"no state": {func(t *testing.T, w *world) {
			remove(t, w.beside("lapsed.db"))
			remove(t, w.beside("audit"))
		}, "state", Fails, "there are keys of one"},
		"a damaged state": {func(t *testing.T, w *world) {
			write(t, w.beside("lapsed.db"), strings.Repeat("this is no database ", 300))
		}, "state", Fails, "damaged"},
		"lost keys":         {func(t *testing.T, w *world) { remove(t, w.beside("keys")) }, "keys", Fails, "its keys are not in"},
		"one lost key":      {func(t *testing.T, w *world) { remove(t, w.beside("keys/log.key")) }, "keys", Fails, "one of the two"},
		"a damaged key":     {func(t *testing.T, w *world) { write(t, w.beside("keys/log.key"), "x") }, "keys", Fails, "damaged"},
		"others' keys":      {othersKeys, "keys", Fails, "not those that this state's pseudonyms were made with"},
		"open keys":         {func(t *testing.T, w *world) { _ = os.Chmod(w.beside("keys/log.key"), 0o644) }, "keys", Warns, "others than its owner"},
		"a restored backup": {restored, "log", Fails, "restored backup"},
		"a restored backup, and the keys with it": {func(t *testing.T, w *world) {
			kept := t.TempDir()
			copyTree(t, filepath.Dir(w.config), kept)
			w.advance(time.Hour)
			w.run(t)
			w.publish(t)
			copyTree(t, kept, filepath.Dir(w.config))
		}, "log", Fails, "restored backup"},
		"a log that was changed": {func(t *testing.T, w *world) {
			w.sql(t, `DROP TRIGGER audit_entry_update`, `UPDATE audit_entry SET bytes = (SELECT b.bytes FROM audit_entry b WHERE b.idx = 11 - audit_entry.idx) WHERE idx IN (5, 6)`)
		}, "log", Fails, "tampered"},
		"an unpublished log":  {func(t *testing.T, w *world) { remove(t, w.beside("audit")) }, "log", Warns, "none is published"},
		"a log without space": {func(t *testing.T, w *world) { remove(t, w.beside("audit")); write(t, w.beside("audit"), "") }, "disk: log", Fails, "no directory"},
		"a wrong token":       {func(t *testing.T, w *world) { w.rewrite(t, "lapsed.yaml", "pat-eu1-test", "pat-eu1-wrong") }, "hubspot", Fails, "auth"},
		"a wrong secret":      {func(t *testing.T, w *world) { w.rewrite(t, "lapsed.yaml", "value: secret", "value: wrong") }, "salesforce", Fails, "auth"},
		"nobody there":        {func(t *testing.T, w *world) { w.rewrite(t, "lapsed.yaml", w.url["hubspot"], "http://127.0.0.1:1") }, "hubspot", Fails, "can't be reached"},
		"another region":      {func(t *testing.T, w *world) { w.activeRegion(t) }, "hubspot", Warns, "hosted in EU"},
		"paused": {func(t *testing.T, w *world) {
			w.with(t, func(a *App) { must(t, a.Pause(t.Context(), "because", "me")) })
		}, "writes", Warns, "paused"},
		"nobody calls it": {func(_ *testing.T, w *world) { w.advance(3 * day) }, "cycles", Warns, "3 days ago"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			w := lived(t)
			k.spoil(t, w)
			d := w.examine(t)
			d.expect(t, k.check, k.verdict, k.text)
			if d.OK != (k.verdict != Fails) {
				t.Errorf("OK is %v:\n%s", d.OK, d.Text())
			}
			if s := d.Text(); strings.Contains(s, "pat-eu1") || strings.Contains(s, "Nordmann") || strings.Contains(s, "@") {
				t.Errorf("it tells too much:\n%s", s)
			}
		})
	}
}

func must(t *testing.T, err error) {
	t.Helper()
	if err != nil {
		t.Fatal(err)
	}
}

func remove(t *testing.T, path string) {
	t.Helper()
	must(t, os.RemoveAll(path))
}

func (w *world) sql(t *testing.T, statements ...string) {
	t.Helper()
	w.with(t, func(a *App) {
		must(t, a.Store.Write(t.Context(), func(tx *store.Tx) error {
			var err error
			for _, s := range statements {
				_, e := tx.Exec(s)
				err = errors.Join(err, e)
			}
			return err
		}))
	})
}

// othersKeys puts the keys of another installation in the place of ours.
func othersKeys(t *testing.T, w *world) {
	other := lived(t)
	b, err := os.ReadFile(other.beside("keys/pseudonyms.json"))
	must(t, err)
	write(t, w.beside("keys/pseudonyms.json"), string(b))
}

// restored brings back the state of before the last cycle, and not the keys.
func restored(t *testing.T, w *world) {
	b, err := os.ReadFile(w.beside("lapsed.db"))
	must(t, err)
	w.advance(time.Hour)
	w.run(t)
	remove(t, w.beside("lapsed.db-wal"))
	remove(t, w.beside("lapsed.db-shm"))
	write(t, w.beside("lapsed.db"), string(b))
}

// activeRegion makes the policy say another region than the account has.
func (w *world) activeRegion(t *testing.T) {
	t.Helper()
	b, err := os.ReadFile(w.beside("policy.yaml"))
	must(t, err)
	before, after, found := strings.Cut(string(b), "\n  hubspot:")
	if !found || !strings.Contains(after, "region: EU") {
		t.Fatal("the reference policy has changed")
	}
	write(t, w.beside("policy.yaml"), before+"\n  hubspot:"+strings.Replace(after, "region: EU", "region: JP", 1))
}

// While the policy's file is broken the active one says what is needed.
func TestDoctorWithABrokenPolicySaysAllItCan(t *testing.T) {
	w := lived(t, func(o *hubspot.Options) {
		o.Scopes = slices.DeleteFunc(hubspot.AllScopes(), func(s string) bool {
			return strings.HasPrefix(s, "communication_preferences.read") || strings.HasPrefix(s, "subscriptions-")
		})
	})
	w.reword(t, "period: 2y", "period: two")
	d := w.examine(t)
	d.expect(t, "policy", Fails, "policy.yaml:")
	d.expect(t, "hubspot", Fails, "communication_preferences.read is missing")
	for _, name := range []string{"state", "keys", "log", "clock", "salesforce"} {
		d.expect(t, name, Fine, "")
	}
}

func TestDoctorOfASpentDay(t *testing.T) {
	w := lived(t, func(o *hubspot.Options) { o.Daily = 60 })
	for range 9 {
		if d := w.examine(t); d.said("hubspot", Warns, "of 60 calls of the day are used") {
			return
		}
	}
	t.Error("a day of calls was spent, and nobody says so")
}

// Without any policy it still says whether the accounts answer.
func TestDoctorWithoutAnyPolicy(t *testing.T) {
	w := newWorld(t, "observe")
	w.silent = true
	remove(t, w.beside("policy.yaml"))
	d := w.examine(t)
	d.expect(t, "policy", Fails, "can't be read")
	d.expect(t, "hubspot", Skipped, "it answers")
	d.expect(t, "clock", Fine, "")
}

func TestDoctorOfAConfigThatIsWrong(t *testing.T) {
	w := newWorld(t, "observe")
	w.silent = true
	w.rewrite(t, "lapsed.yaml", "mode: observe", "mode: perhaps")
	_, err := Doctor(t.Context(), DoctorOptions{Config: w.config})
	var problems document.Problems
	if !errors.As(err, &problems) || ExitCode(err) != Usage {
		t.Errorf("got %v", err)
	}
}

func TestDoctorOfAWrongClock(t *testing.T) {
	w := lived(t)
	for off, want := range map[time.Duration]struct {
		verdict Verdict
		text    string
	}{2 * time.Minute: {Warns, "2m"}, time.Hour: {Fails, "nothing would be planned"}, -time.Hour: {Fails, "behind the log"}} {
		d, err := Doctor(t.Context(), DoctorOptions{Config: w.config, HTTP: quick(), Clock: func() time.Time { return w.stage.Clock.Now().Add(off) }})
		must(t, err)
		d.expect(t, "clock", want.verdict, want.text)
	}
}

// A state that somebody else keeps locked is told in a bounded time.
func TestDoctorOfALockedState(t *testing.T) {
	w := lived(t)
	a := w.open(t)
	held, release := make(chan struct{}), make(chan struct{})
	done := make(chan error)
	go func() {
		done <- a.Store.Write(context.Background(), func(*store.Tx) error {
			close(held)
			<-release
			return nil
		})
	}()
	<-held
	began := time.Now()
	d, err := Doctor(t.Context(), DoctorOptions{Config: w.config, Clock: w.stage.Clock.Now, HTTP: quick(), Wait: 300 * time.Millisecond})
	took := time.Since(began)
	close(release)
	must(t, errors.Join(err, <-done))
	if took > 5*time.Second {
		t.Errorf("it took %s", took)
	}
	d.expect(t, "state", Fails, "another process has kept it from being written for 300ms")
	d.expect(t, "log", Fine, "")
	w.examine(t).expect(t, "state", Fine, "")
}
