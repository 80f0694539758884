package main

import (
	"os"
	"strings"
	"syscall"
	"testing"
	"time"

	"github.com/lapsed/lapsed/internal/app"
)

// held waits until the gate holds the request that it was set for.
func (h *hold) held(t *testing.T) {
	t.Helper()
	until(t, "a request is held", func() bool {
		select {
		case <-h.met:
			return true
		default:
			return false
		}
	})
}

// running is a site with a daemon that has done its first cycle.
func running(t *testing.T) (*site, *process) {
	t.Helper()
	s := newSite(t, "sqlite:./lapsed.db")
	p := start(t, s.config)
	s.cycle(t, p)
	return s, p
}

// cycle waits for the end of a cycle that begins after now.
func (s *site) cycle(t *testing.T, p *process) {
	t.Helper()
	was := p.logged(`"msg":"cycle finished"`)
	until(t, "two cycles end", func() bool { return p.logged(`"msg":"cycle finished"`) > was+1 || p.dead() })
	if p.dead() {
		t.Fatalf("it ended by itself, with %d:\n%s", p.cmd.ProcessState.ExitCode(), p.tail(5))
	}
}

// edit changes a file of the site; each old text occurs once.
func (s *site) edit(t *testing.T, name, before, after string) {
	t.Helper()
	b, err := os.ReadFile(s.path(name))
	if err != nil {
		t.Fatal(err)
	}
	if strings.Count(string(b), before) != 1 {
		t.Fatalf("%s says %q %d times", name, before, strings.Count(string(b), before))
	}
	s.write(t, name, strings.Replace(string(b), before, after, 1))
}

// run runs a command that must succeed beside the daemon.
func (s *site) run(t *testing.T, stdin string, args ...string) string {
	t.Helper()
	out, code := lapsed(t, stdin, append(args, "--config", s.config)...)
	if code != app.Done && code != app.Waits { // a first day may have more than a handful of a kind
		t.Errorf("lapsed %s: exit %d: %s", strings.Join(args, " "), code, out)
	}
	return out
}

// SIGTERM lets a write that is under way come to its answer and records it.
func TestSIGTERMRecordsTheWriteThatIsUnderWay(t *testing.T) {
	s, p := running(t)
	h := s.gates["hubspot"].hold(beforeAnswer, "unsubscribe")
	s.listed("hubspot")
	h.held(t)
	began := time.Now()
	if err := p.cmd.Process.Signal(syscall.SIGTERM); err != nil {
		t.Fatal(err)
	}
	answer := time.AfterFunc(3*time.Second, s.gates["hubspot"].open)
	defer answer.Stop()
	p.end(t)
	if d := time.Since(began); d < 3*time.Second || d > 10*time.Second {
		t.Errorf("it ended after %s, want the answer's 3 s and no more than 10 s", d)
	}
	if code := p.cmd.ProcessState.ExitCode(); code != app.Done {
		t.Errorf("exit %d:\n%s", code, p.tail(5))
	}
	if p.logged(`"state":"final"`) != 1 {
		t.Errorf("the outcome is not recorded:\n%s", p.tail(10))
	}
	s.run(t, "", "audit", "verify")
	s.judge(t)
}

