package main

import (
	"context"
	"fmt"
	"io"
	"os"

	"github.com/spf13/cobra"

	"github.com/lapsed/lapsed/internal/app"
)

func newRequest() *cobra.Command {
	c := &cobra.Command{Use: "request", Short: "Record what people ask for, and that it was answered", Args: args(cobra.NoArgs), RunE: group,
		Long: `Records what people ask for, and that it was answered in time.

Who asks to be forgotten, or objects, gets no more mail from the next cycle on. Nothing
is deleted before "request confirm" says that it was checked who asks. Then all of
theirs goes that no law keeps and no hold forbids, and "request answer" ends it.`}
	for _, x := range []struct{ name, short, asks string }{
		{"erase", "Somebody asks to be forgotten (GDPR Art. 17)", "erasure"},
		{"object", "Somebody objects to marketing (GDPR Art. 21)", "objection"},
		{"access", "Somebody asks what is known of them (GDPR Art. 15)", "access"},
		{"rectify", "Somebody asks for a correction (GDPR Art. 16)", "rectification"},
		{"portability", "Somebody asks for their data to take along (GDPR Art. 20)", "portability"},
	} {
		c.AddCommand(newRequestOf(x.name, x.short, x.asks))
	}
	c.AddCommand(newRequestConfirm(), newRequestAnswer(), newRequestList())
	return c
}

func newRequestOf(name, short, asks string) *cobra.Command {
	var f common
	r := app.Asking{Type: asks}
	var address, received string
	c := &cobra.Command{Use: name + " --config F (PROCESSOR:OBJECT:ID | --address -) --reference R", Short: short, Args: args(cobra.MaximumNArgs(1)), RunE: func(c *cobra.Command, a []string) (err error) {
		if r.Subject, err = subjectOf(c, a, address); err != nil {
			return err
		}
		if received != "" {
			if r.Received, err = app.ParseDay(received); err != nil {
				return usageError{fmt.Errorf("--received: %w", err)}
			}
		}
		return f.requestLine(c, func(ctx context.Context, x *app.App) (app.RequestLine, error) { return x.AddRequest(ctx, r) })
	}}
	f.add(c)
	fl := c.Flags()
	fl.StringVar(&address, "address", "", "- reads an address from stdin")
	fl.StringVar(&r.Reference, "reference", "", "where the request itself is kept: a case number, never a name; kept as evidence, not in the log")
	fl.StringVar(&received, "received", "", "the day on which it came, as 2026-05-04; now if it isn't given")
	fl.StringVar(&r.By, "by", account(), "who records it, if not the account that runs this")
	_ = c.MarkFlagRequired("reference")
	return c
}

// requestLine does something to a request and prints how it stands then.
func (f *common) requestLine(c *cobra.Command, do func(context.Context, *app.App) (app.RequestLine, error)) error {
	return f.openActive(c, func(ctx context.Context, x *app.App) error {
		l, err := do(ctx, x)
		if err != nil {
			return err
		}
		if f.output == "json" {
			return printJSON(c.OutOrStdout(), l)
		}
		_, err = fmt.Fprintln(c.OutOrStdout(), l.Line())
		return err
	})
}

func newRequestConfirm() *cobra.Command {
	var f common
	var by string
	c := &cobra.Command{Use: "confirm --config F REQUEST", Short: "Say that it was checked who asks", Args: args(cobra.ExactArgs(1)),
		Long: `Says that a human has checked who asks. An erasure is carried out from then on: a request
may be named by the beginning of its id, and what is deleted can't be brought back.`,
		RunE: func(c *cobra.Command, a []string) error {
			return f.requestLine(c, func(ctx context.Context, x *app.App) (app.RequestLine, error) { return x.ConfirmRequest(ctx, a[0], by) })
		}}
	f.add(c)
	c.Flags().StringVar(&by, "by", account(), "who checked it, if not the account that runs this")
	return c
}

func newRequestAnswer() *cobra.Command {
	var f common
	var r app.Answer
	var evidence string
	c := &cobra.Command{Use: "answer --config F REQUEST --result granted|refused|partly --evidence FILE|-", Short: "Say that a request was answered", Args: args(cobra.ExactArgs(1)),
		RunE: func(c *cobra.Command, a []string) (err error) {
			if r.Evidence, err = evidenceFrom(c, evidence); err != nil {
				return err
			}
			r.Request = a[0]
			return f.requestLine(c, func(ctx context.Context, x *app.App) (app.RequestLine, error) { return x.AnswerRequest(ctx, r) })
		}}
	f.add(c)
	fl := c.Flags()
	fl.StringVar(&r.Result, "result", "", "granted; refused, with the reason in the reply; or partly, where a law or a hold keeps something")
	fl.StringVar(&evidence, "evidence", "", "the reply as a file, or - for stdin: its digest alone is kept, so keep the reply")
	fl.StringVar(&r.By, "by", account(), "who answered, if not the account that runs this")
	for _, n := range []string{"result", "evidence"} {
		_ = c.MarkFlagRequired(n)
	}
	return c
}

// longestEvidence is how much of a reply is read, in bytes.
const longestEvidence = 64 << 20

// evidenceFrom reads a file, or stdin for "-".
func evidenceFrom(c *cobra.Command, name string) ([]byte, error) {
	in := c.InOrStdin()
	if name != "-" {
		f, err := os.Open(name)
		if err != nil {
			return nil, usageError{fmt.Errorf("--evidence: %w", err)}
		}
		defer func() { _ = f.Close() }()
		in = f
	}
	b, err := io.ReadAll(io.LimitReader(in, longestEvidence+1))
	switch {
	case err != nil:
		return nil, fmt.Errorf("read the evidence: %w", err)
	case len(b) > longestEvidence:
		return nil, usageError{fmt.Errorf("the evidence is longer than %d MiB", longestEvidence>>20)}
	}
	return b, nil
}

func newRequestList() *cobra.Command {
	var f common
	var all bool
	c := &cobra.Command{Use: "list --config F", Short: "List the requests that wait for an answer, and where each stands", Args: args(cobra.NoArgs), RunE: func(c *cobra.Command, _ []string) error {
		return f.openActive(c, func(ctx context.Context, x *app.App) error {
			list, err := x.Requests(ctx, all)
			if err != nil {
				return err
			}
			if f.output == "json" {
				return printJSON(c.OutOrStdout(), list)
			}
			for _, l := range list {
				if _, err := fmt.Fprintln(c.OutOrStdout(), l.Line()); err != nil {
					return err
				}
			}
			return nil
		})
	}}
	f.add(c)
	c.Flags().BoolVar(&all, "all", false, "with those that were answered")
	return c
}
