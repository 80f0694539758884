package main

import (
	"bufio"
	"context"
	"errors"
	"fmt"
	"io"
	"strconv"
	"strings"

	"github.com/spf13/cobra"

	"github.com/lapsed/lapsed/internal/app"
)

func newPolicyActivate() *cobra.Command {
	var f common
	var x app.Activation
	var number int
	c := &cobra.Command{Use: "activate --config F", Short: "Make the changed policy file the one that decides, after showing what that changes",
		Long: `Activate shows what the policy file would change, and makes it the active revision
once the number of persons for whom something new would be done is typed (or given
as --number). Until then the revision that is active decides, whatever the file
says. Who activates a policy can't approve the batches that follow from it.`,
		Args: args(cobra.NoArgs), RunE: func(c *cobra.Command, _ []string) error {
			return f.open(c, func(ctx context.Context, a *app.App) error {
				p, err := a.Propose(ctx)
				if err != nil {
					return err
				}
				if f.output == "text" {
					p.Text(c.OutOrStdout())
				}
				x.Number = number
				if !c.Flags().Changed("number") {
					if x.Number, err = typed(c.InOrStdin(), c.ErrOrStderr()); err != nil {
						return err
					}
				}
				if err := a.Activate(ctx, p, x); err != nil {
					return err
				}
				if f.output == "json" {
					return printJSON(c.OutOrStdout(), p)
				}
				_, err = fmt.Fprintf(c.OutOrStdout(), "\nRevision %.12s (version %s) is active.\n", p.Revision, p.Version)
				return err
			})
		}}
	f.add(c)
	c.Flags().IntVar(&number, "number", 0, "the number of persons for whom something new would be done; asked for if it is not given")
	c.Flags().StringVar(&x.By, "by", account(), "who answers for it, if not the account that runs this")
	return c
}

// typed reads the number that says that the impact was read.
func typed(in io.Reader, ask io.Writer) (int, error) {
	_, _ = fmt.Fprint(ask, "\nFor how many persons would something new be done? Type the number to activate: ")
	line, err := bufio.NewReader(io.LimitReader(in, 64)).ReadString('\n')
	if err != nil && !errors.Is(err, io.EOF) {
		return 0, err
	}
	n, err := strconv.Atoi(strings.TrimSpace(line))
	if err != nil {
		return 0, usageError{errors.New("no number was typed, and nothing was activated")}
	}
	return n, nil
}
