package main

import (
	"bufio"
	"context"
	"errors"
	"fmt"
	"io"
	"strings"

	"github.com/spf13/cobra"

	"github.com/lapsed/lapsed/internal/app"
)

func errorf(format string, args ...any) error { return fmt.Errorf(format, args...) }

func newApprove() *cobra.Command {
	var f common
	var reason, by string
	var sample bool
	c := &cobra.Command{Use: "approve --config F BATCH --reason R | --sample", Short: "Permit at most the duties of a batch that waits, or look at a sample of them",
		Args: args(cobra.ExactArgs(1)), RunE: func(c *cobra.Command, a []string) error {
			return f.openActive(c, func(ctx context.Context, x *app.App) error {
				if sample {
					return f.sample(c, x, a[0])
				}
				out, err := x.Approve(ctx, a[0], reason, by)
				if err != nil {
					return err
				}
				if f.output == "json" {
					return printJSON(c.OutOrStdout(), out)
				}
				_, err = fmt.Fprintf(c.OutOrStdout(), "batch %s: %d of %d approvals; permits at most %d duties of %d persons until %s\n",
					strings.TrimPrefix(out.Batch, "sha256:")[:16], out.Approvals, out.Needed, out.Duties, out.Persons, out.Expires.Format("2006-01-02 15:04 MST"))
				return err
			})
		}}
	f.add(c)
	c.Flags().StringVar(&reason, "reason", "", "why; kept as evidence, not in the log")
	c.Flags().StringVar(&by, "by", account(), "who approves, if not the account that runs this")
	c.Flags().BoolVar(&sample, "sample", false, "show twenty cases as facts, and approve nothing")
	c.MarkFlagsOneRequired("reason", "sample")
	c.MarkFlagsMutuallyExclusive("reason", "sample")
	return c
}

// sample shows some cases of a batch.
func (f *common) sample(c *cobra.Command, x *app.App, batch string) error {
	b, cases, err := x.Sample(c.Context(), batch)
	if err != nil {
		return err
	}
	if f.output == "json" {
		return printJSON(c.OutOrStdout(), map[string]any{"batch": b.Digest, "duties": b.Count, "persons": b.Persons, "expires": b.Expires, "cases": cases})
	}
	app.CasesText(c.OutOrStdout(), cases)
	_, err = fmt.Fprintf(c.OutOrStdout(), "\n%d of %d duties of %d persons. Nothing is approved by looking.\n", len(cases), b.Count, b.Persons)
	return err
}

func newPause() *cobra.Command {
	return pauser("pause", "Stop all writes at once", (*app.App).Pause)
}

func newResume() *cobra.Command {
	return pauser("resume", "Let writes go on", (*app.App).Resume)
}

func pauser(name, short string, do func(*app.App, context.Context, string, string) error) *cobra.Command {
	var f common
	var reason, by string
	c := &cobra.Command{Use: name + " --config F --reason R", Short: short, Args: args(cobra.NoArgs), RunE: func(c *cobra.Command, _ []string) error {
		return f.openActive(c, func(ctx context.Context, x *app.App) error {
			if err := do(x, ctx, reason, by); err != nil {
				return err
			}
			if f.output == "json" {
				return printJSON(c.OutOrStdout(), map[string]string{"writes": name + "d"})
			}
			_, err := fmt.Fprintln(c.OutOrStdout(), "writes are "+name+"d")
			return err
		})
	}}
	f.add(c)
	c.Flags().StringVar(&reason, "reason", "", "why; kept as evidence, not in the log")
	c.Flags().StringVar(&by, "by", account(), "who does this, if not the account that runs it")
	_ = c.MarkFlagRequired("reason")
	return c
}

func newExplain() *cobra.Command {
	var f common
	var address string
	c := &cobra.Command{Use: "explain --config F PROCESSOR:OBJECT:ID | --address -", Short: "Say why a person is where they are, and what would change it",
		Long: "Says why a person is where they are, by what the latest cycle read. An address is\nread from stdin, never from the command line, hashed at once and not kept.",
		Args: args(cobra.MaximumNArgs(1)), RunE: func(c *cobra.Command, a []string) error {
			subject, err := subjectOf(c, a, address)
			if err != nil {
				return err
			}
			return f.openActive(c, func(ctx context.Context, x *app.App) error {
				out, err := x.Explain(ctx, subject)
				if err != nil {
					return err
				}
				if f.output == "json" {
					return printJSON(c.OutOrStdout(), out)
				}
				for _, e := range out {
					e.Text(c.OutOrStdout())
				}
				return nil
			})
		}}
	f.add(c)
	c.Flags().StringVar(&address, "address", "", "- reads an address from stdin")
	return c
}

// subjectOf reads who is meant: a record from the arguments, or an address from stdin.
func subjectOf(c *cobra.Command, a []string, address string) (string, error) {
	switch {
	case len(a) == 1 && address == "":
		if strings.Contains(a[0], "@") {
			return "", usageError{errors.New("an address is read from stdin, so that it stays out of the process list: use --address -")}
		}
		return a[0], nil
	case len(a) == 0 && address == "-":
		line, err := bufio.NewReader(io.LimitReader(c.InOrStdin(), 1024)).ReadString('\n')
		if line = strings.TrimSpace(line); line == "" {
			return "", usageError{fmt.Errorf("stdin holds no address (%w)", errors.Join(err, errors.New("write one line")))}
		}
		return line, nil
	default:
		return "", usageError{errors.New("name one record as PROCESSOR:OBJECT:ID, or give --address - and the address on stdin")}
	}
}
