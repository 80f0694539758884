package main

import (
	"context"
	"fmt"

	"github.com/spf13/cobra"

	"github.com/lapsed/lapsed/internal/app"
)

func newHold() *cobra.Command {
	c := &cobra.Command{Use: "hold", Short: "Forbid the deletion of a person for a legal reason", Args: args(cobra.NoArgs), RunE: group}
	c.AddCommand(newHoldAdd(), newHoldRelease(), newHoldList())
	return c
}

func newHoldAdd() *cobra.Command {
	var f common
	var h app.HoldRequest
	var address, until string
	c := &cobra.Command{Use: "add --config F PROCESSOR:OBJECT:ID | --address -", Short: "Add a hold", Args: args(cobra.MaximumNArgs(1)), RunE: func(c *cobra.Command, a []string) (err error) {
		if h.Subject, err = subjectOf(c, a, address); err != nil {
			return err
		}
		if h.Until, err = app.ParseDay(until); err != nil {
			return usageError{fmt.Errorf("--until: %w", err)}
		}
		return f.openActive(c, func(ctx context.Context, x *app.App) error {
			id, err := x.AddHold(ctx, h)
			if err != nil {
				return err
			}
			if f.output == "json" {
				return printJSON(c.OutOrStdout(), map[string]string{"hold": id})
			}
			_, err = fmt.Fprintln(c.OutOrStdout(), "hold "+id)
			return err
		})
	}}
	f.add(c)
	fl := c.Flags()
	fl.StringVar(&address, "address", "", "- reads an address from stdin")
	fl.StringVar(&h.Basis, "basis", "", "court, regulator, claim, dispute or other")
	fl.StringVar(&h.Reference, "reference", "", "a case number, never a name")
	fl.StringVar(&h.Reason, "reason", "", "why; kept as evidence, not in the log")
	fl.StringVar(&h.Authority, "authority", "", "who ordered it")
	fl.StringVar(&until, "until", "", "last day, as 2027-05-04")
	fl.StringVar(&h.By, "by", account(), "who adds it, if not the account that runs this")
	for _, n := range []string{"basis", "reference", "reason", "authority", "until"} {
		_ = c.MarkFlagRequired(n)
	}
	return c
}

func newHoldRelease() *cobra.Command {
	var f common
	var reason, by string
	c := &cobra.Command{Use: "release --config F HOLD --reason R", Short: "End a hold", Args: args(cobra.ExactArgs(1)), RunE: func(c *cobra.Command, a []string) error {
		return f.openActive(c, func(ctx context.Context, x *app.App) error {
			if err := x.ReleaseHold(ctx, a[0], reason, by); err != nil {
				return err
			}
			if f.output == "json" {
				return printJSON(c.OutOrStdout(), map[string]string{"released": a[0]})
			}
			_, err := fmt.Fprintln(c.OutOrStdout(), "released; the person is decided on afresh in the next cycle")
			return err
		})
	}}
	f.add(c)
	c.Flags().StringVar(&reason, "reason", "", "why; kept as evidence, not in the log")
	c.Flags().StringVar(&by, "by", account(), "who releases it, if not the account that runs this")
	_ = c.MarkFlagRequired("reason")
	return c
}

func newHoldList() *cobra.Command {
	var f common
	c := &cobra.Command{Use: "list --config F", Short: "List holds", Args: args(cobra.NoArgs), RunE: func(c *cobra.Command, _ []string) error {
		return f.openActive(c, func(ctx context.Context, x *app.App) error {
			hs, err := x.Holds(ctx)
			if err != nil {
				return err
			}
			if f.output == "json" {
				return printJSON(c.OutOrStdout(), hs)
			}
			for _, h := range hs {
				if _, err := fmt.Fprintln(c.OutOrStdout(), h.Line()); err != nil {
					return err
				}
			}
			return nil
		})
	}}
	f.add(c)
	return c
}
