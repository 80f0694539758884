package main

import (
	"github.com/spf13/cobra"
)

func newPolicy() *cobra.Command {
	c := &cobra.Command{Use: "policy", Short: "Check, show and test a policy", Args: args(cobra.NoArgs), RunE: group}
	return c
}
