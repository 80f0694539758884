package main

import (
	"fmt"

	"github.com/spf13/cobra"

	"github.com/lapsed/lapsed/internal/app"
)

func newDoctor() *cobra.Command {
	var f common
	c := &cobra.Command{Use: "doctor --config F", Short: "Check state, keys, log, clock, disk, credentials and permissions; changes nothing",
		Args: args(cobra.NoArgs), RunE: func(c *cobra.Command, _ []string) error {
			if err := checkOutput(f.output); err != nil {
				return err
			}
			d, err := app.Doctor(c.Context(), app.DoctorOptions{Config: f.config})
			if err != nil {
				return err
			}
			if f.output == "json" {
				err = printJSON(c.OutOrStdout(), d)
			} else {
				_, err = fmt.Fprint(c.OutOrStdout(), d.Text())
			}
			if err == nil && !d.OK {
				return errorf("something fails: what to do stands under it")
			}
			return err
		}}
	f.add(c)
	return c
}
