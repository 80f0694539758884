package main

import (
	"fmt"

	"github.com/spf13/cobra"

	"github.com/lapsed/lapsed/internal/app"
)

func newHealth() *cobra.Command {
	var o app.HealthOptions
	c := &cobra.Command{Use: "health --config F | --url U", Short: "Ask the running daemon whether it is ready: the health check of a container without a shell",
		Args: args(cobra.NoArgs), RunE: func(c *cobra.Command, _ []string) error {
			if (o.Config == "") == (o.URL == "") {
				return usageError{errorf("name either the config or the address of the daemon")}
			}
			text, err := app.Health(c.Context(), o)
			if err != nil {
				return err
			}
			_, err = fmt.Fprintln(c.OutOrStdout(), text)
			return err
		}}
	c.Flags().StringVar(&o.Config, "config", "", "the daemon's config file, for the address it listens on")
	c.Flags().StringVar(&o.URL, "url", "", "the daemon's address, as http://127.0.0.1:8080")
	c.Flags().BoolVar(&o.Alive, "alive", false, "ask whether it is alive, in place of ready")
	return c
}
