// Command lapsed keeps what a company's privacy policy promises: it reads the
// policy and the processors that it lists, decides for each person what the
// policy demands, and carries that out.
package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"log"
	"os"
	"os/signal"
	"syscall"
	_ "time/tzdata" // the policy's zone must be known on an empty root file system

	"github.com/spf13/cobra"

	"github.com/lapsed/lapsed/internal/app"
)

// version is set by the linker in releases.
var version = "dev"

func main() {
	log.SetOutput(io.Discard) // libraries write answers' bodies there; ours is log/slog
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
	code := run(ctx, os.Args[1:])
	stop()
	os.Exit(code)
}

// run is the program; it returns the exit code.
func run(ctx context.Context, args []string) int {
	root := newRoot()
	root.SetArgs(args)
	err := root.ExecuteContext(ctx)
	var waits waiting
	switch {
	case err == nil:
		return app.Done
	case errors.As(err, &waits):
		return app.Waits
	}
	fmt.Fprintln(os.Stderr, "lapsed: "+err.Error())
	var misuse usageError
	if errors.As(err, &misuse) {
		return app.Usage
	}
	return app.ExitCode(err)
}

// waiting tells that all went well and something waits for an approval.
type waiting struct{}

func (waiting) Error() string { return "something waits for an approval" }

// usageError is a wrong command line.
type usageError struct{ error }

func newRoot() *cobra.Command {
	root := &cobra.Command{
		Use: "lapsed", Short: "Keeps what your privacy policy promises: deletes and unsubscribes the people it says",
		Long: `lapsed reads your privacy policy and the processors that it lists, decides for
each person what the policy demands, and carries it out within limits, with a
tamper-evident log. It observes until you tell it to enforce.

Exit codes: 0 done; 1 error; 2 usage, config or policy invalid; 3 something waits
for an approval; 4 the audit log does not verify.`,
		SilenceErrors: true, SilenceUsage: true, Args: cobra.NoArgs, RunE: group,
	}
	root.SetFlagErrorFunc(func(_ *cobra.Command, err error) error { return usageError{err} })
	root.AddCommand(newDemo(), newPlan(), newRun(), newDoctor(), newHealth(), newApprove(), newPause(), newResume(), newExplain(), newHold(), newRequest(), newPolicy(), newAudit(), newSandbox(), newVersion())
	return root
}

// group is the action of a command that only groups others.
func group(c *cobra.Command, _ []string) error {
	_ = c.Help()
	return usageError{fmt.Errorf("%s needs one of its commands", c.CommandPath())}
}

// args makes a wrong number of arguments a usage error.
func args(check cobra.PositionalArgs) cobra.PositionalArgs {
	return func(c *cobra.Command, a []string) error {
		if err := check(c, a); err != nil {
			return usageError{err}
		}
		return nil
	}
}

func newVersion() *cobra.Command {
	return &cobra.Command{Use: "version", Short: "Print the version", Args: args(cobra.NoArgs), RunE: func(c *cobra.Command, _ []string) error {
		_, err := fmt.Fprintln(c.OutOrStdout(), "lapsed "+version)
		return err
	}}
}
