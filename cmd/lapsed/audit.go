package main

import (
	"context"
	"fmt"
	"time"

	"github.com/spf13/cobra"

	"github.com/lapsed/lapsed/internal/app"
)

func newAudit() *cobra.Command {
	c := &cobra.Command{Use: "audit", Short: "Read and verify the audit log", Args: args(cobra.NoArgs), RunE: group}
	c.AddCommand(newAuditList(), newAuditVerify(), newAuditExport())
	return c
}

func newAuditList() *cobra.Command {
	var f common
	var filter app.ListFilter
	var keys bool
	c := &cobra.Command{Use: "list --config F", Short: "List entries, oldest first", Args: args(cobra.NoArgs), RunE: func(c *cobra.Command, _ []string) error {
		return f.open(c, func(ctx context.Context, a *app.App) error {
			if keys {
				_, err := fmt.Fprintln(c.OutOrStdout(), a.Log.VKey())
				return err
			}
			es, err := a.List(ctx, filter)
			if err != nil {
				return err
			}
			if f.output == "json" {
				return printJSON(c.OutOrStdout(), es)
			}
			for _, e := range es {
				if _, err := fmt.Fprintf(c.OutOrStdout(), "%7d  %s  %-18s %s  %s\n", e.Index, e.At.Format(time.RFC3339), e.Kind, e.By, e.Body); err != nil {
					return err
				}
			}
			return nil
		})
	}}
	f.add(c)
	c.Flags().StringVar(&filter.Kind, "kind", "", "only entries of this kind, for example duty.outcome")
	c.Flags().StringVar(&filter.Cycle, "cycle", "", "only entries of this cycle")
	c.Flags().StringVar(&filter.Person, "person", "", "only entries about this pseudonym")
	c.Flags().Int64Var(&filter.From, "from", 0, "from this index on")
	c.Flags().IntVar(&filter.Limit, "limit", 100, "the newest so many; 0 = all")
	c.Flags().BoolVar(&keys, "keys", false, "print the log's verifier key instead")
	return c
}

func newAuditVerify() *cobra.Command {
	var o app.VerifyOptions
	var output string
	c := &cobra.Command{Use: "verify [DIR] [--config F] [--key VKEY]… [--pin FILE]…", Short: "Check the log with code that shares nothing with its writer",
		Args: args(cobra.MaximumNArgs(1)), RunE: func(c *cobra.Command, a []string) error {
			if err := checkOutput(output); err != nil {
				return err
			}
			if len(a) == 1 {
				o.Dir = a[0]
			}
			if (o.Dir == "") == (o.Config == "") {
				return usageError{errorf("name either a published directory or --config")}
			}
			o.Clock = func() time.Time { return time.Now().UTC() }
			r, err := app.Verify(c.Context(), o)
			if err != nil {
				return err
			}
			if output == "json" {
				err = printJSON(c.OutOrStdout(), r)
			} else {
				_, err = fmt.Fprintln(c.OutOrStdout(), r.Text())
			}
			if err == nil && !r.OK {
				return app.ErrTampered
			}
			return err
		}}
	c.Flags().StringVar(&o.Config, "config", "", "the daemon's config file")
	c.Flags().StringArrayVar(&o.Keys, "key", nil, "the log's key, as a person gave it to you")
	c.Flags().StringArrayVar(&o.Pins, "pin", nil, "a file with a signed checkpoint that was kept elsewhere")
	addOutput(c, &output)
	return c
}

func newAuditExport() *cobra.Command {
	var f common
	c := &cobra.Command{Use: "export DIR --config F", Short: "Publish the log as a directory of static tiles that other tools verify", Args: args(cobra.ExactArgs(1)), RunE: func(c *cobra.Command, a []string) error {
		return f.open(c, func(ctx context.Context, x *app.App) error {
			if err := x.Export(ctx, a[0]); err != nil {
				return err
			}
			if f.output == "json" {
				return printJSON(c.OutOrStdout(), map[string]string{"exported": a[0]})
			}
			_, err := fmt.Fprintln(c.OutOrStdout(), "exported to "+a[0])
			return err
		})
	}}
	f.add(c)
	return c
}
