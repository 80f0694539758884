package main

import (
	"context"

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
	c := &cobra.Command{Use: "run --config F --once", Short: "Do one whole cycle and exit; in enforce mode it carries out what the limits let through",
		Args: args(cobra.NoArgs), RunE: func(c *cobra.Command, _ []string) error {
			if !once {
				return usageError{errorf("this build does single cycles: add --once, and let a timer call it")}
			}
			return f.open(c, func(ctx context.Context, a *app.App) error {
				r, err := a.RunOnce(ctx)
				return f.report(c, a, r, err)
			})
		}}
	f.add(c)
	c.Flags().BoolVar(&once, "once", false, "do one cycle and exit")
	return c
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
