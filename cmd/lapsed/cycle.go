package main

import (
	"context"
	"os"
	"os/signal"
	"syscall"

	"github.com/spf13/cobra"

	"github.com/lapsed/lapsed/internal/app"
)

func newPlan() *cobra.Command {
	var f common
	c := &cobra.Command{Use: "plan --config F", Short: "Read the processors and show what the policy demands; writes nothing to any of them",
		Args: args(cobra.NoArgs), RunE: func(c *cobra.Command, _ []string) error {
			return f.open(c, func(ctx context.Context, a *app.App) error {
				r, err := a.Plan(ctx)
				return f.report(c, a, r, err)
			})
		}}
	f.add(c)
	return c
}

func newRun() *cobra.Command {
	var f common
	var once bool
	c := &cobra.Command{Use: "run --config F [--once]", Short: "Run the daemon; in enforce mode it carries out what the limits let through",
		Long: `Run does a cycle every interval: it reads what has changed, decides, and carries
out what the limits let through (in enforce mode). Once a day, in the config's
window, it reads everything and sees to those who have lapsed. With --once it does
one whole cycle and exits.

SIGTERM lets the write that is under way come to its answer, records it and ends.
SIGHUP reads config and policy again and does a cycle at once. Started more than
once on one PostgreSQL, one process works and the others take over when it ends.`,
		Args: args(cobra.NoArgs), RunE: func(c *cobra.Command, _ []string) error {
			if !once {
				return f.daemon(c)
			}
			return f.open(c, func(ctx context.Context, a *app.App) error {
				r, err := a.RunOnce(ctx)
				return f.report(c, a, r, err)
			})
		}}
	f.add(c)
	c.Flags().BoolVar(&once, "once", false, "do one whole cycle and exit")
	return c
}

// daemon runs until it is told to stop.
func (f *common) daemon(c *cobra.Command) error {
	hangup := make(chan os.Signal, 1)
	signal.Notify(hangup, syscall.SIGHUP)
	defer signal.Stop(hangup)
	log := logger()
	return app.RunDaemon(c.Context(), app.DaemonOptions{Options: app.Options{Config: f.config, Logger: log, Build: version}, Wake: hangup,
		Listening: func(address string) { log.Info("listening", "address", address) }})
}

// report prints a cycle's report, whole even if the cycle failed.
func (f *common) report(c *cobra.Command, a *app.App, r app.Report, err error) error {
	if r.Cycle != "" {
		if f.output == "json" {
			if err := printJSON(c.OutOrStdout(), r); err != nil {
				return err
			}
		} else {
			r.Text(c.OutOrStdout())
		}
	}
	if err == nil && a.Enforces() && r.Waits() {
		return waiting{}
	}
	return err
}
