package main

import (
	"fmt"
	"io"

	"github.com/spf13/cobra"

	"github.com/lapsed/lapsed/internal/app"
)

func newPolicyTest() *cobra.Command {
	var f policyFlags
	var o app.TestOptions
	var strict bool
	var junit string
	c := &cobra.Command{Use: "test [--policy F] [--config F] [--mutate [--strict]] [CASES.yaml …]", Short: "Run acceptance cases through the policy",
		Long: `Runs acceptance cases through the same code that decides on contacts. If none are
named, they are those of NAME.cases.yaml beside the policy NAME.yaml, and of the
folder cases there.

--mutate drops or weakens each rule of the policy, one at a time, and names those
that no case notices: they are unproven. With --strict there must be none.`,
		Args: args(cobra.ArbitraryArgs), RunE: func(c *cobra.Command, files []string) error {
			if err := checkOutput(f.output); err != nil {
				return err
			}
			if strict && !o.Mutate {
				return usageError{errorf("--strict is about --mutate")}
			}
			o.Files = files
			r, err := f.file.Test(o)
			if err != nil {
				return err
			}
			if junit != "" {
				if err := r.WriteJUnit(junit, strict); err != nil {
					return err
				}
			}
			if err := printTest(c.OutOrStdout(), f.output, r); err != nil {
				return err
			}
			return r.Err(strict)
		}}
	f.add(c)
	c.Flags().BoolVar(&o.Mutate, "mutate", false, "also say which rules no case proves")
	c.Flags().BoolVar(&strict, "strict", false, "with --mutate: fail if a rule is unproven")
	c.Flags().StringVar(&junit, "junit", "", "write a report in JUnit's XML to this file")
	return c
}

func printTest(w io.Writer, format string, r app.TestRun) error {
	if format == "json" {
		return printJSON(w, r)
	}
	for _, x := range r.Cases {
		if !x.Passed {
			_, _ = fmt.Fprintln(w, x.Text)
		}
	}
	for _, m := range r.Unproven {
		_, _ = fmt.Fprintf(w, "%s:%d:%d: unproven: %s (%s) could be: %s\n", m.File, m.Line, m.Column, m.Rule, m.Clause, m.Change)
	}
	_, err := fmt.Fprintf(w, "%d passed, %d failed\n", r.Passed, r.Failed)
	if r.Mutants > 0 {
		_, err = fmt.Fprintf(w, "%d changes to the policy, %d of them unproven\n", r.Mutants, len(r.Unproven))
	}
	return err
}
