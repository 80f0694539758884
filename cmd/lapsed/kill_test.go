package main

import (
	"context"
	"encoding/json"
	"fmt"
	"math/rand/v2"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/lapsed/lapsed/internal/app"
)

// atOnce is how many sites are killed at the same time: each waits most of the time.
const atOnce = 4

// kills is how many processes are killed: LAPSED_KILLS, or as many as a test suite
// has time for.
func kills(t *testing.T) int {
	t.Helper()
	v := os.Getenv("LAPSED_KILLS")
	if v == "" {
		return 96
	}
	n, err := strconv.Atoi(v)
	if err != nil || n < 1 {
		t.Fatalf("LAPSED_KILLS=%q is no number of kills", v)
	}
	return n
}

// Invariant 5: the program is killed, as a power cut does it, at every step of a
// write, while it migrates, signs and publishes, and at random. Whoever starts
// next finds out what became of each write before it writes anything again; no
// change is made twice, none is missed, nobody else is touched, and the log goes
// on from every checkpoint that anybody saw.
func TestInvariant05KilledAtEveryStep(t *testing.T) {
	var sites []*victim
	for _, processor := range []string{"hubspot", "salesforce"} {
		for _, verb := range []string{"delete", "unsubscribe"} {
			for seed := range uint64(2) {
				sites = append(sites, &victim{processor: processor, verb: verb, rand: rand.New(rand.NewPCG(seed, uint64(len(sites))))})
			}
		}
	}
	n := max(kills(t)/len(sites), 8)
	var done atomic.Int64
	var all sync.WaitGroup
	slots := make(chan struct{}, atOnce)
	for i, v := range sites {
		all.Go(func() {
			slots <- struct{}{}
			defer func() { <-slots }()
			t.Run(fmt.Sprintf("%s at %s %d", v.verb, v.processor, i%2), func(t *testing.T) {
				v.site = newSite(t, "sqlite:./lapsed.db")
				v.suffer(t, n)
				done.Add(int64(v.killed))
			})
		})
	}
	all.Wait()
	t.Logf("%d processes were killed", done.Load())
	if !t.Failed() && int(done.Load()) < len(sites)*n {
		t.Errorf("only %d processes were killed, want %d", done.Load(), len(sites)*n)
	}
}

// victim is a site whose daemons are killed.
type victim struct {
	*site
	processor, verb string
	rand            *rand.Rand
	killed          int
	pins            []string // every checkpoint that was published, a file each
	minors, lists   int
}

// places is the way of a write.
var places = []place{beforeIntent, beforeEffect, beforeAnswer, beforeOutcome}

// suffer kills n processes: first while they start for the first time, then at
// each place of a write, and between that at random.
func (v *victim) suffer(t *testing.T, n int) {
	random := n - 2*len(places) // one at each place, one when all is done
	early := max(random/5, 1)
	for range early {
		v.strike(t, start(t, v.config), v.after(250*time.Millisecond))
	}
	v.rest(t)
	random -= early
	for i, at := range places {
		v.atPlace(t, at)
		for range random / (len(places) - i) {
			v.more()
			v.atRandom(t)
			random--
		}
		v.rest(t)
	}
	p := v.calm(t)
	if code := p.stop(t); code != app.Done {
		t.Errorf("exit %d", code)
	}
	v.check(t)
	v.judge(t)
	v.answered(t)
	args := []string{"audit", "verify", "--config", v.config}
	for _, pin := range v.pins {
		args = append(args, "--pin", pin)
	}
	if out, code := lapsed(t, "", args...); code != app.Done || len(v.pins) == 0 {
		t.Errorf("with %d pins, exit %d: %s", len(v.pins), code, out)
	}
}

// atPlace kills a process that is at a certain place of a write.
func (v *victim) atPlace(t *testing.T, at place) {
	t.Helper()
	if v.verb == "delete" {
		v.addMinor()
	} else {
		v.addListed(v.processor)
	}
	h := v.gates[v.processor].hold(at, v.verb)
	v.strike(t, start(t, v.config), func(p *process) {
		until(t, v.verb+" at "+v.processor+" is held "+string(at), func() bool {
			select {
			case <-h.met:
				return true
			default:
				return p.dead()
			}
		})
	})
	v.gates[v.processor].open()
}

// The rules of a site let nine duties pass on the first day.
func (v *victim) addMinor() {
	if v.minors < 4 {
		v.minors++
		v.minor()
	}
}

func (v *victim) addListed(processor string) {
	if v.lists < 8 {
		v.lists++
		v.listed(processor)
	}
}

// more adds work of the other kind, now and then.
func (v *victim) more() {
	switch {
	case v.rand.IntN(3) > 0:
	case v.verb == "delete":
		v.addListed([]string{"hubspot", "salesforce"}[v.rand.IntN(2)])
	default:
		v.addMinor()
	}
}

