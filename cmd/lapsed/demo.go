package main

import (
	"fmt"
	"os"
	"time"

	"github.com/spf13/cobra"

	"github.com/lapsed/lapsed/internal/app"
)

func newDemo() *cobra.Command {
	var o app.DemoOptions
	var output, now string
	c := &cobra.Command{Use: "demo", Short: "Show it all on simulated accounts: what the policy demands, and with --enforce how it is carried out",
		Args: args(cobra.NoArgs), RunE: func(c *cobra.Command, _ []string) (err error) {
			if err := checkOutput(output); err != nil {
				return err
			}
			if o.Now, err = instant(now); err != nil {
				return err
			}
			if o.People < 0 {
				return usageError{errorf("--people must not be negative")}
			}
			o.Progress, o.Build = progress(), version
			if output == "text" {
				o.Out = c.OutOrStdout()
			}
			r, err := app.Demo(c.Context(), o)
			if output == "json" && r.First.Cycle != "" {
				if err := printJSON(c.OutOrStdout(), r); err != nil {
					return err
				}
			}
			if err == nil && r.Waits {
				return waiting{}
			}
			return err
		}}
	f := c.Flags()
	f.BoolVar(&o.Enforce, "enforce", false, "carry it out, on a clock that moves itself")
	f.BoolVar(&o.Approve, "approve", false, "with --enforce: approve the batches that wait")
	f.IntVar(&o.People, "people", 500, "how many people")
	f.Uint64Var(&o.Seed, "seed", 1, "decides who they are")
	f.StringVar(&now, "now", "", "where the clock starts (RFC 3339); default now")
	addOutput(c, &output)
	return c
}

// instant reads a time of the command line; "" is the zero time.
func instant(s string) (time.Time, error) {
	if s == "" {
		return time.Time{}, nil
	}
	t, err := time.Parse(time.RFC3339, s)
	if err != nil {
		return t, usageError{fmt.Errorf("%q is no instant: write it as 2026-11-24T12:00:00Z", s)}
	}
	return t, nil
}

// sandboxHelp tells what the flags have no room for.
const sandboxHelp = `Serves simulated Salesforce and HubSpot accounts with people of known fate, and a
control address: GET /truth, /state, /calls, /writes and /compare, POST /advance,
/phase, /faults and /mutate. Prints one line of JSON when it is ready.

Faults are processor:route:kind[=value][:times[:skip]][@rate[/seed]]:

  hubspot:search:status=429:3                   the next three searches are refused
  salesforce::slow=2s                           every answer takes two seconds more
  hubspot:gdpr-delete:drop-after-commit@0.1/7   a tenth of the deletions lose their answer
  hubspot::mixed@0.02/7,salesforce::mixed@0.02/7  one request in fifty meets one of all kinds

An empty processor or route means all; a route is a part of its template. The seed
decides which requests meet a fault that has a rate: the same requests meet the same
ones again. A kind that doesn't exist is answered with the list of those that do.
POST /faults takes such faults as JSON, one or a list, and mixtures by processor:
{"salesforce":{"rate":0.02,"seed":7},"hubspot":{"rate":0.05,"kinds":["status=503","truncated"]}}.`

func newSandbox() *cobra.Command {
	var o app.SandboxOptions
	var now string
	c := &cobra.Command{Use: "sandbox", Short: "Serve simulated Salesforce and HubSpot accounts on this machine", Long: sandboxHelp,
		Args: args(cobra.NoArgs), RunE: func(c *cobra.Command, _ []string) (err error) {
			if now == "" {
				now = os.Getenv("LAPSED_NOW")
			}
			if o.Now, err = instant(now); err != nil {
				return err
			}
			return app.Sandbox(c.Context(), o, c.OutOrStdout())
		}}
	f := c.Flags()
	f.StringVar(&o.Listen, "listen", "127.0.0.1", "address of this machine to listen on")
	f.IntVar(&o.BasePort, "base-port", 0, "control, Salesforce and HubSpot take this port and the next two; 0 = any")
	f.IntVar(&o.People, "people", 500, "how many people")
	f.Uint64Var(&o.Seed, "seed", 1, "decides who they are")
	f.StringVar(&now, "now", "", "where the clock starts (RFC 3339); default LAPSED_NOW or now")
	f.StringVar(&o.Faults, "faults", "", "faults from the start: processor:route:kind[=value][:times[:skip]][@rate[/seed]], commas between")
	f.StringVar(&o.WriteConfig, "write-config", "", "write a config, and a policy beside it, for this sandbox")
	return c
}
