package main

import (
	"bytes"
	"context"
	"fmt"
	"math/rand/v2"
	"os"
	"syscall"
	"testing"
	"time"

	"github.com/lapsed/lapsed/internal/app"
	"github.com/lapsed/lapsed/internal/store/pgtest"
)

// replicas are three daemons with one config on one PostgreSQL.
type replicas struct {
	*site
	all [3]*process
}

func newReplicas(t *testing.T) *replicas {
	t.Helper()
	r := &replicas{site: newSite(t, pgtest.New(t))}
	for i := range r.all {
		r.all[i] = start(t, r.config)
	}
	return r
}

// cycles is how many cycles each replica has finished so far.
func (r *replicas) cycles() (n [3]int) {
	for i, p := range r.all {
		n[i] = p.logged(`"msg":"cycle finished"`)
	}
	return n
}

// next waits until somebody finishes another cycle, and returns who did.
func (r *replicas) next(t *testing.T) (who int) {
	t.Helper()
	before := r.cycles()
	until(t, "another cycle ends", func() bool {
		for i, n := range r.cycles() {
			if n > before[i] {
				who = i
				return true
			}
		}
		return false
	})
	return who
}

// verified checks the log, as one who has the config does.
func (r *replicas) verified(t *testing.T) {
	t.Helper()
	v, err := app.Verify(context.Background(), app.VerifyOptions{Config: r.config, Clock: time.Now})
	if err != nil || !v.OK {
		t.Errorf("the log doesn't verify: %v\n%s", err, v.Text())
	}
}

// end stops all that run and checks what they did together.
func (r *replicas) end(t *testing.T) {
	t.Helper()
	until(t, "all is done", r.met)
	r.next(t)
	for _, p := range r.all {
		if code := p.stop(t); code != app.Done {
			t.Errorf("exit %d:\n%s", code, p.tail(5))
		}
	}
	r.verified(t)
	r.judge(t)
}

// Three that start at once on an empty database make one set of keys and one log.
func TestReplicasStartAtOnce(t *testing.T) {
	for i := range 3 {
		t.Run(fmt.Sprint(i), func(t *testing.T) {
			r := newReplicas(t)
			r.minor()
			r.next(t)
			for _, p := range r.all {
				if p.dead() {
					t.Fatalf("it ended by itself, with %d:\n%s", p.cmd.ProcessState.ExitCode(), p.tail(5))
				}
			}
			r.end(t)
		})
	}
}

// Whoever holds the lease is killed, or stands still and wakes later: another
// takes over within the lease's time, and whoever wakes writes nothing more of
// what it was at.
func TestReplicasTakeOver(t *testing.T) {
	r := newReplicas(t)
	r.next(t)
	random := rand.New(rand.NewPCG(1, 2))
	var stopped []*process
	for round := range 12 {
		switch {
		case round%4 == 0 && round/4 < 4:
			r.minor()
		case round%2 == 0:
			r.listed([]string{"hubspot", "salesforce"}[round/2%2])
		}
		who := r.next(t)
		select { // somewhere in its next cycle, if it gets that
		case <-time.After(time.Duration(random.IntN(1000)) * time.Millisecond):
		case <-r.all[who].ended:
		}
		began := time.Now()
		if victim := r.all[who]; round%2 == 0 {
			victim.kill()
			r.all[who] = start(t, r.config)
		} else if err := victim.cmd.Process.Signal(syscall.SIGSTOP); err != nil {
			t.Fatal(err)
		} else {
			stopped = append(stopped, victim)
		}
		r.next(t)
		// The lease lasts 600 ms, a cycle about a second; whoever stands still inside
		// a transaction holds others up until the server ends it.
		if d := time.Since(began); d > 20*time.Second {
			t.Errorf("round %d: it took %s until another had finished a cycle", round, d)
		}
		for _, p := range stopped {
			if err := p.cmd.Process.Signal(syscall.SIGCONT); err != nil {
				t.Fatal(err)
			}
		}
		stopped = nil
	}
	r.end(t)
}

// A holder that stood still in the middle of a write wakes when another has gone
// on: it says that it lost the lease, and has written nothing since.
func TestReplicasFenceWhoeverWakes(t *testing.T) {
	r := newReplicas(t)
	r.next(t)
	h := r.gates["hubspot"].hold(beforeAnswer, "delete")
	r.minor()
	until(t, "a deletion is held", func() bool {
		select {
		case <-h.met:
			return true
		default:
			return false
		}
	})
	var zombie *process
	for _, p := range r.all { // it logged the intent, and no outcome
		if p.logged(`"msg":"intent"`) > 0 {
			zombie = p
		}
	}
	if zombie == nil {
		t.Fatal("nobody logged an intent")
	}
	if err := zombie.cmd.Process.Signal(syscall.SIGSTOP); err != nil {
		t.Fatal(err)
	}
	r.gates["hubspot"].open()
	r.next(t) // another settles what the first left open
	r.next(t)
	outcomes := zombie.logged(`"msg":"outcome"`)
	if err := zombie.cmd.Process.Signal(syscall.SIGCONT); err != nil {
		t.Fatal(err)
	}
	until(t, "the sleeper learns that another took over", func() bool { return zombie.logged("another process took over") > 0 })
	if n := zombie.logged(`"msg":"outcome"`); n != outcomes {
		t.Errorf("it recorded %d outcomes after it had lost the lease", n-outcomes)
	}
	r.end(t)
}

// One log was begun, with the keys that are there.
func TestReplicasShareTheirKeys(t *testing.T) {
	r := newReplicas(t)
	r.next(t)
	before, err := os.ReadFile(r.path("keys/log.key"))
	if err != nil {
		t.Fatal(err)
	}
	r.all[0].kill()
	r.all[0] = start(t, r.config)
	r.next(t)
	r.end(t)
	after, err := os.ReadFile(r.path("keys/log.key"))
	if err != nil || !bytes.Equal(before, after) {
		t.Errorf("the key is another: %v", err)
	}
}
