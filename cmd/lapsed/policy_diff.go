package main

import (
	"context"
	"errors"
	"fmt"

	"github.com/spf13/cobra"

	"github.com/lapsed/lapsed/internal/app"
)

type diffFlags struct {
	config, output, format string
	state, read            bool
}

func newPolicyDiff() *cobra.Command {
	var f diffFlags
	c := &cobra.Command{Use: "diff OLD NEW [--config F [--state] [--read]] [--format text|md]", Short: "Say what changes between two policies, and for how many people",
		Long: `Says in words which rules differ between two policy files, by which clause, and
whether that makes more or fewer people deletable or mailable.

With --state it counts, over what the latest reads left in the state that the
config names, for whom something changes. If the two policies look at records by
different rules, what is kept can't tell: --read reads all processors once more,
into a state that is removed again. It needs as many calls as a whole read.`,
		Args: args(cobra.ExactArgs(2)), RunE: func(c *cobra.Command, a []string) error { return f.run(c, a[0], a[1]) }}
	c.Flags().StringVar(&f.config, "config", "", "the daemon's config file: binds both policies to its processors, and names the state")
	c.Flags().BoolVar(&f.state, "state", false, "count for whom something changes")
	c.Flags().BoolVar(&f.read, "read", false, "count it by reading all processors anew")
	c.Flags().StringVar(&f.format, "format", "text", "text, or md for a merge request")
	addOutput(c, &f.output)
	return c
}

func (f *diffFlags) run(c *cobra.Command, from, to string) error {
	switch {
	case f.format != "text" && f.format != "md":
		return usageError{fmt.Errorf("--format is text or md, not %q", f.format)}
	case (f.state || f.read) && f.config == "":
		return usageError{errors.New("--state and --read need --config, which names the state")}
	case !f.state && !f.read:
		if err := checkOutput(f.output); err != nil {
			return err
		}
		d, err := app.DiffFiles(from, to, f.config)
		return f.print(c, d, err)
	}
	open := common{config: f.config, output: f.output}
	return open.open(c, func(ctx context.Context, x *app.App) error {
		d, err := x.Diff(ctx, from, to, f.read)
		return f.print(c, d, err)
	})
}

func (f *diffFlags) print(c *cobra.Command, d app.PolicyDiff, err error) error {
	switch {
	case err != nil:
		return err
	case f.output == "json":
		return printJSON(c.OutOrStdout(), d)
	case f.format == "md":
		d.Markdown(c.OutOrStdout())
	default:
		d.Text(c.OutOrStdout())
	}
	return nil
}
