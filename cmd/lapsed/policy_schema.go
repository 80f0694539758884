package main

import (
	"github.com/spf13/cobra"

	"github.com/lapsed/lapsed/internal/app"
)

func newPolicySchema() *cobra.Command {
	return &cobra.Command{Use: "schema", Short: "Print the JSON Schema of a policy, for editors",
		Long: `Prints the JSON Schema (2020-12) of a policy file. Editors with a YAML language
server complete keys by it, show what they mean, and mark most mistakes while you
type. Save it, and begin the policy with

    # yaml-language-server: $schema=policy.schema.json`,
		Args: args(cobra.NoArgs), RunE: func(c *cobra.Command, _ []string) error {
			_, err := c.OutOrStdout().Write(app.PolicySchema())
			return err
		}}
}
