package main

import (
	"errors"
	"fmt"
	"io"
	"time"

	"github.com/spf13/cobra"

	"github.com/lapsed/lapsed/internal/app"
)

func newPolicyLint() *cobra.Command {
	var f policyFlags
	var explain string
	c := &cobra.Command{Use: "lint [FILE] [--config F] | --explain CODE", Short: "Say what is wrong or unwise in a policy, and what of it is not enforced yet",
		Long: `Says what is wrong or unwise in a policy: each thing with its line, what to do,
and a code that keeps its meaning for good. --explain CODE says why it matters,
with an example that has it and one that hasn't.

A policy with an error does not start: exit code 2. -o sarif is for code
scanning, -o github for annotations of a pull request.`,
		Args: args(cobra.MaximumNArgs(1)), RunE: func(c *cobra.Command, a []string) error {
			if explain != "" {
				return explainLint(c.OutOrStdout(), explain, &f)
			}
			if err := f.named(a, "sarif", "github"); err != nil {
				return err
			}
			return lint(c.OutOrStdout(), &f)
		}}
	f.add(c)
	c.Flags().Lookup("output").Usage = "text, json, sarif or github"
	c.Flags().StringVar(&explain, "explain", "", "say what a code means")
	return c
}

// lint prints the notes. SARIF and annotations tell of a policy that can't be
// read, too: who reads nothing else must not take silence for a pass.
func lint(w io.Writer, f *policyFlags) error {
	notes, invalid := f.file.Lint(time.Now())
	var err error
	switch {
	case f.output == "sarif":
		err = printJSON(w, app.LintSARIF(notes, invalid, version))
	case f.output == "github":
		_, err = io.WriteString(w, app.LintGitHub(notes, invalid))
	case invalid != nil:
	case f.output == "json":
		err = printJSON(w, notes)
	default:
		for _, n := range notes {
			_, _ = fmt.Fprintln(w, n)
		}
		if len(notes) == 0 {
			_, _ = fmt.Fprintln(w, "nothing to say")
		}
	}
	if err = errors.Join(invalid, err); err != nil {
		return err
	}
	return app.LintErr(notes)
}

func explainLint(w io.Writer, code string, f *policyFlags) error {
	if err := f.named(nil); err != nil {
		return err
	}
	e, err := app.ExplainLint(code)
	switch {
	case err != nil:
		return err
	case f.output == "json":
		return printJSON(w, e)
	}
	_, err = io.WriteString(w, e.String())
	return err
}