// SIGHUP has config and policy read again. What is wrong leaves the old in force,
// as a finding; what is right is taken over; a changed policy is only proposed.
func TestSIGHUPReadsTheFilesAgain(t *testing.T) {
	s, p := running(t)
	hup := func() {
		t.Helper()
		if err := p.cmd.Process.Signal(syscall.SIGHUP); err != nil {
			t.Fatal(err)
		}
		s.cycle(t, p)
	}
	s.edit(t, "lapsed.yaml", "mode: enforce", "mode: enforced")
	hup()
	if p.logged("the old ones stay in force") != 1 {
		t.Errorf("a wrong config is not told of once:\n%s", p.tail(10))
	}
	s.listed("salesforce")
	until(t, "the old config goes on enforcing", s.met)
	s.edit(t, "lapsed.yaml", "mode: enforced", "mode: observe")
	hup()
	if p.logged(`"msg":"config and policy were read anew","mode":"observe"`) != 1 {
		t.Errorf("the right config is not taken over:\n%s", p.tail(10))
	}
	s.edit(t, "policy.yaml", "under: 18", "under: 20")
	hup()
	if all, none := p.logged(`"msg":"config and policy were read anew"`), p.logged(`"proposed":""`); all != 2 || none != 1 {
		t.Errorf("the files were read anew %d times, and %d times nothing was proposed:\n%s", all, none, p.tail(10))
	}
	if out := s.run(t, "", "plan"); !strings.Contains(out, "only proposed") {
		t.Errorf("the plan doesn't tell that the policy file is only proposed:\n%s", out)
	}
	if code := p.stop(t); code != app.Done {
		t.Errorf("exit %d", code)
	}
	s.judge(t)
}

// People work beside the daemon on the same state: pause stops its writes at once,
// resume lets them go on, a hold keeps whoever it names, and looking disturbs nobody.
func TestCommandsBesideTheDaemon(t *testing.T) {
	s := newSite(t, "sqlite:./lapsed.db")
	s.edit(t, "lapsed.yaml", "lease: 600ms", "lease: 6s") // nobody is killed: on a slow machine, too, a command keeps its lease to its end
	p := start(t, s.config)
	s.cycle(t, p)
	s.run(t, "", "pause", "--reason", "something is wrong")
	s.listed("hubspot")
	s.listed("salesforce")
	for range 2 {
		s.cycle(t, p)
	}
	if n := len(s.stage.Book.Changes()); n != 0 {
		t.Errorf("%d writes while paused", n)
	}
	s.minor()
	minor := s.wanted[len(s.wanted)-1]
	s.cycle(t, p)
	s.run(t, "", "hold", "add", "salesforce:Contact:"+minor.id, "--basis", "court", "--reference", "2026-17", "--reason", "a claim", "--authority", "district court", "--until", time.Now().AddDate(0, 1, 0).Format(time.DateOnly))
	if out := s.run(t, "", "explain", "salesforce:Contact:"+minor.id); !strings.Contains(out, "hold") {
		t.Errorf("explain doesn't tell of the hold:\n%s", out)
	}
	s.run(t, "", "resume", "--reason", "it was nothing")
	s.wanted = s.wanted[:len(s.wanted)-2] // the hold keeps both records
	until(t, "what was paused is done", s.met)
	s.run(t, "", "plan")
	s.cycle(t, p)
	for _, c := range s.stage.Book.Changes() {
		if c.Verb == "delete" {
			t.Errorf("a deletion of %s, who is held", c.ID)
		}
	}
	if code := p.stop(t); code != app.Done {
		t.Errorf("exit %d", code)
	}
	s.run(t, "", "audit", "verify")
}

// Two daemons on one file never have a cycle at the same time: in the log, each
// cycle ends before the next begins.
func TestTwoDaemonsOnOneFile(t *testing.T) {
	s, p := running(t)
	q := start(t, s.config)
	s.minor()
	s.listed("hubspot")
	until(t, "all is done", s.met)
	for range 3 {
		was := p.logged(`"msg":"cycle finished"`) + q.logged(`"msg":"cycle finished"`)
		until(t, "a cycle ends", func() bool { return p.logged(`"msg":"cycle finished"`)+q.logged(`"msg":"cycle finished"`) > was })
	}
	for _, x := range []*process{p, q} {
		if code := x.stop(t); code != app.Done {
			t.Errorf("exit %d:\n%s", code, x.tail(5))
		}
	}
	open := 0
	for l := range strings.Lines(s.run(t, "", "audit", "list", "--limit", "0")) {
		switch {
		case strings.Contains(l, "cycle.started"):
			if open++; open > 1 {
				t.Errorf("a cycle begins in another: %s", l)
			}
		case strings.Contains(l, "cycle.finished"):
			open--
		}
	}
	s.run(t, "", "audit", "verify")
	s.judge(t)
}
