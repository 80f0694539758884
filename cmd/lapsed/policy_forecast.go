package main

import (
	"bytes"
	"context"
	"fmt"
	"os"

	"github.com/spf13/cobra"

	"github.com/lapsed/lapsed/internal/app"
)

func newPolicyForecast() *cobra.Command {
	var f common
	var weeks int
	var format, svg string
	c := &cobra.Command{Use: "forecast --config F [--weeks 52] [--format text|csv] [--svg FILE]", Short: "Say how many people lapse in each of the coming weeks",
		Long: `Says how many people lapse in each of the coming weeks, by channel and processor,
if nothing happens but time: today's decisions at other clocks, from what the
latest reads left in the state. It reads no processor and changes nothing.`,
		Args: args(cobra.NoArgs), RunE: func(c *cobra.Command, _ []string) error {
			if format != "text" && format != "csv" {
				return usageError{fmt.Errorf("--format is text or csv, not %q", format)}
			}
			return f.open(c, func(ctx context.Context, x *app.App) error {
				out, err := x.Forecast(ctx, weeks)
				if err != nil {
					return err
				}
				if svg != "" {
					if err := drawn(&out, svg); err != nil {
						return err
					}
				}
				switch {
				case f.output == "json":
					return printJSON(c.OutOrStdout(), out)
				case format == "csv":
					return out.CSV(c.OutOrStdout())
				}
				out.Text(c.OutOrStdout())
				return nil
			})
		}}
	f.add(c)
	c.Flags().IntVar(&weeks, "weeks", 52, "how many weeks to look ahead")
	c.Flags().StringVar(&format, "format", "text", "text or csv")
	c.Flags().StringVar(&svg, "svg", "", "write a chart to this file")
	return c
}

func drawn(f *app.Forecast, file string) error {
	var b bytes.Buffer
	if err := f.SVG(&b); err != nil {
		return err
	}
	return os.WriteFile(file, b.Bytes(), 0o644)
}
