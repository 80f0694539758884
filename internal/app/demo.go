package app

import (
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"strings"
	"time"

	"github.com/lapsed/lapsed/config"
	"github.com/lapsed/lapsed/internal/audit/verify"
	"github.com/lapsed/lapsed/internal/duty"
	"github.com/lapsed/lapsed/internal/sandbox"
	"github.com/lapsed/lapsed/policy"
)

// DemoOptions say what the demonstration shows.
type DemoOptions struct {
	Enforce  bool // carry it out, on a clock that moves
	Approve  bool // approve what waits
	People   int
	Seed     uint64
	Now      time.Time // zero = the machine's
	Progress Progress
	Build    string
	Out      io.Writer // what a person reads; nil = nothing
}

// DemoResult is what the demonstration came to.
type DemoResult struct {
	First         Report         `json:"observed"`
	Last          *Report        `json:"last,omitzero"`
	Cycles        int            `json:"cycles"`
	Waits         bool           `json:"waits"`
	Calls         map[string]int `json:"calls"`
	Verified      *verify.Report `json:"audit,omitzero"`
	Compared      any            `json:"compared,omitzero"`
	Wrong         bool           `json:"wrong"`
	SimulatedDays int            `json:"simulated_days"`
}

// maxDemoCycles ends a demonstration whose work doesn't.
const maxDemoCycles = 60

// Demo simulates two accounts with people of known fates, runs the reference
// policy on them, and, with Enforce, carries it out to the end and compares what
// is left with what had to be.
func Demo(ctx context.Context, o DemoOptions) (out DemoResult, err error) {
	if o.Out == nil {
		o.Out = io.Discard
	}
	world, err := sandbox.Start(sandbox.Options{People: o.People, Seed: o.Seed, Now: o.Now})
	if err != nil {
		return out, err
	}
	defer func() { err = errors.Join(err, world.Close()) }()
	dir, err := os.MkdirTemp("", "lapsed-demo-")
	if err != nil {
		return out, err
	}
	defer func() { err = errors.Join(err, os.RemoveAll(dir)) }()
	d := &demo{DemoOptions: o, world: world, path: filepath.Join(dir, "lapsed.yaml")}
	if err := os.WriteFile(filepath.Join(dir, "policy.yaml"), policy.Reference, 0o600); err != nil {
		return out, err
	}
	if err := world.WriteConfig(d.path); err != nil {
		return out, err
	}
	err = d.run(ctx, &out)
	out.Calls = d.calls()
	return out, err
}

type demo struct {
	DemoOptions
	world *sandbox.Sandbox
	path  string
	began time.Time
}

func (d *demo) say(format string, args ...any) { _, _ = fmt.Fprintf(d.Out, format+"\n", args...) }

func (d *demo) run(ctx context.Context, out *DemoResult) error {
	d.began = d.world.Stage().Clock.Now()
	d.say("Two simulated accounts, %d people whose fate is known, and the reference policy.", len(d.world.Truth().People))
	first, err := d.cycle(ctx, config.Observe, "observe")
	if err != nil {
		return err
	}
	out.First, out.Cycles = first, 1
	first.Text(d.Out)
	if !d.Enforce {
		d.say("\nNothing was written. lapsed demo --enforce carries it out on a clock that moves.")
		return nil
	}
	if first.NextDue != nil {
		days := int(first.NextDue.Sub(d.world.Stage().Clock.Now()).Hours()/24) + 1
		d.advance(days, "past the grace. From here on it is carried out")
	}
	if err := d.enforce(ctx, out); err != nil {
		return err
	}
	// What is gone becomes final past the processors' horizons. Meanwhile others
	// lapse, and theirs is a horizon later.
	for range 3 {
		if out.Last.Duties[duty.Gone]+out.Last.Duties[duty.Accepted] == 0 {
			break
		}
		d.advance(32, "past the processors' recycle bins and purges")
		if err := d.enforce(ctx, out); err != nil {
			return err
		}
	}
	out.Last.Text(d.Out)
	return d.judge(ctx, out)
}

// cycle opens the installation anew, as a process that starts again does, and
// does one cycle.
func (d *demo) cycle(ctx context.Context, mode config.Mode, phase string) (Report, error) {
	var r Report
	err := d.open(ctx, func(a *App) (err error) {
		a.Config.Mode = mode
		d.world.Stage().Book.SetPhase(phase)
		r, err = a.RunOnce(ctx)
		return err
	})
	return r, err
}