// atRandom kills a process after some time, or when something has just changed
// on the disk: the pin is moved after signing, the checkpoint is published last,
// and the write-ahead log grows with each commit.
func (v *victim) atRandom(t *testing.T) {
	t.Helper()
	var when func(*process)
	switch v.rand.IntN(5) {
	case 0:
		when = v.changed(t, "keys/pin")
	case 1:
		when = v.changed(t, "audit/checkpoint")
	case 2:
		when = v.changed(t, "lapsed.db-wal")
	default:
		when = v.after(1500 * time.Millisecond)
	}
	v.strike(t, start(t, v.config), when)
}

// after waits at most so long.
func (v *victim) after(most time.Duration) func(*process) {
	d := time.Duration(v.rand.Int64N(int64(most)))
	return func(p *process) {
		select {
		case <-time.After(d):
		case <-p.ended:
		}
	}
}

// changed waits until a file has changed, some number of times.
func (v *victim) changed(t *testing.T, name string) func(*process) {
	times := 1 + v.rand.IntN(3)
	return func(p *process) {
		for range times {
			before := v.look(name)
			until(t, name+" changes", func() bool { return v.look(name) != before || p.dead() })
		}
	}
}

// look is what can be seen of a file without opening it.
func (v *victim) look(name string) string {
	i, err := os.Stat(v.path(name))
	if err != nil {
		return ""
	}
	return fmt.Sprint(i.Size(), i.ModTime())
}

// strike kills a process when the time has come, and looks at what it left.
func (v *victim) strike(t *testing.T, p *process, when func(*process)) {
	t.Helper()
	when(p)
	if p.dead() {
		t.Errorf("it ended by itself, with %d:\n%s", p.cmd.ProcessState.ExitCode(), p.tail(5))
	}
	p.kill()
	v.killed++
	v.check(t)
}

// rest lets a daemon do all that is to be done, and kills it then.
func (v *victim) rest(t *testing.T) {
	t.Helper()
	v.strike(t, v.calm(t), func(*process) {})
}

// calm starts a daemon and returns it when all is done and recorded.
func (v *victim) calm(t *testing.T) *process {
	t.Helper()
	p := start(t, v.config)
	until(t, "all is done", func() bool { return v.met() || p.dead() })
	cycles := p.logged(`"msg":"cycle finished"`)
	until(t, "a cycle ends", func() bool { return p.logged(`"msg":"cycle finished"`) > cycles || p.dead() })
	return p
}

// check holds the log, in the state and as published, against every checkpoint
// that was published so far.
func (v *victim) check(t *testing.T) {
	t.Helper()
	if _, err := os.Stat(v.path("keys/pin")); err == nil {
		v.verify(t, app.VerifyOptions{Config: v.config, Pins: v.pins, Clock: time.Now})
	}
	note, err := os.ReadFile(v.path("audit/checkpoint"))
	if err != nil {
		return // nothing has been published yet
	}
	key, err := os.ReadFile(v.path("audit/vkey"))
	if err != nil {
		t.Error(err)
	}
	v.verify(t, app.VerifyOptions{Dir: v.path("audit"), Keys: []string{strings.TrimSpace(string(key))}, Pins: v.pins, Clock: time.Now})
	pin := filepath.Join(v.dir, fmt.Sprintf("pin%03d", len(v.pins)))
	if err := os.WriteFile(pin, note, 0o600); err != nil {
		t.Error(err)
	}
	v.pins = append(v.pins, pin)
}

func (v *victim) verify(t *testing.T, o app.VerifyOptions) {
	t.Helper()
	r, err := app.Verify(context.Background(), o)
	if err != nil || !r.OK {
		t.Errorf("after %d kills the log doesn't verify: %v\n%s", v.killed, err, r.Text())
	}
}

// answered checks that every intent in the log has an outcome, and each outcome
// its intent.
func (v *victim) answered(t *testing.T) {
	t.Helper()
	a, err := app.Open(context.Background(), app.Options{Config: v.config})
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = a.Close() }()
	type attempt struct {
		Duty    string
		Attempt int
	}
	open := map[attempt]bool{}
	es, err := a.List(context.Background(), app.ListFilter{})
	if err != nil {
		t.Fatal(err)
	}
	intents := 0
	for _, e := range es {
		var x attempt
		if err := json.Unmarshal(e.Body, &x); err != nil {
			t.Fatal(err)
		}
		switch e.Kind {
		case "duty.intent":
			intents++
			open[x] = true
		case "duty.outcome":
			if _, known := open[x]; !known && x.Attempt > 0 {
				t.Errorf("an outcome without an intent: %s", e.Body)
			}
			open[x] = false
		}
	}
	for x, still := range open {
		if still {
			t.Errorf("attempt %d of duty %s has no outcome", x.Attempt, x.Duty)
		}
	}
	if intents < v.minors*2+v.lists {
		t.Errorf("%d intents for %d duties", intents, v.minors*2+v.lists)
	}
}
