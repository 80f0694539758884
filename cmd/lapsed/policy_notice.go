package main

import (
	"errors"
	"fmt"

	"github.com/spf13/cobra"
)

func newPolicyNotice() *cobra.Command {
	var f policyFlags
	var format, against string
	c := &cobra.Command{Use: "notice [FILE] [--format md|html] [--against PAGE]", Short: "Write the public notice, or hold a published page against the policy",
		Long: `Writes the public notice that the policy makes, as Markdown or as one HTML page
that needs nothing else.

With --against it reads a published page (a file, an https address, or http on
this machine) and says what that promises differently or leaves out; exit 1 if
anything.`,
		Args: args(cobra.MaximumNArgs(1)), RunE: func(c *cobra.Command, a []string) error {
			if err := f.named(a); err != nil {
				return err
			}
			if against != "" {
				return checkNotice(c, &f, against)
			}
			page, err := f.file.Notice()
			switch {
			case err != nil:
				return err
			case f.output == "json":
				return printJSON(c.OutOrStdout(), page)
			case format == "html":
				return page.HTML(c.OutOrStdout())
			case format != "md":
				return usageError{fmt.Errorf("--format is md or html, not %q", format)}
			}
			_, err = fmt.Fprint(c.OutOrStdout(), page.Markdown())
			return err
		}}
	f.add(c)
	c.Flags().StringVar(&format, "format", "md", "md or html")
	c.Flags().StringVar(&against, "against", "", "a published page: a file or an address")
	return c
}

func checkNotice(c *cobra.Command, f *policyFlags, page string) error {
	check, err := f.file.CheckNotice(c.Context(), page)
	if err != nil {
		return err
	}
	if f.output == "json" {
		return errors.Join(printJSON(c.OutOrStdout(), check), check.Err())
	}
	check.Text(c.OutOrStdout())
	return check.Err()
}
