package main

import (
	"bytes"
	"errors"
	"os"
	"os/exec"
	"strings"
	"sync"
	"syscall"
	"testing"
	"time"
)

// patience bounds what a test waits for: far more than it takes, on a machine
// that has much else to do.
const patience = 60 * time.Second

// process is a daemon of its own.
type process struct {
	cmd   *exec.Cmd
	ended chan struct{}

	mu  sync.Mutex
	log bytes.Buffer
}

// Write takes what the process logs.
func (p *process) Write(b []byte) (int, error) {
	p.mu.Lock()
	defer p.mu.Unlock()
	return p.log.Write(b)
}

// logged is how often a text stands in the log so far.
func (p *process) logged(text string) int {
	p.mu.Lock()
	defer p.mu.Unlock()
	return bytes.Count(p.log.Bytes(), []byte(text))
}

// start starts a daemon of a config. It is killed at the end of the test, if not before.
func start(t *testing.T, config string) *process {
	t.Helper()
	p := &process{cmd: exec.Command("lapsed", "run", "--config", config), ended: make(chan struct{})}
	p.cmd.Stderr = p
	if err := p.cmd.Start(); err != nil {
		t.Fatal(err)
	}
	go func() {
		_ = p.cmd.Wait() // how it ended is in its state
		close(p.ended)
	}()
	t.Cleanup(func() {
		p.kill()
		if t.Failed() {
			t.Logf("process %d:\n%s", p.cmd.Process.Pid, p.tail(30))
		}
	})
	return p
}

// tail is the end of the log.
func (p *process) tail(lines int) string {
	p.mu.Lock()
	defer p.mu.Unlock()
	all := strings.SplitAfter(p.log.String(), "\n")
	return strings.Join(all[max(0, len(all)-lines):], "")
}

// kill ends the process at once, as a power cut does.
func (p *process) kill() {
	_ = p.cmd.Process.Kill() // it may have ended
	<-p.ended
}

// dead tells whether it ended by itself.
func (p *process) dead() bool {
	select {
	case <-p.ended:
		return true
	default:
		return false
	}
}

// stop asks the process to end, waits, and returns its exit code.
func (p *process) stop(t *testing.T) int {
	t.Helper()
	if err := p.cmd.Process.Signal(syscall.SIGTERM); err != nil && !errors.Is(err, os.ErrProcessDone) {
		t.Fatal(err)
	}
	p.end(t)
	return p.cmd.ProcessState.ExitCode()
}

func (p *process) end(t *testing.T) {
	t.Helper()
	select {
	case <-p.ended:
	case <-time.After(patience):
		t.Fatal("it doesn't end")
	}
}

// until waits for a condition; it looks often, and not for ever.
func until(t *testing.T, what string, met func() bool) {
	t.Helper()
	tick := time.NewTicker(2 * time.Millisecond)
	defer tick.Stop()
	end := time.After(patience)
	for !met() {
		select {
		case <-tick.C:
		case <-end:
			t.Fatalf("it never happened: %s", what)
		}
	}
}

// lapsed runs a command beside the daemon, and returns what it printed and its exit code.
func lapsed(t *testing.T, stdin string, args ...string) (string, int) {
	t.Helper()
	cmd := exec.Command("lapsed", args...)
	cmd.Stdin = strings.NewReader(stdin)
	out, err := cmd.CombinedOutput()
	var exit *exec.ExitError
	if err != nil && !errors.As(err, &exit) {
		t.Fatal(err)
	}
	return string(out), cmd.ProcessState.ExitCode()
}