func (d *demo) open(ctx context.Context, do func(*App) error) (err error) {
	a, err := Open(ctx, Options{Config: d.path, Clock: d.world.Stage().Clock.Now, Progress: d.Progress, Build: d.Build})
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, a.Close()) }()
	return do(a)
}

func (d *demo) advance(days int, why string) {
	d.say("\nThe clock moves on %d days, %s.", days, why)
	d.world.Advance(time.Duration(days) * 24 * time.Hour)
}

// enforce lets cycles follow, a day after the other, while there is work that
// needs nobody.
func (d *demo) enforce(ctx context.Context, out *DemoResult) error {
	for out.Cycles < maxDemoCycles {
		r, err := d.cycle(ctx, config.Enforce, "enforce")
		if err != nil {
			return err
		}
		out.Cycles++
		out.Last = &r
		if out.Cycles == 2 {
			r.Text(d.Out)
		} else {
			d.line(r)
		}
		if r.Waits() && d.Approve {
			if err := d.approve(ctx, r); err != nil {
				return err
			}
		} else if r.Routine == 0 && len(r.Outcomes) == 0 {
			out.Waits = r.Waits()
			return nil
		}
		d.world.Advance(24 * time.Hour)
	}
	return fmt.Errorf("after %d cycles there was still work", out.Cycles)
}

// line is a cycle in one line.
func (d *demo) line(r Report) {
	parts := []string{}
	for _, k := range []string{"gone", "final", "refused", "failed", "disputed", "skipped"} {
		if n := r.Outcomes[k]; n > 0 {
			parts = append(parts, fmt.Sprintf("%d %s", n, k))
		}
	}
	if len(parts) == 0 {
		parts = append(parts, "nothing to do")
	}
	waits := ""
	if r.Waits() {
		waits = "; something waits for an approval"
	}
	d.say("%s  %s%s", r.Now.UTC().Format(time.DateOnly), strings.Join(parts, ", "), waits)
}

// approve approves every batch that waits, by as many people as it needs.
func (d *demo) approve(ctx context.Context, r Report) error {
	return d.open(ctx, func(a *App) error {
		for _, b := range r.Batches {
			for n := b.Approvals; b.Live() && n < b.Needed; n++ {
				who := fmt.Sprintf("demo-approver-%d", n+1)
				x, err := a.Approve(ctx, b.Digest, "looked at its sample", who)
				if err != nil {
					return err
				}
				d.say("    %s approves batch %s: at most %d duties of %d persons (%d of %d approvals)", who, strings.TrimPrefix(x.Batch, "sha256:")[:16], x.Duties, x.Persons, x.Approvals, x.Needed)
			}
		}
		return nil
	})
}

// judge verifies the log and compares the processors with the known fates.
func (d *demo) judge(ctx context.Context, out *DemoResult) error {
	out.SimulatedDays = int(d.world.Stage().Clock.Now().Sub(d.began).Hours() / 24)
	v, err := Verify(ctx, VerifyOptions{Config: d.path, Clock: d.world.Stage().Clock.Now})
	if err != nil {
		return err
	}
	out.Verified = &v
	d.say("\nThe audit log, checked by code that shares nothing with its writer:\n%s", v.Text())
	c := d.world.Compare()
	out.Compared = c
	d.say("\nThe processors, compared with the known fates:\n%s", c.Text())
	forbidden := 0
	for _, x := range d.world.Stage().Book.Changes() {
		if x.Forbidden {
			forbidden++
		}
	}
	d.say("Writes that widened a permission or changed anything else: %d", forbidden)
	switch {
	case !v.OK:
		out.Wrong = true
		return ErrTampered
	case forbidden > 0 || len(c.WronglyDeleted) > 0 || !out.Waits && !c.OK():
		out.Wrong = true
		return errors.New("the outcome is not what it had to be")
	}
	return nil
}

func (d *demo) calls() map[string]int {
	out := map[string]int{}
	for _, c := range d.world.Stage().Book.Calls(0) {
		out[c.Processor+" "+c.Phase+" "+string(c.Purpose)]++
	}
	return out
}
