package main

import (
	"fmt"
	"slices"

	"github.com/spf13/cobra"

	"github.com/lapsed/lapsed/internal/app"
)

func newPolicy() *cobra.Command {
	c := &cobra.Command{Use: "policy", Short: "Check, show and test a policy", Args: args(cobra.NoArgs), RunE: group}
	c.AddCommand(newPolicyLint(), newPolicyShow(), newPolicyTest(), newPolicyActivate(), newPolicyNotice(), newPolicyDiff(), newPolicyForecast(), newPolicySchema())
	return c
}

// policyFlags name the policy that is looked at.
type policyFlags struct {
	file   app.PolicyFile
	output string
}

func (f *policyFlags) add(c *cobra.Command) {
	c.Flags().StringVar(&f.file.Path, "policy", "", "the policy file; default the config's, or the reference policy")
	c.Flags().StringVar(&f.file.Config, "config", "", "the daemon's config file: binds the policy to its processors")
	addOutput(c, &f.output)
}

// named takes the policy's file from the arguments, if it is there. The output is
// text, json, or one of the further formats.
func (f *policyFlags) named(a []string, formats ...string) error {
	if len(a) == 1 {
		if f.file.Path != "" {
			return usageError{errorf("the policy is named twice")}
		}
		f.file.Path = a[0]
	}
	if slices.Contains(formats, f.output) {
		return nil
	}
	return checkOutput(f.output)
}

func newPolicyShow() *cobra.Command {
	var f policyFlags
	c := &cobra.Command{Use: "show [FILE] [--config F]", Short: "Say in words what a policy does", Args: args(cobra.MaximumNArgs(1)), RunE: func(c *cobra.Command, a []string) error {
		if err := f.named(a); err != nil {
			return err
		}
		s, err := f.file.Show()
		if err != nil {
			return err
		}
		if f.output == "json" {
			return printJSON(c.OutOrStdout(), s)
		}
		_, err = fmt.Fprint(c.OutOrStdout(), s.Text())
		return err
	}}
	f.add(c)
	return c
}
